//! The product in a scene template, engine `plate`: the background is a picture with known camera, ground and lights; the product's own pixels are
//! pasted. Engine `diffusion` (`paint/`): a pack paints over that picture around the product. Knows no file and no verdict.

mod darken;
mod ground;
pub(in crate::generate) mod light;
mod line;
mod natural;
mod paint;
mod plan;
mod reflect;
mod render;
mod room;
mod shade;

use super::{GenerateError, Generator, Input};
use crate::domain::{Candidate, Cutout, GeneratorKind, Placement, Plate};
use crate::error::Problem;

pub(super) use paint::paint;
pub use paint::plan_painting;
pub(super) use render::{behind, stood};

/// Makes scenes.
#[derive(Clone, Copy, Debug)]
pub struct Scene;

impl Generator for Scene {
    fn kind(&self) -> GeneratorKind {
        GeneratorKind::Scene
    }

    fn plan(&self, input: &Input<'_>) -> Result<(Placement, Vec<Problem>), GenerateError> {
        let plate = input.plate.ok_or(GenerateError::PlateMissing(GeneratorKind::Scene))?;
        plan::plan(input, plate)
    }

    fn render(
        &self,
        cutout: &Cutout,
        plate: Option<&Plate>,
        placement: &Placement,
    ) -> Result<Candidate, GenerateError> {
        let plate = plate.ok_or(GenerateError::PlateMissing(GeneratorKind::Scene))?;
        // The plate alone would be another picture than the placement says.
        if let Some(painting) = &placement.painted {
            return Err(GenerateError::PainterMissing(painting.by.pack.clone()));
        }
        render::render(cutout, plate, placement)
    }
}
