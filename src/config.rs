//! Every setting and where it comes from: the embedded defaults, then the environment. The only reader of the environment. Knows no stage.

use std::path::PathBuf;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::entity::DatabaseUrl;
use crate::error::{Code, Problem};
use crate::tenancy::Signup;

/// The commented defaults, which are also the manual.
pub const DEFAULTS: &str = include_str!("../packshot.default.toml");
/// Prefix of environment variables: `PACKSHOT_WORKERS` overrides `workers`.
const PREFIX: &str = "PACKSHOT_";
/// The runtime's own variable for its library, which other programs honor, too.
const RUNTIME: &str = "ORT_DYLIB_PATH";
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
    /// The ONNX runtime library; empty = where `make runtime` puts it.
    pub runtime: PathBuf,
    /// The pack that votes on cutouts, or `none`.
    pub vote: String,
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
    /// Address and port that `serve` listens on.
    pub listen: String,
    /// Who may sign up.
    pub signup: Signup,
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
        let mut library = String::new();
        for (name, value) in environment {
            if name == RUNTIME {
                library = value;
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
        if table.get("runtime").and_then(toml::Value::as_str) == Some("") {
            table.insert("runtime".to_owned(), toml::Value::String(library));
        }
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
        check("scene_size", self.scene_size, 256, 4096)?;
        check("packshot_size", self.packshot_size, 256, 8192)?;
        check("jpeg_quality", u32::from(self.jpeg_quality), 60, 100)?;
        check("database_connections", self.database_connections, 3, 1000)?;
        check("requests_per_minute", self.requests_per_minute, 1, 1_000_000)?;
        check("signins_per_minute", self.signins_per_minute, 1, 1_000_000)?;
        Ok(self)
    }
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
