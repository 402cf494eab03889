//! The grammar of `packshot video`. Knows no film.

use std::path::PathBuf;

use clap::Args;

use super::args::Photos;
use crate::domain::FRAME_RATES;

#[derive(Debug, Args)]
pub(super) struct VideoArgs {
    #[command(flatten)]
    pub photos: Photos,
    /// A storyboard by name (`packshot templates list --kind storyboard`), or a .toml file
    #[arg(long, value_name = "NAME", default_value = "hero-reveal")]
    pub storyboard: String,
    /// What the film should be like, in English or Chinese (with a director of yours: in any language)
    #[arg(long, value_name = "TEXT", conflicts_with = "storyboard")]
    pub brief: Option<String>,
    /// How long the film is: exactly so many seconds, 120 at most (default: what the brief says, or 15)
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<f32>,
    /// 1080p (1920×1080), vertical (1080×1920), portrait (1080×1350) or square (1080×1080)
    #[arg(long, value_name = "NAME", default_value = "1080p")]
    pub size: String,
    /// Frames a second: 24, 25, 30, 50 or 60
    #[arg(long, value_name = "N", default_value = "30", value_parser = fps)]
    pub fps: u32,
    /// A channel that shall take it; again for the next (`packshot templates list --kind film-channel`)
    #[arg(long = "channel", value_name = "NAME")]
    pub channels: Vec<String>,
    /// Base seed: the same seed gives the same film
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How frames are made: `camera` moves through the scenes' depth
    #[arg(long, default_value = "camera", value_parser = ["camera"])]
    pub engine: String,
    #[command(flatten)]
    pub words: WordArgs,
    /// Music: looped to the film's length and faded out, in a second file beside the silent one (needs ffmpeg)
    #[arg(long, value_name = "FILE")]
    pub music: Option<PathBuf>,
    /// Also an animated WebP, 480 pixels on the longer side, for lists and messages
    #[arg(long)]
    pub preview: bool,
    /// Print the storyboard, to be edited, instead of making a film
    #[arg(long)]
    pub plan: bool,
    /// Where the films go
    #[arg(long, value_name = "DIR", required_unless_present = "plan")]
    pub out: Option<PathBuf>,
}

/// A rate at which players show films without stumbling.
fn fps(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(rate) if FRAME_RATES.contains(&rate) => Ok(rate),
        _ => Err(format!("it is one of {FRAME_RATES:?}")),
    }
}

/// What the film says. Without a word for it, a caption of the storyboard is left out.
#[derive(Debug, Args)]
pub(super) struct WordArgs {
    /// What the product is called (default: the title in the manifest)
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What it costs, as it shall be read: "€ 49.90" (default: the price in the manifest)
    #[arg(long, value_name = "TEXT")]
    pub price: Option<String>,
    /// What speaks for it; again for the next (default: the features or bullet points in the manifest)
    #[arg(long = "feature", value_name = "TEXT")]
    pub features: Vec<String>,
    /// What the film ends with (default: the brand's)
    #[arg(long, value_name = "TEXT")]
    pub slogan: Option<String>,
    /// The brand's colors, slogan and logo: a TOML file, see docs/films.md
    #[arg(long, value_name = "FILE")]
    pub brand: Option<PathBuf>,
    /// No captions at all
    #[arg(long, conflicts_with_all = ["title", "price", "features", "slogan", "brand"])]
    pub no_captions: bool,
}
