//! One pixel of the edge: how much of it is product, and in which color. Knows no picture and no border.
//!
//! α is the projection of I on the line from B to F (Smith and Blinn 1996 for a known backing); then F is unmixed.

use crate::imaging::color::srgb;

/// Difference of F and B (linear, Euclid) under which a projection says nothing …
const BLIND: f32 = 0.04;
/// … and over which it is fully believed.
const CLEAR: f32 = 0.14;
/// So much of it must be added for each unit of the product's unevenness at the edge.
const UNEVEN: f32 = 2.0;
/// Where there is hair, how clear the sides must differ (0..1) before a projection counts.
const UNCLEAR: f32 = 0.5;
/// Below this alpha is taken for nothing, above its mirror for everything: JPEG noise on the two sides.
const NOISE: f32 = 0.03;
/// How much of the product's hue a pixel must have before that tells of coverage: chroma that JPEG spread is below the one, a pale strand above the other.
const TINTED: std::ops::Range<f32> = 0.3..0.8;
/// Difference of two hues (channels over their mean, Euclid) under which they tell nothing.
const HUE: f32 = 0.06;
/// Gray that is added, linear light.
const GRAY: f32 = 0.02;
/// From this difference of hues on they also tell what is no strand, but ground in shade: it has at most so much of the product's hue, which light from the
/// product casts on it.
const VIVID: f32 = 0.35;
const CAST: f32 = 0.05;
/// So many times darker than the product around a strand may be.
const SHADES: f32 = 2.0;
/// A strand's own hue is believed from this coverage on, and wholly at that.
const WHOLE: std::ops::Range<f32> = 0.75..0.95;

/// One edge pixel with what is on both sides of it, in linear light.
pub(super) struct Mix {
    /// What is seen.
    pub seen: [f32; 3],
    /// The product there, F.
    pub front: [f32; 3],
    /// The ground there, B.
    pub back: [f32; 3],
    /// Unevenness of the front.
    pub spread: f32,
    /// Whether it is hair.
    pub frayed: bool,
    /// Whether the ground is likely in contact shadow.
    pub shaded: bool,
}

impl Mix {
    /// Alpha, and how clear the two sides differ (0..1). `geometric` is the guess by place alone, which counts where they do not.
    pub(super) fn alpha(&self, geometric: f32) -> (f32, f32) {
        let (mut along, mut length) = (0.0, 0.0);
        for c in 0..3 {
            let span = self.front[c] - self.back[c];
            along += (self.seen[c] - self.back[c]) * span;
            length += span * span;
        }
        let clear = ((length.sqrt() - BLIND - UNEVEN * self.spread) / (CLEAR - BLIND)).clamp(0.0, 1.0);
        let projected = if length > 1e-6 { (along / length).clamp(0.0, 1.0) } else { geometric };
        let (clear, value) = if self.frayed {
            self.of_hair(clear, projected, geometric)
        } else {
            (clear, projected * clear + geometric * (1.0 - clear))
        };
        (((value - NOISE) / (1.0 - 2.0 * NOISE)).clamp(0.0, 1.0), clear)
    }

    /// The same in hair, whose strands differ in shade: one that is as light as the ground, or the ground in the shade of others, is not taken for what
    /// it is by the projection alone.
    fn of_hair(&self, clear: f32, projected: f32, geometric: f32) -> (f32, f32) {
        // A strand of another shade is soon taken for ground: there the sides must differ more.
        let clear = ((clear - UNCLEAR) / (1.0 - UNCLEAR)).max(0.0);
        // What is darker than the background in any channel must be covered at least that much, as if by black.
        let darker =
            (0..3).map(|c| 1.0 - self.seen[c] / self.back[c].max(0.02)).fold(0.0f32, f32::max) - 0.02;
        let (least, most) = self.by_hue();
        let covered = darker.max(least).min(1.0);
        (clear, (projected.max(covered) * clear + geometric * (1.0 - clear)).min(most))
    }

    /// The least and the most coverage that the hue tells, whatever the shade. By the mixture, the share of F's hue that is left is α times the strand's
    /// brightness over what is seen; so that share is the least α of a strand no darker than what is seen.
    fn by_hue(&self) -> (f32, f32) {
        // In the dark hue is noise: all has a little gray in it.
        let mean = |color: [f32; 3]| color.iter().sum::<f32>() / 3.0 + GRAY;
        let hue = |color: [f32; 3]| color.map(|v| (v + GRAY) / mean(color));
        let (seen, front, back) = (hue(self.seen), hue(self.front), hue(self.back));
        let (mut along, mut length) = (0.0, 0.0);
        for c in 0..3 {
            along += (seen[c] - back[c]) * (front[c] - back[c]);
            length += (front[c] - back[c]).powi(2);
        }
        if length < HUE * HUE {
            return (0.0, 1.0);
        }
        let share = along / length;
        let least = ((share - TINTED.start) / (TINTED.end - TINTED.start)).clamp(0.0, 1.0);
        // In no shadow what has no hue may as well be a gray trim or a black seam: there its light tells.
        if !self.shaded || length < VIVID * VIVID {
            return (least, 1.0);
        }
        let most = SHADES * (share - CAST) * mean(self.seen) / mean(self.front);
        (least, most.clamp(least, 1.0))
    }

    /// The foreground's own color where `alpha` of 255 is covered, sRGB.
    pub(super) fn foreground(&self, alpha: u8) -> [u8; 3] {
        let alpha = f32::from(alpha) / 255.0;
        // Thin coverage amplifies noise: there the continuation from inside is the better guess.
        let trust = ((alpha - 0.15) / 0.45).clamp(0.0, 1.0);
        let own: [f32; 3] = std::array::from_fn(|c| {
            let unmixed = (self.seen[c] - (1.0 - alpha) * self.back[c]) / alpha.max(0.02);
            unmixed.clamp(0.35 * self.front[c], (2.0 * self.front[c]).max(0.08)).clamp(0.0, 1.0)
        });
        let own = if self.frayed { self.like_front(own, alpha) } else { own };
        std::array::from_fn(|c| srgb::byte_of(own[c] * trust + self.front[c] * (1.0 - trust)))
    }

    /// A strand's color with the hue of the front: where the coverage is a little off, what is unmixed has a hue that no strand has.
    fn like_front(&self, own: [f32; 3], alpha: f32) -> [f32; 3] {
        let tone = own.iter().sum::<f32>() / self.front.iter().sum::<f32>().max(1e-3);
        let whole = ((alpha - WHOLE.start) / (WHOLE.end - WHOLE.start)).clamp(0.0, 1.0);
        std::array::from_fn(|c| own[c] * whole + (tone * self.front[c]).min(1.0) * (1.0 - whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blue over red of the color that is unmixed from a brown strand on white, if it is held for a little thinner than it is.
    fn hue(frayed: bool) -> f32 {
        let (front, back) = ([0.3, 0.15, 0.06], [0.9; 3]);
        let seen = std::array::from_fn(|c| 0.8 * front[c] + 0.2 * back[c]);
        let mix = Mix { seen, front, back, spread: 0.0, frayed, shaded: false };
        let color = mix.foreground(178).map(srgb::linear_of);
        color[2] / color[0]
    }

    #[test]
    fn a_strand_keeps_the_hue_of_the_fur() {
        assert!((hue(true) - 0.2).abs() < 0.02, "{}", hue(true));
        assert!(hue(false) < 0.12, "{}", hue(false));
    }

    /// Alpha of hair in `front` on `back` where `seen` is seen, if by its place it is `geometric`.
    fn alpha(seen: [f32; 3], front: [f32; 3], back: [f32; 3], shaded: bool, geometric: f32) -> f32 {
        Mix { seen, front, back, spread: 0.0, frayed: true, shaded }.alpha(geometric).0
    }

    #[test]
    fn cloth_as_light_as_the_ground_is_known_by_its_hue() {
        let (front, back) = ([0.51, 0.47, 0.41], [0.82, 0.81, 0.81]);
        let lit = front.map(|v| v * 1.7);
        assert!(alpha(lit, front, back, false, 1.0) > 0.95);
        assert!(alpha(back, front, back, false, 1.0) < 0.6);
    }

    #[test]
    fn gray_shade_between_brown_strands_is_ground_and_the_strands_are_not() {
        let (front, back) = ([0.3, 0.15, 0.06], [0.7; 3]);
        assert!(alpha([0.36, 0.34, 0.33], front, back, true, 1.0) < 0.3);
        assert!(alpha(front.map(|v| 0.7 * v), front, back, true, 1.0) > 0.95);
        for trim in [0.02, 0.2, 0.4] {
            let dark = 1.0 - trim / 0.7;
            assert!(alpha([trim; 3], front, back, false, 1.0) > dark - 0.05, "a trim of {trim} in no shadow");
        }
    }
}
