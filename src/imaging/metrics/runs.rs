//! Connected parts of a mask by runs of rows (He, Chao, Suzuki 2008): what is joined is runs, not pixels, so that large parts cost little. Knows no
//! measure.
//!
//! `matte::watershed::components` lists every pixel of every part; where only sums over the parts are wanted, runs give them without the lists.

/// Which neighbors hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    /// Those that share an edge.
    Four,
    /// Those that share a corner, too.
    Eight,
}

/// Pixels `from..to` of row `y` that belong to a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) y: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Number of its part.
    pub(super) part: usize,
}

/// The runs of `inside` (row-major, `width` columns) in scan order, and how many parts they form; parts are numbered by their first pixel.
pub(super) fn runs(inside: &[bool], width: usize, connectivity: Connectivity) -> (Vec<Run>, usize) {
    let mut runs: Vec<Run> = Vec::new();
    // For each run one that it hangs together with and that comes earlier, or itself.
    let mut parents: Vec<usize> = Vec::new();
    let corner = usize::from(connectivity == Connectivity::Eight);
    let (mut above, mut here) = (0, 0);
    for (y, row) in inside.chunks_exact(width.max(1)).enumerate() {
        let mut x = 0;
        let mut upper = above;
        while let Some(start) = row[x..].iter().position(|v| *v) {
            let from = x + start;
            x = row[from..].iter().position(|v| !*v).map_or(width, |length| from + length);
            let own = runs.len();
            parents.push(own);
            while upper < here && runs[upper].to + corner <= from {
                upper += 1;
            }
            let mut touching = upper;
            while touching < here && runs[touching].from < x + corner {
                join(&mut parents, touching, own);
                touching += 1;
            }
            runs.push(Run { y, from, to: x, part: 0 });
        }
        (above, here) = (here, runs.len());
    }
    let mut count = 0;
    for i in 0..runs.len() {
        // Parents come earlier, so theirs is settled.
        let root = find(&mut parents, i);
        runs[i].part = if root == i { count } else { runs[root].part };
        count += usize::from(root == i);
    }
    (runs, count)
}

fn find(parents: &mut [usize], mut i: usize) -> usize {
    while parents[i] != i {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    i
}

/// Joins two trees; the earlier root stays one.
fn join(parents: &mut [usize], one: usize, two: usize) {
    let (one, two) = (find(parents, one), find(parents, two));
    parents[one.max(two)] = one.min(two);
}

/// The largest part of `inside`, the first of equals, as its runs; nothing if nothing is inside.
pub(super) fn largest(inside: &[bool], width: usize, connectivity: Connectivity) -> Vec<Run> {
    let (mut runs, count) = runs(inside, width, connectivity);
    let mut areas = vec![0usize; count];
    runs.iter().for_each(|run| areas[run.part] += run.to - run.from);
    let best = (0..count).rev().max_by_key(|part| areas[*part]);
    runs.retain(|run| Some(run.part) == best);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Number of the part of each pixel, by repainting until nothing changes.
    fn painted(inside: &[bool], width: usize, corners: bool) -> Vec<usize> {
        let mut paint: Vec<usize> = (0..inside.len()).map(|i| if inside[i] { i + 1 } else { 0 }).collect();
        loop {
            let before = paint.clone();
            for i in 0..paint.len() {
                for n in 0..paint.len() {
                    let (dx, dy) = ((i % width).abs_diff(n % width), (i / width).abs_diff(n / width));
                    let touches = dx <= 1 && dy <= 1 && (corners || dx + dy <= 1);
                    if touches && inside[i] && inside[n] {
                        paint[i] = paint[i].min(paint[n]);
                    }
                }
            }
            if paint == before {
                return paint;
            }
        }
    }

    proptest! {
        #[test]
        fn runs_of_one_part_are_painted_alike(inside in proptest::collection::vec(any::<bool>(), 63), corners: bool) {
            let width = 9;
            let connectivity = if corners { Connectivity::Eight } else { Connectivity::Four };
            let (runs, count) = runs(&inside, width, connectivity);
            let paint = painted(&inside, width, corners);
            let mut firsts: Vec<usize> = paint.iter().copied().filter(|p| *p > 0).collect();
            firsts.sort_unstable();
            firsts.dedup();
            prop_assert_eq!(count, firsts.len());
            let mut seen = 0;
            for run in &runs {
                for x in run.from..run.to {
                    prop_assert_eq!(paint[run.y * width + x], firsts[run.part]);
                    seen += 1;
                }
            }
            prop_assert_eq!(seen, inside.iter().filter(|v| **v).count());
        }
    }

    #[test]
    fn the_largest_part_is_found_and_of_none_nothing() {
        let inside = [true, true, false, true, false, false, false, true, false, true, true, true];
        let found = largest(&inside, 4, Connectivity::Four);
        assert_eq!(found.iter().map(|r| r.to - r.from).sum::<usize>(), 5);
        assert!(found.iter().all(|run| run.y > 0 || run.from == 3));
        assert!(largest(&[false; 12], 4, Connectivity::Eight).is_empty());
    }
}
