//! The rules of the house as a test: layers, vendor homes, sizes, module docs. Knows no exception; there is no list of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources must stop")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layer of each module. A module names only lower numbers; equal numbers never name each other. Modules to come have their place already.
const LAYERS: &[(&str, u32)] = &[
    ("error", 0),
    ("telemetry", 0),
    ("imaging", 0),
    ("domain", 1),
    ("storage", 2),
    ("entity", 2),
    ("inference", 2),
    ("outside", 2),
    ("tenancy", 3),
    ("billing", 3),
    ("queue", 3),
    ("notify", 3),
    ("ingest", 4),
    ("segment", 4),
    ("generate", 4),
    ("verify", 4),
    ("deliver", 4),
    ("jobs", 5),
    ("http", 6),
    ("config", 7),
    ("app", 7),
    ("cli", 7),
];

/// Stages take pixels and specs; these they never name.
const STAGES: &[&str] = &["ingest", "segment", "generate", "verify", "deliver"];
const FORBIDDEN_TO_STAGES: &[&str] =
    &["entity", "storage", "queue", "tenancy", "billing", "http", "inference::ort"];

/// One vendor, one home: crate name → path prefixes that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("lcms2", &["src/imaging/color/icc/"]),
    ("zune_jpeg", &["src/imaging/codec/"]),
    ("jpeg_encoder", &["src/imaging/codec/"]),
    ("webp", &["src/imaging/codec/"]),
    ("img_parts", &["src/imaging/codec/"]),
    ("openh264", &["src/imaging/frames/"]),
    ("shiguredo_mp4", &["src/imaging/frames/"]),
    ("fast_image_resize", &["src/imaging/resize.rs"]),
    ("aws_sdk_s3", &["src/storage/s3/"]),
    ("aws_smithy_http_client", &["src/storage/s3/"]),
    ("bytes", &["src/storage/s3/"]),
    ("csv", &["src/ingest/manifest"]),
    ("sea_orm", &["src/entity/", "src/notify/", "src/queue/", "src/tenancy/", "src/jobs/", "src/app.rs"]),
    (
        "tokio",
        &[
            "src/jobs/",
            "src/app.rs",
            "src/cli/",
            "src/queue/",
            "src/http/",
            "src/storage/s3/",
            "src/outside/",
        ],
    ),
    ("quick_xml", &["src/ingest/manifest"]),
    ("zip", &["src/ingest/archive/"]),
    ("actix_web", &["src/http/"]),
    ("actix_multipart", &["src/http/"]),
    ("governor", &["src/http/limits.rs"]),
    ("utoipa", &["src/http/"]),
    ("argon2", &["src/tenancy/credentials.rs"]),
    ("ed25519_dalek", &["src/tenancy/signing.rs"]),
    ("jsonwebtoken", &["src/tenancy/signing.rs"]),
    ("reqwest", &["src/outside/", "src/notify/sender.rs"]),
    ("hmac", &["src/notify/signature.rs"]),
    ("base64", &["src/notify/signature.rs"]),
    ("getrandom", &["src/tenancy/secret.rs"]),
    ("clap", &["src/cli/"]),
    ("indicatif", &["src/cli/"]),
    ("prometheus_client", &["src/telemetry/"]),
    ("minijinja", &["src/cli/sheet.rs", "src/cli/evidence.rs", "src/http/console/"]),
    ("ort", &["src/inference/"]),
    ("cosmic_text", &["src/imaging/text/"]),
    ("unicode_linebreak", &["src/imaging/text/"]),
    ("unicode_segmentation", &["src/imaging/text/"]),
    ("unicode_normalization", &["src/inference/tokenizer/", "src/imaging/text/"]),
    ("unicode_properties", &["src/inference/tokenizer/"]),
    ("rayon", &["src/cli/", "src/jobs/"]),
    ("rand_chacha", &["src/domain/seed.rs"]),
    ("std::env::var", &["src/config.rs"]),
];

/// Longest file; aim at 250.
const MAX_LINES: usize = 500;
/// Longest function; aim at 60.
const MAX_FUNCTION: usize = 80;

struct Source {
    path: String,
    module: String,
    /// Code without comments, tests included.
    code: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let path = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let module = path.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
            let code =
                text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
            Source { path, module, code, text }
        })
        .collect()
}

/// The code up to a test module with a body at its end; a mere `mod tests;` line ends nothing.
fn without_tests(code: &str) -> String {
    let end =
        code.match_indices("#[cfg(test)]").map(|(at, _)| at).find(|at| code[*at..].contains("mod tests {"));
    code[..end.unwrap_or(code.len())].to_owned()
}

/// The first path segments after `crate::` in the code, `use crate::{a, b}` included.
fn named_modules(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if at > 0 && code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => named.push(std::mem::take(&mut item)),
                    c if depth == 0 => item.push(c),
                    _ => {}
                }
            }
            named.push(item);
        } else {
            named.push(rest.to_owned());
        }
    }
    named
        .into_iter()
        .map(|item| item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[test]
fn modules_name_only_lower_layers() {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = layers.get(source.module.as_str()) else {
            assert!(["lib", "main"].contains(&source.module.as_str()), "{} has no layer", source.path);
            continue;
        };
        for name in named_modules(&source.code) {
            let Some(other) = layers.get(name.as_str()) else { continue };
            // The composition root and the commands are one layer by design: config → app → cli.
            let root = *own == 7 && *other == 7;
            if name != source.module && other >= own && !root {
                wrong.push(format!("{} ({own}) names {name} ({other})", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn stages_know_no_platform_and_no_clock() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| STAGES.contains(&s.module.as_str())) {
        for name in FORBIDDEN_TO_STAGES {
            if source.code.contains(&format!("crate::{name}")) {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
        let shipped = without_tests(&source.code);
        for forbidden in ["std::fs", "std::env::", "Instant::now", "SystemTime", "tokio::", "rayon::"] {
            if shipped.contains(forbidden) && !source.path.ends_with("tests.rs") {
                wrong.push(format!("{} uses {forbidden}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn vendors_stay_at_home() {
    let mut wrong = Vec::new();
    for source in sources() {
        let shipped = without_tests(&source.code);
        for (vendor, homes) in HOMES {
            let named = shipped.contains(&format!("use {vendor}::"))
                || shipped.match_indices(&format!("{vendor}::")).any(|(at, _)| {
                    at == 0 || !shipped[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                })
                || (vendor.contains("::") && shipped.contains(vendor));
            let test = source.path.ends_with("tests.rs");
            if named && !test && !homes.iter().any(|home| source.path.starts_with(home)) {
                wrong.push(format!("{} names {vendor}; its home is {homes:?}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_say_what_they_are_and_stay_small() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            wrong.push(format!("{} does not open with //!", source.path));
        }
        let lines = source.text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{} has {lines} lines", source.path));
        }
        for (name, length) in functions(&source.text) {
            if length > MAX_FUNCTION {
                wrong.push(format!("{}: {name} has {length} lines", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Name and length of each function, by indentation: rustfmt closes a function where it opened it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let Some(at) = bare.find("fn ").filter(|at| *at == 0 || bare[..*at].ends_with(' ')) else { continue };
        if bare.starts_with("//") || bare.ends_with(';') {
            continue;
        }
        let indent = line.len() - bare.len();
        let name = bare[at + 3..].split(['(', '<']).next().unwrap_or("").to_owned();
        let close = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|l| **l == close) {
            found.push((name, length + 1));
        }
    }
    found
}

#[test]
fn the_parser_of_names_sees_nested_lists() {
    let named = named_modules("use crate::{app, domain::{A, B}, error::Code};\nlet x = crate::imaging::f();");
    assert_eq!(named, ["app", "domain", "error", "imaging"]);
    assert_eq!(
        functions("fn a() {\n}\nimpl X {\n    fn b() {\n        1\n    }\n}\n"),
        [("a".into(), 2), ("b".into(), 3)]
    );
}
