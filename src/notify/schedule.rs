//! When a delivery that was not answered well is tried again. Knows no clock.

use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Seconds before the second, third, … attempt: Standard Webhooks' schedule, a little over three days in all.
const DELAYS: [u64; 9] =
    [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// How long to wait after the `attempt`-th attempt (from 1) failed; none if it was the last.
pub fn delay_after(attempt: i32) -> Option<Duration> {
    let index = usize::try_from(attempt.max(1) - 1).ok()?;
    DELAYS.get(index).map(|seconds| Duration::from_secs(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_for_three_days_and_then_no_more() {
        let delays: Vec<Duration> = (1..).map_while(delay_after).collect();
        assert_eq!(delays.len(), 9);
        assert!(delays.is_sorted());
        let all: Duration = delays.iter().sum();
        assert!((3.0..3.5).contains(&(all.as_secs_f64() / 86_400.0)), "{all:?}");
        assert_eq!(delay_after(10), None);
    }
}
