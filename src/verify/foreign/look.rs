//! What a patch of ground looks like beside the ground further away: the same, in shadow, or nothing that is around.

/// Least and most light that ground close to the product may have, as factors on the square root of the light of like ground further away: where no
/// shadow falls, beside the foot where one does, and below the product where it touches the ground.
const OPEN: [f32; 2] = [0.8, 1.12];
const SHADED: [f32; 2] = [0.35, 1.12];
const TOUCHED: [f32; 2] = [0.1, 1.12];
/// Of how many examples one is taken for its color alone: the edge of a shadow lies on ground, but nowhere else is there the same edge.
const COLORS: usize = 8;
/// Root mean square by which a patch may differ from the most alike, on the square root of linear light.
const ALIKE: f32 = 0.035;
/// Numbers that describe a patch: 3×3 means of three channels.
pub(super) const NUMBERS: usize = 27;

/// A patch, square roots of linear light.
pub(super) type Patch = [f32; NUMBERS];

/// What a patch looks like.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Look {
    /// Ground further away, in the same light.
    Ground,
    /// Ground in shadow, where shadows fall.
    Shadow,
    /// Ground in shadow, higher up: a shadow only if it comes from where shadows fall, as that of a thing that lies.
    Darker,
    /// Nothing that is around.
    Foreign,
}

/// What is darker and hangs on to a shadow is shadow.
pub(super) fn follow_shadows(looks: &mut [Look], columns: usize) {
    let mut open: Vec<usize> = (0..looks.len()).filter(|i| looks[*i] == Look::Shadow).collect();
    while let Some(i) = open.pop() {
        let (x, y) = ((i % columns) as isize, (i / columns) as isize);
        for (u, v) in (-1..=1).flat_map(|v| (-1..=1).map(move |u| (x + u, y + v))) {
            let beside = v * columns as isize + u;
            if u >= 0 && u < columns as isize && v >= 0 && (beside as usize) < looks.len() {
                let beside = beside as usize;
                if looks[beside] == Look::Darker {
                    looks[beside] = Look::Shadow;
                    open.push(beside);
                }
            }
        }
    }
}

/// Where a patch lies.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    /// Higher than any shadow.
    Open,
    /// Beside the foot.
    Shaded,
    /// Below the product.
    Touched,
}

/// Ground as it is further away.
pub(super) struct Known<'a> {
    examples: &'a [Patch],
    /// Each with itself.
    sums: Vec<f32>,
    /// Mean colors of some, with their squares.
    colors: Vec<([f32; 3], f32)>,
}

impl Known<'_> {
    pub(super) fn new(examples: &[Patch]) -> Known<'_> {
        let color = |patch: &Patch| {
            let mean: [f32; 3] = std::array::from_fn(|c| patch.iter().skip(c).step_by(3).sum::<f32>() / 9.0);
            (mean, mean.iter().map(|v| v * v).sum::<f32>().max(1e-6))
        };
        Known {
            examples,
            sums: examples.iter().map(|example| dot(example, example).max(1e-6)).collect(),
            colors: examples.iter().step_by(COLORS).map(color).collect(),
        }
    }

    /// What a patch looks like, where it lies.
    pub(super) fn look(&self, patch: &Patch, side: Side) -> Look {
        if self.resembles(patch, OPEN) {
            return Look::Ground;
        }
        let darkest = if matches!(side, Side::Touched) { TOUCHED } else { SHADED };
        if !self.resembles(patch, SHADED) && !self.resembles_shaded(patch, darkest) {
            return Look::Foreign;
        }
        if matches!(side, Side::Open) { Look::Darker } else { Look::Shadow }
    }

    /// Whether some example is alike, each in the light that suits it.
    fn resembles(&self, patch: &Patch, light: [f32; 2]) -> bool {
        let own = dot(patch, patch);
        self.examples.iter().zip(&self.sums).any(|(example, sum)| {
            let both = dot(patch, example);
            let gain = (both / sum).clamp(light[0], light[1]);
            alike(own - 2.0 * gain * both + gain * gain * sum)
        })
    }

    /// Whether it is like ground of one color, each ninth of the patch in its own light.
    fn resembles_shaded(&self, patch: &Patch, light: [f32; 2]) -> bool {
        let of_color = |([r, g, b], square): &([f32; 3], f32)| -> f32 {
            let ninth = |cell: &[f32; 3]| {
                let both = cell[0] * r + cell[1] * g + cell[2] * b;
                let gain = (both / square).clamp(light[0], light[1]);
                cell.iter().map(|v| v * v).sum::<f32>() - 2.0 * gain * both + gain * gain * square
            };
            patch.as_chunks::<3>().0.iter().map(ninth).sum()
        };
        self.colors.iter().any(|color| alike(of_color(color)))
    }
}

/// Whether two patches are, by the sum of the squares of what they differ by.
fn alike(squares: f32) -> bool {
    (squares.max(0.0) / NUMBERS as f32).sqrt() <= ALIKE
}

fn dot(a: &Patch, b: &Patch) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
