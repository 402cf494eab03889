//! Many generations with a budget: the default recipe, what can be done to a batch on its way, and the table of what came of it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use packshot::entity::job;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::imports::import;
use super::process::Process;
use super::removal::everything;
use super::{PASSWORD, Server, fixture, id, start};
use crate::support::{Engine, on_both_databases};

async fn merchant(on: Engine) -> (Server, String) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    (server, key)
}

/// Two products with a photo each, one without.
async fn catalog(server: &Server, key: &str) -> Value {
    let csv = b"sku,title,category,photo\nTEA,=Tea carton,food,tea-carton.jpg\nMOKA,Moka pot,kitchen,moka-pot.jpg\nNONE,Nothing,food,\n";
    let (tea, moka) = (fixture("tea-carton.jpg"), fixture("moka-pot.jpg"));
    import(server, key, &[("rows.csv", csv), ("tea-carton.jpg", &tea), ("moka-pot.jpg", &moka)]).await
}

async fn begun(server: &Server, key: &str, body: Value) -> String {
    let made = server.post("/v1/batches", key, body).await.expect(202);
    format!("/v1/batches/{}", id(&made))
}

/// Reads the batch until `enough` says so.
async fn until(server: &Server, key: &str, path: &str, enough: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(180);
    loop {
        let batch = server.get(path, key).await.expect(200);
        if enough(&batch) {
            return batch;
        }
        assert!(Instant::now() < deadline, "{batch:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn done(server: &Server, key: &str, path: &str) -> Value {
    until(server, key, path, |batch| batch["status"] == "completed").await
}

fn count(batch: &Value, name: &str) -> i64 {
    batch["progress"][name].as_i64().unwrap()
}

async fn act(server: &Server, key: &str, path: &str, what: &str) -> Value {
    server.send(Method::POST, &format!("{path}/{what}"), key, None).await.expect(200)
}

/// The priority of the jobs of a kind, which all have the same one.
async fn priority(server: &Server, kind: &str) -> i32 {
    let tx = everything(server).await;
    let jobs = job::Entity::find().filter(job::Column::Kind.eq(kind)).all(&tx).await.unwrap();
    let priorities: BTreeSet<i32> = jobs.iter().map(|job| job.priority).collect();
    assert_eq!(priorities.len(), 1, "{kind}: {priorities:?}");
    *priorities.first().unwrap()
}

async fn four_scenes_of_each_product_of_an_import_and_a_table_of_them(on: Engine) {
    let (server, key) = merchant(on).await;
    let import = catalog(&server, &key).await;
    let path = begun(&server, &key, json!({"name": "spring", "subjects": {"import": id(&import)}})).await;
    let batch = done(&server, &key, &path).await;
    assert_eq!((count(&batch, "total"), batch["without_photo"].as_i64()), (8, Some(1)), "{batch:#}");
    assert_eq!(count(&batch, "passed") + count(&batch, "review"), 8, "{batch:#}");
    // Cutouts of an import come behind pictures, or a large one would show none until its last photo is cut out.
    let (cutouts, pictures) =
        (priority(&server, "cutout_photo").await, priority(&server, "make_result").await);
    assert!(cutouts > pictures, "{cutouts} {pictures}");
    assert!(batch["usable_rate"].as_f64().unwrap() > 0.5, "{batch:#}");
    assert!(batch["draws_per_passed"].as_f64().unwrap() >= 1.0, "{batch:#}");
    assert!(batch["minutes_per_passed"].as_f64().unwrap() > 0.0, "{batch:#}");
    let names = |groups: &Value| -> Vec<String> {
        groups.as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&batch["by_category"]), ["food", "kitchen"]);
    assert!(names(&batch["by_template"]).len() >= 4, "{batch:#}");

    let table = server.get(&format!("{path}/manifest"), &key).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let text = table.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 9, "{text}");
    assert!(
        lines[0].starts_with("sku,title,category,template,status,") && lines[0].ends_with(",receipt,web")
    );
    assert!(text.contains(",'=Tea carton,") && !text.contains(",=Tea"), "{text}");
    let table = server.get(&format!("{path}/manifest?format=ndjson"), &key).await;
    assert_eq!(table.header("content-type"), "application/x-ndjson");
    let rows: Vec<Value> = table.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for sku in ["TEA", "MOKA"] {
        let own = rows.iter().filter(|row| row["sku"] == sku);
        let templates: BTreeSet<&str> = own.clone().map(|row| row["template"].as_str().unwrap()).collect();
        assert_eq!((own.count(), templates.len()), (4, 4), "{sku}: four pictures in four templates");
    }
    let passed = rows.iter().find(|row| row["status"] == "passed").unwrap();
    let file = server.get(passed["files"]["channels"]["web"].as_str().unwrap(), &key).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "image/jpeg"));
    let accept = [("Accept", "application/x-ndjson")];
    let same = server.send_with(Method::GET, &format!("{path}/manifest"), &key, None, &accept).await;
    assert_eq!(same.body, table.body);
    server.get(&format!("{path}/manifest?format=xml"), &key).await.refused(400, "request_invalid");
    let listed = server.get("/v1/batches", &key).await.expect(200);
    assert_eq!((&listed["data"][0]["name"], count(&listed["data"][0], "total")), (&json!("spring"), 8));
    server.stop().await;
}

async fn a_budget_holds_and_the_same_request_is_one_batch(on: Engine) {
    let (server, key) = merchant(on).await;
    catalog(&server, &key).await;
    let recipe = json!([
        {"kind": "packshot", "size": 512},
        {"kind": "scene", "templates": ["studio-sweep", "podium"], "count": 2, "size": 512, "channels": ["web", "shopify"]},
    ]);
    let body = json!({"subjects": {"all": true}, "recipe": recipe, "budget": 7, "market": "de", "month": 12, "seed": 9});
    let headers = [("Idempotency-Key", "spring")];
    let send =
        async || server.send_with(Method::POST, "/v1/batches", &key, Some(body.clone()), &headers).await;
    let (first, again) = (send().await.expect(202), send().await.expect(202));
    assert_eq!(first, again);
    assert_eq!(
        (&first["expected"], &first["market"], &first["month"]),
        (&json!(7), &json!("de"), &json!(12))
    );
    let batch = done(&server, &key, &format!("/v1/batches/{}", id(&first))).await;
    assert_eq!(count(&batch, "total"), 7, "{batch:#}");
    assert_eq!(server.get("/v1/batches", &key).await.expect(200)["data"].as_array().unwrap().len(), 1);

    let path = begun(
        &server,
        &key,
        json!({"subjects": {"category": "Food"}, "recipe": [{"kind": "packshot", "size": 512}]}),
    )
    .await;
    let batch = done(&server, &key, &path).await;
    assert_eq!((count(&batch, "total"), batch["without_photo"].as_i64()), (1, Some(1)));
    for (body, status, code) in [
        (json!({"subjects": {"skus": []}}), 400, "request_invalid"),
        (json!({"subjects": {"skus": ["NOPE"]}}), 404, "not_found"),
        (json!({"subjects": {"import": "imp_x"}}), 404, "not_found"),
        (json!({"subjects": {"all": false}}), 400, "request_invalid"),
        (json!({"subjects": {"some": true}}), 400, "request_invalid"),
        (json!({"subjects": {"all": true}, "recipe": []}), 400, "request_invalid"),
        (
            json!({"subjects": {"all": true}, "recipe": [{"kind": "scene", "templates": ["beech"]}]}),
            422,
            "template_unknown",
        ),
        (
            json!({"subjects": {"all": true}, "recipe": [{"kind": "scene", "templates": "some"}]}),
            400,
            "request_invalid",
        ),
        (
            json!({"subjects": {"all": true}, "recipe": [{"kind": "packshot", "templates": "auto"}]}),
            400,
            "request_invalid",
        ),
        (
            json!({"subjects": {"all": true}, "recipe": [{"kind": "scene", "count": 60}, {"kind": "scene", "count": 60}]}),
            400,
            "request_invalid",
        ),
        (
            json!({"subjects": {"all": true}, "recipe": [{"kind": "scene", "channels": ["mars"]}]}),
            422,
            "channel_unknown",
        ),
        (json!({"subjects": {"all": true}, "market": "mars"}), 422, "market_unknown"),
        (json!({"subjects": {"all": true}, "month": 3}), 400, "request_invalid"),
        (json!({"subjects": {"all": true}, "budget": 0}), 400, "request_invalid"),
    ] {
        server.post("/v1/batches", &key, body).await.refused(status, code);
    }
    server.stop().await;
}

async fn a_batch_rests_goes_on_and_ends_when_it_is_told_to(on: Engine) {
    let (server, key) = merchant(on).await;
    catalog(&server, &key).await;
    let recipe = json!([{"kind": "scene", "templates": ["studio-sweep"], "count": 30, "size": 512}]);
    let path = begun(&server, &key, json!({"subjects": {"skus": ["MOKA", "TEA"]}, "recipe": recipe})).await;
    until(&server, &key, &path, |batch| count(batch, "passed") > 0).await;
    let paused = act(&server, &key, &path, "pause").await;
    assert_eq!((&paused["status"], count(&paused, "total")), (&json!("paused"), 60), "{paused:#}");
    act(&server, &key, &path, "pause").await;
    server.send(Method::POST, &format!("{path}/retry_failed"), &key, None).await.refused(409, "batch_rests");
    // What two workers were at is finished, and nothing else is begun.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let rested = server.get(&path, &key).await.expect(200);
    let ended = |batch: &Value| 60 - count(batch, "queued");
    assert!(ended(&rested) <= ended(&paused) + 2 && ended(&rested) < 60, "{paused:#} {rested:#}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let still = server.get(&path, &key).await.expect(200);
    assert_eq!(still["progress"], rested["progress"]);

    let resumed = act(&server, &key, &path, "resume").await;
    assert_eq!(resumed["status"], "in_progress");
    until(&server, &key, &path, |batch| ended(batch) > ended(&rested)).await;
    let cancelled = act(&server, &key, &path, "cancel").await;
    assert_eq!(
        (&cancelled["status"], count(&cancelled, "queued")),
        (&json!("cancelled"), 0),
        "{cancelled:#}"
    );
    assert!(count(&cancelled, "cancelled") > 0);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = server.get(&path, &key).await.expect(200);
    assert_eq!(after["progress"], cancelled["progress"], "something went on");
    assert_eq!(act(&server, &key, &path, "resume").await["status"], "cancelled");
    server.stop().await;
}

async fn a_batch_that_is_paused_before_it_begins_goes_on_later_and_failures_are_tried_again(on: Engine) {
    let server = start(on, &[], true).await;
    let key = server.key(&server.owner("merchant").await, &["write"]).await;
    catalog(&server, &key).await;
    // A picture of nothing cannot be cut out: its pictures fail at once, cost nothing, and are not tried in vain.
    let blank = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_pixel(128, 128, image::Rgb([255; 3]))
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    };
    import(&server, &key, &[("BLANK.png", &blank)]).await;
    let recipe = json!([{"kind": "packshot", "size": 512}]);
    let path = begun(&server, &key, json!({"subjects": {"all": true}, "recipe": recipe, "budget": 2})).await;
    act(&server, &key, &path, "pause").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.get(&path, &key).await.expect(200)["status"], "paused");
    act(&server, &key, &path, "resume").await;
    let batch = done(&server, &key, &path).await;
    let of = ["total", "passed", "review", "failed"].map(|name| count(&batch, name));
    assert_eq!((of[0], of[1] + of[2], of[3]), (3, 2, 1), "{batch:#}");
    let table = server.get(&format!("{path}/manifest?format=ndjson"), &key).await.text();
    assert!(table.contains("\"no_product_found\"") || table.contains("\"background_not_plain\""), "{table}");
    let again = act(&server, &key, &path, "retry_failed").await;
    assert_eq!((&again["status"], count(&again, "failed")), (&json!("completed"), 1));
    server.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_killed_goes_on_and_asks_for_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let first = Process::start(folder.path());
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    first.send("/v1/accounts", "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = first.send("/v1/sessions", "", Some(session)).await;
    let token = session["access_token"].as_str().unwrap().to_owned();
    let photo = Part::bytes(fixture("tea-carton.jpg")).file_name("tea.jpg");
    let form = Form::new().part("file", photo).text("sku", "TEA");
    let sent = first.client.post(format!("{}/v1/photos", first.base)).bearer_auth(&token).multipart(form);
    assert_eq!(sent.send().await.unwrap().status(), 202);
    let recipe = json!([{"kind": "scene", "templates": ["studio-sweep"], "count": 30, "size": 512}]);
    let batch = json!({"subjects": {"all": true}, "recipe": recipe});
    let made = first.send("/v1/batches", &token, Some(batch)).await;
    let path = format!("/v1/batches/{}", id(&made));
    let deadline = Instant::now() + Duration::from_secs(120);
    let ended = |batch: &Value| count(batch, "passed") + count(batch, "review");
    let before = loop {
        let now = first.send(&path, &token, None).await;
        if ended(&now) > 0 {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!(first.end("-KILL"), None);
    assert!(ended(&before) < 30, "it was not killed in the middle: {before}");

    let second = Process::start(folder.path());
    let done = loop {
        let now = second.send(&path, &token, None).await;
        if now["status"] == "completed" {
            break now;
        }
        assert!(Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((count(&done, "total"), ended(&done)), (30, 30), "{done:#}");
    second.end("-KILL");
}

on_both_databases! {
    four_scenes_of_each_product_of_an_import_and_a_table_of_them,
    a_budget_holds_and_the_same_request_is_one_batch,
    a_batch_rests_goes_on_and_ends_when_it_is_told_to,
    a_batch_that_is_paused_before_it_begins_goes_on_later_and_failures_are_tried_again,
}
