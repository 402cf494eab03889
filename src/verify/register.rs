//! Brings a product that was found in a picture exactly onto it: by its print where it has some, by its outline where it has none. Knows no limits.

use super::compare::{Comparison, lightness};
use super::outline::Place;
use super::{Input, VerifyError};
use crate::domain::{Placement, Stand};
use crate::imaging::register::Affine;
use crate::imaging::register::ecc::{self, Search};
use crate::imaging::solve::solve;

/// Screen pixels that are left out beside the edge of the product: what lies behind pulls.
const BORDER: usize = 3;
/// Correlation of print from which on it is believed.
const ALIKE: f32 = 0.9;
/// Standard deviation of lightness on the product from which on it has print to go by.
const PRINTED: f32 = 0.03;
/// Pixels of the picture by which a corner may still be moved; further away the search was wrong, and that is not mended here.
const REACH: f64 = 12.0;
/// What a corner moves when it is there.
const THERE: f64 = 0.1;
/// Rounds at most.
const ROUNDS: usize = 3;
/// Area between the outlines, as a share of the product, that is no reason to doubt what the print says.
const BESIDE: f32 = 0.05;
/// Visible places of an outline that suffice to say where it is.
const FEWEST: usize = 40;

/// The product on its place.
pub(super) struct Registered {
    /// Where it is.
    pub placement: Placement,
    /// Compared there.
    pub comparison: Comparison,
}

/// Registers the product from the placement that `input` comes with.
pub(super) fn registered(input: &Input<'_>) -> Result<Registered, VerifyError> {
    let start = Comparison::new(input)?;
    let apart = start.between_outlines();
    let found = followed(input, start, drift)?;
    // A thin thing has little print, and that may lead away from its outline.
    if found.comparison.between_outlines() <= apart.max(BESIDE) {
        return Ok(found);
    }
    followed(input, Comparison::new(input)?, |seen| by_outline(&seen.outline))
}

/// Follows where what is predicted has drifted to, until it is there.
fn followed(
    input: &Input<'_>,
    mut comparison: Comparison,
    drift: impl Fn(&Comparison) -> Option<Affine>,
) -> Result<Registered, VerifyError> {
    let mut placement = input.placement.clone();
    for _ in 0..ROUNDS {
        let Some(drift) = drift(&comparison) else { break };
        let corners = corners(&comparison).map(|corner| {
            let to = drift.apply(corner);
            (to[0] - corner[0]).hypot(to[1] - corner[1])
        });
        let moved = corners.into_iter().fold(0.0, f64::max);
        if moved > REACH {
            break;
        }
        // In a film it was followed to here; another look would show the same.
        if input.encoded.is_some() && moved < THERE {
            break;
        }
        placement.stand = moved_by(&placement.stand, &drift, &comparison);
        comparison = Comparison::new(&Input { placement: &placement, ..*input })?;
        if moved < THERE {
            break;
        }
    }
    Ok(Registered { placement, comparison })
}

/// Where what is predicted lies in what is observed, in pixels of the frame; `None` where neither print nor outline says.
pub(super) fn drift(seen: &Comparison) -> Option<Affine> {
    by_print(seen).or_else(|| by_outline(&seen.outline))
}

fn by_print(seen: &Comparison) -> Option<Affine> {
    let core = seen.core(BORDER);
    let (own, observed) = (lightness(&seen.screen_predicted), lightness(&seen.screen_observed));
    let values: Vec<f32> =
        own.data.iter().zip(&core).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let spread = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / values.len().max(1) as f32;
    if spread.sqrt() < PRINTED {
        return None;
    }
    let search = Search { halvings: 1, steps: 20, precision: 0.01 };
    let found = ecc::align(&own, &observed, Some(&core), Affine::IDENTITY, &search).ok()?;
    (found.correlation > ALIKE).then(|| found.warp.resized(f64::from(seen.frame.width) / own.width as f64))
}

/// The affine map that takes the predicted outline to where it was seen: least squares of the shifts along the normals, places that others contradict
/// losing their weight.
fn by_outline(places: &[Place]) -> Option<Affine> {
    let seen: Vec<(&Place, f64)> =
        places.iter().filter_map(|place| place.shift.map(|shift| (place, f64::from(shift)))).collect();
    if seen.len() < FEWEST {
        return None;
    }
    let count = seen.len() as f64;
    let middle: [f64; 2] =
        std::array::from_fn(|k| seen.iter().map(|(place, _)| f64::from(place.at[k])).sum::<f64>() / count);
    let size = seen
        .iter()
        .map(|(place, _)| (0..2).map(|k| (f64::from(place.at[k]) - middle[k]).abs()).fold(0.0, f64::max))
        .fold(1.0, f64::max);
    let row = |place: &Place| {
        let [x, y] = std::array::from_fn(|k| (f64::from(place.at[k]) - middle[k]) / size);
        let [u, v] = place.out.map(f64::from);
        [u * x, u * y, u, v * x, v * y, v]
    };
    let mut model = [0.0; 6];
    for _ in 0..6 {
        let (mut matrix, mut right) = ([[0.0; 6]; 6], [0.0; 6]);
        for (place, shift) in &seen {
            let row = row(place);
            let left = shift - row.iter().zip(model).map(|(a, b)| a * b).sum::<f64>();
            let weight = 1.0 / (1.0 + (left / 0.5).powi(2));
            for (i, a) in row.iter().enumerate() {
                right[i] += weight * a * shift;
                row.iter().enumerate().for_each(|(j, b)| matrix[i][j] += weight * a * b);
            }
        }
        // What the outline does not determine, like the turn of a round thing, stays.
        (0..6).for_each(|i| matrix[i][i] += 1e-3 * count);
        model = solve(matrix, right)?;
    }
    let [a, b, x, c, d, y] = model;
    let part = |p: f64, q: f64, t: f64| [p / size, q / size, t - (p * middle[0] + q * middle[1]) / size];
    let (first, second) = (part(a, b, x), part(c, d, y));
    Some(Affine { rows: [[1.0 + first[0], first[1], first[2]], [second[0], 1.0 + second[1], second[2]]] })
}

/// The frame's corners; how far they move is how far a drift leads.
fn corners(seen: &Comparison) -> [[f64; 2]; 4] {
    let (width, height) = (f64::from(seen.frame.width), f64::from(seen.frame.height));
    [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]]
}

/// The stand after the similarity that is nearest to `drift`; what is stretched in one direction only stays for the check of proportions.
fn moved_by(stand: &Stand, drift: &Affine, seen: &Comparison) -> Stand {
    let [[a, b, _], [c, d, _]] = drift.rows;
    let (along, across) = ((a + d) / 2.0, (c - b) / 2.0);
    let corner = [f64::from(seen.frame.x), f64::from(seen.frame.y)];
    let middle = [f64::from(seen.frame.width) / 2.0, f64::from(seen.frame.height) / 2.0];
    let to = drift.apply(middle);
    let foot: [f64; 2] = std::array::from_fn(|k| f64::from(stand.foot[k]) - corner[k] - middle[k]);
    let moved = [
        along * foot[0] - across * foot[1] + to[0] + corner[0],
        across * foot[0] + along * foot[1] + to[1] + corner[1],
    ];
    Stand {
        scale: stand.scale * along.hypot(across) as f32,
        rotation_deg: stand.rotation_deg + across.atan2(along).to_degrees() as f32,
        foot: moved.map(|v| v as f32),
        ..stand.clone()
    }
}
