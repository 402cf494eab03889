//! The JSON schema of a storyboard that a model writes. Its fields are those of `StoryShot` under the same names, its limits those that
//! [`Storyboard::check`] holds. A field that shots get is the model's to choose only if it stands here, too. Knows no answer.

use serde_json::{Map, Value, json};

use super::SHORTEST_SHOT;
use crate::domain::storyboard::HEIGHTS;
use crate::domain::{CameraMove, LONGEST, MOST_AMOUNT, MOST_SHOTS, SceneTemplate, Storyboard, Transition};

/// Every way to the next shot.
pub(super) const TRANSITIONS: [Transition; 2] = [Transition::Cut, Transition::Match];

/// All fields are required and no others allowed, since strict schemas want it so; what may be left open may be null. Lengths of texts are not in it:
/// some endpoints refuse such a schema.
pub(super) fn schema(templates: &[&SceneTemplate]) -> Value {
    let own = [Storyboard::SUITED, Storyboard::SAME];
    let scenes: Vec<&str> =
        own.into_iter().chain(templates.iter().map(|template| template.name.as_str())).collect();
    let shot = object(&[
        ("seconds", number(SHORTEST_SHOT, LONGEST, false)),
        ("scene", json!({"type": "string", "enum": scenes})),
        ("move", json!({"type": "string", "enum": CameraMove::ALL})),
        ("amount", number(0.0, MOST_AMOUNT, false)),
        ("height", number(HEIGHTS[0], HEIGHTS[1], true)),
        ("then", json!({"type": "string", "enum": TRANSITIONS})),
    ]);
    object(&[
        ("title_en", json!({"type": "string"})),
        ("title_zh", json!({"type": "string"})),
        ("seconds", number(SHORTEST_SHOT, LONGEST, true)),
        ("shots", json!({"type": "array", "minItems": 1, "maxItems": MOST_SHOTS, "items": shot})),
    ])
}

fn object(fields: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn number(least: f32, most: f32, open: bool) -> Value {
    let kind = if open { json!(["number", "null"]) } else { json!("number") };
    json!({"type": kind, "minimum": written(least), "maximum": written(most)})
}

/// The number as it is written in the source: 0.8, and not the 0.800000011920929 that it is in 32 bits.
fn written(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

/// A storyboard as a model would have to write it.
pub(super) fn example(story: &Storyboard, schema: &Value) -> Value {
    let fields = &schema["properties"]["shots"]["items"]["properties"];
    let shots = story.shots.iter().map(|shot| {
        let all = serde_json::to_value(shot).unwrap_or_default();
        let field = |name: &String| match all[name].as_f64() {
            Some(number) => json!(written(number as f32)),
            None => all[name].clone(),
        };
        fields.as_object().into_iter().flat_map(Map::keys).map(|name| (name.clone(), field(name))).collect()
    });
    json!({
        "title_en": story.title_en,
        "title_zh": story.title_zh,
        "seconds": null,
        "shots": shots.collect::<Vec<Map<String, Value>>>(),
    })
}
