//! What a user pinned by hand: in range, and said where it cannot be honored. Knows no kind of picture.

use super::GenerateError;
use crate::domain::Overrides;
use crate::error::{Code, Problem};

/// Refuses what lies out of range.
pub(super) fn check(overrides: &Overrides) -> Result<(), GenerateError> {
    let within = |name: &str, value: Option<f32>, low: f32, high: f32| match value {
        Some(v) if !(low..=high).contains(&v) => {
            Err(GenerateError::Placement(format!("`{name}` is {v}; it must lie between {low} and {high}")))
        }
        _ => Ok(()),
    };
    within("height", overrides.height, 0.05, 0.98)?;
    within("rotation_deg", overrides.rotation_deg, -180.0, 180.0)?;
    within("gain", overrides.gain, 0.8, 1.25)?;
    within("shadow", overrides.shadow, 0.0, 1.0)?;
    for value in overrides.foot.into_iter().flatten() {
        within("foot", Some(value), 0.0, 1.0)?;
    }
    for value in overrides.crop.into_iter().flatten() {
        within("crop", Some(value), 0.0, 1.0)?;
    }
    Ok(())
}

/// The warning that `option` was left out of account for `item`.
pub(super) fn ignored(option: &str, item: &str, why: &str) -> Problem {
    Problem::new(Code::OverrideIgnored, item, format!("`{option}` was ignored: {why}"))
}
