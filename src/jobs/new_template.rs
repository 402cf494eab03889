//! A merchant's own background picture as a template on disk. Knows no product.

use std::fs;
use std::path::{Path, PathBuf};

use image::RgbImage;

use crate::domain::{Digest, PlateFiles, SceneTemplate};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, CodecError, Limits, PngEffort};
use crate::imaging::resize::{self, Window};
use crate::ingest::{self, plate};
use crate::storage;

/// Longer side of a stored plate: masters have up to 4096 pixels, most 1600, and a crop of the plate is behind them.
const LONGEST: u32 = 3200;
/// A shorter side below this makes soft backgrounds.
const SHORTEST: u32 = 1200;
/// A side this much longer than the other leaves no room for a scene.
const LONGEST_SHAPE: u32 = 4;
/// Almost without loss: the plate is encoded once more in every scene.
const QUALITY: u8 = 93;

/// How a picture is to be added.
#[derive(Clone, Debug)]
pub struct NewTemplate<'a> {
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// What it is called in messages.
    pub file: &'a str,
    /// Name, titles, keywords, categories.
    pub naming: plate::Naming,
    /// What is known of it.
    pub given: plate::Given,
    /// Whether guesses will do.
    pub accept: bool,
    /// Whether a template of that name may be replaced.
    pub replace: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Added {
    /// The reading with its confidences.
    pub reading: plate::Reading,
    /// The template.
    pub template: SceneTemplate,
    /// The reading drawn over the picture.
    pub preview: RgbImage,
    /// Warnings.
    pub notices: Vec<Problem>,
    /// Where it lies; or why it was not written: what was guessed must be confirmed first.
    pub written: Result<PathBuf, Problem>,
}

/// Reads the picture and, if everything is sure or guesses will do, writes `root/scenes/NAME/`, the description last.
///
/// # Errors
/// If the picture cannot be read or the name cannot be used. That something is unsure is not an error: see [`Added::written`].
pub fn add(root: &Path, new: NewTemplate<'_>) -> Result<Added, Problem> {
    let name = new.naming.name.clone();
    let folder = root.join("scenes").join(&name);
    check_name(&name, &folder, new.replace)?;
    let photo = ingest::ingest(new.bytes, new.file, &Limits::default()).map_err(|e| e.problem(new.file))?;
    let (width, height) = photo.pixels.dimensions();
    if width.max(height) > LONGEST_SHAPE * width.min(height) {
        let message = format!("{width}×{height} is too long a strip for a background");
        return Err(Problem::new(Code::TemplateInvalid, new.file, message));
    }
    let mut notices = photo.notices.clone();
    let internal = |error: String| Problem::new(Code::Internal, new.file, error);
    let picture = fitting(&photo.pixels).map_err(|error| internal(error.to_string()))?;
    let (width, height) = picture.dimensions();
    if width.min(height) < SHORTEST {
        let message = format!(
            "{width}×{height} is small for a background; {SHORTEST} or more on the shorter side stays sharp"
        );
        notices.push(Problem::new(Code::TemplateUnsuited, new.file, message));
    }
    let reading = plate::read(&picture, &new.given).map_err(|error| internal(error.to_string()))?;
    if reading.horizon.value >= reading.back() {
        let message = format!(
            "the horizon ({:.2}) must lie above the back edge of the ground ({:.2})",
            reading.horizon.value,
            reading.back()
        );
        return Err(Problem::new(Code::TemplateInvalid, new.file, message));
    }
    let encoded = |result: Result<Vec<u8>, CodecError>| {
        result.map_err(|error| Problem::new(Code::EncodeFailed, new.file, error.to_string()))
    };
    let maps = plate::maps(&reading, width, height);
    let image = encoded(codec::encode_jpeg(&picture, QUALITY))?;
    let depth = encoded(codec::encode_depth_png(&maps.depth))?;
    let ground = encoded(codec::encode_gray_png(&maps.ground, PngEffort::Small))?;
    // Named by what they hold, so that pictures of two versions lie beside each other until the description names the new ones.
    let [image_sha256, depth_sha256, ground_sha256] =
        [&image, &depth, &ground].map(|bytes| Digest::of(bytes));
    let named = |what: &str, digest: Digest, kind: &str| format!("{what}-{}.{kind}", &digest.hex()[..12]);
    let files = PlateFiles {
        image: named("plate", image_sha256, "jpg"),
        width,
        height,
        depth: named("depth", depth_sha256, "png"),
        depth_unit_m: plate::DEPTH_UNIT_M,
        ground: named("ground", ground_sha256, "png"),
        image_sha256,
        depth_sha256,
        ground_sha256,
    };
    let template = plate::template(&reading, new.naming, files);
    let preview = plate::preview(&picture, &template, &maps);
    let written = match doubt(&reading, new.file) {
        Some(doubt) if !new.accept => Err(doubt),
        _ => {
            let text = toml::to_string(&template).map_err(|error| internal(error.to_string()))?;
            write(&folder, &template.plate, [&image, &depth, &ground], &text)?;
            Ok(folder)
        }
    };
    Ok(Added { reading, template, preview, notices, written })
}

/// Writes the three pictures, then the description that names them, then removes those of a template that it replaced: whenever this is killed, one of
/// the two is whole.
fn write(folder: &Path, files: &PlateFiles, pictures: [&[u8]; 3], text: &str) -> Result<(), Problem> {
    let description = folder.join("template.toml");
    let before =
        fs::read_to_string(&description).ok().and_then(|old| toml::from_str::<SceneTemplate>(&old).ok());
    let names = |files: &PlateFiles| [files.image.clone(), files.depth.clone(), files.ground.clone()];
    let now = names(files);
    for (file, bytes) in now.iter().zip(pictures) {
        storage::write_whole(&folder.join(file), bytes).map_err(|error| error.problem())?;
    }
    storage::write_whole(&description, text.as_bytes()).map_err(|error| error.problem())?;
    let within = |file: &String| Path::new(file).file_name() == Some(file.as_ref());
    let old = before.iter().flat_map(|old| names(&old.plate));
    for old in old.filter(|old| within(old) && !now.contains(old)) {
        // What stays behind is read by nobody.
        let _ = fs::remove_file(folder.join(old));
    }
    Ok(())
}

fn check_name(name: &str, folder: &Path, replace: bool) -> Result<(), Problem> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(fine) || name.starts_with('-') {
        let message = "a name has small letters a to z, digits and hyphens";
        return Err(Problem::new(Code::TemplateInvalid, name, message));
    }
    if folder.join("template.toml").exists() && !replace {
        return Err(Problem::new(Code::TemplateExists, name, "there is a template of this name"));
    }
    Ok(())
}

/// The picture, scaled down if it is larger than a plate needs to be.
fn fitting(picture: &RgbImage) -> Result<RgbImage, resize::ResizeError> {
    let (width, height) = picture.dimensions();
    let shrink = f64::from(LONGEST) / f64::from(width.max(height));
    if shrink >= 1.0 {
        return Ok(picture.clone());
    }
    let side = |v: u32| ((f64::from(v) * shrink).round() as u32).max(1);
    resize::resize_rgb(picture, Window::whole(width, height), side(width), side(height))
}

/// What must be asked for before a template is made of it.
fn doubt(reading: &plate::Reading, file: &str) -> Option<Problem> {
    let doubts: Vec<String> = reading
        .doubts()
        .into_iter()
        .map(|(what, guess, confidence)| format!("{what} (guess {guess}, {:.0} % sure)", confidence * 100.0))
        .collect();
    let message = format!("not sure enough of {}", doubts.join(", "));
    (!doubts.is_empty()).then(|| Problem::new(Code::TemplateUnsure, file, message))
}
