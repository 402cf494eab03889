//! A film with the merchant's music, as a second file: the film's own frames, copied bit by bit, and beside them the music, looped, cut to the film's length and
//! faded out. Speaks to ffmpeg, a program that the system may have; the film itself stays silent.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::domain::FilmReceipt;
use crate::error::{Code, Problem};
use crate::imaging::frames::{FilmLimits, Reader, write_xmp};
use crate::storage::Draft;

/// Seconds in which the music begins, and in which it ends.
const FADES: [f64; 2] = [0.08, 1.5];
/// What is read: containers of sound. No playlists, which would have other files fetched.
const CONTAINERS: &str = "aac,aiff,flac,matroska,mov,mp3,ogg,w64,wav";
/// ffmpeg is stopped after that long; two minutes of sound take it a few seconds.
const LONGEST: Duration = Duration::from_secs(120);
/// How much of what it says is kept, bytes.
const SAID: u64 = 4096;

/// Music that can be played, and who plays it.
#[derive(Clone, Debug)]
pub struct Music {
    program: PathBuf,
    file: PathBuf,
}

impl Music {
    /// Looks for the program and listens to the beginning of the music.
    ///
    /// # Errors
    /// [`Code::FfmpegMissing`]; [`Code::MusicInvalid`]; what keeps the file from being read.
    pub fn open(program: &Path, file: &Path) -> Result<Music, Problem> {
        let name = file.display().to_string();
        let failed = |error| Problem::new(Code::from(error), &name, "the music cannot be read");
        if !File::open(file).and_then(|file| file.metadata()).map_err(failed)?.is_file() {
            return Err(Problem::new(Code::NotAFile, &name, "the music is no regular file"));
        }
        let music = Music { program: program.to_owned(), file: file.to_owned() };
        let mut command = music.command();
        music.read_music(&mut command).args(["-map", "0:a:0", "-t", "1", "-f", "null", "-"]);
        music.run(command).map(|()| music)
    }

    /// Writes the film at `film`, of which `receipt` tells, with its music to `out`. `xmp`: what is said of it, as in the film.
    ///
    /// # Errors
    /// What keeps the file from being made; then there is none.
    pub fn beside(&self, film: &Path, receipt: &FilmReceipt, xmp: &str, out: &Path) -> Result<(), Problem> {
        let (frames, rate) = (receipt.frames(), receipt.rate);
        let seconds = f64::from(frames) / f64::from(rate);
        let name = out.display().to_string();
        let folder = out.parent().unwrap_or(Path::new("."));
        let mut draft = Draft::new_in(folder).map_err(|error| error.problem())?;
        let last = FADES[1].min(0.5 * seconds);
        let fades = format!("afade=t=in:d={},afade=t=out:st={}:d={last}", FADES[0], seconds - last);
        let mut command = self.command();
        command.arg("-i").arg(in_files(film));
        command.args(["-stream_loop", "-1"]);
        self.read_music(&mut command)
            .args(["-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy"])
            .args(["-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2", "-af", &fades])
            .args(["-t", &seconds.to_string(), "-movflags", "+faststart"])
            .args(["-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1"])
            .args(["-y", "-f", "mp4"])
            .arg(in_files(draft.path()));
        self.run(command)?;
        let broken = |cause: String| Problem::new(Code::EncodeFailed, &name, cause);
        let file = draft.file();
        let length = file.seek(SeekFrom::End(0)).and_then(|_| write_xmp(file, xmp));
        length.and_then(|()| file.seek(SeekFrom::Start(0))).map_err(|error| broken(error.to_string()))?;
        let found =
            Reader::new(&mut *file, &FilmLimits::default()).map_err(|error| broken(error.to_string()))?;
        if found.frames() != frames {
            return Err(broken(format!("with music it has {} frames, not {frames}", found.frames())));
        }
        drop(found);
        draft.keep(out).map_err(|error| error.problem())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["-nostdin", "-hide_banner", "-loglevel", "error"]);
        command
    }

    fn read_music<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .args(["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS])
            .arg("-i")
            .arg(in_files(&self.file))
    }

    /// Runs ffmpeg to its end, or to ours.
    fn run(&self, mut command: Command) -> Result<(), Problem> {
        let program = self.program.display().to_string();
        let missing = |cause: std::io::Error| {
            Problem::new(Code::FfmpegMissing, &program, format!("it cannot be run: {cause}"))
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(missing)?;
        let said = child.stderr.take();
        // Read to its end, so that a program with much to say is not held up.
        let listener = std::thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut said) = said {
                let kept = said.by_ref().take(SAID).read_to_end(&mut text);
                let _ = kept.and_then(|_| std::io::copy(&mut said, &mut std::io::sink()));
            }
            String::from_utf8_lossy(&text).trim().to_owned()
        });
        let start = Instant::now();
        let ended = loop {
            match child.try_wait().map_err(missing)? {
                Some(status) => break Some(status),
                None if start.elapsed() > LONGEST => break None,
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        if ended.is_none() {
            // Either it is gone already, or it goes now.
            let _ = child.kill().and_then(|()| child.wait());
        }
        let said = listener.join().unwrap_or_default();
        let name = self.file.display().to_string();
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(_) => {
                Err(Problem::new(Code::MusicInvalid, name, said.lines().next().unwrap_or("it says nothing")))
            }
            None => {
                Err(Problem::new(Code::MusicInvalid, name, format!("ffmpeg did not end within {LONGEST:?}")))
            }
        }
    }
}

/// A path that ffmpeg takes for a file whatever its name is.
fn in_files(path: &Path) -> std::ffi::OsString {
    let mut named = std::ffi::OsString::from("file:");
    named.push(path);
    named
}
