//! A bundled product, ready to be put anywhere: its photo, our cutout of it, its true one, and what was rendered of it anew. Knows no gate.

use std::path::{Path, PathBuf};

use image::RgbaImage;
use image::imageops::{self, FilterType};
use serde::Deserialize;

use super::super::super::items::{self, Item};
use super::super::{cut, truth};
use crate::app;
use crate::domain::{Cutout, Photo, Rect, Segmenter};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits, PngEffort};
use crate::jobs::pipeline::{self, Called};
use crate::verify::trial::Truth;

/// Where `tools/fidelity` puts what it renders, from the home folder.
const RENDERED: &str = "fixtures/fidelity";
/// The variant that the others are held against: rendered as they are, and nothing changed.
const HONEST: &str = "as-it-is";

/// One product.
pub(super) struct Subject {
    pub name: String,
    pub sku: String,
    pub category: String,
    pub width_m: Option<f32>,
    pub photo: Photo,
    /// As the program cut it out.
    pub cutout: Cutout,
    /// With its true matte.
    pub real: Cutout,
    /// Another product with its true matte, tightly cropped.
    pub other: RgbaImage,
    /// Rendered anew, the unchanged one first; empty if that is missing.
    pub rendered: Vec<Rendered>,
}

/// A product rendered anew, in the frame of its photo.
pub(super) struct Rendered {
    pub variant: String,
    pub truth: Truth,
    folder: PathBuf,
    row: Row,
}

/// An entry of `variants.json`.
#[derive(Clone, Debug, Deserialize)]
struct Row {
    sku: String,
    variant: String,
    truth: String,
    file: String,
    x: Option<u32>,
    y: Option<u32>,
    frame_width: Option<u32>,
    frame_height: Option<u32>,
}

impl Subject {
    /// A product with the one after it in the catalog; `given`: its photo comes with the true matte.
    pub(super) fn new(
        item: &Item,
        next: &Item,
        opinion: Option<&dyn Segmenter>,
        given: bool,
    ) -> Result<Subject, Problem> {
        let (mut photo, mut cutout, _) = cut(item, opinion)?;
        let real = Cutout { rgba: truth(item, &photo)?, ..cutout.clone() };
        if given {
            (photo, cutout) = corrected(item, &real.rgba)?;
        }
        let (next_photo, next_cutout, _) = cut(next, None)?;
        let bounds = next_cutout.bounds;
        let whole = truth(next, &next_photo)?;
        let other = imageops::crop_imm(&whole, bounds.x, bounds.y, bounds.width, bounds.height).to_image();
        let product = &item.product;
        let (name, sku, category) = (item.name(), product.sku.clone(), product.category.clone());
        let rendered = rendered(&app::home()?.join(RENDERED), &sku)?;
        Ok(Subject { name, sku, category, width_m: product.width_m, photo, cutout, real, other, rendered })
    }

    /// The true cutout with the pixels of a variant.
    pub(super) fn varied(&self, rendered: &Rendered) -> Result<Cutout, Problem> {
        let rgba = rendered.pixels(self.photo.pixels.dimensions())?;
        let bounds = Rect::of_opaque(&rgba);
        let bounds = bounds.ok_or_else(|| rendered.broken("there is nothing in it".to_owned()))?;
        Ok(Cutout { rgba, bounds, ..self.real.clone() })
    }
}

impl Rendered {
    /// H×W×4 of the photo's size, straight sRGB.
    fn pixels(&self, size: (u32, u32)) -> Result<RgbaImage, Problem> {
        let bytes = items::read(&self.folder.join(&self.row.file))?;
        let small = codec::read_rgba(&bytes).map_err(|error| self.broken(error.to_string()))?;
        let (Some(x), Some(y), Some(width)) = (self.row.x, self.row.y, self.row.frame_width) else {
            return Err(self.broken("variants.json does not say where it lies".to_owned()));
        };
        let grow = size.0 as f32 / width as f32;
        let side = |pixels: u32| ((pixels as f32 * grow).round() as u32).max(1);
        let large =
            imageops::resize(&small, side(small.width()), side(small.height()), FilterType::CatmullRom);
        let mut whole = RgbaImage::new(size.0, size.1);
        imageops::replace(&mut whole, &large, i64::from(side(x)), i64::from(side(y)));
        Ok(whole)
    }

    fn broken(&self, message: String) -> Problem {
        Problem::new(Code::DecodeFailed, &self.row.file, message)
    }
}

/// The photo as a person would put it back after a correction: with a matte of its own.
fn corrected(item: &Item, truth: &RgbaImage) -> Result<(Photo, Cutout), Problem> {
    let failed = |error: codec::CodecError| Problem::new(Code::EncodeFailed, item.name(), error.to_string());
    let bytes = codec::encode_rgba_png(truth, PngEffort::Fast).map_err(failed)?;
    let called = Called { file: &item.name(), title: &item.product.title };
    pipeline::cut_out(&bytes, called, &Limits::default(), None).map(|(photo, cutout, _)| (photo, cutout))
}

/// What is rendered of one product.
fn rendered(folder: &Path, sku: &str) -> Result<Vec<Rendered>, Problem> {
    let list = folder.join("variants.json");
    if !list.is_file() {
        return Ok(Vec::new());
    }
    let broken = |message: String| Problem::new(Code::CatalogInvalid, list.display().to_string(), message);
    let rows: Vec<Row> =
        serde_json::from_slice(&items::read(&list)?).map_err(|error| broken(error.to_string()))?;
    let mut found = Vec::new();
    for row in rows.into_iter().filter(|row| row.sku == sku && row.frame_height.is_some()) {
        let truth = match row.truth.as_str() {
            "faithful" => Truth::Faithful,
            "flawed" => Truth::Flawed,
            "other" => Truth::Other,
            unknown => return Err(broken(format!("`{unknown}` is no truth"))),
        };
        found.push(Rendered { variant: row.variant.clone(), truth, folder: folder.to_owned(), row });
    }
    found.sort_by_key(|rendered| rendered.variant != HONEST);
    if found.first().is_none_or(|first| first.variant != HONEST) {
        found.clear();
    }
    Ok(found)
}
