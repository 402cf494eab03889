//! What something costs for each second of it. Knows no account and no payment.

use std::fmt;

/// Decimal places of a price, at most.
const PLACES: usize = 6;

/// A price for each second, as `0.12 EUR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondPrice {
    /// In parts of the currency's unit, 10 to the power of `places` of which make one.
    parts: u64,
    places: u32,
    currency: String,
}

impl SecondPrice {
    /// What so many milliseconds cost, with the currency: exact, then rounded half up to the price's own decimal places.
    pub fn of(&self, milliseconds: u64) -> String {
        let thousandths = u128::from(self.parts) * u128::from(milliseconds);
        self.written(u64::try_from((thousandths + 500) / 1000).unwrap_or(u64::MAX))
    }

    fn written(&self, parts: u64) -> String {
        let (one, places) = (10u64.pow(self.places), self.places as usize);
        match places {
            0 => format!("{parts} {}", self.currency),
            _ => format!("{}.{:0places$} {}", parts / one, parts % one, self.currency),
        }
    }
}

impl fmt::Display for SecondPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(self.parts))
    }
}

impl std::str::FromStr for SecondPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<SecondPrice, String> {
        let wrong = || format!("`{text}` is no price like 0.12 EUR");
        let (number, currency) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let code = currency.len() == 3 && currency.chars().all(|c| c.is_ascii_uppercase());
        let dotted = number.contains('.') != rest.is_empty();
        if whole.is_empty() || whole.len() > 9 || rest.len() > PLACES || !dotted || !code {
            return Err(wrong());
        }
        if !digits(whole) || !digits(rest) {
            return Err(wrong());
        }
        let parts = format!("{whole}{rest}").parse().map_err(|_error| wrong())?;
        Ok(SecondPrice { parts, places: rest.len() as u32, currency: currency.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_written_and_reckoned_to_the_last_place() {
        for (price, milliseconds, cost) in [
            ("0.12 EUR", 15_000, "1.80 EUR"),
            ("0.12 EUR", 2_567, "0.31 EUR"),
            ("0.125 USD", 1_000, "0.125 USD"),
            ("0.7 CNY", 15_000, "10.5 CNY"),
            ("20 JPY", 12_525, "251 JPY"),
            ("0.10 EUR", 50, "0.01 EUR"),
            ("0.10 EUR", 49, "0.00 EUR"),
        ] {
            let read: SecondPrice = price.parse().unwrap();
            assert_eq!((read.to_string().as_str(), read.of(milliseconds).as_str()), (price, cost));
        }
        for wrong in [
            "",
            "0.12",
            "EUR",
            "0,12 EUR",
            "-1 EUR",
            ".5 EUR",
            "1. EUR",
            "0.1234567 EUR",
            "1 eur",
            "1 EURO",
            "1e3 EUR",
        ] {
            assert!(wrong.parse::<SecondPrice>().is_err(), "{wrong}");
        }
    }
}
