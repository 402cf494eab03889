//! The commands. Their JSON lines on stdout are an interface: fields are added, never changed. Knows no stage's insides.

mod args;
mod bench;
mod demo;
mod doctor;
mod evidence;
mod items;
mod migrate;
mod output;
mod overrides;
mod pack_add;
mod pack_args;
mod pack_bench;
mod pack_inputs;
mod pack_params;
mod pack_run;
mod packs;
mod paint;
mod picture;
mod refine;
mod scene;
mod segment;
mod serve;
mod sheet;
mod templates;
mod verify;
mod video;
mod video_args;
mod work;

use std::sync::Arc;

use clap::Parser;

use crate::app;
use crate::config::Config;
use crate::domain::{Assignment, Directed, Segmenter};
use crate::error::Problem;
use crate::jobs::directing::{self, Credit};
use crate::telemetry;
use args::{Cli, Command};

/// Exit status: everything went well.
const OK: u8 = 0;
/// Exit status: at least one item failed.
const SOME_FAILED: u8 = 1;
/// Exit status: wrong usage.
const USAGE: u8 = 2;

/// What every command gets.
pub(crate) struct Session {
    config: Config,
}

impl Session {
    /// Who votes on cutouts.
    fn opinion(&self) -> Result<Option<Arc<dyn Segmenter>>, Problem> {
        app::opinion(&self.config)
    }

    /// Items worked on at a time.
    fn workers(&self) -> usize {
        match self.config.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }
}

/// Runs the command line and returns the exit status.
pub fn run() -> u8 {
    let cli = Cli::parse();
    let config = match Config::load() {
        Ok(config) => config,
        Err(problem) => return refuse(&problem),
    };
    telemetry::init(&config.log, config.log_format);
    let session = Session { config };
    let outcome = match cli.command {
        Command::Bench(args) => bench::run(&session, &args),
        Command::Demo(args) => demo::run(&session, &args),
        Command::Doctor => doctor::run(&session),
        Command::Migrate(args) => migrate::run(&session, &args),
        Command::Packs(args) => packs::run(&session, &args),
        Command::Refine(args) => refine::run(&session, &args),
        Command::Scene(args) => scene::run(&session, &args),
        Command::Segment(args) => segment::run(&session, &args),
        Command::Serve(args) => serve::run(&session, &args),
        Command::Templates(args) => templates::run(&session, &args),
        Command::Verify(args) => verify::run(&session, &args),
        Command::Video(args) => video::run(&session, &args),
        Command::Work(args) => work::run(&session, &args),
    };
    outcome.unwrap_or_else(|problem| refuse(&problem))
}

/// Reports what stopped the whole command. A request that cannot be understood is wrong usage; the rest failed.
fn refuse(problem: &Problem) -> u8 {
    use crate::error::Code;
    output::failed(problem);
    match problem.code {
        Code::TemplateUnknown
        | Code::ChannelUnknown
        | Code::MarketUnknown
        | Code::EngineMissing
        | Code::EngineUnknown
        | Code::PackUnknown
        | Code::StoryboardUnknown
        | Code::StoryboardInvalid
        | Code::PlacementInvalid
        | Code::RequestInvalid
        | Code::ChannelRuleBroken
        | Code::ConfigInvalid => USAGE,
        _ => SOME_FAILED,
    }
}

/// The storyboard of a brief, by the director that the settings name.
fn direct(session: &Session, assignment: &Assignment<'_>) -> Result<(Directed, Credit), Problem> {
    let (model, runtime) = (app::director(&session.config)?, runtime()?);
    let directed = runtime.block_on(directing::direct_by(model.as_ref(), assignment));
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    directed.map_err(|error| Problem::new(crate::error::Code::RequestInvalid, "--brief", error.to_string()))
}

/// A pool for the items of one command.
fn pool(session: &Session) -> Result<rayon::ThreadPool, Problem> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(session.workers())
        .build()
        .map_err(|error| Problem::new(crate::error::Code::Internal, "threads", error.to_string()))
}

/// The executor on which jobs are claimed and rows are written.
fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Problem::new(crate::error::Code::Internal, "executor", error.to_string()))
}
