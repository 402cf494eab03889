//! Small systems of linear equations. Knows nothing of what they mean.

/// Solves `matrix` · x = `right` by elimination with row pivots. `None` if the equations do not determine x.
pub fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    let size = matrix.as_flattened().iter().fold(0.0f64, |most, v| most.max(v.abs()));
    for column in 0..N {
        let pivot =
            (column..N).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))?;
        let strength = matrix[pivot][column].abs();
        if strength.is_nan() || strength <= 1e-12 * size {
            return None;
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let row = &above[column];
        let (_, rest) = right.split_at_mut(column);
        let (first, rest) = rest.split_first_mut()?;
        for (other, value) in below.iter_mut().zip(rest) {
            let factor = other[column] / row[column];
            other.iter_mut().zip(row).for_each(|(other, own)| *other -= factor * own);
            *value -= factor * *first;
        }
    }
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_multiplied_comes_back_and_dependent_rows_do_not() {
        let matrix = [[0.0, 2.0, 1.0], [3.0, -1.0, 4.0], [1.0, 1.0, 1.0]];
        let x = [2.0, -3.0, 0.5];
        let right = matrix.map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum());
        let found = solve(matrix, right).unwrap();
        assert!(found.iter().zip(x).all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
        assert_eq!(solve([[f64::NAN, 0.0], [0.0, 1.0]], [1.0, 2.0]), None);
    }
}
