//! Bundled products standing in scenes, for tests of the gate: photo, cutout, candidate, and the product as a layer of its own that a test can
//! spoil and lay over the scene's ground again. Knows no defect.

use std::fs::{self, File};
use std::path::Path;
use std::sync::OnceLock;

use image::RgbImage;
use packshot::domain::{
    Candidate, Cutout, FidelityReport, GeneratorKind, Overrides, Photo, Placement, Plate, SceneRequest, Tier,
    candidate_seed, choose,
};
use packshot::generate::{self, Input as PlanInput};
use packshot::imaging::codec::Limits;
use packshot::imaging::composite;
use packshot::imaging::warp::Layer;
use packshot::ingest::manifest::{Manifest, Photos};
use packshot::jobs::library::TemplateLibrary;
use packshot::jobs::pipeline::{self, Called};
use packshot::verify::{self, Input, Policy};

/// The checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The real templates.
pub(crate) fn library() -> &'static TemplateLibrary {
    static LIBRARY: OnceLock<TemplateLibrary> = OnceLock::new();
    LIBRARY.get_or_init(|| TemplateLibrary::open(&root().join("templates")).unwrap())
}

/// One row of the bundled catalog; its photo is cut out when it is first asked for.
pub(crate) struct Bundled {
    /// File name without ending.
    pub(crate) name: String,
    sku: String,
    category: String,
    width_m: Option<f32>,
    cut: OnceLock<(Photo, Cutout)>,
}

/// The whole bundled catalog.
pub(crate) fn catalog() -> &'static [Bundled] {
    static CATALOG: OnceLock<Vec<Bundled>> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let file = File::open(root().join("fixtures/products/catalog.csv")).unwrap();
        let rows = Manifest::open(file, "catalog.csv", Photos::Required).unwrap();
        rows.map(|row| {
            let row = row.unwrap();
            Bundled {
                name: row.photos[0].trim_end_matches(".jpg").to_owned(),
                sku: row.product.sku,
                category: row.product.category,
                width_m: row.product.width_m,
                cut: OnceLock::new(),
            }
        })
        .collect()
    })
}

/// A bundled product by file name.
pub(crate) fn bundled(name: &str) -> &'static Bundled {
    catalog().iter().find(|product| product.name == name).unwrap()
}

impl Bundled {
    /// It with another photo of it, in bytes.
    pub(crate) fn with_photo(&self, bytes: &[u8]) -> Bundled {
        let (photo, cutout, _) =
            pipeline::cut_out(bytes, Called { file: &self.name, title: "" }, &Limits::default(), None)
                .unwrap();
        let (name, sku, category) = (self.name.clone(), self.sku.clone(), self.category.clone());
        Bundled { name, sku, category, width_m: self.width_m, cut: OnceLock::from((photo, cutout)) }
    }

    /// It with a cutout of this confidence.
    pub(crate) fn with_confidence(&self, confidence: f32) -> Bundled {
        let (photo, cutout) = self.cut().clone();
        let cut = OnceLock::from((photo, Cutout { confidence, ..cutout }));
        let (name, sku, category) = (self.name.clone(), self.sku.clone(), self.category.clone());
        Bundled { name, sku, category, width_m: self.width_m, cut }
    }

    /// Its photo and cutout.
    pub(crate) fn cut(&self) -> &(Photo, Cutout) {
        self.cut.get_or_init(|| {
            let file = format!("{}.jpg", self.name);
            let bytes = fs::read(root().join("fixtures/products").join(&file)).unwrap();
            let (photo, cutout, _) =
                pipeline::cut_out(&bytes, Called { file: &file, title: "" }, &Limits::default(), None)
                    .unwrap();
            (photo, cutout)
        })
    }

    /// The scene templates that suit it best.
    pub(crate) fn templates(&self, count: usize) -> Vec<&'static str> {
        let bounds = self.cut().1.bounds;
        let height_m = self.width_m.map(|width| width * bounds.height as f32 / bounds.width as f32);
        let chosen = choose(&library().scenes(), &self.sku, &self.category, height_m, count, |_| 0.0);
        chosen.into_iter().map(|template| template.name.as_str()).collect()
    }

    /// It in a template, `size` pixels square.
    pub(crate) fn stage(&'static self, template: &str, seed: u64, size: u32) -> Stage {
        let plate = library().plate(template).unwrap();
        self.made(template, Some(plate.as_ref()), seed, size)
    }

    /// Its white main image, `size` pixels square.
    pub(crate) fn on_white(&'static self, size: u32) -> Stage {
        self.made("white", None, 1, size)
    }

    fn made(&'static self, template: &str, plate: Option<&Plate>, seed: u64, size: u32) -> Stage {
        let (photo, cutout) = self.cut();
        let kind = if plate.is_some() { GeneratorKind::Scene } else { GeneratorKind::Packshot };
        let request = SceneRequest {
            width: size,
            height: size,
            exact: true,
            index: 0,
            width_m: self.width_m,
            category: self.category.clone(),
            overrides: Overrides::default(),
        };
        let digest = photo.pixel_digest;
        let seed = candidate_seed(seed, &digest, &plate.map_or(digest, |plate| plate.digest), 0, 0);
        let input = PlanInput { cutout, photo: digest, plate, request: &request, seed };
        let generator = generate::of(kind);
        let (placement, _) = generator.plan(&input).unwrap();
        let made = generator.render(cutout, plate, &placement).unwrap();
        Stage { product: self, template: template.to_owned(), kind, layer: OnceLock::new(), made }
    }
}

/// An honest candidate with what it was made from.
pub(crate) struct Stage {
    pub(crate) product: &'static Bundled,
    pub(crate) template: String,
    kind: GeneratorKind,
    layer: OnceLock<Layer>,
    pub(crate) made: Candidate,
}

impl Stage {
    /// The product alone, as it stands in the candidate.
    pub(crate) fn layer(&self) -> Layer {
        self.layer.get_or_init(|| self.placed()).clone()
    }

    fn placed(&self) -> Layer {
        verify::layer(&self.product.cut().1, &self.made.placement, &self.made.ground).unwrap()
    }

    /// The same without contact, shadow and reflection; its placement and ground agree with that.
    pub(crate) fn without_shadow(&self) -> Stage {
        let mut placement = self.made.placement.clone();
        (placement.contact.strength, placement.contact.ambient) = (0.0, 0.0);
        placement.contact.natural = 0.0;
        (placement.shadow.tint, placement.reflection.strength) = ([1.0; 3], 0.0);
        let plate = library().plate(&self.template).unwrap();
        let generator = generate::of(GeneratorKind::Scene);
        let made = generator.render(&self.product.cut().1, Some(plate.as_ref()), &placement).unwrap();
        let (template, layer) = (self.template.clone(), OnceLock::new());
        Stage { product: self.product, template, kind: self.kind, layer, made }
    }

    /// A layer over the candidate's ground.
    pub(crate) fn over_ground(&self, layer: &Layer) -> RgbImage {
        let mut master = self.made.ground.clone();
        composite::over(&mut master, layer);
        master
    }

    /// What the gate says of `master` without a placement and without its ground, if that is not plain white; `None` if the product is not found.
    pub(crate) fn search(&self, master: &RgbImage) -> Option<FidelityReport> {
        let (photo, cutout) = self.product.cut();
        let placement = verify::locate(cutout, photo.pixel_digest, master).ok()?;
        let ground = (self.kind == GeneratorKind::Packshot).then_some(&self.made.ground);
        Some(self.report(master, &placement, ground, Tier::Relit))
    }

    /// What the gate says of `master`, if it was made by `placement`.
    pub(crate) fn judge(&self, master: &RgbImage, placement: &Placement) -> FidelityReport {
        self.report(master, placement, Some(&self.made.ground), Tier::Pasted)
    }

    fn report(
        &self,
        master: &RgbImage,
        placement: &Placement,
        ground: Option<&RgbImage>,
        tier: Tier,
    ) -> FidelityReport {
        let (photo, cutout) = self.product.cut();
        let (kind, reader, eye, encoded, full) = (self.kind, None, None, None, true);
        let input = Input {
            photo,
            cutout,
            placement,
            master,
            ground,
            words: &[],
            kind,
            tier,
            reader,
            eye,
            encoded,
            full,
        };
        verify::verify(&input, &Policy::default()).unwrap().0
    }
}
