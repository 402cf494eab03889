//! The search for the guess that explains a picture best: everywhere in a small picture, then downhill in larger ones. Knows no product and no limit.

use image::RgbImage;

use super::chamfer;
use super::shape::Shape;
use super::sweep::Shifted;
use super::view::{Guess, Score, View};
use crate::imaging::resize::ResizeError;

/// Longer side of the picture at each stage of the search. What is found is good to a fraction of a pixel of the last; registration goes on from there.
const STAGES: [u32; 2] = [128, 420];
/// Turns from which the search starts, in degrees; it finds what lies a few degrees beside them.
pub(super) const TURNS: [f32; 3] = [0.0, -7.0, 7.0];
/// Starts that are followed up. An even surface looks like itself at many sizes, so that the right one need not be among the first.
const STARTS: usize = 12;
/// Places that are looked at again in a larger picture.
const KEPT: usize = 3;
/// Points and places on the outline that suffice for the first look, and to go downhill in the smallest picture.
const SPARSE: (usize, usize) = (150, 30);
const MEDIUM: (usize, usize) = (600, 100);
/// Smallest size of the product that is looked for, as a share of the picture's height, and the step from one to the next.
const SMALLEST: f32 = 0.12;
const GROWTH: f32 = 1.07;

/// The picture at every stage, smallest first.
pub(super) fn views(master: &RgbImage) -> Result<Vec<View>, ResizeError> {
    STAGES.iter().map(|side| View::new(master, *side)).collect()
}

/// Longer sides at which what is thin is searched for: a wire has to be seen.
const FINE_STAGES: [u32; 3] = [256, 420, 840];

/// What an outline scores by chance on a picture that has edges everywhere.
const BY_CHANCE: f32 = 0.3;

/// The best guess with its score, searched for by what surrounds the product and then by its whole outline.
pub(super) fn find_outline(
    shape: &Shape,
    outer: &Shape,
    master: &RgbImage,
) -> Result<Option<(Guess, Score)>, ResizeError> {
    let views = FINE_STAGES.iter().map(|side| View::new(master, *side)).collect::<Result<Vec<_>, _>>()?;
    let [coarse, finer @ ..] = views.as_slice() else { return Ok(None) };
    let sizes: Vec<f32> = scales(coarse, shape).collect();
    let mut found: Vec<Guess> = chamfer::starts(coarse, outer, &sizes, STARTS);
    let mut best: Vec<(Guess, Score)> = Vec::new();
    for view in finer {
        best = found.into_iter().map(|guess| descend(view, shape, guess)).collect();
        // The larger it is, the less likely does so much of it run along edges by chance.
        let rank = |(guess, score): &(Guess, Score)| (score.border - BY_CHANCE) * guess.scale.sqrt();
        best.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
        best.truncate(KEPT);
        found = best.iter().map(|(guess, _)| *guess).collect();
    }
    Ok(best.into_iter().next())
}

/// The best guess with its score, searched from these turns.
pub(super) fn find(shape: &Shape, views: &[View], turns: &[f32]) -> Option<(Guess, Score)> {
    let coarse = views.first()?;
    let medium = shape.sparse(MEDIUM.0, MEDIUM.1);
    let mut found: Vec<(Guess, Score)> =
        starts(coarse, shape, turns).into_iter().map(|guess| descend(coarse, &medium, guess)).collect();
    found.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()));
    found.truncate(KEPT);
    for view in &views[1..] {
        found = found.into_iter().map(|(guess, _)| descend(view, shape, guess)).collect();
    }
    found.into_iter().max_by(|a, b| a.1.total().total_cmp(&b.1.total()))
}

/// Every size that is looked for.
fn scales(view: &View, shape: &Shape) -> impl Iterator<Item = f32> {
    let whole = view.lightness.height as f32 / view.shrink / shape.size[1];
    std::iter::successors(Some(SMALLEST), |share| Some(share * GROWTH))
        .take_while(|share| *share < 1.0)
        .map(move |share| share * whole)
}

/// The best position for each size and turn; the best few of these.
fn starts(view: &View, shape: &Shape, turns: &[f32]) -> Vec<Guess> {
    let (shifted, sparse) = (Shifted::new(view), shape.sparse(SPARSE.0, SPARSE.1));
    let mut starts: Vec<(f32, Guess)> = Vec::new();
    for scale in scales(view, shape) {
        starts.extend(turns.iter().filter_map(|turn| shifted.best(&sparse, scale, *turn)));
    }
    starts.sort_by(|a, b| b.0.total_cmp(&a.0));
    starts.into_iter().take(STARTS).map(|(_, guess)| guess).collect()
}

/// Coordinate descent with halving steps, from two pixels of the stage to a twentieth.
pub(super) fn descend(view: &View, shape: &Shape, mut guess: Guess) -> (Guess, Score) {
    let mut best = view.score(shape, guess);
    let (mut pixels, mut growth, mut turn) = (2.0f32, 0.04f32, 3.0f32);
    while pixels > 0.05 {
        let d = pixels / view.shrink;
        let moved = |x: f32, y: f32| Guess { middle: [guess.middle[0] + x, guess.middle[1] + y], ..guess };
        let scaled = |factor: f32| Guess { scale: guess.scale * factor, ..guess };
        let turned = |by: f32| Guess { turn_deg: guess.turn_deg + by, ..guess };
        let tries = [
            moved(d, 0.0),
            moved(-d, 0.0),
            moved(0.0, d),
            moved(0.0, -d),
            scaled(1.0 + growth),
            scaled(1.0 / (1.0 + growth)),
            turned(turn),
            turned(-turn),
        ];
        // One edge stays where it is: size and position, each by itself, would take it off.
        let stretched = |factor: f32, across: f32, down: f32| Guess {
            scale: guess.scale * factor,
            middle: [
                guess.middle[0] + across * (1.0 - factor) * guess.scale * shape.size[0] / 2.0,
                guess.middle[1] + down * (1.0 - factor) * guess.scale * shape.size[1] / 2.0,
            ],
            ..guess
        };
        let others = [1.0 + growth, 1.0 / (1.0 + growth)].into_iter().flat_map(|factor| {
            let sides = [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
            sides.map(|(across, down)| stretched(factor, across, down))
        });
        let best_of = |tries: &mut dyn Iterator<Item = Guess>| {
            let mut found: Option<(Score, Guess)> = None;
            for guess in tries {
                let least = found.map_or(best.sharp() + 1e-6, |(score, _)| score.sharp());
                found = view.better(shape, guess, least).map(|score| (score, guess)).or(found);
            }
            found
        };
        match best_of(&mut tries.into_iter()).or_else(|| best_of(&mut others.into_iter())) {
            Some((score, t)) => (best, guess) = (score, t),
            None => (pixels, growth, turn) = (pixels / 2.0, growth / 2.0, turn / 2.0),
        }
    }
    (guess, best)
}
