//! The thing sold. Knows no photo.

use serde::{Deserialize, Serialize};

/// One row of a manifest: a product and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The merchant's key for it.
    pub sku: String,
    /// What it is called.
    pub title: String,
    /// What kind of thing it is, lower case: `beauty`, `food`, `kitchen`, `toys`, `furniture`, `home`, `electronics`, `fashion`, or empty.
    pub category: String,
    /// Its real width in meters as seen in the photo, if known.
    pub width_m: Option<f32>,
}

/// How big a thing is when the manifest does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeClass {
    /// A jar, a cup: fits in a hand.
    Hand,
    /// A kettle, a bag: needs two hands.
    Table,
    /// A stool: stands on the floor.
    Floor,
}

impl SizeClass {
    /// The class of a thing `height_m` meters high.
    pub fn of_height(height_m: f32) -> Self {
        match height_m {
            h if h < 0.16 => SizeClass::Hand,
            h if h < 0.42 => SizeClass::Table,
            _ => SizeClass::Floor,
        }
    }
}
