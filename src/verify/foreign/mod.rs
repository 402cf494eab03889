//! What stands right beside a product and is unlike anything else around: a part that was grown onto it, a thing that was put there. Where the ground is
//! not known, ground can only be told by its being like other ground: each small patch close to the product is looked for further away, in more or less
//! light. What is dark there may be a shadow, but a shadow has no edge like a thing's. Knows no limits.

mod look;
mod view;

use image::RgbImage;

use super::VerifyError;
use super::compare::Comparison;
use crate::domain::Rect;
use crate::imaging::matte::watershed;
use look::{Known, Look, Patch, Side, follow_shadows};
use view::{STEP, View};

/// How far from the product something still counts as beside it, at that size.
const NEAR: u8 = 26;
/// Nearest and furthest ground that is taken for an example, at that size.
const FAR: [u8; 2] = [34, 130];
/// Pixels at the edge that are neither: what of the product is mixed in there.
const EDGE: u8 = 3;
/// Examples that are needed, and that suffice.
const EXAMPLES: [usize; 2] = [120, 4000];
/// Least step of the square root of light that is called an edge, and how many times as strong as the ground's own edges one must be, beside the foot those
/// of the ground as low as that; of those it is the strongest but for this share.
const STRONG: f32 = 0.05;
const STRONGER: f32 = 1.5;
const BUT_FOR: f32 = 0.01;

/// What lies beside the product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    /// The largest connected area that is unlike all other ground.
    pub foreign: Area,
    /// The largest connected area along an edge as hard as a thing's.
    pub edged: Area,
}

/// An area beside the product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    /// As a share of the product.
    pub share: f32,
    /// Where it is, in pixels of the picture; `None` if there is none.
    pub region: Option<Rect>,
}

/// What is unlike all other ground, and what has edges unlike its; `None` if too little ground is seen to tell.
pub(super) fn beside(seen: &Comparison, master: &RgbImage) -> Result<Option<Beside>, VerifyError> {
    let view = View::new(seen, master, FAR[1])?;
    let far = view.places(FAR[0], FAR[1]);
    if far.len() < EXAMPLES[0] {
        return Ok(None);
    }
    let every = far.len().div_ceil(EXAMPLES[1]);
    let far: Vec<(usize, usize)> = far.into_iter().step_by(every).collect();
    let examples: Vec<Patch> = far.iter().map(|(x, y)| view.patch(*x, *y)).collect();
    let known = Known::new(&examples);
    let low: Vec<(usize, usize)> =
        far.iter().copied().filter(|(x, y)| view.side(*x, *y) != Side::Open).collect();
    let everywhere = own_edge(&view, &far);
    let beside_foot = if low.len() < EXAMPLES[0] { everywhere } else { own_edge(&view, &low) };
    let columns = view.width.div_ceil(STEP);
    let mut looks = vec![Look::Ground; columns * view.height.div_ceil(STEP)];
    let mut edged = vec![false; looks.len()];
    for (x, y) in view.places(EDGE, NEAR) {
        let at = y / STEP * columns + x / STEP;
        let side = view.side(x, y);
        looks[at] = known.look(&view.patch(x, y), side);
        let own = if side == Side::Open { everywhere } else { beside_foot };
        edged[at] = view.edge(x, y) > (STRONGER * own).max(STRONG);
    }
    follow_shadows(&mut looks, columns);
    let odd: Vec<bool> = looks.iter().map(|look| matches!(look, Look::Darker | Look::Foreign)).collect();
    let largest = |set: &[bool]| largest(&view, set, columns);
    Ok(Some(Beside { foreign: largest(&odd), edged: largest(&edged) }))
}

/// The strongest edge that runs through the ground further away, but for the few that do not count.
fn own_edge(view: &View, places: &[(usize, usize)]) -> f32 {
    let mut edges: Vec<f32> = places.iter().map(|(x, y)| view.edge(*x, *y)).collect();
    let rank = (edges.len() as f32 * BUT_FOR) as usize;
    *edges.select_nth_unstable_by(rank, |a, b| b.total_cmp(a)).1
}

/// The largest connected area of patches.
fn largest(view: &View, set: &[bool], columns: usize) -> Area {
    let pieces = watershed::components(set, columns);
    let Some(largest) = pieces.iter().max_by_key(|piece| piece.len()) else {
        return Area { share: 0.0, region: None };
    };
    Area { share: (largest.len() * STEP * STEP) as f32 / view.area, region: view.region(largest, columns) }
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
            let (u, v) = (x as f32 - 250.0, y as f32 - 235.0);
            let shade = 1.0 - 0.5 * (-(u / 30.0).powi(2) - (v / 12.0).powi(2)).exp();
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
        assert!(beside(&seen, &master).unwrap().unwrap().foreign.share < 0.002);
        let knob = |x: u32, y: u32| (250..264).contains(&x) && (150..166).contains(&y);
        for color in [[140, 24, 30], [30, 30, 30], [60, 90, 160]] {
            let (seen, master) = scene(|x, y| knob(x, y).then_some(color));
            let found = beside(&seen, &master).unwrap().unwrap().foreign;
            assert!(found.share > 0.008, "{color:?}: {found:?}");
            let region = found.region.unwrap();
            assert!(
                region.x > 245 && region.right() < 285 && region.y > 130 && region.bottom() < 190,
                "{region:?}"
            );
        }
    }

    #[test]
    fn a_thing_at_the_foot_is_told_from_a_shadow_by_its_edge() {
        let (seen, master) = scene(|_, _| None);
        assert_eq!(beside(&seen, &master).unwrap().unwrap().edged.share, 0.0);
        let (seen, master) =
            scene(|x, y| ((256..276).contains(&x) && (210..236).contains(&y)).then_some([84, 76, 62]));
        let found = beside(&seen, &master).unwrap().unwrap();
        assert!(found.foreign.share < 0.002 && found.edged.share > 0.004, "{found:?}");
        let region = found.edged.region.unwrap();
        assert!(region.x > 245 && region.right() < 290 && region.bottom() < 250, "{region:?}");
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
        assert!(beside(&seen, &master).unwrap().unwrap().foreign.share < 0.002);
        let aloft = |x: u32, y: u32| (250..262).contains(&x) && (125..160).contains(&y);
        let (seen, master) = scene(|x, y| aloft(x, y).then(|| shaded(x, y)));
        assert!(beside(&seen, &master).unwrap().unwrap().foreign.share > 0.008);
    }

    #[test]
    fn without_ground_around_nothing_can_be_said() {
        let (seen, master) = scene(|_, _| None);
        let tight = image::imageops::crop_imm(&master, 140, 110, 120, 140).to_image();
        let frame = Rect { x: 0, y: 0, ..seen.frame };
        let seen = Comparison::of(frame, tight.clone(), tight.clone(), seen.coverage);
        assert!(beside(&seen, &tight).unwrap().is_none());
    }
}
