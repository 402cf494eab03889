//! Pictures of which the right verdict is known: faithful variations of a product in a scene, and planted defects. What the bench and the tests
//! hold the gate against. Knows no check, no limit and no generator.
//!
//! A trial has up to three steps: where the product stands (before the scene is rendered), what happens to the product's own pixels, and what happens
//! to the finished picture.

mod audit;
mod finish;
mod light;
mod print;
mod shape;
mod simple;
mod surface;

use image::{RgbImage, RgbaImage};
use serde::Serialize;

use crate::domain::Placement;
use crate::imaging::composite;
use crate::imaging::warp::Layer;

pub use audit::{Effect, effect};
pub use simple::{Simple, simple};

/// What the gate should say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// The same product, as an honest photo could show it: must pass, and must never be rejected.
    Faithful,
    /// Not a picture to deliver: must not pass.
    Flawed,
    /// Another product than the one in the photo: must not pass, and should be rejected.
    Other,
}

/// The picture before anything was changed.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The product alone, as it stands in the scene: premultiplied linear.
    pub layer: &'a Layer,
    /// The scene without it, shadows kept.
    pub ground: &'a RgbImage,
    /// Cutout of another product, straight sRGB; a foreign label is taken from its middle.
    pub other: &'a RgbaImage,
}

/// One way to make a picture.
pub struct Trial {
    /// Stable name.
    pub name: &'static str,
    /// What it is.
    pub truth: Truth,
    place: fn(&mut Placement),
    paint: fn(&mut Layer, &RgbaImage),
    finish: fn(RgbImage, &Layer) -> RgbImage,
}

impl Trial {
    const fn new(name: &'static str, truth: Truth) -> Trial {
        Trial { name, truth, place: |_| {}, paint: |_, _| {}, finish: |picture, _| picture }
    }

    const fn placed(self, place: fn(&mut Placement)) -> Trial {
        Trial { place, ..self }
    }

    const fn painted(self, paint: fn(&mut Layer, &RgbaImage)) -> Trial {
        Trial { paint, ..self }
    }

    const fn finished(self, finish: fn(RgbImage, &Layer) -> RgbImage) -> Trial {
        Trial { finish, ..self }
    }

    /// Where the product stands in this trial, given where it stood. The scene has to be rendered for it.
    pub fn stand(&self, placement: &Placement) -> Placement {
        let mut moved = placement.clone();
        (self.place)(&mut moved);
        moved
    }

    /// The picture, and how many pixels lower the product stands in it than in `scene`.
    pub fn picture(&self, scene: &Scene<'_>) -> (RgbImage, i64) {
        let mut layer = scene.layer.clone();
        (self.paint)(&mut layer, scene.other);
        let mut picture = scene.ground.clone();
        composite::over(&mut picture, &layer);
        ((self.finish)(picture, &layer), i64::from(layer.y) - i64::from(scene.layer.y))
    }
}

/// A trial by name.
pub fn named(name: &str) -> Option<&'static Trial> {
    ALL.iter().find(|trial| trial.name == name)
}

const fn faithful(name: &'static str) -> Trial {
    Trial::new(name, Truth::Faithful)
}

const fn flawed(name: &'static str) -> Trial {
    Trial::new(name, Truth::Flawed)
}

const fn other(name: &'static str) -> Trial {
    Trial::new(name, Truth::Other)
}

/// Every trial, by kind.
pub static ALL: &[Trial] = &[
    faithful("as it is"),
    faithful("brighter").painted(|layer, _| light::gain(layer, [1.08; 3])),
    faithful("cooler").painted(|layer, _| light::gain(layer, [0.95, 1.0, 1.05])),
    faithful("defocused").finished(|picture, _| finish::softened(&picture, 0.7)),
    faithful("dimmer").painted(|layer, _| light::gain(layer, [0.92; 3])),
    faithful("everything a little")
        .placed(|p| {
            p.stand.rotation_deg += 1.0;
            p.stand.scale *= 0.85;
        })
        .painted(|layer, _| {
            light::gain(layer, [0.95, 0.92, 0.88]);
            light::slope(layer, [0.06, 0.04]);
        })
        .finished(|picture, _| finish::jpeg(&picture, 85)),
    faithful("grain").finished(|picture, _| finish::grained(&picture, 0.008)),
    faithful("jpeg 80").finished(|picture, _| finish::jpeg(&picture, 80)),
    faithful("larger").placed(|p| p.stand.scale *= 1.1),
    faithful("moved").placed(|p| {
        p.stand.foot[0] -= 0.06 * p.width as f32;
        p.stand.foot[1] += 0.01 * p.height as f32;
    }),
    faithful("resized").finished(|picture, _| finish::resized(&picture, 0.7)),
    faithful("shaded").painted(|layer, _| light::slope(layer, [-0.06, 0.04])),
    faithful("smaller").placed(|p| p.stand.scale *= 0.8),
    faithful("turned left").placed(|p| p.stand.rotation_deg -= 2.0),
    faithful("turned right").placed(|p| p.stand.rotation_deg += 2.0),
    faithful("vignetted").painted(|layer, _| light::bulge(layer, 0.16)),
    faithful("warmer").painted(|layer, _| light::gain(layer, [1.05, 1.0, 0.95])),
    flawed("blurred").painted(|layer, _| surface::blurred(layer, 2.5)),
    flawed("cropped").finished(shape::cropped),
    flawed("dark rim").finished(|picture, layer| shape::rim(picture, layer, 5, 2)),
    flawed("lifted 12 %").painted(|layer, _| shape::lift(layer, 0.12)),
    flawed("lifted 2 %").painted(|layer, _| shape::lift(layer, 0.02)),
    flawed("lifted 6 %").painted(|layer, _| shape::lift(layer, 0.06)),
    flawed("melted edge").painted(|layer, _| shape::melt(layer)),
    flawed("seam").painted(|layer, _| surface::seam(layer)),
    flawed("thin white rim").finished(|picture, layer| shape::rim(picture, layer, 250, 1)),
    flawed("two of it").finished(shape::second),
    flawed("white rim").finished(|picture, layer| shape::rim(picture, layer, 250, 2)),
    flawed("3 % wider").painted(|layer, _| shape::widen(layer, 1.03)),
    flawed("5 % narrower").painted(|layer, _| shape::widen(layer, 0.95)),
    flawed("5 % wider").painted(|layer, _| shape::widen(layer, 1.05)),
    other("8 % wider").painted(|layer, _| shape::widen(layer, 1.08)),
    other("15 % narrower").painted(|layer, _| shape::widen(layer, 0.85)),
    other("another product").painted(shape::exchanged),
    other("darker").painted(|layer, _| light::gain(layer, [0.6; 3])),
    other("faded").painted(|layer, _| surface::saturated(layer, 0.6)),
    other("glossy").painted(|layer, _| surface::glossy(layer)),
    other("hue +12").painted(|layer, _| surface::turned_hue(layer, 12.0)),
    other("hue +22").painted(|layer, _| surface::turned_hue(layer, 22.0)),
    other("hue -10").painted(|layer, _| surface::turned_hue(layer, -10.0)),
    other("hue -30").painted(|layer, _| surface::turned_hue(layer, -30.0)),
    other("label mirrored").painted(|layer, _| print::mirrored_label(layer)),
    other("label of another").painted(print::foreign_label),
    other("label turned over").painted(|layer, _| print::turned_label(layer)),
    other("mirrored").painted(|layer, _| shape::mirror(layer)),
    other("one letter gone").painted(|layer, _| print::without_a_letter(layer)),
    other("one letter turned").painted(|layer, _| print::with_a_turned_letter(layer)),
    other("part added beside").finished(shape::part_beside),
    other("part added on it").painted(|layer, _| print::sticker(layer)),
    other("pattern larger").painted(|layer, _| print::larger_label(layer)),
    other("side cut off").painted(|layer, _| shape::cut_off(layer, true)),
    other("text scrambled").painted(|layer, _| print::scrambled_label(layer)),
    other("top cut off").painted(|layer, _| shape::cut_off(layer, false)),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_defect_changes_a_printed_product() {
        let names: HashSet<_> = ALL.iter().map(|trial| trial.name).collect();
        assert_eq!(names.len(), ALL.len());
        let layer = audit::tests::printed();
        let ground = RgbImage::from_pixel(260, 320, image::Rgb([150, 140, 120]));
        let other = RgbaImage::from_fn(64, 64, |x, y| image::Rgba([(x * 4) as u8, (y * 4) as u8, 90, 255]));
        let scene = Scene { layer: &layer, ground: &ground, other: &other };
        let (honest, _) = named("as it is").unwrap().picture(&scene);
        for trial in ALL.iter().filter(|trial| trial.truth != Truth::Faithful) {
            let (picture, _) = trial.picture(&scene);
            let effect = effect(&honest, &picture, &composite::coverage(&layer, ground.dimensions()));
            assert!(effect.counts(), "{}: {effect:?}", trial.name);
        }
    }
}
