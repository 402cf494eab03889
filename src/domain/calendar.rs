//! Days as the API writes them. Everything is UTC. Knows no clock.

/// Microseconds of a day.
const DAY: i64 = 24 * 3600 * 1_000_000;
/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// The day (since 1970) of a moment in microseconds since 1970.
pub fn day_of(micros: i64) -> i32 {
    i32::try_from(micros.div_euclid(DAY)).unwrap_or(i32::MAX)
}

/// Year, month and day of the month of a day since 1970.
pub fn date_of(day: i32) -> (i32, u32, u32) {
    // Years begin in March here, so that a leap day is the last of its year.
    let days = i64::from(day) + EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, date as u32)
}

/// A day since 1970 as `2026-11-28`.
pub fn written(day: i32) -> String {
    let (year, month, date) = date_of(day);
    format!("{year:04}-{month:02}-{date:02}")
}

/// The day since 1970 that is written like `2026-11-28`, if there is one.
pub fn read(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-');
    let mut next = |length: usize| -> Option<i64> {
        let part = parts.next()?;
        (part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let (year, month, date) = (next(4)?, next(2)?, next(2)?);
    let years = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    let days = years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400) + of_year;
    let day = i32::try_from(days - EPOCH).ok()?;
    // 31 February is no day.
    (written(day) == text).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days_are_where_they_should_be() {
        for (day, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_785, "2026-11-28"),
        ] {
            assert_eq!((written(day).as_str(), read(text)), (text, Some(day)));
        }
        assert_eq!((day_of(DAY - 1), day_of(DAY), day_of(-1)), (0, 1, -1));
        for wrong in
            ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01T00", "", "2026-01"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_as_it_is_written(day in -700_000i32..2_900_000) {
            prop_assert_eq!(read(&written(day)), Some(day));
            let (next, this) = (date_of(day + 1), date_of(day));
            prop_assert!(next > this);
        }
    }
}
