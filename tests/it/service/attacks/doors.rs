//! Ways in and out (A8, A14, A16, A21): proxies from the environment, tokens without end, accounts that are guessed at, what the audit keeps.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::service::addresses::Shop;
use crate::service::process::Process;
use crate::service::{PASSWORD, id, start, token};
use crate::support::{Engine, on_both_databases};

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_that_the_environment_names_is_used() {
    let (folder, canary) = (tempfile::tempdir().unwrap(), Shop::open().await);
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let proxies = names.map(|name| (name, canary.base.as_str()));
    let settings = [&proxies[..], &[("PACKSHOT_LOG", "error")]].concat();
    let server = Process::start_with(folder.path(), &settings, None);
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(format!("{}/v1/accounts", server.base)).json(&account).send().await.unwrap();
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = server.send("/v1/sessions", "", Some(session)).await;
    let bearer = token(&session);
    // A name that leads nowhere: whoever used the proxy would ask it, and be heard.
    let photo = json!({"url": "https://photos.invalid/1.png", "sku": "A"});
    let photo = server.send("/v1/photos", bearer, Some(photo)).await;
    let hook = json!({"address": "https://hooks.invalid/", "events": ["*"]});
    let hook = server.send("/v1/webhook_endpoints", bearer, Some(hook)).await;
    server.send(&format!("/v1/webhook_endpoints/{}/test", id(&hook)), bearer, Some(json!({}))).await;
    let deliveries = format!("/v1/webhook_endpoints/{}/deliveries", id(&hook));
    let deadline = Instant::now() + Duration::from_secs(30);
    while server.send(&deliveries, bearer, None).await["data"][0]["attempts"] == 0 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let now = server.send(&format!("/v1/photos/{}", id(&photo)), bearer, None).await;
    assert_ne!(now["status"], "ready");
    assert_eq!(canary.dialled.load(Ordering::SeqCst), 0);
    assert_eq!(server.end("-TERM"), Some(0));
}

async fn a_token_without_end_is_refused_and_costs_nothing(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("ann").await;
    for length in [10_000, 1 << 20] {
        let long = format!("{}{}", token(&owner), "x".repeat(length));
        // On a connection of its own, which the server may cut.
        let request = reqwest::Client::new().get(format!("{}/v1/account", server.base)).bearer_auth(long);
        // A head of a megabyte is cut off: an answer, or none at all.
        if let Ok(answer) = request.send().await {
            assert!([400, 401, 431].contains(&answer.status().as_u16()), "{}", answer.status());
        }
    }
    server.get("/v1/account", token(&owner)).await.expect(200);
    server.stop().await;
}

async fn nobody_learns_by_time_who_has_an_account(on: Engine) {
    const TRIES: usize = 12;
    let server = start(on, &[], false).await;
    server.owner("ann").await;
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..TRIES {
        for (who, times) in
            ["ann@example.com".to_owned(), format!("nobody-{number}@example.com")].into_iter().zip(&mut times)
        {
            let body = json!({"email": who, "password": "wrong password"});
            let begun = Instant::now();
            server.post("/v1/sessions", "", body).await.refused(401, "credentials_invalid");
            times.push(begun.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[TRIES / 2].as_secs_f64()
    };
    let ratio = median(&mut times[0]) / median(&mut times[1]);
    // A tenth is the aim on a quiet machine; whoever left the hash out would be a hundred times quicker.
    assert!((0.5..2.0).contains(&ratio), "{ratio}");
    server.stop().await;
}

async fn what_the_powerful_do_is_kept_and_cannot_be_changed(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("ann").await;
    let admin = token(&owner);
    let key = server.post("/v1/api_keys", admin, json!({"name": "k"})).await.expect(201);
    server.send(Method::DELETE, &format!("/v1/api_keys/{}", id(&key)), admin, None).await;
    server.post("/v1/invites", admin, json!({"role": "viewer"})).await.expect(201);
    let hook = json!({"address": "https://shop.example/"});
    server.post("/v1/webhook_endpoints", admin, hook).await.expect(201);
    let listed = server.get("/v1/audit_events?limit=100", admin).await.expect(200);
    let acts: Vec<Value> = listed["data"].as_array().unwrap().clone();
    for action in ["api_key.create", "api_key.revoke", "invite.create", "webhook_endpoint.create"] {
        let act = acts.iter().find(|act| act["action"] == action);
        let act = act.unwrap_or_else(|| panic!("{action} is not kept: {acts:#?}"));
        assert!(!act.to_string().contains(key["secret"].as_str().unwrap()), "{act}");
    }
    // There is no way to change it.
    for method in [Method::DELETE, Method::PATCH, Method::PUT, Method::POST] {
        let path = format!("/v1/audit_events/{}", id(&acts[0]));
        for path in [path.as_str(), "/v1/audit_events"] {
            server.send(method.clone(), path, admin, None).await.refused(404, "not_found");
        }
    }
    server.stop().await;
}

on_both_databases! {
    a_token_without_end_is_refused_and_costs_nothing,
    nobody_learns_by_time_who_has_an_account,
    what_the_powerful_do_is_kept_and_cannot_be_changed,
}
