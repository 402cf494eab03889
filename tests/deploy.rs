//! What lies in `deploy/` held against the program: settings that there are, ports that it listens on, one image named once, nobody as root. No container engine is
//! needed, and none is asked.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read the files must stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use packshot::config::{Config, DEFAULTS};
use serde::Deserialize;
use serde_yaml_ng::Value;

/// The port of the API and the page, and that of metrics.
const PORTS: [u64; 2] = [8080, 9464];
/// The program's image, by its one name.
const IMAGE: &str = "packshot";
/// Variables that are not settings of ours and may stand there.
const OTHERS: [&str; 1] = ["PGPASSWORD"];
/// The commands that run in a container.
const COMMANDS: [&str; 3] = ["serve", "work", "migrate"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents of a file, with `<<` filled in.
fn documents(path: &str) -> Vec<Value> {
    let text = read(path);
    let documents = serde_yaml_ng::Deserializer::from_str(&text);
    documents
        .map(|document| {
            let mut value = Value::deserialize(document).unwrap_or_else(|error| panic!("{path}: {error}"));
            value.apply_merge().unwrap();
            value
        })
        .collect()
}

/// Every manifest for Kubernetes, with its file's name.
fn manifests() -> Vec<(String, Value)> {
    let mut files: Vec<_> =
        fs::read_dir(root().join("deploy/kubernetes")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files
        .iter()
        .flat_map(|file| {
            let name = name(file);
            documents(&format!("deploy/kubernetes/{name}")).into_iter().map(move |one| (name.clone(), one))
        })
        .collect()
}

/// Every value under a key of this name, however deep.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Mapping(entries) => {
            for (name, inner) in entries {
                if name.as_str() == Some(key) {
                    found.push(inner);
                }
                all(inner, key, found);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| all(item, key, found)),
        _ => {}
    }
}

fn texts(map: &Value) -> BTreeMap<String, String> {
    let entries = map.as_mapping().unwrap().iter();
    entries
        .map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned()))
        .collect()
}

/// Whether the program starts with these.
fn are_settings(place: &str, variables: &BTreeMap<String, String>) {
    let known: toml::Table = DEFAULTS.parse().unwrap();
    for name in variables.keys().filter(|name| !OTHERS.contains(&name.as_str())) {
        let setting = name.strip_prefix("PACKSHOT_").unwrap_or_else(|| panic!("{place}: {name} is not ours"));
        assert!(known.contains_key(&setting.to_lowercase()), "{place}: there is no setting {name}");
    }
    let config =
        Config::from_environment(variables.clone().into_iter()).unwrap_or_else(|e| panic!("{place}: {e}"));
    assert!(config.s3().unwrap().is_some() && config.database.is_some(), "{place}: it shares nothing");
    for address in [&config.listen, &config.metrics_listen] {
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        assert!(PORTS.contains(&port) || address == "127.0.0.1:8080", "{place}: {address}");
    }
}

#[test]
fn kubernetes_runs_the_program_as_it_is() {
    let manifests = manifests();
    let mut settings = BTreeMap::new();
    let mut listed = BTreeSet::new();
    let mut images = 0;
    for (file, manifest) in &manifests {
        let kind = manifest["kind"].as_str().unwrap_or_else(|| panic!("{file} has no kind"));
        match kind {
            "ConfigMap" => settings.extend(texts(&manifest["data"])),
            "Secret" => settings.extend(texts(&manifest["stringData"])),
            "Kustomization" => {
                let names = manifest["resources"].as_sequence().unwrap().iter();
                listed.extend(names.map(|name| name.as_str().unwrap().to_owned()));
                for image in manifest["images"].as_sequence().unwrap() {
                    assert_eq!(image["name"], IMAGE);
                    images += 1;
                }
            }
            "Deployment" | "Job" => runs_as_nobody(file, &manifest["spec"]["template"]["spec"]),
            _ => {}
        }
    }
    assert_eq!(images, 1, "the image is named in one place");
    are_settings("deploy/kubernetes", &settings);
    let files: BTreeSet<String> = manifests
        .iter()
        .map(|(file, _)| file.clone())
        .filter(|file| !["kustomization.yaml", "secret.example.yaml"].contains(&file.as_str()))
        .collect();
    assert_eq!(listed, files, "what lies there is what is applied");
    let metrics = read("src/telemetry/metrics.rs");
    let mut queries = Vec::new();
    manifests.iter().for_each(|(_, manifest)| all(manifest, "query", &mut queries));
    assert!(queries.iter().all(|query| query.as_str().unwrap().contains("packshot_ready_jobs")));
    assert!(!queries.is_empty() && metrics.contains("\"ready_jobs\""));
}

fn runs_as_nobody(file: &str, pod: &Value) {
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{file}");
    assert_eq!(pod["automountServiceAccountToken"], false, "{file}");
    for container in pod["containers"].as_sequence().unwrap() {
        assert_eq!(container["image"], IMAGE, "{file}: the tag stands in kustomization.yaml");
        assert!(COMMANDS.contains(&container["args"][0].as_str().unwrap()), "{file}");
        let security = &container["securityContext"];
        assert_eq!(security["readOnlyRootFilesystem"], true, "{file}");
        assert_eq!(security["allowPrivilegeEscalation"], false, "{file}");
        let (mut ports, mut probes) = (Vec::new(), Vec::new());
        all(container, "containerPort", &mut ports);
        assert!(ports.iter().all(|port| PORTS.contains(&port.as_u64().unwrap())), "{file}: {ports:?}");
        all(container, "httpGet", &mut probes);
        for probe in probes {
            let path = probe["path"].as_str().unwrap();
            let source = read("src/http/api/health.rs") + &read("src/http/pulse.rs");
            assert!(source.contains(&format!("#[get(\"{path}\")]")), "{file}: nothing answers {path}");
            let named =
                container["ports"].as_sequence().unwrap().iter().any(|port| port["name"] == probe["port"]);
            assert!(named, "{file}: {probe:?}");
        }
    }
}

#[test]
fn compose_runs_the_program_as_it_is() {
    let compose = documents("deploy/compose.yaml").remove(0);
    let services = compose["services"].as_mapping().unwrap();
    let mut ours = 0;
    for (name, service) in services {
        let name = name.as_str().unwrap();
        if service["image"] != IMAGE {
            let image = service["image"].as_str().unwrap();
            assert!(
                image.split_once(':').is_some_and(|(_, tag)| tag != "latest"),
                "{name}: {image} has no tag"
            );
            continue;
        }
        ours += 1;
        assert!(COMMANDS.contains(&service["command"][0].as_str().unwrap()), "{name}");
        assert_eq!(service["read_only"], true, "{name}");
        are_settings(name, &texts(&service["environment"]));
        for port in service["ports"].as_sequence().into_iter().flatten() {
            let inner = port.as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            assert!(
                PORTS.contains(&inner) && port.as_str().unwrap().starts_with("127.0.0.1:"),
                "{name}: {port:?}"
            );
        }
    }
    assert_eq!(ours, 3);
    let mut files = Vec::new();
    all(&compose, "dockerfile", &mut files);
    assert!(files.iter().all(|file| root().join(file.as_str().unwrap()).is_file()) && !files.is_empty());
    assert!(root().join("deploy/database.sh").is_file());
}

#[test]
fn the_image_is_made_of_what_is_there() {
    let (text, kept) = (read("deploy/Dockerfile"), read(".dockerignore"));
    let kept: Vec<&str> = kept.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let is_kept = |path: &str| kept.iter().any(|kept| path == *kept || path.starts_with(&format!("{kept}/")));
    assert!(kept.iter().all(|path| root().join(path).exists()), "{kept:?}");
    for line in text.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from=")) {
        let names: Vec<&str> = line.split_whitespace().skip(1).collect();
        for name in &names[..names.len() - 1] {
            assert!(root().join(name).exists() && is_kept(name), "{line}");
        }
    }
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().unwrap();
    let rust = toolchain["toolchain"]["channel"].as_str().unwrap();
    assert!(text.contains(&format!("FROM rust:{rust}-")), "Rust is {rust}");
    assert!(text.contains("tools/runtime/fetch.py"), "the library is held against its digest");
    let user = text.lines().rfind(|line| line.starts_with("USER ")).unwrap();
    assert!(!user.contains("root") && !user.starts_with("USER 0"));
    let exposed: Vec<u64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("EXPOSE "))
        .flat_map(|ports| ports.split_whitespace().map(|port| port.parse().unwrap()))
        .collect();
    assert_eq!(exposed, PORTS);
}
