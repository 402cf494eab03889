//! Pictures that show a person why a verdict is what it is. Knows no limits and no file.

use image::{Rgb, RgbImage};

use super::Comparison;
use crate::domain::{FidelityReport, Rect};

/// One picture with its name.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// File name without ending.
    pub name: &'static str,
    /// The picture, sRGB.
    pub picture: RgbImage,
}

/// ΔE00 that is shown fully red.
const FULL: f32 = 12.0;

/// Color of the frames around what was found, and how many pixels they are thick.
const MARK: Rgb<u8> = Rgb([235, 30, 120]);
const THICK: u32 = 2;
/// Pixels between a frame and what it surrounds, and between the pictures of the sheet.
const AIR: u32 = 6;

/// What shows why: the photo's product as predicted, the picture with what was found framed, a map of their difference (gray where equal, red where
/// not), and `sheet`, the three side by side.
pub fn exhibits(seen: &Comparison, report: &FidelityReport) -> Vec<Exhibit> {
    let difference = seen.difference();
    let map = RgbImage::from_fn(seen.screen_observed.width(), seen.screen_observed.height(), |x, y| {
        let i = (y * seen.screen_observed.width() + x) as usize;
        let p = seen.screen_observed.get_pixel(x, y).0;
        let gray = (f32::from(p[0]) + f32::from(p[1]) + f32::from(p[2])) / 6.0 + 64.0;
        let heat = (difference.data[i] / FULL).clamp(0.0, 1.0);
        let mix = |to: f32| (gray * (1.0 - heat) + to * heat) as u8;
        Rgb([mix(235.0), mix(30.0), mix(20.0)])
    });
    let regions: Vec<Rect> = report.reasons().into_iter().flat_map(|check| check.regions.clone()).collect();
    let marked = marked(seen, &merged(regions));
    let sheet = side_by_side([&seen.screen_predicted, &marked, &map]);
    vec![
        Exhibit { name: "predicted", picture: seen.screen_predicted.clone() },
        Exhibit { name: "observed", picture: marked },
        Exhibit { name: "difference", picture: map },
        Exhibit { name: "sheet", picture: sheet },
    ]
}

/// Boxes that overlap as one: several checks find the same thing.
fn merged(mut regions: Vec<Rect>) -> Vec<Rect> {
    let mut apart: Vec<Rect> = Vec::new();
    while let Some(region) = regions.pop() {
        let meets = |other: &Rect| {
            region.x < other.right()
                && other.x < region.right()
                && region.y < other.bottom()
                && other.y < region.bottom()
        };
        match apart.iter().position(meets) {
            Some(k) => {
                let other = apart.swap_remove(k);
                let (x, y) = (region.x.min(other.x), region.y.min(other.y));
                let (right, bottom) =
                    (region.right().max(other.right()), region.bottom().max(other.bottom()));
                regions.push(Rect { x, y, width: right - x, height: bottom - y });
            }
            None => apart.push(region),
        }
    }
    apart
}

/// The picture's frame at screen size, with `regions` (pixels of the picture) framed.
fn marked(seen: &Comparison, regions: &[Rect]) -> RgbImage {
    let mut picture = seen.screen_observed.clone();
    let (width, height) = picture.dimensions();
    let scale = width as f32 / seen.frame.width as f32;
    let place = |at: u32, from: u32| (at.saturating_sub(from) as f32 * scale) as u32;
    for region in regions {
        let left = place(region.x, seen.frame.x).saturating_sub(AIR);
        let top = place(region.y, seen.frame.y).saturating_sub(AIR);
        let right = (place(region.right(), seen.frame.x) + AIR).min(width);
        let bottom = (place(region.bottom(), seen.frame.y) + AIR).min(height);
        for (x, y) in (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y))) {
            let inner = x >= left + THICK && x + THICK < right && y >= top + THICK && y + THICK < bottom;
            if !inner {
                picture.put_pixel(x, y, MARK);
            }
        }
    }
    picture
}

/// Three pictures of one size on white.
fn side_by_side(pictures: [&RgbImage; 3]) -> RgbImage {
    let (width, height) = pictures[0].dimensions();
    let mut sheet = RgbImage::from_pixel(3 * width + 2 * AIR, height, Rgb([255; 3]));
    for (picture, x) in pictures.into_iter().zip([0, width + AIR, 2 * (width + AIR)]) {
        image::imageops::replace(&mut sheet, picture, i64::from(x), 0);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Tier;
    use image::GrayImage;

    #[test]
    fn what_was_found_is_framed_where_it_is() {
        let frame = Rect { x: 100, y: 50, width: 200, height: 100 };
        let picture = RgbImage::from_pixel(200, 100, Rgb([90; 3]));
        let seen = Comparison::of(
            frame,
            picture.clone(),
            picture,
            GrayImage::from_pixel(200, 100, image::Luma([255])),
        );
        let marked = marked(&seen, &[Rect { x: 150, y: 80, width: 20, height: 10 }]);
        assert_eq!((*marked.get_pixel(45, 35), *marked.get_pixel(60, 35)), (MARK, Rgb([90; 3])));
        assert_eq!(*marked.get_pixel(20, 35), Rgb([90; 3]));
        let boxes = [[0, 0, 10, 10], [30, 0, 10, 10], [8, 5, 30, 4], [100, 0, 5, 5]];
        let boxes = boxes.map(|[x, y, width, height]| Rect { x, y, width, height });
        let mut apart = merged(boxes.to_vec());
        apart.sort_by_key(|region| region.x);
        assert_eq!(apart, [Rect { x: 0, y: 0, width: 40, height: 10 }, boxes[3]]);
        let report = FidelityReport::conclude("p@1", Tier::Relit, Vec::new());
        assert_eq!(exhibits(&seen, &report)[3].picture.dimensions(), (612, 100));
    }
}
