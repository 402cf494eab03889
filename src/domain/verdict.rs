//! What verification says of a candidate. Knows no pixels and no check's insides.

use serde::{Deserialize, Serialize};

use super::{Digest, Moment, Rect, Shot, WorstFrame};

/// The report schema that this build writes of a picture.
pub const REPORT_SCHEMA: u32 = 2;
/// The one that it writes of a film.
pub const FILM_REPORT_SCHEMA: u32 = 3;

/// How the product's pixels came into the candidate, which decides how strictly they can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Pasted with a known placement: predicted and compared pixel by pixel.
    Pasted,
    /// Same view, relit or re-encoded by a network.
    Relit,
    /// Deformed or seen from elsewhere.
    Deformed,
    /// No reference for what is shown; never passes by itself.
    Unreferenced,
}

/// What may happen with a candidate. The order is by severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It shows exactly the product; deliver.
    Pass,
    /// A person decides.
    Review,
    /// Never delivered.
    Reject,
}

/// What one check found. The order is by severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Within the limit.
    Pass,
    /// The check could not see enough to say: a review, not a pass.
    Unknown,
    /// Over the passing limit, under the rejecting one.
    Review,
    /// Over the rejecting limit.
    Reject,
}

/// One measured question about a candidate. `value` is compared with the limits so that larger is worse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The check's stable name.
    pub check: String,
    /// What was measured.
    pub value: f32,
    /// Up to here it passes.
    pub pass_at_most: f32,
    /// Above this it is rejected; between the two a person looks.
    pub reject_above: f32,
    /// The unit of the three numbers: `deltaE00`, `px`, `ratio`, `fraction`, …
    pub unit: String,
    /// What follows.
    pub outcome: Outcome,
    /// One sentence for a merchant, saying what was seen.
    pub message: String,
    /// Where it was seen, in pixels of the picture, the worst first; empty if it is fine or not at one place. Since schema 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Rect>,
}

/// All checks on one candidate, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FidelityReport {
    /// 1 to 3.
    pub schema: u32,
    /// The policy's name with its version, as `standard@7`.
    pub policy: String,
    /// Digest of the policy's limits. Since schema 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_digest: Option<Digest>,
    /// How the product got in.
    pub tier: Tier,
    /// What follows from the checks.
    pub verdict: Verdict,
    /// In the order in which they ran.
    pub checks: Vec<CheckReport>,
    /// Whether a reject ended it: the checks that take longer were not asked. Since schema 2.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Files that show why, if any were written. Since schema 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Every frame of a film. Since schema 3, like what follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// The shots of a film that show the product.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shots: Vec<Shot>,
    /// The frame of a film that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<WorstFrame>,
}

/// A file that shows why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its name in its folder.
    pub file: String,
    /// Of its bytes.
    pub digest: Digest,
}

impl FidelityReport {
    /// The verdict that follows from `checks`: any reject rejects; anything short of a pass, and any `unreferenced` candidate, is a review.
    pub fn conclude(policy: impl Into<String>, tier: Tier, checks: Vec<CheckReport>) -> Self {
        let worst = checks.iter().map(|c| c.outcome).max().unwrap_or(Outcome::Unknown);
        let verdict = match worst {
            Outcome::Reject => Verdict::Reject,
            Outcome::Pass if tier != Tier::Unreferenced => Verdict::Pass,
            _ => Verdict::Review,
        };
        FidelityReport {
            schema: REPORT_SCHEMA,
            policy: policy.into(),
            policy_digest: None,
            tier,
            verdict,
            checks,
            stopped: false,
            evidence: Vec::new(),
            timeline: Vec::new(),
            shots: Vec::new(),
            worst: None,
        }
    }

    /// The names of the checks that did not pass, in alphabetical order, as `matte+tilt`: pictures with the same one are held for the same cause.
    pub fn cause(&self) -> String {
        let mut names: Vec<&str> = self.reasons().iter().map(|check| check.check.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.join("+")
    }

    /// The checks that did not pass, worst first.
    pub fn reasons(&self) -> Vec<&CheckReport> {
        let mut reasons: Vec<_> = self.checks.iter().filter(|c| c.outcome != Outcome::Pass).collect();
        reasons.sort_by_key(|c| std::cmp::Reverse(c.outcome));
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: Outcome) -> CheckReport {
        CheckReport {
            check: "x".into(),
            value: 0.0,
            pass_at_most: 1.0,
            reject_above: 2.0,
            unit: "px".into(),
            outcome,
            message: String::new(),
            regions: Vec::new(),
        }
    }

    #[test]
    fn the_worst_check_decides_and_nothing_unseen_passes() {
        let verdict = |tier, outcomes: &[Outcome]| {
            FidelityReport::conclude("p@1", tier, outcomes.iter().copied().map(check).collect()).verdict
        };
        assert_eq!(verdict(Tier::Pasted, &[Outcome::Pass, Outcome::Pass]), Verdict::Pass);
        assert_eq!(verdict(Tier::Pasted, &[Outcome::Pass, Outcome::Unknown]), Verdict::Review);
        assert_eq!(verdict(Tier::Pasted, &[Outcome::Review, Outcome::Reject]), Verdict::Reject);
        assert_eq!(verdict(Tier::Unreferenced, &[Outcome::Pass]), Verdict::Review);
        assert_eq!(verdict(Tier::Pasted, &[]), Verdict::Review);
    }
}
