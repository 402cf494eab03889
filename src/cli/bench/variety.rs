//! How many backgrounds of a catalog a customer would call the same, and how evenly templates are used. Knows no true matte and no verdict.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::json;

use super::super::items::Item;
use super::super::{OK, Session, output};
use super::{cut, median};
use crate::app;
use crate::domain::{Cutout, GeneratorKind, Overrides, Photo, SceneRequest, candidate_seed, choose};
use crate::error::{Code, Problem};
use crate::generate::{self, Input};
use crate::imaging::metrics::alike::Glance;
use crate::jobs::library::TemplateLibrary;

/// Pictures of each product.
const SCENES: usize = 4;
/// Side of the pictures, pixels: enough for a glance.
const SIZE: u32 = 320;
/// Mean ΔE00 at a glance up to which two backgrounds are called the same: chosen, not judged by people; about three times what the most alike crops of a catalog differ by.
const SAME: f32 = 5.0;

/// One background.
struct Seen {
    sku: String,
    template: String,
    glance: Glance,
}

/// Puts `products` products, the bundled ones over and over under other SKUs, into the templates that suit them.
pub(super) fn run(session: &Session, items: &[Item], products: usize, details: bool) -> Result<u8, Problem> {
    let (library, opinion) = (app::library()?, session.opinion()?);
    let cutouts = items
        .par_iter()
        .map(|item| cut(item, opinion.as_deref()).map(|(photo, cutout, _)| (photo, cutout)))
        .collect::<Result<Vec<_>, Problem>>()?;
    let seen: Vec<Seen> = (0..products)
        .into_par_iter()
        .map(|k| backgrounds(&library, &items[k % items.len()], &cutouts[k % items.len()], k / items.len()))
        .collect::<Result<Vec<_>, Problem>>()?
        .into_iter()
        .flatten()
        .collect();
    templates(&seen);
    let own: Vec<f32> = nearest(&seen, |a, b| a.sku == b.sku);
    let others: Vec<f32> = nearest(&seen, |a, b| a.sku != b.sku);
    told("among the pictures of the same product", own);
    told("among those of all other products", others);
    if details {
        close_pairs(&seen);
    }
    Ok(OK)
}

/// The backgrounds of one product.
fn backgrounds(
    library: &TemplateLibrary,
    item: &Item,
    (photo, cutout): &(Photo, Cutout),
    round: usize,
) -> Result<Vec<Seen>, Problem> {
    let product = &item.product;
    let sku = if round == 0 { product.sku.clone() } else { format!("{}-{round}", product.sku) };
    let height_m =
        product.width_m.map(|width| width * cutout.bounds.height as f32 / cutout.bounds.width as f32);
    let wrong = |message: String| Problem::new(Code::PlacementInvalid, &sku, message);
    let mut seen = Vec::new();
    for template in choose(&library.scenes(), &sku, &product.category, height_m, SCENES, |_| 0.0) {
        let plate = library.plate(&template.name)?;
        let request = SceneRequest {
            width: SIZE,
            height: SIZE,
            exact: true,
            index: round as u32,
            width_m: product.width_m,
            category: product.category.clone(),
            overrides: Overrides::default(),
        };
        let digest = photo.pixel_digest;
        let seed = candidate_seed(1, &digest, &plate.digest, round as u32, 0);
        let input = Input { cutout, photo: digest, plate: Some(&plate), request: &request, seed };
        let generator = generate::of(GeneratorKind::Scene);
        let made = generator
            .plan(&input)
            .and_then(|(placement, _)| generator.render(cutout, Some(&plate), &placement))
            .map_err(|error| wrong(error.to_string()))?;
        let glance = Glance::of(&made.ground).map_err(|error| wrong(error.to_string()))?;
        seen.push(Seen { sku: sku.clone(), template: template.name.clone(), glance });
    }
    Ok(seen)
}

/// For each background that has some to compare with, how far the most alike of them is.
fn nearest(seen: &[Seen], concerns: impl Fn(&Seen, &Seen) -> bool + Sync) -> Vec<f32> {
    let of = |k: usize| {
        let others = seen.iter().enumerate().filter(|(j, other)| *j != k && concerns(&seen[k], other));
        others.map(|(_, other)| seen[k].glance.difference(&other.glance)).reduce(f32::min)
    };
    (0..seen.len()).into_par_iter().filter_map(of).collect()
}

fn told(among: &str, mut nearest: Vec<f32>) {
    let same = nearest.iter().filter(|difference| **difference <= SAME).count();
    let share = same as f32 / nearest.len().max(1) as f32 * 100.0;
    output::line(&format!(
        "with a near-duplicate {among}: {same} of {}, {share:.0} %; the most alike differs by ΔE00 {:.1} in the median",
        nearest.len(),
        median(&mut nearest)
    ));
}

/// How often each template is used, and how many templates used evenly would be as varied.
fn templates(seen: &[Seen]) {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    seen.iter().for_each(|one| *uses.entry(&one.template).or_default() += 1);
    let all = seen.len().max(1) as f32;
    let mut ranked: Vec<_> = uses.iter().collect();
    ranked.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
    for (name, count) in &ranked {
        output::line(&format!("{name:<20} {count:>5}  {:>4.1} %", **count as f32 / all * 100.0));
    }
    let entropy: f32 = uses.values().map(|count| *count as f32 / all).map(|share| -share * share.ln()).sum();
    output::line(&format!(
        "{} pictures in {} templates, as varied as {:.1} used evenly",
        seen.len(),
        uses.len(),
        entropy.exp()
    ));
}

/// A line for each pair that is alike, the most alike first.
fn close_pairs(seen: &[Seen]) {
    let mut pairs: Vec<(f32, usize, usize)> = (0..seen.len())
        .flat_map(|a| (a + 1..seen.len()).map(move |b| (a, b)))
        .map(|(a, b)| (seen[a].glance.difference(&seen[b].glance), a, b))
        .filter(|(difference, _, _)| *difference <= 2.0 * SAME)
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (difference, a, b) in pairs {
        let of = |k: usize| json!({"sku": seen[k].sku, "template": seen[k].template});
        output::line(&json!({"difference": difference, "a": of(a), "b": of(b)}).to_string());
    }
}
