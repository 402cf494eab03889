//! A table of planted defects: six kinds of products in two scenes each, every defect in every one. A defect counts where it can be seen; then it
//! must not pass, and what makes another product of it must be rejected. The figures of the last run lie in `target/tmp/defects.tsv`.

use std::fmt::Write as _;

use image::{GrayImage, RgbImage};
use packshot::domain::{Outcome, Placement, Verdict};
use packshot::imaging::color::{delta_e, lab, srgb};
use packshot::imaging::plane::Plane;
use packshot::imaging::warp::Layer;
use rayon::prelude::*;

use crate::stage::{Stage, bundled};

/// Cardboard with print, white on white, polished metal, fur, thin parts, a printed can.
const PRODUCTS: [&str; 6] = ["tea-carton", "white-mug", "moka-pot", "plush-bear", "desk-lamp", "soda-can"];
/// Side of the masters.
const SIZE: u32 = 900;
/// A defect can be seen if ΔE00 is above this …
const SEEN: f32 = 3.0;
/// … over this share of the product.
const SEEN_SHARE: f32 = 0.0005;
/// Another product can be told if ΔE00 is above this …
const OBVIOUS: f32 = 6.0;
/// … over this share of the product: twice what the policy calls a wrong patch.
const OBVIOUS_SHARE: f32 = 0.008;

/// A spoiled picture, and the placement that is claimed for it.
pub(crate) type Spoiled = (RgbImage, Placement);

struct Defect {
    name: &'static str,
    /// It is another product then: a review is not enough.
    identity: bool,
    plant: fn(&Stage) -> Spoiled,
}

const DEFECTS: &[Defect] = &[
    Defect { name: "hue +22", identity: true, plant: |s| recolored(s, 22.0) },
    Defect { name: "hue -30", identity: true, plant: |s| recolored(s, -30.0) },
    Defect { name: "hue +12", identity: false, plant: |s| recolored(s, 12.0) },
    Defect { name: "label turned over", identity: true, plant: turned_label },
    Defect { name: "label of another", identity: true, plant: foreign_label },
    Defect { name: "top cut off", identity: true, plant: |s| cut_off(s, false) },
    Defect { name: "side cut off", identity: true, plant: |s| cut_off(s, true) },
    Defect { name: "part added beside", identity: true, plant: part_beside },
    Defect { name: "part added on it", identity: true, plant: part_on_it },
    Defect { name: "white rim", identity: false, plant: |s| rim(s, 250, 2) },
    Defect { name: "dark rim", identity: false, plant: |s| rim(s, 5, 2) },
    Defect { name: "thin white rim", identity: false, plant: |s| rim(s, 250, 1) },
    Defect { name: "lifted 2 %", identity: false, plant: |s| lifted(s, 0.02) },
    Defect { name: "lifted 6 %", identity: false, plant: |s| lifted(s, 0.06) },
    Defect { name: "lifted 12 %", identity: false, plant: |s| lifted(s, 0.12) },
    Defect { name: "mirrored", identity: true, plant: mirrored },
    Defect { name: "blurred", identity: false, plant: blurred },
    Defect { name: "5 % wider", identity: false, plant: |s| wider(s, 1.05) },
    Defect { name: "5 % narrower", identity: false, plant: |s| wider(s, 0.95) },
];

/// Plants the defect of that name.
pub(crate) fn plant(name: &str, stage: &Stage) -> Spoiled {
    (DEFECTS.iter().find(|defect| defect.name == name).unwrap().plant)(stage)
}

/// Straight encoded color of a premultiplied linear pixel, changed by `change`, and back.
fn repainted(pixel: [f32; 4], change: impl Fn([f32; 3]) -> [f32; 3]) -> [f32; 4] {
    let alpha = pixel[3];
    if alpha < 1e-3 {
        return pixel;
    }
    let straight: [f32; 3] = std::array::from_fn(|c| f32::from(srgb::byte_of(pixel[c] / alpha)));
    let linear = change(straight).map(|v| srgb::linear_of(v.round().clamp(0.0, 255.0) as u8));
    [linear[0] * alpha, linear[1] * alpha, linear[2] * alpha, alpha]
}

fn same_place(stage: &Stage, layer: &Layer) -> Spoiled {
    (stage.over_ground(layer), stage.made.placement.clone())
}

/// Every color turned about the gray axis.
fn recolored(stage: &Stage, degrees: f32) -> Spoiled {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let third = (1.0 - cos) / 3.0;
    let root = (1.0f32 / 3.0).sqrt() * sin;
    let mix = |a: f32, b: f32, c: f32| a * (cos + third) + b * (third - root) + c * (third + root);
    let mut layer = stage.layer();
    for pixel in &mut layer.data {
        *pixel = repainted(*pixel, |p| [mix(p[0], p[1], p[2]), mix(p[1], p[2], p[0]), mix(p[2], p[0], p[1])]);
    }
    same_place(stage, &layer)
}

/// The fully covered window of a quarter of the product's width with the most detail: its label, if it has one. x, y, width, height.
fn label(layer: &Layer) -> [usize; 4] {
    let (width, height) = (layer.width as usize, layer.height as usize);
    let (w, h) = (width / 4, height / 6);
    let mut best = ([width / 2 - w / 2, height / 2 - h / 2, w, h], -1.0f32);
    for y in (0..height - h).step_by((h / 3).max(1)) {
        for x in (0..width - w).step_by((w / 3).max(1)) {
            let inside = || (y..y + h).flat_map(move |v| (x..x + w).map(move |u| v * width + u));
            if inside().any(|i| layer.data[i][3] < 0.99) {
                continue;
            }
            let detail: f32 =
                inside().map(|i| (layer.data[i][1].sqrt() - layer.data[i - 1][1].sqrt()).abs()).sum();
            if detail > best.1 {
                best = ([x, y, w, h], detail);
            }
        }
    }
    best.0
}

fn turned_label(stage: &Stage) -> Spoiled {
    let honest = stage.layer();
    let [x, y, w, h] = label(&honest);
    let mut layer = honest.clone();
    let row = layer.width as usize;
    for v in 0..h {
        for u in 0..w {
            layer.data[(y + v) * row + x + u] = honest.data[(y + h - 1 - v) * row + x + w - 1 - u];
        }
    }
    same_place(stage, &layer)
}

/// The label of another product in the place of its own; where the product is no opaque rectangle, as much as there is of it.
fn foreign_label(stage: &Stage) -> Spoiled {
    let mut layer = stage.layer();
    let [x, y, w, h] = label(&layer);
    let other = if stage.product.name == "soda-can" { "tea-carton" } else { "soda-can" };
    let cutout = &bundled(other).cut().1;
    let bounds = cutout.bounds;
    let row = layer.width as usize;
    for v in 0..h {
        for u in 0..w {
            let from = (
                bounds.x + bounds.width / 4 + (u * bounds.width as usize / 2 / w) as u32,
                bounds.y + bounds.height / 3 + (v * bounds.height as usize / 3 / h) as u32,
            );
            let paint = cutout.rgba.get_pixel(from.0, from.1).0;
            let pixel = &mut layer.data[(y + v) * row + x + u];
            *pixel = repainted(*pixel, |_| [paint[0], paint[1], paint[2]].map(f32::from));
        }
    }
    same_place(stage, &layer)
}

/// A twelfth of the product is missing: its top, or its right side.
fn cut_off(stage: &Stage, side: bool) -> Spoiled {
    let mut layer = stage.layer();
    let (width, height) = (layer.width as usize, layer.height as usize);
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        let gone = if side { i % width >= width - width / 12 } else { i / width < height / 12 };
        if gone {
            *pixel = [0.0; 4];
        }
    }
    same_place(stage, &layer)
}

/// A knob of its own color grows at the right side, where the product is widest.
fn part_beside(stage: &Stage) -> Spoiled {
    let layer = stage.layer();
    let (width, height) = (layer.width as usize, layer.height as usize);
    let covered = |x: usize, y: usize| layer.data[y * width + x][3] > 0.98;
    let (edge, middle) =
        (0..height).filter_map(|y| (0..width).rev().find(|x| covered(*x, y)).map(|x| (x, y))).max().unwrap();
    let color = layer.data[middle * width + edge.saturating_sub(3)];
    let (mut master, placement) = same_place(stage, &layer);
    let color = std::array::from_fn(|c| srgb::byte_of(color[c] * 0.8));
    for dy in 0..height / 10 {
        for dx in 0..width / 10 {
            let (x, y) =
                (layer.x as usize + edge + dx, (layer.y as usize + middle + dy).saturating_sub(height / 20));
            if x < master.width() as usize && y < master.height() as usize {
                master.put_pixel(x as u32, y as u32, image::Rgb(color));
            }
        }
    }
    (master, placement)
}

/// A round sticker, an eighth of the product's lesser side across, in the middle of its label.
fn part_on_it(stage: &Stage) -> Spoiled {
    let mut layer = stage.layer();
    let [x, y, w, h] = label(&layer);
    let width = layer.width as usize;
    let radius = layer.width.min(layer.height) as f32 / 16.0;
    let middle = [(x + w / 2) as f32, (y + h / 2) as f32];
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        if ((i % width) as f32 - middle[0]).hypot((i / width) as f32 - middle[1]) < radius {
            *pixel = repainted(*pixel, |_| [196.0, 40.0, 52.0]);
        }
    }
    same_place(stage, &layer)
}

/// `wide` (1 or 2) pixels of gray `value` around the product.
fn rim(stage: &Stage, value: u8, wide: u32) -> Spoiled {
    let mut master = stage.made.master.clone();
    let coverage = &stage.made.coverage;
    let (width, height) = coverage.dimensions();
    for y in 2..height - 2 {
        for x in 2..width - 2 {
            let inside = |dx: u32, dy: u32| coverage.get_pixel(x + dx - 2, y + dy - 2)[0] > 127;
            let (low, high) = (2 - wide, 2 + wide);
            let near = inside(low, 2) || inside(high, 2) || inside(2, low) || inside(2, high);
            if near && !inside(2, 2) {
                master.put_pixel(x, y, image::Rgb([value; 3]));
            }
        }
    }
    (master, stage.made.placement.clone())
}

/// The product hangs above its shadow, and the placement admits it.
fn lifted(stage: &Stage, share: f32) -> Spoiled {
    let mut layer = stage.layer();
    let up = ((share * layer.height as f32).round() as u32).min(layer.y);
    layer.y -= up;
    let (master, mut placement) = same_place(stage, &layer);
    placement.stand.foot[1] -= up as f32;
    (master, placement)
}

fn mirrored(stage: &Stage) -> Spoiled {
    let mut layer = stage.layer();
    let width = layer.width as usize;
    layer.data.chunks_exact_mut(width).for_each(<[[f32; 4]]>::reverse);
    same_place(stage, &layer)
}

/// Softened by two and a half pixels, inside only: a soft edge would be too easy.
fn blurred(stage: &Stage) -> Spoiled {
    let mut layer = stage.layer();
    let (width, height) = (layer.width as usize, layer.height as usize);
    let soft: [Plane; 4] = std::array::from_fn(|c| {
        Plane { width, height, data: layer.data.iter().map(|p| p[c]).collect() }.blurred(2.5)
    });
    for (i, pixel) in layer.data.iter_mut().enumerate() {
        if soft[3].data[i] > 0.98 {
            *pixel = [soft[0].data[i], soft[1].data[i], soft[2].data[i], pixel[3]];
        }
    }
    same_place(stage, &layer)
}

/// Stretched across, about its middle.
fn wider(stage: &Stage, factor: f32) -> Spoiled {
    let honest = stage.layer();
    let width = (honest.width as f32 * factor).round() as u32;
    let x = (honest.x + honest.width / 2).saturating_sub(width / 2);
    let data = (0..honest.height * width)
        .map(|i| {
            let across = ((i % width) as f32 + 0.5) * honest.width as f32 / width as f32 - 0.5;
            let row = honest.row(honest.y + i / width);
            let (left, t) = (across.floor().max(0.0) as usize, across.max(0.0).fract());
            let (a, b) = (row[left.min(row.len() - 1)], row[(left + 1).min(row.len() - 1)]);
            std::array::from_fn(|c| a[c] + t * (b[c] - a[c]))
        })
        .collect();
    same_place(stage, &Layer { x, width, data, ..honest })
}

/// Shares of the product over which `spoiled` differs by more than [`SEEN`] and [`OBVIOUS`].
fn effect(honest: &RgbImage, spoiled: &RgbImage, coverage: &GrayImage) -> (f32, f32) {
    let product = coverage.pixels().filter(|c| c[0] > 127).count().max(1) as f32;
    let (mut seen, mut obvious) = (0u32, 0u32);
    for (a, b) in honest.pixels().zip(spoiled.pixels()).filter(|(a, b)| a != b) {
        let difference = delta_e::delta_e00(lab::of_bytes(a.0), lab::of_bytes(b.0));
        seen += u32::from(difference > SEEN);
        obvious += u32::from(difference > OBVIOUS);
    }
    (seen as f32 / product, obvious as f32 / product)
}

/// One line of the table: what was planted, whether it counts, what the gate said, and whether that is wrong.
struct Line {
    text: String,
    counts: bool,
    wrong: bool,
}

fn try_all(stage: &Stage) -> Vec<Line> {
    let honest = stage.judge(&stage.made.master, &stage.made.placement);
    assert_eq!(stage.over_ground(&stage.layer()), stage.made.master, "the layer is not the candidate's");
    let judged = |defect: &Defect| {
        let (master, placement) = (defect.plant)(stage);
        let (seen, obvious) = effect(&stage.made.master, &master, &stage.made.coverage);
        let report = stage.judge(&master, &placement);
        let fine = |name: &str| honest.checks.iter().any(|c| c.check == name && c.outcome == Outcome::Pass);
        let spoke: Vec<_> = report.reasons().into_iter().filter(|c| fine(&c.check)).collect();
        let counts = seen >= SEEN_SHARE;
        let missed = report.verdict == Verdict::Pass || spoke.is_empty();
        let too_mild = defect.identity && obvious >= OBVIOUS_SHARE && report.verdict != Verdict::Reject;
        let mut text = format!(
            "{}\t{}\t{}\t{:.2}\t{:.2}\t{:?}",
            stage.product.name,
            stage.template,
            defect.name,
            seen * 100.0,
            obvious * 100.0,
            report.verdict
        );
        for check in &report.checks {
            let _ = write!(text, "\t{} {:.4}", check.check, check.value);
        }
        Line { text, counts, wrong: counts && (missed || too_mild) }
    };
    DEFECTS.iter().map(judged).collect()
}

#[test]
fn no_planted_defect_passes_and_no_other_product_is_merely_doubted() {
    let scenes: Vec<(&str, &str)> = PRODUCTS
        .iter()
        .flat_map(|name| bundled(name).templates(2).into_iter().map(move |template| (*name, template)))
        .collect();
    let lines: Vec<Line> = scenes
        .par_iter()
        .flat_map_iter(|(name, template)| try_all(&bundled(name).stage(template, 1, SIZE)))
        .collect();
    let table: String =
        lines.iter().map(|l| format!("{}{}\n", if l.counts { "" } else { "# " }, l.text)).collect();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/defects.tsv"), table).unwrap();
    let counting = lines.iter().filter(|l| l.counts).count();
    assert!(counting * 5 > lines.len() * 4, "only {counting} of {} defects can be seen", lines.len());
    let wrong: Vec<&str> = lines.iter().filter(|l| l.wrong).map(|l| l.text.as_str()).collect();
    assert!(wrong.is_empty(), "{} of {counting}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_product_without_any_contact_or_shadow_does_not_pass() {
    let found: Vec<(String, Verdict, f32)> = PRODUCTS
        .par_iter()
        .flat_map_iter(|name| bundled(name).templates(2).into_iter().map(move |template| (*name, template)))
        .map(|(name, template)| {
            let stage = bundled(name).stage(template, 1, SIZE).without_shadow();
            let report = stage.judge(&stage.made.master, &stage.made.placement);
            let floating = report.checks.iter().find(|c| c.check == "floating").unwrap();
            (format!("{name} in {template}"), report.verdict, floating.value)
        })
        .collect();
    let passed: Vec<_> = found.iter().filter(|f| f.1 == Verdict::Pass).collect();
    assert!(passed.is_empty(), "{passed:#?} of {found:#?}");
}
