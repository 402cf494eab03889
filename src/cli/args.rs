//! The grammar of the command line and its help texts, with an example and the exit status each. Knows no command's work.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::pack_args::PacksCommand;
use super::paint::PaintArgs;
use super::video_args::VideoArgs;

/// Product photos in, verified scenes out.
#[derive(Debug, Parser)]
#[command(
    name = "packshot",
    version,
    about,
    max_term_width = 110,
    after_help = "Example: packshot scene mug.jpg --template kitchen-counter --out out\n\
    Exit status: 0 all went well, 1 something failed (each failed item is a JSON line on stdout with code and advice),\n             \
    2 wrong usage; `verify` also has 10 review and 20 reject.\n\
    Every command has its own --help with an example."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Measure: how faithful the cutouts are, how sure the gate is, how fast the stages run, how much is made in bulk
    #[command(
        after_help = "Example: packshot bench fidelity\n         packshot bench bulk --photos 200\n         packshot bench pairs --only carton\n\
        fidelity: cutouts against true mattes. pairs: the gate on faithful pictures and planted defects. pipeline: time of each stage.\n\
        cold: one photo, one scene, a process each. variety: which backgrounds of a catalog look the same.\n\
        bulk: pictures a second. frames: the gate on a film. large: one photo of 49 megapixels.\n\
        queue: claims while few and while a million jobs wait.\n\
        Exit status: 0 measured, 1 a picture that comes along is missing or broken, 2 wrong usage."
    )]
    Bench(BenchArgs),
    /// Run the whole job, on the pictures that come along or on your own, and leave a contact sheet to look at
    #[command(
        after_help = "Example: packshot demo --out out/demo\n         packshot demo photos/ --out out/mine\n         packshot demo photos/ --market cn --month 2 --out out/spring-festival\n\
        Stopped half way? The same command finishes what was left. Open DIR/index.html when it is done.\n\
        Exit status: 0 all made, 1 stopped, or something failed, 2 wrong usage."
    )]
    Demo(DemoArgs),
    /// Say whether this installation can do its work
    #[command(
        after_help = "Example: packshot doctor\nExit status: 0 it can, 1 it cannot (the JSON lines say why), 2 wrong usage."
    )]
    Doctor,
    /// Bring a PostgreSQL database up to date, or say how it stands
    #[command(
        after_help = "Example: PACKSHOT_DATABASE=postgres://packshot@db/packshot packshot migrate --status\n\
        `serve` and `work` do it by themselves; run it before if their role may not change tables. Processes wait for one another.\n\
        Exit status: 0 up to date, 1 steps are left or the database failed, 2 wrong usage."
    )]
    Migrate(MigrateArgs),
    /// List networks, or check that each still answers as its maker's did
    #[command(
        subcommand,
        after_help = "Example: packshot packs list\n         packshot packs check packshot-matte\n\
        Exit status: 0 all are whole, 1 one is broken or the runtime is missing, 2 wrong usage."
    )]
    Packs(PacksCommand),
    /// Change one thing in pictures that were made before, and keep the rest
    #[command(
        after_help = "Example: packshot refine out/mug.beach.01.jpg --source photos/ --rotation 3 --out refined\n         \
        packshot refine out/*.receipt.json --source catalog.csv --template winter --out refined\n\
        Each picture's receipt must lie beside it. It is verified again; what does not pass lies in DIR/review or DIR/rejected.\n\
        Exit status: 0 all made (also if a person must decide: see `status`), 1 an item failed, 2 wrong usage."
    )]
    Refine(RefineArgs),
    /// Put products into scenes; every picture is verified before it is delivered
    #[command(
        after_help = "Example: packshot scene mug.jpg bottle.jpg --template kitchen-counter --count 4 --out out\n         \
        packshot scene catalog.csv --prompt \"on a marble shelf, light from the left\" --out out\n         \
        packshot scene mug.jpg --prompt 晨光中的厨房台面 --out out\n         \
        packshot scene mug.jpg --template beach --placement '{\"height\":0.6,\"rotation_deg\":2}' --out out\n         \
        packshot scene mug.jpg --prompt \"on a beach at dusk\" --engine diffusion --pack our-inpainter --out out\n\
        What was rejected lies in DIR/rejected, what a person must decide in DIR/review.\n\
        Exit status: 0 all made (also if a person must decide: see `status`), 1 an item failed, 2 wrong usage."
    )]
    Scene(SceneArgs),
    /// Cut products out of their white background
    #[command(
        after_help = "Example: packshot segment photos/ --out cutouts\n         packshot segment catalog.csv --out cutouts\n\
        Exit status: 0 all cut out, 1 an item failed (the others are done), 2 wrong usage."
    )]
    Segment(SegmentArgs),
    /// Serve the API and the one page, and do the work that they ask for
    #[command(after_help = "Example: packshot serve --data /var/lib/packshot --listen 127.0.0.1:8080\n\
        With PACKSHOT_DATABASE=postgres://… several servers and workers share one database and one data folder,\n\
        with PACKSHOT_STORAGE=s3://bucket, too, one database and one bucket.\n\
        Open the address in a browser, or see /v1/openapi.json. Ctrl-C or SIGTERM ends it; what was begun is finished or handed back.\n\
        Exit status: 0 it was told to stop, 1 it could not go on, 2 wrong usage (an address that cannot be had, too).")]
    Serve(ServeArgs),
    /// List, check or add templates
    #[command(
        subcommand,
        after_help = "Example: packshot templates list\n         packshot templates add terrace.jpg --name our-terrace --width-cm 120\n\
        Exit status: 0 all are whole, 1 one is broken, 2 wrong usage."
    )]
    Templates(TemplatesCommand),
    /// Hold a picture or a film against the product's photo: exit 0 pass, 10 review, 20 reject
    #[command(
        after_help = "Example: packshot verify --source mug.jpg --candidate mug.beach.01.png --placement mug.beach.01.receipt.json\n         \
        packshot verify --source mug.jpg --candidate from-the-agency.png --evidence why\n         \
        packshot verify --source mug.jpg --candidate spot.mp4 --evidence why\n\
        A film (MP4 with H.264, up to 4K and 120 s) is judged by its worst frame; it is known by its content, not by its name.\n\
        Exit status: 0 pass, 10 review (a person should decide), 20 reject,\n             \
        1 it could not be judged (unreadable file, wrong placement, product not found), 2 wrong usage."
    )]
    Verify(VerifyArgs),
    /// Make verified films of products: shots in scenes, with a camera that moves
    #[command(after_help = "Example: packshot video photos/ --storyboard four-scenes --out films\n         \
        packshot video mug.jpg --brief \"a calm film in a kitchen, 12 seconds\" --out films\n         \
        packshot video mug.jpg --brief \"gift season\" --plan > mine.toml; packshot video mug.jpg --storyboard mine.toml --out films\n         \
        packshot video catalog.csv --storyboard feature-list --size vertical --brand brand.toml --out films\n\
        Writes STEM.STORYBOARD.mp4, its poster and its receipt. What was rejected lies in DIR/rejected, what a person must decide in DIR/review;\n\
        each with a page that says why.\n\
        PACKSHOT_DIRECTOR and PACKSHOT_DIRECTOR_MODEL name a language model that directs by briefs; else rules do, by their words.\n\
        Exit status: 0 all made (also if a person must decide: see `status`), 1 an item failed, 2 wrong usage.")]
    Video(VideoArgs),
    /// Work on the jobs of a PostgreSQL database, beside any number of others
    #[command(
        after_help = "Example: PACKSHOT_DATABASE=postgres://packshot@db/packshot packshot work --data /srv/packshot\n\
        The data folder is the servers': all of them share it. With PACKSHOT_STORAGE=s3://bucket nobody needs one.\n\
        Ctrl-C or SIGTERM ends it; what was begun is finished or handed back.\n\
        Exit status: 0 it was told to stop, 1 it could not start, 2 wrong usage."
    )]
    Work(WorkArgs),
}

/// Photos, folders of photos, or CSV manifests.
#[derive(Debug, Args)]
pub(super) struct Photos {
    /// Photos (JPEG, PNG, WebP), folders of them, or CSV manifests with sku and photo (and title, category, width_cm)
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// What to measure
    #[arg(value_parser = ["bulk", "cold", "fidelity", "frames", "large", "pairs", "pipeline", "queue", "variety"], default_value = "pipeline")]
    pub what: String,
    /// How many photos `bulk` and `variety` work through; the bundled ones, over and over
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub photos: u32,
    /// `queue`: how many jobs wait at most
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub jobs: u32,
    /// `pairs`: scenes for each product
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub scenes: u32,
    /// `frames`: seconds of film
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub seconds: u32,
    /// `pairs`, `frames`: only products whose file name holds this
    #[arg(long, value_name = "PART")]
    pub only: Option<String>,
    /// `pairs`: tell the gate how each picture was made
    #[arg(long)]
    pub placed: bool,
    /// `pairs`: only products rendered anew, no edited pictures
    #[arg(long, conflicts_with = "placed")]
    pub rendered: bool,
    /// `pairs`: the photos come with their true mattes, as after a person's correction
    #[arg(long)]
    pub given: bool,
    /// `pairs`: where pictures go that were not judged as they should; `frames`: where the films go
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// `pairs`: a JSON line for each pair, with what every check measured; `variety`: one for each two that are alike
    #[arg(long)]
    pub details: bool,
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Photos, folders of them, or CSV manifests; none means the pictures that come along
    #[arg(value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
    /// Where everything goes
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
    /// For which region: its market prefers and avoids scenes; see `packshot templates list --kind market`
    #[arg(long, value_name = "NAME")]
    pub market: Option<String>,
    /// For which month (1 is January): seasons of the market count, too
    #[arg(long, value_name = "1-12", requires = "market", value_parser = clap::value_parser!(u32).range(1..=12))]
    pub month: Option<u32>,
    /// Keep what an earlier, finished run made and add only what is missing
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where database, pictures and signing keys lie; made if it is missing (default: data)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address and port (default: see packshot.default.toml)
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Change nothing; list the steps that were taken and those that are to be
    #[arg(long)]
    pub status: bool,
}

#[derive(Debug, Args)]
pub(super) struct WorkArgs {
    /// Where pictures lie, the same for all servers and workers; made if it is missing (default: data; not used with a bucket)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
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
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(super) struct RefineArgs {
    /// Pictures with their receipt beside them, or receipts
    #[arg(required = true, value_name = "CANDIDATE")]
    pub candidates: Vec<PathBuf>,
    /// Where the products' photos are: photos, folders of them, or CSV manifests
    #[arg(long, required = true, value_name = "PHOTO", num_args = 1..)]
    pub source: Vec<PathBuf>,
    /// Another scene template; the product keeps its size in the frame
    #[arg(long, value_name = "NAME", group = "change", conflicts_with = "crop")]
    pub template: Option<String>,
    /// Where the product stands: across and down, as fractions of the frame
    #[arg(long, value_name = "X,Y", value_delimiter = ',', num_args = 1, group = "change")]
    pub foot: Option<Vec<f32>>,
    /// Product height as a fraction of the frame's
    #[arg(long, value_name = "FRACTION", group = "change")]
    pub scale: Option<f32>,
    /// Degrees, clockwise
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true, group = "change")]
    pub rotation: Option<f32>,
    /// Part of the plate: left, top, width as fractions
    #[arg(long, value_name = "L,T,W", value_delimiter = ',', num_args = 1, group = "change")]
    pub crop: Option<Vec<f32>>,
    /// From where the key light comes
    #[arg(long, value_parser = ["left", "right"], group = "change")]
    pub light: Option<String>,
    /// Factor on the product's light, 0.8 to 1.25
    #[arg(long, value_name = "FACTOR", group = "change")]
    pub gain: Option<f32>,
    /// Cast shadow: 0 none, 1 as the template's light says
    #[arg(long, value_name = "STRENGTH", group = "change")]
    pub shadow: Option<f32>,
    /// The pack that painted, by path, if it does not lie under models/
    #[arg(long, value_name = "NAME")]
    pub pack: Option<String>,
    /// Write the lossless master (PNG) instead of a JPEG
    #[arg(long)]
    pub lossless: bool,
    /// Where STEM.refined.jpg and its receipt go
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct SceneArgs {
    #[command(flatten)]
    pub photos: Photos,
    /// Scene template; see `packshot templates list`
    #[arg(long, value_name = "NAME", required_unless_present_any = ["prompt", "white"])]
    pub template: Option<String>,
    /// What the scene should be like, in English or Chinese; what the template lacks is said, or painted
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
    /// Where the ground comes from: `plate`, the template; `diffusion`, a pack paints over it
    #[arg(long, default_value = "plate")]
    pub engine: String,
    #[command(flatten)]
    pub paint: PaintArgs,
    /// Width and height of the master in pixels (default: see packshot.default.toml; less for a small photo)
    #[arg(long, value_name = "PX", value_parser = clap::value_parser!(u32).range(256..=4096))]
    pub size: Option<u32>,
    /// Pin anything by hand
    #[arg(
        long,
        value_name = "JSON",
        help = "Pin anything by hand, as JSON or a file with it: foot [x,y], height, rotation_deg, crop [left,top,width],\n\
            mirrored, light, gain, shadow; or a receipt, whose placement is made again exactly"
    )]
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
    #[command(after_help = "Example: packshot templates list --kind scene\n\
        Exit status: 0 all are whole, 1 one could not be read, 2 wrong usage.")]
    List {
        /// Only this kind
        #[arg(long, value_parser = ["scene", "channel", "film-channel", "market", "storyboard"])]
        kind: Option<String>,
    },
    /// Read every file of every template and hold it against its digest
    #[command(after_help = "Example: packshot templates check\n\
        Exit status: 0 all are whole, 1 one is broken, 2 wrong usage.")]
    Check,
    /// Make a scene template of your own background picture: ground, horizon, light and scale are read from it, asked for when unsure
    #[command(
        after_help = "Example: packshot templates add terrace.jpg --name our-terrace --preview look.jpg\n         \
        packshot templates add terrace.jpg --name our-terrace --width-cm 120 --horizon 0.12 --light left\n\
        In the preview the ground is blue, horizon and key light are yellow, and a box stands where products will.\n\
        Exit status: 0 added, 1 something must be said first or the picture is unusable, 2 wrong usage."
    )]
    Add(Box<AddArgs>),
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// The background, empty where products are to stand (JPEG, PNG, WebP)
    #[arg(value_name = "PICTURE")]
    pub picture: PathBuf,
    /// What it is called on the command line: small letters, digits, hyphens
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// English title (default: the name)
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Chinese title (default: the English one)
    #[arg(long, value_name = "TEXT")]
    pub title_zh: Option<String>,
    /// Words that find it in a prompt, English or Chinese (default: the title's)
    #[arg(long, value_name = "WORD,WORD", value_delimiter = ',')]
    pub keywords: Vec<String>,
    /// Product categories it suits (default: all)
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    pub categories: Vec<String>,
    /// Width in cm of what the picture shows where products stand: only you know it
    #[arg(long, value_name = "CM")]
    pub width_cm: Option<f32>,
    /// Height of the horizon from the top, as a fraction; below 0 it lies above the picture
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true)]
    pub horizon: Option<f32>,
    /// Where the ground ends at the back, from the top, as a fraction
    #[arg(long, value_name = "FRACTION")]
    pub edge: Option<f32>,
    /// From where the main light comes
    #[arg(long, value_parser = ["left", "right", "front"])]
    pub light: Option<String>,
    /// Focal length for full frame (default: 50; phones have 24 to 28 in the main camera)
    #[arg(long, value_name = "MM")]
    pub focal_mm: Option<f32>,
    /// What the ground does with light (default: rough)
    #[arg(long, value_parser = ["polished", "satin", "rough", "soft"])]
    pub ground: Option<String>,
    /// Draw what was read over the picture
    #[arg(long, value_name = "FILE.jpg")]
    pub preview: Option<PathBuf>,
    /// Take the guesses where it is unsure
    #[arg(long)]
    pub accept: bool,
    /// Replace a template of that name
    #[arg(long)]
    pub replace: bool,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The product's photo
    #[arg(long, value_name = "PHOTO")]
    pub source: PathBuf,
    /// The picture or film to judge
    #[arg(long, value_name = "IMAGE_OR_VIDEO")]
    pub candidate: PathBuf,
    /// Placement or receipt, JSON or a file; without it the product is searched for
    #[arg(long, value_name = "JSON")]
    pub placement: Option<String>,
    /// Limits to judge by: standard, strict, lenient, or a file of your own (.toml)
    #[arg(long, value_name = "NAME", default_value = "standard")]
    pub policy: String,
    /// Where to write the pictures that show why; every check is asked then
    #[arg(long, value_name = "DIR")]
    pub evidence: Option<PathBuf>,
    /// Ask every check, not only until one rejects it
    #[arg(long)]
    pub full: bool,
}
