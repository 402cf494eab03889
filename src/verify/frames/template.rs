//! The product as every frame of a film is held against it: at one small size, with a margin of ground. Knows no frame.

use super::super::VerifyError;
use super::super::compare::eroded;
use crate::domain::{Cutout, Stand};
use crate::imaging::color::{lab, srgb};
use crate::imaging::plane::Plane;
use crate::imaging::register::Affine;
use crate::imaging::warp::{self, Layer, Similarity};

/// Longer side of the product in it, at most.
const SIDE: f32 = 256.0;
/// Ground around the product, as a share of its longer side.
const MARGIN: f32 = 0.1;
/// Pixels inside the edge that are left out: what lies behind is mixed in there, and a frame is never registered better.
const BORDER: usize = 3;
/// Blur before colors are compared, pixels: what encoding adds goes.
pub(super) const SOFT: f32 = 1.2;
/// Standard deviation of lightness from which on the product can be followed by what is seen on it.
const PRINTED: f32 = 0.03;

/// The product, small.
pub(super) struct Template {
    /// In the photo's light, over the whole of it; premultiplied linear.
    pub(super) layer: Layer,
    /// Encoded lightness, the middle gray beside the product.
    pub(super) lightness: Plane,
    /// Lab after a slight blur.
    pub(super) lab: [Plane; 3],
    /// Well inside the product.
    pub(super) core: Vec<bool>,
    /// Well outside.
    pub(super) around: Vec<bool>,
    /// Pixels of the product.
    pub(super) area: f32,
    /// The product's box: x, y, width, height.
    pub(super) frame: [f32; 4],
    /// Whether it has enough drawing to be followed by.
    pub(super) printed: bool,
    /// Template pixels for each photo pixel.
    scale: f32,
    /// Where the photo's box of the product begins in the photo, and in the template.
    corner: [f32; 2],
    margin: f32,
}

impl Template {
    /// The product at a size that suits `pixels`, its longer side in the film.
    pub(super) fn new(cutout: &Cutout, pixels: f32) -> Result<Template, VerifyError> {
        let bounds = cutout.bounds;
        let longer = bounds.width.max(bounds.height) as f32;
        let scale = pixels.clamp(24.0, SIDE) / longer.max(1.0);
        let margin = (MARGIN * longer * scale).ceil() + 4.0;
        let size = |side: u32| (side as f32 * scale + 2.0 * margin).ceil() as u32;
        let (width, height) = (size(bounds.width), size(bounds.height));
        let corner = [bounds.x as f32, bounds.y as f32];
        let map = Similarity { scale, rotation_deg: 0.0, from: corner, to: [margin; 2] };
        let placed = warp::place(&cutout.rgba, &map, (width, height))?;
        if placed.width == 0 || placed.height == 0 {
            return Err(VerifyError::NotLocated);
        }
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let data: Vec<[f32; 4]> = places().map(|(x, y)| placed.at(x, y)).collect();
        let layer = Layer { x: 0, y: 0, width, height, data, lost: 0.0 };
        let (w, h) = (width as usize, height as usize);
        let inside: Vec<bool> = layer.data.iter().map(|p| p[3] > 0.97).collect();
        let outside: Vec<bool> = layer.data.iter().map(|p| p[3] < 0.01).collect();
        let shrunk = |set: &[bool]| eroded(&eroded(set, w, h, BORDER, true), w, h, BORDER, false);
        let core = shrunk(&inside);
        let lightness = lightness(&layer);
        let printed = spread(&lightness, &core) >= PRINTED;
        let box_ = [margin, margin, bounds.width as f32 * scale, bounds.height as f32 * scale];
        Ok(Template {
            lab: soft_lab(&layer),
            around: shrunk(&outside),
            area: layer.data.iter().map(|p| p[3]).sum::<f32>().max(1.0),
            core,
            lightness,
            printed,
            frame: box_,
            layer,
            scale,
            corner,
            margin,
        })
    }

    /// Where a photo pixel lies in it.
    fn of_photo(&self, at: [f32; 2]) -> [f64; 2] {
        [0, 1].map(|k| f64::from(self.margin + self.scale * (at[k] - self.corner[k])))
    }

    /// Its middle.
    pub(super) fn middle(&self) -> [f64; 2] {
        [f64::from(self.layer.width) / 2.0, f64::from(self.layer.height) / 2.0]
    }

    /// Half of the product's diagonal, in template pixels.
    pub(super) fn reach(&self) -> f64 {
        f64::from(self.frame[2].hypot(self.frame[3])) / 2.0
    }

    /// Place in the template → place in the frame, for a stand.
    pub(super) fn map(&self, stand: &Stand) -> Affine {
        let from = self.of_photo(stand.pivot);
        let scale = f64::from(stand.scale / self.scale);
        Affine::similarity(scale, f64::from(stand.rotation_deg), from, stand.foot.map(f64::from))
    }

    /// The stand that comes closest to a map into the frame.
    pub(super) fn stand(&self, map: &Affine, like: &Stand) -> Stand {
        let [[a, b, _], [c, d, _]] = map.rows;
        let (along, across) = ((a + d) / 2.0, (c - b) / 2.0);
        let (middle, pivot) = (self.middle(), self.of_photo(like.pivot));
        let to = map.apply(middle);
        let off = [pivot[0] - middle[0], pivot[1] - middle[1]];
        let foot = [to[0] + along * off[0] - across * off[1], to[1] + across * off[0] + along * off[1]];
        Stand {
            scale: along.hypot(across) as f32 * self.scale,
            rotation_deg: across.atan2(along).to_degrees() as f32,
            foot: foot.map(|v| v as f32),
            pivot: like.pivot,
        }
    }
}

fn lightness(layer: &Layer) -> Plane {
    let encoded = |v: f32| srgb::to_encoded(v.clamp(0.0, 1.0));
    let data = layer
        .data
        .iter()
        .map(|[r, g, b, a]| {
            let full = |v: f32| encoded(if *a > 0.0 { v / a } else { 0.0 });
            a * (0.299 * full(*r) + 0.587 * full(*g) + 0.114 * full(*b)) + (1.0 - a) * 0.5
        })
        .collect();
    Plane { width: layer.width as usize, height: layer.height as usize, data }
}

fn spread(plane: &Plane, set: &[bool]) -> f32 {
    let values: Vec<f32> =
        plane.data.iter().zip(set).filter(|(_, inside)| **inside).map(|(v, _)| *v).collect();
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count).sqrt()
}

/// Lab of a layer after a blur of what is covered.
fn soft_lab(layer: &Layer) -> [Plane; 3] {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let plane = |c: usize| {
        let data = layer.data.iter().map(|p| p[c]).collect();
        Plane { width, height, data }.blurred(SOFT)
    };
    let cover = plane(3);
    let full = |c: usize| {
        let mut plane = plane(c);
        plane.data.iter_mut().zip(&cover.data).for_each(|(v, a)| *v = if *a > 1e-3 { *v / a } else { 0.0 });
        plane
    };
    lab::planes_of_linear(&[full(0), full(1), full(2)])
}
