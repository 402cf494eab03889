//! The way of a merchant's program: sign up, key, upload, ask, wait, download; and the gate for a foreign picture.

use packshot::domain::Digest;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use super::{fixture, id, start, token};
use crate::support::{Engine, on_both_databases};

async fn from_signing_up_to_a_jpeg_that_passed(on: Engine) {
    let server = start(on, &[], true).await;
    let session = server.owner("merchant").await;
    let key = server.key(&session, &["write"]).await;
    assert!(key.starts_with("pk_live_"));

    let photo = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    assert_eq!(photo["status"], "pending");
    assert_eq!(photo["digest"], Digest::of(&fixture("moka-pot.jpg")).hex());
    let products = server.get("/v1/products", &key).await.expect(200);
    assert_eq!(products["data"][0]["sku"], "MOKA-6");

    // Asked for before the photo is cut out: it is waited for.
    let wish = json!({
        "kind": "scene", "skus": ["MOKA-6"], "templates": ["kitchen-counter", "studio-sweep"], "size": 1024,
    });
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    assert_eq!(
        (asked["status"].as_str(), asked["progress"]["total"].as_i64()),
        (Some("in_progress"), Some(2))
    );
    let white =
        json!({"kind": "packshot", "photos": [id(&photo)], "size": 1024, "channels": ["web", "shopify"]});
    let white = server.post("/v1/generations", &key, white).await.expect(202);

    let scenes = server.finished(&key, id(&asked)).await;
    let white = server.finished(&key, id(&white)).await;
    let templates: Vec<_> =
        scenes["results"].as_array().unwrap().iter().map(|r| r["template"].as_str().unwrap()).collect();
    assert_eq!(templates, ["kitchen-counter", "studio-sweep"]);
    assert_eq!(white["progress"]["passed"], 1, "{white:#}");
    let photo = server.get(&format!("/v1/photos/{}", id(&photo)), &key).await.expect(200);
    assert_eq!(photo["status"], "ready");
    let cutout = server.get(photo["cutout"].as_str().unwrap(), &key).await;
    assert!(cutout.body.starts_with(b"\x89PNG"));

    let result = server.get(&format!("/v1/results/{}", id(&white["results"][0])), &key).await.expect(200);
    assert_eq!((&result["verdict"], &result["status"]), (&json!("pass"), &json!("passed")));
    assert!(result["report"]["checks"].as_array().unwrap().len() > 5);
    let receipt = server.get(result["files"]["receipt"].as_str().unwrap(), &key).await.expect(200);
    assert_eq!(receipt["sku"], "MOKA-6");
    let link = result["files"]["channels"]["web"].as_str().unwrap();
    let file = server.get(link, &key).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "image/jpeg");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let picture = image::load_from_memory_with_format(&file.body, image::ImageFormat::Jpeg).unwrap();
    // The photo has no more to show than this, and a file may be enlarged from it by a little.
    let master = receipt["placement"]["width"].as_f64().unwrap();
    assert!((1000.0..1300.0).contains(&master), "{master}");
    assert!((f64::from(picture.width()) - 1.3 * master).abs() <= 1.0, "{} {master}", picture.width());
    assert_eq!(picture.width(), picture.height());
    let tag = file.header("etag");
    assert!(link.ends_with(tag.trim_matches('"')) && Digest::of(&file.body).hex() == tag.trim_matches('"'));
    let again = server.send_with(Method::GET, link, &key, None, &[("If-None-Match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));

    let master = server.get(result["files"]["master"].as_str().unwrap(), &key).await.body;
    foreign_picture(&server, &key, master, receipt).await;
    let used = server.get("/v1/api_keys", token(&session)).await.expect(200);
    assert!(used["data"][0]["last_used_at"].is_i64(), "{used}");
    server.stop().await;
}

/// The gate passes the picture that was made, with its receipt, and rejects it for another product's photo.
async fn foreign_picture(server: &super::Server, key: &str, master: Vec<u8>, receipt: serde_json::Value) {
    let pair = |photo: &str| {
        Form::new()
            .part("source", Part::bytes(fixture(photo)).file_name(photo.to_owned()))
            .part("candidate", Part::bytes(master.clone()).file_name("master.png"))
    };
    let form = pair("moka-pot.jpg").text("placement", receipt.to_string());
    let judged = server.form("/v1/verifications", key, form).await.expect(200);
    assert_eq!(judged["verdict"], "pass", "{judged:#}");
    let other = pair("tea-carton.jpg").text("placement", receipt.to_string());
    server.form("/v1/verifications", key, other).await.refused(422, "source_mismatch");
}

async fn a_photo_that_cannot_be_cut_out_fails_its_pictures_with_the_reason(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    // A photo of noise: a picture, but no product on white.
    let noise = image::RgbImage::from_fn(256, 256, |x, y| {
        let value = Digest::of(&[x as u8, y as u8]).bytes()[0];
        image::Rgb([value, value.wrapping_mul(7), value.wrapping_mul(13)])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let form = super::form_with(bytes.into_inner(), "noise.png").text("sku", "NOISE");
    let photo = server.form("/v1/photos", &key, form).await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)]});
    let asked = server.post("/v1/generations", &key, wish.clone()).await.expect(202);
    let done = server.finished(&key, id(&asked)).await;
    assert_eq!(done["progress"]["failed"], 1, "{done:#}");
    let reason = &done["results"][0]["problem"]["code"];
    assert_eq!(reason, "background_not_plain");
    // Asked for after the photo failed: the same, at once.
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    assert_eq!((&asked["status"], &asked["progress"]["failed"]), (&json!("completed"), &json!(1)));
    server.stop().await;
}

async fn a_prompt_finds_a_template_and_says_what_nothing_answers(on: Engine) {
    let server = start(on, &[], false).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    let photo = server.upload(&key, "moka-pot.jpg", "MOKA-6").await.expect(202);
    let wish =
        json!({"kind": "scene", "photos": [id(&photo)], "prompt": "on a beach with a zeppelin", "count": 2});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    assert_eq!(asked["templates"], json!(["beach"]));
    assert_eq!(asked["notices"][0]["code"], "prompt_not_honored");
    assert!(asked["notices"][0]["message"].as_str().unwrap().contains("zeppelin"), "{asked}");
    for (wish, code) in [
        (json!({"kind": "scene", "photos": [id(&photo)], "templates": ["beech"]}), "template_unknown"),
        (json!({"kind": "scene", "photos": [id(&photo)]}), "request_invalid"),
        (
            json!({"kind": "scene", "photos": [id(&photo)], "skus": [], "templates": ["beach"]}),
            "request_invalid",
        ),
        (json!({"kind": "packshot", "photos": []}), "request_invalid"),
        (json!({"kind": "packshot", "photos": [id(&photo)], "channels": ["mars"]}), "channel_unknown"),
        (json!({"kind": "packshot", "photos": [id(&photo)], "count": 101}), "request_invalid"),
        (json!({"kind": "packshot", "photos": [id(&photo)], "cuont": 1}), "request_invalid"),
        (json!({"kind": "video", "photos": [id(&photo)]}), "request_invalid"),
    ] {
        let answer = server.post("/v1/generations", &key, wish.clone()).await;
        assert_eq!(answer.json()["error"]["code"], code, "{wish}: {}", answer.text());
        assert!(answer.status.is_client_error());
    }
    server.stop().await;
}

on_both_databases! {
    from_signing_up_to_a_jpeg_that_passed,
    a_photo_that_cannot_be_cut_out_fails_its_pictures_with_the_reason,
    a_prompt_finds_a_template_and_says_what_nothing_answers,
}
