//! One frame at the screen's size: where the product is, what light lies on it, and where it looks otherwise than in the photo or than before. Knows no
//! limits.

use image::RgbImage;

use super::super::compare::lightness;
use super::super::light;
use super::template::{SOFT, Template};
use crate::domain::Stand;
use crate::imaging::color::{delta_e, lab, srgb};
use crate::imaging::composite::Relight;
use crate::imaging::frames::Frame;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;
use crate::imaging::register::Affine;
use crate::imaging::register::ecc::{self, Search};

/// How far the product may have moved from where it is looked for, as a share of its longer side; that much of the frame is looked at around it.
const REACH: f64 = 0.06;
/// ΔE00 from which on something looks otherwise: inside, and around, where the ground moves.
const OTHERWISE: f32 = 6.0;
const OTHER_GROUND: f32 = 9.0;
/// Bytes from which on a channel may be clipped.
const WHITE: u8 = 250;
/// Linear light of the photo from which on a channel is as good as clipped there, too: then nothing is lost by the frame's being so.
const WHITE_BEFORE: f32 = 0.92;

/// A part of a frame, made smaller, and how to get there.
pub(super) struct Window {
    pub(super) picture: RgbImage,
    /// Frame → window.
    map: Affine,
}

/// The product on its place in a frame.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) stand: Stand,
    /// Correlation of lightness, −1..1.
    pub(super) alike: f32,
    /// How far, in frame pixels, the product's corners lie beside where its stand puts them, if it is stretched or sheared.
    pub(super) askew: f32,
}

/// What a frame looks like at the product.
pub(super) struct Look {
    /// Linear light on the product as if in the photo's light, after a slight blur, in the template's shape.
    pub(super) plain: [Plane; 3],
    /// The same as Lab.
    pub(super) lab: [Plane; 3],
    /// Where it is seen and not clipped.
    pub(super) seen: Vec<bool>,
    /// Mean ΔE00 from the photo over the core.
    pub(super) residual: f32,
    /// ln of light for each channel, mean over the product.
    pub(super) light: [f32; 3],
}

impl Window {
    /// What surrounds the product as it stands by `stand`, so small that it is about as large as in the template.
    pub(super) fn around(frame: &Frame, template: &Template, stand: &Stand) -> Option<Window> {
        let map = template.map(stand);
        let (width, height) = (f64::from(template.layer.width), f64::from(template.layer.height));
        let corners = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]].map(|at| map.apply(at));
        let growth = map.determinant().abs().sqrt();
        let shrink = if growth < 2.0 {
            1
        } else if growth < 4.0 {
            2
        } else {
            4
        };
        let reach = REACH * growth * width.max(height);
        let step = f64::from(2 * shrink);
        let side = |k: usize, size: u32| {
            let least = corners.iter().map(|c| c[k]).fold(f64::INFINITY, f64::min) - reach;
            let most = corners.iter().map(|c| c[k]).fold(f64::NEG_INFINITY, f64::max) + reach;
            let from = ((least / step).floor() * step).max(0.0);
            let to = ((most / step).ceil() * step).min(f64::from(size / (2 * shrink) * (2 * shrink)));
            (to - from >= 16.0 * f64::from(shrink)).then_some((from as u32, (to - from) as u32))
        };
        let ((x, width), (y, height)) = (side(0, frame.width)?, side(1, frame.height)?);
        let picture = frame.small([x, y, width, height], shrink);
        let small = 1.0 / f64::from(shrink);
        let map = Affine { rows: [[small, 0.0, -f64::from(x) * small], [0.0, small, -f64::from(y) * small]] };
        Some(Window { picture, map })
    }

    /// Follows the product by what is seen on it from where `stand` puts it; `None` if it is not there.
    pub(super) fn follow(&self, template: &Template, stand: &Stand) -> Option<Followed> {
        let start = template.map(stand).then(&self.map);
        let search = Search { halvings: 2, steps: 12, precision: 0.01 };
        let picture = lightness(&self.picture);
        let found = ecc::align(&template.lightness, &picture, Some(&template.core), start, &search).ok()?;
        let map = found.warp.then(&self.map.inverse()?);
        let stretches = map.stretches();
        if !(stretches[1] > 0.0 && stretches[0] / stretches[1] < 1.25 && map.determinant() > 0.0) {
            return None;
        }
        let stand = template.stand(&map, stand);
        let straight = template.map(&stand);
        let (middle, [.., width, height]) = (template.middle(), template.frame);
        let half = [f64::from(width) / 2.0, f64::from(height) / 2.0];
        let askew = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]].map(|[u, v]| {
            let at = [middle[0] + u * half[0], middle[1] + v * half[1]];
            let (a, b) = (map.apply(at), straight.apply(at));
            (a[0] - b[0]).hypot(a[1] - b[1])
        });
        let askew = askew.into_iter().fold(0.0, f64::max) as f32;
        Some(Followed { stand, alike: found.correlation, askew })
    }

    /// What the product looks like there; `None` if too little of it is seen to tell its light.
    pub(super) fn look(&self, template: &Template, stand: &Stand) -> Option<Look> {
        let (seen, valid) = self.sampled(template, stand);
        let light = light::fit(&template.layer, &seen, template.frame)?;
        let factors = factors(template, &light);
        let (width, height) = (template.lightness.width, template.lightness.height);
        let plain: [Plane; 3] = std::array::from_fn(|c| {
            let linear = seen.pixels().zip(&factors).map(|(p, f)| srgb::linear_of(p[c]) / f[c].max(0.05));
            Plane { width, height, data: linear.collect() }.blurred(SOFT)
        });
        let lab = lab::planes_of_linear(&plain);
        let difference = delta_e::delta_e00_planes(&template.lab, &lab);
        let inside = || (0..valid.len()).filter(|i| template.core[*i] && valid[*i]);
        let count = inside().count();
        if 2 * count < template.core.iter().filter(|core| **core).count() {
            return None;
        }
        let residual = inside().map(|i| difference.data[i]).sum::<f32>() / count as f32;
        let mut logs = [0.0f32; 3];
        inside().for_each(|i| (0..3).for_each(|c| logs[c] += factors[i][c].max(1e-3).ln()));
        Some(Look { plain, lab, seen: valid, residual, light: logs.map(|sum| sum / count as f32) })
    }

    /// The window in the template's shape, and where it is seen and not clipped.
    fn sampled(&self, template: &Template, stand: &Stand) -> (RgbImage, Vec<bool>) {
        let map = template.map(stand).then(&self.map);
        let (columns, rows) = (self.picture.width() as usize, self.picture.height() as usize);
        let (width, height) = (template.layer.width, template.layer.height);
        let raw = self.picture.as_raw();
        let mut valid = Vec::with_capacity((width * height) as usize);
        let mut bytes = Vec::with_capacity(3 * (width * height) as usize);
        let (right, low) = ((columns - 1) as f32, (rows - 1) as f32);
        for y in 0..height {
            let [u, v] = map.apply([0.5, f64::from(y) + 0.5]).map(|v| v as f32);
            let [du, dv] = [map.rows[0][0] as f32, map.rows[1][0] as f32];
            for x in 0..width {
                // Pixel centers are at +0.5; the outermost half pixel is the outermost pixel.
                let (u, v) = (u + x as f32 * du - 0.5, v + x as f32 * dv - 0.5);
                let there = u >= -0.5 && v >= -0.5 && u <= right + 0.5 && v <= low + 0.5;
                let (u, v) = (u.clamp(0.0, right), v.clamp(0.0, low));
                let (left, top) =
                    ((u as usize).min(columns.saturating_sub(2)), (v as usize).min(rows.saturating_sub(2)));
                let (across, down) = (u - left as f32, v - top as f32);
                let upper = &raw[3 * (top * columns + left)..][..6];
                let lower = &raw[3 * ((top + 1) * columns + left)..][..6];
                let pixel: [u8; 3] = std::array::from_fn(|c| {
                    let (a, b) = (f32::from(upper[c]), f32::from(upper[c + 3]));
                    let (d, e) = (f32::from(lower[c]), f32::from(lower[c + 3]));
                    let (one, two) = (a + across * (b - a), d + across * (e - d));
                    (one + down * (two - one) + 0.5) as u8
                });
                let known = &template.layer.data[(y * width + x) as usize];
                let told =
                    pixel.iter().zip(known).all(|(byte, before)| *byte <= WHITE || *before >= WHITE_BEFORE);
                valid.push(there && told);
                bytes.extend(pixel);
            }
        }
        #[expect(clippy::expect_used, reason = "the buffer was made with exactly this size")]
        let picture = RgbImage::from_raw(width, height, bytes).expect("sizes agree");
        (picture, valid)
    }
}

/// How much more light lies on each pixel than in the photo.
fn factors(template: &Template, light: &Relight) -> Vec<[f32; 3]> {
    let [left, top, wide, high] = template.frame;
    let (width, height) = (template.layer.width, template.layer.height);
    let across = |x: u32| ((x as f32 + 0.5 - left) / wide.max(1.0) * 2.0 - 1.0).clamp(-1.0, 1.0);
    let up = |y: u32| (1.0 - (y as f32 + 0.5 - top) / high.max(1.0) * 2.0).clamp(-1.0, 1.0);
    let columns: Vec<[f32; 3]> = (0..width).map(|x| light.factors(across(x), 0.0)).collect();
    let bare = light.factors(0.0, 0.0);
    (0..height)
        .flat_map(|y| {
            let row = light.factors(0.0, up(y));
            let columns = &columns;
            (0..width as usize)
                .map(move |x| std::array::from_fn(|c| columns[x][c] * row[c] / bare[c].max(1e-6)))
        })
        .collect()
}

/// How two looks differ: the largest connected part inside as a share of the product, and around.
pub(super) fn changed(template: &Template, before: &[Plane; 3], now: &Look, seen: &[bool]) -> [f32; 2] {
    let difference = delta_e::delta_e00_planes(before, &now.lab);
    let largest = |region: &[bool], limit: f32| {
        let odd: Vec<bool> = (0..region.len())
            .map(|i| region[i] && now.seen[i] && seen[i] && difference.data[i] > limit)
            .collect();
        let pieces = watershed::components(&odd, difference.width);
        pieces.iter().map(Vec::len).max().unwrap_or(0) as f32 / template.area
    };
    [largest(&template.core, OTHERWISE), largest(&template.around, OTHER_GROUND)]
}

/// Mean ΔE00 between two looks over the core.
pub(super) fn apart(template: &Template, one: &[Plane; 3], two: &[Plane; 3]) -> f32 {
    let difference = delta_e::delta_e00_planes(&lab::planes_of_linear(one), &lab::planes_of_linear(two));
    let inside = difference.data.iter().zip(&template.core).filter(|(_, core)| **core);
    let (sum, count) = inside.fold((0.0, 0usize), |(sum, count), (v, _)| (sum + v, count + 1));
    sum / count.max(1) as f32
}
