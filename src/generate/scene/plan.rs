//! Numbers before pixels: which part of the plate is seen, how large and where the product stands, what light does. Knows no pixels of the plate.

use super::room::{self, Extent};
use super::{GenerateError, Input, ground, light, shade};
use crate::domain::{Anchor, Overrides, PLACEMENT_SCHEMA, Placement, Plate, PlateCrop, Stand, Wrap};
use crate::error::{Code, Problem};
use crate::generate::{base, lying, pinned};

/// Wanted share of the frame's height: a hero stands at 45–65 %.
const HEIGHT_SHARE: [f32; 2] = [0.50, 0.58];
/// Limits when the template's true scale pulls the other way.
const HEIGHT_LIMITS: [f32; 2] = [0.36, 0.66];
/// The product never takes more of the frame's width.
const WIDTH_LIMIT: f32 = 0.66;
/// Free frame beside the product, at least.
const MARGIN: f32 = 0.04;
/// Half of the width at its far end of what lies, as a share of its whole width: perspective makes it narrower there.
const FAR_END: f32 = 0.4;
/// How much larger or smaller than life the product may stand: nothing near it tells.
const ELASTICITY: [f32; 2] = [0.62, 1.7];
/// A plate is enlarged at most by this, or it turns soft behind a sharp product.
const MAX_ENLARGEMENT: f32 = 1.35;
/// Where the foot stands across the frame, by result index: the middle first, then near the thirds.
const FOOT_ACROSS: [f32; 5] = [0.5, 0.43, 0.57, 0.47, 0.53];

/// The frame of one master on the plate.
struct Frame {
    /// Plate pixels.
    crop: [f32; 2],
    /// Height of the frame in plate pixels.
    height: f32,
    /// Product height as a share of the frame's.
    share: f32,
    /// How much larger than life the product stands.
    stretch: f32,
}

/// Decides everything. Warnings say what was stretched.
pub(super) fn plan(input: &Input<'_>, plate: &Plate) -> Result<(Placement, Vec<Problem>), GenerateError> {
    let template = &plate.template;
    let anchor = template
        .anchors
        .first()
        .ok_or_else(|| GenerateError::Placement("the template has no anchor".into()))?;
    let (request, overrides) = (input.request, &input.request.overrides);
    pinned::check(overrides)?;
    let base = base::find(input.cutout);
    let bounds = input.cutout.bounds;
    let slenderness = bounds.height as f32 / bounds.width as f32;
    let height_m = request.width_m.map_or_else(|| usual_height(&request.category), |w| w * slenderness);
    let frame = frame(input, plate, anchor, height_m, slenderness)?;
    let zoom = request.height as f32 / frame.height;
    let mirrored = overrides.mirrored.unwrap_or_else(|| mirrored(input, plate));
    let scale = frame.share * request.height as f32 / bounds.height as f32;
    let crop = PlateCrop {
        template: template.name.clone(),
        digest: plate.digest,
        x: frame.crop[0],
        y: frame.crop[1],
        width: request.width as f32 / zoom,
        mirrored,
    };
    let lies = lying::thickness(input.cutout).map(|thick| thick * scale);
    let size = [request.width as f32, request.height as f32];
    let mut foot = foot(plate, anchor, &frame, zoom, size[0], mirrored, overrides);
    if overrides.foot.is_none() {
        let beside = [base.pivot[0] - bounds.x as f32, bounds.right() as f32 - base.pivot[0]];
        foot[0] = within(foot[0], beside.map(|side| side * scale), size[0]);
        if lies.is_some() {
            let extent = Extent {
                foot,
                above: (base.pivot[1] - bounds.y as f32) * scale,
                below: (bounds.bottom() as f32 - base.pivot[1]) * scale,
                half: FAR_END * bounds.width as f32 * scale,
            };
            foot[1] += room::forward(plate, &crop, size, &extent);
        }
    }
    let strength = overrides.shadow.unwrap_or(1.0);
    let placement = Placement {
        schema: PLACEMENT_SCHEMA,
        photo: input.photo,
        width: request.width,
        height: request.height,
        plate: Some(crop),
        stand: Stand { scale, rotation_deg: overrides.rotation_deg.unwrap_or(0.0), pivot: base.pivot, foot },
        gains: light::gains(template, overrides.gain.unwrap_or(1.0)),
        shading: light::shading(template, mirrored, input.cutout.key_side),
        wrap: Wrap { strength: 0.10, reach_px: (0.0035 * frame.share * request.height as f32).max(1.0) },
        contact: shade::contact(template.ground_kind, &base, scale, shade::natural(input)),
        shadow: shade::shadow(plate, mirrored, &base, scale, lies.unwrap_or(0.0), strength),
        reflection: shade::reflection(plate, lies.unwrap_or(bounds.height as f32 * scale)),
        painted: None,
    };
    let unplaced = ground::GroundView::new(plate, &placement).is_none();
    if unplaced {
        return Err(GenerateError::Placement("the foot would stand above the horizon".into()));
    }
    let mut notices = notices(input, anchor, height_m, &frame);
    notices.extend(lies.and_then(|_| room::notice(template)));
    Ok((placement, notices))
}

/// Typical height in meters where the manifest gives no width.
fn usual_height(category: &str) -> f32 {
    match category {
        "beauty" | "food" => 0.16,
        "kitchen" | "electronics" | "toys" => 0.22,
        "fashion" | "home" => 0.30,
        "furniture" => 0.50,
        _ => 0.20,
    }
}

/// A template's key should come from the side from which the product was lit; where that is open, the seed decides.
fn mirrored(input: &Input<'_>, plate: &Plate) -> bool {
    let wanted = input.request.overrides.light.unwrap_or(input.cutout.key_side);
    light::mirror_for(&plate.template, wanted).unwrap_or_else(|| input.seed.stream("mirror").bits() & 1 == 1)
}

/// Chooses the part of the plate and the product's share of it.
fn frame(
    input: &Input<'_>,
    plate: &Plate,
    anchor: &Anchor,
    height_m: f32,
    slenderness: f32,
) -> Result<Frame, GenerateError> {
    let (request, overrides) = (input.request, &input.request.overrides);
    let aspect = request.width as f32 / request.height as f32;
    let (plate_w, plate_h) = (plate.image.width() as f32, plate.image.height() as f32);
    let largest = plate_h.min(plate_w / aspect);
    let smallest = (request.height as f32 / MAX_ENLARGEMENT).min(largest);
    let camera = &plate.template.camera;
    let (anchor_pixel, depth) = camera.project(anchor.position);
    let life_size = height_m * camera.fy / depth;
    let mut composition = input.seed.stream("composition");
    let wanted = composition.range(HEIGHT_SHARE[0], HEIGHT_SHARE[1]).min(WIDTH_LIMIT * aspect * slenderness);
    let height = match overrides.crop {
        Some([_, _, width]) => width * plate_w / aspect,
        None => (life_size / wanted).clamp(smallest, largest),
    };
    if height < 16.0 || height > plate_h + 0.5 {
        return Err(GenerateError::Placement("`crop` is higher than the plate or almost nothing".into()));
    }
    let bounded = wanted.clamp(ELASTICITY[0] * life_size / height, ELASTICITY[1] * life_size / height);
    let limits = [HEIGHT_LIMITS[0].min(wanted), HEIGHT_LIMITS[1].min(WIDTH_LIMIT * aspect * slenderness)];
    let share = overrides.height.unwrap_or_else(|| bounded.clamp(limits[0], limits[1].max(limits[0])));
    let width = height * aspect;
    let across = FOOT_ACROSS[request.index as usize % FOOT_ACROSS.len()] + composition.range(-0.012, 0.012);
    let down = (0.5 + 0.5 * share).clamp(0.70, 0.86) + composition.range(-0.012, 0.012);
    let crop = match overrides.crop {
        Some([x, y, _]) => [x * plate_w, y * plate_h],
        None => [anchor_pixel[0] - across * width, anchor_pixel[1] - down * height],
    };
    let crop =
        [crop[0].clamp(0.0, (plate_w - width).max(0.0)), crop[1].clamp(0.0, (plate_h - height).max(0.0))];
    Ok(Frame { crop, height, share, stretch: share * height / life_size })
}

/// Where the foot lands in the master: on the template's anchor, or where the user says.
fn foot(
    plate: &Plate,
    anchor: &Anchor,
    frame: &Frame,
    zoom: f32,
    master_width: f32,
    mirrored: bool,
    overrides: &Overrides,
) -> [f32; 2] {
    if let Some([x, y]) = overrides.foot {
        return [x * master_width, y * frame.height * zoom];
    }
    let (pixel, _) = plate.template.camera.project(anchor.position);
    let x = (pixel[0] - frame.crop[0]) * zoom;
    [if mirrored { master_width - x } else { x }, (pixel[1] - frame.crop[1]) * zoom]
}

/// The foot moved aside so far that what reaches out `beside` it on both sides stays within the frame, with a margin; all in pixels.
fn within(foot: f32, beside: [f32; 2], width: f32) -> f32 {
    let (least, most) = (beside[0] + MARGIN * width, width - beside[1] - MARGIN * width);
    if least > most { (least + most) / 2.0 } else { foot.clamp(least, most) }
}

fn notices(input: &Input<'_>, anchor: &Anchor, height_m: f32, frame: &Frame) -> Vec<Problem> {
    let Some(plate) = input.plate else { return Vec::new() };
    let template = &plate.template;
    let mut notices = Vec::new();
    let category = &input.request.category;
    if !category.is_empty() && !template.categories.contains(category) {
        notices.push(Problem::new(
            Code::TemplateUnsuited,
            &template.name,
            format!("it is not made for `{category}`"),
        ));
    }
    let overrides = &input.request.overrides;
    let sided = overrides.light.is_some_and(|side| light::mirror_for(template, side).is_some());
    if overrides.light.is_some() && (overrides.mirrored.is_some() || !sided) {
        let why = if sided { "`mirrored` was given, too" } else { "its light comes from no side" };
        notices.push(pinned::ignored("light", &template.name, why));
    }
    let size = anchor.size_m;
    let too_large = height_m > 1.3 * size[1];
    if too_large || height_m < size[0] / 1.5 || frame.stretch > 2.4 || frame.stretch < 0.45 {
        let message = format!(
            "a product {:.0} cm high stands where {:.0}–{:.0} cm are right",
            height_m * 100.0,
            size[0] * 100.0,
            size[1] * 100.0
        );
        notices.push(Problem::new(Code::TemplateUnsuited, &template.name, message));
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_reaches_out_to_one_side_is_moved_into_the_frame() {
        assert_eq!(within(500.0, [100.0, 100.0], 1000.0), 500.0);
        assert_eq!(within(500.0, [600.0, 50.0], 1000.0), 640.0);
        assert_eq!(within(500.0, [50.0, 600.0], 1000.0), 360.0);
        // Wider than the frame: the middle, so that as much as can be is seen.
        assert_eq!(within(500.0, [900.0, 300.0], 1000.0), 800.0);
    }
}
