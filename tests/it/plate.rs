//! Reading a background picture, held against what is known of the bundled plates; and pictures with a known horizon.

use std::fs;
use std::process::Command;

use image::RgbImage;
use packshot::domain::{KeySide, Plate};
use packshot::ingest::plate::{self, Given, SURE};

use serde_json::Value;

use crate::stage::{library, root};

/// Where the ground begins in the middle of a plate, as a fraction of the height.
fn true_edge(plate: &Plate) -> f32 {
    let ground = &plate.ground;
    let mut tops: Vec<u32> = (ground.width() / 4..3 * ground.width() / 4)
        .filter_map(|x| (0..ground.height()).find(|y| ground.get_pixel(x, *y)[0] > 127))
        .collect();
    tops.sort_unstable();
    tops[tops.len() / 2] as f32 / ground.height() as f32
}

fn true_horizon(plate: &Plate) -> f32 {
    let camera = &plate.template.camera;
    let slope = camera.rotation[4] / camera.rotation[5];
    (camera.cy - camera.fy * slope) / plate.image.height() as f32
}

#[test]
fn what_is_sure_of_the_bundled_plates_is_right() {
    let (mut edges, mut sides, mut wrong) = (0, 0, Vec::new());
    for scene in library().scenes() {
        let plate = library().plate(&scene.name).unwrap();
        let reading = plate::read(&plate.image, &Given::default()).unwrap();
        let (edge, horizon) = (true_edge(&plate), true_horizon(&plate));
        let side = if scene.lights[0].direction[0] < 0.0 { KeySide::Left } else { KeySide::Right };
        let line = format!(
            "{}: edge {:.2} ({:.2}) for {edge:.2}, horizon {:.2} ({:.2}) for {horizon:.2}, light {:?} ({:.2}) for {side:?}, cast {:.2?} for {:.2?}",
            scene.name,
            reading.back(),
            reading.edge.confidence,
            reading.horizon.value,
            reading.horizon.confidence,
            reading.light.value,
            reading.light.confidence,
            reading.cast,
            scene.gray_card.color.map(|v| v / (scene.gray_card.color.iter().sum::<f32>() / 3.0)),
        );
        edges += u32::from(reading.edge.confidence >= SURE);
        sides += u32::from(reading.light.confidence >= SURE);
        let fine = (reading.edge.confidence < SURE || (reading.back() - edge).abs() < 0.03)
            && (reading.horizon.confidence < SURE || (reading.horizon.value - horizon).abs() < 0.08)
            && (reading.light.confidence < SURE || reading.light.value == side);
        if !fine {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(edges >= 9 && sides >= 6, "sure of {edges} edges and {sides} sides only");
}

/// Boards that run away to the horizon at `horizon` (a fraction of the height), below a wall that ends at `back`.
fn boards(horizon: f32, back: f32) -> RgbImage {
    let (width, height) = (960.0f32, 720.0f32);
    RgbImage::from_fn(960, 720, |x, y| {
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        if y < back * height {
            return image::Rgb([206, 210, 214]);
        }
        let across = (x - width * 0.45) / (y - horizon * height) * 9.0;
        let (board, within) = (across.floor(), across - across.floor());
        let tone = 120.0 + 14.0 * (board * 12.9898).sin() - if within < 0.06 { 60.0 } else { 0.0 };
        image::Rgb([tone as u8, (tone * 0.8) as u8, (tone * 0.6) as u8])
    })
}

#[test]
fn boards_that_run_away_tell_the_horizon() {
    for (horizon, back) in [(0.15, 0.5), (-0.3, 0.3), (0.3, 0.45)] {
        let reading = plate::read(&boards(horizon, back), &Given::default()).unwrap();
        assert!(reading.horizon.confidence >= SURE, "{reading:?}");
        assert!((reading.horizon.value - horizon).abs() < 0.03, "{horizon}: {:?}", reading.horizon);
        assert!((reading.back() - back).abs() < 0.02, "{back}: {}", reading.back());
    }
}

#[test]
fn a_background_of_ones_own_becomes_a_template_once_what_is_unsure_was_said() {
    let home = tempfile::tempdir().unwrap();
    let scenes = home.path().join("templates/scenes");
    fs::create_dir_all(&scenes).unwrap();
    fs::create_dir_all(home.path().join("templates/channels")).unwrap();
    let picture = home.path().join("terrace.png");
    boards(0.1, 0.5).save(&picture).unwrap();
    let run = |arguments: &[&str]| -> (i32, Value) {
        let output = Command::new(env!("CARGO_BIN_EXE_packshot"))
            .args(arguments)
            .env("PACKSHOT_HOME", home.path())
            .env("PACKSHOT_VOTE", "none")
            .output()
            .unwrap();
        let line = output.stdout.split(|b| *b == b'\n').next().unwrap();
        (output.status.code().unwrap(), serde_json::from_slice(line).unwrap_or_default())
    };
    let add = |more: &[&str]| run(&[&["templates", "add", picture.to_str().unwrap()], more].concat());

    let (status, line) = add(&["--name", "our-terrace"]);
    assert_eq!((status, line["error"]["code"].as_str()), (1, Some("template_unsure")), "{line}");
    assert!(line["error"]["message"].as_str().unwrap().contains("width (guess"), "{line}");
    assert!(!scenes.join("our-terrace").exists());

    let (status, line) = add(&["--name", "our-terrace", "--width-cm", "90", "--light", "left"]);
    assert_eq!((status, line["status"].as_str()), (0, Some("added")), "{line}");
    assert!((line["read"]["horizon"]["value"].as_f64().unwrap() - 0.1).abs() < 0.03, "{line}");
    assert_eq!(run(&["templates", "check"]).0, 0);
    let carton = root().join("fixtures/products/tea-carton.jpg");
    let out = home.path().join("out");
    let scene = ["scene", carton.to_str().unwrap(), "--template", "our-terrace", "--size", "600", "--out"];
    let (status, line) = run(&[&scene[..], &[out.to_str().unwrap()]].concat());
    assert_eq!((status, line["template"].as_str()), (0, Some("our-terrace")), "{line}");

    let files = || -> Vec<_> {
        let folder = fs::read_dir(scenes.join("our-terrace")).unwrap();
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let before = files();
    boards(0.2, 0.6).save(&picture).unwrap();
    assert_eq!(add(&["--name", "our-terrace", "--width-cm", "90", "--light", "left", "--replace"]).0, 0);
    let now = files();
    assert_eq!(now.len(), 4, "{now:?}");
    // A picture that a killed run had left would be no picture of the template that is there.
    assert!(now.iter().all(|name| name == "template.toml" || !before.contains(name)), "{before:?} {now:?}");
    assert_eq!(run(&["templates", "check"]).0, 0);

    for (more, code) in [
        (&["--name", "our-terrace", "--accept"][..], "template_exists"),
        (&["--name", "Our Terrace", "--accept"], "template_invalid"),
        (&["--name", "sky", "--accept", "--horizon", "0.8"], "template_invalid"),
        (&["--name", "far", "--accept", "--width-cm", "0"], "config_invalid"),
    ] {
        let (status, line) = add(more);
        assert!(status > 0 && line["error"]["code"] == code, "{line}");
    }
    fs::write(&picture, b"<html>").unwrap();
    assert_eq!(add(&["--name", "page", "--accept"]).1["error"]["code"], "format_unsupported");
}
