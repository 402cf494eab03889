//! Feature registration on pictures that are put together here, so that the truth is known.

use super::*;
use crate::imaging::metrics::testing::picture;
use crate::imaging::register::ecc;
use crate::imaging::warp::{Similarity, place};
use image::{Rgba, RgbaImage};

/// `crop` in other light under a known map, on a ground of other things.
fn staged(crop: &Plane, map: &Similarity, canvas: (u32, u32), gain: f32, clutter: &[&Plane]) -> Plane {
    let bytes = crop.to_gray();
    let cut = RgbaImage::from_fn(bytes.width(), bytes.height(), |x, y| {
        let v = bytes.get_pixel(x, y)[0];
        Rgba([v, v, v, 255])
    });
    let layer = place(&cut, map, canvas).unwrap();
    let mut out = Plane::filled(canvas.0 as usize, canvas.1 as usize, 0.0);
    for y in 0..canvas.1 {
        for x in 0..canvas.0 {
            let tile = clutter[((x / 256 + y / 256) as usize) % clutter.len()];
            let ground = 0.2 + 0.7 * tile.data[(y % 256 * 256 + x % 256) as usize];
            let [r, _, _, a] = layer.at(x, y);
            let own = crate::imaging::color::srgb::byte_of(if a > 0.0 { r / a } else { 0.0 });
            let value = gain * f32::from(own) / 255.0 + 0.04;
            out.data[(y * canvas.0 + x) as usize] =
                ((a * value + (1.0 - a) * ground) * 255.0).round() / 255.0;
        }
    }
    out
}

fn similarity(scale: f32, rotation_deg: f32, to: [f32; 2]) -> Similarity {
    Similarity { scale, rotation_deg, from: [128.0, 128.0], to }
}

/// How far the found map takes the crop's corners and middle from where they are, at most.
fn apart(found: &Affine, map: &Similarity) -> f64 {
    let truth = Affine::similarity(
        f64::from(map.scale),
        f64::from(map.rotation_deg),
        map.from.map(f64::from),
        map.to.map(f64::from),
    );
    let places = [[0.0, 0.0], [256.0, 0.0], [0.0, 256.0], [256.0, 256.0], [128.0, 128.0]];
    let far = places.map(|p| (found.apply(p), truth.apply(p))).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
    far.into_iter().fold(0.0, f64::max)
}

const STAGED: [(&str, f32, f32, f32); 10] = [
    ("label", 0.3, 4.0, 1.0),
    ("label", 0.5, -10.0, 0.8),
    ("label", 1.0, 10.0, 0.7),
    ("label", 1.7, -5.0, 0.9),
    ("label", 3.0, 8.0, 0.8),
    ("leaves", 0.3, -6.0, 0.8),
    ("leaves", 1.0, 10.0, 0.9),
    ("leaves", 2.2, 3.0, 0.7),
    ("knit", 1.0, -10.0, 0.9),
    ("knit", 1.7, 5.0, 0.8),
];

#[test]
fn known_warps_come_back_to_a_pixel_among_other_things() {
    let names = ["label", "leaves", "knit"];
    for (name, scale, turn, gain) in STAGED {
        let crop = picture(name);
        let others: Vec<Plane> = names.iter().filter(|n| **n != name).map(|n| picture(n)).collect();
        let side = (300.0 + 330.0 * scale) as u32;
        let map = similarity(scale, turn, [side as f32 * 0.52, side as f32 * 0.49]);
        let scene = staged(&crop, &map, (side, side), gain, &[&others[0], &others[1]]);
        let found = find(&crop, None, &scene).unwrap();
        assert!(apart(&found.similarity, &map) < 1.0, "{name} {scale} {turn}: {found:?}");
        assert!(apart(&found.affine, &map) < 1.0, "{name} {scale} {turn}: {found:?}");
        assert!(found.uncertainty < 1.0 && found.inliers >= AGREEING);
    }
}

#[test]
fn what_was_found_can_be_refined_away_from_the_border() {
    let (label, knit) = (picture("label"), picture("knit"));
    let map = similarity(1.2, -7.0, [310.0, 290.0]);
    let scene = staged(&label, &map, (600, 600), 0.8, &[&knit]);
    let found = find(&label, None, &scene).unwrap();
    let inner: Vec<bool> =
        (0..256 * 256).map(|i| (6..250).contains(&(i % 256)) && (6..250).contains(&(i / 256))).collect();
    let better = ecc::align(&label, &scene, Some(&inner), found.similarity, &ecc::Search::default()).unwrap();
    assert!(apart(&better.warp, &map) < 0.1, "{better:?}");
}

#[test]
fn what_is_not_there_is_not_found_and_the_reason_is_said() {
    let [label, leaves, knit, plain] = ["label", "leaves", "knit", "plain"].map(picture);
    let map = similarity(1.0, 3.0, [300.0, 300.0]);
    let scene = staged(&leaves, &map, (600, 600), 0.9, &[&knit]);
    assert_eq!(find(&plain, None, &scene), Err(NotFound::Texture));
    assert_eq!(find(&plain, None, &staged(&plain, &map, (600, 600), 0.9, &[&plain])), Err(NotFound::Texture));
    assert!(matches!(find(&label, None, &scene), Err(NotFound::Unlike | NotFound::Scattered)));
    let fabric = staged(&leaves, &map, (600, 600), 0.9, &[&plain]);
    assert!(matches!(find(&knit, None, &fabric), Err(NotFound::Unlike | NotFound::Scattered)));
    // Masked away, a template has no points.
    assert_eq!(find(&leaves, Some(&vec![false; 256 * 256]), &scene), Err(NotFound::Texture));
    // A fabric at half its size keeps no stitch that is told from its neighbors; then it is not found, rather than at a wrong place.
    let half = similarity(0.5, -10.0, [240.0, 230.0]);
    if let Ok(found) = find(&knit, None, &staged(&knit, &half, (465, 465), 0.9, &[&leaves])) {
        assert!(apart(&found.similarity, &half) < 1.0, "{found:?}");
    }
}
