//! Tesseract, where the system has it, as a reader: a process of its own for each picture, one thread, a limit on its time. Knows no product.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::RgbImage;

use crate::domain::{Rect, TextReader, Word};
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, PngEffort};

/// How long one picture may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether it has ended.
const PAUSE: Duration = Duration::from_millis(5);
/// Sparse text, in any order and place.
const LAYOUT: [&str; 2] = ["--psm", "11"];
/// Columns of its TSV: level, left, top, width, height, confidence in percent, text.
const COLUMNS: [usize; 7] = [0, 6, 7, 8, 9, 10, 11];
/// The level of words.
const WORD: &str = "5";

/// The system's Tesseract.
#[derive(Clone, Debug)]
pub struct Tesseract {
    program: PathBuf,
    name: String,
}

impl Tesseract {
    /// The program at a path, or of that name on the search path; `None` if it is not there.
    ///
    /// # Errors
    /// If it is there and does not say its version.
    pub fn find(program: &Path) -> Result<Option<Tesseract>, Problem> {
        let asked = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        let said = match asked {
            Ok(output) if output.status.success() => output.stdout,
            Ok(output) => return Err(failed(program, &format!("it ended with {}", output.status))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(program, &error.to_string())),
        };
        let said = String::from_utf8_lossy(&said);
        let name = said.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Some(Tesseract { program: program.to_owned(), name }))
    }

    fn start(&self) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(["stdin", "stdout"])
            .args(LAYOUT)
            .arg("tsv")
            // Threads make it slower at this size, and many pictures are read at a time.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }

    fn failed(&self, message: &str) -> Problem {
        failed(&self.program, message)
    }
}

impl TextReader for Tesseract {
    fn name(&self) -> &str {
        &self.name
    }

    fn words(&self, picture: &RgbImage) -> Result<Vec<Word>, Problem> {
        let png = codec::encode_rgb_png(picture, PngEffort::Fast)
            .map_err(|error| self.failed(&error.to_string()))?;
        let wrong = |error: std::io::Error| self.failed(&error.to_string());
        let mut child = self.start().map_err(wrong)?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        // It reads all before it writes, but nobody promises that: both pipes are served at the same time.
        let table = std::thread::scope(|scope| {
            let fed = scope.spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&png)));
            let read = scope.spawn(move || {
                let mut table = String::new();
                stdout.map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut table)).map(|_| table)
            });
            let ended = wait(&mut child);
            let joined = (fed.join(), read.join());
            let status = ended.map_err(wrong)?.ok_or_else(|| self.failed("it took too long"))?;
            if !status.success() {
                return Err(self.failed(&format!("it ended with {status}")));
            }
            match joined {
                (Ok(Ok(())), Ok(Ok(table))) => Ok(table),
                (Ok(Err(error)), _) | (_, Ok(Err(error))) => Err(wrong(error)),
                _ => Err(self.failed("its pipes broke")),
            }
        })?;
        Ok(table.lines().filter_map(word).collect())
    }
}

/// Its status; `None` if it took too long and was ended.
fn wait(child: &mut Child) -> std::io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

/// A line of its table, if it is a word.
fn word(line: &str) -> Option<Word> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [level, left, top, width, height, percent, text] =
        COLUMNS.map(|k| cells.get(k).copied().unwrap_or_default());
    let text = text.trim();
    if level != WORD || text.is_empty() {
        return None;
    }
    let place = Rect {
        x: left.parse().ok()?,
        y: top.parse().ok()?,
        width: width.parse().ok()?,
        height: height.parse().ok()?,
    };
    Some(Word { text: text.to_owned(), sure: percent.parse::<f32>().ok()? / 100.0, place })
}

fn failed(program: &Path, message: &str) -> Problem {
    Problem::new(Code::ReaderFailed, program.display().to_string(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_words_are_words() {
        let line = "5\t1\t2\t1\t1\t3\t413\t872\t301\t88\t96.367409\tBergamot";
        let place = Rect { x: 413, y: 872, width: 301, height: 88 };
        let found = word(line).unwrap();
        assert_eq!((found.text.as_str(), found.place), ("Bergamot", place));
        assert!((found.sure - 0.9637).abs() < 1e-4);
        for line in ["level\tpage_num\ttext", "4\t1\t2\t1\t1\t0\t413\t872\t301\t88\t-1\t", "5\t1\t2", ""] {
            assert_eq!(word(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_not_there_is_no_reader_and_what_is_something_else_is_a_mistake() {
        assert!(Tesseract::find(Path::new("no-such-program-here")).unwrap().is_none());
        assert_eq!(Tesseract::find(Path::new("false")).unwrap_err().code, Code::ReaderFailed);
    }
}
