//! A thing that lies flat: its silhouette is its outline on the ground, as seen from above, and it is as thick everywhere. Knows no light.

use super::body::{Body, COARSE, Section, shrunk};
use crate::imaging::plane::Plane;

/// What is covered less is beside it.
const COVERED: f32 = 0.5;
/// It lies no deeper than so many times the side of its silhouette.
const DEEPEST: f32 = 8.0;
/// What is so many times as deep as it is thick shows its upper side; then what is no deeper than thick is only the side of it.
const BROAD: f32 = 4.0;
/// Lines for each cell: where a border runs along them, single ones are left or lost.
const LINES: f32 = 8.0;
/// Layers from the ground to its upper side.
const LAYERS: usize = 4;

/// A row of the silhouette on the ground; columns are cells.
struct Row {
    /// How far away it is.
    away: f32,
    /// Where its first cell begins, and how wide a cell is.
    left: f32,
    pitch: f32,
}

impl Body {
    /// A body that lies on the ground, from coverage `alpha` (0..1). `thick`: its height in object pixels; `on_ground` takes a point of the plane (x right,
    /// y down) to the ground point seen there, and rows to equal depths. `None` if nothing is covered.
    pub fn lying(alpha: &Plane, thick: f32, on_ground: impl Fn([f32; 2]) -> [f32; 2]) -> Option<Body> {
        let cell = alpha.width.max(alpha.height).div_ceil(COARSE).max(1);
        let coarse = shrunk(alpha, cell);
        let side = cell as f32;
        let mut rows: Vec<Row> = (0..coarse.height)
            .map(|row| {
                let y = (row as f32 + 0.5) * side;
                let [left, away] = on_ground([0.0, y]);
                let [right, _] = on_ground([coarse.width as f32 * side, y]);
                Row { away, left, pitch: ((right - left) / coarse.width as f32).max(1e-3) }
            })
            .collect();
        keep_near(&mut rows);
        let left = rows.iter().map(|row| row.left).reduce(f32::min)?;
        let right = rows.iter().map(|row| row.left + row.pitch * coarse.width as f32).reduce(f32::max)?;
        // Its upper side is seen so many rows above the ground below it.
        let raised = thick / side;
        let broad = longest_run(&coarse) as f32 > BROAD * raised;
        let apart = side / LINES;
        let lines = (0..((right - left) / apart).ceil() as usize).map(|step| {
            let x = left + (step as f32 + 0.5) * apart;
            strips(&coarse, &rows, x, (raised, broad)).into_iter().map(|[near, far]| [x, near, far]).collect()
        });
        let section = |(columns, layer): (&Vec<[f32; 3]>, usize)| Section {
            height: thick * layer as f32 / LAYERS as f32,
            thick: thick / LAYERS as f32,
            weight: 1.0,
            columns: columns.clone(),
        };
        let pieces: Vec<Piece> = joined(lines).into_iter().map(|piece| broadened(piece, apart)).collect();
        let layers = |columns| (0..LAYERS).map(move |layer| (columns, layer));
        let sections: Vec<Section> = pieces.iter().flat_map(layers).map(section).collect();
        (!sections.is_empty()).then(|| Body::of(sections, thick))
    }
}

/// Toward the horizon depth has no end, and beyond it there is no ground: from some depth on all rows lie at that.
fn keep_near(rows: &mut [Row]) {
    let Some((nearest, further)) = rows.split_last_mut() else { return };
    let (mut least, wide) = (nearest.away, nearest.pitch * (further.len() + 1) as f32);
    let most = nearest.away + DEEPEST * wide;
    for row in further.iter_mut().rev() {
        row.away = row.away.clamp(least, most);
        least = row.away;
    }
}

/// Strips side by side: x, near and far end.
type Piece = Vec<[f32; 3]>;

/// Joins strips on neighboring lines that touch to pieces.
fn joined(lines: impl Iterator<Item = Piece>) -> Vec<Piece> {
    let (mut whole, mut open) = (Vec::new(), Vec::<Piece>::new());
    for line in lines {
        let mut next = Vec::new();
        for strip in line {
            let touches =
                |piece: &Piece| piece.last().is_some_and(|last| last[1] <= strip[2] && last[2] >= strip[1]);
            let before = open.iter().position(touches).map(|i| open.swap_remove(i));
            let mut piece = before.unwrap_or_default();
            piece.push(strip);
            next.push(piece);
        }
        whole.append(&mut open);
        open = next;
    }
    whole.append(&mut open);
    whole
}

/// A piece of one strip as wide as lines are `apart`.
fn broadened(piece: Piece, apart: f32) -> Piece {
    match piece[..] {
        [[x, near, far]] => [-0.25, 0.25].map(|off| [x + off * apart, near, far]).to_vec(),
        _ => piece,
    }
}

/// Most covered rows one above the other.
fn longest_run(coarse: &Plane) -> usize {
    let (mut runs, mut longest) = (vec![0; coarse.width], 0);
    for row in coarse.data.chunks_exact(coarse.width) {
        for (run, covered) in runs.iter_mut().zip(row) {
            *run = if *covered >= COVERED { *run + 1 } else { 0 };
            longest = longest.max(*run);
        }
    }
    longest
}

/// What lies on the line of ground points at `x`, away from the camera: near and far end of each piece.
fn strips(coarse: &Plane, rows: &[Row], x: f32, (raised, broad): (f32, bool)) -> Vec<[f32; 2]> {
    let covered = |row: usize| {
        let column = (x - rows[row].left) / rows[row].pitch;
        let inside = (0.0..coarse.width as f32).contains(&column);
        if inside { coarse.sample(column, row as f32 + 0.5) } else { 0.0 }
    };
    let away = |row: f32| {
        let row = row.clamp(0.0, (rows.len() - 1) as f32);
        let (below, above) = (&rows[row.ceil() as usize], &rows[row.floor() as usize]);
        above.away + (below.away - above.away) * row.fract()
    };
    let mut strips = Vec::new();
    let mut near = None;
    let mut before = 0.0;
    // One row more, where nothing is, ends what reaches the upper border.
    for (row, now) in (0..rows.len()).rev().map(|row| (row as f32, covered(row))).chain([(-1.0, 0.0)]) {
        // Between the two rows coverage passes one half there.
        let border = || row + ((COVERED - now) / (before - now)).clamp(0.0, 1.0);
        match near {
            None if now >= COVERED => near = Some(border()),
            Some(start) if now < COVERED => {
                let far = border() + raised;
                if !broad || far < start - 0.5 {
                    strips.push([away(start), away(far.min(start - 0.5))]);
                }
                near = None;
            }
            _ => {}
        }
        before = now;
    }
    strips
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ground seen at 30°, with the point (150, 250) of the plane in the middle.
    fn ground([x, y]: [f32; 2]) -> [f32; 2] {
        [x - 150.0, (250.0 - y) / 0.5]
    }

    fn lying(inside: impl Fn(usize, usize) -> bool) -> Body {
        let data = (0..300 * 300).map(|i| if inside(i % 300, i / 300) { 1.0 } else { 0.0 }).collect();
        Body::lying(&Plane { width: 300, height: 300, data }, 12.0, ground).unwrap()
    }

    #[test]
    fn the_shadow_of_what_lies_hugs_it_on_the_side_away_from_the_light() {
        // 200 wide; from the ground at depth 0 to 300.
        let shirt = lying(|x, y| (50..250).contains(&x) && (100..250).contains(&y));
        let shadow = shirt.shadow([-0.707, 0.0, 0.707], 0.05);
        assert!(shadow.at([0.0, 150.0]) > 0.9, "below it");
        assert!(
            shadow.at([106.0, 150.0]) > 0.7 && shadow.at([125.0, 150.0]) < 0.05,
            "as long as it is thick"
        );
        assert!(shadow.at([-106.0, 150.0]) < 0.05, "none toward the light");
        assert!(
            shadow.at([106.0, 20.0]) > 0.7 && shadow.at([106.0, 260.0]) > 0.7,
            "from its near to its far end"
        );
        assert!(shadow.at([0.0, 310.0]) < 0.05, "none behind it");
    }

    #[test]
    fn what_is_seen_up_to_the_horizon_lies_no_deeper_than_it_could() {
        // The horizon at the row 90; beyond it a point far off, as if it were near.
        let flat = |[x, y]: [f32; 2]| [x - 150.0, if y > 90.0 { 4000.0 / (y - 90.0) - 25.0 } else { 0.0 }];
        let alpha = Plane { width: 300, height: 250, data: vec![1.0; 300 * 250] };
        let shadow = Body::lying(&alpha, 12.0, flat).unwrap().shadow([0.0, 0.0, 1.0], 0.05);
        assert!(shadow.at([0.0, 300.0]) > 0.9 && shadow.at([0.0, 2500.0]) < 0.05);
    }

    #[test]
    fn a_corner_that_shows_only_its_side_throws_no_shadow_of_its_own() {
        // A square with a corner of 4 rows beside its far end, seen as thick as 6.
        let shirt = lying(|x, y| {
            (50..200).contains(&x) && (100..250).contains(&y)
                || (50..240).contains(&x) && (100..104).contains(&y)
        });
        let shadow = shirt.shadow([0.0, 0.0, 1.0], 0.02);
        assert!(shadow.at([0.0, 150.0]) > 0.9 && (0..400).all(|y| shadow.at([75.0, y as f32]) < 0.05));
    }

    #[test]
    fn there_is_ground_inside_of_a_ring() {
        let ring = lying(|x, y| {
            let far = (x as f32 - 150.0).hypot(y as f32 - 150.0);
            (70.0..100.0).contains(&far)
        });
        let shadow = ring.shadow([0.0, 0.0, 1.0], 0.02);
        assert!(shadow.at([0.0, 200.0]) < 0.05);
        assert!(shadow.at([85.0, 200.0]) > 0.9 && shadow.at([-85.0, 200.0]) > 0.9);
    }
}
