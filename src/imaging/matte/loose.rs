//! What is left of the ground in a finished matte: specks by themselves, and strips below a product in its shade that only a trace of coverage
//! joins to it. Knows no color.

use std::collections::HashSet;

use image::RgbaImage;

use super::grid::islands;

/// Alpha from which a pixel counts as seen …
const VISIBLE: u8 = 12;
/// … and from which it joins what is beside it, in shade: less is shade between the two.
const JOINING: u8 = 40;
/// A strip is as many times longer than high …
const LONG: usize = 4;
/// … and with this share of its pixels it lies in shade, and below the product, which ends no more than so many pixels further up.
const MOST: f32 = 0.5;
const BELOW: usize = 24;

/// Makes transparent what is loose in `rgba` (straight): parts with a pixel in `band` and at most `largest` pixels.
pub(super) fn drop(rgba: &mut RgbaImage, band: &[usize], largest: usize, shaded: impl Fn(usize) -> bool) {
    let width = rgba.width() as usize;
    let parts = |rgba: &RgbaImage, least: u8| {
        let alpha = |i: usize| rgba.as_raw()[4 * i + 3];
        islands(|i| alpha(i) >= least, (width, rgba.as_raw().len() / 4), band, largest)
    };
    for strip in parts(rgba, JOINING) {
        let own: HashSet<usize> = strip.iter().copied().collect();
        let product = |i: usize| rgba.as_raw()[4 * i + 3] >= JOINING && !own.contains(&i);
        let below = |i: usize| (1..=BELOW).any(|up| i.checked_sub(up * width).is_some_and(product));
        let counts = strip.iter().filter(|i| shaded(**i) && below(**i)).count();
        if is_flat(&strip, width) && counts as f32 >= MOST * strip.len() as f32 {
            clear(rgba, &strip);
        }
    }
    // With the strips went what joined their surroundings to the product.
    parts(rgba, VISIBLE).iter().for_each(|part| clear(rgba, part));
}

fn is_flat(part: &[usize], width: usize) -> bool {
    let span = |of: &dyn Fn(usize) -> usize| {
        let (least, most) =
            part.iter().fold((usize::MAX, 0), |(least, most), i| (least.min(of(*i)), most.max(of(*i))));
        most - least + 1
    };
    span(&|i| i % width) >= LONG * span(&|i| i / width)
}

fn clear(rgba: &mut RgbaImage, part: &[usize]) {
    let width = rgba.width() as usize;
    part.iter().for_each(|i| rgba.get_pixel_mut((i % width) as u32, (i / width) as u32)[3] = 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    const SIDE: u32 = 60;

    /// How much is left of a part `wide` and `high` five rows below a product, joined to it by a column of coverage `joint`.
    fn left(wide: u32, high: u32, joint: u8, shaded: bool) -> usize {
        let part = |x: u32, y: u32| (10..10 + wide).contains(&x) && (25..25 + high).contains(&y);
        let mut rgba = RgbaImage::from_fn(SIDE, SIDE, |x, y| {
            let alpha = match y {
                0..20 => 255,
                20..25 if x == 12 => joint,
                _ if part(x, y) => 200,
                _ => 0,
            };
            Rgba([90, 60, 30, alpha])
        });
        let band: Vec<usize> = (15 * SIDE as usize..45 * SIDE as usize).collect();
        drop(&mut rgba, &band, 400, |_| shaded);
        assert!(rgba.rows().take(20).flatten().all(|pixel| pixel[3] == 255));
        rgba.enumerate_pixels().filter(|(x, y, pixel)| part(*x, *y) && pixel[3] > 0).count()
    }

    #[test]
    fn a_strip_in_shade_goes_and_specks_go_anywhere() {
        assert_eq!([left(30, 3, 20, true), left(30, 3, 0, false), left(6, 6, 0, false)], [0; 3]);
    }

    #[test]
    fn strands_and_what_is_joined_stay() {
        assert_eq!([left(30, 3, 20, false), left(30, 3, 90, true), left(6, 6, 20, true)], [90, 90, 36]);
    }
}
