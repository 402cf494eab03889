//! Tokens that look right and are not, and sessions that have ended.

use ed25519_dalek::{Signer, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Server, start, token};
use crate::support::{Engine, on_both_databases};

/// Base64 for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(DIGITS[(word >> (18 - 6 * digit)) as usize & 63] as char);
        }
    }
    text
}

fn decoded(part: &str) -> Value {
    let mut bits = Vec::new();
    for c in part.chars() {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".find(c).unwrap();
        bits.extend((0..6).rev().map(|bit| (value >> bit & 1) as u8));
    }
    let bytes: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | bit)).collect();
    serde_json::from_slice(&bytes).unwrap()
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let text = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
    let signature = base64(&sign(text.as_bytes()));
    format!("{text}.{signature}")
}

fn key_of(server: &Server) -> SigningKey {
    let text = std::fs::read_to_string(server.folder.path().join("keys/0001.ed25519")).unwrap();
    let seed: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect();
    SigningKey::from_bytes(&seed.try_into().unwrap())
}

/// HMAC-SHA256, to play the client who signs with our public key.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> { (0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ with).collect() };
    let hash = |parts: [&[u8]; 2]| *packshot::domain::Digest::of(&parts.concat()).bytes();
    hash([&pad(0x5c), &hash([&pad(0x36), message])]).to_vec()
}

async fn no_confusion_about_a_token_lets_anybody_in(on: Engine) {
    let server = start(on, &[], false).await;
    let session = server.owner("merchant").await;
    let good = token(&session).to_owned();
    let parts: Vec<&str> = good.split('.').collect();
    let (header, claims) = (decoded(parts[0]), decoded(parts[1]));
    assert_eq!((&header["alg"], &claims["iss"]), (&json!("EdDSA"), &json!("packshot")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let key = key_of(&server);
    let ours = |message: &[u8]| key.sign(message).to_bytes().to_vec();
    let public = key.verifying_key().to_bytes();
    let with = |value: &Value, changes: Value| {
        let mut value = value.clone();
        for (name, change) in changes.as_object().unwrap() {
            value[name] = change.clone();
        }
        value
    };
    let without = |name: &str| {
        let mut value = claims.clone();
        value.as_object_mut().unwrap().remove(name);
        value
    };
    let now = claims["iat"].as_i64().unwrap();
    // The same token made by this test is good: what follows is refused for its own reason.
    server.get("/v1/account", &signed(&header, &claims, ours)).await.expect(200);

    let other = SigningKey::from_bytes(&[7; 32]);
    let theirs = |message: &[u8]| other.sign(message).to_bytes().to_vec();
    let bad = [
        ("alg none", signed(&with(&header, json!({"alg": "none"})), &claims, |_| Vec::new())),
        ("alg None", signed(&with(&header, json!({"alg": "None"})), &claims, ours)),
        (
            "HS256 with our public key",
            signed(&with(&header, json!({"alg": "HS256"})), &claims, |m| hmac(&public, m)),
        ),
        ("RS256", signed(&with(&header, json!({"alg": "RS256"})), &claims, ours)),
        ("another key", signed(&header, &claims, theirs)),
        ("no kid", signed(&json!({"alg": "EdDSA", "typ": "JWT"}), &claims, ours)),
        ("a path as kid", signed(&with(&header, json!({"kid": "../../dev/null"})), &claims, ours)),
        ("SQL as kid", signed(&with(&header, json!({"kid": "' OR 1=1 --"})), &claims, ours)),
        (
            "its own key in the header",
            signed(
                &with(
                    &header,
                    json!({"jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64(&other.verifying_key().to_bytes())}}),
                ),
                &claims,
                theirs,
            ),
        ),
        (
            "a key from elsewhere",
            signed(&with(&header, json!({"jku": "http://127.0.0.1/jwks"})), &claims, theirs),
        ),
        ("expired", signed(&header, &with(&claims, json!({"exp": now - 60})), ours)),
        ("exp as a text", signed(&header, &with(&claims, json!({"exp": "9999999999"})), ours)),
        ("no exp", signed(&header, &without("exp"), ours)),
        ("no aud", signed(&header, &without("aud"), ours)),
        ("no iss", signed(&header, &without("iss"), ours)),
        ("another audience", signed(&header, &with(&claims, json!({"aud": "elsewhere"})), ours)),
        ("another issuer", signed(&header, &with(&claims, json!({"iss": "elsewhere"})), ours)),
        ("not yet", signed(&header, &with(&claims, json!({"nbf": now + 600})), ours)),
        (
            "no such session",
            signed(&header, &with(&claims, json!({"sid": "ses_00000000000070008000000000000001"})), ours),
        ),
        (
            "the default organization",
            signed(&header, &with(&claims, json!({"org": packshot::domain::DEFAULT_ORGANIZATION})), ours),
        ),
        ("an organization that is no id", signed(&header, &with(&claims, json!({"org": "' OR 1=1"})), ours)),
        (
            "claims changed",
            format!(
                "{}.{}.{}",
                parts[0],
                base64(with(&claims, json!({"sub": "usr_x"})).to_string().as_bytes()),
                parts[2]
            ),
        ),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("sixty kilobytes", format!("{good}{}", "A".repeat(60_000))),
        ("nothing", "x".into()),
    ];
    for (what, text) in bad {
        let answer = server.get("/v1/account", &text).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    }
    let other_scheme = server.client.get(format!("{}/v1/account", server.base)).basic_auth("a", Some(&good));
    assert_eq!(other_scheme.send().await.unwrap().status(), 401);
    server.stop().await;
}

async fn signing_out_ends_both_tokens_and_a_refresh_token_is_good_once(on: Engine) {
    let server = start(on, &[], false).await;
    let refresh = async |session: &Value| {
        server.post("/v1/sessions/refresh", "", json!({"refresh_token": session["refresh_token"]})).await
    };
    let first = server.owner("merchant").await;
    let second = refresh(&first).await.expect(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(first["id"], second["id"]);
    server.get("/v1/account", token(&second)).await.expect(200);

    // A copy of the first one is shown: the session ends for both who hold it.
    refresh(&first).await.refused(401, "unauthenticated");
    refresh(&second).await.refused(401, "unauthenticated");
    server.get("/v1/account", token(&second)).await.refused(401, "unauthenticated");

    let session = server.sign_in("merchant@example.com").await;
    let ended = server.send(Method::DELETE, "/v1/sessions", token(&session), None).await;
    assert_eq!(ended.status, 204);
    server.get("/v1/account", token(&session)).await.refused(401, "unauthenticated");
    refresh(&session).await.refused(401, "unauthenticated");
    refresh(&json!({"refresh_token": "rt_nonsense"})).await.refused(401, "unauthenticated");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(server.folder.path().join("keys/0001.ed25519")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    server.stop().await;
}

on_both_databases! {
    no_confusion_about_a_token_lets_anybody_in,
    signing_out_ends_both_tokens_and_a_refresh_token_is_good_once,
}
