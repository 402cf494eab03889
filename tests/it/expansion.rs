//! Whether the product grew where a pack painted: pictures in which it visibly did, and in which it did not. Needs the runtime that `make test` fetches.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use image::RgbImage;
use packshot::domain::{
    Digest, GeneratorKind, Outcome, PackRun, Painting, Placement, Segmenter, Stand, Tier, Verdict,
};
use packshot::imaging::composite;
use packshot::inference::{MattingPack, Pack, Runtime, library_in};
use packshot::verify::{self, Input, Policy};

use crate::stage::{Stage, bundled, catalog, root};

const SIZE: u32 = 1000;

/// The pack that votes, as the eye that looks.
fn eye() -> &'static dyn Segmenter {
    static EYE: OnceLock<MattingPack> = OnceLock::new();
    EYE.get_or_init(|| {
        let runtime = Runtime::load(&library_in(root())).unwrap();
        MattingPack::open(Pack::read(&root().join("models/packshot-matte")).unwrap(), &runtime).unwrap()
    })
}

/// A placement that says that a pack painted.
fn painted(placement: &Placement) -> Placement {
    let by = PackRun {
        pack: "x".into(),
        version: "1".into(),
        digest: Digest::of(b"x"),
        provider: "cpu".into(),
        runtime: "x".into(),
    };
    let painting = Painting {
        by,
        prompt: String::new(),
        negative_prompt: String::new(),
        seed: 0,
        steps: 1,
        guidance: 1.0,
        strength: 1.0,
        size: [512; 2],
        inset_px: 8,
    };
    Placement { painted: Some(painting), ..placement.clone() }
}

/// How the product that the networks saw became another: by what it is larger, and by what it is moved, as shares of its height.
#[derive(Clone, Copy)]
struct Growth {
    name: &'static str,
    scale: f32,
    moved: [f32; 2],
}

/// What the autoencoder smears, and nothing at all.
const FAITHFUL: [Growth; 3] = [
    Growth { name: "none", scale: 1.0, moved: [0.0, 0.0] },
    Growth { name: "smeared", scale: 1.012, moved: [0.0, 0.0] },
    Growth { name: "shifted a little", scale: 1.0, moved: [0.008, -0.008] },
];

/// What anybody sees.
const GROWN: [Growth; 4] = [
    Growth { name: "larger", scale: 1.12, moved: [0.0, 0.0] },
    Growth { name: "a tenth taller", scale: 1.0, moved: [0.0, -0.1] },
    Growth { name: "wider on one side", scale: 1.0, moved: [0.1, 0.0] },
    Growth { name: "a second one behind", scale: 1.0, moved: [0.25, -0.05] },
];

/// The picture in which the networks went on with the product so far, and its ground.
fn picture(stage: &Stage, growth: &Growth) -> (RgbImage, RgbImage) {
    let cutout = &stage.product.cut().1;
    let placement = &stage.made.placement;
    let (stand, bounds) = (&placement.stand, cutout.bounds);
    let height = bounds.height as f32 * stand.scale;
    let middle = [bounds.x as f32 + bounds.width as f32 / 2.0, bounds.y as f32 + bounds.height as f32 / 2.0];
    let middle = stand.apply(middle);
    let foot = std::array::from_fn(|i| {
        middle[i] + growth.scale * (stand.foot[i] - middle[i]) + growth.moved[i] * height
    });
    let grown = Placement {
        stand: Stand { scale: stand.scale * growth.scale, foot, ..stand.clone() },
        ..placement.clone()
    };
    let mut ground = stage.made.ground.clone();
    composite::over(&mut ground, &verify::layer(cutout, &grown, &stage.made.ground).unwrap());
    let mut master = ground.clone();
    composite::over(&mut master, &verify::layer(cutout, placement, &ground).unwrap());
    (master, ground)
}

/// What the gate says of it: the verdict, and outcome and value of the check.
fn judged(stage: &Stage, growth: &Growth, eye: Option<&dyn Segmenter>) -> (Verdict, Outcome, f32) {
    let (master, ground) = picture(stage, growth);
    let (photo, cutout) = stage.product.cut();
    let placement = painted(&stage.made.placement);
    let input = Input {
        photo,
        cutout,
        placement: &placement,
        master: &master,
        ground: Some(&ground),
        words: &[],
        kind: GeneratorKind::Scene,
        tier: Tier::Pasted,
        reader: None,
        eye,
        encoded: None,
        full: true,
    };
    let report = verify::verify(&input, &Policy::default()).unwrap().0;
    let check = report.checks.iter().find(|check| check.check == "expansion").unwrap();
    if check.outcome == Outcome::Reject {
        assert!(!check.regions.is_empty(), "where is it?");
    }
    (report.verdict, check.outcome, check.value)
}

/// Measures all products; what it finds is what the limits in `standard.policy.toml` come from.
#[test]
#[ignore = "a quarter of an hour; run it after a change to the eye or the check, and read target/tmp/expansion.tsv"]
fn measure_all_products() {
    let mut table = "product\ttemplate\tgrowth\toutcome\tvalue\n".to_owned();
    for product in catalog() {
        for template in product.templates(1) {
            let stage = product.stage(template, 1, SIZE);
            for growth in FAITHFUL.iter().chain(&GROWN) {
                let (_, outcome, value) = judged(&stage, growth, Some(eye()));
                writeln!(table, "{}\t{template}\t{}\t{outcome:?}\t{value:.4}", product.name, growth.name)
                    .unwrap();
            }
        }
    }
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("expansion.tsv"), table).unwrap();
}

#[test]
fn a_product_that_grew_is_seen_and_one_that_did_not_is_left_alone() {
    for (name, template) in [("tea-carton", "wooden-table"), ("candle-jar", "desk")] {
        let stage = bundled(name).stage(template, 1, SIZE);
        for growth in &FAITHFUL {
            let (verdict, outcome, value) = judged(&stage, growth, Some(eye()));
            assert_eq!(outcome, Outcome::Pass, "{name}, {}: {value}, {verdict:?}", growth.name);
        }
        for growth in &GROWN {
            let (verdict, outcome, value) = judged(&stage, growth, Some(eye()));
            assert!(verdict != Verdict::Pass, "{name}, {}: {outcome:?} {value}", growth.name);
            assert!(matches!(outcome, Outcome::Review | Outcome::Reject), "{name}, {}: {value}", growth.name);
            if name == "candle-jar" && growth.name == "a second one behind" {
                assert_eq!((verdict, outcome), (Verdict::Reject, Outcome::Reject), "{name}: {value}");
            }
        }
    }
}

#[test]
fn where_nobody_looks_a_person_must() {
    let stage = bundled("tea-carton").stage("wooden-table", 1, SIZE);
    let (verdict, outcome, _) = judged(&stage, &FAITHFUL[0], None);
    assert_eq!((verdict, outcome), (Verdict::Review, Outcome::Unknown));
}
