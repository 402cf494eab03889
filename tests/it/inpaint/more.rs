//! Networks that were not trained to inpaint (four channels), and such that were distilled to a few steps and are told the guidance scale: exports of tiny ones
//! become packs and make what diffusers' loop made of the same graphs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::add::{home, packs};
use super::{TOLERANCE, array, copy, line, off, params, root};

/// The export of that name as a pack, then every recorded case of it.
fn paints_as_diffusers(name: &str, wanted: usize) {
    let home = home();
    let export = root().join("fixtures/packs").join(name);
    let license = ["--license", "MIT OR Apache-2.0", "--license-class", "commercial"];
    let output = packs(&home, &[&["add", export.to_str().unwrap()][..], &license].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(packs(&home, &["check", name]).status.code(), Some(0));
    let (mut seen, mut report) = (0, "case\tlatents\timage\n".to_owned());
    for case in fs::read_dir(root().join("fixtures/diffusion").join(name)).unwrap() {
        let case = case.unwrap().path();
        let out = tempfile::tempdir().unwrap();
        let [inputs, made] = [&case, out.path()].map(|path: &Path| path.to_str().unwrap());
        let output = packs(&home, &["run", name, "--inputs", inputs, "--out", made]);
        assert_eq!(output.status.code(), Some(0), "{}: {output:?}", case.display());
        assert_eq!(line(&output)["outputs"], json!(["latents.npy", "image.npy"]));
        let [latents, image] = ["latents.npy", "image.npy"]
            .map(|file| off(&array(&out.path().join(file)), &array(&case.join("expected").join(file))));
        writeln!(report, "{}\t{latents:.1e}\t{image:.1e}", case.file_name().unwrap().to_string_lossy())
            .unwrap();
        assert!(latents <= TOLERANCE && image <= TOLERANCE, "{}: {latents}, {image}", case.display());
        seen += 1;
    }
    assert_eq!(seen, wanted);
    fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.tsv")), report).unwrap();
}

#[test]
fn four_channels_as_diffusers() {
    paints_as_diffusers("inpaint-four", 8);
}

#[test]
fn few_steps_with_the_scale_told_as_diffusers() {
    paints_as_diffusers("inpaint-lcm", 8);
    // The scale must reach the network, or the cases show nothing.
    let home = home();
    let export = root().join("fixtures/packs/inpaint-lcm");
    packs(&home, &["add", export.to_str().unwrap()]);
    let with = |guidance: f32| {
        let [inputs, out] = [0; 2].map(|_| tempfile::tempdir().unwrap());
        copy(&root().join("fixtures/diffusion/inpaint-lcm/wide-1-few"), inputs.path());
        params(&inputs, &json!({"prompt": "a mug", "steps": 3, "guidance": guidance}));
        let [from, to] = [&inputs, &out].map(|folder| folder.path().to_str().unwrap());
        let output = packs(&home, &["run", "inpaint-lcm", "--inputs", from, "--out", to]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        array(&out.path().join("image.npy"))
    };
    assert!(off(&with(1.0), &with(4.0)) > TOLERANCE);
}
