//! Cutouts of bundled photos against their true mattes: the kinds that must never break again.

use std::path::Path;

use packshot::domain::Cutout;
use packshot::error::Code;
use packshot::imaging::codec::{self, Limits};
use packshot::imaging::metrics::matting;
use packshot::imaging::plane::Plane;
use packshot::jobs::pipeline::{self, Called};

fn cut(name: &str) -> (Cutout, Plane, Plane) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/products");
    let bytes = std::fs::read(folder.join(format!("{name}.jpg"))).unwrap();
    let (_, cutout, _) =
        pipeline::cut_out(&bytes, Called { file: name, title: "" }, &Limits::default(), None).unwrap();
    let truth = codec::read_gray(&std::fs::read(folder.join(format!("{name}.alpha.png"))).unwrap()).unwrap();
    let found = Plane {
        width: cutout.rgba.width() as usize,
        height: cutout.rgba.height() as usize,
        data: cutout.rgba.pixels().map(|p| f32::from(p[3]) / 255.0).collect(),
    };
    (cutout, found, Plane::from_gray(&truth))
}

fn check(name: &str, least_iou: f32) {
    let (_, found, truth) = cut(name);
    let iou = matting::iou(&found, &truth);
    assert!(iou >= least_iou, "{name}: IoU {iou}");
}

#[test]
fn print_and_plain_surfaces() {
    check("tea-carton", 0.99);
    check("pump-bottle", 0.985);
}

#[test]
fn polished_metal_with_facets_as_bright_as_the_ground() {
    check("moka-pot", 0.985);
}

#[test]
fn a_side_that_mirrors_the_ground_is_no_shadow() {
    check("gooseneck-kettle", 0.99);
}

/// Share of a part of the picture (left, top, right, bottom, as shares of its sides) that is on the wrong side.
fn wrong_within(name: &str, [left, top, right, bottom]: [f32; 4]) -> f32 {
    let (_, found, truth) = cut(name);
    let along = |from: f32, to: f32, side: usize| (from * side as f32) as usize..(to * side as f32) as usize;
    let rows = along(top, bottom, truth.height);
    let pixels = rows.flat_map(|y| along(left, right, truth.width).map(move |x| (x, y)));
    let wrong = |(x, y): &(usize, usize)| {
        let i = y * truth.width + x;
        (found.data[i] - truth.data[i]).abs() > 0.5
    };
    pixels.clone().filter(wrong).count() as f32 / pixels.count() as f32
}

#[test]
fn a_white_lace_in_its_own_shade_stays() {
    let wrong = wrong_within("canvas-sneaker", [0.40, 0.28, 0.56, 0.44]);
    assert!(wrong < 0.008, "{wrong}");
}

#[test]
fn the_shaded_rim_of_a_saucer_stays() {
    let wrong = wrong_within("potted-plant", [0.25, 0.86, 0.75, 0.92]);
    assert!(wrong < 0.005, "{wrong}");
}

#[test]
fn shade_beside_a_foot_is_no_foot() {
    let wrong = wrong_within("wood-stool", [0.74, 0.79, 0.80, 0.86]);
    assert!(wrong < 0.02, "{wrong}");
}

#[test]
fn ground_below_a_white_sole_is_no_sole() {
    check("canvas-sneaker", 0.99);
    check("folded-tshirt", 0.99);
}

#[test]
fn white_cloth_among_terry_has_no_seam() {
    check("towel-stack", 0.985);
    let wrong = wrong_within("towel-stack", [0.35, 0.27, 0.93, 0.33]);
    assert!(wrong < 0.006, "{wrong}");
}

#[test]
fn nothing_floats_below_a_hem() {
    let (_, found, truth) = cut("knit-beanie");
    let lowest = |plane: &Plane| {
        (0..plane.height)
            .rev()
            .find(|y| (0..plane.width).any(|x| plane.data[y * plane.width + x] > 0.5))
            .unwrap()
    };
    assert!(lowest(&found) <= lowest(&truth) + 3, "{} {}", lowest(&found), lowest(&truth));
}

#[test]
fn ground_behind_single_hairs_is_open_and_a_person_looks() {
    let (cutout, found, truth) = cut("wig-stand");
    assert!(matting::iou(&found, &truth) > 0.97);
    assert!(cutout.confidence < 0.5, "{}", cutout.confidence);
    assert!(cutout.notices.iter().any(|n| n.message.contains("hair")), "{:?}", cutout.notices);
}

#[test]
fn what_is_called_sheer_is_sent_to_a_person() {
    let bytes =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/products/sheer-scarf.jpg"))
            .unwrap();
    let title = "Lumen silk organza scarf";
    let (_, cutout, _) =
        pipeline::cut_out(&bytes, Called { file: "a.jpg", title }, &Limits::default(), None).unwrap();
    assert!(cutout.confidence < 0.5);
    assert!(cutout.notices.iter().any(|n| n.message.contains("organza")), "{:?}", cutout.notices);
}

#[test]
fn white_on_white_with_a_handle_hole() {
    check("white-mug", 0.98);
}

#[test]
fn the_contact_shadow_under_it_is_ground() {
    check("plush-bear", 0.985);
    check("headphones", 0.975);
}

#[test]
fn the_bend_of_the_sweep_beside_it_is_ground() {
    check("soda-can", 0.98);
}

#[test]
fn holes_between_handles_are_open() {
    check("handbag", 0.985);
}

#[test]
fn glass_is_sent_to_a_person_with_a_reason() {
    let (cutout, ..) = cut("glass-carafe");
    assert!(cutout.confidence < 0.5, "{}", cutout.confidence);
    assert!(cutout.notices.iter().any(|n| n.code == Code::MatteUncertain), "{:?}", cutout.notices);
}
