//! Set-up of tracing, and the numbers that a process counts of itself. Knows nothing of what is logged. Logs go to stderr: stdout is an interface.

mod metrics;

use std::io::IsTerminal;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

pub use metrics::{CONTENT_TYPE, Metrics, Ready};

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Installs the log subscriber once; later calls do nothing. `filter` has `tracing`'s directive syntax, as in `"warn,packshot=info"`.
pub fn init(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (tests) finds a subscriber in place; that one stays.
    let _ = match format {
        LogFormat::Text => {
            let lines = lines.with_ansi(std::io::stderr().is_terminal()).finish();
            tracing::subscriber::set_global_default(lines)
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(false).with_span_list(false);
            tracing::subscriber::set_global_default(lines.finish())
        }
    };
}
