//! One thing is changed in a candidate; the rest is kept to the last bit.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use packshot::domain::{GeneratorKind, KeySide, Overrides, Placement, Plate, SceneRequest, candidate_seed};
use packshot::error::Problem;
use packshot::generate::{self, Input};
use serde_json::Value;

use crate::stage::{bundled, library, root};

const SIZE: u32 = 700;

fn request(overrides: Overrides) -> SceneRequest {
    SceneRequest {
        width: SIZE,
        height: SIZE,
        exact: true,
        index: 0,
        width_m: Some(0.1),
        category: "food".into(),
        overrides,
    }
}

/// A carton on the wooden table, then with `change`, on `plate`.
fn changed(plate: &Plate, change: Overrides) -> (Placement, Placement, Vec<Problem>) {
    let product = bundled("tea-carton");
    let old = product.stage("wooden-table", 3, SIZE).made.placement;
    let (photo, cutout) = product.cut();
    let request = request(change);
    let seed = candidate_seed(3, &photo.pixel_digest, &plate.digest, 0, 0);
    let input = Input { cutout, photo: photo.pixel_digest, plate: Some(plate), request: &request, seed };
    let (new, notices) = generate::refine(GeneratorKind::Scene, &input, &old).unwrap();
    (old, new, notices)
}

fn on_the_same_plate(change: Overrides) -> (Placement, Placement, Vec<Problem>) {
    changed(&library().plate("wooden-table").unwrap(), change)
}

#[test]
fn nothing_changed_is_the_same_placement() {
    let (old, new, notices) = on_the_same_plate(Overrides::default());
    assert_eq!(old, new);
    assert!(notices.is_empty(), "{notices:?}");
}

#[test]
fn each_change_reaches_its_own_numbers_only() {
    let change = |f: &dyn Fn(&mut Overrides)| {
        let mut change = Overrides::default();
        f(&mut change);
        let (old, new, _) = on_the_same_plate(change);
        (old, new)
    };
    let (old, new) = change(&|c| c.gain = Some(1.1));
    assert_eq!(Placement { gains: old.gains, ..new.clone() }, old);
    assert!((new.gains[1] / old.gains[1] - 1.1).abs() < 1e-4);

    let (mut old, new) = change(&|c| c.rotation_deg = Some(4.0));
    old.stand.rotation_deg = 4.0;
    // A turned product has turned away from its own shade.
    assert!(old.contact.natural > 0.0 && new.contact.natural == 0.0);
    assert_eq!(Placement { contact: old.contact.clone(), ..new }, old);

    let (mut old, new) = change(&|c| c.foot = Some([0.4, 0.8]));
    old.stand.foot = new.stand.foot;
    assert_eq!(old, new);
    assert!((new.stand.foot[0] - 0.4 * SIZE as f32).abs() < 1e-3);

    let (old, new) = change(&|c| c.shadow = Some(0.5));
    assert_eq!((&old.stand, &old.plate, old.gains), (&new.stand, &new.plate, new.gains));
    assert!(new.shadow.tint[1] > old.shadow.tint[1] + 0.1 && new.shadow.light == old.shadow.light);

    let (old, new) = change(&|c| c.height = Some(0.3));
    assert_eq!((old.stand.foot, &old.plate, old.shadow.tint), (new.stand.foot, &new.plate, new.shadow.tint));
    assert!(new.stand.scale < old.stand.scale);
}

#[test]
fn light_from_the_other_side_turns_the_plate_over_and_the_foot_with_it() {
    let (old, _, _) = on_the_same_plate(Overrides::default());
    let side = if old.shadow.light[0] > 0.0 { KeySide::Left } else { KeySide::Right };
    let (old, new, _) = on_the_same_plate(Overrides { light: Some(side), ..Overrides::default() });
    let (before, after) = (old.plate.unwrap(), new.plate.unwrap());
    assert_eq!((before.x, before.y, before.width), (after.x, after.y, after.width));
    assert_ne!(before.mirrored, after.mirrored);
    assert!((new.shadow.light[0] + old.shadow.light[0]).abs() < 1e-6);
    assert!((new.stand.foot[0] - (SIZE as f32 - old.stand.foot[0])).abs() < 1e-3);
    assert_eq!(old.stand.scale, new.stand.scale);
}

#[test]
fn another_template_keeps_the_size_in_the_frame() {
    let plate = library().plate("marble-shelf").unwrap();
    let (old, new, _) = changed(&plate, Overrides::default());
    assert_eq!(old.stand.scale, new.stand.scale);
    assert_eq!(new.plate.unwrap().template, "marble-shelf");
}

fn packshot(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_packshot")).args(arguments).output().unwrap()
}

fn only_line(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_command_finds_receipt_and_photo_and_verifies_again() {
    let folder = tempfile::tempdir().unwrap();
    let (first, out) = (folder.path().join("first"), folder.path().join("out"));
    let photos = root().join("fixtures/products");
    let photo = photos.join("tea-carton.jpg");
    packshot(&["scene", text(&photo), "--template", "podium", "--size", "700", "--out", text(&first)]);
    let picture = first.join("tea-carton.podium.01.jpg");
    let catalog = photos.join("catalog.csv");
    let refine = |source: &Path, change: &[&str]| {
        let arguments = ["refine", text(&picture), "--source", text(source), "--out", text(&out)];
        packshot(&[&arguments[..], change].concat())
    };
    let line = only_line(&refine(&catalog, &["--rotation", "3"]));
    assert_eq!(line["status"], "passed", "{line}");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let old = read(&first.join("tea-carton.podium.01.receipt.json"));
    let new = read(Path::new(line["receipt"].as_str().unwrap()));
    assert_eq!(new["refined_from"], old["master"]);
    assert_eq!(new["placement"]["stand"]["rotation_deg"], 3.0);
    assert_eq!(new["placement"]["stand"]["foot"], old["placement"]["stand"]["foot"]);

    let line = only_line(&refine(&photos.join("soda-can.jpg"), &["--rotation", "3"]));
    assert_eq!(line["error"]["code"], "source_mismatch", "{line}");
    let line = only_line(&refine(&photo, &["--scale", "7"]));
    assert_eq!(line["error"]["code"], "placement_invalid", "{line}");
    assert_eq!(refine(&photo, &[]).status.code(), Some(2));
    // `out/*` names picture and receipt: one picture is made.
    let receipt = first.join("tea-carton.podium.01.receipt.json");
    let both = ["refine", text(&picture), text(&receipt), "--source", text(&photo), "--gain", "1.1", "--out"];
    assert_eq!(only_line(&packshot(&[&both[..], &[text(&out)]].concat()))["status"], "passed");
    fs::remove_file(first.join("tea-carton.podium.01.receipt.json")).unwrap();
    let line = only_line(&refine(&photo, &["--rotation", "3"]));
    assert_eq!(line["error"]["code"], "file_missing", "{line}");
}
