//! Which template suits which product. Knows no pixels.

use super::{Digest, SceneTemplate};

/// A thing that lies flat is photographed from so many degrees above at least, or nothing of it is seen.
pub const LYING_PITCH_DEG: f32 = 20.0;

/// How far the template's camera looks down at where things stand, in degrees.
pub fn looks_down_deg(template: &SceneTemplate) -> f32 {
    template.anchors.first().map_or(0.0, |anchor| template.camera.pitch_to(anchor.position))
}

/// What a template loses for a product that lies flat, at most 0: a camera that looks down too little would see it as a strip.
pub fn leaning_for_lying(template: &SceneTemplate) -> f32 {
    // As much as the wrong category for a camera at eye level.
    2.0 * (looks_down_deg(template) / LYING_PITCH_DEG - 1.0).clamp(-1.0, 0.0)
}

/// How many times larger or smaller than what a template was made for a product may be, and still stand there believably.
const FITS: f32 = 1.35;

/// Whether a product can be where a template is at all: made for its category, and for about its size. A stool does not stand on a worktop, whatever a
/// market likes.
fn is_plausible(template: &SceneTemplate, category: &str, height_m: Option<f32>) -> bool {
    is_made_for(template, category) && misfit(template, height_m) <= FITS
}

fn is_made_for(template: &SceneTemplate, category: &str) -> bool {
    category.is_empty() || template.categories.iter().any(|made_for| made_for == category)
}

/// How many times larger or smaller than what the template was made for, at least 1.
fn misfit(template: &SceneTemplate, height_m: Option<f32>) -> f32 {
    let (Some(height), Some(anchor)) = (height_m, template.anchors.first()) else { return 1.0 };
    let [low, high] = anchor.size_m;
    (height / high).max(low / height).max(1.0)
}

/// How well a template suits a product; larger is better, below 0 it does not. `height_m` is the product's height in meters, if known.
pub fn suitability(template: &SceneTemplate, category: &str, height_m: Option<f32>) -> f32 {
    let size = match (height_m, template.anchors.first()) {
        (Some(height), Some(anchor)) => {
            let [low, high] = anchor.size_m;
            let middle = (low * high).sqrt();
            -4.0 * misfit(template, height_m).ln() - 0.3 * (height / middle).ln().abs()
        }
        _ => 0.0,
    };
    if is_made_for(template, category) { 1.0 + size } else { size - 1.0 }
}

/// The `count` best templates for a product, best first; fewer if it is plausible in fewer, unless it is so in none. Among templates that
/// suit about equally the SKU decides, so that a catalog spreads over all of them. `leaning` says what each template gains or loses: a market's wishes, a product that lies, or nothing.
pub fn choose<'a>(
    templates: &[&'a SceneTemplate],
    sku: &str,
    category: &str,
    height_m: Option<f32>,
    count: usize,
    leaning: impl Fn(&SceneTemplate) -> f32,
) -> Vec<&'a SceneTemplate> {
    let plausible = |template: &&SceneTemplate| is_plausible(template, category, height_m);
    let any = templates.iter().copied().any(|template| plausible(&template));
    let mut ranked: Vec<_> = templates
        .iter()
        .filter(|template| !any || plausible(template))
        .map(|template| {
            let lot = Digest::of(format!("{sku}\n{}", template.name).as_bytes()).bytes()[0];
            let suits = suitability(template, category, height_m) + leaning(template);
            let score = suits + f32::from(lot) / 255.0 * 0.6;
            (score, *template)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    ranked.into_iter().take(count).map(|(_, template)| template).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::template::tests::template;

    #[test]
    fn no_market_puts_a_stool_on_a_worktop() {
        let mut worktop = template("worktop");
        worktop.categories = vec!["kitchen".into()];
        let (mut floor, mut shelf) = (template("floor"), template("shelf"));
        floor.categories = vec!["furniture".into()];
        shelf.categories = floor.categories.clone();
        floor.anchors[0].size_m = [0.1, 0.6];
        shelf.anchors[0].size_m = [0.05, 0.3];
        let templates = [&worktop, &floor, &shelf];
        let likes_worktops = |template: &SceneTemplate| if template.name == "floor" { 0.0 } else { 3.0 };
        let chosen = choose(&templates, "STOOL", "furniture", Some(0.53), 3, likes_worktops);
        assert_eq!(chosen.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["floor"]);
        // Nowhere is it at home: then the least bad.
        let chosen = choose(&templates, "PIANO", "music", Some(1.2), 2, |_| 0.0);
        assert_eq!(chosen.len(), 2);
    }

    #[test]
    fn what_lies_goes_where_the_camera_looks_down() {
        let flat = template("table");
        let mut steep = template("bed");
        steep.camera.position = [0.0, -1.4, 0.8];
        let templates = [&flat, &steep];
        for sku in ["a", "b", "c", "d"] {
            let chosen = choose(&templates, sku, "food", Some(0.15), 2, leaning_for_lying);
            assert_eq!(chosen[0].name, "bed", "{sku}");
        }
    }
}
