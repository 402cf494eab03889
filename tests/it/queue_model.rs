//! queue_model
