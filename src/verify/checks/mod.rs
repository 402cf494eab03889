//! The questions that are asked of a candidate: one file each, one alphabetical list. What passes stands in the policy;
//! a check holds only what its measure is relative to.

mod aspect;
mod color;
mod enlargement;
mod floating;
mod halo;
mod ink;
mod instances;
mod matte;
mod mirrored;
mod out_of_frame;
mod patch;
mod photometry;
mod reference;
mod resolution;
mod rim;
mod sharpness;
mod silhouette;
mod standing;
mod structure;
mod surroundings;
mod white_ground;

use super::{Comparison, Input};
use crate::domain::Tier;

/// What a check measured: larger is worse; `None` if it could not see.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// In the policy's unit.
    pub value: Option<f32>,
    /// One sentence for a merchant.
    pub message: String,
}

/// One measured question.
pub trait Check: Sync {
    /// Stable name.
    fn name(&self) -> &'static str;

    /// About how long it takes, in tenths of a millisecond; cheaper ones run first.
    fn cost(&self) -> u32;

    /// Whether it makes sense for this kind of picture.
    fn concerns(&self, _: &Input<'_>) -> bool {
        true
    }

    /// Measures.
    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured;
}

/// Every check, by name.
pub static ALL: &[&dyn Check] = &[
    &aspect::Aspect,
    &color::Color,
    &enlargement::Enlargement,
    &floating::Floating,
    &halo::Halo,
    &ink::Ink,
    &instances::Instances,
    &matte::Matte,
    &mirrored::Mirrored,
    &out_of_frame::OutOfFrame,
    &patch::Patch,
    &photometry::Photometry,
    &reference::Reference,
    &resolution::Resolution,
    &rim::Rim,
    &sharpness::Sharpness,
    &silhouette::Silhouette,
    &standing::Standing,
    &structure::Structure,
    &surroundings::Surroundings,
    &white_ground::WhiteGround,
];

/// Whether the product was searched for, so that nothing is known of how the picture was made.
fn was_searched(input: &Input<'_>) -> bool {
    input.tier != Tier::Pasted
}

/// The value at `share` (0..1) of the sorted values; `None` if there are none.
fn quantile(mut values: Vec<f32>, share: f32) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let k = ((values.len() - 1) as f32 * share).round() as usize;
    let (_, value, _) = values.select_nth_unstable_by(k, f32::total_cmp);
    Some(*value)
}
