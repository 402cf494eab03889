//! Storyboards that are kept: made, copied, filmed, changed, removed; and those that come along.

use reqwest::Method;
use serde_json::{Value, json};

use super::id;
use super::videos::{merchant, of, two_shots, with, with_shot};
use crate::support::{Engine, on_both_databases};

async fn a_storyboard_is_kept_copied_filmed_changed_and_removed(on: Engine) {
    let (server, session, key, photo) = merchant(on, false).await;
    let bundled = server.get("/v1/storyboards/bundled", &key).await.expect(200);
    let names: Vec<_> =
        bundled["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"hero-reveal") && names.len() >= 8, "{names:?}");
    assert!(bundled["data"].as_array().unwrap().iter().all(|item| item["id"].is_null()));
    for item in bundled["data"].as_array().unwrap() {
        // Whoever has not signed in sees it, too.
        let picture = server.get(item["preview"].as_str().unwrap(), "").await;
        assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/webp"), "{item}");
    }
    server.get("/v1/storyboards/bundled/none/preview", &key).await.refused(404, "not_found");

    let post = async |body: Value| server.post("/v1/storyboards", &key, body).await;
    let made = post(json!({"content": two_shots("mine")})).await.expect(201);
    assert_eq!(
        (&made["object"], &made["name"], &made["seconds"], &made["shots"]),
        (&json!("storyboard"), &json!("mine"), &json!(2.0), &json!(2))
    );
    assert!(id(&made).starts_with("sto_"), "{made}");
    let copy = post(json!({"like": "hero-reveal", "name": "reveal-2"})).await.expect(201);
    assert_eq!(copy["content"]["name"], "reveal-2");
    let second = post(json!({"like": id(&made), "name": "mine-2"})).await.expect(201);
    assert_eq!(second["content"]["shot"], made["content"]["shot"]);
    let listed = server.get("/v1/storyboards?limit=2", &key).await.expect(200);
    assert_eq!(listed["data"], json!([second, copy]));
    assert_eq!(listed["has_more"], true);

    // Filmed by its name and by its id; a film keeps what the storyboard was.
    let by = |name: &str| json!({"photo": id(&photo), "storyboard": name, "approve": ["plan"]});
    let film = server.post("/v1/videos", &key, by("mine")).await.expect(202);
    assert_eq!(film["storyboard"], made["content"]);
    let film = server.post("/v1/videos", &key, by(id(&made))).await.expect(202);
    let path = format!("/v1/storyboards/{}", id(&made));
    assert_eq!(server.get(&path, &key).await.expect(200), made);
    let renamed = with_shot("ours", 0, json!({"move": "arc"}));
    let put =
        async |content: Value| server.send(Method::PUT, &path, &key, Some(json!({"content": content}))).await;
    let changed = put(renamed).await.expect(200);
    assert_eq!((&changed["id"], &changed["name"]), (&made["id"], &json!("ours")));
    assert_eq!(changed["content"]["shot"][0]["move"], "arc");
    put(two_shots("mine-2")).await.refused(400, "request_invalid");
    put(with_shot("ours", 1, json!({"amount": 9}))).await.refused(422, "storyboard_invalid");
    assert_eq!(server.get(&of(&film), &key).await.expect(200)["storyboard"], made["content"]);
    server.post("/v1/videos", &key, by("mine")).await.refused(422, "storyboard_unknown");

    // Somebody else has their own of the same name, and those who look change nothing.
    let bob = server.key(&server.owner("bob").await, &["write"]).await;
    server.post("/v1/storyboards", &bob, json!({"content": two_shots("ours")})).await.expect(201);
    let like = json!({"like": id(&made), "name": "stolen"});
    server.post("/v1/storyboards", &bob, like).await.refused(422, "storyboard_unknown");
    let reader = server.key(&session, &["read"]).await;
    server.send(Method::DELETE, &path, &reader, None).await.refused(403, "forbidden");
    assert_eq!(server.send(Method::DELETE, &path, &key, None).await.status, 204);
    server.get(&path, &key).await.refused(404, "not_found");
    server.send(Method::DELETE, &path, &key, None).await.refused(404, "not_found");
    server.stop().await;
}

async fn what_cannot_be_kept_is_refused_with_the_field(on: Engine) {
    let (server, _, key, _) = merchant(on, false).await;
    let post = async |body: Value| server.post("/v1/storyboards", &key, body).await;
    post(json!({"content": two_shots("mine")})).await.expect(201);
    for (body, status, code, param) in [
        (json!({}), 400, "request_invalid", "content"),
        (json!({"content": two_shots("x"), "like": "orbit"}), 400, "request_invalid", "content"),
        (json!({"like": "orbit"}), 400, "request_invalid", "name"),
        (json!({"like": "orbitt", "name": "x"}), 422, "storyboard_unknown", "like"),
        (json!({"like": "o\0", "name": "x"}), 400, "request_invalid", "like"),
        (json!({"content": two_shots("mine")}), 400, "request_invalid", "name"),
        (json!({"content": two_shots("../mine")}), 400, "request_invalid", "name"),
        (json!({"content": two_shots("")}), 400, "request_invalid", "name"),
        (json!({"content": two_shots("x"), "name": "Mine"}), 400, "request_invalid", "name"),
        (json!({"content": two_shots("x"), "name": "x".repeat(201)}), 400, "request_invalid", "name"),
        (
            json!({"content": with_shot("x", 0, json!({"seconds": 0.1}))}),
            422,
            "storyboard_invalid",
            "content",
        ),
        (
            json!({"content": with_shot("x", 0, json!({"scene": "moon"}))}),
            422,
            "storyboard_invalid",
            "content",
        ),
        (
            json!({"content": with(&two_shots("x"), json!({"title_zh": "\0"}))}),
            400,
            "request_invalid",
            "content",
        ),
        (
            json!({"content": with(&two_shots("x"), json!({"title_en": "x".repeat(200_000)}))}),
            400,
            "request_invalid",
            "content",
        ),
    ] {
        let answer = post(body.clone()).await;
        let error = &answer.json()["error"];
        assert_eq!(
            (answer.status.as_u16(), error["code"].as_str(), error["param"].as_str()),
            (status, Some(code), Some(param)),
            "{error}"
        );
    }
    let listed = server.get("/v1/storyboards", &key).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "what is refused leaves nothing");
    server.stop().await;
}

on_both_databases! {
    a_storyboard_is_kept_copied_filmed_changed_and_removed,
    what_cannot_be_kept_is_refused_with_the_field,
}
