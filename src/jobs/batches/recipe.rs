//! What a batch wants of each product, and which templates suit it. Knows no database.

use serde::{Deserialize, Serialize};

use crate::domain::{Engine, GeneratorKind, PaintWish, SceneTemplate, choose, leaning_for_lying, lies_flat};
use crate::entity::product;
use crate::error::{Code, Problem};
use crate::jobs::ask::check_painting;
use crate::jobs::library::TemplateLibrary;

/// Lines of a recipe, at most.
const LINES: usize = 8;
/// Pictures of each product, at most.
const PICTURES: usize = 100;
/// Scenes of each product if nothing else is said.
const SCENES: u32 = 4;
/// What is made for a shop if nothing else is said.
const CHANNEL: &str = "web";
/// Width and height of a master, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 256..=4096;

/// Default width and height of a scene's master and of a white main image's.
pub type Sizes = [u32; 2];

/// In which templates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choice {
    /// In those that suit the product best, each in another.
    Auto(Word),
    /// In these, each as often as the line counts.
    Named(Vec<String>),
}

/// The one word that stands for a choice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Whatever suits.
    Auto,
}

/// One line of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What kind of picture.
    pub kind: GeneratorKind,
    /// In which templates; none for a white main image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub templates: Option<Choice>,
    /// How many; of named templates, in each.
    #[serde(default = "one")]
    pub count: u32,
    /// Channels to make renditions for.
    #[serde(default = "web")]
    pub channels: Vec<String>,
    /// Width and height of the masters, if they must be exactly that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// How the pictures get their pixels.
    #[serde(default, skip_serializing_if = "Engine::is_usual")]
    pub engine: Engine,
    /// How a pack shall paint them; only for the engine that does.
    #[serde(default, skip_serializing_if = "PaintWish::is_empty")]
    pub paint: PaintWish,
}

fn one() -> u32 {
    1
}

fn web() -> Vec<String> {
    vec![CHANNEL.to_owned()]
}

/// Whose taste, and in which month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Market {
    /// The market's name.
    pub name: String,
    /// 1 is January.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
}

impl Line {
    /// Pictures of each product.
    pub fn pictures(&self) -> usize {
        match &self.templates {
            Some(Choice::Named(names)) => names.len() * self.count as usize,
            _ => self.count as usize,
        }
    }

    /// The template of each of its pictures of a product, in order; a white main image has none.
    pub(super) fn templates_for(
        &self,
        library: &TemplateLibrary,
        market: Option<&Market>,
        (item, height_m): (&product::Model, Option<f32>),
    ) -> Result<Vec<Option<String>>, Problem> {
        let count = self.count as usize;
        match (self.kind, &self.templates) {
            (GeneratorKind::Packshot, _) => Ok(vec![None; count]),
            (GeneratorKind::Scene, Some(Choice::Named(names))) => {
                Ok(names.iter().flat_map(|name| std::iter::repeat_n(Some(name.clone()), count)).collect())
            }
            (GeneratorKind::Scene, _) => {
                let market =
                    market.map(|m| library.market(&m.name).map(|found| (found, m.month))).transpose()?;
                let lies = lies_flat(&item.title).is_some();
                let leaning = |scene: &SceneTemplate| {
                    let wishes = market.map_or(0.0, |(market, month)| market.leaning(&scene.name, month));
                    wishes + if lies { leaning_for_lying(scene) } else { 0.0 }
                };
                let scenes = library.scenes();
                let chosen = choose(&scenes, &item.sku, &item.category, height_m, count, leaning);
                Ok(chosen.iter().map(|scene| Some(scene.name.clone())).cycle().take(count).collect())
            }
        }
    }
}

/// Four scenes of each product, each in another template.
pub fn default_recipe() -> Vec<Line> {
    vec![Line {
        kind: GeneratorKind::Scene,
        templates: None,
        count: SCENES,
        channels: web(),
        size: None,
        engine: Engine::default(),
        paint: PaintWish::default(),
    }]
}

/// Refuses a recipe that cannot be followed.
pub fn read(library: &TemplateLibrary, recipe: &[Line], market: Option<&Market>) -> Result<(), Problem> {
    let wrong = |message: &str| Err(Problem::new(Code::RequestInvalid, "recipe", message));
    if !(1..=LINES).contains(&recipe.len()) {
        return wrong("it must have 1 to 8 lines");
    }
    for line in recipe {
        if line.count == 0 || line.count as usize > PICTURES {
            return wrong("a line's count must lie between 1 and 100");
        }
        if line.size.is_some_and(|size| !SIDES.contains(&size)) {
            return wrong("a line's size must lie between 256 and 4096");
        }
        check_painting(line.kind, line.engine, &line.paint)?;
        match (line.kind, &line.templates) {
            (GeneratorKind::Packshot, Some(_)) => return wrong("a white main image has no template"),
            (_, Some(Choice::Named(names))) if names.is_empty() => {
                return wrong("name templates, or write \"auto\"");
            }
            (_, Some(Choice::Named(names))) => names.iter().try_for_each(|n| library.scene(n).map(drop))?,
            _ => {}
        }
        line.channels.iter().try_for_each(|name| library.channel(name).map(drop))?;
    }
    if recipe.iter().map(Line::pictures).sum::<usize>() > PICTURES {
        return wrong("it may want 100 pictures of each product, at most");
    }
    if let Some(market) = market {
        library.market(&market.name)?;
        if market.month.is_some_and(|month| !(1..=12).contains(&month)) {
            return Err(Problem::new(Code::RequestInvalid, "month", "it must lie between 1 and 12"));
        }
    }
    Ok(())
}
