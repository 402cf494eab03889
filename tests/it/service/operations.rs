//! What an operator and a browser rely on: metrics on an address of their own, logs without secrets, pages of other origins, headers.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::process::Process;
use super::{PASSWORD, fixture, id, start};
use crate::support::Engine;

/// Everything that all crates have to say, in the format for machines.
const LOUD: [(&str, &str); 4] = [
    ("PACKSHOT_LOG", "trace"),
    ("PACKSHOT_LOG_FORMAT", "json"),
    ("PACKSHOT_METRICS_LISTEN", "127.0.0.1:0"),
    ("PACKSHOT_WEBHOOK_ADDRESSES", "anywhere"),
];

/// Signs up, makes a key, an endpoint, pictures and mistakes. Returns every secret that was in play, each with its name.
async fn a_day(server: &Process) -> Vec<(&'static str, String)> {
    let account = json!({"email": "ann@example.com", "password": PASSWORD, "organization": "Ann"});
    server.send("/v1/accounts", "", Some(account)).await;
    let session = json!({"email": "ann@example.com", "password": PASSWORD});
    let session = server.send("/v1/sessions", "", Some(session)).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (token, refresh) = (text(&session["access_token"]), text(&session["refresh_token"]));
    let fresh = json!({"refresh_token": refresh});
    let fresh = server.send("/v1/sessions/refresh", "", Some(fresh)).await;
    let token = if fresh["access_token"].is_string() { text(&fresh["access_token"]) } else { token };
    let body = json!({"name": "sync", "scopes": ["write"]});
    let key = text(&server.send("/v1/api_keys", &token, Some(body)).await["secret"]);
    let invite = server.send("/v1/invites", &token, Some(json!({"role": "viewer"}))).await;
    let hook = json!({"address": "http://127.0.0.1:9999/hook?token=hook-s3cret", "events": ["*"]});
    let hook = server.send("/v1/webhook_endpoints", &token, Some(hook)).await;

    let form =
        Form::new().text("sku", "MOKA").part("file", Part::bytes(fixture("moka-pot.jpg")).file_name("m.jpg"));
    let upload = server.client.post(format!("{}/v1/photos", server.base)).bearer_auth(&key).multipart(form);
    let photo: Value = upload.send().await.unwrap().json().await.unwrap();
    let by_address = json!({"url": "https://localhost:9999/a.png?signature=url-s3cret", "sku": "B"});
    server.send("/v1/photos", &key, Some(by_address)).await;
    let wish = json!({"kind": "packshot", "photos": [id(&photo)], "size": 256});
    let asked = server.send("/v1/generations", &key, Some(wish)).await;
    let path = format!("/v1/generations/{}", id(&asked));
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.send(&path, &key, None).await["status"] != "completed" {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let wrong = json!({"email": "ann@example.com", "password": "wrong-s3cret-wrong"});
    for (path, body) in
        [("/v1/sessions", wrong), ("/v1/sessions/refresh", json!({"refresh_token": "refresh-s3cret"}))]
    {
        let answer = server.client.post(format!("{}{path}", server.base)).json(&body).send().await.unwrap();
        assert!(answer.status().is_client_error());
    }
    let stranger = server.client.get(format!("{}/v1/photos?starting_after=query-s3cret", server.base));
    assert_eq!(stranger.bearer_auth("pk_live_bearer-s3cret").send().await.unwrap().status(), 401);
    vec![
        ("password", PASSWORD.to_owned()),
        ("wrong password", "wrong-s3cret-wrong".to_owned()),
        ("access token", token),
        ("refresh token", refresh),
        ("another's refresh token", "refresh-s3cret".to_owned()),
        ("key", key),
        ("another's key", "bearer-s3cret".to_owned()),
        ("invitation", text(&invite["secret"])),
        ("webhook secret", text(&hook["secret"])),
        ("webhook address", "hook-s3cret".to_owned()),
        ("signed address", "url-s3cret".to_owned()),
        ("query", "query-s3cret".to_owned()),
    ]
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_process_tells_its_monitoring_how_it_is_and_its_log_no_secret() {
    let (folder, logs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let log = logs.path().join("log");
    let server = Process::start_with(folder.path(), &LOUD, Some(&log));
    let secrets = a_day(&server).await;

    let metrics = server.line.split_whitespace().find(|word| word.ends_with("/metrics,")).unwrap();
    let metrics = metrics.trim_end_matches(',');
    let answer = server.client.get(metrics).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = answer.text().await.unwrap();
    for wanted in [
        "packshot_http_request_duration_seconds_count{route=\"/v1/generations/{id}\",method=\"GET\",status=\"200\"}",
        "packshot_http_request_duration_seconds_count{route=\"/v1/photos\",method=\"GET\",status=\"401\"} 1",
        "packshot_items_total{kind=\"make_result\",outcome=\"completed\"} 1",
        "packshot_item_run_seconds_count{kind=\"cutout_photo\"} 1",
        "packshot_item_wait_seconds_count{kind=\"cutout_photo\"} 1",
        "packshot_items_total{kind=\"fetch_photo\",outcome=\"discarded\"} 1",
        "packshot_webhook_delivery_seconds_count{outcome=\"failed\"}",
        "# EOF",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
    for tenant in ["org_", "key_", "pho_", "ann@"] {
        assert!(!text.contains(tenant), "{tenant} is in {text}");
    }
    let alive = metrics.replace("/metrics", "/healthz");
    assert_eq!(server.client.get(alive).send().await.unwrap().status(), 200);
    // Customers do not find it.
    assert_eq!(server.client.get(format!("{}/metrics", server.base)).send().await.unwrap().status(), 404);
    assert_eq!(server.end("-TERM"), Some(0));

    let log = std::fs::read_to_string(log).unwrap();
    // What the program itself says for people at its end is not the log's.
    let lines = log.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<_> = lines.iter().filter(|line| line["target"] == "packshot::http").collect();
    assert!(
        requests.len() > 10 && requests.iter().all(|line| line["request_id"].is_string()),
        "{requests:?}"
    );
    let posted = requests.iter().find(|line| line["path"] == "/v1/generations").unwrap();
    assert_eq!((&posted["method"], &posted["status"]), (&json!("POST"), &json!(202)));
    for (name, secret) in &secrets {
        let told = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(told.is_none(), "the {name} stands in the log: {}", told.unwrap_or_default());
    }
    assert!(!log.contains("MOKA"), "a body stands in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_named_origins_may_call_and_others_may_not() {
    let shop = "https://shop.example";
    let server = start(Engine::Sqlite, &[("PACKSHOT_CORS_ORIGINS", shop)], false).await;
    let key = server.key(&server.owner("ann").await, &["write"]).await;
    let ask = async |origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        server.send_with(Method::OPTIONS, "/v1/generations", "", None, &headers).await
    };
    let may = ask(shop).await;
    assert_eq!((may.status.as_u16(), may.header("access-control-allow-origin")), (204, shop));
    assert!(may.header("access-control-allow-headers").contains("authorization"));
    assert!(may.header("access-control-allow-methods").contains("POST") && may.header("vary") == "origin");
    for other in ["https://evil.example", "https://shop.example.evil.example", "null", "http://shop.example"]
    {
        let answer = ask(other).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("access-control-allow-origin")),
            (404, ""),
            "{other}"
        );
        let headers = [("origin", other)];
        let read = server.send_with(Method::GET, "/v1/photos", &key, None, &headers).await;
        assert_eq!((read.status.as_u16(), read.header("access-control-allow-origin")), (200, ""));
    }
    // Errors can be read, too, and nobody is asked for credentials that a browser keeps.
    let headers = [("origin", shop)];
    let refused = server.send_with(Method::GET, "/v1/photos", "", None, &headers).await;
    assert_eq!((refused.status.as_u16(), refused.header("access-control-allow-origin")), (401, shop));
    assert!(refused.header("access-control-expose-headers").contains("x-request-id"));
    assert_eq!(refused.header("access-control-allow-credentials"), "");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(refused.header(name), value);
    }
    assert!(refused.header("content-security-policy").contains("default-src 'none'"));
    server.stop().await;
    let silent = start(Engine::Sqlite, &[], false).await;
    let answer = silent.send_with(Method::GET, "/healthz", "", None, &headers).await;
    assert_eq!((answer.header("access-control-allow-origin"), answer.header("vary")), ("", ""));
    silent.stop().await;
}
