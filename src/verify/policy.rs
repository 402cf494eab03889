//! Limits as data. Knows no pixels.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::VerifyError;
use super::checks::{ALL, Measured};
use super::frames;
use crate::domain::{CheckReport, Digest, Outcome, Tier};

/// The bundled policies, by name. Those that extend another come after it.
const BUNDLED: [&str; 3] = [
    include_str!("policies/standard.policy.toml"),
    include_str!("policies/lenient.policy.toml"),
    include_str!("policies/strict.policy.toml"),
];

/// What `default` means.
const DEFAULT: &str = "standard";

/// A named, versioned set of limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    name: String,
    version: u32,
    limits: AllLimits,
    digest: Digest,
}

/// Every check with what passes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct AllLimits {
    check: BTreeMap<String, Limits>,
    /// Other limits where the product was searched for, not placed by us: what a repaint and a fit leave is more.
    searched: BTreeMap<String, Limits>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Limits {
    pass_at_most: f32,
    reject_above: f32,
    unit: String,
    reason: String,
}

/// A policy as it stands in a file: what it does not say it takes from the policy that it extends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    name: String,
    version: u32,
    extends: Option<String>,
    #[serde(default)]
    check: BTreeMap<String, Change>,
    #[serde(default)]
    searched: BTreeMap<String, Change>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    pass_at_most: Option<f32>,
    reject_above: Option<f32>,
    unit: Option<String>,
    reason: Option<String>,
}

impl Change {
    /// What stands after the change; `None` if it lacks something that nothing before it says.
    fn over(self, base: Option<&Limits>) -> Option<Limits> {
        Some(Limits {
            pass_at_most: self.pass_at_most.or(base.map(|b| b.pass_at_most))?,
            reject_above: self.reject_above.or(base.map(|b| b.reject_above))?,
            unit: self.unit.or_else(|| base.map(|b| b.unit.clone()))?,
            reason: self.reason.or_else(|| base.map(|b| b.reason.clone()))?,
        })
    }
}

static PARSED: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let mut known: Vec<Policy> = Vec::new();
    for text in BUNDLED {
        #[expect(clippy::expect_used, reason = "the files are part of the program and a test reads them")]
        known.push(read(text, &known).expect("the bundled policies are valid"));
    }
    known
});

impl Default for Policy {
    fn default() -> Self {
        PARSED[0].clone()
    }
}

impl Policy {
    /// A bundled policy by name; `default` is `standard`.
    ///
    /// # Errors
    /// [`VerifyError::PolicyUnknown`].
    pub fn named(name: &str) -> Result<Policy, VerifyError> {
        let wanted = if name == "default" { DEFAULT } else { name };
        let found = PARSED.iter().find(|policy| policy.name == wanted);
        found.cloned().ok_or_else(|| VerifyError::PolicyUnknown(name.to_owned()))
    }

    /// A merchant's own policy from the text of its file (TOML, see docs/fidelity.md): a name that no bundled one has, a version, the bundled policy that it
    /// extends, and what it changes.
    ///
    /// # Errors
    /// [`VerifyError::PolicyInvalid`] with what to change.
    pub fn parse(text: &str) -> Result<Policy, VerifyError> {
        let policy = read(text, &PARSED)?;
        if policy.name == "default" || PARSED.iter().any(|bundled| bundled.name == policy.name) {
            return Err(invalid(format!(
                "`{}` is the name of a bundled policy; choose another",
                policy.name
            )));
        }
        Ok(policy)
    }

    /// Names of the bundled ones.
    pub fn names() -> Vec<&'static str> {
        PARSED.iter().map(|policy| policy.name.as_str()).collect()
    }

    /// Name and version, as `standard@7`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// SHA-256 of every limit as it stands after extending, as JSON with sorted keys: two policies of one name that judge differently differ in it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The limits of a check: pass at most, reject above.
    #[cfg(test)]
    pub(super) fn limits(&self, check: &str) -> Option<(f32, f32, &str)> {
        self.limits.check.get(check).map(|l| (l.pass_at_most, l.reject_above, l.reason.as_str()))
    }

    /// What follows from a measurement. A check without limits, or a value that is no number, is unknown: never a pass.
    pub(super) fn report(&self, check: &str, tier: Tier, measured: Measured) -> CheckReport {
        let searched = self.limits.searched.get(check).filter(|_| tier != Tier::Pasted);
        let limits = searched.or_else(|| self.limits.check.get(check));
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
            regions: Vec::new(),
        }
    }
}

fn invalid(message: String) -> VerifyError {
    VerifyError::PolicyInvalid(message)
}

/// Reads a policy that may extend one of `known`.
fn read(text: &str, known: &[Policy]) -> Result<Policy, VerifyError> {
    let draft: Draft = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
    let mut limits = match &draft.extends {
        Some(base) => match known.iter().find(|policy| policy.name == *base) {
            Some(policy) => policy.limits.clone(),
            None => return Err(invalid(format!("it extends `{base}`, which is no bundled policy"))),
        },
        None => AllLimits::default(),
    };
    for (name, change) in draft.check {
        let changed = checked(&name, change, limits.check.get(&name))?;
        limits.check.insert(name, changed);
    }
    for (name, change) in draft.searched {
        let base = limits.searched.get(&name).or_else(|| limits.check.get(&name));
        let changed = checked(&name, change, base)?;
        limits.searched.insert(name, changed);
    }
    if let Some(missing) = names().find(|name| !limits.check.contains_key(*name)) {
        let message = format!("check `{missing}` has no limits; extend a bundled policy");
        return Err(invalid(message));
    }
    let text = serde_json::to_vec(&limits).map_err(|error| invalid(error.to_string()))?;
    Ok(Policy { name: draft.name, version: draft.version, limits, digest: Digest::of(&text) })
}

/// Of the checks of a picture, and those of a film.
fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|check| check.name()).chain(frames::ALL.iter().map(|check| check.name()))
}

fn checked(name: &str, change: Change, base: Option<&Limits>) -> Result<Limits, VerifyError> {
    if !names().any(|known| known == name) {
        return Err(invalid(format!("there is no check `{name}`")));
    }
    let limits = change.over(base).ok_or_else(|| {
        invalid(format!("check `{name}` needs pass_at_most, reject_above, unit and reason"))
    })?;
    if !(limits.pass_at_most >= 0.0 && limits.pass_at_most <= limits.reject_above) {
        return Err(invalid(format!("check `{name}`: 0 ≤ pass_at_most ≤ reject_above must hold")));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_limits_with_a_reason_and_no_limit_is_without_a_check() {
        let policy = Policy::default();
        for name in names() {
            let (pass, reject, reason) = policy.limits(name).unwrap();
            assert!(pass <= reject && reason.len() > 20, "{name}");
        }
        assert_eq!(policy.limits.check.len(), names().count());
        assert!(ALL.iter().map(|c| c.name()).is_sorted());
        assert!(frames::ALL.iter().map(|c| c.name()).is_sorted());
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

    #[test]
    fn strict_passes_nothing_that_standard_does_not_and_lenient_everything_that_it_does() {
        let [standard, lenient, strict] = ["default", "lenient", "strict"].map(|n| Policy::named(n).unwrap());
        assert_eq!(standard, Policy::default());
        for name in names() {
            let pass = |policy: &Policy| policy.limits(name).unwrap().0;
            assert!(pass(&strict) <= pass(&standard) && pass(&standard) <= pass(&lenient), "{name}");
        }
        assert!(Policy::named("harsh").is_err());
        assert_ne!(standard.digest(), strict.digest());
    }

    #[test]
    fn a_policy_of_ones_own_changes_what_it_names_and_its_digest_follows() {
        let text =
            "name = \"house\"\nversion = 3\nextends = \"standard\"\n[check.halo]\npass_at_most = 4.0\n";
        let own = Policy::parse(text).unwrap();
        assert_eq!((own.label().as_str(), own.limits("halo").unwrap().0), ("house@3", 4.0));
        assert_eq!(own.limits("patch"), Policy::default().limits("patch"));
        assert_ne!(own.digest(), Policy::default().digest());
        assert_eq!(
            own.digest(),
            Policy::parse(&text.replace("version = 3", "version = 4")).unwrap().digest()
        );
        for (from, to, said) in [
            ("house", "strict", "bundled policy"),
            ("\"standard\"", "\"nobody\"", "nobody"),
            ("check.halo", "check.hallo", "no check `hallo`"),
            ("4.0", "40.0", "must hold"),
            ("4.0", "nan", "must hold"),
            ("pass_at_most", "passes", "unknown field"),
            ("extends = \"standard\"", "", "needs pass_at_most"),
        ] {
            let error = Policy::parse(&text.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
