//! A picture of a film's timeline for people: what changed, the residual, light and place over time, and what the checks said. Knows no limits.

use image::{Rgb, RgbImage};

use crate::domain::{FidelityReport, Moment, Verdict};

/// Size of the whole, and air around the rows.
const WIDTH: u32 = 1200;
const ROW: u32 = 130;
const AIR: u32 = 14;
/// Height of the strip of verdicts.
const STRIP: u32 = 18;

const PAPER: Rgb<u8> = Rgb([255; 3]);
const LINE: Rgb<u8> = Rgb([225; 3]);
const ABSENT: Rgb<u8> = Rgb([245, 222, 222]);
const WORST: Rgb<u8> = Rgb([235, 30, 120]);

/// Rows from top to bottom: verdicts of the frames that all checks were asked of (green, amber, red); how much of the product changed; mean ΔE00 from the
/// photo; ln light of red, green and blue; x and y of the product's middle, in pixels less their middle. Each row is scaled to what is in it. Where the
/// product was not found the ground is red, at a cut there is a line, and the frame that decided has a line through all rows.
pub fn timeline(report: &FidelityReport) -> RgbImage {
    let height = STRIP + 4 * ROW + 6 * AIR;
    let mut picture = RgbImage::from_pixel(WIDTH, height, PAPER);
    let moments = &report.timeline;
    let end = moments.last().map_or(1.0, |last| last.seconds).max(1e-3);
    let column = |seconds: f64| AIR + (seconds / end * f64::from(WIDTH - 2 * AIR - 1)) as u32;
    for pair in moments.windows(2) {
        let (from, to) = (column(pair[0].seconds), column(pair[1].seconds));
        if pair[0].shot.is_none() {
            (from..to.max(from + 1)).for_each(|x| upright(&mut picture, x, ABSENT));
        } else if pair[1].shot.is_some() && pair[0].shot != pair[1].shot {
            upright(&mut picture, to, Rgb([120; 3]));
        }
    }
    for moment in moments.iter() {
        let Some(verdict) = moment.verdict else { continue };
        let color = match verdict {
            Verdict::Pass => Rgb([27, 127, 75]),
            Verdict::Review => Rgb([200, 130, 0]),
            Verdict::Reject => Rgb([179, 38, 30]),
        };
        let x = column(moment.seconds);
        for (x, y) in
            (x.saturating_sub(2)..(x + 3).min(WIDTH)).flat_map(|x| (AIR..AIR + STRIP).map(move |y| (x, y)))
        {
            picture.put_pixel(x, y, color);
        }
    }
    let rows: [&[Curve<'_>]; 4] = [
        &[(&|m| m.changed, Rgb([30, 90, 200]))],
        &[(&|m| m.residual, Rgb([30, 90, 200]))],
        &[
            (&|m| m.light.map(|l| l[0]), Rgb([200, 50, 40])),
            (&|m| m.light.map(|l| l[1]), Rgb([40, 150, 60])),
            (&|m| m.light.map(|l| l[2]), Rgb([40, 80, 210])),
        ],
        &[(&|m| m.at.map(|at| at[0]), Rgb([150, 70, 170])), (&|m| m.at.map(|at| at[1]), Rgb([20, 140, 150]))],
    ];
    for (k, curves) in rows.iter().enumerate() {
        let top = AIR + STRIP + AIR + k as u32 * (ROW + AIR);
        draw(&mut picture, moments, curves, top, k == 3, &column);
    }
    if let Some(worst) = &report.worst {
        upright(&mut picture, column(worst.seconds), WORST);
    }
    picture
}

type Curve<'a> = (&'a dyn Fn(&Moment) -> Option<f32>, Rgb<u8>);

/// One row; `apart`: each curve with a middle of its own.
fn draw(
    picture: &mut RgbImage,
    moments: &[Moment],
    curves: &[Curve<'_>],
    top: u32,
    apart: bool,
    column: &dyn Fn(f64) -> u32,
) {
    (AIR..WIDTH - AIR).for_each(|x| picture.put_pixel(x, top + ROW, LINE));
    let range = |of: &dyn Fn(&Moment) -> Option<f32>| {
        let values = || moments.iter().filter_map(of);
        (values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max))
    };
    let ranges: Vec<(f32, f32)> = curves.iter().map(|(of, _)| range(*of)).collect();
    let least = ranges.iter().map(|r| r.0).fold(f32::INFINITY, f32::min);
    let most = ranges.iter().map(|r| r.1).fold(f32::NEG_INFINITY, f32::max);
    for ((of, color), own) in curves.iter().zip(&ranges) {
        let (low, high) = if apart { *own } else { (least, most) };
        let span = (high - low).max(1e-6);
        let row = |value: f32| top + ROW - ((value - low) / span * (ROW - 4) as f32) as u32 - 2;
        for pair in moments.windows(2) {
            let (Some(a), Some(b)) = (of(&pair[0]), of(&pair[1])) else { continue };
            let (x0, x1) = (column(pair[0].seconds), column(pair[1].seconds));
            let (y0, y1) = (row(a), row(b));
            let steps = (x1 - x0).max(y0.abs_diff(y1)).max(1);
            for step in 0..=steps {
                let at = |from: u32, to: u32| {
                    (i64::from(from) + (i64::from(to) - i64::from(from)) * i64::from(step) / i64::from(steps))
                        as u32
                };
                picture.put_pixel(at(x0, x1), at(y0, y1), *color);
            }
        }
    }
}

fn upright(picture: &mut RgbImage, x: u32, color: Rgb<u8>) {
    (0..picture.height()).for_each(|y| picture.put_pixel(x.min(WIDTH - 1), y, color));
}
