//! Accounts, invitations, roles, keys, the audit; how the installation is let into.

use serde_json::json;

use super::{PASSWORD, Server, id, start, token};
use crate::support::{Engine, on_both_databases};

/// Somebody whom the owner lets in as `role`; returns the session.
async fn member(server: &Server, owner: &serde_json::Value, role: &str) -> serde_json::Value {
    let invite = server.post("/v1/invites", token(owner), json!({"role": role})).await.expect(201);
    let email = format!("{role}@example.com");
    let account = json!({"email": email, "password": PASSWORD, "invite": invite["secret"]});
    let made = server.post("/v1/accounts", "", account.clone()).await.expect(201);
    assert_eq!((&made["role"], &made["organization"]), (&json!(role), &owner["organization"]));
    let again = json!({"email": "other@example.com", "password": PASSWORD, "invite": invite["secret"]});
    server.post("/v1/accounts", "", again).await.refused(403, "invite_invalid");
    server.sign_in(&email).await
}

async fn each_role_may_what_the_table_says(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("merchant").await;
    let photo = server.upload(token(&owner), "moka-pot.jpg", "MOKA-6").await.expect(202);
    let wish = json!({"kind": "packshot", "photos": [id(&photo)]});
    let key = json!({"name": "k"});
    for (role, write, keys, members) in [
        ("admin", true, true, true),
        ("editor", true, false, false),
        ("reviewer", false, false, false),
        ("billing", false, false, false),
        ("viewer", false, false, false),
    ] {
        let session = member(&server, &owner, role).await;
        let bearer = token(&session);
        let allowed = |yes: bool, status: u16| if yes { status } else { 403 };
        for path in ["/v1/photos", "/v1/products", "/v1/generations", "/v1/results", "/v1/templates"] {
            server.get(path, bearer).await.expect(200);
        }
        let status = |answer: super::Answer| answer.status.as_u16();
        assert_eq!(status(server.upload(bearer, "moka-pot.jpg", "X").await), allowed(write, 202), "{role}");
        let asked = server.post("/v1/generations", bearer, wish.clone()).await;
        assert_eq!(status(asked), allowed(write, 202), "{role}");
        assert_eq!(
            status(server.post("/v1/api_keys", bearer, key.clone()).await),
            allowed(keys, 201),
            "{role}"
        );
        assert_eq!(status(server.get("/v1/api_keys", bearer).await), allowed(keys, 200), "{role}");
        let invited = server.post("/v1/invites", bearer, json!({"role": "viewer"})).await;
        assert_eq!(status(invited), allowed(members, 201), "{role}");
        assert_eq!(status(server.get("/v1/audit_events", bearer).await), allowed(members, 200), "{role}");
        // Only an owner makes owners.
        server.post("/v1/invites", bearer, json!({"role": "owner"})).await.refused(403, "forbidden");
    }
    server.stop().await;
}

async fn a_key_is_shown_once_kept_as_a_hash_does_what_its_scope_says_and_ends_at_once(on: Engine) {
    let server = start(on, &[], false).await;
    let owner = server.owner("merchant").await;
    let made = server.post(
        "/v1/api_keys",
        token(&owner),
        json!({"name": "sync", "mode": "test", "scopes": ["read"]}),
    );
    let made = made.await.expect(201);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("pk_test_") && secret.len() == 72, "{secret}");
    assert!(
        secret.starts_with(made["prefix"].as_str().unwrap()) && made["prefix"].as_str().unwrap().len() == 16
    );
    let listed = server.get("/v1/api_keys", token(&owner)).await;
    assert_eq!(listed.expect(200)["data"][0]["id"], made["id"]);
    assert!(!listed.text().contains(secret));

    server.get("/v1/photos", secret).await.expect(200);
    server.upload(secret, "moka-pot.jpg", "X").await.refused(403, "forbidden");
    server.get("/v1/api_keys", secret).await.refused(403, "forbidden");
    server.send(reqwest::Method::DELETE, "/v1/sessions", secret, None).await.refused(403, "forbidden");
    let unknown = json!({"name": "x", "scopes": ["admin"]});
    server.post("/v1/api_keys", token(&owner), unknown).await.refused(400, "request_invalid");

    let path = format!("/v1/api_keys/{}", id(&made));
    let revoked = server.send(reqwest::Method::DELETE, &path, token(&owner), None).await.expect(200);
    assert!(revoked["revoked_at"].is_i64());
    server.get("/v1/photos", secret).await.refused(401, "unauthenticated");
    let audit = server.get("/v1/audit_events", token(&owner)).await.expect(200);
    let actions: Vec<_> =
        audit["data"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["api_key.revoke", "api_key.create", "session.create", "account.create"]);
    assert!(audit["data"].as_array().unwrap().iter().all(|e| e["address"] == "127.0.0.1"
        && e["request_id"].as_str().unwrap().starts_with("req_")
        && e["actor"] == owner["user"]));

    let (secret, refresh) = (secret.to_owned(), owner["refresh_token"].as_str().unwrap().to_owned());
    let folder = server.stop().await;
    for name in ["packshot.db", "packshot.db-wal"] {
        let Ok(bytes) = std::fs::read(folder.path().join(name)) else { continue };
        for kept_nowhere in [secret.as_str(), refresh.as_str(), PASSWORD] {
            let found = bytes.windows(kept_nowhere.len()).any(|window| window == kept_nowhere.as_bytes());
            assert!(!found, "{name} holds a secret in clear");
        }
    }
}

async fn who_may_sign_up_is_a_setting_and_nonsense_is_refused(on: Engine) {
    let server = start(on, &[], false).await;
    let account = |email: &str, password: &str, organization: &str| json!({"email": email, "password": password, "organization": organization});
    server.post("/v1/accounts", "", account("Ann@Example.com", PASSWORD, "Ann")).await.expect(201);
    for (body, status, code) in [
        (account(" ann@example.COM", PASSWORD, "Ann"), 409, "email_taken"),
        (account("ann", PASSWORD, "Ann"), 400, "email_invalid"),
        (account("bob@example.com", "short", "Bob"), 400, "password_weak"),
        (account("bob@example.com", "password123", "Bob"), 400, "password_weak"),
        (account("bob@example.com", PASSWORD, ""), 400, "request_invalid"),
        (json!({"email": "bob@example.com"}), 400, "request_invalid"),
        (json!({"email": "b@example.com", "password": PASSWORD, "invite": "inv_0"}), 403, "invite_invalid"),
        (
            json!({"email": "b@example.com", "password": PASSWORD, "organization": "B", "role": "owner"}),
            400,
            "request_invalid",
        ),
    ] {
        server.post("/v1/accounts", "", body).await.refused(status, code);
    }
    // Whether the address is known is not told by the answer.
    for email in ["ann@example.com", "nobody@example.com", "nonsense"] {
        let wrong = json!({"email": email, "password": "wrong password"});
        server.post("/v1/sessions", "", wrong).await.refused(401, "credentials_invalid");
    }
    server.stop().await;
    for signup in ["invite", "closed"] {
        let server = start(on, &[("PACKSHOT_SIGNUP", signup)], false).await;
        let bob = account("bob@example.com", PASSWORD, "Bob");
        server.post("/v1/accounts", "", bob).await.refused(403, "signup_closed");
        server.stop().await;
    }
}

on_both_databases! {
    each_role_may_what_the_table_says,
    a_key_is_shown_once_kept_as_a_hash_does_what_its_scope_says_and_ends_at_once,
    who_may_sign_up_is_a_setting_and_nonsense_is_refused,
}
