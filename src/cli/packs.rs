//! `packshot packs`: which networks there are, and whether each still computes what its maker computed. Knows no photo.

use std::path::PathBuf;

use serde_json::json;

use super::args::PacksCommand;
use super::{OK, SOME_FAILED, Session, output};
use crate::app;
use crate::config::Config;
use crate::error::{Code, Problem};
use crate::inference::{MattingPack, Pack, Task};

pub(super) fn run(session: &Session, command: &PacksCommand) -> Result<u8, Problem> {
    match command {
        PacksCommand::List => list(),
        PacksCommand::Check { name } => check(&session.config, name.as_deref()),
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

fn name_of(folder: &std::path::Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn list() -> Result<u8, Problem> {
    let mut status = OK;
    for folder in folders()? {
        match Pack::read(&folder) {
            Ok(pack) => {
                let Task::Matting = pack.task;
                let license = &pack.license;
                output::line(&format!(
                    "{:<18} matting  {}  [{} · {}]",
                    pack.name,
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
        Some(name) => vec![app::models()?.join(name)],
        None => folders()?,
    };
    let runtime = app::inference_runtime(config)?;
    let mut status = OK;
    for folder in folders {
        let name = name_of(&folder);
        let checked = Pack::read(&folder)
            .and_then(|pack| MattingPack::open(pack, &runtime))
            .and_then(|pack| pack.self_test());
        match checked {
            Ok(off) => output::line(
                &json!({"item": name, "status": "ok", "self_test": {"off": off}, "runtime": runtime.name()})
                    .to_string(),
            ),
            Err(error) => {
                output::failed(&error.problem(&name));
                status = SOME_FAILED;
            }
        }
    }
    Ok(status)
}
