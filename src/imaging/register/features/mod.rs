//! Finds a template in a picture without knowing where, by points that look alike: at 0.3 to 3 times its size, turned by up to about 15°, in other light
//! and among other things. Knows no product.
//!
//! What has no drawing has no points, and then nothing is found; that is said with its reason. A place that is found is good to about a pixel; for
//! fractions of one hand it to [`super::ecc::align`].

use super::Affine;
use super::consensus::{self, Pair};
use super::descriptor::{Describer, Descriptor, distance};
use super::keypoints::{Keypoint, ScaleSpace};
use crate::imaging::plane::Plane;

/// Points of a template and of a picture, at most: as many as the usual SIFT of the former, and room for what is around it in the latter.
const POINTS: [usize; 2] = [1000, 2500];
/// Pixels up to which a plane is doubled before points are looked for.
const SMALL: usize = 420 * 420;
/// Points that a template must have.
const FEWEST: usize = 12;
/// The nearest descriptor counts if the next is at least this much further away (Lowe 2004), as a ratio of distances.
const RATIO: f32 = 0.8;
/// Pairs that must agree. Four tell a similarity from chance; more than twice that leaves room for repeated print.
const AGREEING: usize = 10;
/// Standard error at the template's corners, in pixels of the picture for each side of the pair, above which the place is too vague to use.
const VAGUE: f64 = 1.0;
/// Pairs from which on an affine map is fitted, and the anisotropy beyond which it explains too much.
const AFFINE: (usize, f64) = (30, 0.3);

/// Where a template was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located {
    /// Place in the template → place in the picture: scale, turn and shift.
    pub similarity: Affine,
    /// The same with different stretches allowed; where few points agree or the stretches are unlikely, the similarity.
    pub affine: Affine,
    /// Pairs of points that agree.
    pub inliers: usize,
    /// Standard error of the similarity at the template's corners, in pixels of the picture, at most.
    pub uncertainty: f32,
}

/// Why a template was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// The template has hardly any points.
    #[error("too little texture to find it by")]
    Texture,
    /// Hardly any of its points look like one in the picture.
    #[error("nothing in the picture looks like it")]
    Unlike,
    /// What looks alike lies in no common way.
    #[error("no scale, turn and place explain what looks alike")]
    Scattered,
    /// The points that agree lie too close together.
    #[error("too few points agree to say where exactly it is")]
    Vague,
}

/// Finds `template` in `picture`, both lightness 0..1. Points of the template count where `mask` (row-major, of its shape) holds.
pub fn find(template: &Plane, mask: Option<&[bool]>, picture: &Plane) -> Result<Located, NotFound> {
    let inside = |[x, y]: [f32; 2]| {
        let (x, y) = ((x as usize).min(template.width - 1), (y as usize).min(template.height - 1));
        mask.is_none_or(|mask| mask[y * template.width + x])
    };
    let here = described(template, POINTS[0], inside);
    if here.len() < FEWEST {
        return Err(NotFound::Texture);
    }
    let there = described(picture, POINTS[1], |_| true);
    let pairs = pairs(&here, &there);
    if pairs.len() < AGREEING {
        return Err(NotFound::Unlike);
    }
    let found = consensus::similarity(&pairs).ok_or(NotFound::Scattered)?;
    let inliers = distinct(&found.inliers);
    if inliers.len() < AGREEING {
        return Err(NotFound::Scattered);
    }
    let (width, height) = (template.width as f64, template.height as f64);
    let corners = [[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]];
    let uncertainty = corners
        .map(|corner| consensus::uncertainty(&inliers, &found.map, corner))
        .into_iter()
        .fold(0.0, f64::max);
    let vague = VAGUE * (1.0 + found.map.determinant().sqrt());
    if uncertainty.is_nan() || uncertainty > vague {
        return Err(NotFound::Vague);
    }
    let affine = (inliers.len() >= AFFINE.0).then(|| consensus::fitted_affine(&inliers)).flatten();
    let likely = |map: &Affine| {
        let [most, least] = map.stretches();
        map.determinant() > 0.0 && most <= (1.0 + AFFINE.1) * least
    };
    Ok(Located {
        similarity: found.map,
        affine: affine.filter(likely).unwrap_or(found.map),
        inliers: inliers.len(),
        uncertainty: uncertainty as f32,
    })
}

fn described(plane: &Plane, most: usize, wanted: impl Fn([f32; 2]) -> bool) -> Vec<(Keypoint, Descriptor)> {
    let space = ScaleSpace::new(plane, plane.data.len() <= SMALL);
    let describer = Describer::new();
    let points = space.keypoints(most, wanted);
    points.into_iter().filter_map(|point| describer.describe(&space, &point).map(|d| (point, d))).collect()
}

/// For each point of the template the one that looks most like it, if no other does nearly as much; the clearest first.
fn pairs(here: &[(Keypoint, Descriptor)], there: &[(Keypoint, Descriptor)]) -> Vec<Pair> {
    let mut found: Vec<(f32, Pair)> = Vec::new();
    for (point, descriptor) in here {
        let (mut nearest, mut next, mut which) = (f32::MAX, f32::MAX, None);
        for (other, other_descriptor) in there {
            let far = distance(descriptor, other_descriptor);
            if far < nearest {
                (next, nearest, which) = (nearest, far, Some(other));
            } else if far < next {
                next = far;
            }
        }
        // Distances are squared.
        if let Some(other) = which.filter(|_| nearest < RATIO * RATIO * next) {
            let pair = Pair {
                from: point.at.map(f64::from),
                to: other.at.map(f64::from),
                growth: f64::from((other.scale / point.scale).ln()),
                blur: f64::from(other.scale),
            };
            found.push((nearest / next, pair));
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found.into_iter().map(|(_, pair)| pair).collect()
}

/// Without those that end where an earlier one ends: they are no further evidence.
fn distinct(pairs: &[Pair]) -> Vec<Pair> {
    let mut kept: Vec<Pair> = Vec::new();
    for pair in pairs {
        let same = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() < 0.5 && (a[1] - b[1]).abs() < 0.5;
        if !kept.iter().any(|k| same(k.to, pair.to) || same(k.from, pair.from)) {
            kept.push(*pair);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
