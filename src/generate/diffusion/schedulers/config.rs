//! Reads `scheduler_config.json` as diffusers does: missing keys take the class's defaults, unknown ones are passed over with a warning, and values
//! that we do not support are refused by name. Knows no file.

use serde_json::{Map, Value};

use super::keys::Keys;
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
    read_changed(text, &Map::new())
}

/// The same with some of the config's keys changed, or added.
pub fn read_changed(
    text: &str,
    changes: &Map<String, Value>,
) -> Result<(Box<dyn Scheduler>, Vec<Warning>), SchedulerError> {
    let mut map: Map<String, Value> = serde_json::from_str(&with_quoted_infinities(text))
        .map_err(|error| SchedulerError::NotJson(error.to_string()))?;
    map.extend(changes.clone());
    let known = || ALL.iter().map(|class| class.name).collect::<Vec<_>>().join(", ");
    let class = match map.get("_class_name") {
        Some(Value::String(name)) => ALL
            .iter()
            .find(|class| class.name == name)
            .ok_or_else(|| SchedulerError::ClassUnknown { class: name.clone(), known: known() })?,
        _ => return Err(SchedulerError::ClassMissing { known: known() }),
    };
    let mut keys = Keys::new(class.name, map);
    let scheduler = (class.open)(&mut keys)?;
    // What begins with an underscore is diffusers' own book-keeping.
    let warnings = keys
        .unread()
        .filter(|key| !key.starts_with('_') && !OF_OTHER_CLASSES.contains(&key.as_str()))
        .map(|key| Warning { class: class.name, key })
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
