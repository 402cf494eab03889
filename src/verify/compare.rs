//! What the checks share: the composite that the placement predicts beside the one that is there, at screen size and, along the edge, at full size.
//! Knows no limits.

use image::{GrayImage, RgbImage};

use super::{Input, VerifyError};
use crate::domain::Rect;
use crate::imaging::color::{delta_e, lab, srgb};
use crate::imaging::composite::{self, Relight};
use crate::imaging::matte::fill::push_pull;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, Window};
use crate::imaging::warp::{self, Similarity};

/// Longer side of the screens on which interior checks work.
const SCREEN: u32 = 768;
/// Ground around the product that is looked at too, as a share of its longer side.
const MARGIN: f32 = 0.06;

/// Predicted and observed, side by side. All planes are row-major.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is compared, in the master.
    pub frame: Rect,
    /// Full size: predicted composite of the frame.
    pub predicted: RgbImage,
    /// Full size: the frame as it is.
    pub observed: RgbImage,
    /// Full size: predicted coverage of the frame.
    pub coverage: GrayImage,
    /// Screen size: predicted.
    pub screen_predicted: RgbImage,
    /// Screen size: observed.
    pub screen_observed: RgbImage,
    /// Screen size: coverage, 0..1.
    pub screen_coverage: Plane,
    /// Screen size: ΔE00 of the two after a slight blur.
    pub difference: Plane,
    /// Whether the frame is as predicted, bit for bit: then nothing that compares the two can find anything, and need not look.
    pub identical: bool,
    /// Share of the product outside the canvas.
    pub lost: f32,
    /// Whether the ground below the product is known or continued from around.
    pub ground_known: bool,
}

impl Comparison {
    /// Predicts and compares.
    pub(super) fn new(input: &Input<'_>) -> Result<Comparison, VerifyError> {
        let (placement, master) = (input.placement, input.master);
        let stand = &placement.stand;
        let map = Similarity {
            scale: stand.scale,
            rotation_deg: stand.rotation_deg,
            from: stand.pivot,
            to: stand.foot,
        };
        let canvas = master.dimensions();
        let mut layer = warp::place(&input.cutout.rgba, &map, canvas)?;
        if layer.width == 0 || layer.height == 0 {
            return Err(VerifyError::NotLocated);
        }
        let estimated;
        let ground = match input.ground {
            Some(ground) if ground.dimensions() == canvas => ground,
            _ => {
                estimated = continued(master, &composite::coverage(&layer, canvas));
                &estimated
            }
        };
        let bounds = input.cutout.bounds;
        let corner = stand.apply([bounds.x as f32, bounds.y as f32]);
        let size = [bounds.width as f32 * stand.scale, bounds.height as f32 * stand.scale];
        let relight = Relight { gains: placement.gains, shading: placement.shading };
        composite::relight(&mut layer, &relight, [corner[0], corner[1], size[0], size[1]]);
        composite::light_wrap(&mut layer, ground, placement.wrap.strength, placement.wrap.reach_px);
        let frame = frame(&layer, canvas);
        // From here on the layer lies on the frame.
        (layer.x, layer.y) = (layer.x - frame.x, layer.y - frame.y);
        let (mut predicted, observed) = (crop(ground, frame), crop(master, frame));
        composite::over(&mut predicted, &layer);
        let coverage = composite::coverage(&layer, (frame.width, frame.height));
        screens(frame, predicted, observed, coverage, layer.lost, input.ground.is_some())
    }

    /// Screen pixels well inside the product: `true` where coverage is full for `margin` pixels around.
    pub(super) fn core(&self, margin: usize) -> Vec<bool> {
        let (width, height) = (self.screen_coverage.width, self.screen_coverage.height);
        let solid: Vec<bool> = self.screen_coverage.data.iter().map(|c| *c > 0.97).collect();
        eroded(&eroded(&solid, width, height, margin, true), width, height, margin, false)
    }

    /// Number of screen pixels that the product covers.
    pub(super) fn area(&self) -> f32 {
        self.screen_coverage.data.iter().sum::<f32>().max(1.0)
    }
}

fn screens(
    frame: Rect,
    predicted: RgbImage,
    observed: RgbImage,
    coverage: GrayImage,
    lost: f32,
    ground_known: bool,
) -> Result<Comparison, VerifyError> {
    let shrink = (SCREEN as f32 / frame.width.max(frame.height) as f32).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * shrink).round() as u32).max(1);
    let (w, h) = (side(frame.width), side(frame.height));
    let whole = Window::whole(frame.width, frame.height);
    let identical = predicted == observed;
    let screen_predicted = resize::resize_rgb(&predicted, whole, w, h)?;
    let screen_observed =
        if identical { screen_predicted.clone() } else { resize::resize_rgb(&observed, whole, w, h)? };
    let screen_coverage = Plane::from_gray(&resize::resize_gray(&coverage, whole, w, h)?);
    let difference = if identical {
        Plane::filled(w as usize, h as usize, 0.0)
    } else {
        difference(&screen_predicted, &screen_observed)
    };
    Ok(Comparison {
        frame,
        predicted,
        observed,
        coverage,
        screen_predicted,
        screen_observed,
        screen_coverage,
        difference,
        identical,
        lost,
        ground_known,
    })
}

/// ΔE00 per pixel after a blur of about a pixel, which takes out what encoding adds.
fn difference(a: &RgbImage, b: &RgbImage) -> Plane {
    let lab = |picture| lab::planes_of_linear(&linear(picture).map(|plane| plane.blurred(1.0)));
    delta_e::delta_e00_planes(&lab(a), &lab(b))
}

/// Planes of linear red, green and blue of a picture.
pub(super) fn linear(picture: &RgbImage) -> [Plane; 3] {
    std::array::from_fn(|c| {
        let data = picture.pixels().map(|p| srgb::linear_of(p[c])).collect();
        Plane { width: picture.width() as usize, height: picture.height() as usize, data }
    })
}

fn frame(layer: &warp::Layer, canvas: (u32, u32)) -> Rect {
    let margin = (MARGIN * layer.width.max(layer.height) as f32).ceil() as u32 + 4;
    let (x, y) = (layer.x.saturating_sub(margin), layer.y.saturating_sub(margin));
    Rect {
        x,
        y,
        width: (layer.x + layer.width + margin).min(canvas.0) - x,
        height: (layer.y + layer.height + margin).min(canvas.1) - y,
    }
}

fn crop(picture: &RgbImage, frame: Rect) -> RgbImage {
    image::imageops::crop_imm(picture, frame.x, frame.y, frame.width, frame.height).to_image()
}

/// The ground continued below the product from what is around it.
fn continued(master: &RgbImage, cover: &GrayImage) -> RgbImage {
    let (width, height) = (master.width() as usize, master.height() as usize);
    let spread = Plane::from_gray(cover).blurred(2.0);
    let data = spread.data.iter().map(|c| if *c < 0.01 { 1.0 } else { 0.0 }).collect();
    let weight = Plane { width, height, data };
    let planes: [Plane; 3] = std::array::from_fn(|c| {
        let data = master.pixels().map(|p| srgb::linear_of(p[c])).collect();
        push_pull(&Plane { width, height, data }, &weight)
    });
    RgbImage::from_fn(master.width(), master.height(), |x, y| {
        let i = y as usize * width + x as usize;
        image::Rgb(std::array::from_fn(|c| srgb::byte_of(planes[c].data[i])))
    })
}

/// Erosion by a line of `margin` pixels to both sides, along rows or columns.
fn eroded(set: &[bool], width: usize, height: usize, margin: usize, along_rows: bool) -> Vec<bool> {
    let mut out = vec![false; set.len()];
    let (lines, length) = if along_rows { (height, width) } else { (width, height) };
    for line in 0..lines {
        let index = |k: usize| if along_rows { line * width + k } else { k * width + line };
        let mut run = 0usize;
        for k in 0..length {
            run = if set[index(k)] { run + 1 } else { 0 };
            if run > 2 * margin {
                out[index(k - margin)] = true;
            }
        }
    }
    out
}
