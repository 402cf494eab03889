//! The picture around a product, small, cut into patches: how far each is from the product, what it looks like, and how hard an edge runs through it.

use image::RgbImage;

use super::look::{NUMBERS, Patch, Side};
use crate::domain::Rect;
use crate::imaging::color::srgb;
use crate::imaging::matte::grid;
use crate::imaging::resize::{self, Window};
use crate::verify::VerifyError;
use crate::verify::compare::Comparison;

/// Longer side of the product at which patches are compared, pixels.
const SIDE: f32 = 240.0;
/// Side of a patch, and the step from one to the next.
pub(super) const PATCH: usize = 6;
pub(super) const STEP: usize = 3;
/// Share of the product's longer side, above its foot, beside which its shadow may fall: what is wide is deep, too, and seen from above.
const FOOT: f32 = 0.35;
/// Pixels in which edges are looked at for each of the small picture's, along a line; fewer if the picture has no more.
const FINE: usize = 3;
/// Finer pixels to both sides within which a thing's edge lies; a shadow's border goes on for a small pixel more.
const NARROW: usize = 1;
/// Share of the whole change that lies within the edge itself.
const WITHIN: f32 = 0.7;
/// How many times as much changes across an upright edge as along it.
const UPRIGHT: f32 = 2.0;

/// The picture around the product, small.
pub(super) struct View {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Square roots of linear light.
    colors: Vec<[f32; 3]>,
    /// The same, so many times as wide and high.
    fine: Vec<[f32; 3]>,
    times: usize,
    /// Steps to the product, at most 255.
    away: Vec<u8>,
    /// Pixels of the product.
    pub(super) area: f32,
    /// Row below which shadows fall.
    foot: usize,
    /// Its upper left corner in the picture, and its pixels for each of the picture's.
    corner: [u32; 2],
    shrink: f32,
    /// By column the first row below which there is product above; the view's height if there is none.
    below: Vec<usize>,
}

impl View {
    /// As far as `reach` small pixels around the product.
    pub(super) fn new(seen: &Comparison, master: &RgbImage, reach: u8) -> Result<View, VerifyError> {
        let frame = seen.frame;
        let product = frame.width.max(frame.height) as f32;
        let shrink = (SIDE / product).min(1.0);
        let margin = (f32::from(reach) / shrink).ceil() as u32;
        let (x, y) = (frame.x.saturating_sub(margin), frame.y.saturating_sub(margin));
        let around = Rect {
            x,
            y,
            width: (frame.x + frame.width + margin).min(master.width()) - x,
            height: (frame.y + frame.height + margin).min(master.height()) - y,
        };
        let side = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
        let (width, height) = (side(around.width), side(around.height));
        let window = Window {
            x: f64::from(around.x),
            y: f64::from(around.y),
            width: f64::from(around.width),
            height: f64::from(around.height),
        };
        let roots = |width: u32, height: u32| -> Result<Vec<[f32; 3]>, VerifyError> {
            let sized = resize::resize_rgb(master, window, width, height)?;
            Ok(sized.pixels().map(|p| p.0.map(srgb::root_of)).collect())
        };
        let colors = roots(width, height)?;
        let times = ((1.0 / shrink) as usize).clamp(1, FINE);
        let fine = roots(width * times as u32, height * times as u32)?;
        let covered = |k: u32| {
            // The middle of the small pixel, in pixels of the frame.
            let u = ((k % width) as f32 + 0.5) * around.width as f32 / width as f32 + around.x as f32;
            let v = ((k / width) as f32 + 0.5) * around.height as f32 / height as f32 + around.y as f32;
            let (u, v) = (u - frame.x as f32, v - frame.y as f32);
            u >= 0.0
                && v >= 0.0
                && (u as u32) < frame.width
                && (v as u32) < frame.height
                && seen.coverage.get_pixel(u as u32, v as u32)[0] > 12
        };
        let product: Vec<bool> = (0..width * height).map(covered).collect();
        let area = product.iter().filter(|inside| **inside).count().max(1) as f32;
        let away = grid::distance_to(&product, width as usize, 255);
        let (width, height) = (width as usize, height as usize);
        let rows = || (0..height).filter(|y| product[y * width..(y + 1) * width].contains(&true));
        let (top, bottom) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
        let columns = || (0..width).filter(|x| (0..height).any(|y| product[y * width + x]));
        let wide = columns().max().unwrap_or(0) - columns().min().unwrap_or(0);
        let foot = bottom.saturating_sub((FOOT * (bottom - top).max(wide) as f32) as usize);
        let below =
            (0..width).map(|x| (0..height).find(|y| product[y * width + x]).unwrap_or(height)).collect();
        Ok(View { width, height, colors, fine, times, away, area, foot, corner: [x, y], shrink, below })
    }

    /// Upper left corners of the patches of which every pixel is more than `from` and some pixel at most `to` steps away from the product.
    pub(super) fn places(&self, from: u8, to: u8) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for y in (0..(self.height + 1).saturating_sub(PATCH)).step_by(STEP) {
            for x in (0..(self.width + 1).saturating_sub(PATCH)).step_by(STEP) {
                let corners = [(0, 0), (PATCH - 1, 0), (0, PATCH - 1), (PATCH - 1, PATCH - 1)];
                let away = corners.map(|(u, v)| self.away[(y + v) * self.width + x + u]);
                let nearest = away.into_iter().min().unwrap_or(0);
                if nearest > from && nearest <= to {
                    found.push((x, y));
                }
            }
        }
        found
    }

    /// The box of patches, by their place among the steps, in pixels of the picture.
    pub(super) fn region(&self, patches: &[usize], columns: usize) -> Option<Rect> {
        let (xs, ys) = (|| patches.iter().map(|i| i % columns), || patches.iter().map(|i| i / columns));
        let (left, top) = (xs().min()? * STEP, ys().min()? * STEP);
        let (right, bottom) = (xs().max()? * STEP + PATCH, ys().max()? * STEP + PATCH);
        let at = |k: usize, from: u32| from + (k as f32 / self.shrink) as u32;
        let long = |k: usize| (k as f32 / self.shrink).ceil() as u32;
        let (x, y) = (at(left, self.corner[0]), at(top, self.corner[1]));
        Some(Rect { x, y, width: long(right - left), height: long(bottom - top) })
    }

    /// Where the patch at a corner lies.
    pub(super) fn side(&self, x: usize, y: usize) -> Side {
        match (y + PATCH / 2 > self.foot, self.below[x + PATCH / 2] < y) {
            (false, _) => Side::Open,
            (true, false) => Side::Shaded,
            (true, true) => Side::Touched,
        }
    }

    pub(super) fn patch(&self, x: usize, y: usize) -> Patch {
        let mut patch = [0.0; NUMBERS];
        let cell = PATCH / 3;
        for (u, v) in (0..PATCH * PATCH).map(|k| (k % PATCH, k / PATCH)) {
            let color = self.colors[(y + v) * self.width + x + u];
            let at = 3 * (v / cell * 3 + u / cell);
            (0..3).for_each(|c| patch[at + c] += color[c] / (cell * cell) as f32);
        }
        patch
    }

    /// How strong the hardest upright edge is that runs through the patch at a corner: the step of the square root of light, mean of the channels, between
    /// what lies to both sides of it; 0 if none does. Things that stand have upright edges; borders of shadows and boards lie along the ground.
    pub(super) fn edge(&self, x: usize, y: usize) -> f32 {
        let (times, beside) = (self.times, self.times + NARROW);
        let (width, height) = (self.width * times, self.height * times);
        let within = |from: usize, end: usize| {
            (from * times).max(beside)..((from + PATCH) * times).min(end.saturating_sub(beside))
        };
        let mut steps: Vec<f32> = Vec::new();
        for v in within(y, height) {
            steps.extend(within(x, width).map(|u| self.step(v * width + u, width, beside)));
        }
        // An edge that runs through the patch has more pixels than this, on both of its sides.
        let run = PATCH * times / 2;
        if steps.len() < run { 0.0 } else { *steps.select_nth_unstable_by(run - 1, |a, b| b.total_cmp(a)).1 }
    }

    /// How much changes at a finer pixel from its left to its right within [`NARROW`] pixels; 0 where more changes within `beside`, where it is a line and no
    /// step, and where as much changes from above to below.
    fn step(&self, at: usize, width: usize, beside: usize) -> f32 {
        let change = |reach: usize| {
            let (before, after) = (self.fine[at - reach], self.fine[at + reach]);
            (0..3).map(|c| (after[c] - before[c]).abs()).sum::<f32>() / 3.0
        };
        let (above, below) = (self.fine[at - NARROW * width], self.fine[at + NARROW * width]);
        let down = (0..3).map(|c| (below[c] - above[c]).abs()).sum::<f32>() / 3.0;
        let (near, whole) = (change(NARROW), change(beside));
        let is_step = near >= WITHIN * whole && whole >= WITHIN * near;
        if is_step && near > UPRIGHT * down { near } else { 0.0 }
    }
}
