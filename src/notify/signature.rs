//! What makes a message believable: `v1` signatures of Standard Webhooks, HMAC-SHA-256 over id, time and body. Knows no client.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How secrets begin.
pub const PREFIX: &str = "whsec_";
/// Bytes of randomness in a secret; Standard Webhooks asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;

/// The secret made of these random bytes, as it is shown and kept.
pub fn secret(random: &[u8; SECRET_BYTES]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// The value of `webhook-signature`: one for each secret that can be read. `seconds` since 1970.
pub fn sign<'a>(secrets: impl IntoIterator<Item = &'a str>, id: &str, seconds: i64, body: &[u8]) -> String {
    let signed = secrets.into_iter().filter_map(|secret| {
        let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn the_known_message_has_the_known_signature() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (id, seconds, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let signature = sign([secret], id, seconds, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_changed_both_sign() {
        let (new, old) = (secret(&[1; SECRET_BYTES]), secret(&[2; SECRET_BYTES]));
        let both = sign([new.as_str(), old.as_str()], "evt_1", 1, b"{}");
        let alone = [sign([new.as_str()], "evt_1", 1, b"{}"), sign([old.as_str()], "evt_1", 1, b"{}")];
        assert_eq!(both, alone.join(" "));
        assert_ne!(alone[0], alone[1]);
    }
}
