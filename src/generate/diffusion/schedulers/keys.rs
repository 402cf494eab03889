//! The keys of a `scheduler_config.json`, read one by one: each reader says what it expects, and its errors name the key and its value. Knows no class.

use serde_json::{Map, Value};

use super::SchedulerError;

/// The keys of a config that nobody has read yet.
#[derive(Debug)]
pub(super) struct Keys {
    class: &'static str,
    map: Map<String, Value>,
}

impl Keys {
    /// All keys of a config of this class.
    pub(super) fn new(class: &'static str, map: Map<String, Value>) -> Keys {
        Keys { class, map }
    }

    /// Those that nobody has read, by name.
    pub(super) fn unread(self) -> impl Iterator<Item = String> {
        self.map.into_iter().map(|(key, _)| key)
    }

    /// An error that names a key and its value.
    pub(super) fn refuse(
        &self,
        key: &'static str,
        value: impl Into<Value>,
        why: impl Into<String>,
    ) -> SchedulerError {
        let value = value.into().to_string();
        SchedulerError::Unsupported { class: self.class, key, value, why: why.into() }
    }

    /// Whether a key that is yet to be read says this.
    pub(super) fn says(&self, key: &str, word: &str) -> bool {
        self.map.get(key).and_then(Value::as_str) == Some(word)
    }

    /// A finite number.
    pub(super) fn number(&mut self, key: &'static str, default: f64) -> Result<f64, SchedulerError> {
        match self.map.remove(key) {
            None => Ok(default),
            Some(value) => value.as_f64().ok_or_else(|| self.refuse(key, value, "a number is needed")),
        }
    }

    /// A finite number over 0, or `null`.
    pub(super) fn positive(&mut self, key: &'static str) -> Result<Option<f64>, SchedulerError> {
        match self.map.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) if number > 0.0 => Ok(Some(number)),
                _ => Err(self.refuse(key, value, "a number over 0 is needed")),
            },
        }
    }

    /// A finite number, or `null`.
    pub(super) fn number_or_null(&mut self, key: &'static str) -> Result<Option<f64>, SchedulerError> {
        match self.map.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                value.as_f64().map(Some).ok_or_else(|| self.refuse(key, value, "a number is needed"))
            }
        }
    }

    /// A number that may also be minus infinity.
    pub(super) fn limit_below(&mut self, key: &'static str) -> Result<f64, SchedulerError> {
        match self.map.remove(key) {
            None => Ok(f64::NEG_INFINITY),
            Some(Value::String(word)) if word == "-Infinity" => Ok(f64::NEG_INFINITY),
            Some(value) => value.as_f64().ok_or_else(|| self.refuse(key, value, "a number is needed")),
        }
    }

    /// A whole number within `range`.
    pub(super) fn count(
        &mut self,
        key: &'static str,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, SchedulerError> {
        let Some(value) = self.map.remove(key) else { return Ok(default) };
        value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| range.contains(n)).ok_or_else(|| {
            self.refuse(key, value, format!("a whole number of {}..{} is needed", range.start(), range.end()))
        })
    }

    /// Whether something is switched on; `null` is off, as in Python.
    pub(super) fn flag(&mut self, key: &'static str, default: bool) -> Result<bool, SchedulerError> {
        match self.map.remove(key) {
            None => Ok(default),
            Some(Value::Null) => Ok(false),
            Some(Value::Bool(on)) => Ok(on),
            Some(value) => Err(self.refuse(key, value, "true or false is needed")),
        }
    }

    /// One of the words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        default: &str,
        words: &[(&str, T)],
    ) -> Result<T, SchedulerError> {
        let given = self.map.remove(key);
        let wanted = match &given {
            None => Some(default),
            Some(value) => value.as_str(),
        };
        words.iter().find(|(word, _)| Some(*word) == wanted).map(|(_, meant)| *meant).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(key, given.unwrap_or_default(), format!("known are {}", known.join(", ")))
        })
    }

    /// A list of numbers, or `null`.
    pub(super) fn numbers(&mut self, key: &'static str) -> Result<Option<Vec<f64>>, SchedulerError> {
        match self.map.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                let numbers = value.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
                numbers.map(Some).ok_or_else(|| self.refuse(key, value, "a list of numbers is needed"))
            }
        }
    }

    /// A list of whole numbers, empty if left out.
    pub(super) fn counts(&mut self, key: &'static str) -> Result<Vec<usize>, SchedulerError> {
        match self.map.remove(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(value) => {
                let whole = |entry: &Value| entry.as_u64().and_then(|n| usize::try_from(n).ok());
                let counts = value.as_array().and_then(|list| list.iter().map(whole).collect());
                counts.ok_or_else(|| self.refuse(key, value, "a list of whole numbers is needed"))
            }
        }
    }

    /// A key that may be there only as diffusers' default: `null`, `false` or an empty list.
    pub(super) fn absent(&mut self, key: &'static str, why: &str) -> Result<(), SchedulerError> {
        match self.map.remove(key) {
            None | Some(Value::Null | Value::Bool(false)) => Ok(()),
            Some(value) => Err(self.refuse(key, value, why)),
        }
    }
}
