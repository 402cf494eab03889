//! Does the product stand on the ground? Right below its foot the ground is darker than anywhere a little further down. A product that hangs above its
//! shadow has a dark line at a distance instead, which follows its contour; one without any contact has no dark foot at all. Measured in the master
//! alone.

use super::{Check, Measured};
use crate::domain::{GeneratorKind, Rect};
use crate::imaging::color::srgb;
use crate::verify::{Comparison, Input};

pub(super) struct Floating;

/// Where the contact is looked for: rows right below the contour, as a share of the product's height.
const FOOT: f32 = 0.01;
/// Rows further down whose darkest the foot must undercut.
const BANDS: [[f32; 2]; 4] = [[0.020, 0.035], [0.035, 0.050], [0.050, 0.065], [0.065, 0.080]];
/// Where the line of a contact is looked for that the product was lifted off.
const LINE: [f32; 2] = [0.015, 0.25];
/// Rows above and below such a line that must be brighter.
const BESIDE: [f32; 2] = [0.012, 0.022];
/// By how much it must be darker than both.
const LINE_DEPTH: f32 = 0.85;
/// How far beside the product the ground is read, as a share of its width …
const BESIDE_WIDTH: f32 = 0.3;
/// … and over how many rows above and below its usual light, as a share of its height.
const AROUND: f32 = 0.08;
/// Coverage up to which a pixel counts as ground.
const GROUND: u8 = 12;

impl Check for Floating {
    fn name(&self) -> &'static str {
        "floating"
    }

    fn cost(&self) -> u32 {
        30
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.kind == GeneratorKind::Scene
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let Some((profile, tall)) = profile(input, seen) else {
            return Measured { value: None, message: "The product is not to be seen.".into() };
        };
        let (foot, bands, line) = (foot(&profile, tall), bands(&profile, tall), line(&profile, tall));
        let (Some(foot), Some(bands)) = (foot, bands) else {
            let message = "The foot stands at the frame's edge; its contact is not to be seen.";
            return Measured { value: None, message: message.into() };
        };
        let standing = foot / bands.max(1e-3);
        match line {
            Some((row, light)) if foot / light.max(1e-3) > standing => Measured {
                value: Some(foot / light.max(1e-3)),
                message: format!(
                    "A dark line lies {row} pixels below the product, as if it hung above its shadow."
                ),
            },
            _ => Measured {
                value: Some(standing),
                message: format!(
                    "The ground right below the product has {:.0} % of the light of the darkest ground beyond.",
                    standing * 100.0
                ),
            },
        }
    }
}

/// Mean light of the ground by distance in rows below the foot's contour, down to where the picture ends, and the product's height.
fn profile(input: &Input<'_>, seen: &Comparison) -> Option<(Vec<f32>, f32)> {
    let (width, height) = seen.coverage.dimensions();
    let solid = |x: u32, y: u32| seen.coverage.get_pixel(x, y)[0] >= 128;
    let lower: Vec<Option<u32>> = (0..width).map(|x| (0..height).rev().find(|y| solid(x, *y))).collect();
    let bottom = lower.iter().flatten().copied().max()?;
    let top = (0..height).find(|y| (0..width).any(|x| solid(x, *y)))?;
    let tall = (bottom - top + 1) as f32;
    let product = lower.iter().flatten().count().max(1) as f32;
    // Only what touches the ground: the lowest band.
    let band = (0.05 * product).max(0.01 * tall) as u32;
    let is_ground = |x: u32, y: u32| {
        let written = is_written(input, seen.frame.x + x, seen.frame.y + y);
        !written && (y >= height || seen.coverage.get_pixel(x, y)[0] <= GROUND)
    };
    let beside = beside(input, seen);
    let mut sums = vec![(0.0f32, 0u32); ((LINE[1] + BESIDE[1]) * tall) as usize + 2];
    let mut columns = 0;
    for (x, lowest) in lower.iter().enumerate() {
        let (x, Some(lowest)) = (x as u32, lowest.filter(|y| *y + band >= bottom)) else { continue };
        let Some(first) = (lowest + 1..=height).find(|y| is_ground(x, *y)) else { continue };
        columns += 1;
        for (y, sum) in (first..).zip(&mut sums) {
            if is_ground(x, y) && seen.frame.y + y < input.master.height() {
                let own = luminance(input, seen.frame.x + x, seen.frame.y + y);
                *sum = (sum.0 + own / beside[(seen.frame.y + y) as usize], sum.1 + 1);
            }
        }
    }
    let seen_rows = sums.into_iter().take_while(|(_, count)| count * 2 > columns);
    Some((seen_rows.map(|(sum, count)| sum / count as f32).collect(), tall))
}

/// By row of the picture, the ground's light beside the product as a share of what it has on average around that row: a seam between boards is as dark
/// there as it is below the product, and no contact. 1 where there is no ground beside, and on the darker side, where the shadow falls, nothing is read.
fn beside(input: &Input<'_>, seen: &Comparison) -> Vec<f32> {
    let (width, height) = input.master.dimensions();
    let (left, right) = (seen.frame.x, (seen.frame.x + seen.frame.width).min(width));
    let reach = (BESIDE_WIDTH * seen.frame.width as f32) as u32;
    let rows = |columns: std::ops::Range<u32>| -> Vec<f32> {
        let mean = |y| {
            let bare = columns.clone().filter(|x| !is_written(input, *x, y));
            let (sum, count) =
                bare.fold((0.0f32, 0u32), |(sum, count), x| (sum + luminance(input, x, y), count + 1));
            sum / count.max(1) as f32
        };
        let mut rows: Vec<f32> = (0..height).map(mean).collect();
        // Where all is written over, the ground is as above.
        for y in 1..rows.len() {
            if rows[y] <= 0.0 {
                rows[y] = rows[y - 1];
            }
        }
        rows
    };
    let sides = [rows(left.saturating_sub(reach)..left), rows(right..(right + reach).min(width))];
    let lit = sides.into_iter().max_by(|a, b| a.iter().sum::<f32>().total_cmp(&b.iter().sum()));
    let Some(lit) = lit.filter(|rows| rows.iter().any(|light| *light > 0.0)) else {
        return vec![1.0; height as usize];
    };
    let around = (AROUND * seen.frame.height as f32) as usize;
    (0..lit.len())
        .map(|y| {
            let window = &lit[y.saturating_sub(around)..(y + around + 1).min(lit.len())];
            let usual = window.iter().sum::<f32>() / window.len() as f32;
            (lit[y] / usual.max(1e-3)).clamp(0.5, 1.5)
        })
        .collect()
}

/// Whether words were laid over a pixel of the picture.
fn is_written(input: &Input<'_>, x: u32, y: u32) -> bool {
    let within = |area: &Rect| x.wrapping_sub(area.x) < area.width && y.wrapping_sub(area.y) < area.height;
    input.words.iter().any(within)
}

/// Linear light of a pixel.
fn luminance(input: &Input<'_>, x: u32, y: u32) -> f32 {
    srgb::luminance(input.master.get_pixel(x, y).0.map(srgb::linear_of))
}

/// The darkest row right below the contour.
fn foot(profile: &[f32], tall: f32) -> Option<f32> {
    profile.get(..((FOOT * tall) as usize).max(2))?.iter().copied().reduce(f32::min)
}

/// The darkest band a little further down, of those that the picture still shows.
fn bands(profile: &[f32], tall: f32) -> Option<f32> {
    let band = |rows: [f32; 2]| mean(profile.get((rows[0] * tall) as usize..=(rows[1] * tall) as usize)?);
    BANDS.into_iter().filter_map(band).reduce(f32::min)
}

/// The darkest row that is a line, brighter ground above and below: its distance and light.
fn line(profile: &[f32], tall: f32) -> Option<(usize, f32)> {
    let [near, far] = [(BESIDE[0] * tall).round() as usize, (BESIDE[1] * tall).round() as usize];
    let (near, far) = (near.max(2), far.max(3));
    let is_line = |row: usize| {
        let above = mean(&profile[row.saturating_sub(far)..=row.saturating_sub(near)]);
        let below = profile.get(row + near..=row + far).and_then(mean);
        matches!((above, below), (Some(a), Some(b)) if profile[row] < LINE_DEPTH * a.min(b))
    };
    let rows = ((LINE[0] * tall) as usize).max(3)..((LINE[1] * tall) as usize).min(profile.len());
    rows.filter(|row| is_line(*row)).map(|row| (row, profile[row])).min_by(|a, b| a.1.total_cmp(&b.1))
}

fn mean(rows: &[f32]) -> Option<f32> {
    (!rows.is_empty()).then(|| rows.iter().sum::<f32>() / rows.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Open ground of 0.5 with a contact line of 0.2 at `contact` rows below a product of 400 rows.
    fn ground(contact: f32) -> Vec<f32> {
        (0..110).map(|row| 0.5 - 0.3 * (-((row as f32 - contact) / 2.5).powi(2)).exp()).collect()
    }

    #[test]
    fn a_standing_product_has_its_darkest_ground_at_the_foot() {
        let profile = ground(0.0);
        assert!(foot(&profile, 400.0).unwrap() < 0.5 * bands(&profile, 400.0).unwrap());
        assert_eq!(line(&profile, 400.0), None);
    }

    #[test]
    fn a_contact_line_is_found_at_any_distance() {
        for lifted in [8.0, 12.0, 25.0, 50.0, 95.0] {
            let profile = ground(lifted);
            let (row, light) = line(&profile, 400.0).unwrap();
            assert!((row as f32 - lifted).abs() <= 1.0, "{row} for {lifted}");
            assert!(foot(&profile, 400.0).unwrap() / light > 1.5);
        }
    }

    #[test]
    fn the_edge_of_a_shadow_or_of_a_table_is_no_line() {
        let step: Vec<f32> = (0..110).map(|row| if row < 40 { 0.5 } else { 0.1 }).collect();
        assert_eq!(line(&step, 400.0), None);
        let bare = vec![0.5; 110];
        assert_eq!(foot(&bare, 400.0).unwrap() / bands(&bare, 400.0).unwrap(), 1.0);
        assert_eq!(foot(&bare[..1], 400.0), None);
    }
}
