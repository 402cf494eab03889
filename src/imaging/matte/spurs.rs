//! What stands out of a region and is thin: the remains of a contact shadow along a firm edge, a thread, a cable. Knows no color.

use super::grid::opened;
use super::watershed;

/// What is not thicker than twice this is thin, pixels.
const THIN: u8 = 3;
/// Smaller pieces are the rounding of corners.
const LEAST: usize = 12;

/// The thin pieces of `inside` (H×W, row-major): what an opening by [`THIN`] takes away, each as its pixel indices.
pub fn spurs(inside: &[bool], width: usize) -> Vec<Vec<usize>> {
    let thick = opened(inside, width, THIN);
    let thin: Vec<bool> = inside.iter().zip(&thick).map(|(inside, thick)| *inside && !thick).collect();
    let mut pieces = watershed::components(&thin, width);
    pieces.retain(|piece| piece.len() >= LEAST);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleck_that_hangs_on_a_firm_edge_is_found_and_the_body_is_not() {
        let width = 100;
        let body = |x: usize, y: usize| (20..80).contains(&x) && (20..80).contains(&y);
        let hangs = |x: usize, y: usize| (40..42).contains(&x) && (80..83).contains(&y);
        let fleck = |x: usize, y: usize| hangs(x, y) || (40..60).contains(&x) && (83..86).contains(&y);
        let inside: Vec<bool> =
            (0..width * 100).map(|i| body(i % width, i / width) || fleck(i % width, i / width)).collect();
        let found = spurs(&inside, width);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].iter().all(|i| fleck(i % width, i / width)) && found[0].len() > 30);
    }
}
