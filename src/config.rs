//! Every setting and where it comes from: the embedded defaults, then the environment. The only reader of the environment. Knows no stage.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::domain::{SecondPrice, Secret};
use crate::entity::DatabaseUrl;
use crate::error::{Code, Problem};
use crate::outside::{ChatSettings, Reach, check_base};
use crate::storage::{Addressing, Bucket, Checksums, S3Settings, check_endpoint};
use crate::telemetry::LogFormat;
use crate::tenancy::Signup;

/// The commented defaults, which are also the manual.
pub const DEFAULTS: &str = include_str!("../packshot.default.toml");
/// Prefix of environment variables: `PACKSHOT_WORKERS` overrides `workers`.
const PREFIX: &str = "PACKSHOT_";
/// Variables that other programs honor, too, each with the setting that it fills where nobody else has. Of several the first counts.
const COMMON: [(&str, &str); 5] = [
    ("ORT_DYLIB_PATH", "runtime"),
    ("AWS_ENDPOINT_URL_S3", "s3_endpoint"),
    ("AWS_ENDPOINT_URL", "s3_endpoint"),
    ("AWS_REGION", "s3_region"),
    ("AWS_DEFAULT_REGION", "s3_region"),
];
/// As above, but all or none of them: what belongs to one key does not fit another.
const COMMON_KEYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "s3_access_key"),
    ("AWS_SECRET_ACCESS_KEY", "s3_secret_key"),
    ("AWS_SESSION_TOKEN", "s3_session_token"),
];
/// Variables with the prefix that are not settings: where the program's own files are.
const HOME: &str = "PACKSHOT_HOME";
/// As above: what the tests may leave out.
const SKIP: &str = "PACKSHOT_SKIP";

/// The settings.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Photos worked on at a time; 0 = one for each processor.
    pub workers: usize,
    /// Log directives, as in `warn,packshot=info`.
    pub log: String,
    /// How a line of the log is written.
    pub log_format: LogFormat,
    /// The ONNX runtime library; empty = where `make runtime` puts it.
    pub runtime: PathBuf,
    /// Mebibytes that the sessions of packs may take together, about; 0 = no limit.
    pub sessions_mib: u32,
    /// The pack that votes on cutouts, or `none`.
    pub vote: String,
    /// The pack that paints for the engine `diffusion`, or `none`.
    pub diffusion_pack: String,
    /// What the pictures are for.
    pub deployment: Deployment,
    /// The program that reads print, `auto` or `none`.
    pub text_reader: String,
    /// The program that lays music under films.
    pub ffmpeg: PathBuf,
    /// Base address of the endpoint whose language model directs films; empty = the built-in director does.
    pub director: String,
    /// The model's name there.
    pub director_model: String,
    /// What the endpoint is shown to let us in; empty = nothing.
    pub director_key: Secret,
    /// Seconds that a storyboard may take in all.
    pub director_timeout: u32,
    /// What a second of film costs, as told before it is made; none = no price is told.
    #[serde(deserialize_with = "price")]
    pub film_second_price: Option<SecondPrice>,
    /// Default width and height of a scene's master in pixels.
    pub scene_size: u32,
    /// Default width and height of a white main image in pixels.
    pub packshot_size: u32,
    /// Encoder quality of pictures that the commands write, 60..100.
    pub jpeg_quality: u8,
    /// The PostgreSQL database; none = SQLite in the data folder.
    #[serde(deserialize_with = "database")]
    pub database: Option<DatabaseUrl>,
    /// Connections to PostgreSQL that a process has for its work; a server has as many again for requests.
    pub database_connections: u32,
    /// The bucket for objects; none = files in the data folder.
    #[serde(deserialize_with = "bucket")]
    pub storage: Option<Bucket>,
    /// Address of the store that has the bucket; empty = AWS.
    pub s3_endpoint: String,
    /// The bucket's region.
    pub s3_region: String,
    /// Where in an address the bucket stands.
    pub s3_addressing: Addressing,
    /// When checksums go along with uploads.
    pub s3_checksums: Checksums,
    /// Access key.
    pub s3_access_key: String,
    /// What requests are signed with.
    pub s3_secret_key: Secret,
    /// Belongs to keys that end after a while.
    pub s3_session_token: Secret,
    /// Seconds that the store may take to answer.
    pub s3_timeout: u32,
    /// How often a request is tried in all.
    pub s3_attempts: u32,
    /// How files are handed out.
    pub deliver: Deliver,
    /// Address and port that `serve` listens on.
    pub listen: String,
    /// Where webhook endpoints may be.
    pub webhook_addresses: Reach,
    /// Who may sign up.
    pub signup: Signup,
    /// Where photos may be fetched from.
    pub photo_addresses: Reach,
    /// Where `serve` and `work` tell how they are; empty = nowhere.
    pub metrics_listen: String,
    /// Origins whose pages may call the API.
    #[serde(deserialize_with = "origins")]
    pub cors_origins: Vec<String>,
    /// Mebibytes that the files of one import may have together.
    pub import_mib: u32,
    /// Requests a minute of each key or person.
    pub requests_per_minute: u32,
    /// Tries a minute to sign in or up, from each address and at each account.
    pub signins_per_minute: u32,
}

impl Config {
    /// The defaults overridden by `environment` (name, value).
    pub fn from_environment(environment: impl Iterator<Item = (String, String)>) -> Result<Config, Problem> {
        let invalid = |item: &str, message: String| Problem::new(Code::ConfigInvalid, item, message);
        let mut table: toml::Table = DEFAULTS
            .parse()
            .map_err(|error: toml::de::Error| invalid("packshot.default.toml", error.to_string()))?;
        let mut common = BTreeMap::new();
        for (name, value) in environment {
            if COMMON.iter().chain(&COMMON_KEYS).any(|(known, _)| *known == name) {
                common.insert(name, value);
                continue;
            }
            let Some(key) = name.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            if name == HOME || name == SKIP {
                continue;
            }
            let Some(old) = table.get(&key) else {
                let nearest = table
                    .keys()
                    .max_by(|a, b| strsim::jaro_winkler(a, &key).total_cmp(&strsim::jaro_winkler(b, &key)));
                let hint = nearest.map_or_else(String::new, |n| format!("{PREFIX}{}", n.to_uppercase()));
                return Err(invalid(&name, format!("there is no such setting; the nearest is {hint}")));
            };
            let new = match old {
                toml::Value::Integer(_) => value.parse().map(toml::Value::Integer).ok(),
                _ => Some(toml::Value::String(value.clone())),
            };
            let new = new.ok_or_else(|| invalid(&name, format!("`{value}` is not a whole number")))?;
            table.insert(key, new);
        }
        fill(&mut table, &mut common);
        let config: Config =
            table.try_into().map_err(|error: toml::de::Error| invalid("settings", error.to_string()))?;
        config.validate()
    }

    /// The defaults overridden by the process's environment.
    pub fn load() -> Result<Config, Problem> {
        Config::from_environment(std::env::vars())
    }

    fn validate(self) -> Result<Config, Problem> {
        let check = |name: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let message = format!("it is {value}; it must lie between {low} and {high}");
            Err(Problem::new(Code::ConfigInvalid, name, message))
        };
        check("director_timeout", self.director_timeout, 1, 600)?;
        self.chat()?;
        check("scene_size", self.scene_size, 256, 4096)?;
        check("packshot_size", self.packshot_size, 256, 8192)?;
        check("jpeg_quality", u32::from(self.jpeg_quality), 60, 100)?;
        check("database_connections", self.database_connections, 3, 1000)?;
        check("s3_timeout", self.s3_timeout, 1, 600)?;
        check("s3_attempts", self.s3_attempts, 1, 20)?;
        if !self.s3_endpoint.is_empty() {
            check_endpoint(&self.s3_endpoint)
                .map_err(|message| Problem::new(Code::ConfigInvalid, "s3_endpoint", message))?;
        }
        check("import_mib", self.import_mib, 1, 65_536)?;
        check("requests_per_minute", self.requests_per_minute, 1, 1_000_000)?;
        check("signins_per_minute", self.signins_per_minute, 1, 1_000_000)?;
        Ok(self)
    }

    /// The language model that the settings name, to direct films; none = the built-in director.
    pub fn chat(&self) -> Result<Option<ChatSettings>, Problem> {
        let wrong = |name: &str, message: String| Problem::new(Code::ConfigInvalid, name, message);
        if self.director.is_empty() {
            return Ok(None);
        }
        check_base(&self.director).map_err(|refusal| wrong("director", refusal.to_string()))?;
        let model = self.director_model.trim();
        if model.is_empty() || model.chars().any(char::is_control) {
            let message = "a director needs the name of its model, PACKSHOT_DIRECTOR_MODEL, in one line";
            return Err(wrong("director_model", message.to_owned()));
        }
        let (base, key) = (self.director.clone(), self.director_key.clone());
        Ok(Some(ChatSettings { base, model: model.to_owned(), key }))
    }

    /// The bucket that the settings name, with all that it needs; none = files in the data folder.
    pub fn s3(&self) -> Result<Option<S3Settings>, Problem> {
        let Some(bucket) = &self.storage else { return Ok(None) };
        let missing = |name: &str, message: &str| Err(Problem::new(Code::ConfigInvalid, name, message));
        if self.s3_access_key.is_empty() || self.s3_secret_key.is_empty() {
            let message = "a bucket needs PACKSHOT_S3_ACCESS_KEY and PACKSHOT_S3_SECRET_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            return missing("s3_access_key", message);
        }
        let endpoint = (!self.s3_endpoint.is_empty()).then(|| self.s3_endpoint.clone());
        let region = match (self.s3_region.as_str(), &endpoint) {
            ("", Some(_)) => ANY_REGION,
            ("", None) => {
                return missing("s3_region", "a bucket at AWS needs its region, as in eu-central-1");
            }
            (region, _) => region,
        };
        Ok(Some(S3Settings {
            bucket: bucket.clone(),
            endpoint,
            region: region.to_owned(),
            addressing: self.s3_addressing,
            checksums: self.s3_checksums,
            access_key: self.s3_access_key.clone(),
            secret_key: self.s3_secret_key.clone(),
            session_token: self.s3_session_token.clone(),
            timeout: Duration::from_secs(u64::from(self.s3_timeout)),
            attempts: self.s3_attempts,
        }))
    }
}

/// The region of stores that have none.
const ANY_REGION: &str = "us-east-1";

/// What the pictures are for: which licences of packs will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    /// Anything: whoever runs it sees to the licences.
    Any,
    /// Business: packs whose licence forbids that, or says nothing, are refused.
    Commercial,
}

/// How files are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deliver {
    /// Through the server.
    Through,
    /// To whoever comes with an API key, by a signed address in the bucket, where there is one.
    Redirect,
}

/// Fills settings that are empty from the variables that other programs honor.
fn fill(table: &mut toml::Table, common: &mut BTreeMap<String, String>) {
    let is_empty = |table: &toml::Table, key: &str| table.get(key).and_then(toml::Value::as_str) == Some("");
    let keys = if COMMON_KEYS.iter().all(|(_, key)| is_empty(table, key)) { &COMMON_KEYS[..] } else { &[] };
    for (name, key) in COMMON.iter().chain(keys) {
        if is_empty(table, key)
            && let Some(value) = common.remove(*name)
        {
            table.insert((*key).to_owned(), toml::Value::String(value));
        }
    }
}

/// An empty text is no bucket. What is wrong is said without the text, because a key may stand in it.
fn bucket<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bucket>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |message: String| D::Error::custom(format!("storage: {message}"));
    if text.is_empty() { Ok(None) } else { Bucket::parse(&text).map(Some).map_err(wrong) }
}

/// Origins with commas between them, each as a browser writes it.
fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let origin = |text: &str| match url::Url::parse(text) {
        Ok(url) if url.origin().is_tuple() && url.origin().ascii_serialization() == text => {
            Ok(text.to_owned())
        }
        _ => Err(D::Error::custom(format!(
            "cors_origins: `{text}` is no origin; one is written like https://shop.example, without a path"
        ))),
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(origin).collect()
}

/// An empty text is no price.
fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecondPrice>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |message: String| D::Error::custom(format!("film_second_price: {message}"));
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(wrong) }
}

/// An empty text is no address. What is wrong is said without the text, because a password may stand in it.
fn database<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DatabaseUrl>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = |message: String| D::Error::custom(format!("database: {message}"));
    if text.is_empty() { Ok(None) } else { DatabaseUrl::postgres(&text).map(Some).map_err(wrong) }
}

/// Where `templates/` and `fixtures/` lie: `PACKSHOT_HOME`, else beside the program or in a folder above it, else the checkout it was built in.
pub fn home() -> Option<PathBuf> {
    let has_templates = |folder: &PathBuf| folder.join("templates").is_dir();
    if let Some(home) = std::env::var_os(HOME) {
        return Some(PathBuf::from(home));
    }
    let program = std::env::current_exe().ok();
    let above = program.iter().flat_map(|path| path.ancestors().skip(1)).map(PathBuf::from);
    above.chain([PathBuf::from(env!("CARGO_MANIFEST_DIR"))]).find(has_templates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Result<Config, Problem> {
        Config::from_environment([(name.to_owned(), value.to_owned())].into_iter())
    }

    #[test]
    fn the_defaults_are_valid_and_the_environment_wins() {
        assert_eq!(with("UNRELATED", "1").unwrap().jpeg_quality, 92);
        assert_eq!(with("PACKSHOT_WORKERS", "3").unwrap().workers, 3);
    }

    #[test]
    fn the_runtime_of_other_programs_is_used_unless_ours_is_named() {
        let both = [("ORT_DYLIB_PATH", "/a.so"), ("PACKSHOT_RUNTIME", "/b.so")];
        let both = both.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(with("ORT_DYLIB_PATH", "/a.so").unwrap().runtime, PathBuf::from("/a.so"));
        assert_eq!(Config::from_environment(both.into_iter()).unwrap().runtime, PathBuf::from("/b.so"));
    }

    #[test]
    fn the_databases_password_shows_up_nowhere() {
        let config = with("PACKSHOT_DATABASE", "postgres://ann:s3cret@db/shop").unwrap();
        assert!(config.database.as_ref().is_some_and(DatabaseUrl::is_postgres));
        assert!(!format!("{config:?}").contains("s3cret"));
        assert_eq!(with("PACKSHOT_DATABASE", "").unwrap().database, None);
        let problem = with("PACKSHOT_DATABASE", "mysql://ann:s3cret@db/shop").unwrap_err();
        assert!(
            problem.to_string().contains("postgres://") && !problem.to_string().contains("s3cret"),
            "{problem}"
        );
    }

    fn with_all(all: &[(&str, &str)]) -> Result<Config, Problem> {
        Config::from_environment(all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn a_bucket_comes_with_its_keys_ours_or_those_of_other_programs() {
        let bucket = ("PACKSHOT_STORAGE", "s3://pictures/shop");
        assert_eq!(with_all(&[]).unwrap().s3().unwrap(), None);
        let problem = with_all(&[bucket]).unwrap().s3().unwrap_err();
        assert!(problem.message.contains("PACKSHOT_S3_ACCESS_KEY"), "{problem}");
        let aws = [
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "s3cret"),
            ("AWS_SESSION_TOKEN", "s3cret-too"),
        ];
        let keyed = [&[bucket][..], &aws].concat();
        assert_eq!(with_all(&keyed).unwrap().s3().unwrap_err().item, "s3_region");
        let config = with_all(&[&keyed[..], &[("AWS_REGION", "eu-central-1")]].concat()).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        let settings = config.s3().unwrap().unwrap();
        assert_eq!((settings.region.as_str(), settings.endpoint.as_deref()), ("eu-central-1", None));
        assert_eq!(settings.session_token, Secret::new("s3cret-too"));
        // Keys of our own leave nothing of the others, and a store elsewhere needs no region.
        let own = [
            ("PACKSHOT_S3_ACCESS_KEY", "own"),
            ("PACKSHOT_S3_SECRET_KEY", "s3cret-own"),
            ("PACKSHOT_S3_ENDPOINT", "http://store:9000"),
        ];
        let settings = with_all(&[&keyed[..], &own].concat()).unwrap().s3().unwrap().unwrap();
        assert_eq!((settings.access_key.as_str(), settings.region.as_str()), ("own", ANY_REGION));
        assert!(settings.session_token.is_empty());
    }

    #[test]
    fn a_wrong_bucket_or_endpoint_is_named_without_what_may_be_a_secret() {
        for (name, value, item) in [
            ("PACKSHOT_STORAGE", "https://pictures?key=s3cret", "s3://"),
            ("PACKSHOT_S3_ENDPOINT", "https://ann:s3cret@store", "s3_endpoint"),
            ("PACKSHOT_S3_ADDRESSING", "dns", "addressing"),
            ("PACKSHOT_S3_TIMEOUT", "0", "s3_timeout"),
        ] {
            let said = with(name, value).unwrap_err().to_string();
            assert!(said.contains(item) && !said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn a_director_has_an_address_and_a_model_and_its_key_shows_up_nowhere() {
        let own = [
            ("PACKSHOT_DIRECTOR", "http://localhost:11434/v1"),
            ("PACKSHOT_DIRECTOR_MODEL", "small"),
            ("PACKSHOT_DIRECTOR_KEY", "s3cret"),
        ];
        assert_eq!(with("OPENAI_API_KEY", "s3cret").unwrap().chat().unwrap(), None);
        let config = with_all(&own).unwrap();
        assert!(!format!("{config:?}").contains("s3cret"));
        let chat = config.chat().unwrap().unwrap();
        assert_eq!((chat.model.as_str(), chat.key), ("small", Secret::new("s3cret")));
        assert_eq!(with_all(&own[..1]).unwrap_err().item, "director_model");
        for (name, value, item) in [
            ("PACKSHOT_DIRECTOR", "localhost:11434/s3cret", "director"),
            ("PACKSHOT_DIRECTOR", "http://ann:s3cret@localhost/v1", "director"),
            ("PACKSHOT_DIRECTOR_TIMEOUT", "0", "director_timeout"),
        ] {
            let problem = with_all(&[&own[..], &[(name, value)]].concat()).unwrap_err();
            assert!(problem.item == item && !problem.to_string().contains("s3cret"), "{problem}");
        }
    }

    #[test]
    fn origins_are_written_as_browsers_do() {
        let config = with("PACKSHOT_CORS_ORIGINS", "https://shop.example, http://localhost:5173,").unwrap();
        assert_eq!(config.cors_origins, ["https://shop.example", "http://localhost:5173"]);
        for wrong in ["*", "shop.example", "https://shop.example/", "https://shop.example/a", "null"] {
            assert!(
                with("PACKSHOT_CORS_ORIGINS", wrong).unwrap_err().message.contains("no origin"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_unknown_or_wrong_setting_is_named_with_the_nearest() {
        let error = with("PACKSHOT_WORKER", "3").unwrap_err();
        assert_eq!(error.code, Code::ConfigInvalid);
        assert!(error.message.contains("PACKSHOT_WORKERS"), "{}", error.message);
        assert!(with("PACKSHOT_WORKERS", "many").is_err());
        assert!(with("PACKSHOT_JPEG_QUALITY", "5").is_err());
        assert!(with("PACKSHOT_SIGNUP", "everybody").is_err());
        assert_eq!(with("PACKSHOT_SIGNUP", "closed").unwrap().signup, Signup::Closed);
    }
}
