//! What the pairs add up to: for each trial what it was judged as and why, and the shares that were asked for with exact intervals, apart for the
//! products that limits were found on and for all others. Knows no gate.

use std::collections::BTreeMap;

use super::super::median;
use super::pair::Line;
use crate::cli::output;
use crate::domain::Verdict;
use crate::imaging::metrics::rate;
use crate::verify::trial::Truth;

/// Products of which limits know; the others test them. By kind: nothing of the same kind is on the other side.
const CALIBRATION: [&str; 7] = [
    "candle-jar",
    "canvas-sneaker",
    "coffee-pouch",
    "desk-lamp",
    "folded-tshirt",
    "gooseneck-kettle",
    "handbag",
];

/// Verdicts on some pairs.
#[derive(Default)]
struct Count {
    pairs: usize,
    passed: usize,
    review: usize,
    rejected: usize,
    unjudged: usize,
    why: BTreeMap<String, usize>,
}

impl Count {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Count {
        let mut count = Count::default();
        lines.filter(|line| line.counts).for_each(|line| count.add(line));
        count
    }

    fn add(&mut self, line: &Line) {
        self.pairs += 1;
        match line.verdict {
            Some(Verdict::Pass) => self.passed += 1,
            Some(Verdict::Review) => self.review += 1,
            Some(Verdict::Reject) => self.rejected += 1,
            None => self.unjudged += 1,
        }
        for (check, _) in &line.reasons {
            *self.why.entry(check.clone()).or_default() += 1;
        }
    }

    fn row(&self, name: &str) -> String {
        let mut why: Vec<_> = self.why.iter().collect();
        why.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let why: Vec<String> = why.iter().take(4).map(|(check, count)| format!("{check} {count}")).collect();
        let Count { pairs, passed, review, rejected, unjudged, .. } = self;
        let why = why.join(", ");
        format!("{name:<28} {pairs:>5} {passed:>7} {review:>7} {rejected:>9} {unjudged:>9}  {why}")
    }
}

pub(super) fn print(lines: &[Line]) {
    for made in ["edited", "rendered"] {
        for (title, calibrated) in [("limits were found on these", true), ("limits do not know these", false)]
        {
            let is_one = |line: &&Line| line.made == made && knows(line) == calibrated;
            let group: Vec<&Line> = lines.iter().filter(is_one).collect();
            if !group.is_empty() {
                group_of(&format!("{made} pictures, {title}"), &group);
            }
        }
    }
    let mut times: Vec<f32> = lines.iter().map(|line| line.ms).collect();
    output::line(&format!("median of a pair: {:.0} ms on one thread", median(&mut times)));
}

fn knows(line: &Line) -> bool {
    CALIBRATION.iter().any(|name| line.product.starts_with(name))
}

fn group_of(title: &str, lines: &[&Line]) {
    output::line(&format!("\n{title}"));
    output::line("trial                        pairs  passed  review  rejected  unjudged  because of");
    let mut names: Vec<(Truth, &str)> = lines.iter().map(|line| (line.truth, line.trial.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    for (truth, name) in names {
        let count = Count::of(lines.iter().copied().filter(|line| line.trial == name && line.truth == truth));
        output::line(&count.row(name));
    }
    products(lines);
    let of = |truth: Truth| Count::of(lines.iter().copied().filter(|line| line.truth == truth));
    let [faithful, flawed, other] = [Truth::Faithful, Truth::Flawed, Truth::Other].map(of);
    share("faithful, passed", faithful.passed, faithful.pairs);
    share("faithful, for review or not found", faithful.review + faithful.unjudged, faithful.pairs);
    share("faithful, rejected", faithful.rejected, faithful.pairs);
    share("another product, not passed", other.pairs - other.passed, other.pairs);
    let (pairs, passed) = (other.pairs + flawed.pairs, other.passed + flawed.passed);
    share("any defect, not passed", pairs - passed, pairs);
}

/// For each product how its faithful pictures fared, and how many defects passed.
fn products(lines: &[&Line]) {
    output::line(
        "product                      faithful pairs: passed, review, rejected, not found; defects: pairs, passed",
    );
    let mut names: Vec<&str> = lines.iter().map(|line| line.product.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let own = || lines.iter().copied().filter(|line| line.product == name);
        let faithful = Count::of(own().filter(|line| line.truth == Truth::Faithful));
        let planted = Count::of(own().filter(|line| line.truth != Truth::Faithful));
        let Count { pairs, passed, review, rejected, unjudged, .. } = faithful;
        output::line(&format!(
            "{name:<28} {pairs:>5}: {passed:>4} {review:>4} {rejected:>4} {unjudged:>4};  {:>4} {:>4}",
            planted.pairs, planted.passed
        ));
    }
}

fn share(what: &str, hits: usize, of: usize) {
    let [low, high] = rate::clopper_pearson(hits, of, 0.95).map(|share| share * 100.0);
    let share = hits as f64 / of.max(1) as f64 * 100.0;
    output::line(&format!("{what}: {hits} of {of}, {share:.1} % (95 %: {low:.1} to {high:.1})"));
}
