//! Limits as data. Knows no pixels.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::VerifyError;
use super::checks::Measured;
use crate::domain::{CheckReport, Outcome, Tier};

const DEFAULT: &str = include_str!("default.policy.toml");

/// A named, versioned set of limits.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    name: String,
    version: u32,
    check: BTreeMap<String, Limits>,
    /// Other limits where the product was searched for, not placed by us: what a repaint and a fit leave is more.
    #[serde(default)]
    searched: BTreeMap<String, Limits>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    pass_at_most: f32,
    reject_above: f32,
    unit: String,
    reason: String,
}

impl Default for Policy {
    fn default() -> Self {
        static PARSED: LazyLock<Policy> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program and a test reads it")]
            toml::from_str(DEFAULT).expect("default.policy.toml is valid")
        });
        PARSED.clone()
    }
}

impl Policy {
    /// A policy by name.
    pub fn named(name: &str) -> Result<Policy, VerifyError> {
        let policy = Policy::default();
        if policy.name == name { Ok(policy) } else { Err(VerifyError::Policy(name.to_owned())) }
    }

    /// Name and version, as `default@1`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The limits of a check: pass at most, reject above.
    #[cfg(test)]
    pub(super) fn limits(&self, check: &str) -> Option<(f32, f32, &str)> {
        self.check.get(check).map(|l| (l.pass_at_most, l.reject_above, l.reason.as_str()))
    }

    /// What follows from a measurement. A check without limits, or a value that is no number, is unknown: never a pass.
    pub(super) fn report(&self, check: &str, tier: Tier, measured: Measured) -> CheckReport {
        let searched = self.searched.get(check).filter(|_| tier != Tier::Pasted);
        let limits = searched.or_else(|| self.check.get(check));
        let (pass, reject) = limits.map_or((0.0, 0.0), |l| (l.pass_at_most, l.reject_above));
        let outcome = match measured.value {
            Some(value) if limits.is_none() || value.is_nan() => Outcome::Unknown,
            Some(value) if value <= pass => Outcome::Pass,
            Some(value) if value <= reject => Outcome::Review,
            Some(_) => Outcome::Reject,
            None => Outcome::Unknown,
        };
        CheckReport {
            check: check.to_owned(),
            value: measured.value.filter(|v| v.is_finite()).unwrap_or(-1.0),
            pass_at_most: pass,
            reject_above: reject,
            unit: limits.map_or_else(String::new, |l| l.unit.clone()),
            outcome,
            message: measured.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::ALL;

    #[test]
    fn every_check_has_limits_with_a_reason_and_no_limit_is_without_a_check() {
        let policy = Policy::default();
        for check in ALL {
            let (pass, reject, reason) = policy.limits(check.name()).unwrap();
            assert!(pass <= reject && reason.len() > 20, "{}", check.name());
        }
        assert_eq!(policy.check.len(), ALL.len());
        for (name, limits) in &policy.searched {
            assert!(policy.check.contains_key(name) && limits.pass_at_most <= limits.reject_above, "{name}");
        }
        assert!(ALL.iter().map(|c| c.name()).is_sorted());
    }

    #[test]
    fn what_cannot_be_measured_never_passes() {
        let measured = |value| Measured { value, message: String::new() };
        let outcome = |value| Policy::default().report("halo", Tier::Pasted, measured(value)).outcome;
        assert_eq!(outcome(None), Outcome::Unknown);
        assert_eq!(outcome(Some(f32::NAN)), Outcome::Unknown);
        assert_eq!(outcome(Some(0.0)), Outcome::Pass);
        assert_eq!(outcome(Some(1e9)), Outcome::Reject);
    }
}
