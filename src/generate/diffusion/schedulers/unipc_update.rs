//! One step of UniPC, as predictor or as corrector: Zhao et al. 2023, equations 3 and 5 in the way in which diffusers' `UniPCMultistepScheduler`
//! writes them. Knows no schedule.

use super::level::Level;

/// `predict_x0` and `solver_type`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Works on clean samples, else on noise.
    pub predicts_clean: bool,
    /// `bh1`: B(h) = h. Else `bh2`: B(h) = eʰ - 1.
    pub plain: bool,
}

/// An earlier output with its level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub level: Level,
    pub output: &'a [f32],
}

/// The sample at level `to`, from `sample` at the first node's level and from the nodes' outputs, newest first; their number is the order. With the
/// output at `to` itself (`arrived`) it is the corrector.
pub(super) fn update(
    form: Form,
    to: &Level,
    nodes: &[Node<'_>],
    sample: &[f32],
    arrived: Option<&[f32]>,
) -> Vec<f32> {
    let Some((from, earlier)) = nodes.split_first() else { return sample.to_vec() };
    let h = to.lambda - from.level.lambda;
    let signed = if form.predicts_clean { -h } else { h };
    let growth = signed.exp_m1();
    let scale = if form.plain { signed } else { growth };
    let ratios: Vec<f32> = earlier.iter().map(|node| (node.level.lambda - from.level.lambda) / h).collect();
    let weights = weights(&ratios, signed, scale, arrived.is_some());
    let (keep, front) = if form.predicts_clean {
        (to.sigma / from.level.sigma, to.alpha)
    } else {
        (to.alpha / from.level.alpha, to.sigma)
    };
    let base = front * growth;
    let scale = front * scale;
    (0..sample.len())
        .map(|i| {
            let newest = from.output[i];
            let differences =
                earlier.iter().zip(&ratios).map(|(node, ratio)| (node.output[i] - newest) / ratio);
            let arrived = arrived.map(|output| output[i] - newest);
            let rest: f32 =
                differences.chain(arrived).zip(&weights).map(|(difference, w)| w * difference).sum();
            // A step of order 1 to no noise has an infinite h: without differences there is nothing to weigh.
            let rest = if weights.is_empty() { 0.0 } else { scale * rest };
            keep * sample[i] - base * newest - rest
        })
        .collect()
}

/// What the differences are multiplied with: the numbers that make the step exact for polynomials of its order. Without the corrector's last
/// condition for the predictor, whose single difference always weighs a half.
fn weights(ratios: &[f32], h: f32, scale: f32, corrects: bool) -> Vec<f32> {
    let count = ratios.len() + usize::from(corrects);
    if count < 2 {
        return vec![0.5; count];
    }
    let places: Vec<f32> = ratios.iter().copied().chain(corrects.then_some(1.0)).collect();
    let mut phi = h.exp_m1() / h - 1.0;
    let mut factorial = 1.0f32;
    let mut rows = Vec::new();
    for power in 0..count {
        let mut row: Vec<f64> = places.iter().map(|place| f64::from(place.powi(power as i32))).collect();
        row.push(f64::from(phi * factorial / scale));
        rows.push(row);
        factorial *= power as f32 + 2.0;
        phi = phi / h - 1.0 / factorial;
    }
    solve(rows)
}

/// Solves a few linear equations, each row with its right side at the end, by elimination with the greatest pivot.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f32> {
    let count = rows.len();
    for column in 0..count {
        let pivot = (column..count).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, pivot.unwrap_or(column));
        let top = rows[column].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != column {
                let factor = row[column] / top[column];
                row.iter_mut().zip(&top).for_each(|(a, b)| *a -= factor * b);
            }
        }
    }
    (0..count).map(|i| (rows[i][count] / rows[i][i]) as f32).collect()
}
