//! What the checks share: the composite that the placement predicts beside the one that is there, at screen size and, along the edge, at full size.
//! Knows no limits.

use std::sync::OnceLock;

use image::{GrayImage, RgbImage};

use super::foreign::{self, Beside};
use super::{Input, VerifyError, light, outline};
use crate::domain::{Cutout, Placement, Rect, TextReader, Tier, Word};
use crate::imaging::color::{delta_e, lab, srgb};
use crate::imaging::composite::{self, Relight};
use crate::imaging::frames::Frame;
use crate::imaging::matte::fill::push_pull;
use crate::imaging::metrics::softness::blur_between;
use crate::imaging::plane::Plane;
use crate::imaging::resize::{self, ResizeError, Window};
use crate::imaging::warp::{self, Layer, Similarity};

/// Longer side of the screens on which interior checks work.
const SCREEN: u32 = 768;
/// Ground around the product that is looked at too, as a share of its longer side.
const MARGIN: f32 = 0.06;
/// Standard deviation, in picture pixels, below which nobody calls a picture soft.
const SHARP: f32 = 0.3;
/// Longer sides at which print is read, pixels, and by how much a picture is enlarged for that at most. Readers miss at one size what they read at another.
const READ_SIDES: [f32; 2] = [1000.0, 1330.0];
const MOST_ZOOM: f32 = 3.0;
/// Pixels by which an outline may lie beside the prediction: registration and matting are no better.
const SLACK: f32 = 0.8;

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
    /// Screen size: their difference, once it was asked for. Registration compares a few times without asking.
    difference: OnceLock<Plane>,
    /// Whether the frame is as predicted, bit for bit: then nothing that compares the two can find anything, and need not look.
    pub identical: bool,
    /// What light lies on the product beside that of the photo: as logged, or as found where the product was searched for; `None` if that could not be
    /// seen.
    pub light: Option<Relight>,
    /// How much softer the picture is than the photo at this size: standard deviation of a Gaussian, screen pixels. Only where the product was searched
    /// for, and only if it has fine drawing.
    pub softness: Option<f32>,
    /// Where its outline runs against where it is predicted. Only where the product was searched for; empty otherwise.
    pub(super) outline: Vec<outline::Place>,
    /// What was read, once it was asked for: of the prediction and of the picture.
    read: OnceLock<Option<[Vec<Word>; 2]>>,
    /// What lies beside it, once it was asked for; only where the ground is not known.
    beside: OnceLock<Option<Beside>>,
    /// Share of the product outside the canvas.
    pub lost: f32,
    /// Whether the ground below the product is known or continued from around.
    pub ground_known: bool,
}

impl Comparison {
    /// Predicts and compares. Where the product was searched for, its light and its focus are found first, and laid on the prediction.
    pub(super) fn new(input: &Input<'_>) -> Result<Comparison, VerifyError> {
        let (placement, master) = (input.placement, input.master);
        let canvas = master.dimensions();
        let mut layer = placed(input.cutout, placement)?;
        if layer.width == 0 || layer.height == 0 {
            return Err(VerifyError::NotLocated);
        }
        let frame = frame(&layer, canvas, input.encoded.is_some());
        let observed = crop(master, frame);
        let shape = composite::coverage(&layer, canvas);
        let coverage =
            image::imageops::crop_imm(&shape, frame.x, frame.y, frame.width, frame.height).to_image();
        let ground = input.ground.filter(|ground| ground.dimensions() == canvas);
        let searched = input.tier != Tier::Pasted;
        let light = if searched {
            light::fit(&layer, master, product_box(input.cutout, placement))
        } else {
            Some(logged(placement))
        };
        let unlit = Relight { gains: [1.0; 3], shading: [0.0; 2], bend: [0.0; 2] };
        composite::relight(
            &mut layer,
            light.as_ref().unwrap_or(&unlit),
            product_box(input.cutout, placement),
        );
        let mut predicted = match ground {
            Some(ground) => {
                composite::light_wrap(&mut layer, ground, placement.wrap.strength, placement.wrap.reach_px);
                crop(ground, frame)
            }
            None => continued(&observed, &coverage),
        };
        // From here on the layer lies on the frame.
        (layer.x, layer.y) = (layer.x - frame.x, layer.y - frame.y);
        composite::over(&mut predicted, &layer);
        if let Some(color) = input.encoded {
            predicted = Frame::of_picture(&predicted, color).map_or(predicted, |frame| frame.picture());
        }
        let seen = Comparison {
            outline: if searched { outline::follow(&predicted, &observed, &coverage) } else { Vec::new() },
            light,
            lost: layer.lost,
            ground_known: ground.is_some(),
            ..screens(frame, predicted, observed, coverage)?
        };
        if searched { seen.focused() } else { Ok(seen) }
    }

    /// With the prediction as soft as the picture.
    fn focused(self) -> Result<Comparison, VerifyError> {
        let (sharp, soft) = (lightness(&self.screen_predicted), lightness(&self.screen_observed));
        let softness = blur_between(&sharp, &soft, &self.core(2));
        let sigma = softness.unwrap_or(0.0) * self.frame.width as f32 / sharp.width as f32;
        if sigma < SHARP {
            return Ok(Comparison { softness, ..self });
        }
        let predicted = softened(&self.predicted, sigma);
        let Comparison { frame, observed, coverage, outline, light, lost, ground_known, .. } = self;
        let seen = screens(frame, predicted, observed, coverage)?;
        Ok(Comparison { outline, light, softness, lost, ground_known, ..seen })
    }

    /// Screen size: ΔE00 of the two after a slight blur.
    pub fn difference(&self) -> &Plane {
        self.difference.get_or_init(|| {
            let (predicted, observed) = (&self.screen_predicted, &self.screen_observed);
            match self.identical {
                true => Plane::filled(predicted.width() as usize, predicted.height() as usize, 0.0),
                false => difference(predicted, observed),
            }
        })
    }

    /// Words of the prediction and of the picture, in pixels of the picture; `None` if they could not be read.
    pub(super) fn words(&self, input: &Input<'_>) -> Option<&[Vec<Word>; 2]> {
        let read = |reader: &dyn TextReader| {
            Some([self.read_by(reader, &self.predicted)?, self.read_by(reader, &self.observed)?])
        };
        self.read.get_or_init(|| input.reader.and_then(read)).as_ref()
    }

    /// What lies beside the product in the picture; `None` if too little ground is seen to tell.
    pub(super) fn beside(&self, master: &RgbImage) -> Option<&Beside> {
        self.beside.get_or_init(|| foreign::beside(self, master).ok().flatten()).as_ref()
    }

    fn read_by(&self, reader: &dyn TextReader, picture: &RgbImage) -> Option<Vec<Word>> {
        let (width, height) = picture.dimensions();
        let mut all = Vec::new();
        for wanted in READ_SIDES {
            let zoom = (wanted / width.max(height) as f32).min(MOST_ZOOM);
            let side = |pixels: u32| ((pixels as f32 * zoom).round() as u32).max(1);
            let whole = Window::whole(width, height);
            let sized = resize::resize_rgb(picture, whole, side(width), side(height)).ok()?;
            let mut words = reader.words(&sized).ok()?;
            for Word { place, .. } in &mut words {
                let back = |pixels: u32| (pixels as f32 / zoom) as u32;
                *place = Rect {
                    x: self.frame.x + back(place.x),
                    y: self.frame.y + back(place.y),
                    width: back(place.width).max(1),
                    height: back(place.height).max(1),
                };
            }
            all.append(&mut words);
        }
        Some(all)
    }

    /// The picture with the product painted over by what is around it.
    pub(super) fn without_product(&self, master: &RgbImage) -> RgbImage {
        let mut bare = master.clone();
        let ground = continued(&self.observed, &self.coverage);
        image::imageops::replace(&mut bare, &ground, i64::from(self.frame.x), i64::from(self.frame.y));
        bare
    }

    /// Screen pixels well inside the product: `true` where coverage is full for `margin` pixels around.
    pub(super) fn core(&self, margin: usize) -> Vec<bool> {
        let (width, height) = (self.screen_coverage.width, self.screen_coverage.height);
        let solid: Vec<bool> = self.screen_coverage.data.iter().map(|c| *c > 0.97).collect();
        eroded(&eroded(&solid, width, height, margin, true), width, height, margin, false)
    }

    /// Two pictures of a frame side by side, for tests.
    #[cfg(test)]
    pub(super) fn of(
        frame: Rect,
        predicted: RgbImage,
        observed: RgbImage,
        coverage: GrayImage,
    ) -> Comparison {
        screens(frame, predicted, observed, coverage).unwrap()
    }

    /// Length of the outline in pixels of the picture: product pixels that have ground beside them.
    pub(super) fn outline_px(&self) -> f32 {
        let (width, height) = self.coverage.dimensions();
        let inside = |x: u32, y: u32| self.coverage.get_pixel(x, y)[0] > 127;
        let edge = |x: u32, y: u32| {
            inside(x, y) && !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1))
        };
        let rows = 1..height.saturating_sub(1);
        rows.map(|y| (1..width.saturating_sub(1)).filter(|x| edge(*x, y)).count()).sum::<usize>() as f32
    }

    /// Area between the outline that is predicted and the one that is seen, as a share of the product; what cannot be seen of it is as predicted.
    pub(super) fn between_outlines(&self) -> f32 {
        let all = self.outline.len().max(1) as f32;
        let product = self.coverage.pixels().filter(|cover| cover[0] > 127).count().max(1) as f32;
        let shifts = self.outline.iter().filter_map(|place| place.shift);
        let beyond: f32 = shifts.map(|shift| (shift.abs() - SLACK).max(0.0)).sum();
        // Each place stands for as much of the outline as there are fewer places than pixels.
        beyond * self.outline_px() / all / product
    }

    /// Number of screen pixels that the product covers.
    pub(super) fn area(&self) -> f32 {
        self.screen_coverage.data.iter().sum::<f32>().max(1.0)
    }
}

/// The product alone as it stands by `placement` over `ground` (of the placement's size): premultiplied linear, in its light.
pub fn layer(cutout: &Cutout, placement: &Placement, ground: &RgbImage) -> Result<Layer, ResizeError> {
    let mut layer = placed(cutout, placement)?;
    light_up(&mut layer, cutout, placement, ground);
    Ok(layer)
}

fn placed(cutout: &Cutout, placement: &Placement) -> Result<Layer, ResizeError> {
    let stand = &placement.stand;
    let map = Similarity {
        scale: stand.scale,
        rotation_deg: stand.rotation_deg,
        from: stand.pivot,
        to: stand.foot,
    };
    warp::place(&cutout.rgba, &map, (placement.width, placement.height))
}

fn light_up(layer: &mut Layer, cutout: &Cutout, placement: &Placement, ground: &RgbImage) {
    composite::relight(layer, &logged(placement), product_box(cutout, placement));
    composite::light_wrap(layer, ground, placement.wrap.strength, placement.wrap.reach_px);
}

/// The light that a placement says was laid on the product.
fn logged(placement: &Placement) -> Relight {
    Relight { gains: placement.gains, shading: placement.shading, bend: [0.0; 2] }
}

/// The box of the product in the picture that slopes of light refer to: x, y, width, height.
fn product_box(cutout: &Cutout, placement: &Placement) -> [f32; 4] {
    let (stand, bounds) = (&placement.stand, cutout.bounds);
    let corner = stand.apply([bounds.x as f32, bounds.y as f32]);
    [corner[0], corner[1], bounds.width as f32 * stand.scale, bounds.height as f32 * stand.scale]
}

/// Both pictures of the frame at full and at screen size, with their difference.
fn screens(
    frame: Rect,
    predicted: RgbImage,
    observed: RgbImage,
    coverage: GrayImage,
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
    Ok(Comparison {
        frame,
        predicted,
        observed,
        coverage,
        screen_predicted,
        screen_observed,
        screen_coverage,
        difference: OnceLock::new(),
        identical,
        light: None,
        softness: None,
        outline: Vec::new(),
        read: OnceLock::new(),
        beside: OnceLock::new(),
        lost: 0.0,
        ground_known: false,
    })
}

/// A picture out of focus by `sigma` pixels, in linear light.
fn softened(picture: &RgbImage, sigma: f32) -> RgbImage {
    let planes = linear(picture).map(|plane| plane.gaussian(sigma));
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let i = y as usize * planes[0].width + x as usize;
        image::Rgb(std::array::from_fn(|c| srgb::byte_of(planes[c].data[i])))
    })
}

/// Encoded lightness of a picture, 0..1.
pub(super) fn lightness(picture: &RgbImage) -> Plane {
    let weigh =
        |p: &image::Rgb<u8>| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]);
    let data = picture.pixels().map(|p| weigh(p) / 255.0).collect();
    Plane { width: picture.width() as usize, height: picture.height() as usize, data }
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

/// What is compared: the product with a margin; of a film in whole pairs of pixels, as it has its colors.
fn frame(layer: &Layer, canvas: (u32, u32), in_pairs: bool) -> Rect {
    let margin = (MARGIN * layer.width.max(layer.height) as f32).ceil() as u32 + 4;
    let even = |v: u32| if in_pairs { v & !1 } else { v };
    let (x, y) = (even(layer.x.saturating_sub(margin)), even(layer.y.saturating_sub(margin)));
    Rect {
        x,
        y,
        width: even((layer.x + layer.width + margin).min(canvas.0) - x),
        height: even((layer.y + layer.height + margin).min(canvas.1) - y),
    }
}

fn crop(picture: &RgbImage, frame: Rect) -> RgbImage {
    image::imageops::crop_imm(picture, frame.x, frame.y, frame.width, frame.height).to_image()
}

/// What is seen in a frame beside the product, continued below it.
fn continued(observed: &RgbImage, coverage: &GrayImage) -> RgbImage {
    let (width, height) = (observed.width() as usize, observed.height() as usize);
    let spread = Plane::from_gray(coverage).blurred(2.0);
    let data = spread.data.iter().map(|c| if *c < 0.01 { 1.0 } else { 0.0 }).collect();
    let weight = Plane { width, height, data };
    let planes = linear(observed).map(|plane| push_pull(&plane, &weight));
    RgbImage::from_fn(observed.width(), observed.height(), |x, y| {
        let i = y as usize * width + x as usize;
        image::Rgb(std::array::from_fn(|c| srgb::byte_of(planes[c].data[i])))
    })
}

/// Erosion by a line of `margin` pixels to both sides, along rows or columns.
pub(super) fn eroded(
    set: &[bool],
    width: usize,
    height: usize,
    margin: usize,
    along_rows: bool,
) -> Vec<bool> {
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
