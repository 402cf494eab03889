//! Reads `scheduler_config.json` as diffusers does: missing keys take the class's defaults, unknown ones are passed over with a warning, and values
//! that we do not support are refused by name. Knows no file.

use serde_json::{Map, Value};

use super::{ALL, Scheduler, SchedulerError};

/// Keys that diffusers writes for classes which may be exchanged for one another. Who does not read them passes over them silently there, and
/// so here: SDXL's own config has four of them.
const OF_OTHER_CLASSES: &[&str] = &[
    "algorithm_type",
    "beta_end",
    "beta_schedule",
    "beta_start",
    "clip_sample",
    "clip_sample_range",
    "disable_corrector",
    "dynamic_thresholding_ratio",
    "euler_at_final",
    "final_sigmas_type",
    "flow_shift",
    "interpolation_type",
    "lambda_min_clipped",
    "lower_order_final",
    "predict_x0",
    "prediction_type",
    "rescale_betas_zero_snr",
    "rho",
    "sample_max_value",
    "set_alpha_to_one",
    "sigma_data",
    "sigma_max",
    "sigma_min",
    "sigma_schedule",
    "skip_prk_steps",
    "solver_order",
    "solver_p",
    "solver_type",
    "steps_offset",
    "thresholding",
    "timestep_spacing",
    "timestep_type",
    "trained_betas",
    "use_beta_sigmas",
    "use_exponential_sigmas",
    "use_flow_sigmas",
    "use_karras_sigmas",
    "use_lu_lambdas",
    "variance_type",
];

/// A key of the config that nothing reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// diffusers' class.
    pub class: &'static str,
    /// The key.
    pub key: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} does not know the key {}; it was passed over", self.class, self.key)
    }
}

/// Sets up the scheduler that the text of a `scheduler_config.json` describes. Warnings come with it, by key.
pub fn read(text: &str) -> Result<(Box<dyn Scheduler>, Vec<Warning>), SchedulerError> {
    let map: Map<String, Value> = serde_json::from_str(&with_quoted_infinities(text))
        .map_err(|error| SchedulerError::NotJson(error.to_string()))?;
    let known = || ALL.iter().map(|class| class.name).collect::<Vec<_>>().join(", ");
    let class = match map.get("_class_name") {
        Some(Value::String(name)) => ALL
            .iter()
            .find(|class| class.name == name)
            .ok_or_else(|| SchedulerError::ClassUnknown { class: name.clone(), known: known() })?,
        _ => return Err(SchedulerError::ClassMissing { known: known() }),
    };
    let mut keys = Keys { class: class.name, map };
    let scheduler = (class.open)(&mut keys)?;
    // What begins with an underscore is diffusers' own book-keeping.
    let warnings = keys
        .map
        .into_iter()
        .filter(|(key, _)| !key.starts_with('_') && !OF_OTHER_CLASSES.contains(&key.as_str()))
        .map(|(key, _)| Warning { class: class.name, key })
        .collect();
    Ok((scheduler, warnings))
}

/// Python writes `-Infinity` into its JSON (the default of `lambda_min_clipped`), which JSON does not have: such words become strings.
fn with_quoted_infinities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let word =
            ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| !quoted && rest.starts_with(word));
        if let Some(word) = word {
            out.push('"');
            out.push_str(word);
            out.push('"');
            rest = &rest[word.len()..];
            continue;
        }
        let escaped = quoted && c == '\\';
        quoted ^= c == '"';
        let length =
            c.len_utf8() + if escaped { rest[1..].chars().next().map_or(0, char::len_utf8) } else { 0 };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The keys of a config that nobody has read yet.
#[derive(Debug)]
pub(super) struct Keys {
    class: &'static str,
    map: Map<String, Value>,
}

impl Keys {
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
