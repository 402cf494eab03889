//! Cutout + Template → Candidate. One file or folder per kind. Knows no file, no database and no verdict.
//!
//! Every kind works in two steps: `plan` decides all numbers and writes them into a Placement; `render` executes a Placement. A receipt replays
//! by rendering its Placement again.

mod base;
pub mod diffusion;
mod lying;
mod packshot;
mod pinned;
mod refine;
mod scene;
pub mod video;

use crate::domain::{
    Candidate, Cutout, Digest, GeneratorKind, Painter, Placement, Plate, SceneRequest, Seed, WishError,
};
use crate::error::{Code, Problem};
use crate::imaging::resize::ResizeError;

use diffusion::DiffusionError;

pub use packshot::Packshot;
pub use refine::refine;
pub use scene::{Scene, plan_painting};

/// Every generator, by name.
pub static ALL: &[&dyn Generator] = &[&Packshot, &Scene];

/// The generator of a kind.
pub fn of(kind: GeneratorKind) -> &'static dyn Generator {
    match kind {
        GeneratorKind::Packshot => &Packshot,
        GeneratorKind::Scene => &Scene,
    }
}

/// Executes a placement: same arguments, same bytes. `painter` is asked if the placement says that a pack painted, and must be that pack.
///
/// # Errors
/// As [`Generator::render`]; if the painter is missing, is another, or fails.
pub fn render(
    kind: GeneratorKind,
    cutout: &Cutout,
    plate: Option<&Plate>,
    placement: &Placement,
    painter: Option<&dyn Painter>,
) -> Result<Candidate, GenerateError> {
    match (kind, &placement.painted) {
        (GeneratorKind::Scene, Some(painting)) => scene::paint(cutout, plate, placement, painting, painter),
        _ => of(kind).render(cutout, plate, placement),
    }
}

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The product.
    pub cutout: &'a Cutout,
    /// Pixel digest of the photo that it was cut from.
    pub photo: Digest,
    /// The background; kinds that need one refuse without it.
    pub plate: Option<&'a Plate>,
    /// What is wanted.
    pub request: &'a SceneRequest,
    /// The only source of variety.
    pub seed: Seed,
}

/// Turns a cutout into candidates.
pub trait Generator: Sync {
    /// What it makes.
    fn kind(&self) -> GeneratorKind;

    /// Decides where and how the product stands. Warnings come with it.
    fn plan(&self, input: &Input<'_>) -> Result<(Placement, Vec<Problem>), GenerateError>;

    /// Executes a placement that no pack paints: same arguments, same bytes.
    fn render(
        &self,
        cutout: &Cutout,
        plate: Option<&Plate>,
        placement: &Placement,
    ) -> Result<Candidate, GenerateError>;
}

/// Why there is no candidate.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// This kind needs a template.
    #[error("a {} needs a template", .0.as_str())]
    PlateMissing(GeneratorKind),
    /// The placement names another template than the one given.
    #[error("the placement is for template {wanted}, not {given}")]
    PlateMismatch {
        /// Named by the placement.
        wanted: String,
        /// Given.
        given: String,
    },
    /// A pinned number cannot be honored.
    #[error("{0}")]
    Placement(String),
    /// The placement was painted by a pack, and nobody is there who paints.
    #[error("its ground is painted by the pack `{0}`, and no pack is open")]
    PainterMissing(String),
    /// The placement was painted by another pack than the one that is open.
    #[error("its ground was painted by {wanted}, and {given} is open")]
    PackMismatch {
        /// Named by the placement, with digest.
        wanted: String,
        /// Open, with digest.
        given: String,
    },
    /// A wish for the painting that cannot be.
    #[error("{0}")]
    Wish(#[from] WishError),
    /// The painting failed.
    #[error(transparent)]
    Painting(#[from] DiffusionError),
    /// The cutout has no visible pixel.
    #[error("the cutout is empty")]
    EmptyCutout,
    /// A window or size that cannot be resampled.
    #[error(transparent)]
    Resize(#[from] ResizeError),
}

impl GenerateError {
    /// Its public code.
    pub fn code(&self) -> Code {
        match self {
            GenerateError::PlateMissing(_) | GenerateError::PlateMismatch { .. } => Code::TemplateUnknown,
            GenerateError::Placement(_) | GenerateError::Resize(_) => Code::PlacementInvalid,
            GenerateError::PainterMissing(_) => Code::EngineMissing,
            GenerateError::PackMismatch { .. } => Code::PackMismatch,
            GenerateError::Wish(_) => Code::RequestInvalid,
            GenerateError::Painting(error) => error.code(),
            GenerateError::EmptyCutout => Code::NoProductFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_complete() {
        let names: Vec<_> = ALL.iter().map(|g| g.kind().as_str()).collect();
        assert!(names.is_sorted());
        for generator in ALL {
            assert_eq!(of(generator.kind()).kind(), generator.kind());
        }
    }
}
