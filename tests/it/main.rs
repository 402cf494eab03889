//! The one integration binary: what is only true of the parts together.

mod queue;
mod queue_model;
mod runner;
mod schema;
mod storage;
mod support;
