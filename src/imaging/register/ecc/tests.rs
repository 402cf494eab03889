//! Alignment against OpenCV and known warps. Recorded by tools/metrics.

use super::*;
use crate::imaging::metrics::testing::{picture, recorded};

const NAMES: [&str; 3] = ["label_moved", "leaves_moved", "knit_moved"];

/// A recorded matrix, from whole numbers at pixel centers to ours.
fn matrix(path: &str) -> Affine {
    let value = recorded(path);
    let cell = |r: usize, c: usize| value[r][c].as_f64().unwrap();
    let rows = [0, 1].map(|r| [cell(r, 0), cell(r, 1), cell(r, 2)]);
    let half = |by: f64| Affine { rows: [[1.0, 0.0, by], [0.0, 1.0, by]] };
    half(-0.5).then(&Affine { rows }).then(&half(0.5))
}

/// How far apart two maps take the places of a picture of `side` pixels: at most, and the root of the mean square.
fn apart(one: &Affine, two: &Affine, side: f64) -> (f64, f64) {
    let steps = (0..=8).map(|k| side * f64::from(k) / 8.0);
    let places = steps.clone().flat_map(|y| steps.clone().map(move |x| [x, y]));
    let far: Vec<f64> =
        places.map(|p| (one.apply(p), two.apply(p))).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect();
    let squares: f64 = far.iter().map(|d| d * d).sum();
    (far.iter().copied().fold(0.0, f64::max), (squares / far.len() as f64).sqrt())
}

#[test]
fn opencv_ends_at_the_same_place() {
    for name in NAMES {
        let (template, moved) = (picture(name.strip_suffix("_moved").unwrap()), picture(name));
        let found = align(&template, &moved, None, Affine::IDENTITY, &Search::default()).unwrap();
        let truth = matrix(&format!("/ecc/{name}/true"));
        assert!(apart(&found.warp, &truth, 256.0).0 < 0.05, "{name}: {found:?} {truth:?}");
        // On the leaves OpenCV ends 0.06 px beside the truth in a corner, at a lower correlation: its warp rounds places.
        let opencv = matrix(&format!("/ecc/{name}/affine"));
        let (most, mean) = apart(&found.warp, &opencv, 256.0);
        assert!(mean < 0.05 && most < 0.1, "{name}: {most} {mean} {found:?} {opencv:?}");
        let correlation = recorded(&format!("/ecc/{name}/correlation")).as_f64().unwrap();
        assert!((f64::from(found.correlation) - correlation).abs() < 1e-4, "{name}: {found:?}");
    }
}

#[test]
fn what_is_masked_does_not_pull() {
    let (template, mut moved) = (picture("label"), picture("label_moved"));
    // Something else lies over the right third.
    let other = picture("knit");
    (0..moved.data.len()).filter(|i| i % 256 >= 160).for_each(|i| moved.data[i] = other.data[i]);
    let mask: Vec<bool> = (0..template.data.len()).map(|i| i % 256 < 140).collect();
    let truth = matrix("/ecc/label_moved/true");
    let found = align(&template, &moved, Some(&mask), Affine::IDENTITY, &Search::default()).unwrap();
    assert!(apart(&found.warp, &truth, 140.0).0 < 0.1, "{found:?}");
    assert!(found.correlation > 0.98);
}

#[test]
fn where_nothing_can_be_aligned_that_is_said() {
    let (plain, label) = (Plane::filled(256, 256, 0.8), picture("label"));
    let go = |template: &Plane, picture: &Plane, start: Affine| {
        align(template, picture, None, start, &Search::default())
    };
    assert_eq!(go(&plain, &label, Affine::IDENTITY), Err(NotAligned::Texture));
    assert_eq!(go(&label, &plain, Affine::IDENTITY), Err(NotAligned::Texture));
    let away = Affine::similarity(1.0, 0.0, [0.0, 0.0], [400.0, 0.0]);
    assert_eq!(go(&label, &label, away), Err(NotAligned::Overlap));
    assert_eq!(go(&label, &Plane::filled(0, 0, 0.0), Affine::IDENTITY), Err(NotAligned::Overlap));
    // Stripes do not say where along them they are.
    let stripes = (0..256 * 256).map(|i| 0.5 + 0.3 * ((i % 256) as f32 * 0.2).sin()).collect();
    let stripes = Plane { width: 256, height: 256, data: stripes };
    assert_eq!(go(&stripes, &stripes, Affine::IDENTITY), Err(NotAligned::Texture));
}
