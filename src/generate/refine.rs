//! One thing changed in a candidate, the rest kept to the last bit. Knows no pixels and no kind of picture.
//!
//! The old placement is pinned and planned again with the change on top; then every number that the change has no part in is taken from the old
//! placement itself.

use super::pinned::ignored;
use super::scene::light;
use super::{GenerateError, Input, of};
use crate::domain::{GeneratorKind, Overrides, Placement, Plate, PlateCrop, Rect};
use crate::error::Problem;

/// Places the product anew. `input.request.overrides` is the change, and `input.plate` the wanted plate: the old one, or another. Frame and kind stay.
///
/// # Errors
/// As for planning: a number out of range, a plate that is missing.
pub fn refine(
    kind: GeneratorKind,
    input: &Input<'_>,
    old: &Placement,
) -> Result<(Placement, Vec<Problem>), GenerateError> {
    let change = &input.request.overrides;
    let mut request = input.request.clone();
    (request.width, request.height) = (old.width, old.height);
    request.overrides = pinned(input, old);
    let (mut new, mut notices) = of(kind).plan(&Input { request: &request, ..*input })?;
    keep(&mut new, old, change);
    if let (Some(wanted), Some(plate)) = (change.light, behind(input, old))
        && light::mirror_for(&plate.template, wanted).is_none()
    {
        notices.push(ignored("light", &plate.template.name, "its light comes from no side"));
    }
    Ok((new, notices))
}

/// The wanted plate, if it is the old one.
fn behind<'a>(input: &Input<'a>, old: &Placement) -> Option<&'a Plate> {
    input.plate.filter(|plate| old.plate.as_ref().is_some_and(|crop| crop.digest == plate.digest))
}

/// Everything that the old placement says, with the change on top.
fn pinned(input: &Input<'_>, old: &Placement) -> Overrides {
    let change = &input.request.overrides;
    let behind = behind(input, old).zip(old.plate.as_ref());
    let mirrored = change.mirrored.or_else(|| behind.map(|(plate, crop)| side(plate, crop, change)));
    let turned_over = behind.is_some_and(|(_, crop)| mirrored != Some(crop.mirrored));
    let [x, y] = [old.stand.foot[0] / old.width as f32, old.stand.foot[1] / old.height as f32];
    // Without the old plate the old spot means nothing: the new template says where things stand.
    let foot =
        (input.plate.is_none() || behind.is_some()).then_some([if turned_over { 1.0 - x } else { x }, y]);
    Overrides {
        foot: change.foot.or(foot).map(|foot| foot.map(|v| v.clamp(0.0, 1.0))),
        height: change.height.or(Some(share(old, input.cutout.bounds))),
        rotation_deg: change.rotation_deg.or(Some(old.stand.rotation_deg)),
        crop: change.crop.or_else(|| behind.map(|(plate, crop)| fractions(plate, crop))),
        mirrored,
        light: if behind.is_some() { None } else { change.light },
        gain: change.gain,
        shadow: change.shadow.or_else(|| behind.map(|(plate, _)| shadow_strength(plate, old))),
    }
}

/// The product's height as a share of the frame's.
fn share(old: &Placement, bounds: Rect) -> f32 {
    (old.stand.scale * bounds.height as f32 / old.height as f32).clamp(0.05, 0.98)
}

fn fractions(plate: &Plate, crop: &PlateCrop) -> [f32; 3] {
    let (width, height) = (plate.image.width() as f32, plate.image.height() as f32);
    [crop.x / width, crop.y / height, crop.width / width].map(|v| v.clamp(0.0, 1.0))
}

/// Whether the plate is mirrored once the light comes from where it is wanted.
fn side(plate: &Plate, crop: &PlateCrop, change: &Overrides) -> bool {
    change.light.and_then(|wanted| light::mirror_for(&plate.template, wanted)).unwrap_or(crop.mirrored)
}

/// How strong the old shadow was, as a share of what the plate's light says.
fn shadow_strength(plate: &Plate, old: &Placement) -> f32 {
    let full = 1.0 - plate.template.shadow.tint[1].clamp(0.1, 1.0);
    if full > 1e-3 { ((1.0 - old.shadow.tint[1]) / full).clamp(0.0, 1.0) } else { 1.0 }
}

/// Takes from `old` what the change has no part in.
fn keep(new: &mut Placement, old: &Placement, change: &Overrides) {
    let digest = |placement: &Placement| placement.plate.as_ref().map(|crop| crop.digest);
    let same_plate = digest(new) == digest(old);
    new.painted = old.painted.clone();
    let same_size = change.height.is_none();
    let turned_over = match (&mut new.plate, &old.plate) {
        (Some(crop), Some(before)) if same_plate => {
            if change.crop.is_none() {
                *crop = PlateCrop { mirrored: crop.mirrored, ..before.clone() };
            }
            crop.mirrored != before.mirrored
        }
        _ => false,
    };
    let same_place = same_plate && !turned_over && change.foot.is_none();
    new.stand.pivot = old.stand.pivot;
    if same_size {
        new.stand.scale = old.stand.scale;
        new.wrap = old.wrap.clone();
        new.shadow.half_depth_px = old.shadow.half_depth_px;
        new.shadow.lies_px = old.shadow.lies_px;
    }
    if same_place {
        new.stand.foot = old.stand.foot;
    }
    if same_plate && change.gain.is_none() {
        new.gains = old.gains;
    }
    if same_plate && !turned_over {
        new.shading = old.shading;
        new.shadow.light = old.shadow.light;
    }
    if same_plate && change.shadow.is_none() {
        new.shadow.tint = old.shadow.tint;
    }
    if same_plate && same_size {
        new.reflection = old.reflection.clone();
        if change.shadow.is_none() && change.rotation_deg.is_none() {
            new.contact = old.contact.clone();
        }
    }
}
