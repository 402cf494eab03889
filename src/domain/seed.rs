//! Where randomness comes from: a hash of what identifies a candidate, into ChaCha12. Never the clock, never the order of a batch.

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest as _, Sha256};

use super::Digest;

/// 256 bits that start one named portable generator, ChaCha12 (RFC 7539 core with 12 rounds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed([u8; 32]);

/// The seed of one candidate: hash(base seed, photo pixel digest, template digest, result index, attempt).
pub fn candidate_seed(base: u64, photo: &Digest, template: &Digest, result: u32, attempt: u32) -> Seed {
    let mut hash = Sha256::new();
    hash.update(b"packshot candidate v1");
    hash.update(base.to_le_bytes());
    hash.update(photo.bytes());
    hash.update(template.bytes());
    hash.update(result.to_le_bytes());
    hash.update(attempt.to_le_bytes());
    Seed(hash.finalize().into())
}

impl Seed {
    /// An independent stream for one named use, so that adding a use does not shift the others.
    pub fn stream(&self, name: &str) -> Stream {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(name.as_bytes());
        Stream(ChaCha12Rng::from_seed(hash.finalize().into()))
    }
}

/// A stream of uniform numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha12Rng);

impl Stream {
    /// Uniform in [0, 1), 24 bits, so that it is exact in f32.
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }

    /// Uniform in [low, high).
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Standard normal (Box & Muller 1958), in f64 until the end.
    pub fn normal(&mut self) -> f32 {
        // Above 0, so that the logarithm is a number.
        let (radius, angle) = (1.0 - f64::from(self.unit()), f64::from(self.unit()));
        ((-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()) as f32
    }

    /// 32 uniform bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ingredient_changes_the_stream_and_equal_ones_repeat_it() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let first = |seed: Seed| seed.stream("x").bits();
        let base = first(candidate_seed(1, &a, &b, 0, 0));
        assert_eq!(base, first(candidate_seed(1, &a, &b, 0, 0)));
        for other in [
            candidate_seed(2, &a, &b, 0, 0),
            candidate_seed(1, &b, &b, 0, 0),
            candidate_seed(1, &a, &a, 0, 0),
            candidate_seed(1, &a, &b, 1, 0),
            candidate_seed(1, &a, &b, 0, 1),
        ] {
            assert_ne!(base, first(other));
        }
    }

    #[test]
    fn normal_numbers_have_the_moments_and_the_tails_of_the_normal_distribution() {
        let mut stream = candidate_seed(1, &Digest::of(b"a"), &Digest::of(b"b"), 0, 0).stream("x");
        let count = 100_000;
        let numbers: Vec<f64> = (0..count).map(|_| f64::from(stream.normal())).collect();
        let mean = |f: &dyn Fn(f64) -> f64| numbers.iter().map(|x| f(*x)).sum::<f64>() / f64::from(count);
        // Each within five of its standard errors.
        assert!(mean(&|x| x).abs() < 0.016);
        assert!((mean(&|x| x * x) - 1.0).abs() < 0.023);
        assert!(mean(&|x| x.powi(3)).abs() < 0.062);
        assert!((mean(&|x| if x.abs() > 2.0 { 1.0 } else { 0.0 }) - 0.0455).abs() < 0.0033);
    }
}
