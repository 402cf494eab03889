//! Access tokens: JWTs under Ed25519, and nothing else. The keys lie in a folder, one file each, or where servers share none, in the database
//! (`shared_keys.rs`); the newest signs, all of them verify. Knows no table and no route.

use std::path::Path;

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use jsonwebtoken::crypto::{CryptoProvider, JwkUtils, JwtSigner, JwtVerifier};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::secret::{hex, random};
use super::{TenancyError, unauthenticated};
use crate::domain::Digest;
use crate::error::{Code, Problem};
use crate::storage;

/// How long an access token is good.
pub(super) const LIFE_SECONDS: i64 = 15 * 60;
/// Who issues and who takes them: this program.
const ISSUER: &str = "packshot";
/// Longest token that is looked at; ours have about 400 characters.
const LONGEST: usize = 2048;
/// Clocks of one machine's processes differ by less.
const LEEWAY_SECONDS: u64 = 5;
/// Ending of a key's file.
const ENDING: &str = "ed25519";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// The user's id.
    pub sub: String,
    /// The organization's id.
    pub org: String,
    /// The session's id.
    pub sid: String,
    /// When it was issued, seconds since 1970.
    pub iat: i64,
    /// When it ends, seconds since 1970.
    pub exp: i64,
}

/// The only cryptography that tokens can meet here: whoever names another algorithm finds none.
static ED25519: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Hand(signing_key(key.inner())?))),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    verifier_factory: |algorithm, key| match algorithm {
        Algorithm::EdDSA => Ok(Box::new(Eye(verifying_key(key.as_bytes())?))),
        _ => Err(Error::from(ErrorKind::InvalidAlgorithm)),
    },
    jwk_utils: JwkUtils::new_unimplemented(),
};

/// Signs.
struct Hand(SigningKey);
/// Verifies.
struct Eye(VerifyingKey);

impl Signer<Vec<u8>> for Hand {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.0.try_sign(message)?.to_bytes().to_vec())
    }
}

impl JwtSigner for Hand {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Eye {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), ed25519_dalek::SignatureError> {
        self.0.verify_strict(message, &Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Eye {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

fn signing_key(bytes: &[u8]) -> Result<SigningKey, Error> {
    let seed = bytes.try_into().map_err(|_length| Error::from(ErrorKind::InvalidEddsaKey))?;
    Ok(SigningKey::from_bytes(seed))
}

fn verifying_key(bytes: &[u8]) -> Result<VerifyingKey, Error> {
    let bytes = bytes.try_into().map_err(|_length| Error::from(ErrorKind::InvalidEddsaKey))?;
    VerifyingKey::from_bytes(bytes).map_err(|_point| Error::from(ErrorKind::InvalidEddsaKey))
}

/// The keys of an installation.
pub struct SigningKeys {
    /// Newest first: id, signing key, verifying key.
    keys: Vec<(String, EncodingKey, DecodingKey)>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, ..)| id)).finish()
    }
}

impl SigningKeys {
    /// The keys in `folder`; the first one is made there, readable for its owner only. To rotate, add a file with a later name; remove the
    /// old one once its tokens have ended.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let mut files = files(folder)?;
        if files.is_empty() {
            let seed = random::<32>().map_err(|error| error.problem())?;
            let path = folder.join(format!("0001.{ENDING}"));
            // Several servers may start at once over one folder: all of them take the key of the first.
            storage::write_secret_once(&path, hex(&seed).as_bytes()).map_err(|error| error.problem())?;
            files.push(path);
        }
        files.sort();
        let texts = files.iter().rev().map(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| unusable(path, error.to_string()))?;
            Ok((path.display().to_string(), text))
        });
        let texts = texts.collect::<Result<Vec<_>, Problem>>()?;
        SigningKeys::of(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())), |path| {
            unusable(Path::new(path), "it is not 64 hex digits".into())
        })
    }

    /// Keys by name and seed (64 hex digits), newest first; `unusable` is said of a name whose seed is none.
    pub(super) fn of<'a>(
        seeds: impl Iterator<Item = (&'a str, &'a str)>,
        unusable: impl Fn(&str) -> Problem,
    ) -> Result<Self, Problem> {
        // Fails only if it was installed before, which is as good.
        let _ = ED25519.install_default();
        let keys =
            seeds.map(|(name, seed)| key(seed).ok_or_else(|| unusable(name))).collect::<Result<_, _>>()?;
        Ok(SigningKeys { keys })
    }

    /// A token for `claims` under the newest key.
    pub fn sign(&self, claims: &Claims) -> Result<String, TenancyError> {
        let failed = |error: Error| TenancyError::Crypto(error.to_string());
        let Some((id, key, _)) = self.keys.first() else {
            return Err(TenancyError::Crypto("there is no signing key".into()));
        };
        let header = Header { kid: Some(id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, key).map_err(failed)
    }

    /// What `token` says, if it is one of ours and good now. Nothing in its header is followed; its key's id only chooses among ours.
    pub fn verify(&self, token: &str) -> Result<Claims, TenancyError> {
        if token.len() > LONGEST {
            return Err(unauthenticated());
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_why| unauthenticated())?;
        let key = self.keys.iter().find(|(id, ..)| header.kid.as_ref() == Some(id));
        let (_, _, key) = key.ok_or_else(unauthenticated)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let data =
            jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_why| unauthenticated())?;
        Ok(data.claims)
    }

    /// The claims of a token issued at `now` (microseconds since 1970).
    pub(super) fn claims(user: &str, organization: &str, session: &str, now: i64) -> Claims {
        let iat = now / 1_000_000;
        Claims {
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            sub: user.into(),
            org: organization.into(),
            sid: session.into(),
            iat,
            exp: iat + LIFE_SECONDS,
        }
    }
}

fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, Problem> {
    let failed = |error: std::io::Error| unusable(folder, error.to_string());
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => {
            let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed));
            let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == ENDING));
            Ok(paths)
        }
    }
}

fn key(text: &str) -> Option<(String, EncodingKey, DecodingKey)> {
    let seed = Digest::parse(text.trim())?;
    let public = SigningKey::from_bytes(seed.bytes()).verifying_key().to_bytes();
    let id = Digest::of(&public).hex()[..16].to_owned();
    Some((id, EncodingKey::from_ed_der(seed.bytes()), DecodingKey::from_ed_der(&public)))
}

fn unusable(path: &Path, message: String) -> Problem {
    Problem::new(Code::StorageFailed, path.display().to_string(), format!("the signing key: {message}"))
}
