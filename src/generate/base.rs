//! Where a product touches the ground, read off its silhouette's lower contour. Knows no template.

use crate::domain::Cutout;

/// How far packshots look down on the product; the middle of the usual 6–10° (tabletop product photography).
pub(super) const PHOTO_PITCH_DEG: f32 = 8.0;

/// A turned base rises by 0.56 of its whole bulge at nine tenths of its half width, where it is measured.
const ROUND: f32 = 1.0 / 0.58;

/// The base of a product in photo pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Base {
    /// The middle of the base: what is set down on the ground point.
    pub pivot: [f32; 2],
    /// Width of what touches the ground.
    pub width: f32,
    /// Half of the depth of the base, as it would measure in photo pixels seen from the side.
    pub half_depth: f32,
}

/// Finds the base. The lower contour of a thing seen slightly from above bulges: its front is lower than its sides by depth · sin(pitch).
pub(super) fn find(cutout: &Cutout) -> Base {
    let bounds = cutout.bounds;
    let sin = PHOTO_PITCH_DEG.to_radians().sin();
    let contour = lower_contour(cutout);
    let bottom = bounds.bottom() as f32;
    // What stands is within the band that a base as deep as the product is wide can bulge by.
    let band = (0.13 * bounds.width as f32).max(0.02 * bounds.height as f32);
    let touching: Vec<(usize, f32)> =
        contour.iter().copied().enumerate().filter(|&(_, y)| y >= bottom - band).collect();
    let (first, last) = match (touching.first(), touching.last()) {
        (Some(first), Some(last)) => (first.0 as f32, last.0 as f32 + 1.0),
        _ => (0.0, bounds.width as f32),
    };
    let width = (last - first).max(1.0);
    let mut heights: Vec<f32> = touching.iter().map(|&(_, y)| bottom - y).collect();
    heights.sort_by(f32::total_cmp);
    let bulge = heights.get(heights.len() * 9 / 10).copied().unwrap_or(0.0);
    // A straight lower edge says nothing about depth: a box seen frontally. Most are about half as deep as wide.
    let half_depth = if bulge < 0.012 * width {
        0.28 * width
    } else {
        (ROUND * bulge / sin).clamp(0.16 * width, 0.52 * width)
    };
    Base { pivot: [bounds.x as f32 + (first + last) / 2.0, bottom - half_depth * sin], width, half_depth }
}

/// For each column of the bounds one past the lowest row with alpha ≥ 128, or the upper edge where there is none.
fn lower_contour(cutout: &Cutout) -> Vec<f32> {
    let bounds = cutout.bounds;
    let mut contour = vec![bounds.y as f32; bounds.width as usize];
    for y in bounds.y..bounds.bottom() {
        for (i, lowest) in contour.iter_mut().enumerate() {
            if cutout.rgba.get_pixel(bounds.x + i as u32, y)[3] >= 128 {
                *lowest = y as f32 + 1.0;
            }
        }
    }
    contour
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeySide, Rect};
    use image::{GrayImage, Rgba, RgbaImage};

    fn cutout(inside: impl Fn(f32, f32) -> bool) -> Cutout {
        let rgba = RgbaImage::from_fn(400, 500, |x, y| {
            Rgba([90, 90, 90, if inside(x as f32 + 0.5, y as f32 + 0.5) { 255 } else { 0 }])
        });
        let seen: Vec<_> = rgba.enumerate_pixels().filter(|p| p.2[3] > 0).map(|p| (p.0, p.1)).collect();
        let x = seen.iter().map(|p| p.0).min().unwrap();
        let y = seen.iter().map(|p| p.1).min().unwrap();
        let right = seen.iter().map(|p| p.0).max().unwrap() + 1;
        let bottom = seen.iter().map(|p| p.1).max().unwrap() + 1;
        Cutout {
            shadow: GrayImage::from_pixel(400, 500, image::Luma([255])),
            bounds: Rect { x, y, width: right - x, height: bottom - y },
            rgba,
            confidence: 1.0,
            key_side: KeySide::Center,
            vote: None,
            notices: Vec::new(),
        }
    }

    #[test]
    fn a_cylinder_is_as_deep_as_wide() {
        // Radius 80 at x 200, standing with its base's middle at y 400, seen 8° from above.
        let sin = PHOTO_PITCH_DEG.to_radians().sin();
        let base = find(&cutout(|x, y| {
            let t = 1.0 - ((x - 200.0) / 80.0).powi(2);
            t > 0.0 && y > 150.0 && y < 400.0 + 80.0 * sin * t.sqrt()
        }));
        assert!((base.pivot[0] - 200.0).abs() < 1.5, "{base:?}");
        assert!((base.half_depth - 80.0).abs() < 16.0, "{base:?}");
        assert!((base.pivot[1] - 400.0).abs() < 3.0, "{base:?}");
    }

    #[test]
    fn a_handle_does_not_shift_the_foot() {
        let base = find(&cutout(|x, y| {
            (150.0..250.0).contains(&x) && (200.0..400.0).contains(&y)
                || (250.0..320.0).contains(&x) && (240.0..300.0).contains(&y)
        }));
        assert!((base.pivot[0] - 200.0).abs() < 1.0 && (base.width - 100.0).abs() < 1.0, "{base:?}");
    }
}
