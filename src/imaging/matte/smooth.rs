//! Smooths a border where the photo does not show it: there its teeth are noise, and a smooth line is the better guess. Knows no product.

use std::collections::BTreeSet;

use image::RgbImage;

use super::edge::{self, Edge};
use super::watershed::{BACKGROUND, PRODUCT};
use crate::imaging::plane::Plane;

/// Both sides are read this far from the border, pixels.
const REACH: i8 = 2;
/// Sides that differ by less (largest difference of a channel, square roots of linear light) are hard to tell apart …
const BLIND: f32 = 0.10;
/// … if most of the border around is so: standard deviation of its average, pixels.
const AROUND: f32 = 6.0;
/// Standard deviation of the blur that takes the teeth off, pixels.
const SMOOTH: f32 = 5.0;
/// The picture is worked on in squares of this side, seen with this margin.
const TILE: usize = 64;
const MARGIN: usize = 20;

/// Smooths the border of `markers` among the pixels of `band` that are `firm`, where both sides look alike in `picture` (H×W×3, sRGB).
pub fn blind_border(markers: &mut [u8], picture: &RgbImage, band: &[usize], firm: impl Fn(usize) -> bool) {
    let size = (picture.width() as usize, picture.height() as usize);
    let (depth, _) = edge::depths(markers, size.0, band);
    let border = Edge::new(picture, &depth, REACH);
    let mut seen = vec![0.0; markers.len()];
    let mut tiles = BTreeSet::new();
    for &i in band.iter().filter(|i| depth[**i] == 1) {
        let Some(blind) = is_blind(&border, i) else { continue };
        seen[i] = if blind { -1.0 } else { 1.0 };
        if blind {
            tiles.insert((i / size.0 / TILE, i % size.0 / TILE));
        }
    }
    let sides = Sides { product: markers.iter().map(|m| *m == PRODUCT).collect(), seen, size };
    let mut undecided = vec![false; markers.len()];
    band.iter().filter(|i| firm(**i)).for_each(|i| undecided[*i] = true);
    for tile in tiles {
        sides.smooth(tile, |i, product| {
            if undecided[i] {
                markers[i] = if product { PRODUCT } else { BACKGROUND };
            }
        });
    }
}

/// Whether both sides look alike next to a pixel of the border; `None` if one of them is too thin there to tell.
fn is_blind(border: &Edge, i: usize) -> Option<bool> {
    let (front, ground) = (border.front(i)?, border.ground(i)?);
    let alike =
        (0..3).all(|c| (front.color[c].max(0.0).sqrt() - ground.color[c].max(0.0).sqrt()).abs() < BLIND);
    Some(alike)
}

struct Sides {
    product: Vec<bool>,
    /// 1 where the border shows, −1 where it does not, 0 off it.
    seen: Vec<f32>,
    size: (usize, usize),
}

impl Sides {
    /// Tells for each pixel of a tile near a blind stretch of the border on which side of the smooth line it lies.
    fn smooth(&self, tile: (usize, usize), mut tell: impl FnMut(usize, bool)) {
        let start = |tile: usize| (tile * TILE).saturating_sub(MARGIN);
        let (left, top) = (start(tile.1), start(tile.0));
        let right = ((tile.1 + 1) * TILE + MARGIN).min(self.size.0);
        let bottom = ((tile.0 + 1) * TILE + MARGIN).min(self.size.1);
        let (width, height) = (right - left, bottom - top);
        let index = |k: usize| (top + k / width) * self.size.0 + left + k % width;
        let plane = |of: &dyn Fn(usize) -> f32| Plane {
            width,
            height,
            data: (0..width * height).map(|k| of(index(k))).collect(),
        };
        let seen = plane(&|i| self.seen[i]).blurred(AROUND);
        let soft = plane(&|i| if self.product[i] { 1.0 } else { 0.0 }).blurred(SMOOTH);
        for k in 0..width * height {
            let i = index(k);
            let inside = (i / self.size.0 / TILE, i % self.size.0 / TILE) == tile;
            if inside && seen.data[k] < 0.0 {
                tell(i, soft.data[k] > 0.5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::watershed::UNDECIDED;
    use super::*;
    use image::Rgb;

    const SIDE: u32 = 160;

    /// How many pixels of a toothed border are wrong after it was smoothed; the product's edge is straight, and `gray` on ground of 200.
    fn wrong(gray: u8) -> usize {
        let truly = |i: usize| i % (SIDE as usize) < 80;
        let picture = RgbImage::from_fn(SIDE, SIDE, |x, _| Rgb([if x < 80 { gray } else { 200 }; 3]));
        let tooth = |y: usize| if (y / 4).is_multiple_of(2) { 4 } else { 0 };
        let mut markers: Vec<u8> = (0..(SIDE * SIDE) as usize)
            .map(|i| if i % (SIDE as usize) < 78 + tooth(i / SIDE as usize) { PRODUCT } else { BACKGROUND })
            .collect();
        let band: Vec<usize> =
            (0..markers.len()).filter(|i| (66..94).contains(&(i % SIDE as usize))).collect();
        blind_border(&mut markers, &picture, &band, |_| true);
        assert!(markers.iter().all(|m| *m != UNDECIDED));
        (0..markers.len()).filter(|i| (markers[*i] == PRODUCT) != truly(*i)).count()
    }

    #[test]
    fn teeth_go_where_the_photo_shows_no_edge_and_stay_where_it_does() {
        let (unseen, seen) = (wrong(195), wrong(60));
        assert!(unseen < 40, "{unseen}");
        assert_eq!(seen, 2 * SIDE as usize);
    }
}
