//! The ONNX runtime as a shared library: found, probed for its version, loaded once per process. Knows no pack.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::Session;

use super::InferenceError;
use super::shelf::Shelf;

/// The oldest runtime (minor version of 1.x) that this build's interface level (`api-24`) works with.
const OLDEST: u32 = 24;

/// The library's name on this system.
const LIBRARY: &str = if cfg!(target_os = "windows") {
    "onnxruntime.dll"
} else if cfg!(target_os = "macos") {
    "libonnxruntime.dylib"
} else {
    "libonnxruntime.so"
};

/// Where `make runtime` puts the library under the program's home.
pub fn library_in(home: &Path) -> PathBuf {
    home.join("runtime").join(LIBRARY)
}

/// The loaded runtime. Clones share it.
#[derive(Clone)]
pub struct Runtime {
    environment: Environment,
    minor: u32,
    sessions: Arc<Shelf<Session>>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// A process has one environment, ever: a second one fails even after the first is gone.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Loads `library`, without telemetry. The first one that loads is this process's runtime; later calls return it, whatever they name.
    ///
    /// # Errors
    /// If the library is missing, is none, or is too old.
    pub fn load(library: &Path) -> Result<Runtime, InferenceError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = loaded.as_ref() {
            return Ok(runtime.clone());
        }
        let missing = |message: String| InferenceError::RuntimeMissing { path: library.to_owned(), message };
        // The probe comes first: the runtime's own errors need a loaded library.
        let minor = ort::util::probe(library).ok_or_else(|| missing(String::new()))?;
        if minor < OLDEST {
            return Err(InferenceError::RuntimeTooOld {
                path: library.to_owned(),
                found: minor,
                wanted: OLDEST,
            });
        }
        let environment = ort::init_from(library)
            .map_err(|error| missing(error.to_string()))?
            .with_name("packshot")
            .with_telemetry(false)
            .build()
            .map_err(|error| missing(error.to_string()))?;
        let runtime = Runtime { environment, minor, sessions: Arc::new(Shelf::new()) };
        *loaded = Some(runtime.clone());
        Ok(runtime)
    }

    /// As `onnxruntime 1.31`.
    pub fn name(&self) -> String {
        format!("onnxruntime 1.{}", self.minor)
    }

    /// From here on the sessions of all packs may take about so many bytes together; none = no limit. Those that wait for work and were not used for longest are
    /// closed first, and opened again when they are wanted.
    pub fn limit_memory(&self, bytes: Option<u64>) {
        self.sessions.limit(bytes);
    }

    pub(super) fn sessions(&self) -> &Shelf<Session> {
        &self.sessions
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn a_missing_library_and_a_file_that_is_none_are_named() {
        let nowhere = Path::new("/nowhere/libonnxruntime.so");
        let none = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        for path in [nowhere, &none] {
            let error = Runtime::load(path).unwrap_err();
            assert_eq!(error.code(), Code::RuntimeMissing);
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
    }
}
