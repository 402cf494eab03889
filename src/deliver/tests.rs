//! Masters through channels.
