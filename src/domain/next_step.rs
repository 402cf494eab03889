//! What follows a verdict: deliver, try again with another seed, fall back to the safe composite, or ask a person. Knows no queue.

use super::Verdict;

/// Attempts with new seeds before the safe composite is tried.
pub const MAX_ATTEMPTS: u32 = 3;

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// It passed: deliver it.
    Deliver,
    /// Make another candidate with this attempt number.
    Retry(u32),
    /// Make the untouched product on the plainest template, with this attempt number.
    SafeComposite(u32),
    /// A person decides.
    Review,
}

/// Decides from the verdict on attempt number `attempt` (from 0). `fallback` says whether that candidate was the safe composite already.
/// A review is not retried: another seed does not make the photo clearer. An attempt that would repeat a rejected one pixel by pixel needs not be
/// made: ask on with its known verdict.
pub fn next_step(verdict: Verdict, attempt: u32, fallback: bool) -> NextStep {
    match verdict {
        Verdict::Pass => NextStep::Deliver,
        Verdict::Review => NextStep::Review,
        Verdict::Reject if fallback => NextStep::Review,
        Verdict::Reject if attempt + 1 < MAX_ATTEMPTS => NextStep::Retry(attempt + 1),
        Verdict::Reject => NextStep::SafeComposite(attempt + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_rejected_is_delivered_and_everything_ends() {
        let (mut attempt, mut fallback, mut steps) = (0, false, Vec::new());
        loop {
            let step = next_step(Verdict::Reject, attempt, fallback);
            steps.push(step);
            match step {
                NextStep::Retry(next) => attempt = next,
                NextStep::SafeComposite(next) => (attempt, fallback) = (next, true),
                NextStep::Deliver | NextStep::Review => break,
            }
        }
        assert_eq!(
            steps,
            [NextStep::Retry(1), NextStep::Retry(2), NextStep::SafeComposite(3), NextStep::Review]
        );
        assert_eq!(next_step(Verdict::Pass, 2, false), NextStep::Deliver);
        assert_eq!(next_step(Verdict::Review, 0, false), NextStep::Review);
    }
}
