//! Which template suits which product. Knows no pixels.

use super::{Digest, SceneTemplate};

/// How well a template suits a product; larger is better, below 0 it does not. `height_m` is the product's height in meters, if known.
pub fn suitability(template: &SceneTemplate, category: &str, height_m: Option<f32>) -> f32 {
    let made_for = category.is_empty() || template.categories.iter().any(|c| c == category);
    let size = match (height_m, template.anchors.first()) {
        (Some(height), Some(anchor)) => {
            let [low, high] = anchor.size_m;
            let misfit = (height / high).max(low / height).max(1.0).ln();
            let middle = (low * high).sqrt();
            -4.0 * misfit - 0.3 * (height / middle).ln().abs()
        }
        _ => 0.0,
    };
    if made_for { 1.0 + size } else { size - 1.0 }
}

/// The `count` best templates for a product, best first. Among templates that suit about equally the SKU decides, so that a catalog spreads
/// over all of them. `leaning` says what each template's name gains or loses: a market's wishes, or nothing.
pub fn choose<'a>(
    templates: &[&'a SceneTemplate],
    sku: &str,
    category: &str,
    height_m: Option<f32>,
    count: usize,
    leaning: impl Fn(&str) -> f32,
) -> Vec<&'a SceneTemplate> {
    let mut ranked: Vec<_> = templates
        .iter()
        .map(|template| {
            let lot = Digest::of(format!("{sku}\n{}", template.name).as_bytes()).bytes()[0];
            let suits = suitability(template, category, height_m) + leaning(&template.name);
            let score = suits + f32::from(lot) / 255.0 * 0.6;
            (score, *template)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    ranked.into_iter().take(count).map(|(_, template)| template).collect()
}
