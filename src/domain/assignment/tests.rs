//! Answers good and bad, and any at all.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{AnswerError, Assignment, FilmLength, Refused};
use crate::domain::storyboard::SHORTEST_SHOT;
use crate::domain::template::tests::template;
use crate::domain::{
    CameraMove, Directed, LONGEST, MOST_AMOUNT, MOST_SHOTS, SceneTemplate, StoryShot, Storyboard, Transition,
};

const USUAL: FilmLength = FilmLength { asked: None, usual: 15.0 };

fn scenes() -> [SceneTemplate; 2] {
    let mut beach = template("beach");
    beach.categories = vec!["toys".into()];
    [beach, template("desk")]
}

/// What becomes of `answer` where the length is `length`.
fn read_for(length: FilmLength, answer: &str) -> Result<Directed, AnswerError> {
    let [beach, desk] = &scenes();
    Assignment { brief: "x", length, storyboards: &[], templates: &[beach, desk] }.read(answer)
}

fn read(answer: &Value) -> Result<Directed, AnswerError> {
    read_for(USUAL, &answer.to_string())
}

fn shot(seconds: f64, scene: &str) -> Value {
    json!({"seconds": seconds, "scene": scene, "move": "push-in", "amount": 1, "height": null, "then": "cut"})
}

fn plan(shots: &[Value]) -> Value {
    json!({"title_en": "By the sea", "title_zh": "海边", "seconds": null, "shots": shots})
}

/// `plan` with one value changed, named as in `/shots/0/amount`.
fn with(pointer: &str, value: Value) -> Value {
    let mut plan = plan(&[shot(3.0, "beach"), shot(2.5, "same")]);
    *plan.pointer_mut(pointer).unwrap() = value;
    plan
}

#[test]
fn a_good_answer_is_the_storyboard_that_it_says() {
    let mut answer = plan(&[shot(3.0, "beach"), shot(2.5, "suited"), shot(4.0, "same")]);
    answer["seconds"] = json!(12);
    answer["shots"][1] = json!({
        "seconds": 2.5, "scene": "suited", "move": "rack-focus", "amount": 0.5, "height": 0.6, "then": "match"
    });
    let got = read(&answer).unwrap();
    assert_eq!((got.seconds, got.storyboard.name.as_str()), (Some(12.0), "directed"));
    assert_eq!((got.storyboard.title_en.as_str(), got.storyboard.title_zh.as_str()), ("By the sea", "海边"));
    let second = StoryShot { scene: "suited".into(), height: Some(0.6), ..got.storyboard.shots[1].clone() };
    assert_eq!(got.storyboard.shots[1], second);
    assert_eq!((second.motion, second.amount, second.then), (CameraMove::RackFocus, 0.5, Transition::Match));
    // As a file it is the same again.
    let file = toml::to_string(&got.storyboard).unwrap();
    assert_eq!(toml::from_str::<Storyboard>(&file).unwrap(), got.storyboard);
}

#[test]
fn what_is_around_or_missing_is_told_from_what_is_wrong() {
    let good = plan(&[shot(3.0, "beach")]).to_string();
    let half = &good[..good.len() / 2];
    for (answer, error) in [
        (String::new(), AnswerError::NoJson),
        ("I would love to help!".into(), AnswerError::NoJson),
        ("I use {braces} freely.".into(), AnswerError::NoJson),
        ("[1, 2]".into(), AnswerError::NoJson),
        (format!("Here you are: {good}"), AnswerError::Prose),
        (format!("{good}\nHave fun!"), AnswerError::Prose),
        (format!("{good}{good}"), AnswerError::Prose),
        (format!("```json\n{good}\n```"), AnswerError::Prose),
        (half.to_owned(), AnswerError::Half),
        ("{".into(), AnswerError::Half),
    ] {
        assert_eq!(read_for(USUAL, &answer), Err(error), "{answer}");
    }
    assert!(matches!(read_for(USUAL, "{'title_en': 1}"), Err(AnswerError::Broken(_))));
    let deep = "{\"a\":".repeat(10_000);
    assert!(matches!(read_for(USUAL, &deep), Err(AnswerError::Broken(_))));
    assert!(read_for(USUAL, &format!("\n {good} \n")).is_ok());
}

#[test]
fn another_shape_is_refused_by_the_name_of_what_is_wrong() {
    let mut extra = plan(&[shot(3.0, "beach")]);
    extra["music"] = json!("jazz");
    let mut captioned = plan(&[shot(3.0, "beach")]);
    captioned["shots"][0]["caption"] = json!("Buy now");
    let mut untitled = plan(&[shot(3.0, "beach")]);
    untitled.as_object_mut().unwrap().remove("title_zh");
    for (answer, said) in [
        (json!({}), "`seconds` is missing"),
        (extra, "no field `music`"),
        (captioned, "shot 1: there is no field `caption`"),
        (untitled, "`title_zh` is missing"),
        (with("/shots", json!("two")), "shots is no list"),
        (with("/shots/1", json!(7)), "shot 2: it is no object"),
        (with("/shots/1/seconds", json!("3 s")), "shot 2: invalid type"),
        (with("/shots/1/move", json!("zoom")), "shot 2: unknown variant `zoom`, expected one of `arc`"),
        (with("/shots/0/then", json!("fade")), "unknown variant `fade`"),
        (with("/shots/0/amount", json!(null)), "shot 1: invalid type: null"),
        (with("/seconds", json!("twelve")), "seconds is no number"),
    ] {
        let error = read(&answer).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    // What it says is repeated in one line, and not at length.
    let error = read(&with("/shots/0/scene", json!(format!("a\n{}", "b".repeat(5000))))).unwrap_err();
    assert!(error.to_string().len() < 300 && !error.to_string().contains('\n'), "{error}");
}

#[test]
fn what_cannot_be_filmed_is_refused_and_not_mended() {
    let many: Vec<Value> = (0..200).map(|_| shot(3.0, "beach")).collect();
    for (answer, said) in [
        (plan(&[]), "1 to 24 shots, not 0"),
        (plan(&many), "not 200"),
        (with("/shots/0/seconds", json!(0.5)), "shot 1: seconds 0.5 is not"),
        (with("/shots/0/seconds", json!(-3)), "shot 1: seconds -3"),
        (with("/shots/1/seconds", json!(1e300)), "shot 2: seconds inf"),
        (with("/shots/0/amount", json!(9)), "shot 1: amount 9"),
        (with("/shots/0/height", json!(0.95)), "shot 1: height"),
        (with("/shots/0/scene", json!("same")), "needs a shot before it"),
        (with("/shots/1/scene", json!("beech")), "shot 2: there is no scene `beech`; the nearest is `beach`"),
        (with("/seconds", json!(600)), "seconds: 600 is not from 0.8 to 120"),
        (with("/seconds", json!(0)), "seconds: 0 is not"),
        (with("/seconds", json!(1)), "a film of 1.0 s: 2 shots need"),
        (with("/title_en", json!(" ")), "title_en must have"),
        (with("/title_zh", json!("长".repeat(81))), "title_zh must have"),
        (with("/title_en", json!("two\nlines")), "title_en must have"),
    ] {
        let error = read(&answer).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
    // A length that was asked for counts, whatever the answer says.
    let ten = plan(&vec![shot(1.0, "beach"); 10]).to_string();
    assert!(read_for(USUAL, &ten).is_ok());
    let short = FilmLength { asked: Some(6.0), usual: 15.0 };
    assert!(matches!(read_for(short, &ten), Err(AnswerError::Story(_))));
    let never = FilmLength { asked: Some(f32::NAN), usual: 15.0 };
    assert!(!Assignment { brief: "x", length: never, storyboards: &[], templates: &[] }.is_possible());
}

#[test]
fn the_schema_has_the_limits_that_a_storyboard_has() {
    let [beach, desk] = &scenes();
    let assignment = Assignment { brief: "x", length: USUAL, storyboards: &[], templates: &[beach, desk] };
    let schema = assignment.schema();
    let shots = &schema["properties"]["shots"];
    let fields = &shots["items"]["properties"];
    assert_eq!(fields["scene"]["enum"], json!(["suited", "same", "beach", "desk"]));
    assert_eq!((&fields["seconds"]["minimum"], &shots["maxItems"]), (&json!(0.8), &json!(MOST_SHOTS)));
    // Each limit is just allowed, and what lies beyond is not.
    for field in ["seconds", "amount", "height"] {
        let limit = |name: &str| fields[field][name].as_f64().unwrap();
        let (least, most) = (limit("minimum"), limit("maximum"));
        let pointer = format!("/shots/0/{field}");
        for (value, is_good) in [(least, true), (most, true), (least - 0.01, false), (most + 0.01, false)] {
            let mut answer = plan(&[shot(1.0, "beach")]);
            *answer.pointer_mut(&pointer).unwrap() = json!(value);
            assert_eq!(read(&answer).is_ok(), is_good, "{field} {value}");
        }
    }
    // Strict schemas name every field.
    for object in [&schema, &shots["items"]] {
        let names = object["properties"].as_object().unwrap().keys();
        assert!(names.clone().all(|name| object["required"].as_array().unwrap().contains(&json!(name))));
        assert_eq!(object["additionalProperties"], false);
    }
}

#[test]
fn the_example_is_an_answer_and_the_question_has_all_that_may_be_chosen() {
    let [beach, desk] = &scenes();
    let story = read(&plan(&[shot(3.2, "beach"), shot(2.6, "suited")])).unwrap().storyboard;
    let brief = "Ein ruhiger Film am Strand";
    let length = FilmLength { asked: Some(20.0), usual: 15.0 };
    let assignment = Assignment { brief, length, storyboards: &[&story], templates: &[beach, desk] };
    let question = assignment.question(None);
    let example = question.system.lines().find(|line| line.starts_with('{')).unwrap();
    assert_eq!(assignment.read(example).unwrap().storyboard, story);
    assert!(example.contains("3.2,") && !example.contains("3.20000"), "{example}");
    for said in ["  beach: ", "(for toys)", "  desk: ", "rack-focus", "match", "0.8 to 120", "null"] {
        assert!(question.system.contains(said), "{said}: {}", question.system);
    }
    assert!(question.user.contains(brief) && question.user.contains("lasts 20 s"), "{}", question.user);
    let refused = Refused { answer: Some("no ".repeat(5000)), why: "shot 2: that cannot be".into() };
    let again = assignment.question(Some(&refused));
    assert_eq!(again.system, question.system);
    assert!(again.user.contains("shot 2: that cannot be") && again.user.contains("no no"), "{}", again.user);
    assert!(again.user.len() < 5000);
}

/// A number near the limits or far from all.
fn number() -> impl Strategy<Value = Value> {
    let any = prop_oneof![
        4 => (-1f64..130.0).prop_map(|number| json!(number)),
        4 => (0f64..2.0).prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
    ];
    prop_oneof![8 => any, 1 => Just(Value::Null), 1 => Just(json!("3"))]
}

fn any_shot() -> impl Strategy<Value = Value> {
    let scene = prop::sample::select(vec!["beach", "desk", "suited", "same", "moon"]);
    let motion = prop::sample::select(vec!["arc", "crane", "truck", "zoom"]);
    let then = prop::sample::select(vec!["cut", "match", "fade"]);
    (number(), scene, motion, 0f64..1.8, number(), then).prop_map(
        |(seconds, scene, motion, amount, height, then)| {
            json!({"seconds": seconds, "scene": scene, "move": motion, "amount": amount, "height": height, "then": then})
        },
    )
}

/// Whether it can be filmed, asked of the storyboard itself.
fn can_be_filmed(got: &Directed) -> bool {
    let story = &got.storyboard;
    let known = |shot: &StoryShot| ["beach", "desk", "suited", "same"].contains(&shot.scene.as_str());
    let fine = |shot: &StoryShot| {
        (SHORTEST_SHOT..=LONGEST).contains(&shot.seconds) && (0.0..=MOST_AMOUNT).contains(&shot.amount)
    };
    story.check().is_ok()
        && story.shots.iter().all(|shot| known(shot) && fine(shot))
        && story.ends(got.seconds.unwrap_or(15.0), 30).is_ok()
}

proptest! {
    #[test]
    fn whatever_an_answer_is_it_is_a_film_or_a_reason(text in "\\PC{0,200}") {
        prop_assert!(read_for(USUAL, &text).is_err());
    }

    #[test]
    fn whatever_is_cut_out_of_an_answer_is_a_film_or_a_reason(from in 0usize..400, to in 0usize..400, put in "\\PC{0,6}") {
        let mut text = plan(&[shot(3.0, "beach"), shot(2.5, "same")]).to_string();
        let (from, to) = (from.min(text.len()), to.min(text.len()));
        let range = from.min(to)..from.max(to);
        if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) {
            text.replace_range(range, &put);
        }
        if let Ok(got) = read_for(USUAL, &text) {
            prop_assert!(can_be_filmed(&got), "{text}");
        }
    }

    #[test]
    fn what_is_taken_can_be_filmed(shots in prop::collection::vec(any_shot(), 0..6), seconds in number()) {
        let mut answer = plan(&shots);
        answer["seconds"] = seconds;
        if let Ok(got) = read(&answer) {
            prop_assert!(can_be_filmed(&got), "{answer}");
        }
    }
}
