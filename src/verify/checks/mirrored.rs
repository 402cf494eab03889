//! Is the product the right way round? How much better the picture agrees with the mirrored product than with the product itself, by correlation of
//! lightness. A product that looks like its mirror image is never called mirrored.

use super::{Check, Measured};
use crate::imaging::metrics::zncc::Correlation;
use crate::verify::compare::lightness;
use crate::verify::{Comparison, Input};

pub(super) struct Mirrored;

impl Check for Mirrored {
    fn name(&self) -> &'static str {
        "mirrored"
    }

    fn cost(&self) -> u32 {
        50
    }

    fn measure(&self, _: &Input<'_>, seen: &Comparison) -> Measured {
        let cover = &seen.screen_coverage;
        let columns = || (0..cover.data.len()).filter(|i| cover.data[*i] > 0.5).map(|i| i % cover.width);
        let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
            return Measured { value: None, message: "The product is not to be seen.".into() };
        };
        if seen.identical {
            return upright();
        }
        let (mut straight, mut turned) = (Correlation::default(), Correlation::default());
        // A little softened: what agrees in print need not agree to the pixel.
        let soft = |picture| lightness(picture).blurred(1.5);
        let (predicted, observed) = (soft(&seen.screen_predicted), soft(&seen.screen_observed));
        for (i, expected) in predicted.data.iter().enumerate().filter(|(i, _)| cover.data[*i] > 0.5) {
            straight.add(*expected, observed.data[i]);
            turned.add(*expected, observed.data[i - i % cover.width + left + right - i % cover.width]);
        }
        let (straight, turned) = (straight.value(), turned.value());
        let value = turned - straight;
        if value <= 0.0 {
            return upright();
        }
        let message = format!(
            "The picture agrees to {:.0} % with the product's mirror image, and to {:.0} % with the product.",
            turned * 100.0,
            straight * 100.0
        );
        Measured { value: Some(value), message }
    }
}

fn upright() -> Measured {
    Measured { value: Some(0.0), message: "The product is the right way round.".into() }
}
