//! Bad input, each kind made from real bytes, and what becomes of it.
