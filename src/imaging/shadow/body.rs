//! A silhouette given depth: horizontal sections of a body that stands on the ground. Knows no light.

use super::contour::Contour;
use super::legs::{self, Coarse};
use super::plan::Plan;
use crate::imaging::plane::Plane;

/// Longer side of the coarse silhouette in cells: penumbras blur finer detail away.
pub(super) const COARSE: usize = 176;
/// Levels of height; they lie closer near the ground, where shadows are sharp.
const LEVELS: usize = 36;
const CLOSER: f32 = 1.4;
/// What is covered less is no part of a section; what is covered more weighs by how much it is.
const THIN: f32 = 0.2;
/// The body stands on legs if what touches the ground is less than this share of its width.
const LEGGED: f32 = 0.5;
/// A leg ends where it is this many times as wide as its foot, and two cells more.
const THICKENS: f32 = 1.7;
/// Columns to each side over which the near side of the base is evened out.
const EVEN: usize = 3;

/// A horizontal section: for each of its columns X and the near and far depth, in object pixels.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub height: f32,
    /// Height up to the next section.
    pub thick: f32,
    /// 0..1: how much light it stops.
    pub weight: f32,
    pub columns: Vec<[f32; 3]>,
}

/// A body standing on the ground.
///
/// Units are object pixels: canvas pixels at the foot. Ground coordinates: X right, Y away from the camera; heights are above the ground.
#[derive(Clone, Debug)]
pub struct Body {
    /// Sections by level, the lowest level first.
    pub(super) levels: Vec<Vec<Section>>,
    /// Height of the highest section.
    pub(super) tall: f32,
}

/// A column of the coarse silhouette on the ground.
struct Column {
    /// Coarse row of the ground below it.
    row: f32,
    /// The ground point seen there.
    at: [f32; 2],
}

impl Body {
    /// A body from coverage `alpha` (0..1) and its contour. `on_ground` takes a point of the plane (x right, y down) to the ground point seen there;
    /// `unseen` is the depth, in object pixels, of a body whose base says nothing about it. `None` if nothing stands on the ground.
    pub fn new(
        alpha: &Plane,
        contour: &Contour,
        unseen: f32,
        on_ground: impl Fn([f32; 2]) -> [f32; 2],
    ) -> Option<Body> {
        let cell = alpha.width.max(alpha.height).div_ceil(COARSE).max(1);
        let coarse = shrunk(alpha, cell);
        let feet: Vec<[usize; 2]> = contour.feet(cell).iter().map(|foot| foot.map(|i| i / cell)).collect();
        let ends = [feet.first()?[0], feet.last()?[1]];
        let standing: usize = feet.iter().map(|foot| foot[1] + 1 - foot[0]).sum();
        let legged = feet.len() > 1 && (standing as f32) < LEGGED * (ends[1] + 1 - ends[0]) as f32;
        if legged {
            let in_cells = |[x, y]: [f32; 2]| on_ground([x * cell as f32, y * cell as f32]);
            let coarse = Coarse { plane: &coarse, cell: cell as f32, on_ground: &in_cells };
            let ground: Vec<f32> =
                columns(&contour.ground, &contour.touching, coarse.plane.width, cell, &on_ground)
                    .iter()
                    .map(|column| column.row)
                    .collect();
            if let Some((sections, tall)) = legs::sections(&coarse, &feet, &ground, unseen) {
                return Some(Body::of(sections, tall));
            }
        }
        let mut rest = coarse;
        let mut sections = Vec::new();
        let mut columns = columns(&contour.ground, &contour.touching, rest.width, cell, &on_ground);
        if legged {
            feet.iter().for_each(|foot| trace_leg(&mut rest, &columns, *foot, cell as f32, &mut sections));
            columns = self::columns(&contour.hull, &contour.touching, rest.width, cell, &on_ground);
        }
        let near: Vec<f32> = columns[ends[0]..=ends[1]].iter().map(|column| column.at[1]).collect();
        let plan = Plan::new(ends, &smoothed(&near), unseen, cell as f32)?;
        let rows: Vec<f32> = (0..columns.len())
            .map(|i| if legged { chord(&columns, ends, i) } else { columns[i].row })
            .collect();
        let rows = smoothed(&rows);
        let tall = rows.iter().copied().fold(0.0f32, f32::max) * cell as f32;
        for level in 0..LEVELS {
            let height = height_of(level, tall);
            let thick = height_of(level + 1, tall) - height;
            let line = across(&rest, &rows, height / cell as f32);
            for run in runs(&line) {
                let covered = &line[run[0]..=run[1]];
                let depths = plan.section(run[0], run[1]);
                let columns = columns[run[0]..=run[1]].iter().zip(depths);
                let columns = columns.map(|(column, [near, far])| [column.at[0], near, far]).collect();
                sections.push(Section {
                    height,
                    thick,
                    weight: stops(covered),
                    columns: trimmed(columns, covered),
                });
            }
        }
        Some(Body::of(sections, tall))
    }

    pub(super) fn of(sections: Vec<Section>, tall: f32) -> Body {
        let mut levels = vec![Vec::new(); LEVELS];
        for section in sections {
            levels[level_of(section.height, tall)].push(section);
        }
        Body { levels, tall }
    }
}

/// Height in the middle of a level.
pub(super) fn height_of(level: usize, tall: f32) -> f32 {
    tall * ((level as f32 + 0.5) / LEVELS as f32).powf(CLOSER)
}

fn level_of(height: f32, tall: f32) -> usize {
    let part = (height / tall.max(1e-3)).clamp(0.0, 1.0).powf(1.0 / CLOSER);
    ((part * LEVELS as f32) as usize).min(LEVELS - 1)
}

/// Mean coverage of squares of `cell` pixels.
pub(super) fn shrunk(alpha: &Plane, cell: usize) -> Plane {
    let (width, height) = (alpha.width.div_ceil(cell), alpha.height.div_ceil(cell));
    let mut coarse = Plane::filled(width, height, 0.0);
    for (y, row) in alpha.data.chunks_exact(alpha.width).enumerate() {
        let sums = &mut coarse.data[(y / cell) * width..][..width];
        for (sum, squares) in sums.iter_mut().zip(row.chunks(cell)) {
            *sum += squares.iter().sum::<f32>();
        }
    }
    let norm = 1.0 / (cell * cell) as f32;
    coarse.data.iter_mut().for_each(|v| *v *= norm);
    coarse
}

/// The mean over a few columns: fur and folds shift the ground by a pixel, which is much of depth at a flat angle.
pub(super) fn smoothed(values: &[f32]) -> Vec<f32> {
    (0..values.len())
        .map(|i| {
            let reach = EVEN.min(i).min(values.len() - 1 - i);
            let around = &values[i - reach..=i + reach];
            around.iter().sum::<f32>() / around.len() as f32
        })
        .collect()
}

fn columns(
    ground: &[f32],
    touching: &[bool],
    count: usize,
    cell: usize,
    on_ground: &impl Fn([f32; 2]) -> [f32; 2],
) -> Vec<Column> {
    (0..count)
        .map(|i| {
            let within = i * cell..((i + 1) * cell).min(ground.len());
            let stands = within.clone().any(|k| touching[k]);
            let rows: Vec<f32> = within.filter(|k| touching[*k] || !stands).map(|k| ground[k]).collect();
            let row = rows.iter().sum::<f32>() / rows.len().max(1) as f32;
            Column { row: row / cell as f32, at: on_ground([(i as f32 + 0.5) * cell as f32, row]) }
        })
        .collect()
}

/// The ground row on the line between the two ends of the base; beyond them as at them.
fn chord(columns: &[Column], [first, last]: [usize; 2], i: usize) -> f32 {
    let part = (i.clamp(first, last) - first) as f32 / (last - first).max(1) as f32;
    columns[first].row + (columns[last].row - columns[first].row) * part
}

/// Follows a leg up from its foot, as long as it stays one; takes it out of `rest`.
fn trace_leg(rest: &mut Plane, columns: &[Column], foot: [usize; 2], cell: f32, sections: &mut Vec<Section>) {
    let middle = &columns[usize::midpoint(foot[0], foot[1])];
    let widest = THICKENS * (foot[1] + 1 - foot[0]) as f32 + 2.0;
    let mut run = foot;
    let start = (middle.row.ceil() as usize).min(rest.height);
    for row in (0..start).rev() {
        let line = &rest.data[row * rest.width..][..rest.width];
        let Some(next) = runs(line).into_iter().find(|next| next[0] <= run[1] && next[1] >= run[0]) else {
            // A rounded foot may begin a row or two higher than it touches.
            if row + 3 >= start { continue } else { break }
        };
        let wide = (next[1] + 1 - next[0]) as f32;
        if wide > widest {
            break;
        }
        run = next;
        let weight = stops(&line[run[0]..=run[1]]);
        let depth = middle.at[1];
        sections.push(Section {
            height: ((middle.row - row as f32 - 0.5) * cell).max(0.0),
            thick: cell,
            weight,
            columns: (run[0]..=run[1]).map(|i| [columns[i].at[0], depth, depth + wide * cell]).collect(),
        });
        rest.data[row * rest.width..][run[0]..=run[1]].fill(0.0);
    }
}

/// First and last column of each run of what is covered.
pub(super) fn runs(line: &[f32]) -> Vec<[usize; 2]> {
    let mut runs: Vec<[usize; 2]> = Vec::new();
    for i in (0..line.len()).filter(|i| line[*i] > THIN) {
        match runs.last_mut() {
            Some(last) if last[1] + 1 == i => last[1] = i,
            _ => runs.push([i, i]),
        }
    }
    runs
}

/// How much is covered at one height, in cells above the ground row of each column.
fn across(coarse: &Plane, rows: &[f32], height: f32) -> Vec<f32> {
    (0..coarse.width)
        .map(|i| {
            let y = rows[i] - height;
            if y < 0.0 { 0.0 } else { coarse.sample(i as f32 + 0.5, y) }
        })
        .collect()
}

/// The columns of a section with its ends drawn in by what its first and last cell are not covered: else a slanting edge would have steps of a cell. What
/// is narrower than four is left as it is.
pub(super) fn trimmed(mut columns: Vec<[f32; 3]>, covered: &[f32]) -> Vec<[f32; 3]> {
    if let [first, _, .., _, last] = &mut columns[..] {
        let apart = (last[0] - first[0]) / (covered.len() - 1) as f32;
        let bare = |covered: Option<&f32>| (1.0 - covered.copied().unwrap_or(1.0)).clamp(0.0, 0.9);
        first[0] += bare(covered.first()) * apart;
        last[0] -= bare(covered.last()) * apart;
    }
    columns
}

/// How much light stops at cells that are covered so much: those at the ends of a run are covered in part, and no less solid.
pub(super) fn stops(covered: &[f32]) -> f32 {
    (1.3 * covered.iter().sum::<f32>() / covered.len().max(1) as f32).min(1.0)
}
