//! Taking back: photos and products go with all that was made of them, organizations with everything, and nobody else loses anything.

use std::path::Path;

use packshot::domain::SystemScope;
use packshot::entity;
use packshot::jobs::remove::LINGER;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use serde_json::{Value, json};

use super::{PASSWORD, Server, id, start, token};
use crate::support::{Engine, on_both_databases};

/// Files under a folder.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

fn objects(server: &Server) -> usize {
    files(&server.folder.path().join("objects"))
}

pub(super) async fn everything(server: &Server) -> DatabaseTransaction {
    entity::write(&server.db, &SystemScope::established("a test")).await.unwrap()
}

/// Lets the time pass for which objects outlive their rows.
async fn time_passes(server: &Server) {
    let micros = i64::try_from(LINGER.as_micros()).unwrap();
    let tx = everything(server).await;
    let sql = format!("UPDATE job SET scheduled_at = scheduled_at - {micros} WHERE state = 'scheduled'");
    tx.execute_unprepared(&sql).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whether no job is waiting or at work but those that tell shops, which store nothing. What is cancelled at work may still store something; the time for
/// which objects linger is for that, and a test that skips it must not rely on it.
async fn all_done(server: &Server) -> bool {
    let tx = everything(server).await;
    let sql = "SELECT count(*) FROM job WHERE kind <> 'deliver_event' AND state NOT IN ('completed', 'cancelled', 'discarded')";
    let waiting = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), sql)).await.unwrap();
    waiting.unwrap().try_get_by_index::<i64>(0).unwrap() == 0
}

async fn until(what: &str, is: impl AsyncFn() -> bool) {
    for _ in 0..400 {
        if is().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{what} never came true");
}

/// One photo with a white image of it.
async fn made(server: &Server, key: &str, sku: &str) -> (Value, Value) {
    let photo = server.upload(key, "tea-carton.jpg", sku).await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 512});
    let asked = server.post("/v1/generations", key, wish).await.expect(202);
    (photo, server.finished(key, id(&asked)).await)
}

async fn what_is_taken_back_goes_with_all_that_was_made_of_it(on: Engine) {
    let server = start(on, &[], true).await;
    let owner = server.owner("tidy").await;
    let key = server.key(&owner, &["write"]).await;
    // The same bytes under two SKUs: photo, cutout, shadow, master and rendition are shared, receipts are not.
    let (first, made_first) = made(&server, &key, "ONE").await;
    let alone = objects(&server);
    let (second, made_second) = made(&server, &key, "TWO").await;
    assert!(objects(&server) > alone);
    let file = |made: &Value| made["results"][0]["files"]["channels"]["web"].as_str().unwrap().to_owned();
    let (kept, path) = (file(&made_second), format!("/v1/photos/{}", id(&first)));

    let reader = server.key(&owner, &["read"]).await;
    server.send(Method::DELETE, &path, &reader, None).await.refused(403, "forbidden");
    assert_eq!(server.send(Method::DELETE, &path, &key, None).await.status, 204);
    server.get(&path, &key).await.refused(404, "not_found");
    server
        .get(&format!("/v1/results/{}", id(&made_first["results"][0])), &key)
        .await
        .refused(404, "not_found");
    server.get(&format!("/v1/generations/{}", id(&made_first)), &key).await.refused(404, "not_found");
    server.send(Method::DELETE, &path, &key, None).await.refused(404, "not_found");
    time_passes(&server).await;
    until("only what the other photo names is left", async || objects(&server) == alone).await;
    assert_eq!(server.get(&kept, &key).await.status, 200);

    // With its product the other one goes, too, and nothing is left.
    let product = format!("/v1/products/{}", second["product"].as_str().unwrap());
    assert_eq!(server.send(Method::DELETE, &product, &key, None).await.status, 204);
    server.get(&product, &key).await.refused(404, "not_found");
    time_passes(&server).await;
    until("nothing is left", async || objects(&server) == 0).await;
    server.get(&kept, &key).await.refused(404, "not_found");

    // One that is not cut out yet, and comes again at once: it stays.
    let photo = server.upload(&key, "moka-pot.jpg", "POT").await.expect(202);
    let path = format!("/v1/photos/{}", id(&photo));
    assert_eq!(server.send(Method::DELETE, &path, &key, None).await.status, 204);
    let again = server.upload(&key, "moka-pot.jpg", "POT").await.expect(202);
    time_passes(&server).await;
    let wish = json!({"kind": "packshot", "photos": [id(&again)], "size": 512});
    let asked = server.post("/v1/generations", &key, wish).await.expect(202);
    let done = server.finished(&key, id(&asked)).await;
    assert_eq!(done["progress"]["passed"], 1, "{done:#}");
    server.stop().await;
}

/// Tables with rows of organizations, by name, and how many rows each has of this one.
async fn rows(server: &Server, organization: &str) -> Vec<(String, i64)> {
    let tx = everything(server).await;
    let backend = tx.get_database_backend();
    let names = match backend {
        sea_orm::DbBackend::Postgres => {
            "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'organization_id'"
        }
        _ => {
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'organization_id'"
        }
    };
    let mut found = Vec::new();
    for row in tx.query_all_raw(Statement::from_string(backend, names)).await.unwrap() {
        let table: String = row.try_get_by_index(0).unwrap();
        let sql = format!("SELECT count(*) FROM {table} WHERE organization_id = '{organization}'");
        let count = tx.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
        found.push((table, count.try_get_by_index(0).unwrap()));
    }
    assert!(found.len() >= 16, "{found:?}");
    found
}

async fn a_forgotten_organization_leaves_nothing_and_takes_nothing_along(on: Engine) {
    let server = start(on, &[], true).await;
    let (ann, bob) = (server.owner("ann").await, server.owner("bob").await);
    let (anns, bobs) = (server.key(&ann, &["write"]).await, server.key(&bob, &["write"]).await);
    let (_, kept) = made(&server, &bobs, "BOB").await;
    let before = objects(&server);
    made(&server, &anns, "ANN").await;
    server
        .post("/v1/webhook_endpoints", token(&ann), json!({"address": "https://shop.example/"}))
        .await
        .expect(201);
    server.post("/v1/invites", token(&ann), json!({"role": "admin"})).await.expect(201);
    super::imports::import(&server, &anns, &[("TIN.png", &super::imports::picture(1))]).await;
    let small = json!({"subjects": {"skus": ["ANN"]}, "recipe": [{"kind": "packshot", "size": 512}]});
    server.post("/v1/batches", &anns, small).await.expect(202);
    let story = json!({"content": super::videos::two_shots("kept")});
    server.post("/v1/storyboards", &anns, story).await.expect(201);
    let held = json!({"sku": "ANN", "storyboard": "kept", "approve": ["plan"]});
    server.post("/v1/videos", &anns, held).await.expect(202);
    until("all that was asked for is done", async || all_done(&server).await).await;
    let account = server.get("/v1/account", &anns).await.expect(200);
    let organization = account["organization"].as_str().unwrap();
    assert!(rows(&server, organization).await.iter().filter(|(_, count)| *count > 0).count() > 12);

    let close = |confirm: &str| Some(json!({"confirm": confirm}));
    let end = "/v1/organization";
    server.send(Method::DELETE, end, &anns, close("ann")).await.refused(403, "forbidden");
    server.send(Method::DELETE, end, token(&ann), close("bob")).await.refused(400, "request_invalid");
    assert_eq!(server.send(Method::DELETE, end, token(&ann), close("ann")).await.status, 202);
    server.get("/v1/photos", &anns).await.refused(401, "unauthenticated");
    server.get("/v1/photos", token(&ann)).await.refused(401, "unauthenticated");
    let signed = json!({"email": "ann@example.com", "password": PASSWORD});
    server.post("/v1/sessions", "", signed).await.refused(401, "credentials_invalid");

    time_passes(&server).await;
    let gone = async || rows(&server, organization).await.iter().all(|(_, count)| *count == 0);
    until("no row is left", gone).await;
    assert_eq!(objects(&server), before);
    let file = kept["results"][0]["files"]["channels"]["web"].as_str().unwrap();
    assert_eq!(server.get(file, &bobs).await.status, 200);
    // The address is free again.
    server.owner("ann").await;
    server.stop().await;
}

on_both_databases! {
    a_forgotten_organization_leaves_nothing_and_takes_nothing_along,
    what_is_taken_back_goes_with_all_that_was_made_of_it,
}
