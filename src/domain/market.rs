//! What a region's shoppers expect to see, and when: which scenes are preferred or avoided there. Data, not code. Knows no clock: the month is an argument.

use serde::{Deserialize, Serialize};

/// What a preferred scene gains in suitability, once for the market and once for each season. A scene that is made for another category lies 2 below.
const PREFERRED: f32 = 0.7;
/// What an avoided one loses: it comes last, but before nothing at all.
const AVOIDED: f32 = 4.0;

/// `templates/markets/NAME.toml`, schema 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Always 1.
    pub schema: u32,
    /// `market`.
    pub kind: String,
    /// The name on the command line; equals its file's.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Scenes that are at home there.
    pub prefer: Vec<String>,
    /// Scenes that are out of place there.
    pub avoid: Vec<String>,
    /// The year.
    #[serde(rename = "season", default)]
    pub seasons: Vec<Season>,
}

/// Some months of the year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// What it is.
    pub title: String,
    /// 1 is January.
    pub months: Vec<u32>,
    /// Scenes for it.
    pub prefer: Vec<String>,
    /// Scenes that are wrong then.
    pub avoid: Vec<String>,
}

impl Market {
    /// What `scene` gains or loses here in suitability, in `month` (1 is January) if it is known.
    pub fn leaning(&self, scene: &str, month: Option<u32>) -> f32 {
        let has = |list: &[String]| list.iter().any(|name| name == scene);
        let lean = |prefer: &[String], avoid: &[String]| match () {
            () if has(avoid) => -AVOIDED,
            () if has(prefer) => PREFERRED,
            () => 0.0,
        };
        let now = |season: &&Season| month.is_some_and(|month| season.months.contains(&month));
        let seasons = self.seasons.iter().filter(now).map(|season| lean(&season.prefer, &season.avoid));
        lean(&self.prefer, &self.avoid) + seasons.sum::<f32>()
    }

    /// Every scene that is named, for checks.
    pub fn scenes(&self) -> impl Iterator<Item = &String> {
        let seasons = self.seasons.iter().flat_map(|season| season.prefer.iter().chain(&season.avoid));
        self.prefer.iter().chain(&self.avoid).chain(seasons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_add_to_the_market_in_their_months_only() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let season = Season {
            title: "winter".into(),
            months: vec![12, 1],
            prefer: names(&["snow", "cafe"]),
            avoid: names(&["beach"]),
        };
        let market = Market {
            schema: 1,
            kind: "market".into(),
            name: "xx".into(),
            title: "Somewhere".into(),
            prefer: names(&["beach", "cafe"]),
            avoid: Vec::new(),
            seasons: vec![season],
        };
        assert_eq!(market.leaning("cafe", None), PREFERRED);
        assert_eq!(market.leaning("cafe", Some(1)), 2.0 * PREFERRED);
        assert_eq!(market.leaning("snow", Some(7)), 0.0);
        assert!(market.leaning("beach", Some(12)) < -3.0 && market.leaning("beach", Some(7)) > 0.0);
    }
}
