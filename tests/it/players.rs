//! Films as other programs read them (ffprobe), and with music.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bad_files::skipped;
use crate::postgres::nothing_may_be_skipped;
use crate::video::{CARTON, TWO, line, packshot};

/// Whether ffmpeg and ffprobe are here.
fn ffmpeg() -> bool {
    let runs = |program: &str| Command::new(program).arg("-version").output().is_ok();
    if runs("ffmpeg") && runs("ffprobe") {
        return true;
    }
    assert!(!nothing_may_be_skipped(), "ffmpeg is needed");
    skipped("there is no ffmpeg here to read films");
    false
}

/// Half a second of a tone, as WAV.
fn tone() -> Vec<u8> {
    let wave = |k: u32| ((f64::from(k) * 0.0627).sin() * 9000.0) as i16;
    let samples: Vec<u8> = (0..11_025).flat_map(|k| wave(k).to_le_bytes()).collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend([22_050u32.to_le_bytes(), 44_100u32.to_le_bytes()].concat());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend((samples.len() as u32).to_le_bytes());
    wav.extend(samples);
    wav
}

/// What ffprobe says of a file's streams.
fn probed(file: &str) -> Vec<Value> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_streams", "-of", "json", file])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["streams"].as_array().unwrap().clone()
}

#[test]
fn a_film_is_what_others_say_it_is_and_its_music_lasts_as_long() {
    if !ffmpeg() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("two.toml"), TWO).unwrap();
    fs::write(path("tone.wav"), tone()).unwrap();
    let options = ["--fps", "25", "--seconds", "2", "--size", "vertical", "--preview"];
    let story = ["--storyboard", &path("two.toml"), "--music", &path("tone.wav"), "--out", &path("out")];
    let output = packshot(&[&["video", CARTON], &options[..], &story[..]].concat());
    let line = line(&output);
    // What the gate says of so hasty a film is not asked here.
    assert_eq!(output.status.code(), Some(0), "{line}");
    for file in ["file", "with_music"] {
        let streams = probed(line[file].as_str().unwrap());
        let video = &streams[0];
        for (key, value) in [
            ("codec_name", "h264"),
            ("pix_fmt", "yuv420p"),
            ("color_space", "bt709"),
            ("color_primaries", "bt709"),
            ("color_transfer", "bt709"),
            ("color_range", "tv"),
            ("r_frame_rate", "25/1"),
            ("avg_frame_rate", "25/1"),
            ("duration", "2.000000"),
            ("nb_read_frames", "50"),
        ] {
            assert_eq!(video[key], value, "{file} {key}: {video}");
        }
        assert_eq!((&video["width"], &video["height"]), (&1080.into(), &1920.into()));
        let bytes = fs::read(line[file].as_str().unwrap()).unwrap();
        let at = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
        assert!(at(b"moov") < at(b"mdat"), "{file} cannot be played before it is loaded");
        assert!(bytes.windows(18).any(|window| window == b"compositeSynthetic"), "{file}");
        assert_eq!(streams.len(), if file == "file" { 1 } else { 2 });
    }
    let sound = &probed(line["with_music"].as_str().unwrap())[1];
    assert_eq!((&sound["codec_name"], &sound["channels"]), (&"aac".into(), &2.into()));
    let seconds: f64 = sound["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - 2.0).abs() < 0.05, "{sound}");
    let preview = line["file"].as_str().unwrap().replace(".mp4", ".preview.webp");
    assert_eq!(&fs::read(preview).unwrap()[8..12], b"WEBP");
}

#[test]
fn music_that_is_none_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("words.mp3"), "la la la").unwrap();
    fs::write(path("list.m3u8"), "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/a.ts\n").unwrap();
    fs::write(path("tone.wav"), tone()).unwrap();
    let refused = |music: &str, ffmpeg: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_packshot"));
        command.args(["video", CARTON, "--music", &path(music), "--out", &path("out")]);
        let output = command.env("PACKSHOT_FFMPEG", ffmpeg).output().unwrap();
        line(&output)["error"]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused("none.mp3", "ffmpeg"), "file_missing");
    assert_eq!(refused(".", "ffmpeg"), "not_a_file");
    assert_eq!(refused("tone.wav", "no-such-ffmpeg"), "ffmpeg_missing");
    if ffmpeg() {
        assert_eq!(refused("words.mp3", "ffmpeg"), "music_invalid");
        assert_eq!(refused("list.m3u8", "ffmpeg"), "music_invalid");
    }
    assert!(!Path::new(&path("out")).exists());
}
