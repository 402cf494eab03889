//! The grammar of the command line and its help texts, with an example each. Knows no command's work.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Product photos in, verified scenes out.
#[derive(Debug, Parser)]
#[command(name = "packshot", version, about, max_term_width = 110)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Measure: how faithful the cutouts are, how fast the stages run
    #[command(after_help = "Example: packshot bench fidelity\n         packshot bench pipeline")]
    Bench(BenchArgs),
    /// Run the whole job on the pictures that come along, and leave a contact sheet to look at
    #[command(after_help = "Example: packshot demo --out out/demo\n\
        Stopped half way? The same command finishes what was left. Open DIR/index.html when it is done.")]
    Demo(DemoArgs),
    /// Say whether this installation can do its work
    #[command(after_help = "Example: packshot doctor")]
    Doctor,
    /// Put products into scenes; every picture is verified before it is delivered
    #[command(
        after_help = "Example: packshot scene mug.jpg bottle.jpg --template kitchen-counter --count 4 --out out\n         \
        packshot scene catalog.csv --prompt \"on a marble shelf, light from the left\" --out out\n         \
        packshot scene mug.jpg --prompt 晨光中的厨房台面 --out out\n         \
        packshot scene mug.jpg --template beach --placement '{\"height\":0.6,\"rotation_deg\":2}' --out out\n\
        What was rejected lies in DIR/rejected, what a person must decide in DIR/review."
    )]
    Scene(SceneArgs),
    /// Cut products out of their white background
    #[command(after_help = "Example: packshot segment photos/ --out cutouts")]
    Segment(SegmentArgs),
    /// List or check the templates and channels
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Hold a picture against the product's photo: exit 0 pass, 10 review, 20 reject
    #[command(
        after_help = "Example: packshot verify --source mug.jpg --candidate mug.beach.01.png --placement mug.beach.01.receipt.json"
    )]
    Verify(VerifyArgs),
}

/// Photos, folders of photos, or CSV manifests.
#[derive(Debug, Args)]
pub(super) struct Photos {
    /// Photos (JPEG, PNG, WebP), folders of photos, or CSV manifests with the columns sku and photo (and title, category, width_cm)
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// What to measure
    #[arg(value_parser = ["fidelity", "pipeline"], default_value = "pipeline")]
    pub what: String,
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where everything goes
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
    /// Keep what an earlier, finished run made and add only what is missing
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub(super) struct SegmentArgs {
    #[command(flatten)]
    pub photos: Photos,
    /// Where STEM.cutout.png goes
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct SceneArgs {
    #[command(flatten)]
    pub photos: Photos,
    /// Scene template; see `packshot templates list`
    #[arg(long, value_name = "NAME", required_unless_present_any = ["prompt", "white"], conflicts_with = "prompt")]
    pub template: Option<String>,
    /// What the scene should be like, in English or Chinese; the nearest template is used and what it lacks is said
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,
    /// The white main image instead of a scene: pure white ground, 85 % fill
    #[arg(long, conflicts_with_all = ["template", "prompt"])]
    pub white: bool,
    /// Pictures per photo
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub count: u32,
    /// Base seed: the same seed gives the same pictures
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How the scene gets its pixels; this build has `plate`
    #[arg(long, default_value = "plate")]
    pub engine: String,
    /// Width and height of the master in pixels (default: see packshot.default.toml)
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u32).range(256..=4096))]
    pub size: Option<u32>,
    /// Pin anything by hand: foot [x,y], height, rotation_deg, crop [left,top,width], mirrored, light, gain, shadow. JSON, a file with it,
    /// or a receipt whose placement is made again exactly
    #[arg(long, value_name = "JSON")]
    pub placement: Option<String>,
    /// Product height as a fraction of the frame's
    #[arg(long, value_name = "FRACTION")]
    pub scale: Option<f32>,
    /// Degrees, clockwise
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    pub rotation: Option<f32>,
    /// Part of the plate: left, top, width as fractions
    #[arg(long, value_name = "L,T,W", value_delimiter = ',', num_args = 1)]
    pub crop: Option<Vec<f32>>,
    /// From where the key light comes
    #[arg(long, value_parser = ["left", "right"])]
    pub light: Option<String>,
    /// Write the lossless master (PNG) instead of a JPEG
    #[arg(long)]
    pub lossless: bool,
    /// Where the pictures go
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(super) enum TemplatesCommand {
    /// One template a line, its name first
    #[command(after_help = "Example: packshot templates list --kind scene")]
    List {
        /// Only this kind
        #[arg(long, value_parser = ["scene", "channel"])]
        kind: Option<String>,
    },
    /// Read every file of every template and hold it against its digest
    #[command(after_help = "Example: packshot templates check")]
    Check,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The product's photo
    #[arg(long, value_name = "PHOTO")]
    pub source: PathBuf,
    /// The picture to judge
    #[arg(long, value_name = "IMAGE")]
    pub candidate: PathBuf,
    /// Placement or receipt, JSON or a file; without it the product is searched for
    #[arg(long, value_name = "JSON")]
    pub placement: Option<String>,
    /// Limits to judge by
    #[arg(long, default_value = "default")]
    pub policy: String,
    /// Where to write the pictures that show why
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,
}
