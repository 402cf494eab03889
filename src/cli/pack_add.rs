//! `packshot packs add`: an export, or a finished pack from elsewhere, becomes a pack of this installation. Knows no network.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::pack_args::PackAddArgs;
use super::{OK, output, packs};
use crate::app;
use crate::config::Config;
use crate::error::{Code, Problem};
use crate::inference::{InferenceError, License, LicenseClass, Naming, Pack, probe};
use crate::storage::write_whole;

const MANIFEST: &str = "pack.toml";
/// What SPDX writes where nobody said.
const UNSAID: &str = "NOASSERTION";
/// Plain files beside the graphs whose words go with the weights.
const WORDS: [&str; 3] = ["license", "notice", "readme"];

/// A pack as it is to lie under `models/`.
struct Incoming {
    pack: Pack,
    manifest: Vec<u8>,
    made: Vec<(String, Vec<u8>)>,
    left_out: Vec<String>,
}

pub(super) fn add(config: &Config, args: &PackAddArgs) -> Result<u8, Problem> {
    let item = args.folder.display().to_string();
    let folder = std::fs::canonicalize(&args.folder)
        .map_err(|error| Problem::new(Code::from(error), &item, "there is no such folder"))?;
    let name = name_of(&folder, args)?;
    let target = app::models()?.join(&name);
    let there = std::fs::canonicalize(&target).is_ok_and(|there| there == folder);
    if target.join(MANIFEST).exists() && !there && !args.replace {
        return Err(Problem::new(Code::PackExists, &name, "there is a pack of that name"));
    }
    let runtime = app::inference_runtime(config)?;
    let incoming = read(&folder, name.clone(), args, &runtime)?;
    let opened = packs::opened(incoming.pack.clone(), &runtime)?;
    // A finished pack has its self-test with it; that of an export was made just now.
    if let (Some(pack), true) = (opened, incoming.made.is_empty()) {
        pack.self_test().map_err(|error| error.problem(&item))?;
    }
    if target.join(MANIFEST).exists() && !there {
        // Without its manifest it is no pack any more: whenever this is killed, none has another one's files.
        std::fs::remove_file(target.join(MANIFEST))
            .map_err(|error| Problem::new(Code::from(error), &name, "the old pack cannot be replaced"))?;
    }
    write(&folder, &target, &incoming, there)?;
    let checked = packs::checked(&target, &runtime)?;
    output::json_line(&json!({
        "item": item,
        "status": "added",
        "pack": name,
        "task": incoming.pack.task.name(),
        "license": {"spdx": incoming.pack.license.spdx, "class": incoming.pack.license.class.name()},
        "left_out": incoming.left_out,
        "folder": target.display().to_string(),
        "check": checked,
    }));
    Ok(OK)
}

fn name_of(folder: &Path, args: &PackAddArgs) -> Result<String, Problem> {
    let own =
        folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase().replace(['_', ' ', '.'], "-");
    let name = args.name.clone().unwrap_or(own);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.starts_with('-') || !name.chars().all(plain) {
        let message = "a pack's name has small letters, digits and hyphens; choose one with --name";
        return Err(Problem::new(Code::PackInvalid, name, message));
    }
    Ok(name)
}

fn read(
    folder: &Path,
    name: String,
    args: &PackAddArgs,
    runtime: &crate::inference::Runtime,
) -> Result<Incoming, Problem> {
    let item = args.folder.display().to_string();
    let wrong = |error: InferenceError| error.problem(&item);
    let path = folder.join(MANIFEST);
    if path.exists() {
        let pack = Pack::read(folder).map_err(wrong)?;
        if pack.name != name || args.license.is_some() || args.license_class.is_some() {
            let message = "it is a finished pack: name and license are those of its pack.toml";
            return Err(Problem::new(Code::PackInvalid, item, message));
        }
        let manifest = std::fs::read(&path)
            .map_err(|error| Problem::new(Code::from(error), item, "pack.toml cannot be read"))?;
        return Ok(Incoming { pack, manifest, made: Vec::new(), left_out: Vec::new() });
    }
    let license = License {
        spdx: args.license.clone().unwrap_or_else(|| UNSAID.to_owned()),
        class: args.license_class.unwrap_or(LicenseClass::Unknown),
    };
    let probed = probe(folder, &Naming { name, license }, runtime).map_err(wrong)?;
    let manifest = probed.manifest.into_bytes();
    Ok(Incoming { pack: probed.pack, manifest, made: probed.made, left_out: probed.left_out })
}

/// Writes the files, the manifest last.
fn write(folder: &Path, target: &Path, incoming: &Incoming, there: bool) -> Result<(), Problem> {
    let store =
        |file: &str, bytes: &[u8]| write_whole(&target.join(file), bytes).map_err(|error| error.problem());
    let made = |file: &String| incoming.made.iter().any(|(name, _)| name == file);
    if !there {
        let named = incoming.pack.files().into_iter().filter(|file| !made(file)).cloned();
        for file in named.chain(words(folder)?) {
            let bytes = std::fs::read(folder.join(&file))
                .map_err(|error| Problem::new(Code::from(error), &file, "it cannot be read"))?;
            store(&file, &bytes)?;
        }
    }
    for (file, bytes) in &incoming.made {
        store(file, bytes)?;
    }
    store(MANIFEST, &incoming.manifest)
}

/// Files at the top of the folder that a person should find beside the weights.
fn words(folder: &Path) -> Result<Vec<String>, Problem> {
    let failed = |error: std::io::Error| {
        Problem::new(Code::from(error), folder.display().to_string(), "the folder cannot be read")
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path: PathBuf = entry.map_err(failed)?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && WORDS.iter().any(|word| stem.starts_with(word)) {
            found.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    found.sort();
    Ok(found)
}
