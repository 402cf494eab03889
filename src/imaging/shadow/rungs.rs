//! Rungs: what runs from leg to leg below what the legs carry. Knows no light.

use super::body::Section;
use super::legs::{Coarse, Leg};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// What is covered less is no rung.
const COVERED: f32 = 0.3;
/// Fewer columns are the border of a leg, not a rung.
const SHORT: usize = 4;
/// A column of a rung that is so much higher than most of them shows the border of a leg as well.
const SLIVER: f32 = 2.0;

/// A column of a rung: its first row and the one past its last.
struct Slice {
    column: usize,
    rows: [f32; 2],
}

/// Sections of what is left of the silhouette in row `top` and below, each piece on the line between the legs at its two ends.
pub(super) fn sections(coarse: &Coarse<'_>, rest: &Plane, top: usize, legs: &[Leg]) -> Vec<Section> {
    pieces(rest, top).iter().filter_map(|piece| stand(coarse, piece, legs)).flatten().collect()
}

/// The connected pieces, sliced into columns; those that are no rungs left out.
fn pieces(rest: &Plane, top: usize) -> Vec<Vec<Slice>> {
    let mut open: Vec<bool> = rest.data.iter().map(|v| *v > COVERED).collect();
    open[..(top * rest.width).min(rest.data.len())].fill(false);
    let mut pieces = Vec::new();
    for cells in watershed::components(&open, rest.width) {
        let mut slices = slices(rest, &cells);
        let mut heights: Vec<f32> = slices.iter().map(|slice| slice.rows[1] - slice.rows[0]).collect();
        heights.sort_by(f32::total_cmp);
        let usual = heights[heights.len() / 2];
        slices.retain(|slice| slice.rows[1] - slice.rows[0] <= SLIVER * usual);
        if slices.len() >= SHORT {
            pieces.push(slices);
        }
    }
    pieces
}

/// The columns of a piece, from the left; its upper and lower border lie where its outer cells are covered to.
fn slices(rest: &Plane, cells: &[usize]) -> Vec<Slice> {
    let mut ends = std::collections::BTreeMap::new();
    for cell in cells {
        let row = cell / rest.width;
        let ends = ends.entry(cell % rest.width).or_insert([row, row]);
        *ends = [ends[0].min(row), ends[1].max(row)];
    }
    let covered = |x: usize, y: usize| rest.data[y * rest.width + x].min(1.0);
    ends.into_iter()
        .map(|(column, [first, last])| {
            let (first, last) =
                (first as f32 + 1.0 - covered(column, first), last as f32 + covered(column, last));
            Slice { column, rows: [first, last.max(first + 0.2)] }
        })
        .collect()
}

/// A piece between the legs at its ends. `None` if there is no leg at either.
fn stand(coarse: &Coarse<'_>, piece: &[Slice], legs: &[Leg]) -> Option<Vec<Section>> {
    let middle = |slice: &Slice| (slice.rows[0] + slice.rows[1]) / 2.0;
    let ends = [piece.first()?, piece.last()?];
    let beside = |slice: &Slice, side: f32| {
        let away = |leg: &&Leg| side * (leg.center(middle(slice)) - slice.column as f32);
        let beyond = legs.iter().filter(|leg| leg.row > middle(slice) && away(leg) >= -1.0);
        beyond.min_by(|a, b| away(a).total_cmp(&away(b)))
    };
    let (left, right) = (beside(ends[0], -1.0), beside(ends[1], 1.0));
    let (left, right) = (left.or(right)?, right.or(left)?);
    let at = [(left, ends[0]), (right, ends[1])]
        .map(|(leg, slice)| (leg.center(middle(slice)), leg.above(slice.rows[1])));
    let [(start, from), (end, to)] = at;
    let cell = coarse.cell;
    // Height and ground row change evenly from leg to leg.
    let above = |x: f32| {
        let part = ((x - start) / (end - start).max(1.0)).clamp(0.0, 1.0);
        [0, 1].map(|i| from[i] + (to[i] - from[i]) * part)
    };
    let section = |(column, rows): (usize, [f32; 2])| {
        let thick = (rows[1] - rows[0]) * cell;
        let columns = [0.0, 1.0].map(|side| {
            let [x, near] = (coarse.on_ground)([column as f32 + side, above(column as f32 + side)[1]]);
            [x, near, near + thick]
        });
        let [height, _] = above(column as f32 + 0.5);
        Section { height: height * cell, thick, weight: 1.0, columns: columns.to_vec() }
    };
    // Its ends lie hidden in the legs.
    let before = (start as usize..ends[0].column).map(|column| (column, ends[0].rows));
    let after = (ends[1].column + 1..=end as usize).map(|column| (column, ends[1].rows));
    let seen = piece.iter().map(|slice| (slice.column, slice.rows));
    Some(before.chain(seen).chain(after).map(section).collect())
}
