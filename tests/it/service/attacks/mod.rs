//! What attackers send, by the numbers of docs/security.md: the rows that no other test has.

mod doors;
mod pictures;
