//! What bytes that are no still picture are, by the first of them. Knows no codec.

/// What a file with moving pictures is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An ISO base media file with tracks: MP4, MOV, M4V.
    Mp4,
    /// Matroska or WebM.
    Matroska,
    /// AVI.
    Avi,
    /// MPEG transport or program stream.
    Mpeg,
    /// Flash video.
    Flash,
    /// Ogg.
    Ogg,
    /// A bare H.264 stream.
    BareH264,
}

/// Brands of still pictures in the same container.
const STILL: &[&[u8; 4]] =
    &[b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"];

impl Kind {
    /// What `bytes` are, judged by at most the first 1,024 of them; `None` if no film.
    pub fn of(bytes: &[u8]) -> Option<Kind> {
        let head = &bytes[..bytes.len().min(1024)];
        let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
        if at(4, b"ftyp") {
            let brand = head.get(8..12);
            let still = STILL.iter().any(|still| brand == Some(&still[..]));
            return (!still && !at(8, b"jxl ")).then_some(Kind::Mp4);
        }
        let tables = [&b"moov"[..], b"mdat", b"wide", b"free", b"skip", b"moof"];
        if tables.iter().any(|table| at(4, table)) {
            Some(Kind::Mp4)
        } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
            Some(Kind::Matroska)
        } else if at(0, b"RIFF") && at(8, b"AVI ") {
            Some(Kind::Avi)
        } else if at(0, &[0, 0, 1, 0xba]) || at(0, &[0x47]) && at(188, &[0x47]) && at(376, &[0x47]) {
            Some(Kind::Mpeg)
        } else if at(0, b"FLV\x01") {
            Some(Kind::Flash)
        } else if at(0, b"OggS") {
            Some(Kind::Ogg)
        } else if at(0, &[0, 0, 0, 1, 0x67]) || at(0, &[0, 0, 1, 0x67]) {
            Some(Kind::BareH264)
        } else {
            None
        }
    }

    /// Its name for people, with article.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Mp4 => "an MP4 film",
            Kind::Matroska => "a Matroska or WebM film",
            Kind::Avi => "an AVI film",
            Kind::Mpeg => "an MPEG stream",
            Kind::Flash => "a Flash film",
            Kind::Ogg => "an Ogg film",
            Kind::BareH264 => "a bare H.264 stream",
        }
    }
}
