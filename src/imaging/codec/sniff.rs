//! What the bytes of a file really are, by their first bytes. Knows no decoder.

/// The picture formats that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// What the bytes are, or what a name's ending claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// AV1 still picture.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// GIF, moving or not.
    Gif,
    /// HEIF with HEVC inside, as phones write it.
    Heic,
    /// A web page, often an error page saved under a picture's name.
    Html,
    /// JPEG.
    Jpeg,
    /// JPEG XL.
    JpegXl,
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// Photoshop document.
    Psd,
    /// Vector drawing; it can hold scripts and links, so it is never rendered.
    Svg,
    /// TIFF, which most raw formats also are.
    Tiff,
    /// None of these.
    Unknown,
    /// WebP.
    WebP,
}

impl Container {
    /// What `bytes` are, judged by at most the first 1,024 of them.
    pub fn of(bytes: &[u8]) -> Container {
        let head = &bytes[..bytes.len().min(1024)];
        let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
        if at(0, &[0xff, 0xd8, 0xff]) {
            Container::Jpeg
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Container::Png
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Container::WebP
        } else if at(0, b"GIF8") {
            Container::Gif
        } else if at(0, b"II*\0") || at(0, b"MM\0*") {
            Container::Tiff
        } else if at(0, b"BM") && at(6, &[0; 4]) {
            Container::Bmp
        } else if at(0, b"%PDF") {
            Container::Pdf
        } else if at(0, b"8BPS") {
            Container::Psd
        } else if at(0, &[0xff, 0x0a]) || at(4, b"JXL \r\n\x87\n") {
            Container::JpegXl
        } else if at(4, b"ftyp") {
            of_brand(head)
        } else {
            of_text(head)
        }
    }

    /// What a file name's ending (without the dot, any case) claims; `None` if it claims nothing about pictures.
    pub fn claimed_by(extension: &str) -> Option<Container> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "avif" => Container::Avif,
            "bmp" | "dib" => Container::Bmp,
            "gif" => Container::Gif,
            "heic" | "heif" | "hif" => Container::Heic,
            "htm" | "html" => Container::Html,
            "jpg" | "jpeg" | "jpe" | "jfif" => Container::Jpeg,
            "jxl" => Container::JpegXl,
            "pdf" => Container::Pdf,
            "png" | "apng" => Container::Png,
            "psd" => Container::Psd,
            "svg" => Container::Svg,
            "tif" | "tiff" => Container::Tiff,
            "webp" => Container::WebP,
            _ => return None,
        })
    }

    /// Its name for people, with article.
    pub fn name(self) -> &'static str {
        match self {
            Container::Avif => "an AVIF picture",
            Container::Bmp => "a BMP picture",
            Container::Gif => "a GIF picture",
            Container::Heic => "a HEIC picture",
            Container::Html => "a web page",
            Container::Jpeg => "a JPEG picture",
            Container::JpegXl => "a JPEG XL picture",
            Container::Pdf => "a PDF document",
            Container::Png => "a PNG picture",
            Container::Psd => "a Photoshop document",
            Container::Svg => "an SVG drawing",
            Container::Tiff => "a TIFF or camera raw picture",
            Container::Unknown => "not a picture that is known here",
            Container::WebP => "a WebP picture",
        }
    }

    /// The format, if it is one that is read.
    pub fn readable(self) -> Option<Format> {
        match self {
            Container::Jpeg => Some(Format::Jpeg),
            Container::Png => Some(Format::Png),
            Container::WebP => Some(Format::WebP),
            _ => None,
        }
    }

    /// What was found and how to get something readable out of it, for a container that is not [`Container::readable`].
    pub fn refusal(self) -> String {
        let way_out = match self {
            Container::Heic => {
                "; on an iPhone choose Settings › Camera › Formats › Most Compatible, or export it as JPEG"
            }
            Container::Avif | Container::JpegXl => "; export it as JPEG, PNG or WebP",
            Container::Gif => "; save its first frame as PNG",
            Container::Html => "; the link or the download gave an error page instead of the photo",
            Container::Pdf | Container::Psd | Container::Tiff => "; export it as JPEG or PNG",
            Container::Svg => "; a drawing is not a photo: export it as PNG",
            _ => "",
        };
        format!("the content is {}{way_out}", self.name())
    }
}

/// ISO base media files say in their brands what they hold (ISO/IEC 23008-12, AVIF 1.1).
fn of_brand(head: &[u8]) -> Container {
    let size = head.first_chunk().map_or(0, |&size| u32::from_be_bytes(size) as usize);
    let brands = head.get(8..size.clamp(12, 128).min(head.len())).unwrap_or_default();
    let has =
        |names: &[&[u8; 4]]| brands.chunks_exact(4).any(|brand| names.iter().any(|name| brand == *name));
    if has(&[b"avif", b"avis"]) {
        Container::Avif
    } else if has(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]) {
        Container::Heic
    } else {
        Container::Unknown
    }
}

fn of_text(head: &[u8]) -> Container {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        Container::Unknown
    } else if text.contains("<!doctype html") || text.contains("<html") || text.contains("<body") {
        Container::Html
    } else if text.contains("<svg") {
        Container::Svg
    } else if text.starts_with("<!--") || text.starts_with("<head") || text.starts_with("<title") {
        Container::Html
    } else {
        Container::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_by_its_first_bytes() {
        let table: &[(&[u8], Container)] = &[
            (b"\xff\xd8\xff\xe0", Container::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Container::Png),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Container::WebP),
            (b"RIFF\x10\0\0\0WAVEfmt ", Container::Unknown),
            (b"GIF89a", Container::Gif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Container::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1miaf", Container::Avif),
            (b"\0\0\0\x18ftypisom\0\0\0\0mp41avc1", Container::Unknown),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<svg xmlns=", Container::Svg),
            (b"\n <!DOCTYPE html><html><body><svg>", Container::Html),
            (b"II*\0", Container::Tiff),
            (b"BM\x36\0\0\0\0\0\0\0", Container::Bmp),
            (b"BM", Container::Unknown),
            (b"", Container::Unknown),
            (b"sku,photo", Container::Unknown),
        ];
        for (bytes, expected) in table {
            assert_eq!(Container::of(bytes), *expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_ending_claims_a_container_in_any_case() {
        assert_eq!(Container::claimed_by("JPG"), Some(Container::Jpeg));
        assert_eq!(Container::claimed_by("v2"), None);
    }
}
