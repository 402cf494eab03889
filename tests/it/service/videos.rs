//! Films over HTTP: asked for, held, changed, approved, cancelled, taken back; storyboards that are kept; and the whole way of a small one.

use std::io::Cursor;
use std::time::{Duration, Instant};

use packshot::imaging::frames::{FilmLimits, Reader};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Server, id, start, token};
use crate::support::{Engine, on_both_databases};

/// Two shots of a second each; the first becomes the second.
pub(super) fn two_shots(name: &str) -> Value {
    json!({
        "schema": 1, "name": name, "title_en": "Two", "title_zh": "二",
        "shot": [
            {"seconds": 1.0, "scene": "studio-sweep", "move": "push-in", "then": "match"},
            {"seconds": 1.0, "scene": "kitchen-counter", "move": "truck"},
        ],
    })
}

/// A small film of this photo that waits for both approvals.
pub(super) fn small(photo: &Value) -> Value {
    json!({
        "photo": id(photo), "content": two_shots("two"), "seconds": 2.0, "size": "square", "fps": 24,
        "approve": ["plan", "keyframes"],
    })
}

pub(super) async fn merchant(on: Engine, worker: bool) -> (Server, Value, String, Value) {
    let server = start(on, &[("PACKSHOT_FILM_SECOND_PRICE", "0.12 EUR")], worker).await;
    let session = server.owner("merchant").await;
    let key = server.key(&session, &["write"]).await;
    let photo = server.upload(&key, "tea-carton.jpg", "TEA").await.expect(202);
    (server, session, key, photo)
}

pub(super) fn of(video: &Value) -> String {
    format!("/v1/videos/{}", id(video))
}

async fn act(server: &Server, key: &str, video: &Value, what: &str) -> Answer {
    server.send(Method::POST, &format!("{}/{what}", of(video)), key, None).await
}

/// Reads the film until `enough` says so.
async fn until(server: &Server, key: &str, video: &Value, enough: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let video = server.get(&of(video), key).await.expect(200);
        if enough(&video) {
            return video;
        }
        assert!(video["status"] != "failed" && Instant::now() < deadline, "{video:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What a film comes to.
fn quoted(seconds: f64, shots: Value, price: &str) -> Value {
    let count = shots.as_array().unwrap().len();
    json!({"seconds": seconds, "shots": count, "shot_seconds": shots, "price_per_second": "0.12 EUR", "price": price})
}

/// `body` with these fields instead of its own; a null takes one away.
pub(super) fn with(body: &Value, changes: Value) -> Value {
    let mut body = body.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => body.as_object_mut().unwrap().remove(name),
            value => body.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    body
}

/// The storyboard with these fields of its shot `index` changed.
pub(super) fn with_shot(name: &str, index: usize, changes: Value) -> Value {
    let mut story = two_shots(name);
    let shot = with(&story["shot"][index], changes);
    story["shot"][index] = shot;
    story
}

/// What makes a good request a bad one: the changes, the status, the code, and the field that it is about.
type Wrong = (Value, u16, &'static str, &'static str);

fn wrong() -> Vec<Wrong> {
    let named = |name: &str| json!({"content": null, "storyboard": name});
    let long = "x".repeat(301);
    let mut all = vec![
        (json!({"photo": null}), 400, "request_invalid", "photo"),
        (json!({"sku": "TEA"}), 400, "request_invalid", "photo"),
        (json!({"photo": "pho_none"}), 404, "not_found", "photo"),
        (json!({"photo": null, "sku": "NONE"}), 404, "not_found", "sku"),
        (json!({"photo": null, "sku": "T\0"}), 400, "request_invalid", "sku"),
        (json!({"storyboard": "orbit"}), 400, "request_invalid", "storyboard"),
        (json!({"brief": "calm"}), 400, "request_invalid", "storyboard"),
        (named("orbitt"), 422, "storyboard_unknown", "storyboard"),
        (named("o\0"), 400, "request_invalid", "storyboard"),
        (json!({"content": null, "brief": " "}), 400, "request_invalid", "brief"),
        (json!({"content": null, "brief": "a\0"}), 400, "request_invalid", "brief"),
        (json!({"content": null, "brief": "x".repeat(100_000)}), 400, "request_invalid", "brief"),
        (json!({"seconds": 0.0}), 400, "request_invalid", "seconds"),
        (json!({"seconds": -3}), 400, "request_invalid", "seconds"),
        (json!({"seconds": 121}), 400, "request_invalid", "seconds"),
        (json!({"seconds": 1e39}), 400, "request_invalid", "seconds"),
        (json!({"seconds": 1.0}), 422, "storyboard_invalid", "content"),
        (json!({"size": "4k"}), 400, "request_invalid", "size"),
        (json!({"fps": 23}), 400, "request_invalid", "fps"),
        (json!({"fps": 0}), 400, "request_invalid", "fps"),
        (json!({"title": long}), 400, "request_invalid", "title"),
        (json!({"price": "1\0"}), 400, "request_invalid", "price"),
        (json!({"slogan": long}), 400, "request_invalid", "slogan"),
        (json!({"features": vec!["x"; 21]}), 400, "request_invalid", "features"),
        (json!({"features": [long]}), 400, "request_invalid", "features"),
        (json!({"brand": {"ink": "green", "paper": "#ffffff"}}), 400, "request_invalid", "brand.ink"),
        (json!({"brand": {"ink": "#000000", "paper": "#fff"}}), 400, "request_invalid", "brand.paper"),
        (
            json!({"brand": {"ink": "#000000", "paper": "#ffffff", "slogan": long}}),
            400,
            "request_invalid",
            "brand.slogan",
        ),
        (json!({"approve": ["plans"]}), 400, "request_invalid", "approve"),
        (json!({"channels": ["etsi"]}), 422, "channel_unknown", "channels"),
        (json!({"channels": ["ebay", "etsy"]}), 422, "channel_rule_broken", "channels"),
    ];
    all.extend(wrong_stories());
    all
}

fn wrong_stories() -> Vec<Wrong> {
    vec![
        (json!({"tile": "x"}), 400, "request_invalid", "body"),
        (
            json!({"content": with(&two_shots("x"), json!({"shot": []}))}),
            422,
            "storyboard_invalid",
            "content",
        ),
        (json!({"content": with(&two_shots("x"), json!({"schema": 2}))}), 422, "schema_unknown", "content"),
        (
            json!({"content": with(&two_shots("x"), json!({"title_en": "\0"}))}),
            400,
            "request_invalid",
            "content",
        ),
        (json!({"content": with_shot("x", 0, json!({"move": "whip"}))}), 400, "request_invalid", "body"),
        (
            json!({"content": with_shot("x", 0, json!({"scene": "same"}))}),
            422,
            "storyboard_invalid",
            "content",
        ),
        (
            json!({"content": with_shot("x", 1, json!({"scene": "moon"}))}),
            422,
            "storyboard_invalid",
            "content",
        ),
        (json!({"content": with_shot("x", 1, json!({"amount": 2}))}), 422, "storyboard_invalid", "content"),
    ]
}

async fn what_cannot_be_filmed_is_refused_with_the_field(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let good = with(&small(&photo), json!({"brand": {"ink": "#1f3d36", "paper": "#f6f1e7"}}));
    for (changes, status, code, param) in wrong() {
        let body = with(&good, changes.clone());
        let answer = server.post("/v1/videos", &key, body).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status.as_u16(), error["code"].as_str(), error["param"].as_str()),
            (status, Some(code), Some(param)),
            "{changes}: {error}"
        );
    }
    let none = server.get("/v1/videos", &key).await.expect(200);
    assert_eq!(none["data"], json!([]), "what is refused leaves nothing");
    server.post("/v1/videos", &key, good).await.expect(202);
    server.stop().await;
}

async fn a_held_plan_is_shown_and_changed(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let asked = server.post("/v1/videos", &key, small(&photo)).await.expect(202);
    for (name, expected) in [
        ("object", json!("video")),
        ("photo", photo["id"].clone()),
        ("product", photo["product"].clone()),
        ("status", json!("awaiting_approval")),
        ("awaits", json!("plan")),
        ("brief", Value::Null),
        ("seconds", json!(2.0)),
        ("fps", json!(24)),
        ("size", json!([1080, 1080])),
        ("frames", json!(48)),
        ("seed", json!(1)),
        ("captions", json!(true)),
        ("approve", json!(["plan", "keyframes"])),
        ("verdict", Value::Null),
        ("decision", Value::Null),
        ("progress", json!({"shots": 2, "keyframes": 0, "animated": 0})),
        ("quote", quoted(2.0, json!([1.0, 1.0]), "0.24 EUR")),
    ] {
        assert_eq!(asked[name], expected, "{name}: {asked:#}");
    }
    assert_eq!(asked["storyboard"]["shot"][0]["move"], "push-in");
    assert!(asked["files"].as_object().unwrap().values().all(Value::is_null), "{asked:#}");
    let shots = asked["shots"].as_array().unwrap();
    assert_eq!((shots.len(), &shots[1]["number"], &shots[1]["from_seconds"]), (2, &json!(2), &json!(1.0)));
    assert!(shots.iter().all(|shot| shot["keyframe"].is_null() && shot["clip"].is_null()), "{asked:#}");
    assert_eq!(server.get(&of(&asked), &key).await.expect(200), asked);

    // Another plan, and one that cannot be.
    let plan = format!("{}/plan", of(&asked));
    let change = async |body: Value| server.send(Method::PUT, &plan, &key, Some(body)).await;
    let three = {
        let mut story = two_shots("three");
        let last = story["shot"][1].clone();
        story["shot"].as_array_mut().unwrap().push(last);
        story
    };
    let changed = change(json!({"content": three, "seconds": 6})).await.expect(200);
    assert_eq!((&changed["awaits"], &changed["frames"]), (&json!("plan"), &json!(144)));
    assert_eq!(changed["quote"], quoted(6.0, json!([2.0, 2.0, 2.0]), "0.72 EUR"));
    change(json!({"seconds": 1})).await.refused(422, "storyboard_invalid");
    change(json!({"seconds": 500})).await.refused(400, "request_invalid");
    let moon = with_shot("x", 0, json!({"scene": "moon"}));
    change(json!({"content": moon})).await.refused(422, "storyboard_invalid");
    change(json!({"second": 4})).await.refused(400, "request_invalid");
    let shown = server.get(&of(&asked), &key).await.expect(200);
    assert_eq!((&shown["storyboard"], &shown["quote"]), (&changed["storyboard"], &changed["quote"]));
    let longer = change(json!({"seconds": 9})).await.expect(200);
    assert_eq!((&longer["seconds"], &longer["progress"]["shots"]), (&json!(9.0), &json!(3)));
    server.stop().await;
}

async fn what_is_not_waited_for_is_refused(on: Engine) {
    let (server, session, key, photo) = merchant(on, false).await;
    let asked = server.post("/v1/videos", &key, small(&photo)).await.expect(202);
    let plan = format!("{}/plan", of(&asked));
    let change = async |body: Value| server.send(Method::PUT, &plan, &key, Some(body)).await;
    // Nothing of it waits for a decision, and a key that writes decides nothing.
    let yes = json!({"decision": "approve"});
    let decide = format!("{}/decision", of(&asked));
    server.post(&decide, &key, yes.clone()).await.refused(403, "forbidden");
    server.post(&decide, token(&session), yes).await.refused(409, "video_not_held");
    let owner = token(&session);
    server.post(&decide, owner, json!({"decision": "perhaps"})).await.refused(400, "request_invalid");
    let long = json!({"decision": "reject", "reason": "x".repeat(1_001)});
    server.post(&decide, owner, long).await.refused(400, "request_invalid");
    for number in ["0", "3", "-1", "x", "99999999999"] {
        let path = format!("{}/shots/{number}/redo", of(&asked));
        server.post(&path, &key, json!({})).await.refused(404, "not_found");
    }

    // Approved, it waits for no plan; cancelled, for nothing.
    let approved = act(&server, &key, &asked, "approve").await.expect(200);
    assert_eq!((&approved["status"], &approved["awaits"]), (&json!("keyframing"), &Value::Null));
    act(&server, &key, &asked, "approve").await.refused(409, "video_not_held");
    change(json!({"seconds": 8})).await.refused(409, "video_not_held");
    let redo = format!("{}/shots/1/redo", of(&asked));
    server.post(&redo, &key, json!({})).await.refused(409, "video_busy");
    let cancelled = act(&server, &key, &asked, "cancel").await.expect(200);
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(act(&server, &key, &asked, "cancel").await.expect(200)["status"], "cancelled");
    act(&server, &key, &asked, "approve").await.refused(409, "video_not_held");
    server.stop().await;
}

async fn films_are_listed_by_status_and_product(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let other = server.upload(&key, "moka-pot.jpg", "MOKA").await.expect(202);
    let mut asked = Vec::new();
    for of in [&photo, &other, &photo, &other, &photo] {
        asked.push(server.post("/v1/videos", &key, small(of)).await.expect(202));
    }
    act(&server, &key, &asked[2], "cancel").await.expect(200);
    let ids =
        |numbers: &[usize]| numbers.iter().map(|number| id(&asked[*number]).to_owned()).collect::<Vec<_>>();
    let product = photo["product"].as_str().unwrap();
    for (query, expected, more) in [
        (String::new(), ids(&[4, 3, 2, 1, 0]), false),
        ("?status=awaiting_approval".into(), ids(&[4, 3, 1, 0]), false),
        ("?status=awaiting_approval&limit=2".into(), ids(&[4, 3]), true),
        (format!("?status=awaiting_approval&limit=2&starting_after={}", id(&asked[3])), ids(&[1, 0]), false),
        (format!("?product={product}"), ids(&[4, 2, 0]), false),
        (format!("?product={product}&status=cancelled"), ids(&[2]), false),
        ("?status=delivered".into(), ids(&[]), false),
        ("?product=prd_none".into(), ids(&[]), false),
    ] {
        let listed = server.get(&format!("/v1/videos{query}"), &key).await.expect(200);
        let shown: Vec<_> =
            listed["data"].as_array().unwrap().iter().map(|video| id(video).to_owned()).collect();
        assert_eq!((shown, &listed["has_more"]), (expected, &json!(more)), "{query}");
        for video in listed["data"].as_array().unwrap() {
            assert!(video.get("shots").is_none() && video["progress"]["shots"] == 2, "{video:#}");
        }
    }
    for query in ["?status=plan_held", "?status=lost", "?limit=0", "?limit=101", "?statu=failed"] {
        server.get(&format!("/v1/videos{query}"), &key).await.refused(400, "request_invalid");
    }
    server.stop().await;
}

async fn the_same_request_is_one_film(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let body = small(&photo);
    let send = async |body: &Value| {
        let once = [("Idempotency-Key", "spot-1")];
        server.send_with(Method::POST, "/v1/videos", &key, Some(body.clone()), &once).await
    };
    let first = send(&body).await;
    let again = send(&body).await;
    assert_eq!((first.expect(202), again.header("idempotent-replayed")), (again.expect(202), "true"));
    send(&with(&body, json!({"seed": 2}))).await.refused(409, "idempotency_mismatch");
    let listed = server.get("/v1/videos", &key).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    // Refused, a key is free again.
    let once = [("Idempotency-Key", "spot-2")];
    let wrong = with(&body, json!({"fps": 1}));
    let path = "/v1/videos";
    server.send_with(Method::POST, path, &key, Some(wrong), &once).await.refused(400, "request_invalid");
    server.send_with(Method::POST, path, &key, Some(body), &once).await.expect(202);
    server.stop().await;
}

async fn a_photo_that_is_taken_back_takes_its_held_films_along(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let other = server.upload(&key, "moka-pot.jpg", "MOKA").await.expect(202);
    let film = server.post("/v1/videos", &key, small(&photo)).await.expect(202);
    let kept = server.post("/v1/videos", &key, small(&other)).await.expect(202);
    let path = format!("/v1/photos/{}", id(&photo));
    assert_eq!(server.send(Method::DELETE, &path, &key, None).await.status, 204);
    server.get(&of(&film), &key).await.refused(404, "not_found");
    let listed = server.get("/v1/videos", &key).await.expect(200);
    let listed = listed["data"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &kept["id"]));
    let product = format!("/v1/products/{}", other["product"].as_str().unwrap());
    assert_eq!(server.send(Method::DELETE, &product, &key, None).await.status, 204);
    server.get(&of(&kept), &key).await.refused(404, "not_found");
    server.stop().await;
}

async fn a_photo_says_what_its_product_costs_and_what_speaks_for_it(on: Engine) {
    let (server, _, key, photo) = merchant(on, false).await;
    let path = format!("/v1/products/{}", photo["product"].as_str().unwrap());
    let product = server.get(&path, &key).await.expect(200);
    assert_eq!((&product["price"], &product["features"]), (&Value::Null, &json!([])));
    let form = || super::form_with(super::fixture("tea-carton.jpg"), "tea-carton.jpg").text("sku", "TEA");
    let said = form().text("price", "4,90 €").text("feature", "Loose leaf").text("feature", "First flush");
    server.form("/v1/photos", &key, said).await.expect(202);
    // What is not said again stays.
    server.form("/v1/photos", &key, form()).await.expect(202);
    let product = server.get(&path, &key).await.expect(200);
    assert_eq!(
        (&product["price"], &product["features"]),
        (&json!("4,90 €"), &json!(["Loose leaf", "First flush"]))
    );
    let long = form().text("price", "x".repeat(301));
    server.form("/v1/photos", &key, long).await.refused(400, "request_invalid");
    let many = (0..21).fold(form(), |form, number| form.text("feature", number.to_string()));
    server.form("/v1/photos", &key, many).await.refused(400, "request_invalid");
    server.stop().await;
}

/// Of the film at this link: frames, width and height; every frame must be there.
fn frames(film: Vec<u8>) -> (usize, u32, u32) {
    let reader = Reader::new(Cursor::new(film), &FilmLimits::default()).unwrap();
    let (width, height) = reader.size();
    (reader.map(Result::unwrap).count(), width, height)
}

/// Parts of a file, as players ask for them.
async fn in_parts(server: &Server, key: &str, link: &str) {
    let whole = server.get(link, key).await;
    assert_eq!((whole.header("content-type"), whole.header("accept-ranges")), ("video/mp4", "bytes"));
    assert!(whole.header("content-disposition").starts_with("attachment"));
    let (bytes, length) = (&whole.body, whole.body.len());
    let ask = async |range: &str| server.send_with(Method::GET, link, key, None, &[("Range", range)]).await;
    let last = length - 1;
    for (range, from, to) in [
        ("bytes=0-99".to_owned(), 0, 99),
        (format!("bytes={}-", length - 10), length - 10, last),
        ("bytes=-7".to_owned(), length - 7, last),
        (format!("bytes=5-{}", length * 2), 5, last),
    ] {
        let part = ask(&range).await;
        assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &bytes[from..=to]), "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{length}"), "{range}");
    }
    let beyond = ask(&format!("bytes={length}-")).await;
    beyond.refused(416, "range_invalid");
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    for other in ["bytes=0-1,4-5", "bytes=9-3", "seconds=0-1"] {
        let all = ask(other).await;
        assert_eq!((all.status.as_u16(), all.body.len()), (200, length), "{other}");
    }
}

fn clip(video: &Value, index: usize) -> &str {
    video["shots"][index]["clip"].as_str().unwrap_or_else(|| panic!("{video:#}"))
}

async fn a_film_is_ordered_approved_made_and_delivered(on: Engine) {
    let (server, session, key, photo) = merchant(on, true).await;
    let asked = server.post("/v1/videos", &key, small(&photo)).await.expect(202);
    act(&server, &key, &asked, "approve").await.expect(200);
    let framed = until(&server, &key, &asked, |video| video["awaits"] == "keyframes").await;
    assert_eq!(framed["progress"], json!({"shots": 2, "keyframes": 2, "animated": 0}), "{framed:#}");
    for (shot, scene) in framed["shots"].as_array().unwrap().iter().zip(["studio-sweep", "kitchen-counter"]) {
        assert_eq!((&shot["scene"], &shot["take"]), (&json!(scene), &json!(0)), "{shot:#}");
        assert!(shot["clip"].is_null() && shot["verdict"].is_string(), "{shot:#}");
        let still = server.get(shot["keyframe"].as_str().unwrap(), &key).await;
        assert_eq!(still.header("content-type"), "image/jpeg");
        let still = image::load_from_memory_with_format(&still.body, image::ImageFormat::Jpeg).unwrap();
        assert!(still.width() >= 1080 && still.height() >= 1080, "{}x{}", still.width(), still.height());
    }
    act(&server, &key, &asked, "approve").await.expect(200);
    let ended = |video: &Value| video["status"] == "delivered" || video["status"] == "review";
    let done = until(&server, &key, &asked, ended).await;
    assert_eq!(done["progress"], json!({"shots": 2, "keyframes": 2, "animated": 2}), "{done:#}");
    assert!(done["report"]["checks"].as_array().is_some_and(|checks| !checks.is_empty()), "{done:#}");

    let delivered = done["status"] == "delivered";
    let [there, absent] = if delivered { ["film", "draft"] } else { ["draft", "film"] };
    assert_eq!(done["verdict"] == "pass", delivered, "{done:#}");
    assert!(done["files"][absent].is_null(), "{done:#}");
    let link = done["files"][there].as_str().unwrap();
    let film = server.get(link, &key).await;
    assert_eq!(frames(film.body), (48, 1080, 1080));
    in_parts(&server, &key, link).await;
    assert_eq!(frames(server.get(clip(&done, 0), &key).await.body), (24, 1080, 1080));
    let receipt = server.get(done["files"]["receipt"].as_str().unwrap(), &key).await.expect(200);
    assert_eq!((&receipt["sku"], receipt["shots"].as_array().unwrap().len()), (&json!("TEA"), 2));
    for (name, content_type) in [("poster", "image/jpeg"), ("preview", "image/webp")] {
        let file = server.get(done["files"][name].as_str().unwrap(), &key).await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, content_type), "{name}");
    }
    let other = server.key(&server.owner("bob").await, &["read"]).await;
    server.get(link, &other).await.refused(404, "not_found");
    let used = async || {
        let days = server.get("/v1/usage", &key).await.expect(200);
        days["data"].as_array().unwrap().iter().map(|day| day["film_seconds"].as_f64().unwrap()).sum::<f64>()
    };
    assert_eq!(used().await, if delivered { 2.0 } else { 0.0 });

    // The second shot with another move: a new take of it, and the first is shot again because it becomes it.
    let shot = json!({"seconds": 1.0, "scene": "kitchen-counter", "move": "push-in"});
    let path = format!("{}/shots/2/redo", of(&asked));
    let redone = server.post(&path, &key, json!({"shot": shot})).await.expect(200);
    assert_eq!((&redone["status"], &redone["shots"][1]["take"]), (&json!("keyframing"), &json!(1)));
    assert!(redone["files"]["film"].is_null() && redone["verdict"].is_null(), "{redone:#}");
    until(&server, &key, &asked, |video| video["awaits"] == "keyframes").await;
    act(&server, &key, &asked, "approve").await.expect(200);
    let again = until(&server, &key, &asked, ended).await;
    assert_eq!(again["storyboard"]["shot"][1]["move"], "push-in");
    let takes: Vec<_> = again["shots"].as_array().unwrap().iter().map(|shot| shot["take"].clone()).collect();
    assert_eq!(takes, [json!(0), json!(1)]);
    assert_eq!(again["shots"][0]["keyframe"], done["shots"][0]["keyframe"]);
    assert_ne!(again["shots"][1]["keyframe"], done["shots"][1]["keyframe"]);
    assert_ne!(clip(&again, 0), clip(&done, 0), "the first becomes the second, so it changes with it");
    assert_ne!(clip(&again, 1), clip(&done, 1));

    // A person's word delivers what is held.
    if again["status"] == "review" {
        let yes = json!({"decision": "approve", "reason": "looks right"});
        let decided =
            server.post(&format!("{}/decision", of(&asked)), token(&session), yes).await.expect(200);
        assert_eq!((&decided["status"], &decided["verdict"]), (&json!("delivered"), &again["verdict"]));
        assert_eq!(decided["decision"]["reason"], "looks right");
        assert!(decided["files"]["film"].is_string() && decided["files"]["draft"].is_null(), "{decided:#}");
    }
    assert!(used().await >= 2.0);
    server.stop().await;
}

on_both_databases! {
    a_film_is_ordered_approved_made_and_delivered,
    a_held_plan_is_shown_and_changed,
    a_photo_says_what_its_product_costs_and_what_speaks_for_it,
    a_photo_that_is_taken_back_takes_its_held_films_along,
    films_are_listed_by_status_and_product,
    the_same_request_is_one_film,
    what_cannot_be_filmed_is_refused_with_the_field,
    what_is_not_waited_for_is_refused,
}
