//! The white main image: the product on pure white, filling 85 % of the frame. Knows no template.

use image::{Rgb, RgbImage};

use super::{GenerateError, Generator, Input, base, pinned};
use crate::domain::{
    Candidate, Contact, Cutout, GeneratorKind, Overrides, PLACEMENT_SCHEMA, Placement, Plate, Reflection,
    Shadow, Stand, Wrap,
};
use crate::error::Problem;
use crate::imaging::warp::Similarity;
use crate::imaging::{composite, warp};

/// Share of the frame that the product fills on its tighter axis; marketplaces ask for at least this much.
const FILL: f32 = 0.85;

/// Makes white main images.
#[derive(Clone, Copy, Debug)]
pub struct Packshot;

impl Generator for Packshot {
    fn kind(&self) -> GeneratorKind {
        GeneratorKind::Packshot
    }

    fn plan(&self, input: &Input<'_>) -> Result<(Placement, Vec<Problem>), GenerateError> {
        let (request, bounds) = (input.request, input.cutout.bounds);
        let overrides = &request.overrides;
        pinned::check(overrides)?;
        let (width, height) = (request.width as f32, request.height as f32);
        let scale = match overrides.height {
            Some(share) => share * height / bounds.height as f32,
            None => FILL * (width / bounds.width as f32).min(height / bounds.height as f32),
        };
        let base = base::find(input.cutout);
        let middle =
            [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.y as f32 + bounds.height as f32 / 2.0];
        let foot = match overrides.foot {
            Some([across, down]) => [across * width, down * height],
            None => [
                width / 2.0 + scale * (base.pivot[0] - middle[0]),
                height / 2.0 + scale * (base.pivot[1] - middle[1]),
            ],
        };
        let placement = Placement {
            schema: PLACEMENT_SCHEMA,
            photo: input.photo,
            width: request.width,
            height: request.height,
            plate: None,
            stand: Stand {
                scale,
                rotation_deg: overrides.rotation_deg.unwrap_or(0.0),
                pivot: base.pivot,
                foot,
            },
            gains: [overrides.gain.unwrap_or(1.0); 3],
            shading: [0.0; 2],
            wrap: Wrap { strength: 0.0, reach_px: 0.0 },
            contact: Contact { strength: 0.0, ambient: 0.0, reach_px: 0.0, natural: 0.0 },
            shadow: Shadow {
                light: [0.0, 0.0, 1.0],
                tint: [1.0; 3],
                softness: 0.0,
                half_depth_px: base.half_depth * scale,
                lies_px: 0.0,
            },
            reflection: Reflection { strength: 0.0, fade_px: 1.0, blur: 0.0 },
            painted: None,
        };
        Ok((placement, without_plate(overrides)))
    }

    fn render(
        &self,
        cutout: &Cutout,
        _: Option<&Plate>,
        placement: &Placement,
    ) -> Result<Candidate, GenerateError> {
        let canvas = (placement.width, placement.height);
        let ground = RgbImage::from_pixel(canvas.0, canvas.1, Rgb([255; 3]));
        let layer = warp::place(&cutout.rgba, &similarity(&placement.stand), canvas)?;
        if layer.width == 0 || layer.height == 0 {
            return Err(GenerateError::EmptyCutout);
        }
        let mut master = ground.clone();
        composite::over(&mut master, &layer);
        let coverage = composite::coverage(&layer, canvas);
        Ok(Candidate { master, ground, coverage, placement: placement.clone(), notices: Vec::new() })
    }
}

/// Warnings for what only a plate can honor.
fn without_plate(overrides: &Overrides) -> Vec<Problem> {
    [
        ("crop", overrides.crop.is_some()),
        ("mirrored", overrides.mirrored.is_some()),
        ("light", overrides.light.is_some()),
        ("shadow", overrides.shadow.is_some()),
    ]
    .into_iter()
    .filter(|(_, given)| *given)
    .map(|(option, _)| pinned::ignored(option, "white", "a white main image has no plate, light or shadow"))
    .collect()
}

/// A stand as the warp kernel wants it.
pub(super) fn similarity(stand: &Stand) -> Similarity {
    Similarity { scale: stand.scale, rotation_deg: stand.rotation_deg, from: stand.pivot, to: stand.foot }
}
