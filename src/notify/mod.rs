//! Telling others what happened: which addresses may be told, the signature, the schedule, the outbox, and the one HTTP client that goes where a
//! customer says. Knows no queue, no route and no imagery.
//!
//! An event and its deliveries are rows of the transaction in which it happens (`outbox::record`), so nothing is told that was undone, and nothing
//! is forgotten. `jobs/deliver_event.rs` makes one attempt of each. Messages follow Standard Webhooks: <https://www.standardwebhooks.com>.

pub mod address;
pub mod outbox;
mod schedule;
mod sender;
pub mod signature;

pub use address::{Reach, Refusal};
pub use schedule::delay_after;
pub use sender::{Message, Sender, Told};
