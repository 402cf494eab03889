//! A mesh: the ground is seen through its cells, at the back and on its floor in its own shadow. Knows no other hole.

use super::hold::median;
use super::holes::{bordered, carve, edged};
use crate::imaging::matte::grid::distance_to;
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// A cell of a mesh differs from the ground around by no more than this in light …
const CELL_LIGHT: f32 = 0.25;
/// … and color, and is flatter than this.
const CELL_COLOR: f32 = 0.05;
/// See [`CELL_COLOR`].
const CELL_GENTLE: f32 = 0.05;
/// Share of its border that is an edge.
const CELL_EDGED: f32 = 0.75;
/// Its least size in pixels; its largest is this fraction of the product.
const SMALLEST_CELL: usize = 5;
const LARGEST_CELL: usize = 50;
/// Walls between cells are thinner than this.
const CELL_WALL: u8 = 12;
/// In the shadow of a dark mesh the ground has at least so much light, and its wires have less than this share of that.
const SHADED_LIGHT: f32 = 0.35;
const SHADED_WALL: f32 = 0.6;
/// A narrow cell has at least this share of the light of the ground nearby, which is so wide (standard deviation in coarse pixels); a gloss on a wire has less.
const LIKE_NEARBY: f32 = 0.75;
const NEARBY: f32 = 12.0;
/// So many of the lit cells of a mesh that is opened have dark walls.
const DARK: f32 = 0.7;
/// So many of them make a mesh, if they are more than this share of the product; print is less.
const MESH_SHARE: f32 = 0.04;
const FEWEST_CELLS: usize = 24;

/// What is seen through a product in many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mesh {
    /// Nothing; a few parts that look like ground may as well be print.
    None,
    /// Ground between dark wires.
    Dark,
    /// What looks like ground between what is about as light: white wire, or cut glass.
    Pale,
}

/// Finds a mesh: many small parts that look like ground, each behind a thin wall from the outside or from another such part. Opens its cells if its wires
/// are dark.
pub(super) fn open(
    inside: &mut [bool],
    light: &Plane,
    chroma: &Plane,
    steep: &Plane,
    around: &Plane,
) -> Mesh {
    let width = light.width;
    let area = inside.iter().filter(|i| **i).count();
    let candidate: Vec<bool> = (0..inside.len())
        .map(|i| {
            let like = (light.data[i] - around.data[i]).abs() < CELL_LIGHT && chroma.data[i] < CELL_COLOR;
            inside[i] && like && steep.data[i] < CELL_GENTLE
        })
        .collect();
    let mut left: Vec<Vec<usize>> = watershed::components(&candidate, width)
        .into_iter()
        .filter(|part| (SMALLEST_CELL..area / LARGEST_CELL).contains(&part.len()))
        .filter(|part| edged(part, steep) > CELL_EDGED)
        .collect();
    let mut cells: Vec<Vec<usize>> = Vec::new();
    let mut ground: Vec<bool> = inside.iter().map(|i| !i).collect();
    loop {
        let wall = distance_to(&ground, width, CELL_WALL);
        let (open, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|part| part.iter().any(|i| wall[*i] < CELL_WALL));
        left = rest;
        if open.is_empty() {
            break;
        }
        open.iter().flatten().for_each(|i| ground[*i] = true);
        cells.extend(open);
    }
    let share = cells.iter().map(Vec::len).sum::<usize>() as f32 / area as f32;
    if cells.len() < FEWEST_CELLS || share < MESH_SHARE {
        return Mesh::None;
    }
    let dark = cells.iter().filter(|cell| is_cell(cell, inside, light)).count();
    if (dark as f32) < DARK * cells.len() as f32 {
        return Mesh::Pale;
    }
    for cell in shaded_cells(&ground, inside, light, chroma, steep) {
        cell.iter().for_each(|i| ground[*i] = true);
        cells.push(cell);
    }
    cells.extend(narrow_cells(&ground, inside, light, chroma));
    carve(inside, &cells, steep);
    shadows_of_wires(inside, light, chroma);
    Mesh::Dark
}

/// Opens what is joined to the cells of a mesh, colorless, and nearer in light to the ground nearby than to the mesh: the shadows of its wires.
fn shadows_of_wires(inside: &mut [bool], light: &Plane, chroma: &Plane) {
    let wire = median((0..inside.len()).filter(|i| inside[*i]).map(|i| light.data[i])).sqrt();
    let ground: Vec<bool> = inside.iter().map(|i| !i).collect();
    let nearby = nearby(&ground, light);
    let open: Vec<bool> = (0..inside.len())
        .map(|i| {
            let lit = light.data[i].sqrt() > (wire + nearby.data[i].sqrt()) / 2.0;
            ground[i] || lit && chroma.data[i] < CELL_COLOR
        })
        .collect();
    let joined = watershed::reach((0..ground.len()).filter(|i| ground[*i]), &open, light.width);
    inside.iter_mut().zip(&joined).for_each(|(inside, joined)| *inside &= !joined);
}

/// Mean light of the `ground` nearby.
fn nearby(ground: &[bool], light: &Plane) -> Plane {
    let data = ground.iter().map(|g| f32::from(u8::from(*g))).collect();
    let seen = Plane { width: light.width, height: light.height, data };
    let (mut mean, weight) = (light.times(&seen).blurred(NEARBY), seen.blurred(NEARBY));
    mean.data.iter_mut().zip(&weight.data).for_each(|(sum, weight)| *sum /= weight.max(1e-3));
    mean
}

/// Cells of a mesh behind which the ground lies in its shadow: even, colorless, between walls that are much darker.
fn shaded_cells(
    ground: &[bool],
    inside: &[bool],
    light: &Plane,
    chroma: &Plane,
    steep: &Plane,
) -> Vec<Vec<usize>> {
    let candidate: Vec<bool> = (0..inside.len())
        .map(|i| {
            let lit = light.data[i] > SHADED_LIGHT && chroma.data[i] < CELL_COLOR;
            inside[i] && !ground[i] && lit && steep.data[i] < CELL_GENTLE
        })
        .collect();
    let mut cells = watershed::components(&candidate, light.width);
    cells.retain(|part| is_cell(part, inside, light));
    cells
}

/// Cells so narrow that nothing in them is even: as light as the `ground` nearby, between walls that are much darker.
fn narrow_cells(ground: &[bool], inside: &[bool], light: &Plane, chroma: &Plane) -> Vec<Vec<usize>> {
    let nearby = nearby(ground, light);
    let candidate: Vec<bool> = (0..inside.len())
        .map(|i| {
            let like = light.data[i] > LIKE_NEARBY * nearby.data[i] && chroma.data[i] < CELL_COLOR;
            inside[i] && !ground[i] && like && light.data[i] > SHADED_LIGHT
        })
        .collect();
    let mut cells = watershed::components(&candidate, light.width);
    cells.retain(|part| is_cell(part, inside, light));
    cells
}

/// Whether a part of a mesh has the size of a cell and is between walls that are much darker.
fn is_cell(part: &[usize], inside: &[bool], light: &Plane) -> bool {
    let largest = inside.iter().filter(|i| **i).count() / LARGEST_CELL;
    let mean = part.iter().map(|i| light.data[*i]).sum::<f32>() / part.len() as f32;
    (SMALLEST_CELL..largest).contains(&part.len()) && walled(part, light, SHADED_WALL * mean) > CELL_EDGED
}

/// Share of a part's border behind which there is less light than `dark` within a few pixels.
fn walled(part: &[usize], light: &Plane, dark: f32) -> f32 {
    bordered(part, light, |light| light < dark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::edges::steepness;

    const SIDE: usize = 300;
    /// Columns and rows of the mesh, and from one of its wires to the next.
    const SPAN: std::ops::Range<usize> = 30..271;
    const CELL: usize = 24;
    const WIRE: usize = 4;

    fn is_wire(x: usize, y: usize) -> bool {
        let on = |at: usize| (at - SPAN.start) % CELL < WIRE;
        SPAN.contains(&x) && SPAN.contains(&y) && (on(x) || on(y))
    }

    /// What is found, and what stays of a mesh as light as `wire` on ground that has `shaded` of its light in the lower half of it: shares of its wires and of its cells.
    fn left(wire: f32, shaded: f32) -> (Mesh, f32, f32) {
        let value = |x: usize, y: usize| match () {
            () if is_wire(x, y) => wire,
            () if y > SIDE / 2 && SPAN.contains(&x) && SPAN.contains(&y) => shaded,
            () => 0.98,
        };
        let data = (0..SIDE * SIDE).map(|i| value(i % SIDE, i / SIDE)).collect();
        let light = Plane { width: SIDE, height: SIDE, data }.blurred(0.7);
        let chroma = Plane::filled(SIDE, SIDE, 0.01);
        let steep = steepness(&std::array::from_fn(|_| light.clone()), &chroma);
        let spanned = |i: usize| SPAN.contains(&(i % SIDE)) && SPAN.contains(&(i / SIDE));
        let mut inside: Vec<bool> = (0..SIDE * SIDE).map(spanned).collect();
        let mesh = open(&mut inside, &light, &chroma, &steep, &Plane::filled(SIDE, SIDE, 0.98));
        let share = |wires: bool| {
            let of = || (0..inside.len()).filter(|i| spanned(*i) && is_wire(i % SIDE, i / SIDE) == wires);
            of().filter(|i| inside[*i]).count() as f32 / of().count() as f32
        };
        (mesh, share(true), share(false))
    }

    #[test]
    fn cells_are_opened_in_the_light_and_in_the_shadow_of_a_mesh() {
        let (mesh, wires, cells) = left(0.04, 0.5);
        assert!(mesh == Mesh::Dark && wires > 0.9 && cells < 0.1, "{wires} {cells}");
    }

    #[test]
    fn what_is_behind_a_mesh_and_darker_than_any_shadow_stays() {
        let (_, wires, cells) = left(0.04, 0.25);
        assert!(wires > 0.9 && (0.4..0.6).contains(&cells), "{wires} {cells}");
    }

    #[test]
    fn between_pale_wires_nothing_is_opened() {
        assert_eq!(left(0.6, 0.98), (Mesh::Pale, 1.0, 1.0));
    }
}
