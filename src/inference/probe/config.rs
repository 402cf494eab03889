//! A JSON file of an export, asked for one key at a time; messages name file and key. Knows no graph.

use std::path::Path;

use serde_json::Value;

use super::unsupported;
use crate::inference::InferenceError;
use crate::inference::pack::file_bytes;

/// A JSON object with its path in the export.
pub(super) struct Config {
    file: String,
    values: serde_json::Map<String, Value>,
}

impl Config {
    /// The file, or `None` where there is none.
    pub(super) fn find(folder: &Path, file: &str) -> Result<Option<Config>, InferenceError> {
        if !folder.join(file).exists() {
            return Ok(None);
        }
        match serde_json::from_slice(&file_bytes(folder, file)?) {
            Ok(Value::Object(values)) => Ok(Some(Config { file: file.to_owned(), values })),
            Ok(_) => unsupported(format!("{file} is no JSON object")),
            Err(error) => unsupported(format!("{file}: {error}")),
        }
    }

    /// The file, which must be there.
    pub(super) fn read(folder: &Path, file: &str) -> Result<Config, InferenceError> {
        match Config::find(folder, file)? {
            Some(config) => Ok(config),
            None => unsupported(format!("{file} is missing")),
        }
    }

    /// The value of a key; `None` if it is not there or null.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key).filter(|value| !value.is_null())
    }

    /// Keys and values that are not null, in the order of the keys.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.as_str(), value))
    }

    pub(super) fn text(&self, key: &str) -> Result<&str, InferenceError> {
        self.wanted(key, "a text", Value::as_str)
    }

    pub(super) fn whole(&self, key: &str) -> Result<usize, InferenceError> {
        self.wanted(key, "a whole number", |value| value.as_u64().and_then(|n| usize::try_from(n).ok()))
    }

    pub(super) fn number(&self, key: &str) -> Result<f64, InferenceError> {
        self.wanted(key, "a number", Value::as_f64)
    }

    /// How many entries a list has.
    pub(super) fn count(&self, key: &str) -> Result<usize, InferenceError> {
        self.wanted(key, "a list", |value| value.as_array().map(Vec::len).filter(|count| *count > 0))
    }

    /// Three numbers.
    pub(super) fn three(&self, key: &str) -> Result<[f32; 3], InferenceError> {
        self.wanted(key, "three numbers", |value| {
            let numbers: Option<Vec<f32>> =
                value.as_array()?.iter().map(|number| number.as_f64().map(|n| n as f32)).collect();
            numbers?.try_into().ok()
        })
    }

    fn wanted<'a, T>(
        &'a self,
        key: &str,
        what: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, InferenceError> {
        match self.get(key) {
            None => unsupported(format!("{} says no `{key}`", self.file)),
            Some(value) => match read(value) {
                Some(found) => Ok(found),
                None => unsupported(format!("`{key}` in {} is {value}, not {what}", self.file)),
            },
        }
    }
}
