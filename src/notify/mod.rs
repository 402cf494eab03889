//! Telling others what happened: the outbox, the signature, the schedule, and who sends a message. Knows no queue, no route and no imagery.
//!
//! An event and its deliveries are rows of the transaction in which it happens (`outbox::record`), so nothing is told that was undone, and nothing
//! is forgotten. `jobs/deliver_event.rs` makes one attempt of each. Messages follow Standard Webhooks: <https://www.standardwebhooks.com>.

pub mod outbox;
mod schedule;
mod sender;
pub mod signature;

pub use schedule::delay_after;
pub use sender::{Message, Sender, Told};
