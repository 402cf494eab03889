//! Two organizations, and every route that the document lists: nobody sees or moves what is another's, and a stranger gets nowhere.

use std::collections::BTreeMap;

use packshot::http;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Server, id, start, token};
use crate::support::{Engine, on_both_databases};

/// What comes with a body.
const SENDING: [Method; 3] = [Method::POST, Method::PUT, Method::PATCH];

/// Every operation of the document: method, path, whether it is public.
fn operations() -> Vec<(Method, String, bool)> {
    let document: Value = serde_json::from_str(&http::document()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let public = operation["security"] == json!([{}]);
            all.push((method.to_uppercase().parse().unwrap(), path.clone(), public));
        }
    }
    assert!(all.len() >= 28, "{all:?}");
    all
}

/// What an organization has, by the path that names it.
async fn belongings(server: &Server, session: &Value, key: &str) -> BTreeMap<&'static str, String> {
    let photo = server.upload(key, "tea-carton.jpg", "TEA").await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 512});
    let asked = server.post("/v1/generations", key, wish).await.expect(202);
    let done = server.finished(key, id(&asked)).await;
    let keys = server.get("/v1/api_keys", token(session)).await.expect(200);
    let import = super::imports::import(server, key, &[("TIN.png", &super::imports::picture(1))]).await;
    let small = json!({"subjects": {"skus": ["TEA"]}, "recipe": [{"kind": "packshot", "size": 512}]});
    let batch = server.post("/v1/batches", key, small).await.expect(202);
    let batch = format!("/v1/batches/{}", id(&batch));
    let events = server.get("/v1/events", key).await.expect(200);
    let event = format!("/v1/events/{}", id(&events["data"][0]));
    let told = json!({"address": "https://shop.example/hook"});
    let endpoint = server.post("/v1/webhook_endpoints", token(session), told).await.expect(201);
    let endpoint = format!("/v1/webhook_endpoints/{}", id(&endpoint));
    let kept = json!({"content": super::videos::two_shots("kept")});
    let kept = server.post("/v1/storyboards", key, kept).await.expect(201);
    let held = json!({"sku": "TEA", "storyboard": "kept", "approve": ["plan"]});
    let film = server.post("/v1/videos", key, held).await.expect(202);
    let film = format!("/v1/videos/{}", id(&film));
    let asset = |name: &str| done["results"][0]["files"][name].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("/v1/api_keys/{id}", format!("/v1/api_keys/{}", id(&keys["data"][0]))),
        ("/v1/batches/{id}", batch.clone()),
        ("/v1/batches/{id}/manifest", format!("{batch}/manifest")),
        ("/v1/batches/{id}/pause", format!("{batch}/pause")),
        ("/v1/batches/{id}/resume", format!("{batch}/resume")),
        ("/v1/batches/{id}/cancel", format!("{batch}/cancel")),
        ("/v1/batches/{id}/retry_failed", format!("{batch}/retry_failed")),
        ("/v1/imports/{id}", format!("/v1/imports/{}", id(&import))),
        ("/v1/imports/{id}/rows", format!("/v1/imports/{}/rows", id(&import))),
        ("/v1/photos/{id}", format!("/v1/photos/{}", id(&photo))),
        ("/v1/products/{id}", format!("/v1/products/{}", photo["product"].as_str().unwrap())),
        ("/v1/generations/{id}", format!("/v1/generations/{}", id(&asked))),
        ("/v1/events/{id}/redeliver", format!("{event}/redeliver")),
        ("/v1/events/{id}", event),
        ("/v1/webhook_endpoints/{id}/deliveries", format!("{endpoint}/deliveries")),
        ("/v1/webhook_endpoints/{id}/rotate_secret", format!("{endpoint}/rotate_secret")),
        ("/v1/webhook_endpoints/{id}/test", format!("{endpoint}/test")),
        ("/v1/webhook_endpoints/{id}", endpoint),
        ("/v1/storyboards/{id}", format!("/v1/storyboards/{}", id(&kept))),
        ("/v1/videos/{id}/plan", format!("{film}/plan")),
        ("/v1/videos/{id}/approve", format!("{film}/approve")),
        ("/v1/videos/{id}/cancel", format!("{film}/cancel")),
        ("/v1/videos/{id}/decision", format!("{film}/decision")),
        ("/v1/videos/{id}/shots/{number}/redo", format!("{film}/shots/1/redo")),
        ("/v1/videos/{id}", film),
        ("/v1/results/{id}", format!("/v1/results/{}", id(&done["results"][0]))),
        ("/v1/assets/{kind}/{digest}", asset("master")),
        // Not a tenant's.
        ("/v1/templates/{name}/preview.jpg", "/v1/templates/beach/preview.jpg".into()),
        ("/v1/storyboards/bundled/{name}/preview", "/v1/storyboards/bundled/orbit/preview".into()),
    ])
}

/// The body without what differs from request to request.
fn comparable(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body["error"]["request_id"] = Value::Null;
    (answer.status.as_u16(), body)
}

async fn what_belongs_to_another_organization_is_not_there(on: Engine) {
    let server = start(on, &[], true).await;
    let (ann, bob) = (server.owner("ann").await, server.owner("bob").await);
    let anns_key = server.key(&ann, &["write"]).await;
    let bobs_key = server.key(&bob, &["write"]).await;
    let anns = belongings(&server, &ann, &anns_key).await;
    let secrets: Vec<&str> =
        anns.values().flat_map(|path| path.rsplit('/').next()).filter(|s| s.len() > 20).collect();
    assert!(secrets.len() >= 6);

    for (method, path, public) in operations() {
        if public {
            continue;
        }
        if path.contains('{') {
            // A route with a name in it and nothing to try it with fails here.
            let theirs = anns.get(path.as_str()).unwrap_or_else(|| panic!("{path} is not in the matrix"));
            let nobody = |part: &str| match part {
                "v1" => part.to_owned(),
                name => name.replace(|c: char| c.is_ascii_digit(), "0"),
            };
            let nobodys = theirs.split('/').map(nobody).collect::<Vec<_>>().join("/");
            for bearer in [bobs_key.as_str(), token(&bob)] {
                let body = SENDING.contains(&method).then(|| valid(&path));
                let answer = server.send(method.clone(), theirs, bearer, body.clone()).await;
                assert!([403, 404].contains(&answer.status.as_u16()), "{method} {theirs}: {}", answer.text());
                let none = server.send(method.clone(), &nobodys, bearer, body).await;
                assert_eq!(comparable(&answer), comparable(&none), "{method} {theirs} is told from nothing");
            }
        } else if path == "/v1/events/stream" {
            // It does not end; `streams.rs` has another organization listen.
        } else if method == Method::GET {
            let listed = server.get(&path, token(&bob)).await;
            assert!(listed.status.is_success(), "{path}: {}", listed.text());
            assert!(
                secrets.iter().all(|secret| !listed.text().contains(secret)),
                "{path} leaks: {}",
                listed.text()
            );
        }
    }
    // Named in bodies and queries.
    let photo = anns["/v1/photos/{id}"].rsplit('/').next().unwrap();
    let generation = anns["/v1/generations/{id}"].rsplit('/').next().unwrap();
    let stolen = json!({"kind": "packshot", "photos": [photo]});
    server.post("/v1/generations", &bobs_key, stolen).await.refused(404, "not_found");
    let stolen = json!({"kind": "packshot", "skus": ["TEA"]});
    server.post("/v1/generations", &bobs_key, stolen).await.refused(404, "not_found");
    let import = anns["/v1/imports/{id}"].rsplit('/').next().unwrap();
    for stolen in [json!({"import": import}), json!({"skus": ["TEA"]})] {
        let stolen = json!({"subjects": stolen});
        server.post("/v1/batches", &bobs_key, stolen).await.refused(404, "not_found");
    }
    let storyboard = anns["/v1/storyboards/{id}"].rsplit('/').next().unwrap();
    let stolen = json!({"photo": photo, "storyboard": "orbit"});
    server.post("/v1/videos", &bobs_key, stolen).await.refused(404, "not_found");
    let stolen = json!({"sku": "TEA", "storyboard": storyboard});
    server.post("/v1/videos", &bobs_key, stolen).await.refused(422, "storyboard_unknown");
    let film = server.get(&anns["/v1/videos/{id}"], &anns_key).await.expect(200);
    assert_eq!((&film["awaits"], &film["shots"][0]["take"]), (&json!("plan"), &json!(0)));
    let results = server.get(&format!("/v1/results?generation={generation}"), &bobs_key).await.expect(200);
    assert_eq!(results["data"], json!([]));
    let after = server.get(&format!("/v1/photos?starting_after={photo}"), &bobs_key).await.expect(200);
    assert_eq!(after["data"], json!([]));
    // The same photo for the same SKU is another photo here, and a digest finds only one's own file.
    let same = server.upload(&bobs_key, "tea-carton.jpg", "TEA").await.expect(202);
    assert_ne!(id(&same), photo);
    let nothing_was_moved = server.get(&anns["/v1/photos/{id}"], &anns_key).await.expect(200);
    assert_eq!(nothing_was_moved["status"], "ready");
    server.get("/v1/account", &anns_key).await.expect(200);
    server.stop().await;
}

async fn a_stranger_and_a_viewer_get_nowhere(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("ann").await;
    let reader = server.key(&owner, &["read"]).await;
    let fill = |path: &str| {
        path.replace("{id}", "x")
            .replace("{kind}", "photo")
            .replace("{digest}", "x")
            .replace("{name}", "x")
            .replace("{number}", "1")
    };
    for (method, path, public) in operations() {
        let path = fill(&path);
        let body = SENDING.contains(&method).then(|| json!({}));
        for bearer in ["", "pk_live_0000", "x.y.z"] {
            let answer = server.send(method.clone(), &path, bearer, body.clone()).await;
            if public {
                assert_ne!(answer.status, 401, "{method} {path}");
            } else {
                answer.refused(401, "unauthenticated");
            }
        }
        if !public && method != Method::GET {
            let answer = server.send(method.clone(), &path, &reader, Some(valid(&path))).await;
            assert!([400, 403].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.text());
            assert!(
                answer.status == 403 || path.ends_with("photos") || path.ends_with("verifications"),
                "{path}"
            );
        }
    }
    server.get("/v1/nothing", &reader).await.refused(404, "not_found");
    server.send(Method::PUT, "/v1/photos", &reader, None).await.refused(404, "not_found");
    server.stop().await;
}

/// A body that is sound, so that only the right can be missing.
fn valid(path: &str) -> Value {
    match path {
        "/v1/api_keys" => json!({"name": "x"}),
        "/v1/invites" => json!({"role": "viewer"}),
        "/v1/generations" => json!({"kind": "packshot", "photos": ["x"]}),
        "/v1/batches" | "/v1/quotes" => json!({"subjects": {"all": true}}),
        "/v1/organization" => json!({"confirm": "x"}),
        "/v1/reviews" => json!({"decision": "approve", "cause": "matte"}),
        "/v1/webhook_endpoints" => json!({"address": "https://shop.example/hook"}),
        "/v1/videos" => json!({"photo": "x"}),
        "/v1/storyboards" => json!({"like": "orbit", "name": "x"}),
        path if path.starts_with("/v1/storyboards/") => json!({"content": super::videos::two_shots("x")}),
        path if path.ends_with("/decision") => json!({"decision": "approve"}),
        _ => json!({}),
    }
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api/openapi.json");
    let served = http::document();
    if std::fs::read_to_string(&path).unwrap_or_default() != served {
        let new = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
        std::fs::write(&new, served).unwrap();
        panic!("docs/api/openapi.json is not what the code says; what it says lies in {}", new.display());
    }
}

on_both_databases! {
    what_belongs_to_another_organization_is_not_there,
    a_stranger_and_a_viewer_get_nowhere,
}
