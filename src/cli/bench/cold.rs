//! How long somebody waits who makes one picture of one photo: a process of its own for each, from its start to its end. Knows no stage.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::super::items::Item;
use super::super::{OK, output};
use crate::error::{Code, Problem};
use crate::jobs::library::SAFE_TEMPLATE;

/// Runs every photo once through `packshot scene`: one photo, one scene, nothing kept from before but what the system caches of files.
pub(super) fn run(items: &[Item]) -> Result<u8, Problem> {
    let wrong = |error: std::io::Error| {
        let message = error.to_string();
        Problem::new(Code::from(error), "bench", message)
    };
    let program = std::env::current_exe().map_err(wrong)?;
    let out = Scratch::new().map_err(wrong)?;
    let mut times = Vec::new();
    for item in items {
        let start = Instant::now();
        one(&program, item, &out.0)?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        output::line(&format!("{:<18} {ms:>6.0} ms", item.product.sku));
        times.push(ms);
    }
    times.sort_by(f64::total_cmp);
    // Nearest rank: the smallest time that so many of a hundred do not exceed.
    let rank = |percent: usize| (times.len() * percent).div_ceil(100).saturating_sub(1);
    let at = |percent: usize| times.get(rank(percent)).copied().unwrap_or(0.0);
    output::line(&format!(
        "one photo, one scene, a process each: median {:.0} ms, p90 {:.0} ms, slowest {:.0} ms",
        at(50),
        at(90),
        at(100)
    ));
    Ok(OK)
}

fn one(program: &Path, item: &Item, out: &Path) -> Result<(), Problem> {
    let mut command = Command::new(program);
    command.arg("scene").arg(&item.path).args(["--template", SAFE_TEMPLATE, "--out"]).arg(out);
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Problem::new(Code::Internal, item.name(), format!("the run ended with {status}"))),
        Err(error) => {
            let message = error.to_string();
            Err(Problem::new(Code::from(error), item.name(), message))
        }
    }
}

/// A folder of this process that goes with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("packshot-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own sweeping.
        let _ = fs::remove_dir_all(&self.0);
    }
}
