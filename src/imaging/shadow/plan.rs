//! The base of a thing seen from above, guessed from the side that is seen. Knows no picture.
//!
//! Most bases are symmetric about their middle: boxes, turned things, feet in a square. Of those the far side is the near one turned by half a circle
//! about the middle between the two ends.

/// What stands straight across the view says nothing about its depth; nothing is taken for deeper than this share of its width without being seen to be.
const DEEPEST_UNSEEN: f32 = 0.5;
/// Exponent of the superellipse that rounds the ends of the unseen side.
const SQUARENESS: f32 = 6.0;
/// A part of the thing that is wider than its base stands out over it on all sides, but not by more than this.
const WIDEST: f32 = 1.5;

/// A base along its columns, from the left end to the right one. Depths are object pixels away from the camera.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// First and last column.
    pub ends: [usize; 2],
    /// Depth of the line between the two ends at the first column, and its slope per column.
    line: [f32; 2],
    /// Depth of the near and of the far side, relative to the line.
    sides: Vec<[f32; 2]>,
}

impl Plan {
    /// The plan whose near side has these depths in the columns `ends[0]..=ends[1]`; `unseen`: how deep it is if the near side is straight, `pitch` object pixels
    /// between columns.
    pub(super) fn new(ends: [usize; 2], near: &[f32], unseen: f32, pitch: f32) -> Option<Plan> {
        let (first, last) = (*near.first()?, *near.last()?);
        let steps = (near.len() - 1).max(1) as f32;
        let slope = (last - first) / steps;
        let own: Vec<f32> = near.iter().enumerate().map(|(i, y)| y - first - slope * i as f32).collect();
        let unseen = unseen.min(DEEPEST_UNSEEN * pitch * near.len() as f32);
        let sides = (0..own.len())
            .map(|i| {
                let t = (2.0 * i as f32 / steps - 1.0).abs().min(1.0);
                let round = (1.0 - t.powf(SQUARENESS)).powf(1.0 / SQUARENESS);
                [own[i], (-own[own.len() - 1 - i]).max(own[i] + unseen * round.max(0.2))]
            })
            .collect();
        Some(Plan { ends, line: [first, slope], sides })
    }

    fn columns(&self) -> f32 {
        self.sides.len() as f32
    }

    /// Depth of the line between the ends at a column; beyond the ends as at them.
    fn middle(&self, column: f32) -> f32 {
        let along = (column - self.ends[0] as f32).clamp(0.0, self.columns() - 1.0);
        self.line[0] + self.line[1] * along
    }

    /// Near and far side of a part that reaches over the columns `from..=to` at some height: the plan, scaled to that width.
    pub(super) fn section(&self, from: usize, to: usize) -> Vec<[f32; 2]> {
        let wide = (to + 1 - from) as f32;
        let scale = (wide / self.columns()).min(WIDEST);
        (from..=to)
            .map(|column| {
                let part = (column - from) as f32 / (to - from).max(1) as f32;
                let [near, far] = self.sides[(part * (self.columns() - 1.0)).round() as usize];
                let middle = self.middle(column as f32);
                [middle + near * scale, middle + far * scale]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_base_is_round() {
        let near: Vec<f32> = (0..101).map(|i| -(2500.0f32 - (i as f32 - 50.0).powi(2)).sqrt()).collect();
        let plan = Plan::new([0, 100], &near, 0.0, 1.0).unwrap();
        let whole = plan.section(0, 100);
        assert!((whole[50][0] + 50.0).abs() < 0.1 && (whole[50][1] - 50.0).abs() < 0.1, "{:?}", whole[50]);
        // The neck above it, half as wide, is half as deep and stands over the middle.
        let neck = plan.section(25, 75);
        assert!((neck[25][0] + 25.0).abs() < 1.0 && (neck[25][1] - 25.0).abs() < 1.0, "{:?}", neck[25]);
    }

    #[test]
    fn a_box_seen_from_its_corner_is_a_parallelogram() {
        // Near corner at column 30: left edge 30 columns and 60 deep, right edge 70 columns and 40 deep.
        let near: Vec<f32> = (0..101)
            .map(|i| if i < 30 { 60.0 - 2.0 * i as f32 } else { (i as f32 - 30.0) * 40.0 / 70.0 })
            .collect();
        let plan = Plan::new([0, 100], &near, 0.0, 1.0).unwrap();
        let whole = plan.section(0, 100);
        assert!((whole[70][1] - 100.0).abs() < 1.5, "the far corner lies opposite: {:?}", whole[70]);
        assert!((whole[30][0]).abs() < 1e-3);
    }

    #[test]
    fn what_stands_straight_is_as_deep_as_it_is_said_to_be() {
        let plan = Plan::new([0, 99], &[0.0; 100], 40.0, 1.0).unwrap();
        let [near, far] = plan.section(0, 99)[50];
        assert!(near == 0.0 && (far - 40.0).abs() < 0.1);
        let sheet = Plan::new([0, 99], &[0.0; 100], 400.0, 1.0).unwrap();
        assert!(sheet.section(0, 99)[50][1] <= 50.1);
    }
}
