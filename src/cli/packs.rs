//! `packshot packs`: which networks there are, whether each still computes what its maker computed, and what one makes of arrays. Knows no photo.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::pack_args::PacksCommand;
use super::{OK, SOME_FAILED, Session, output, pack_add, pack_bench, pack_run};
use crate::app;
use crate::config::Config;
use crate::domain::Painter;
use crate::error::{Code, Problem};
use crate::generate::diffusion::schedulers;
use crate::inference::{InferenceError, InpaintPack, MattingPack, Pack, Runtime, Task};

pub(super) fn run(session: &Session, command: &PacksCommand) -> Result<u8, Problem> {
    match command {
        PacksCommand::Add(args) => pack_add::add(&session.config, args),
        PacksCommand::Bench(args) => pack_bench::run(&session.config, &folder_of(&args.name)?, args),
        PacksCommand::List => list(),
        PacksCommand::Check { name } => check(&session.config, name.as_deref()),
        PacksCommand::Run { name, inputs, out } => {
            pack_run::run(&session.config, &folder_of(name)?, inputs, out)
        }
    }
}

/// The packs' folders in order of their names.
fn folders() -> Result<Vec<PathBuf>, Problem> {
    let models = app::models()?;
    let failed = |error: std::io::Error| {
        Problem::new(Code::from(error), models.display().to_string(), "the folder of packs cannot be read")
    };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&models).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.join("pack.toml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// A pack by its name, or by the path of its folder.
pub(super) fn folder_of(name: &str) -> Result<PathBuf, Problem> {
    match name.contains(std::path::MAIN_SEPARATOR) || name.starts_with('.') {
        // A pack is called as its folder, and `.` has no name.
        true => Ok(std::fs::canonicalize(name).unwrap_or_else(|_missing| PathBuf::from(name))),
        false => Ok(app::models()?.join(name)),
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn list() -> Result<u8, Problem> {
    let mut status = OK;
    for folder in folders()? {
        match Pack::read(&folder) {
            Ok(pack) => {
                let license = &pack.license;
                output::line(&format!(
                    "{:<18} {:<7}  {}  [{} · {}]",
                    pack.name,
                    pack.task.name(),
                    pack.version,
                    license.spdx,
                    license.class.name()
                ));
            }
            Err(error) => {
                output::failed(&error.problem(&name_of(&folder)));
                status = SOME_FAILED;
            }
        }
    }
    Ok(status)
}

fn check(config: &Config, only: Option<&str>) -> Result<u8, Problem> {
    let folders = match only {
        Some(name) => vec![folder_of(name)?],
        None => folders()?,
    };
    let runtime = app::inference_runtime(config)?;
    let mut status = OK;
    for folder in folders {
        let name = name_of(&folder);
        match checked(&folder, &runtime) {
            Ok(mut line) => {
                line["item"] = json!(name);
                line["runtime"] = json!(runtime.name());
                output::line(&line.to_string());
            }
            Err(problem) => {
                output::failed(&problem);
                status = SOME_FAILED;
            }
        }
    }
    Ok(status)
}

/// Opens the pack, and runs its self-test where its task has one.
pub(super) fn checked(folder: &Path, runtime: &Runtime) -> Result<Value, Problem> {
    let wrong = |error: InferenceError| error.problem(&name_of(folder));
    match opened(Pack::read(folder).map_err(wrong)?, runtime)? {
        None => Ok(json!({"status": "ok"})),
        Some(pack) => Ok(json!({"status": "ok", "self_test": {"off": pack.self_test().map_err(wrong)?}})),
    }
}

/// Opens the pack; returns it if its task has a self-test.
pub(super) fn opened(pack: Pack, runtime: &Runtime) -> Result<Option<MattingPack>, Problem> {
    let name = pack.name.clone();
    let wrong = |error: InferenceError| error.problem(&name);
    match pack.task {
        Task::Inpaint => {
            let pack = InpaintPack::open(pack, runtime).map_err(wrong)?;
            schedulers::read(pack.scheduler_config())
                .map_err(|error| Problem::new(error.code(), &name, error.to_string()))?;
            Ok(None)
        }
        Task::Matting => MattingPack::open(pack, runtime).map(Some).map_err(wrong),
    }
}
