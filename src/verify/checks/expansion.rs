//! Did the product grow? A pack that paints around a product likes to go on with it: a longer neck, a second sole, a handle. The product's own pixels are pasted
//! over what it made of them, but not over what it added. So somebody who tells products from ground looks at the picture, and what he takes for the product
//! beyond where it was placed is added up (Eshratifar and others, CVPRW 2024). He looks twice: once with the ground around the product smoothed away, where
//! nothing can have been added. What he takes for product there is his own mistake, and does not count.

use image::{GrayImage, RgbImage};

use super::{Check, Measured};
use crate::domain::{Rect, Segmenter, Tier};
use crate::imaging::color::srgb;
use crate::imaging::matte::fill::push_pull;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};
use crate::verify::{Comparison, Input};

pub(super) struct Expansion;

/// Ground around the product that is looked at, as a share of its longer side: what grows further shows nearer, too.
const AROUND: f32 = 0.3;
/// Longer side in pixels at which the picture is shown: eyes of this kind see no more.
const SHOWN: u32 = 512;
/// Ground this near to the product is smoothed away for the second look, as a share of the product's longer side.
const SMOOTHED: f32 = 0.15;
/// From this on a pixel is taken for product.
const PRODUCT: u8 = 128;
/// How far what is seen may lie beyond where the product was placed, as a share of its longer side: the eye is no sharper.
const SLACK: f32 = 0.02;
/// Where less of the product itself is taken for product, the eye does not see it.
const RECOGNIZED: f32 = 0.6;

impl Check for Expansion {
    fn name(&self) -> &'static str {
        "expansion"
    }

    fn cost(&self) -> u32 {
        4000
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.tier == Tier::Pasted && input.placement.painted.is_some()
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let unseen = |message: &str| Measured { value: None, message: message.to_owned() };
        let Some(eye) = input.eye else {
            return unseen("Nobody was there to see whether the product grew; name a pack that votes.");
        };
        match Sight::of(eye, input.master, seen) {
            None => unseen("The picture could not be looked at, so nobody knows whether the product grew."),
            Some(sight) if sight.recognized < RECOGNIZED => {
                unseen("The product cannot be told from this ground, so nobody knows whether it grew.")
            }
            Some(sight) => Measured {
                value: Some(sight.grown),
                message: format!(
                    "Something that looks like a part of the product, {:.1} % of its size, was painted onto it.",
                    sight.grown * 100.0
                ),
            },
        }
    }

    fn regions(&self, input: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        let sight = input.eye.and_then(|eye| Sight::of(eye, input.master, seen));
        sight.and_then(|sight| sight.place).into_iter().collect()
    }
}

/// What the eye saw.
struct Sight {
    /// Share of the product that it took for product.
    recognized: f32,
    /// What it took for product beyond that, connected with it, as a share of the product.
    grown: f32,
    /// Where most of that is, in pixels of the picture.
    place: Option<Rect>,
}

impl Sight {
    fn of(eye: &dyn Segmenter, master: &RgbImage, seen: &Comparison) -> Option<Sight> {
        let frame = around(seen, master.dimensions())?;
        let (picture, cover) = shown(master, seen, frame).ok()?;
        let longer =
            seen.frame.width.max(seen.frame.height) as f32 * picture.width() as f32 / frame.width as f32;
        let look = |picture: &RgbImage| {
            let matte = eye.matte(picture).ok()?;
            let (width, height) = picture.dimensions();
            let whole = Window::whole(matte.width(), matte.height());
            let matte = resize::resize_gray(&matte, whole, width, height).ok()?;
            Some(matte.as_raw().iter().map(|value| *value >= PRODUCT).collect::<Vec<_>>())
        };
        let [own, wide, near] = [0.0, SLACK, SMOOTHED].map(|share| grown_by(&cover, share * longer));
        let (all, mistakes) = (look(&picture)?, look(&smoothed(&picture, &cover, &near))?);
        let sight = Sight::between(&all, &mistakes, [&own, &wide], picture.width() as usize);
        Some(sight.at(frame, frame.width as f32 / picture.width() as f32))
    }

    /// Compares what is taken for product with where the product was placed, exactly and with slack; regions in pixels of these.
    fn between(all: &[bool], mistakes: &[bool], [own, wide]: [&[bool]; 2], width: usize) -> Sight {
        let area = own.iter().filter(|own| **own).count().max(1) as f32;
        let recognized = own.iter().zip(all).filter(|(own, product)| **own && **product).count() as f32;
        // From the product outward through what looks like it; a second thing that stands apart is not grown.
        let open: Vec<bool> = all.iter().zip(wide).map(|(product, wide)| *product || *wide).collect();
        let reached = watershed::reach((0..own.len()).filter(|i| own[*i]), &open, width);
        let beyond: Vec<bool> = (0..own.len()).map(|i| reached[i] && !wide[i] && !mistakes[i]).collect();
        let pieces = watershed::components(&beyond, width);
        let grown = beyond.iter().filter(|beyond| **beyond).count() as f32;
        let most = pieces.iter().max_by_key(|piece| piece.len());
        let place = most.and_then(|piece| {
            let (columns, rows) = (|| piece.iter().map(|i| i % width), || piece.iter().map(|i| i / width));
            let (x, y) = (columns().min()? as u32, rows().min()? as u32);
            let (right, bottom) = (columns().max()? as u32 + 1, rows().max()? as u32 + 1);
            Some(Rect { x, y, width: right - x, height: bottom - y })
        });
        Sight { recognized: recognized / area, grown: grown / area, place }
    }

    /// The same with its place in the whole picture.
    fn at(self, frame: Rect, scale: f32) -> Sight {
        let whole = |pixels: u32| (pixels as f32 * scale) as u32;
        let place = self.place.map(|place| Rect {
            x: frame.x + whole(place.x),
            y: frame.y + whole(place.y),
            width: whole(place.width).max(1),
            height: whole(place.height).max(1),
        });
        Sight { place, ..self }
    }
}

/// The part of the picture that is looked at: the compared frame, and more of its surroundings.
fn around(seen: &Comparison, (width, height): (u32, u32)) -> Option<Rect> {
    let frame = seen.frame;
    let margin = (AROUND * frame.width.max(frame.height) as f32) as u32;
    let (x, y) = (frame.x.saturating_sub(margin), frame.y.saturating_sub(margin));
    let (right, bottom) = ((frame.right() + margin).min(width), (frame.bottom() + margin).min(height));
    (right > x && bottom > y).then(|| Rect { x, y, width: right - x, height: bottom - y })
}

/// That part of the picture and of the product's coverage, small.
fn shown(master: &RgbImage, seen: &Comparison, frame: Rect) -> Result<(RgbImage, GrayImage), ResizeError> {
    let shrink = (SHOWN as f32 / frame.width.max(frame.height) as f32).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
    let (width, height) = (side(frame.width), side(frame.height));
    let picture = image::imageops::crop_imm(master, frame.x, frame.y, frame.width, frame.height).to_image();
    let mut cover = GrayImage::new(frame.width, frame.height);
    let (x, y) = (seen.frame.x - frame.x, seen.frame.y - frame.y);
    image::imageops::replace(&mut cover, &seen.coverage, i64::from(x), i64::from(y));
    let whole = Window::whole(frame.width, frame.height);
    Ok((
        resize::resize_rgb(&picture, whole, width, height)?,
        resize::resize_gray(&cover, whole, width, height)?,
    ))
}

/// Where the product is, and so many pixels around it.
fn grown_by(cover: &GrayImage, pixels: f32) -> Vec<bool> {
    let own: Vec<bool> = cover.as_raw().iter().map(|cover| *cover >= PRODUCT).collect();
    watershed::within(&own, &vec![true; own.len()], cover.width() as usize, pixels.ceil() as usize)
}

/// The picture with the ground `near` the product continued from further away.
fn smoothed(picture: &RgbImage, cover: &GrayImage, near: &[bool]) -> RgbImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let data = near.iter().map(|near| if *near { 0.0 } else { 1.0 }).collect();
    let weight = Plane { width, height, data };
    let mut bare = picture.clone();
    for c in 0..3 {
        let data = picture.pixels().map(|pixel| srgb::linear_of(pixel[c])).collect();
        let ground = push_pull(&Plane { width, height, data }, &weight);
        for ((pixel, light), cover) in bare.pixels_mut().zip(&ground.data).zip(cover.pixels()) {
            let share = f32::from(cover[0]) / 255.0;
            pixel[c] = srgb::byte_of(srgb::linear_of(pixel[c]) * share + light * (1.0 - share));
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 40;

    fn block(columns: std::ops::Range<usize>) -> Vec<bool> {
        (0..WIDTH * 10).map(|i| columns.contains(&(i % WIDTH)) && (2..8).contains(&(i / WIDTH))).collect()
    }

    #[test]
    fn what_hangs_on_to_the_product_and_is_no_mistake_has_grown() {
        let (own, wide, nothing) = (block(10..20), block(9..21), block(0..0));
        let grown =
            |all: &[bool], mistakes: &[bool]| Sight::between(all, mistakes, [&own, &wide], WIDTH).grown;
        assert_eq!(grown(&block(10..20), &nothing), 0.0);
        assert_eq!(grown(&block(9..21), &nothing), 0.0, "within the slack");
        assert!((grown(&block(10..26), &nothing) - 0.5).abs() < 1e-6);
        assert_eq!(grown(&block(10..26), &block(10..26)), 0.0, "seen where nothing can be");
        let apart: Vec<bool> = block(10..20).iter().zip(block(30..36)).map(|(a, b)| *a || b).collect();
        assert_eq!(grown(&apart, &nothing), 0.0, "a second thing");
        assert!(Sight::between(&nothing, &nothing, [&own, &wide], WIDTH).recognized < RECOGNIZED);
    }
}
