//! Measures of pictures against the truth. Know no product and no limits.

pub mod matting;
