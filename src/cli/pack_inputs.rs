//! The arrays that `packshot packs run` feeds to an inpainting pipeline: read from a folder, every shape held against the others. Knows no network.

use std::path::Path;

use crate::domain::{Painter, Tensor};
use crate::error::{Code, Problem};
use crate::inference::{InpaintPack, npy};

/// Largest file that is read.
const LARGEST: u64 = 1 << 30;

const PICTURE: &str = "image.npy";
const MASK: &str = "mask.npy";
const LATENTS: &str = "latents.npy";
const NOISE_PICTURE: &str = "noise_picture.npy";
const NOISE_MASKED: &str = "noise_masked.npy";
const NOISE_STEPS: &str = "noise_steps.npy";
pub(super) const EMBEDDINGS: &str = "embeddings.npy";
pub(super) const NEGATIVE_EMBEDDINGS: &str = "negative_embeddings.npy";
const KNOWN: [&str; 8] =
    [PICTURE, MASK, LATENTS, NOISE_PICTURE, NOISE_MASKED, NOISE_STEPS, EMBEDDINGS, NEGATIVE_EMBEDDINGS];

/// A batch of N.
#[derive(Debug)]
pub(super) struct Inputs {
    /// N×3×H×W, −1..1.
    picture: Tensor,
    /// N×1×H×W, 0..1.
    mask: Tensor,
    /// N×C×h×w, as all noise.
    latents: Option<Tensor>,
    noise_picture: Option<Tensor>,
    noise_masked: Option<Tensor>,
    /// N×steps×C×h×w.
    noise_steps: Option<Tensor>,
    /// N×S×D, in the place of a prompt.
    pub(super) embeddings: Option<Tensor>,
    pub(super) negative_embeddings: Option<Tensor>,
}

/// One of a batch, each with a first dimension of 1.
#[derive(Debug)]
pub(super) struct Item {
    /// −1..1.
    pub(super) picture: Tensor,
    pub(super) mask: Tensor,
    pub(super) latents: Option<Tensor>,
    pub(super) noise_picture: Option<Tensor>,
    pub(super) noise_masked: Option<Tensor>,
    pub(super) noise_steps: Option<Tensor>,
}

fn invalid<T>(file: &str, message: String) -> Result<T, Problem> {
    Err(Problem::new(Code::InputInvalid, file, message))
}

/// The array of a file, or `None` where there is none.
fn array(folder: &Path, file: &str) -> Result<Option<Tensor>, Problem> {
    let path = folder.join(file);
    let unreadable = |error: std::io::Error| {
        let message = error.to_string();
        Problem::new(Code::from(error), file, message)
    };
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(found) if found.len() > LARGEST => {
            return invalid(file, format!("it has {} bytes, more than {LARGEST}", found.len()));
        }
        Ok(_) => {}
    }
    let bytes = std::fs::read(&path).map_err(unreadable)?;
    let tensor = npy::read(&bytes).or_else(|error| invalid(file, error.to_string()))?;
    match tensor.data().iter().find(|number| !number.is_finite()) {
        Some(number) => invalid(file, format!("it holds {number}")),
        None => Ok(Some(tensor)),
    }
}

fn missing(folder: &Path, file: &str) -> Problem {
    Problem::new(Code::InputMissing, file, format!("there is none in {}", folder.display()))
}

/// An array of this shape, if it is there.
fn shaped(folder: &Path, file: &str, shape: &[usize]) -> Result<Option<Tensor>, Problem> {
    match array(folder, file)? {
        Some(tensor) if tensor.shape() != shape => {
            invalid(file, format!("it has the shape {:?}, not {shape:?}", tensor.shape()))
        }
        other => Ok(other),
    }
}

/// Embeddings N×S×D of the width D that the pack's denoiser takes.
fn texts(folder: &Path, file: &str, count: usize, width: Option<usize>) -> Result<Option<Tensor>, Problem> {
    let tensor = array(folder, file)?;
    let fits = |shape: &[usize]| matches!(*shape, [n, s, d] if n == count && s > 0 && d > 0 && width.is_none_or(|w| d == w));
    match tensor {
        Some(tensor) if !fits(tensor.shape()) => {
            let width = width.map_or_else(|| "D".to_owned(), |width| width.to_string());
            invalid(file, format!("it has the shape {:?}, not [{count}, S, {width}]", tensor.shape()))
        }
        other => Ok(other),
    }
}

/// An error if there is an array that nothing reads: a misspelt name would pass for one that was left out.
fn nothing_else(folder: &Path) -> Result<(), Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::new(Code::from(error), folder.display().to_string(), "the folder cannot be read")
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".npy") && !KNOWN.contains(&name.as_str()) {
            return invalid(&name, format!("nothing reads it; known are {}", KNOWN.join(", ")));
        }
    }
    Ok(())
}

impl Inputs {
    /// Reads what lies in `folder`.
    pub(super) fn read(folder: &Path, pack: &InpaintPack, steps: usize) -> Result<Inputs, Problem> {
        nothing_else(folder)?;
        let mut picture = array(folder, PICTURE)?.ok_or_else(|| missing(folder, PICTURE))?;
        let &[count, 3, height, width] = picture.shape() else {
            return invalid(PICTURE, format!("it has the shape {:?}, not [N, 3, H, W]", picture.shape()));
        };
        let step = pack.multiple_of() as usize;
        if height % step != 0 || width % step != 0 || count * height * width == 0 {
            return invalid(
                PICTURE,
                format!("{width}×{height} pixels; both sides must be multiples of {step} for this pack"),
            );
        }
        if let Some(sample) = picture.data().iter().find(|sample| !(0.0..=1.0).contains(*sample)) {
            return invalid(PICTURE, format!("it holds {sample}; samples are 0..1"));
        }
        picture.data_mut().iter_mut().for_each(|sample| *sample = 2.0 * *sample - 1.0);
        let mask = shaped(folder, MASK, &[count, 1, height, width])?.ok_or_else(|| missing(folder, MASK))?;
        let space = pack.space();
        let latent = [count, space.channels, height / space.factor, width / space.factor];
        let of_steps = [count, steps, latent[1], latent[2], latent[3]];
        Ok(Inputs {
            picture,
            mask,
            latents: shaped(folder, LATENTS, &latent)?,
            noise_picture: shaped(folder, NOISE_PICTURE, &latent)?,
            noise_masked: shaped(folder, NOISE_MASKED, &latent)?,
            noise_steps: shaped(folder, NOISE_STEPS, &of_steps)?,
            embeddings: texts(folder, EMBEDDINGS, count, pack.text_width())?,
            negative_embeddings: texts(folder, NEGATIVE_EMBEDDINGS, count, pack.text_width())?,
        })
    }

    /// One by one: what a picture becomes does not depend on what else is in the batch.
    pub(super) fn items(&self) -> Result<Vec<Item>, Problem> {
        let parts = |file: &str, tensor: &Tensor| {
            tensor.unstacked().map_err(|error| Problem::new(Code::Internal, file, error.to_string()))
        };
        let optional = |file: &str, tensor: &Option<Tensor>| match tensor {
            Some(tensor) => Ok(parts(file, tensor)?.into_iter().map(Some).collect()),
            None => Ok(vec![None; self.picture.shape()[0]]),
        };
        let (pictures, masks) = (parts(PICTURE, &self.picture)?, parts(MASK, &self.mask)?);
        let noise: [Vec<Option<Tensor>>; 4] = [
            optional(LATENTS, &self.latents)?,
            optional(NOISE_PICTURE, &self.noise_picture)?,
            optional(NOISE_MASKED, &self.noise_masked)?,
            optional(NOISE_STEPS, &self.noise_steps)?,
        ];
        let item = |(at, (picture, mask)): (usize, (Tensor, Tensor))| {
            let [latents, noise_picture, noise_masked, noise_steps] =
                [0, 1, 2, 3].map(|kind: usize| noise[kind][at].clone());
            Item { picture, mask, latents, noise_picture, noise_masked, noise_steps }
        };
        Ok(pictures.into_iter().zip(masks).enumerate().map(item).collect())
    }
}
