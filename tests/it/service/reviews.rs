//! Pictures that wait for a person: grouped, looked at, decided one by one and by cause, delivered after a yes and never after a no.

use reqwest::Method;
use serde_json::{Value, json};

use super::{PASSWORD, Server, id, start, token};
use crate::support::{Engine, on_both_databases};

/// Two white things on white: nobody can be sure of their cutouts.
async fn held(server: &Server, key: &str) -> Vec<String> {
    let mut photos = Vec::new();
    for (file, sku) in [("white-mug.jpg", "MUG"), ("candle-jar.jpg", "JAR")] {
        photos.push(id(&server.upload(key, file, sku).await.expect(202)).to_owned());
    }
    let wish = json!({"kind": "packshot", "photos": photos, "size": 512, "count": 1});
    let asked = server.post("/v1/generations", key, wish).await.expect(202);
    let done = server.finished(key, id(&asked)).await;
    assert_eq!(done["progress"]["review"], 2, "{done:#}");
    done["results"].as_array().unwrap().iter().map(|result| id(result).to_owned()).collect()
}

async fn status(server: &Server, key: &str, result: &str, wanted: &str) -> Value {
    for _ in 0..200 {
        let shown = server.get(&format!("/v1/results/{result}"), key).await.expect(200);
        if shown["status"] == wanted {
            return shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{result} did not become {wanted}");
}

async fn a_person_decides_and_it_is_written_down(on: Engine) {
    let server = start(on, &[], true).await;
    let owner = server.owner("judged").await;
    let writer = server.key(&owner, &["write"]).await;
    let results = held(&server, &writer).await;

    // A reviewer looks and decides, and does nothing else.
    let invite = server.post("/v1/invites", token(&owner), json!({"role": "reviewer"})).await.expect(201);
    let account = json!({"email": "eye@example.com", "password": PASSWORD, "invite": invite["secret"]});
    let eye = server.post("/v1/accounts", "", account).await.expect(201);
    let session = server.sign_in("eye@example.com").await;
    let reviewer = token(&session);
    let again = json!({"kind": "packshot", "skus": ["MUG"]});
    server.post("/v1/generations", reviewer, again).await.refused(403, "forbidden");
    let all = json!({"decision": "approve", "cause": "matte"});
    server.post("/v1/reviews", &writer, all.clone()).await.refused(403, "forbidden");

    let waiting = server.get("/v1/reviews/waiting", reviewer).await.expect(200);
    let group = &waiting["data"][0];
    assert_eq!((waiting["data"].as_array().unwrap().len(), &group["count"]), (1, &json!(2)), "{waiting}");
    let cause = group["cause"].as_str().unwrap();
    assert!(cause.split('+').any(|check| check == "matte"), "{cause}");
    assert!(results.contains(&group["example"].as_str().unwrap().to_owned()));
    let path = format!("/v1/results?status=review&cause={}", cause.replace('+', "%2B"));
    let listed = server.get(&path, reviewer).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    server.get("/v1/results?status=lost", reviewer).await.refused(400, "request_invalid");

    // One is refused: it never has files.
    let no =
        json!({"decision": "reject", "results": [results[0], "res_none"], "reason": "its rim is bitten"});
    let decided = server.post("/v1/reviews", reviewer, no.clone()).await.expect(200);
    assert_eq!(decided, json!({"results": [results[0]], "skipped": ["res_none"], "more": false}));
    let refused = status(&server, &writer, &results[0], "rejected").await;
    assert_eq!((&refused["verdict"], &refused["files"]["channels"]), (&json!("review"), &json!({})));
    let late = server.post("/v1/reviews", reviewer, no).await.expect(200);
    assert_eq!(late["results"], json!([]), "what was decided is decided");

    // The other is approved, by its cause: it is delivered, and the report still says what the gate saw.
    let yes = json!({"decision": "approve", "cause": cause, "reason": "looks right"});
    let decided = server.post("/v1/reviews", reviewer, yes).await.expect(200);
    assert_eq!(decided["results"], json!([results[1]]));
    let passed = status(&server, &writer, &results[1], "passed").await;
    assert_eq!(passed["verdict"], "review");
    let file = server.get(passed["files"]["channels"]["web"].as_str().unwrap(), &writer).await;
    assert!(image::load_from_memory_with_format(&file.body, image::ImageFormat::Jpeg).is_ok());
    let waiting = server.get("/v1/reviews/waiting", reviewer).await.expect(200);
    assert_eq!(waiting["data"], json!([]));

    // Who, why, and for what it was held.
    let reviews = server.get("/v1/reviews", &writer).await.expect(200);
    let told: Vec<_> = reviews["data"].as_array().unwrap().iter().collect();
    let said: Vec<_> =
        told.iter().map(|r| (r["decision"].as_str().unwrap(), r["reason"].as_str().unwrap())).collect();
    assert_eq!(said, [("approve", "looks right"), ("reject", "its rim is bitten")]);
    let who = eye["user"]["id"].as_str().or(eye["id"].as_str()).unwrap();
    assert!(told.iter().all(|r| r["decided_by"] == who && r["cause"] == cause), "{reviews}");
    // What was decided is a labelled example: the label beside what the gate had measured.
    let examples = server.get("/v1/reviews/examples", &writer).await.expect(200);
    let labels: Vec<_> =
        examples["data"].as_array().unwrap().iter().map(|e| (&e["label"], &e["result"])).collect();
    assert_eq!(labels, [(&json!("usable"), &json!(results[1])), (&json!("unusable"), &json!(results[0]))]);
    let report = &examples["data"][0]["report"];
    assert_eq!((&report["verdict"], examples["data"][0]["cause"].as_str()), (&json!("review"), Some(cause)));
    assert!(report["checks"].as_array().unwrap().len() > 8, "{report}");
    let events = server.get("/v1/events?limit=100", &writer).await.expect(200);
    let kinds = |name: &str| events["data"].as_array().unwrap().iter().filter(|e| e["type"] == name).count();
    assert_eq!((kinds("result.review"), kinds("result.rejected"), kinds("result.passed")), (2, 1, 1));
    assert_eq!(kinds("generation.completed"), 1);

    for wrong in [
        json!({"decision": "perhaps", "cause": "matte"}),
        json!({"decision": "approve"}),
        json!({"decision": "approve", "results": []}),
        json!({"decision": "approve", "results": ["x"], "cause": "matte"}),
    ] {
        server.post("/v1/reviews", reviewer, wrong).await.refused(400, "request_invalid");
    }
    server.send(Method::GET, "/v1/reviews/waiting?generation=gen_none", reviewer, None).await.expect(200);
    server.stop().await;
}

async fn nobody_decides_for_another_organization(on: Engine) {
    let server = start(on, &[], true).await;
    let (ann, bob) = (server.owner("ann").await, server.owner("bob").await);
    let key = server.key(&ann, &["write"]).await;
    let results = held(&server, &key).await;
    let theirs = json!({"decision": "approve", "results": results});
    let decided = server.post("/v1/reviews", token(&bob), theirs).await.expect(200);
    assert_eq!((&decided["results"], &decided["skipped"]), (&json!([]), &json!(results)));
    let waiting = server.get("/v1/reviews/waiting", token(&ann)).await.expect(200);
    let all = json!({"decision": "reject", "cause": waiting["data"][0]["cause"]});
    let decided = server.post("/v1/reviews", token(&bob), all).await.expect(200);
    assert_eq!(decided["results"], json!([]));
    let waiting = server.get("/v1/reviews/waiting", token(&ann)).await.expect(200);
    assert_eq!(waiting["data"][0]["count"], 2);
    let reader = server.key(&ann, &["review"]).await;
    let decided =
        server.post("/v1/reviews", &reader, json!({"decision": "reject", "results": results})).await;
    assert_eq!(decided.expect(200)["results"].as_array().unwrap().len(), 2);
    server.stop().await;
}

on_both_databases! {
    a_person_decides_and_it_is_written_down,
    nobody_decides_for_another_organization,
}
