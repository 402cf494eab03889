//! A hole's shaded parts: ground under the shadow of the cable or strap around it, which is too dark and too steep to be taken for a hole by itself.
//! Knows no field and no frame.

use super::edges::{COLORED, DARK, STEEP};
use crate::imaging::matte::watershed;
use crate::imaging::plane::Plane;

/// Light relative to the field in such a part …
const LIGHT: std::ops::Range<f32> = 0.35..1.05;
/// … without color …
const COLOR: f32 = 0.05;
/// … and changing no faster than a small thing's shadow does (of √ratio a pixel).
const GENTLE: f32 = 0.08;
/// Smaller parts than this are left to the border, pixels.
const SMALLEST: usize = 40;
/// It opens to the hole over this many pixels at least …
const MOUTH: usize = 6;
/// … and this share of what it has in common with it, without an edge between.
const OPEN: f32 = 0.5;
/// Share of the rest of its border that is the edge of something colored or dark …
const WALLED: f32 = 0.75;
/// … within so many pixels.
const WALL: isize = 7;

/// Takes the shaded parts of `holes` out of `inside` and adds them to the holes.
pub(super) fn open(inside: &mut [bool], holes: &mut [bool], light: &Plane, chroma: &Plane, steep: &Plane) {
    if !holes.contains(&true) {
        return;
    }
    let shade: Vec<bool> = (0..inside.len())
        .map(|i| {
            let ground = LIGHT.contains(&light.data[i]) && chroma.data[i] < COLOR;
            inside[i] && ground && steep.data[i] < GENTLE
        })
        .collect();
    let mut left: Vec<Vec<usize>> = watershed::components(&shade, light.width);
    left.retain(|part| part.len() >= SMALLEST);
    loop {
        let looks = Looks { shade: &shade, holes, light, chroma, steep };
        let (open, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|part| looks.is_open(part));
        left = rest;
        if open.is_empty() {
            return;
        }
        open.iter().flatten().for_each(|i| (inside[*i], holes[*i]) = (false, true));
    }
}

/// What a part is judged by.
struct Looks<'a> {
    shade: &'a [bool],
    holes: &'a [bool],
    light: &'a Plane,
    chroma: &'a Plane,
    steep: &'a Plane,
}

impl Looks<'_> {
    /// Whether a part runs on into a hole, and ends at a colored or dark thing everywhere else.
    fn is_open(&self, part: &[usize]) -> bool {
        let width = self.light.width;
        let (mut mouth, mut soft, mut border, mut wall) = (0, 0, 0, 0);
        for &i in part {
            let (x, y) = ((i % width) as isize, (i / width) as isize);
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                let (to_x, to_y) = (x + dx, y + dy);
                if !(0..width as isize).contains(&to_x) || !(0..self.light.height as isize).contains(&to_y) {
                    continue;
                }
                let next = to_y as usize * width + to_x as usize;
                if self.holes[next] {
                    mouth += 1;
                    soft +=
                        usize::from((-1..=3).all(|k| self.steep.clamped(x + k * dx, y + k * dy) < GENTLE));
                } else if !self.shade[next] {
                    border += 1;
                    wall += usize::from((1..=WALL).any(|k| self.is_wall(x + k * dx, y + k * dy)));
                }
            }
        }
        soft >= MOUTH && soft as f32 > OPEN * mouth as f32 && wall as f32 > WALLED * border as f32
    }

    fn is_wall(&self, x: isize, y: isize) -> bool {
        self.steep.clamped(x, y) > STEEP
            || self.chroma.clamped(x, y) > COLORED
            || self.light.clamped(x, y) < DARK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of `wall` around ground, the upper half of which is shaded and not yet open.
    fn opened(wall: f32) -> usize {
        let side = 60usize;
        let mut light = Plane::filled(side, side, 1.0);
        let mut steep = Plane::filled(side, side, 0.0);
        let (mut inside, mut holes) = (vec![false; side * side], vec![false; side * side]);
        for i in 0..side * side {
            let away = ((i % side) as f32 - 30.0).hypot((i / side) as f32 - 30.0);
            let upper = i / side < 30;
            inside[i] = away < 25.0 && (away > 15.0 || upper);
            holes[i] = away <= 15.0 && !upper;
            light.data[i] = match () {
                () if away > 25.0 => 1.0,
                () if away > 15.0 => wall,
                () if upper => 0.6,
                () => 0.9,
            };
            if (away - 15.0).abs() < 1.5 {
                steep.data[i] = (0.6f32.sqrt() - wall.sqrt()).abs() / 2.0;
            }
        }
        let chroma = Plane::filled(side, side, 0.0);
        open(&mut inside, &mut holes, &light, &chroma, &steep);
        (0..side * side).filter(|i| holes[*i] && i / side < 30).count()
    }

    #[test]
    fn a_hole_takes_its_shaded_part_with_it_within_a_dark_ring_only() {
        assert!(opened(0.1) > 250, "{}", opened(0.1));
        assert_eq!(opened(0.58), 0);
    }
}
