//! Addresses and passwords: what is sound, and how passwords are kept. Knows no table.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::TenancyError;
use super::secret::random;
use crate::error::Code;

/// Memory of one hash in KiB, passes and lanes: what ASVS 5.0 (appendix C) asks of argon2id with one pass.
const MEMORY_KIB: u32 = 47_104;
const PASSES: u32 = 1;
const LANES: u32 = 1;
/// Characters of a password: ASVS wants at least 8 and lets passphrases through; an upper bound keeps hashing cheap.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;
/// Longest address: RFC 5321.
const ADDRESS: usize = 254;
/// The longest of the passwords that everybody tries first, and patterns of them; those under ten characters are too short anyway.
const COMMON: [&str; 12] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "qwertyuiop",
    "qwerty12345",
    "password12",
    "password123",
    "passwordpassword",
    "iloveyou123",
    "administrator",
    "letmein123",
    "welcome123",
];

/// The form in which an address is kept and compared: trimmed, lower case.
pub(super) fn normalize(email: &str) -> Result<String, TenancyError> {
    let address = email.trim().to_lowercase();
    let sound = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let well_formed = address.len() <= ADDRESS
        && address.split_once('@').is_some_and(|(local, domain)| {
            sound(local) && sound(domain) && !domain.contains('@') && domain.split('.').all(|l| !l.is_empty())
        });
    if !well_formed {
        return Err(TenancyError::refused(Code::EmailInvalid, "email", "it is no e-mail address"));
    }
    Ok(address)
}

/// Refuses a password that would be guessed.
pub(super) fn check(password: &str, email: &str) -> Result<(), TenancyError> {
    let weak = |message: &str| Err(TenancyError::refused(Code::PasswordWeak, "password", message));
    let low = password.to_lowercase();
    if !LENGTH.contains(&password.chars().count()) {
        return weak("it must have 10 to 128 characters");
    }
    let mut letters = low.chars();
    let first = letters.next();
    if COMMON.contains(&low.as_str()) || low == email || letters.all(|c| Some(c) == first) {
        return weak("it is one of those that are tried first");
    }
    Ok(())
}

fn argon2() -> Result<Argon2<'static>, TenancyError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| TenancyError::Crypto(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept of a password: argon2id as a PHC string. Takes tens of milliseconds and 46 MiB: not for the async executor.
pub(super) fn hash(password: &str) -> Result<String, TenancyError> {
    let wrong = |error: argon2::password_hash::Error| TenancyError::Crypto(error.to_string());
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(wrong)?;
    Ok(argon2()?.hash_password(password.as_bytes(), &salt).map_err(wrong)?.to_string())
}

/// Whether `password` is the one that `kept` was made of. Without a person it takes as long, so that the time does not tell who is known.
pub fn verify(password: &str, kept: Option<&str>) -> Result<bool, TenancyError> {
    let wrong = |error: argon2::password_hash::Error| TenancyError::Crypto(error.to_string());
    let Some(kept) = kept else {
        hash(password)?;
        return Ok(false);
    };
    let kept = PasswordHash::new(kept).map_err(wrong)?;
    Ok(argon2()?.verify_password(password.as_bytes(), &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_nonsense_is_refused() {
        assert_eq!(normalize(" Ann@Example.COM ").unwrap(), "ann@example.com");
        for bad in ["", "ann", "@x.y", "ann@", "a b@x.y", "a@b@c", "a@x..y", "a@\u{0}x"] {
            assert_eq!(normalize(bad).unwrap_err().code(), Code::EmailInvalid, "{bad}");
        }
        assert!(normalize(&format!("{}@x.y", "a".repeat(300))).is_err());
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for weak in ["short", "aaaaaaaaaaaaaa", "Password123", "ann@example.com", &"x1".repeat(65)] {
            assert!(check(weak, "ann@example.com").is_err(), "{weak}");
        }
        check("correct horse battery", "ann@example.com").unwrap();
    }

    #[test]
    fn a_password_is_kept_as_argon2id_with_the_stated_cost_and_its_own_salt() {
        let (a, b) = (hash("correct horse battery").unwrap(), hash("correct horse battery").unwrap());
        assert!(a.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{a}");
        assert_ne!(a, b);
        assert!(verify("correct horse battery", Some(&a)).unwrap());
        assert!(!verify("correct horse batterz", Some(&a)).unwrap());
        assert!(!verify("correct horse battery", None).unwrap());
    }
}
