//! What was used, and what a batch would come to.

use reqwest::Method;
use serde_json::{Value, json};

use super::imports::import;
use super::{Server, id, start};
use crate::support::{Engine, on_both_databases};

async fn used(server: &Server, key: &str, query: &str) -> Vec<Value> {
    server.get(&format!("/v1/usage{query}"), key).await.expect(200)["data"].as_array().unwrap().clone()
}

async fn what_was_used_is_counted_and_stays_counted(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("ann").await, &["write"]).await;
    let other = server.key(&server.owner("bob").await, &["read"]).await;
    assert!(used(&server, &key, "").await.is_empty());
    let photo = server.upload(&key, "moka-pot.jpg", "MOKA").await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 256, "count": 2});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    let done = server.finished(&key, id(&asked)).await;
    assert_eq!(done["progress"]["passed"], 2, "{done}");
    let days = used(&server, &key, "").await;
    let day = days.last().unwrap();
    let sum = |name: &str| days.iter().map(|day| day[name].as_i64().unwrap()).sum::<i64>();
    for (name, number) in
        [("photos", 1), ("cutouts", 1), ("candidates", 2), ("delivered", 2), ("review", 0), ("failed", 0)]
    {
        assert_eq!(sum(name), number, "{name}: {day}");
    }
    // The photo and more; seconds are rounded.
    assert!(sum("bytes_stored") > super::fixture("moka-pot.jpg").len() as i64, "{day}");
    assert!(sum("seconds") >= 0 && day["period"].as_str().unwrap().len() == 10);
    let path = format!("/v1/photos/{}", id(&photo));
    assert_eq!(server.send(Method::DELETE, &path, &key, None).await.status, 204);
    assert_eq!(used(&server, &key, "").await, days);
    let months = used(&server, &key, "?by=month&from=2026-01-01").await;
    assert_eq!(months.iter().map(|month| month["delivered"].as_i64().unwrap()).sum::<i64>(), 2);
    assert_eq!(months[0]["period"].as_str().unwrap().len(), 7);
    assert!(used(&server, &key, "?from=2020-01-01&to=2020-12-31").await.is_empty());
    assert!(used(&server, &other, "").await.is_empty());
    for query in [
        "?by=week",
        "?from=yesterday",
        "?from=2026-02-30",
        "?from=2027-01-01&to=2026-01-01",
        "?from=1990-01-01",
    ] {
        server.get(&format!("/v1/usage{query}"), &key).await.refused(400, "request_invalid");
    }
    server.stop().await;
}

async fn a_quote_says_what_a_batch_comes_to_and_starts_none(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("ann").await, &["write"]).await;
    let csv = "sku,category\nA,kitchen\nB,kitchen\nC,home\n";
    let none = import(&server, &key, &[("rows.csv", csv.as_bytes())]).await;
    let photo = server.upload(&key, "moka-pot.jpg", "A").await.expect(202);
    let quote = async |body: Value| server.post("/v1/quotes", &key, body).await;
    let all = quote(json!({"subjects": {"all": true}})).await.expect(200);
    let told =
        |quote: &Value| ["products", "without_photo", "pictures"].map(|name| quote[name].as_i64().unwrap());
    assert_eq!((told(&all), &all["minutes"]), ([3, 2, 4], &Value::Null));
    let kitchen =
        json!({"subjects": {"category": "Kitchen"}, "recipe": [{"kind": "scene", "count": 10}], "budget": 7});
    assert_eq!(told(&quote(kitchen).await.expect(200)), [2, 1, 7]);
    let of_import = json!({"subjects": {"import": id(&none)}, "recipe": [{"kind": "packshot"}]});
    assert_eq!(told(&quote(of_import).await.expect(200)), [3, 2, 1]);
    assert_eq!(server.get("/v1/batches", &key).await.expect(200)["data"], json!([]));
    // Once pictures were made, their speed is known.
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 256, "count": 14});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    server.finished(&key, id(&asked)).await;
    let known = quote(json!({"subjects": {"skus": ["A"]}})).await.expect(200);
    assert!(known["pictures_per_minute"].as_f64().unwrap() > 0.0 && known["minutes"].is_f64(), "{known}");
    assert_eq!((told(&known), &known["ahead"]), ([1, 0, 4], &json!(0)));
    for (body, code) in [
        (json!({"subjects": {"skus": ["NOPE"]}}), "not_found"),
        (json!({"subjects": {"all": true}, "recipe": []}), "request_invalid"),
        (json!({"subjects": {"all": true}, "budget": 0}), "request_invalid"),
        (json!({"subjects": {"all": true}, "market": "xx"}), "market_unknown"),
    ] {
        assert_eq!(quote(body).await.json()["error"]["code"], code);
    }
    server.stop().await;
}

on_both_databases! {
    a_quote_says_what_a_batch_comes_to_and_starts_none,
    what_was_used_is_counted_and_stays_counted,
}
