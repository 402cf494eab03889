//! Whether a product lies flat in its photo, and how thick it is then. Knows no template.
//!
//! The evidence is the photo's own shade. Beside the upper half of a thing that stands one sees ground far behind it, or a wall: lit, and no darker close to
//! the outline than further out. A thing that lies touches the ground all along its outline, so its contact shade follows both of its sides right up to its
//! far end. Neither the outline nor the category tells: a folded shirt and a handbag have the same ones.

use crate::domain::{Cutout, Rect};

/// The sides are looked at between these shares of the height, from the top: above any shade of what stands, below rounded shoulders.
const ROWS: [f32; 2] = [0.2, 0.6];
/// Where contact shade is expected, and where it has faded, as shares of the longer side away from the outline.
const CLOSE: f32 = 0.012;
const FADED: f32 = 0.07;
/// The ground close to what lies loses at least this much more light, on the side toward the light, too. Of the 19 fixture photos that it was read on, the
/// two of things that lie have 0.04, all others at most 0.008.
const DARKER: f32 = 0.02;
/// What lies is about so thick, as a share of its width: folded cloth, a magazine, a phone …
const THICK: f32 = 0.06;

/// How thick a product that lies flat is, in photo pixels; `None` if it stands, or if the photo does not tell.
pub(super) fn thickness(cutout: &Cutout) -> Option<f32> {
    let lies = [false, true].iter().all(|right| darkening(cutout, *right) >= Some(DARKER));
    // … but no thicker than its strands are wide.
    lies.then(|| (THICK * cutout.bounds.width as f32).min(strand(cutout)))
}

/// How much darker the ground is close to the outline's left or right side than further out: the median over its rows. `None` if no row shows both.
fn darkening(cutout: &Cutout, right: bool) -> Option<f32> {
    let Rect { x, y, width, height } = cutout.bounds;
    let longer = width.max(height) as f32;
    let [close, faded] = [CLOSE, FADED].map(|share| (share * longer).ceil() as u32 + 1);
    let row = |share: f32| y + (share * height as f32) as u32;
    let shade =
        |x: u32, y: u32| cutout.shadow.get_pixel_checked(x, y).map(|light| f32::from(light[0]) / 255.0);
    let mut darker: Vec<f32> = (row(ROWS[0])..row(ROWS[1]))
        .filter_map(|y| {
            let inside = |x: &u32| cutout.rgba.get_pixel(*x, y)[3] >= 128;
            let mut columns = x..x + width;
            let [near, far] = if right {
                let edge = columns.rfind(inside)?;
                [edge + close, edge + faded]
            } else {
                let edge = columns.find(inside)?;
                [edge.checked_sub(close)?, edge.checked_sub(faded)?]
            };
            Some(shade(far, y)? - shade(near, y)?)
        })
        .collect();
    darker.sort_by(f32::total_cmp);
    darker.get(darker.len() / 2).copied()
}

/// How wide its strands are in photo pixels: twice its area over the length of its outline. Much for what is solid.
fn strand(cutout: &Cutout) -> f32 {
    let Rect { x, y, width, height } = cutout.bounds;
    let inside = |x: u32, y: u32| cutout.rgba.get_pixel_checked(x, y).is_some_and(|pixel| pixel[3] >= 128);
    let (mut area, mut outline) = (0usize, 0usize);
    for y in y..=y + height {
        for x in x..=x + width {
            let here = inside(x, y);
            area += usize::from(here);
            outline += usize::from(here != (x > 0 && inside(x - 1, y)));
            outline += usize::from(here != (y > 0 && inside(x, y - 1)));
        }
    }
    // Steps along rows and columns are 4/π times as long as the slanted line that they stand for, on average.
    2.0 * area as f32 / (std::f32::consts::FRAC_PI_4 * outline.max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::KeySide;
    use image::{GrayImage, Luma, Rgba, RgbaImage};

    /// 200 × 120 in the middle of a photo of 400 × 300, with light `through(side, row)` that contact shade lets through close to it.
    fn cutout(inside: impl Fn(u32, u32) -> bool, through: impl Fn(bool, u32) -> u8) -> Cutout {
        let bounds = Rect { x: 100, y: 90, width: 200, height: 120 };
        let within = |x: u32, y: u32| (100..300).contains(&x) && (90..210).contains(&y) && inside(x, y);
        Cutout {
            rgba: RgbaImage::from_fn(400, 300, |x, y| Rgba([90, 90, 90, if within(x, y) { 255 } else { 0 }])),
            shadow: GrayImage::from_fn(400, 300, |x, y| {
                let beside = (92..100).contains(&x) || (300..308).contains(&x);
                Luma([if beside { through(x > 200, y) } else { 255 }])
            }),
            bounds,
            confidence: 1.0,
            key_side: KeySide::Center,
            vote: None,
            notices: Vec::new(),
        }
    }

    #[test]
    fn what_has_contact_shade_along_both_sides_lies() {
        let shirt = cutout(|_, _| true, |right, _| if right { 140 } else { 240 });
        let thick = thickness(&shirt).unwrap();
        assert!((thick - 12.0).abs() < 0.1, "{thick}");
    }

    #[test]
    fn what_is_shaded_at_its_foot_or_on_one_side_stands() {
        assert_eq!(thickness(&cutout(|_, _| true, |_, y| if y > 180 { 120 } else { 255 })), None);
        assert_eq!(thickness(&cutout(|_, _| true, |right, _| if right { 140 } else { 254 })), None);
    }

    #[test]
    fn a_chain_is_no_thicker_than_it_is_wide() {
        let frame = |x: u32, y: u32| !(104..296).contains(&x) || !(94..206).contains(&y);
        let thick = thickness(&cutout(frame, |_, _| 200)).unwrap();
        assert!((3.0..6.0).contains(&thick), "{thick}");
    }
}
