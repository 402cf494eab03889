//! The one way out to addresses that a customer names: which of them may be dialled, the HTTP client that dials no other, and pictures fetched with it.
//! Knows no job, no row and no message.

pub mod address;
mod client;
mod fetch;
#[cfg(test)]
mod tests;

pub use address::{Reach, Refusal};
pub use client::{Inside, builder};
pub use fetch::{Fetched, Fetcher, Trouble};
