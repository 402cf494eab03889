//! Test pictures from formulas, the same as in tools/metrics/formulas.py, and what the reference implementations say about them. Knows no measure.

use crate::imaging::plane::Plane;

const WIDTH: usize = 192;
const HEIGHT: usize = 180;

/// 192×180 samples of a formula of column and row, as bytes would hold them.
fn drawn(formula: impl Fn(f64, f64) -> f64) -> Plane {
    let data = (0..WIDTH * HEIGHT)
        .map(|i| {
            let byte =
                (255.0 * formula((i % WIDTH) as f64, (i / WIDTH) as f64) + 0.5).floor().clamp(0.0, 255.0);
            (byte / 255.0) as f32
        })
        .collect();
    Plane { width: WIDTH, height: HEIGHT, data }
}

/// 192×180 answers of a formula.
fn marked(formula: impl Fn(f64, f64) -> bool) -> Vec<bool> {
    (0..WIDTH * HEIGHT).map(|i| formula((i % WIDTH) as f64, (i / WIDTH) as f64)).collect()
}

/// Two pictures that differ by a phase, a gain and a fine pattern.
pub(super) fn waves() -> (Plane, Plane) {
    let one = drawn(|x, y| 0.5 + 0.4 * (0.13 * x + 0.07 * y).sin() * (0.05 * y).cos());
    let two = drawn(|x, y| {
        0.48 + 0.38 * (0.13 * x + 0.07 * y + 0.15).sin() * (0.05 * y).cos()
            + 0.06 * (0.9 * x).sin() * (0.8 * y).sin()
    });
    (one, two)
}

/// Found matte, true matte, and where alpha is unknown.
pub(super) fn disks() -> (Plane, Plane, Vec<bool>) {
    let disk =
        |radius: f64, soft: f64, cx: f64| drawn(move |x, y| (radius - (x - cx).hypot(y - 90.0)) / soft + 0.5);
    let unknown = marked(|x, y| (50.0..=74.0).contains(&(x - 96.0).hypot(y - 90.0)));
    (disk(60.5, 11.0, 97.0), disk(62.0, 9.0, 96.0), unknown)
}

/// Found and true matte of many parts, some of which hang together only where alpha is low.
pub(super) fn isles() -> (Plane, Plane) {
    let waves = |x: f64, y: f64| (0.11 * x + 0.05 * y).sin() + (0.17 * y - 0.02 * x).sin();
    let found = drawn(|x, y| 0.6 * waves(x, y) + 0.33 + 0.12 * (0.7 * x).sin() * (0.6 * y).sin());
    (found, drawn(|x, y| 0.6 * waves(x, y) + 0.35))
}

/// Many shapes, holes and single pixels, some of which touch at corners.
pub(super) fn islands() -> Vec<bool> {
    marked(|x, y| {
        let waves = (0.11 * x + 0.05 * y).sin()
            + (0.17 * y - 0.02 * x).sin()
            + 0.7 * (0.23 * x).sin() * (0.19 * y).sin();
        (waves > 0.75) ^ ((2.0 * x * x + 3.0 * y * y + x * y) % 17.0 == 0.0)
    })
}

/// A picture of `fixtures/parity/pictures`.
pub(in crate::imaging) fn picture(name: &str) -> Plane {
    let path = format!("{}/fixtures/parity/pictures/{name}.png", env!("CARGO_MANIFEST_DIR"));
    Plane::from_gray(&image::open(path).unwrap().into_luma8())
}

/// What tools/metrics recorded at a JSON pointer.
pub(in crate::imaging) fn recorded(path: &str) -> serde_json::Value {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../../fixtures/parity/kernels.json")).unwrap();
    all.pointer(path).unwrap_or_else(|| panic!("nothing recorded at {path}")).clone()
}

/// The numbers in a recorded list.
pub(in crate::imaging) fn numbers(path: &str) -> Vec<f64> {
    recorded(path).as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// A recorded number.
pub(in crate::imaging) fn number(path: &str) -> f64 {
    recorded(path).as_f64().unwrap()
}

/// The samples of a map at the recorded places.
pub(super) fn at_places(map: &Plane) -> Vec<f64> {
    let places = recorded("/places");
    let place = |p: &serde_json::Value| (p[0].as_u64().unwrap() as usize, p[1].as_u64().unwrap() as usize);
    places
        .as_array()
        .unwrap()
        .iter()
        .map(place)
        .map(|(x, y)| f64::from(map.data[y * map.width + x]))
        .collect()
}
