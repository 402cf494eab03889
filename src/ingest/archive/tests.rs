//! ZIPs as merchants and attackers pack them.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

const STORED: SimpleFileOptions =
    SimpleFileOptions::DEFAULT.compression_method(zip::CompressionMethod::Stored);
const PACKED: SimpleFileOptions =
    SimpleFileOptions::DEFAULT.compression_method(zip::CompressionMethod::Deflated);

fn pack(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, PACKED).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn open(bytes: &[u8]) -> std::result::Result<Archive<Cursor<Vec<u8>>>, Problem> {
    Archive::open(Cursor::new(bytes.to_vec()), "x.zip", PICTURES)
}

fn refusals(bytes: &[u8]) -> Vec<(String, Option<Code>)> {
    let archive = open(bytes).unwrap();
    archive.entries().iter().map(|e| (e.name.clone(), e.refused.as_ref().map(|p| p.code))).collect()
}

#[test]
fn pictures_are_listed_and_read_and_litter_is_not() {
    let bytes = pack(&[
        ("a.jpg", b"one"),
        ("sub/b c.png", b"two"),
        ("__MACOSX/._a.jpg", b"x"),
        (".DS_Store", b"x"),
        ("sub/.hidden/y.jpg", b"x"),
        ("Thumbs.db", b"x"),
    ]);
    let mut archive = open(&bytes).unwrap();
    let entries = archive.entries().to_vec();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a.jpg", "sub/b c.png"]);
    assert_eq!(archive.read(entries[1].index, "b").unwrap(), b"two");
}

#[test]
fn names_that_lead_out_are_refused_and_the_others_are_taken() {
    let bytes = pack(&[
        ("../../etc/cron.d/x.jpg", b"x"),
        ("/etc/y.jpg", b"x"),
        ("C:\\z.jpg", b"x"),
        ("a\\..\\..\\w.jpg", b"x"),
        ("good.jpg", b"x"),
        ("more.ZIP", b"x"),
    ]);
    let codes: Vec<_> = refusals(&bytes).into_iter().map(|(_, code)| code).collect();
    let out = Some(Code::EntryRefused);
    assert_eq!(codes, [out, out, out, out, None, Some(Code::ArchiveNested)]);
}

#[test]
fn links_and_encrypted_entries_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("link.jpg", "/etc/passwd", STORED).unwrap();
    zip.start_file("secret.jpg", STORED).unwrap();
    zip.write_all(b"x").unwrap();
    let mut bytes = zip.finish().unwrap().into_inner();
    // The flag says encrypted, in the local header and in the directory's.
    for (signature, at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let last = bytes.windows(4).rposition(|w| w == signature).unwrap();
        bytes[last + at] |= 1;
    }
    let codes: Vec<_> = refusals(&bytes).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, [Some(Code::EntryRefused), Some(Code::EntryEncrypted)]);
}

#[test]
fn what_would_grow_without_measure_is_refused_before_it_is_inflated() {
    let zeros = vec![0u8; 4 << 20];
    assert_eq!(refusals(&pack(&[("bomb.png", &zeros)]))[0].1, Some(Code::EntryRefused));
    let large = vec![0u8; (32 << 20) + 1];
    assert_eq!(refusals(&pack(&[("large.png", &large)]))[0].1, Some(Code::FileTooLarge));
    let limits = ArchiveLimits { total_bytes: 5, ..PICTURES };
    let two = pack(&[("a.jpg", b"abc"), ("b.jpg", b"def")]);
    let problem = Archive::open(Cursor::new(two.clone()), "x", limits).err().unwrap();
    assert_eq!(problem.code, Code::ImportTooLarge);
    let limits = ArchiveLimits { entries: 1, ..PICTURES };
    assert_eq!(Archive::open(Cursor::new(two), "x", limits).err().unwrap().code, Code::ImportTooLarge);
    let long = "n".repeat(60_000);
    let limits = ArchiveLimits { directory_bytes: 100_000, ..PICTURES };
    let names = [format!("{long}a"), format!("{long}b"), format!("{long}c")];
    let wide = pack(&names.each_ref().map(|name| (name.as_str(), b"x".as_slice())));
    assert_eq!(Archive::open(Cursor::new(wide), "x", limits).err().unwrap().code, Code::ArchiveInvalid);
}

#[test]
fn an_entry_that_lies_about_its_size_is_cut_off() {
    let zeros = vec![0u8; 3 << 20];
    let mut bytes = pack(&[("a.png", &zeros)]);
    // The directory claims three bytes.
    let at = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[at + 24..at + 28].copy_from_slice(&3u32.to_le_bytes());
    let limits = ArchiveLimits { entry_bytes: 1 << 20, ..PICTURES };
    let mut archive = Archive::open(Cursor::new(bytes), "x", limits).unwrap();
    assert_eq!(archive.entries()[0].bytes, 3);
    let index = archive.entries()[0].index;
    match archive.read(index, "a.png") {
        Ok(bytes) => assert!(bytes.len() <= 3, "{}", bytes.len()),
        Err(problem) => assert_eq!(problem.code, Code::ArchiveInvalid),
    }
}

#[test]
fn what_is_damaged_or_overlaps_is_no_archive() {
    let bytes = pack(&[("a.jpg", b"aaaa"), ("b.jpg", b"bbbb")]);
    assert_eq!(open(b"PK\x03\x04 but nothing follows").err().unwrap().code, Code::ArchiveInvalid);
    assert_eq!(open(&bytes[..bytes.len() - 10]).err().unwrap().code, Code::ArchiveInvalid);
    // Both entries of the directory point at the first one's bytes.
    let mut overlapping = bytes.clone();
    let at = overlapping.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    overlapping[at + 42..at + 46].copy_from_slice(&0u32.to_le_bytes());
    assert_eq!(open(&overlapping).err().unwrap().code, Code::ArchiveInvalid);
    let mut damaged = bytes;
    let at = damaged.windows(5).position(|w| w == b"a.jpg").unwrap();
    damaged[at + 6] ^= 0xff;
    let mut archive = open(&damaged).unwrap();
    assert_eq!(archive.read(0, "a.jpg").err().unwrap().code, Code::ArchiveInvalid);
}

#[test]
fn an_archive_under_another_name_is_known_by_its_bytes() {
    let inner = pack(&[("x.jpg", b"x")]);
    let mut archive = open(&pack(&[("photo.jpg", &inner)])).unwrap();
    assert_eq!(archive.read(0, "photo.jpg").err().unwrap().code, Code::ArchiveNested);
}
