//! Set-up of tracing. Knows nothing of what is logged. Logs go to stderr: stdout is an interface.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Installs the log subscriber once; later calls do nothing. `filter` has `tracing`'s directive syntax, as in `"warn,packshot=info"`.
pub fn init(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .finish();
    // A second call (tests) finds a subscriber in place; that one stays.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
