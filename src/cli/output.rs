//! What a person and a program see: JSON lines on stdout, a progress bar and complaints on stderr. The only writer of both. Knows no command.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::error::{Code, Problem};

/// Writes one line to stdout. A closed pipe ends the program quietly, as with any filter.
pub(super) fn line(text: &str) {
    let mut stdout = std::io::stdout().lock();
    if writeln!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes one line for people to stderr.
pub(super) fn say(text: &str) {
    // Nothing can be done about a closed stderr.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A problem in the shape of the public error envelope, with advice.
pub(super) fn error_json(problem: &Problem) -> Value {
    json!({
        "type": problem.code.kind(),
        "code": problem.code.as_str(),
        "message": problem.message,
        "param": problem.item,
        "advice": problem.code.advice(),
    })
}

/// Warnings in the same shape.
pub(super) fn notices_json(notices: &[Problem]) -> Value {
    notices.iter().map(error_json).collect()
}

/// Reports a failed item on stdout.
pub(super) fn failed(problem: &Problem) {
    line(&json!({"item": problem.item, "status": "failed", "error": error_json(problem)}).to_string());
    if std::io::stderr().is_terminal() {
        say(&format!("✗ {problem}"));
    }
}

/// A progress bar over `total` items: on a terminal only, never in a pipe.
pub(super) fn progress(total: u64, what: &'static str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:32}] {pos}/{len} {msg} ({eta} left)") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// A value as one JSON line; what cannot be written as JSON is our own mistake.
pub(super) fn json_line(value: &impl serde::Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(error) => failed(&Problem::new(Code::Internal, "output", error.to_string())),
    }
}
