//! What to say about a cutout: refusals, warnings, confidence. Knows no pixels at full size.

use image::RgbImage;

use super::SegmentError;
use super::mesh::Mesh;
use super::region::Region;
use crate::domain::Rect;
use crate::error::{Code, Problem};
use crate::imaging::color::srgb;
use crate::imaging::matte::field::Field;

/// The darkest ground that still counts as light: sRGB 140.
const DARKEST: f32 = 0.26;
/// The most colored ground that still counts as neutral: largest over smallest channel.
const MOST_COLORED: f32 = 1.35;
/// Share of the frame's border that must be ground.
const FREE_BORDER: f32 = 0.45;

/// How sure a cutout can be at most that a person must look at.
const UNSURE: f32 = 0.45;
/// Share of the border without an edge above which a person must look, whether ground hangs on to the product: a white mug on white has 0.036.
const OPEN_BORDER: f32 = 0.05;
/// Share of a colored cable's loops that looks like ground, above which a person must look: clean ones have up to 0.023, with flecks left between
/// them 0.034.
const FLECKED: f32 = 0.028;
/// Share of a product that looks like the ground, above which a person must look: where white lies on white its border is a guess.
const ALIKE: f32 = 0.45;
/// Share of a cutout that a second opinion calls ground, above which a person must look: where it was right on photographs it saw 1.2 % or more, on the
/// fixtures at most 0.4 %.
const EXTRA: f32 = 0.008;
/// Share of a product through which the ground seems to show, above which a person must look.
const TRANSPARENT: f32 = 0.34;

/// Refuses what is no white-background photo.
pub(super) fn background(small: &RgbImage, field: &Field) -> Result<(), SegmentError> {
    let (width, height) = small.dimensions();
    let border: Vec<(u32, u32)> = (0..width)
        .flat_map(|x| [(x, 0), (x, height - 1)])
        .chain((0..height).flat_map(|y| [(0, y), (width - 1, y)]))
        .collect();
    let middle = field.at(width as f32 / 2.0, height as f32 / 2.0);
    let corner = field.at(0.0, 0.0);
    if middle.iter().chain(&corner).any(|v| *v < DARKEST) {
        return Err(SegmentError::Background("the background is dark; it must be white or light gray"));
    }
    let (low, high) =
        (middle.iter().copied().fold(9.0, f32::min), middle.iter().copied().fold(0.0, f32::max));
    if high / low > MOST_COLORED {
        return Err(SegmentError::Background("the background is colored; it must be white or light gray"));
    }
    let fits = border.iter().filter(|(x, y)| {
        let (pixel, bare) = (small.get_pixel(*x, *y).0, field.at(*x as f32, *y as f32));
        (0..3).all(|c| (srgb::linear_of(pixel[c]) / bare[c] - 1.0).abs() < 0.2)
    });
    if (fits.count() as f32) < FREE_BORDER * border.len() as f32 {
        return Err(SegmentError::Background("the background is not plain along the frame"));
    }
    Ok(())
}

/// Warnings about what stands in the photo.
pub(super) fn notices(
    name: &str,
    region: &Region,
    bounds: Rect,
    (width, height): (u32, u32),
) -> Vec<Problem> {
    let mut notices = Vec::new();
    let mut sides = Vec::new();
    for (touches, side) in [
        (bounds.x == 0, "left"),
        (bounds.y == 0, "upper"),
        (bounds.right() >= width, "right"),
        (bounds.bottom() >= height, "lower"),
    ] {
        if touches {
            sides.push(side);
        }
    }
    if !sides.is_empty() {
        let message = format!("the product touches the {} edge of the frame", sides.join(" and "));
        notices.push(Problem::new(Code::ProductCutOff, name, message));
    }
    if let [first, second, ..] = region.parts[..]
        && second > 0.08 * first
    {
        let message = format!(
            "{} separate things were found",
            region.parts.iter().filter(|p| **p > 0.08 * first).count()
        );
        notices.push(Problem::new(Code::SeveralProducts, name, message));
    }
    notices
}

/// 0..1, and the reasons for doubt. `clarity` is how clearly product and ground differ along the edge.
pub(super) fn confidence(name: &str, region: &Region, clarity: f32) -> (f32, Vec<Problem>) {
    let (mut alike, mut through, mut count) = (0u32, 0u32, 0u32);
    for i in 0..region.light.data.len() {
        if region.has(i) {
            count += 1;
            let offset = region.light.data[i] - region.around.data[i];
            alike += u32::from(offset.abs() < 0.10 && region.chroma.data[i] < 0.05);
            // What is seen through glass is the ground a little darkened; white glaze is as often brighter.
            through += u32::from((0.85..1.0).contains(&region.light.data[i]) && region.chroma.data[i] < 0.03);
        }
    }
    let alike = alike as f32 / count.max(1) as f32;
    let through = through as f32 / count.max(1) as f32;
    let mut doubts = Vec::new();
    if alike > ALIKE {
        let message = format!(
            "{:.0} % of the product looks like the background: glass, or white on white",
            alike * 100.0
        );
        doubts.push(Problem::new(Code::GroundSeenThrough, name, message));
    }
    if through > TRANSPARENT {
        let message = format!(
            "the ground seems to show through {:.0} % of the product, as through glass",
            through * 100.0
        );
        doubts.push(Problem::new(Code::GroundSeenThrough, name, message));
    }
    if clarity < 0.55 {
        let message = format!("the edge is clear along {:.0} % of its length only", clarity * 100.0);
        doubts.push(Problem::new(Code::MatteUncertain, name, message));
    }
    if region.open > OPEN_BORDER {
        let message = format!("there is no edge along {:.0} % of the product's border", region.open * 100.0);
        doubts.push(Problem::new(Code::MatteUncertain, name, message));
    }
    if region.flecked > FLECKED {
        let message = "some ground seems to be left where thin parts lie close together";
        doubts.push(Problem::new(Code::MatteUncertain, name, message));
    }
    let through_cells = match region.mesh {
        Mesh::None => None,
        Mesh::Dark => Some("the ground is seen through a mesh; some of its cells may be missed"),
        Mesh::Pale => Some("what looks like ground in many places was kept: it is white wire, or cut glass"),
    };
    if let Some(message) = through_cells {
        doubts.push(Problem::new(Code::GroundSeenThrough, name, message));
    }
    if region.outlined {
        let message =
            "the ground within an outline was cut out; a blank white part with a thin border looks alike";
        doubts.push(Problem::new(Code::MatteUncertain, name, message));
    }
    let veiled = region.is_veiled();
    if veiled {
        let message = "ground was found behind single hairs or threads; some of it may be left";
        doubts.push(Problem::new(Code::MatteUncertain, name, message));
    }
    let confidence = (0.35 + 0.65 * clarity) * (1.0 - 0.7 * ((alike - 0.3) / 0.7).clamp(0.0, 1.0));
    let unsure = veiled
        || alike > ALIKE
        || through > TRANSPARENT
        || region.open > OPEN_BORDER
        || region.flecked > FLECKED
        || region.mesh != Mesh::None
        || region.outlined;
    let confidence = if unsure { confidence.min(UNSURE) } else { confidence };
    (confidence.clamp(0.0, 1.0), doubts)
}

/// How sure a cutout can still be, and why, if a second opinion calls `extra` of it ground and that is an objection.
pub(super) fn objection(name: &str, extra: f32) -> Option<(f32, Problem)> {
    let message = || {
        format!("a second opinion takes {:.1} % of the cutout, along its border, for ground", extra * 100.0)
    };
    (extra > EXTRA).then(|| (UNSURE, Problem::new(Code::MatteUncertain, name, message())))
}
