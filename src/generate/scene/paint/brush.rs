//! From a picture with the product in it to what the networks make of it, at their size. Knows no plate and pastes nothing.

use image::{GrayImage, RgbImage};

use super::GenerateError;
use crate::domain::{Painter, Painting, Placement, Tensor, candidate_seed};
use crate::generate::diffusion::{DiffusionError, Draw, InpaintInput, InpaintSettings, inpaint, schedulers};
use crate::imaging::matte::watershed;
use crate::imaging::resize::{self, Window};

/// Coverage from which on a pixel is the product's alone.
const SOLID: u8 = 250;

/// Paints `picture` (of any size) anew where the product, whose coverage it comes with, is not; returns it at the painting's size.
pub(super) fn painted(
    picture: &RgbImage,
    coverage: &GrayImage,
    (placement, painting): (&Placement, &Painting),
    painter: &dyn Painter,
) -> Result<RgbImage, GenerateError> {
    let [width, height] = painting.size;
    let whole = Window::whole(picture.width(), picture.height());
    let small = resize::resize_rgb(picture, whole, width, height)?;
    let kept = kept(&resize::resize_gray(coverage, whole, width, height)?, painting.inset_px);
    let (scheduler, _) = schedulers::read(painter.scheduler_config()).map_err(DiffusionError::from)?;
    let text = painter.text(&painting.prompt).map_err(DiffusionError::from)?;
    let guided = painting.guidance > 1.0;
    let negative = guided.then(|| painter.text(&painting.negative_prompt)).transpose();
    let negative = negative.map_err(DiffusionError::from)?;
    let tensor = |channels: usize, data: Vec<f32>| {
        Tensor::new(&[1, channels, height as usize, width as usize], data).map_err(DiffusionError::from)
    };
    let picture = tensor(3, samples(&small))?;
    let mask = tensor(1, kept.iter().map(|kept| if *kept { 0.0 } else { 1.0 }).collect())?;
    let input = InpaintInput { picture: &picture, mask: &mask, text: &text, negative: negative.as_ref() };
    let settings = InpaintSettings {
        steps: painting.steps as usize,
        strength: painting.strength,
        guidance_scale: painting.guidance,
        eta: 0.0,
    };
    let mut networks = painter.networks();
    let mut noise = noise(placement, painting);
    let made = inpaint(networks.as_mut(), scheduler.as_ref(), &input, &settings, &mut noise)?;
    Ok(bytes(&made.picture, [width, height]))
}

/// Where the networks must keep what they see: well inside of the product, by so many pixels.
fn kept(coverage: &GrayImage, inset_px: u32) -> Vec<bool> {
    let outside: Vec<bool> = coverage.as_raw().iter().map(|cover| *cover < SOLID).collect();
    let everywhere = vec![true; outside.len()];
    let near = watershed::within(&outside, &everywhere, coverage.width() as usize, inset_px as usize);
    near.into_iter().map(|near| !near).collect()
}

/// C×H×W samples, −1..1.
fn samples(picture: &RgbImage) -> Vec<f32> {
    let channel =
        |c: usize| picture.as_raw().iter().skip(c).step_by(3).map(|byte| f32::from(*byte) / 127.5 - 1.0);
    (0..3).flat_map(channel).collect()
}

/// The picture of C×H×W samples, 0..1.
fn bytes(picture: &Tensor, [width, height]: [u32; 2]) -> RgbImage {
    let count = width as usize * height as usize;
    let data = picture.data();
    RgbImage::from_fn(width, height, |x, y| {
        let at = y as usize * width as usize + x as usize;
        image::Rgb(std::array::from_fn(|c| (data[c * count + at] * 255.0 + 0.5) as u8))
    })
}

/// Noise as the painting's seed says, with a stream of its own for each use.
fn noise(placement: &Placement, painting: &Painting) -> impl FnMut(Draw, &mut [f32]) + use<> {
    let seed = candidate_seed(painting.seed, &placement.photo, &painting.by.digest, 0, 0);
    let [mut start, mut picture, mut masked, mut step] =
        ["start", "picture", "masked picture", "step"].map(|name| seed.stream(name));
    move |draw, buffer| {
        let stream = match draw {
            Draw::Start => &mut start,
            Draw::Picture => &mut picture,
            Draw::MaskedPicture => &mut masked,
            Draw::Step => &mut step,
        };
        buffer.fill_with(|| stream.normal());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_lies_inside_of_the_product_by_the_inset() {
        let coverage = GrayImage::from_fn(20, 10, |x, y| {
            image::Luma([if (4..16).contains(&x) && (2..8).contains(&y) { 255 } else { 0 }])
        });
        let count = |inset| kept(&coverage, inset).iter().filter(|kept| **kept).count();
        assert_eq!([count(0), count(1), count(2), count(3)], [12 * 6, 10 * 4, 8 * 2, 0]);
    }

    #[test]
    fn samples_go_there_and_back() {
        let picture = RgbImage::from_fn(5, 3, |x, y| image::Rgb([x as u8 * 50, y as u8 * 100, 255]));
        let data = samples(&picture).into_iter().map(|sample| sample / 2.0 + 0.5).collect();
        assert_eq!(bytes(&Tensor::new(&[1, 3, 3, 5], data).unwrap(), [5, 3]), picture);
    }
}
