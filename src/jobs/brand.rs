//! A brand kit's file with its logo → what films are lettered in. Knows no film.

use std::path::Path;

use image::{Rgba, RgbaImage};

use crate::domain::BrandKit;
use crate::error::{Code, Problem};
use crate::imaging::codec::{self, Limits};

/// The shortest and the longest side of a logo, pixels: in a film it takes a few hundred.
const LOGO: [u32; 2] = [8, 8192];

/// A brand with its logo decoded.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// Colors and slogan.
    pub kit: BrandKit,
    /// H×W×4, u8, sRGB, straight alpha.
    pub logo: Option<RgbaImage>,
}

/// Reads a kit and the logo beside it.
///
/// # Errors
/// [`Code::BrandInvalid`], and what keeps a file from being read.
pub fn open(path: &Path) -> Result<Brand, Problem> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(Code::from(error), &name, "the brand kit cannot be read"))?;
    let kit: BrandKit = toml::from_str(&text)
        .map_err(|error| Problem::new(Code::BrandInvalid, &name, error.to_string().trim().to_owned()))?;
    if kit.schema != 1 {
        let message = format!("schema {} is not known; 1 is", kit.schema);
        return Err(Problem::new(Code::BrandInvalid, &name, message));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let logo = if kit.logo.is_empty() { None } else { Some(logo(&folder.join(&kit.logo))?) };
    Ok(Brand { kit, logo })
}

fn logo(path: &Path) -> Result<RgbaImage, Problem> {
    let name = path.display().to_string();
    let wrong = |message: String| Problem::new(Code::BrandInvalid, &name, message);
    let bytes = std::fs::read(path)
        .map_err(|error| Problem::new(Code::from(error), &name, "the logo cannot be read"))?;
    let limits = Limits { max_side: LOGO[1], min_side: LOGO[0], ..Limits::default() };
    let decoded = codec::decode(&bytes, &limits).map_err(|error| wrong(format!("the logo: {error}")))?;
    let (width, height) = decoded.rgb.dimensions();
    let alpha = |x, y| decoded.alpha.as_ref().map_or(255, |alpha| alpha.get_pixel(x, y)[0]);
    let logo = RgbaImage::from_fn(width, height, |x, y| {
        let [red, green, blue] = decoded.rgb.get_pixel(x, y).0;
        Rgba([red, green, blue, alpha(x, y)])
    });
    if logo.pixels().all(|pixel| pixel[3] == 0) {
        return Err(wrong("the logo is all transparent".into()));
    }
    Ok(logo)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::codec::PngEffort;
    use std::fs;

    #[test]
    fn a_kit_is_read_with_its_logo_and_what_is_wrong_with_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (kit, logo) = (folder.path().join("brand.toml"), folder.path().join("logo.png"));
        let good = "schema = 1\nink = \"#1f3d36\"\npaper = \"#f6f1e7\"\nslogan = \"Brew slow\"\nlogo = \"logo.png\"\n";
        let refused = |text: &str| {
            fs::write(&kit, text).unwrap();
            open(&kit).unwrap_err()
        };
        assert_eq!(open(&kit).unwrap_err().code, Code::FileMissing);
        assert_eq!(refused(good).code, Code::FileMissing);
        fs::write(&logo, b"no picture").unwrap();
        let wrong = refused(good);
        assert!(wrong.code == Code::BrandInvalid && wrong.item.ends_with("logo.png"), "{wrong}");
        for text in ["ink = 3", &good.replace("#1f3d36", "green"), &good.replace("schema = 1", "schema = 2")]
        {
            let wrong = refused(text);
            assert!(wrong.code == Code::BrandInvalid && wrong.item.ends_with("brand.toml"), "{wrong}");
        }
        let write = |alpha: u8| {
            let picture = RgbaImage::from_pixel(40, 20, Rgba([200, 10, 10, alpha]));
            fs::write(&logo, codec::encode_rgba_png(&picture, PngEffort::Fast).unwrap()).unwrap();
        };
        write(0);
        assert!(refused(good).message.contains("transparent"));
        write(255);
        let brand = open(&kit).unwrap();
        assert_eq!((brand.kit.slogan.as_str(), brand.logo.unwrap().dimensions()), ("Brew slow", (40, 20)));
    }
}
