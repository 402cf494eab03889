//! What light lies on a product that was found in a picture: how the picture's light differs from the photo's, per channel and smoothly over the product.
//! Too stiff to explain another color, print or part. Knows no limits.

use image::RgbImage;

use crate::imaging::color::srgb;
use crate::imaging::composite::Relight;
use crate::imaging::solve::solve;
use crate::imaging::warp::Layer;

/// Places that are compared, at most.
const PLACES: usize = 4000;
/// Added to linear light before its logarithm is taken, so that the darkest do not count for more than they can be seen.
const FLOOR: f32 = 0.01;
/// Bytes above which a channel may be clipped.
const WHITE: u8 = 250;
/// Unknowns: three gains, two slopes, two bends.
const UNKNOWNS: usize = 7;
/// Rounds of reweighting; what differs for another reason than light loses its weight.
const ROUNDS: usize = 8;
/// Least scale of the residuals, ln.
const SCALE: f64 = 0.04;
/// Fewest places to fit to.
const FEWEST: usize = 40;
/// What pulls slopes and bends to none, as a share of the weight of all places: print must not be taken for a slope.
const STIFF: f64 = 0.02;

/// The light under which `layer` (as in the photo, placed on the picture) looks most like `picture`; `frame` is the product's box (x, y, width, height
/// in the picture) that slopes refer to. In linear light, ln (picture + 0.01) − ln (product + 0.01) is fitted by iteratively reweighted least
/// squares with Cauchy's weights. `None` if too little of the product is opaque.
pub(super) fn fit(layer: &Layer, picture: &RgbImage, frame: [f32; 4]) -> Option<Relight> {
    let places = places(layer, picture, frame);
    if places.len() < FEWEST {
        return None;
    }
    let mut model = [0.0f64; UNKNOWNS];
    let mut scale = 0.3;
    for _ in 0..ROUNDS {
        model = solved(&places, &model, scale)?;
        let mut left: Vec<f64> = places.iter().map(|place| place.left(&model).abs()).collect();
        let middle = left.len() / 2;
        let (_, median, _) = left.select_nth_unstable_by(middle, f64::total_cmp);
        scale = (2.0 * *median).max(SCALE);
    }
    let [r, g, b, across, up, bend_across, bend_up] = model.map(|v| v as f32);
    Some(Relight { gains: [r, g, b].map(f32::exp), shading: [across, up], bend: [bend_across, bend_up] })
}

/// One channel at one place.
struct Place {
    channel: usize,
    /// −1 to 1, to the right and upward.
    at: [f64; 2],
    /// How much more light there is than in the photo, ln.
    log: f64,
}

impl Place {
    /// What each unknown counts here.
    fn row(&self) -> [f64; UNKNOWNS] {
        let [x, y] = self.at;
        let gain = |c: usize| if c == self.channel { 1.0 } else { 0.0 };
        [gain(0), gain(1), gain(2), x, y, x * x, y * y]
    }

    fn left(&self, model: &[f64; UNKNOWNS]) -> f64 {
        self.log - self.row().iter().zip(model).map(|(a, b)| a * b).sum::<f64>()
    }
}

/// Opaque places on a grid, each compared as the mean of 3×3 pixels.
fn places(layer: &Layer, picture: &RgbImage, frame: [f32; 4]) -> Vec<Place> {
    let step = (((layer.width * layer.height) as f32 / PLACES as f32).sqrt() as u32).max(2);
    let mut found = Vec::new();
    for y in (1..layer.height.saturating_sub(1)).step_by(step as usize) {
        for x in (1..layer.width.saturating_sub(1)).step_by(step as usize) {
            let (mut own, mut seen, mut fine) = ([0.0f32; 3], [0.0f32; 3], true);
            for (u, v) in (0..9).map(|k| (layer.x + x + k % 3 - 1, layer.y + y + k / 3 - 1)) {
                let (pixel, there) = (layer.at(u, v), picture.get_pixel(u, v).0);
                fine &= pixel[3] > 0.999 && there.iter().all(|byte| *byte <= WHITE);
                for c in 0..3 {
                    own[c] += pixel[c] / 9.0;
                    seen[c] += srgb::linear_of(there[c]) / 9.0;
                }
            }
            if !fine {
                continue;
            }
            let across = ((layer.x + x) as f32 + 0.5 - frame[0]) / frame[2].max(1.0) * 2.0 - 1.0;
            let up = 1.0 - ((layer.y + y) as f32 + 0.5 - frame[1]) / frame[3].max(1.0) * 2.0;
            let at = [across, up].map(|v| f64::from(v.clamp(-1.0, 1.0)));
            found.extend((0..3).map(|channel| {
                let log = f64::from(((seen[channel] + FLOOR) / (own[channel] + FLOOR)).ln());
                Place { channel, at, log }
            }));
        }
    }
    found
}

/// One round: the model that fits best with the weights that the last one leaves.
fn solved(places: &[Place], last: &[f64; UNKNOWNS], scale: f64) -> Option<[f64; UNKNOWNS]> {
    let (mut matrix, mut right) = ([[0.0; UNKNOWNS]; UNKNOWNS], [0.0; UNKNOWNS]);
    let mut all = 0.0;
    for place in places {
        let weight = 1.0 / (1.0 + (place.left(last) / scale).powi(2));
        let row = place.row();
        all += weight;
        for (i, a) in row.iter().enumerate() {
            right[i] += weight * a * place.log;
            row.iter().enumerate().for_each(|(j, b)| matrix[i][j] += weight * a * b);
        }
    }
    (3..UNKNOWNS).for_each(|i| matrix[i][i] += STIFF * all);
    (0..3).for_each(|i| matrix[i][i] += 1e-6 * all);
    solve(matrix, right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::composite;
    use crate::imaging::warp::Layer;

    fn checkered() -> Layer {
        let data = (0..120 * 160)
            .map(|i| {
                let (x, y) = (i % 120 / 9, i / 120 / 11);
                let value = 0.12 + 0.05 * ((x * 7 + y * 3) % 5) as f32;
                [value, 0.8 * value, 0.5 * value + 0.02, 1.0]
            })
            .collect();
        Layer { x: 10, y: 20, width: 120, height: 160, data, lost: 0.0 }
    }

    #[test]
    fn the_light_that_was_laid_on_comes_out_and_a_foreign_patch_does_not_change_it() {
        let frame = [10.0, 20.0, 120.0, 160.0];
        let mut lit = checkered();
        let laid = Relight { gains: [1.1, 1.0, 0.9], shading: [0.1, -0.06], bend: [0.0, 0.05] };
        composite::relight(&mut lit, &laid, frame);
        lit.data[3000..7000].iter_mut().for_each(|pixel| *pixel = [0.4, 0.02, 0.02, 1.0]);
        let mut picture = RgbImage::from_pixel(160, 200, image::Rgb([90, 100, 80]));
        composite::over(&mut picture, &lit);
        let found = fit(&checkered(), &picture, frame).unwrap();
        for (a, b) in found.gains.iter().zip(laid.gains) {
            assert!((a / b - 1.0).abs() < 0.02, "{found:?}");
        }
        assert!((found.shading[0] - 0.1).abs() < 0.02 && (found.shading[1] + 0.06).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn what_is_nowhere_opaque_has_no_light_to_fit() {
        let mut layer = checkered();
        layer.data.iter_mut().for_each(|pixel| *pixel = pixel.map(|v| 0.5 * v));
        let picture = RgbImage::from_pixel(160, 200, image::Rgb([90; 3]));
        assert!(fit(&layer, &picture, [10.0, 20.0, 120.0, 160.0]).is_none());
    }
}
