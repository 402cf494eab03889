//! Films that are written and read again, cut off, spoiled and turned. Knows no product.

use std::io::Cursor;

use image::{Rgb, RgbImage};

use super::*;

/// A checkered thing that moves to the right over a ground with a slope.
fn picture(frame: u32, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let inside = (20 + frame..80 + frame).contains(&x) && (24..72).contains(&y);
        let tone = ((x - x.min(frame)) / 12 + y / 12) % 2 * 90;
        if inside {
            Rgb([60 + tone as u8, 40, 120])
        } else {
            Rgb([180, 150 + (y / 2) as u8, 120 + (x / 4) as u8])
        }
    })
}

fn film(frames: u32, width: u32, height: u32) -> Vec<u8> {
    let mut film = Writer::new(Cursor::new(Vec::new()), Speed::per_second(24), frames, 16).unwrap();
    (0..frames).for_each(|k| film.push(&picture(k, width, height)).unwrap());
    film.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> Result<Vec<Frame>, FilmError> {
    Reader::new(Cursor::new(bytes), &FilmLimits::default())?.collect()
}

#[test]
fn a_film_comes_back_with_its_times_and_nearly_its_pixels() {
    let bytes = film(30, 192, 96);
    let reader = Reader::new(Cursor::new(&bytes), &FilmLimits::default()).unwrap();
    assert_eq!((reader.size(), reader.frames(), reader.seconds()), ((192, 96), 30, 1.25));
    let frames: Vec<Frame> = reader.map(Result::unwrap).collect();
    assert_eq!(frames.len(), 30);
    for (k, frame) in frames.iter().enumerate() {
        assert_eq!((frame.index as usize, frame.color.matrix), (k, Matrix::Bt709));
        assert!((frame.seconds - k as f64 / 24.0).abs() < 1e-9);
        let (seen, meant) = (frame.picture(), picture(k as u32, 192, 96));
        let off: u64 = seen.as_raw().iter().zip(meant.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = off as f64 / meant.as_raw().len() as f64;
        assert!(mean < 3.0, "{k}: {mean}");
    }
    assert_eq!(film(30, 192, 96), bytes, "the same pictures give the same bytes");
    // Its tables come before its frames.
    let place = |name: &[u8]| bytes.windows(4).position(|four| four == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"));
}

#[test]
fn shots_that_were_written_one_by_one_make_the_very_film_that_is_written_in_one() {
    let speed = Speed::per_second(24);
    let mut whole = Writer::new(Cursor::new(Vec::new()), speed, 40, 16).unwrap().with_xmp("<x/>".into());
    let mut joined = Joiner::new(Cursor::new(Vec::new()), speed, 40).unwrap();
    for shot in [0..13, 13..40] {
        let count = shot.len() as u32;
        let mut part = Writer::new(Cursor::new(Vec::new()), speed, count, 16).unwrap();
        whole.next_shot().unwrap();
        for k in shot {
            whole.push(&picture(k, 192, 96)).unwrap();
            part.push(&picture(k, 192, 96)).unwrap();
        }
        assert_eq!(joined.add(part.finish().unwrap()).unwrap(), count);
    }
    let (whole, joined) = (whole.finish().unwrap(), joined.finish(Some("<x/>")).unwrap());
    assert!(whole.get_ref() == joined.get_ref());
    assert_eq!(read(joined.get_ref()).unwrap().len(), 40);
}

#[test]
fn parts_of_another_size_or_speed_make_no_film() {
    let part = |width, fps| {
        let mut film = Writer::new(Cursor::new(Vec::new()), Speed::per_second(fps), 2, 16).unwrap();
        (0..2).for_each(|k| film.push(&picture(k, width, 96)).unwrap());
        film.finish().unwrap()
    };
    let mut film = Joiner::new(Cursor::new(Vec::new()), Speed::per_second(24), 9).unwrap();
    assert!(matches!(film.add(part(96, 30)), Err(FilmError::Broken { .. })));
    assert_eq!(film.add(part(96, 24)).unwrap(), 2);
    assert!(matches!(film.add(part(192, 24)), Err(FilmError::Encode(_))));
    assert!(film.add(Cursor::new(b"no film".to_vec())).is_err());
}

#[test]
fn a_packet_about_the_film_lies_behind_it_and_harms_nothing() {
    let mut film =
        Writer::new(Cursor::new(Vec::new()), Speed::per_second(24), 3, 16).unwrap().with_xmp("<x/>".into());
    (0..3).for_each(|k| film.push(&picture(k, 96, 96)).unwrap());
    let bytes = film.finish().unwrap().into_inner();
    // Box by box to the end.
    let (mut at, mut names) = (0, Vec::new());
    while at < bytes.len() {
        let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let size = if size == 1 {
            u64::from_be_bytes(bytes[at + 8..at + 16].try_into().unwrap()) as usize
        } else {
            size
        };
        names.push(String::from_utf8(bytes[at + 4..at + 8].to_vec()).unwrap());
        assert!(size >= 8, "{names:?}");
        at += size;
    }
    assert_eq!((at, names.last().map(String::as_str)), (bytes.len(), Some("uuid")));
    assert!(bytes.ends_with(b"<x/>"));
    assert_eq!(read(&bytes).unwrap().len(), 3);
}

#[test]
fn colors_survive_the_way_there_and_back_in_every_matrix() {
    for (matrix, full_range) in [(Matrix::Bt709, false), (Matrix::Bt601, false), (Matrix::Bt709, true)] {
        for color in [[250, 20, 30], [10, 200, 40], [30, 40, 220], [128; 3], [255; 3], [0; 3]] {
            let flat = RgbImage::from_pixel(16, 16, Rgb(color));
            let frame = Frame::of_picture(&flat, Color { matrix, full_range }).unwrap();
            for back in [*frame.picture().get_pixel(7, 8), *frame.small([0, 0, 16, 16], 4).get_pixel(1, 1)] {
                let off = back.0.iter().zip(color).map(|(a, b)| a.abs_diff(b)).max().unwrap();
                assert!(off <= 2, "{matrix:?} {color:?} {back:?}");
            }
        }
    }
}

#[test]
fn a_smaller_frame_is_the_mean_of_the_larger() {
    let frame = Frame::of_picture(&picture(0, 192, 96), Color::unstated(192, 96)).unwrap();
    let (whole, small) = (frame.picture(), frame.small([8, 4, 160, 80], 2));
    assert_eq!(small.dimensions(), (80, 40));
    for (x, y, seen) in small.enumerate_pixels() {
        let mean = |c: usize| {
            let at = [(0, 0), (1, 0), (0, 1), (1, 1)];
            at.iter().map(|(u, v)| u32::from(whole.get_pixel(8 + 2 * x + u, 4 + 2 * y + v)[c])).sum::<u32>()
                / 4
        };
        // Color differences are not interpolated there.
        assert!((0..3).all(|c| u32::from(seen[c]).abs_diff(mean(c)) <= 40), "{x} {y}");
    }
    let off = |(x, y, seen): (u32, u32, &Rgb<u8>)| {
        u32::from(seen[1]).abs_diff(u32::from(whole.get_pixel(8 + 2 * x, 4 + 2 * y)[1]))
    };
    assert!(small.enumerate_pixels().map(off).sum::<u32>() < 80 * 40 * 6);
}

#[test]
fn a_film_cut_off_anywhere_ends_with_an_error_and_never_quietly() {
    let bytes = film(12, 96, 64);
    for end in (0..bytes.len()).step_by(37) {
        let found = read(&bytes[..end]);
        assert!(found.is_err(), "{end} of {}", bytes.len());
    }
    assert_eq!(read(&bytes).unwrap().len(), 12);
}

#[test]
fn a_film_with_a_wrong_byte_never_ends_the_program() {
    let bytes = film(6, 96, 64);
    for at in (0..bytes.len()).step_by(11) {
        for change in [0xff, 0x01] {
            let mut wrong = bytes.clone();
            wrong[at] ^= change;
            if let Ok(frames) = read(&wrong) {
                assert!(frames.len() <= 6);
            }
        }
    }
}

#[test]
fn limits_hold_before_a_frame_is_decoded() {
    let bytes = film(12, 96, 64);
    let open = |limits: FilmLimits| Reader::new(Cursor::new(&bytes), &limits).err();
    let limits = FilmLimits::default();
    assert!(open(limits).is_none());
    assert!(matches!(open(FilmLimits { max_seconds: 0.4, ..limits }), Some(FilmError::TooLong { .. })));
    assert!(matches!(open(FilmLimits { max_frames: 11, ..limits }), Some(FilmError::TooLong { .. })));
    assert!(matches!(open(FilmLimits { max_sides: [90, 64], ..limits }), Some(FilmError::TooLarge(96, 64))));
    assert!(matches!(open(FilmLimits { min_side: 65, ..limits }), Some(FilmError::TooSmall(96, 64))));
    assert!(matches!(open(FilmLimits { max_bytes: 900, ..limits }), Some(FilmError::TooManyBytes { .. })));
    assert!(matches!(open(FilmLimits { max_part: 64, ..limits }), Some(FilmError::TooManyBytes { .. })));
}

#[test]
fn what_is_no_film_or_another_kind_is_told_apart() {
    let of = |bytes: &[u8]| Kind::of(bytes);
    assert_eq!(of(&film(1, 96, 64)), Some(Kind::Mp4));
    assert_eq!(of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), None);
    assert_eq!(of(b"\x1a\x45\xdf\xa3\x01"), Some(Kind::Matroska));
    assert_eq!(of(b"RIFF\x10\0\0\0AVI LIST"), Some(Kind::Avi));
    assert_eq!(of(b"RIFF\x10\0\0\0WEBPVP8 "), None);
    assert_eq!(of(b"\x89PNG\r\n\x1a\n"), None);
    assert!(
        matches!(read(b"\x1a\x45\xdf\xa3webm"), Err(FilmError::Unsupported(said)) if said.contains("libx264"))
    );
    assert!(matches!(read(b"hello"), Err(FilmError::NotAFilm(_))));
    // The same tables with another codec's name.
    let mut other = film(2, 96, 64);
    let at = other.windows(4).position(|four| four == b"avc1").unwrap();
    // The first is a brand at the head of the file.
    let at = at + 4 + other[at + 4..].windows(4).position(|four| four == b"avc1").unwrap();
    other[at..at + 4].copy_from_slice(b"dvh1");
    assert!(matches!(read(&other), Err(FilmError::Unsupported(said)) if said.contains("`dvh1`")));
}

#[test]
fn a_film_on_its_side_is_turned_upright() {
    let mut bytes = film(2, 96, 64);
    let at = bytes.windows(4).position(|four| four == b"tkhd").unwrap();
    let upright: Vec<u8> = [1i32 << 16, 0, 0, 0, 1 << 16].iter().flat_map(|v| v.to_be_bytes()).collect();
    let matrix = at + bytes[at..].windows(20).position(|there| there == upright).unwrap();
    let put = |bytes: &mut Vec<u8>, numbers: [i32; 5]| {
        for (k, number) in numbers.iter().enumerate() {
            bytes[matrix + 4 * k..matrix + 4 * k + 4].copy_from_slice(&number.to_be_bytes());
        }
    };
    let upright = read(&bytes).unwrap()[0].picture();
    put(&mut bytes, [0, 1 << 16, 0, -(1 << 16), 0]);
    let turned = read(&bytes).unwrap()[0].picture();
    assert_eq!(turned.dimensions(), (64, 96));
    let near = |a: Rgb<u8>, b: Rgb<u8>| a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 24);
    assert!(near(*turned.get_pixel(63 - 10, 4), *upright.get_pixel(4, 10)));
    put(&mut bytes, [-(1 << 16), 0, 0, 0, 1 << 16]);
    assert!(matches!(read(&bytes), Err(FilmError::Unsupported(said)) if said.contains("mirrored")));
}
