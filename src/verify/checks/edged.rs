//! Is what is dark beside the product its shadow, or a thing? Where the ground is not known, a shadow is told from ground by its light alone; but its border
//! is soft and lies along the ground. The largest area along an upright edge, harder than those that the ground has further away, as a share of the product. A
//! person decides: the sun draws hard shadows, too.

use super::{Check, Measured};
use crate::domain::Rect;
use crate::verify::{Comparison, Input};

pub(super) struct Edged;

impl Check for Edged {
    fn name(&self) -> &'static str {
        "edged"
    }

    fn cost(&self) -> u32 {
        61
    }

    fn concerns(&self, input: &Input<'_>) -> bool {
        input.ground.is_none()
    }

    fn leans_on_the_cutout(&self) -> bool {
        true
    }

    fn measure(&self, input: &Input<'_>, seen: &Comparison) -> Measured {
        let value = seen.beside(input.master).map(|found| found.edged.share);
        let message = match value {
            Some(share) => format!(
                "Beside the product runs an edge, along {:.2} % of its size, that is too hard for a shadow; was something added?",
                share * 100.0
            ),
            None => "Too little ground is seen to tell a shadow from a thing beside the product.".into(),
        };
        Measured { value, message }
    }

    fn regions(&self, input: &Input<'_>, seen: &Comparison) -> Vec<Rect> {
        seen.beside(input.master).and_then(|found| found.edged.region).into_iter().collect()
    }
}
