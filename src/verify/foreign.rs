//! What stands right beside a product and is unlike anything else around: a part that was grown onto it, a thing that was put there. Where the ground is
//! not known, ground can only be told by its being like other ground: each small patch close to the product is looked for further away, in more or less
//! light. Knows no limits.

use image::RgbImage;

use super::VerifyError;
use super::compare::Comparison;
use crate::domain::Rect;
use crate::imaging::color::srgb;
use crate::imaging::matte::grid;
use crate::imaging::matte::watershed;
use crate::imaging::resize::{self, Window};

/// Longer side of the product at which patches are compared, pixels.
const SIDE: f32 = 240.0;
/// How far from the product something still counts as beside it, at that size.
const NEAR: u8 = 26;
/// Nearest and furthest ground that is taken for an example, at that size.
const FAR: [u8; 2] = [34, 130];
/// Pixels at the edge that are neither: what of the product is mixed in there.
const EDGE: u8 = 3;
/// Side of a patch, and the step from one to the next.
const PATCH: usize = 6;
const STEP: usize = 3;
/// Least and most light that ground close to the product may have, as factors on the square root of the light of like ground further away: where no
/// shadow falls, beside the foot where one does, and below the product where it touches the ground.
const OPEN: [f32; 2] = [0.8, 1.12];
const SHADED: [f32; 2] = [0.35, 1.12];
const TOUCHED: [f32; 2] = [0.1, 1.12];
/// Share of the product's longer side, above its foot, beside which its shadow may fall: what is wide is deep, too, and seen from above.
const FOOT: f32 = 0.35;
/// Of how many examples one is taken for its color alone: the edge of a shadow lies on ground, but nowhere else is there the same edge.
const COLORS: usize = 8;
/// Root mean square by which a patch may differ from the most alike, on the square root of linear light.
const ALIKE: f32 = 0.035;
/// Examples that are needed, and that suffice.
const EXAMPLES: [usize; 2] = [120, 4000];
/// Numbers that describe a patch: 3×3 means of three channels.
const NUMBERS: usize = 27;

type Patch = [f32; NUMBERS];

/// The largest connected area beside the product that is unlike all other ground.
#[derive(Clone, Copy, Debug)]
pub(super) struct Foreign {
    /// As a share of the product.
    pub share: f32,
    /// Where it is, in pixels of the picture; `None` if there is none.
    pub region: Option<Rect>,
}

/// What is unlike all other ground; `None` if too little ground is seen to tell.
pub(super) fn foreign(seen: &Comparison, master: &RgbImage) -> Result<Option<Foreign>, VerifyError> {
    let view = View::new(seen, master)?;
    let mut examples: Vec<Patch> =
        view.places(FAR[0], FAR[1]).into_iter().map(|(x, y)| view.patch(x, y)).collect();
    if examples.len() < EXAMPLES[0] {
        return Ok(None);
    }
    let every = examples.len().div_ceil(EXAMPLES[1]);
    examples = examples.into_iter().step_by(every).collect();
    let known = Known::new(&examples);
    let columns = view.width.div_ceil(STEP);
    let mut looks = vec![Look::Ground; columns * view.height.div_ceil(STEP)];
    for (x, y) in view.places(EDGE, NEAR) {
        looks[y / STEP * columns + x / STEP] = known.look(&view.patch(x, y), view.side(x, y));
    }
    follow_shadows(&mut looks, columns);
    let odd: Vec<bool> = looks.iter().map(|look| matches!(look, Look::Darker | Look::Foreign)).collect();
    let pieces = watershed::components(&odd, columns);
    let Some(largest) = pieces.iter().max_by_key(|piece| piece.len()) else {
        return Ok(Some(Foreign { share: 0.0, region: None }));
    };
    let share = (largest.len() * STEP * STEP) as f32 / view.area;
    Ok(Some(Foreign { share, region: view.region(largest, columns) }))
}

/// The picture around the product, small.
struct View {
    width: usize,
    height: usize,
    /// Square roots of linear light.
    colors: Vec<[f32; 3]>,
    /// Steps to the product, at most 255.
    away: Vec<u8>,
    /// Pixels of the product.
    area: f32,
    /// Row below which shadows fall.
    foot: usize,
    /// Its upper left corner in the picture, and its pixels for each of the picture's.
    corner: [u32; 2],
    shrink: f32,
    /// By column the first row below which there is product above; the view's height if there is none.
    below: Vec<usize>,
}

impl View {
    fn new(seen: &Comparison, master: &RgbImage) -> Result<View, VerifyError> {
        let frame = seen.frame;
        let product = frame.width.max(frame.height) as f32;
        let shrink = (SIDE / product).min(1.0);
        let margin = (f32::from(FAR[1]) / shrink).ceil() as u32;
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
        let small = resize::resize_rgb(master, window, width, height)?;
        let colors = small.pixels().map(|p| p.0.map(srgb::root_of)).collect();
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
        Ok(View { width, height, colors, away, area, foot, corner: [x, y], shrink, below })
    }

    /// Upper left corners of the patches of which every pixel is more than `from` and some pixel at most `to` steps away from the product.
    fn places(&self, from: u8, to: u8) -> Vec<(usize, usize)> {
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
    fn region(&self, patches: &[usize], columns: usize) -> Option<Rect> {
        let (xs, ys) = (|| patches.iter().map(|i| i % columns), || patches.iter().map(|i| i / columns));
        let (left, top) = (xs().min()? * STEP, ys().min()? * STEP);
        let (right, bottom) = (xs().max()? * STEP + PATCH, ys().max()? * STEP + PATCH);
        let at = |k: usize, from: u32| from + (k as f32 / self.shrink) as u32;
        let long = |k: usize| (k as f32 / self.shrink).ceil() as u32;
        let (x, y) = (at(left, self.corner[0]), at(top, self.corner[1]));
        Some(Rect { x, y, width: long(right - left), height: long(bottom - top) })
    }

    /// Where the patch at a corner lies.
    fn side(&self, x: usize, y: usize) -> Side {
        match (y + PATCH / 2 > self.foot, self.below[x + PATCH / 2] < y) {
            (false, _) => Side::Open,
            (true, false) => Side::Shaded,
            (true, true) => Side::Touched,
        }
    }

    fn patch(&self, x: usize, y: usize) -> Patch {
        let mut patch = [0.0; NUMBERS];
        let cell = PATCH / 3;
        for (u, v) in (0..PATCH * PATCH).map(|k| (k % PATCH, k / PATCH)) {
            let color = self.colors[(y + v) * self.width + x + u];
            let at = 3 * (v / cell * 3 + u / cell);
            (0..3).for_each(|c| patch[at + c] += color[c] / (cell * cell) as f32);
        }
        patch
    }
}

/// What a patch looks like.
#[derive(Clone, Copy, PartialEq)]
enum Look {
    /// Ground further away, in the same light.
    Ground,
    /// Ground in shadow, where shadows fall.
    Shadow,
    /// Ground in shadow, higher up: a shadow only if it comes from where shadows fall, as that of a thing that lies.
    Darker,
    /// Nothing that is around.
    Foreign,
}

/// What is darker and hangs on to a shadow is shadow.
fn follow_shadows(looks: &mut [Look], columns: usize) {
    let mut open: Vec<usize> = (0..looks.len()).filter(|i| looks[*i] == Look::Shadow).collect();
    while let Some(i) = open.pop() {
        let (x, y) = ((i % columns) as isize, (i / columns) as isize);
        for (u, v) in (-1..=1).flat_map(|v| (-1..=1).map(move |u| (x + u, y + v))) {
            let beside = v * columns as isize + u;
            if u >= 0 && u < columns as isize && v >= 0 && (beside as usize) < looks.len() {
                let beside = beside as usize;
                if looks[beside] == Look::Darker {
                    looks[beside] = Look::Shadow;
                    open.push(beside);
                }
            }
        }
    }
}

/// Where a patch lies.
#[derive(Clone, Copy)]
enum Side {
    /// Higher than any shadow.
    Open,
    /// Beside the foot.
    Shaded,
    /// Below the product.
    Touched,
}

/// Ground as it is further away.
struct Known<'a> {
    examples: &'a [Patch],
    /// Each with itself.
    sums: Vec<f32>,
    /// Mean colors of some, with their squares.
    colors: Vec<([f32; 3], f32)>,
}

impl Known<'_> {
    fn new(examples: &[Patch]) -> Known<'_> {
        let color = |patch: &Patch| {
            let mean: [f32; 3] = std::array::from_fn(|c| patch.iter().skip(c).step_by(3).sum::<f32>() / 9.0);
            (mean, mean.iter().map(|v| v * v).sum::<f32>().max(1e-6))
        };
        Known {
            examples,
            sums: examples.iter().map(|example| dot(example, example).max(1e-6)).collect(),
            colors: examples.iter().step_by(COLORS).map(color).collect(),
        }
    }

    /// What a patch looks like, where it lies.
    fn look(&self, patch: &Patch, side: Side) -> Look {
        let alike = |squares: f32| (squares.max(0.0) / NUMBERS as f32).sqrt() <= ALIKE;
        if alike(self.least(patch, OPEN)) {
            return Look::Ground;
        }
        let darkest = if matches!(side, Side::Touched) { TOUCHED } else { SHADED };
        if !alike(self.least(patch, SHADED)) && !alike(self.least_shaded(patch, darkest)) {
            return Look::Foreign;
        }
        if matches!(side, Side::Open) { Look::Darker } else { Look::Shadow }
    }

    /// From the most alike example, each in the light that suits it.
    fn least(&self, patch: &Patch, light: [f32; 2]) -> f32 {
        let own = dot(patch, patch);
        let mut least = f32::MAX;
        for (example, sum) in self.examples.iter().zip(&self.sums) {
            let both = dot(patch, example);
            let gain = (both / sum).clamp(light[0], light[1]);
            least = least.min(own - 2.0 * gain * both + gain * gain * sum);
        }
        least
    }

    /// From ground of one color, each ninth of the patch in its own light.
    fn least_shaded(&self, patch: &Patch, light: [f32; 2]) -> f32 {
        let of_color = |([r, g, b], square): &([f32; 3], f32)| -> f32 {
            let ninth = |cell: &[f32; 3]| {
                let both = cell[0] * r + cell[1] * g + cell[2] * b;
                let gain = (both / square).clamp(light[0], light[1]);
                cell.iter().map(|v| v * v).sum::<f32>() - 2.0 * gain * both + gain * gain * square
            };
            patch.as_chunks::<3>().0.iter().map(ninth).sum()
        };
        self.colors.iter().map(of_color).fold(f32::MAX, f32::min)
    }
}

fn dot(a: &Patch, b: &Patch) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::compare::Comparison;
    use image::{GrayImage, Rgb};

    /// A red box of 100 × 120 on speckled ground with a soft shadow to its right, and what is there besides.
    fn scene(besides: impl Fn(u32, u32) -> Option<[u8; 3]>) -> (Comparison, RgbImage) {
        let inside = |x: u32, y: u32| (150..250).contains(&x) && (120..240).contains(&y);
        let master = RgbImage::from_fn(400, 360, |x, y| {
            let speck = ((x * 7919 + y * 104_729) % 13) as f32;
            let shade = if (250..300).contains(&x) && (225..245).contains(&y) { 0.6 } else { 1.0 };
            let ground = [150.0, 135.0, 110.0].map(|v| ((v + speck) * shade) as u8);
            Rgb(if inside(x, y) { [170, 30, 40] } else { besides(x, y).unwrap_or(ground) })
        });
        let frame = Rect { x: 140, y: 110, width: 120, height: 140 };
        let coverage =
            GrayImage::from_fn(120, 140, |x, y| image::Luma([255 * u8::from(inside(x + 140, y + 110))]));
        let crop = image::imageops::crop_imm(&master, 140, 110, 120, 140).to_image();
        (Comparison::of(frame, crop.clone(), crop, coverage), master)
    }

    #[test]
    fn a_shadow_is_ground_and_a_knob_of_another_color_is_not() {
        let (seen, master) = scene(|_, _| None);
        assert!(foreign(&seen, &master).unwrap().unwrap().share < 0.002);
        let knob = |x: u32, y: u32| (250..264).contains(&x) && (150..166).contains(&y);
        for color in [[140, 24, 30], [30, 30, 30], [60, 90, 160]] {
            let (seen, master) = scene(|x, y| knob(x, y).then_some(color));
            let found = foreign(&seen, &master).unwrap().unwrap();
            assert!(found.share > 0.008, "{color:?}: {found:?}");
            let region = found.region.unwrap();
            assert!(
                region.x > 245 && region.right() < 285 && region.y > 130 && region.bottom() < 190,
                "{region:?}"
            );
        }
    }

    #[test]
    fn a_shadow_that_climbs_beside_the_product_is_followed_and_a_gray_thing_up_there_is_not() {
        // From the foot up to its middle and on, as beside something that lies.
        let climbing = |x: u32, y: u32| (250..262).contains(&x) && (135..245).contains(&y);
        let shaded = |x: u32, y: u32| {
            let speck = ((x * 7919 + y * 104_729) % 13) as f32;
            [150.0, 135.0, 110.0].map(|v| ((v + speck) * 0.6) as u8)
        };
        let (seen, master) = scene(|x, y| climbing(x, y).then(|| shaded(x, y)));
        assert!(foreign(&seen, &master).unwrap().unwrap().share < 0.002);
        let aloft = |x: u32, y: u32| (250..262).contains(&x) && (125..160).contains(&y);
        let (seen, master) = scene(|x, y| aloft(x, y).then(|| shaded(x, y)));
        assert!(foreign(&seen, &master).unwrap().unwrap().share > 0.008);
    }

    #[test]
    fn without_ground_around_nothing_can_be_said() {
        let (seen, master) = scene(|_, _| None);
        let tight = image::imageops::crop_imm(&master, 140, 110, 120, 140).to_image();
        let frame = Rect { x: 0, y: 0, ..seen.frame };
        let seen = Comparison::of(frame, tight.clone(), tight.clone(), seen.coverage);
        assert!(foreign(&seen, &tight).unwrap().is_none());
    }
}
