//! The one integration binary: what is only true of the parts together.
//!
//! `cfg(test)` always holds here; it stands at each module because it tells clippy that helpers, too, may unwrap.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod fidelity;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod matting;
#[cfg(test)]
mod queue;
#[cfg(test)]
mod queue_model;
#[cfg(test)]
mod runner;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
