//! The questions that are asked of a candidate: one file each, one alphabetical list. What passes stands in the policy;
//! a check holds only what its measure is relative to.

mod aspect;
mod color;
mod edged;
mod enlargement;
mod expansion;
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
mod text;
mod tilt;
mod tint;
mod white_ground;

use super::{Comparison, Input};
use crate::domain::{Rect, Tier};

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

    /// Whether it compares where the cutout says that the product ends, or what is seen through it: a cutout in doubt may be what is wrong then.
    fn leans_on_the_cutout(&self) -> bool {
        false
    }

    /// Whether it compares colors with the photo's: they are others where another ground shows through.
    fn compares_color(&self) -> bool {
        false
    }

    /// Measures.
    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured;

    /// Where it is, in pixels of the picture, the worst first, if it is at a place. Asked only for what is not fine.
    fn regions(&self, _: &Input<'_>, _: &Comparison) -> Vec<Rect> {
        Vec::new()
    }
}

/// The check that says how sure the cutout is.
pub(super) const CUTOUT: &str = "matte";

/// Places that are named, at most.
const NAMED: usize = 5;

/// Boxes, in pixels of the picture, of the largest of these connected pieces of screen pixels; what is less than a quarter of the largest is not named.
fn boxes(seen: &Comparison, mut pieces: Vec<Vec<usize>>) -> Vec<Rect> {
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    let most = pieces.first().map_or(0, Vec::len);
    let width = seen.screen_coverage.width;
    let scale = seen.frame.width as f32 / width as f32;
    let boxed = |piece: &Vec<usize>| {
        let (columns, rows) = (|| piece.iter().map(|i| i % width), || piece.iter().map(|i| i / width));
        let (left, top) = (columns().min()?, rows().min()?);
        let (right, bottom) = (columns().max()? + 1, rows().max()? + 1);
        let at = |k: usize| (k as f32 * scale) as u32;
        let (x, y) = (seen.frame.x + at(left), seen.frame.y + at(top));
        Some(Rect { x, y, width: at(right - left).max(1), height: at(bottom - top).max(1) })
    };
    let large = pieces.iter().take(NAMED).take_while(|piece| 4 * piece.len() >= most);
    large.filter_map(boxed).collect()
}

/// Pixels of the largest piece.
fn largest(pieces: &[Vec<usize>]) -> f32 {
    pieces.iter().map(Vec::len).max().unwrap_or(0) as f32
}

/// Every check, by name.
pub static ALL: &[&dyn Check] = &[
    &aspect::Aspect,
    &color::Color,
    &edged::Edged,
    &enlargement::Enlargement,
    &expansion::Expansion,
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
    &text::Text,
    &tilt::Tilt,
    &tint::Tint,
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
