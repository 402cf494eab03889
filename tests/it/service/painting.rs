//! Engine `diffusion` over the API: asked for, made by a worker, refused where it is not offered.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{id, start};
use crate::stage::root;
use crate::support::{Engine, on_both_databases};

async fn a_scene_is_painted_by_the_servers_pack(on: Engine) {
    let pack = root().join("fixtures/packs/inpaint-tiny");
    let server = start(on, &[("PACKSHOT_DIFFUSION_PACK", pack.to_str().unwrap())], true).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let photo = server.upload(&key, "tea-carton.jpg", "TEA").await.expect(202);
    let wish = json!({
        "kind": "scene", "photos": [id(&photo)], "templates": ["wooden-table"], "prompt": "a table of oak",
        "engine": "diffusion", "paint": {"steps": 2, "strength": 1.0}, "size": 300,
    });
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    assert_eq!((&asked["engine"], &asked["paint"]["steps"]), (&json!("diffusion"), &json!(2)), "{asked}");
    assert_eq!(asked["templates"], json!(["wooden-table"]));
    let done = server.finished(&key, id(&asked)).await;
    let result = server.get(&format!("/v1/results/{}", id(&done["results"][0])), &key).await.expect(200);
    let receipt = server.get(result["files"]["receipt"].as_str().unwrap(), &key).await.expect(200);
    // Nobody votes here, so nobody saw whether the product grew: painted or safe composite, no painted picture is delivered.
    if receipt["engine"] == "diffusion" {
        assert_eq!(result["status"], "review", "{result:#}");
        assert_eq!(receipt["placement"]["painted"]["prompt"], "a table of oak");
    } else {
        assert_eq!((&receipt["engine"], &receipt["safe_composite"]), (&json!("plate"), &json!(true)));
    }
    let line = json!({"kind": "scene", "templates": ["wooden-table"], "engine": "diffusion", "size": 300, "paint": {"steps": 2}});
    let batch = json!({"subjects": {"skus": ["TEA"]}, "recipe": [line]});
    let batch = server.post("/v1/batches", &key, batch).await.expect(202);
    assert_eq!(batch["recipe"][0]["engine"], "diffusion", "{batch}");
    for (paint, field) in [
        (json!({"steps": 0}), "steps"),
        (json!({"steps": 100_000}), "steps"),
        (json!({"guidance": -1}), "guidance"),
        (json!({"strength": 0}), "strength"),
        (json!({"negative_prompt": "x".repeat(3000)}), "negative_prompt"),
    ] {
        let wish = json!({"kind": "scene", "skus": ["TEA"], "templates": ["beach"], "engine": "diffusion", "paint": paint});
        let answer = server.post("/v1/generations", &key, wish).await;
        answer.refused(400, "request_invalid");
        assert_eq!(answer.json()["error"]["param"], format!("paint.{field}"), "{}", answer.text());
    }
    for wish in [
        json!({"kind": "packshot", "skus": ["TEA"], "engine": "diffusion"}),
        json!({"kind": "scene", "skus": ["TEA"], "templates": ["beach"], "paint": {"steps": 2}}),
        json!({"kind": "scene", "skus": ["TEA"], "templates": ["beach"], "engine": "diffusion", "paint": {"stpes": 2}}),
        json!({"kind": "scene", "skus": ["TEA"], "templates": ["beach"], "engine": "warp"}),
    ] {
        server.post("/v1/generations", &key, wish).await.refused(400, "request_invalid");
    }
    server.stop().await;
}

async fn a_server_without_a_pack_says_so(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    server.upload(&key, "tea-carton.jpg", "TEA").await.expect(202);
    let wish = json!({"kind": "scene", "skus": ["TEA"], "templates": ["beach"], "engine": "diffusion"});
    server.post("/v1/generations", &key, wish).await.refused(422, "engine_unknown");
    let line = json!({"kind": "scene", "templates": "auto", "engine": "diffusion"});
    let batch = json!({"subjects": {"skus": ["TEA"]}, "recipe": [line]});
    server.post("/v1/batches", &key, batch).await.refused(422, "engine_unknown");
    server.stop().await;
}

on_both_databases! {
    a_scene_is_painted_by_the_servers_pack,
    a_server_without_a_pack_says_so,
}

/// The documents of the API say which engines there are.
#[test]
fn the_document_knows_both_engines() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api/openapi.json")).unwrap();
    assert!(document.contains("`diffusion`") && document.contains("negative_prompt"));
}
