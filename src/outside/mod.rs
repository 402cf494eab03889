//! The one way out to addresses that a customer names: which of them may be dialled, the HTTP client that dials no other, and pictures fetched with it; and
//! to the one language model that the operator names. Knows no job, no row and no message.

pub mod address;
mod chat;
mod client;
mod fetch;
#[cfg(test)]
mod tests;

pub use address::{Reach, Refusal};
pub use chat::{Chat, ChatError, ChatSettings, Remedy, check_base};
pub use client::{Inside, builder};
pub use fetch::{Fetched, Fetcher, Trouble};
