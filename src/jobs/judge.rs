//! Any picture against the photo that it claims to show, whoever made it: what the command and the API ask the gate. Knows no file but the
//! templates' and no route.

use image::{GrayImage, Rgb, RgbImage};
use serde_json::Value;

use super::library::TemplateLibrary;
use super::pipeline::{self, Called};
use crate::domain::{
    Cutout, FidelityReport, GeneratorKind, PLACEMENT_SCHEMA, Photo, Placement, Segmenter, TextReader, Tier,
};
use crate::error::{Code, Problem};
use crate::imaging::codec::Limits;
use crate::verify::{self, Comparison, Input, Policy};
use crate::{generate, ingest};

/// Grounds on which a transparent candidate is looked at, sRGB: neither white nor black, which products are.
const LIGHT: u8 = 225;
const DARK: u8 = 60;

/// Bytes with the name that messages call them by.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// For messages.
    pub name: &'a str,
    /// A picture's file.
    pub bytes: &'a [u8],
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The product's photo.
    pub source: Named<'a>,
    /// The picture that claims to show it.
    pub candidate: Named<'a>,
    /// How it was made, if that is known; searched for otherwise.
    pub placement: Option<&'a Placement>,
}

/// Who judges, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    /// What passes.
    pub policy: &'a Policy,
    /// What is decoded at all.
    pub limits: &'a Limits,
    /// Shows what lay behind the product.
    pub library: Option<&'a TemplateLibrary>,
    /// Votes on the cutout.
    pub opinion: Option<&'a dyn Segmenter>,
    /// Reads what is printed.
    pub reader: Option<&'a dyn TextReader>,
    /// Whether every check is asked, after one has rejected the picture, too.
    pub full: bool,
}

impl Gate<'_> {
    /// Judges a pair. A candidate that is transparent somewhere is judged as it looks on a light and on a dark ground, and the worse verdict is the
    /// one: what nobody sees on one ground shows on the other.
    pub fn judge(&self, pair: &Pair<'_>) -> Result<(FidelityReport, Comparison), Problem> {
        let called = Called { file: pair.source.name, title: "" };
        let (photo, cutout, _) = pipeline::cut_out(pair.source.bytes, called, self.limits, self.opinion)?;
        let (name, bytes) = (pair.candidate.name, pair.candidate.bytes);
        let given = ingest::ingest(bytes, name, self.limits).map_err(|error| error.problem(name))?;
        let Some(alpha) = &given.alpha else {
            return self.judge_one(&photo, &cutout, pair, &given.pixels);
        };
        let on = |ground| self.judge_one(&photo, &cutout, pair, &flattened(&given.pixels, alpha, ground));
        let (light, dark) = (on(LIGHT)?, on(DARK)?);
        Ok(if dark.0.verdict > light.0.verdict { dark } else { light })
    }

    fn judge_one(
        &self,
        photo: &Photo,
        cutout: &Cutout,
        pair: &Pair<'_>,
        picture: &RgbImage,
    ) -> Result<(FidelityReport, Comparison), Problem> {
        let name = pair.candidate.name;
        let fail = |error: verify::VerifyError| Problem::new(error.code(), name, error.to_string());
        let (placement, tier) = match pair.placement {
            Some(placement) => (placement.clone(), Tier::Pasted),
            None => (verify::locate(cutout, photo.pixel_digest, picture).map_err(fail)?, Tier::Relit),
        };
        let white =
            picture.get_pixel(0, 0).0 == [255; 3] && picture.get_pixel(picture.width() - 1, 0).0 == [255; 3];
        let kind =
            if placement.plate.is_none() && white { GeneratorKind::Packshot } else { GeneratorKind::Scene };
        // A placement says how large its picture is; nobody's word makes us paint more than we would decode.
        self.limits
            .check_size(placement.width, placement.height)
            .map_err(|error| Problem::new(Code::PlacementInvalid, name, error.to_string()))?;
        let ground = ground(cutout, &placement, kind, self.library);
        let input = Input {
            photo,
            cutout,
            placement: &placement,
            master: picture,
            ground: ground.as_ref(),
            kind,
            tier,
            reader: self.reader,
            eye: self.opinion,
            words: &[],
            encoded: None,
            full: self.full,
        };
        verify::verify(&input, self.policy).map_err(fail)
    }
}

/// A picture over an even gray, mixed in encoded sRGB as browsers do.
fn flattened(pixels: &RgbImage, alpha: &GrayImage, ground: u8) -> RgbImage {
    let mut picture = pixels.clone();
    for (pixel, alpha) in picture.pixels_mut().zip(alpha.pixels()) {
        let share = u32::from(alpha[0]);
        let mix =
            |byte: u8| ((u32::from(byte) * share + u32::from(ground) * (255 - share) + 127) / 255) as u8;
        pixel.0 = pixel.0.map(mix);
    }
    picture
}

/// What is behind the product, if it can be made again: white, or the template that the placement names by digest.
fn ground(
    cutout: &Cutout,
    placement: &Placement,
    kind: GeneratorKind,
    library: Option<&TemplateLibrary>,
) -> Option<RgbImage> {
    if kind == GeneratorKind::Packshot {
        return Some(RgbImage::from_pixel(placement.width, placement.height, Rgb([255; 3])));
    }
    let crop = placement.plate.as_ref()?;
    let plate = library?.plate(&crop.template).ok()?;
    generate::of(kind).render(cutout, Some(plate.as_ref()), placement).ok().map(|made| made.ground)
}

/// The whole placement in `value`, which is one or a receipt with one; if it only pins some numbers, those are given back as the inner error. `item` is
/// for messages.
pub fn whole_placement(mut value: Value, item: &str) -> Result<Result<Placement, Value>, Problem> {
    if let Some(inner) = value.get_mut("placement") {
        value = inner.take();
    }
    if value.get("stand").is_none() {
        return Ok(Err(value));
    }
    let schema = value.get("schema").and_then(Value::as_u64);
    if schema.is_some_and(|schema| schema > u64::from(PLACEMENT_SCHEMA)) {
        let message = format!("schema {schema:?} is newer than this build");
        return Err(Problem::new(Code::SchemaUnknown, item, message));
    }
    serde_json::from_value(value)
        .map(Ok)
        .map_err(|error| Problem::new(Code::PlacementInvalid, item, error.to_string()))
}

/// A bundled policy by name, as a command or a request gives it.
pub fn policy(name: &str) -> Result<Policy, Problem> {
    Policy::named(name).map_err(|error| Problem::new(error.code(), "policy", error.to_string()))
}
