//! ICC profiles: any device color → sRGB, relative colorimetric with black-point compensation, 8 bits in and out, in strips. The only home
//! of lcms2. Knows no file format.

use std::sync::LazyLock;

use lcms2::{
    ColorSpaceSignature, DisallowCache, Flags, Intent, PixelFormat, Profile, ProfileClassSignature,
    ThreadContext, Transform,
};

/// What the samples of a picture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// One channel of light.
    Gray,
    /// Three channels of light.
    Rgb,
    /// Four channels of ink, 255 = full ink.
    Cmyk,
}

/// What was done about a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Conversion {
    /// There was none, or it is sRGB to within one level.
    PassedThrough,
    /// Converted.
    Converted {
        /// 0..1: share of pixels (by a sample) that lie outside sRGB and were clipped by more than one level.
        clipped: f32,
    },
    /// It cannot be used for these samples; they were taken as sRGB.
    Unusable,
}

/// CMYK samples without a profile have no defined color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("CMYK samples without a usable profile")]
pub struct CmykUndefined;

/// Real CMYK profiles reach about 3 MB; more is an attack or an accident.
const MAX_PROFILE_BYTES: usize = 8 << 20;
/// Pixels converted at a time: in and out stay in the second-level cache.
const STRIP: usize = 1 << 14;
/// Pixels looked at to tell how much was clipped.
const SAMPLE: usize = 1 << 14;

/// 8-bit samples → 8-bit sRGB, H×W×3, straight. `profile` is the ICC profile that came with them. RGB is converted where it lies, CMYK is
/// compacted where it lies; only gray, which grows, takes a second buffer.
///
/// # Errors
/// [`CmykUndefined`]; an unusable profile of light is no error, the samples are then taken as sRGB.
pub fn to_srgb(
    samples: Vec<u8>,
    device: Device,
    profile: Option<&[u8]>,
) -> Result<(Vec<u8>, Conversion), CmykUndefined> {
    let source = profile.map(|bytes| open(bytes, device));
    match (device, source) {
        (Device::Cmyk, None | Some(None)) => Err(CmykUndefined),
        (Device::Cmyk, Some(Some(source))) => cmyk(samples, &source).ok_or(CmykUndefined),
        (Device::Rgb, None) => Ok((samples, Conversion::PassedThrough)),
        (Device::Rgb, Some(None)) => Ok((samples, Conversion::Unusable)),
        (Device::Rgb, Some(Some(source))) => Ok(rgb(samples, &source)),
        (Device::Gray, None) => Ok((spread(&samples, &identity()), Conversion::PassedThrough)),
        (Device::Gray, Some(source)) => Ok(gray(&samples, source.as_ref())),
    }
}

/// The sRGB profile (ICC version 4, parametric curve, about 0.6 kB) that goes into every file we write. Always the same bytes.
pub fn srgb_profile() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut bytes = Profile::new_srgb().icc().unwrap_or_default();
        // The library writes the time of day (bytes 24..36 of the header, ICC.1 section 7.2.8); a constant keeps files reproducible.
        if let Some(created) = bytes.get_mut(24..36) {
            created.copy_from_slice(&[7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
        }
        bytes
    });
    &BYTES
}

struct Source {
    context: ThreadContext,
    profile: Profile<ThreadContext>,
    device: Device,
}

type Bytes = Transform<u8, u8, ThreadContext, DisallowCache>;
type Floats<From> = Transform<From, [f32; 3], ThreadContext, DisallowCache>;

/// The profile, if it describes such samples. A gray picture may carry an RGB profile: it then describes equal red, green and blue.
fn open(bytes: &[u8], device: Device) -> Option<Source> {
    if bytes.len() > MAX_PROFILE_BYTES {
        return None;
    }
    let context = ThreadContext::new();
    let profile = Profile::new_icc_context(&context, bytes).ok()?;
    let usable_class = matches!(
        profile.device_class(),
        ProfileClassSignature::InputClass
            | ProfileClassSignature::DisplayClass
            | ProfileClassSignature::OutputClass
            | ProfileClassSignature::ColorSpaceClass
    );
    let device = match (profile.color_space(), device) {
        (ColorSpaceSignature::GrayData, Device::Gray) => Device::Gray,
        (ColorSpaceSignature::RgbData, Device::Gray | Device::Rgb) => Device::Rgb,
        (ColorSpaceSignature::CmykData, Device::Cmyk) => Device::Cmyk,
        _ => return None,
    };
    usable_class.then_some(Source { context, profile, device })
}

impl Source {
    fn bytes(&self) -> Option<Bytes> {
        let format = match self.device {
            Device::Gray => PixelFormat::GRAY_8,
            Device::Rgb => PixelFormat::RGB_8,
            Device::Cmyk => PixelFormat::CMYK_8,
        };
        Transform::new_flags_context(
            &self.context,
            &self.profile,
            format,
            &Profile::new_srgb_context(&self.context),
            PixelFormat::RGB_8,
            Intent::RelativeColorimetric,
            Flags::NO_CACHE | Flags::BLACKPOINT_COMPENSATION,
        )
        .ok()
    }

    /// Floating point sRGB is not clipped, so it shows what 8 bits lose.
    fn floats<From: Copy + lcms2::Pod>(&self, format: PixelFormat) -> Option<Floats<From>> {
        Transform::new_flags_context(
            &self.context,
            &self.profile,
            format,
            &Profile::new_srgb_context(&self.context),
            PixelFormat::RGB_FLT,
            Intent::RelativeColorimetric,
            Flags::NO_CACHE | Flags::BLACKPOINT_COMPENSATION,
        )
        .ok()
    }
}

fn rgb(mut samples: Vec<u8>, source: &Source) -> (Vec<u8>, Conversion) {
    let Some(transform) = source.bytes() else { return (samples, Conversion::Unusable) };
    if is_identity(&transform) {
        return (samples, Conversion::PassedThrough);
    }
    let clipped = source.floats::<[f32; 3]>(PixelFormat::RGB_FLT).map_or(0.0, |exact| {
        clipped_share(&samples, &exact, |pixel: &[u8; 3]| pixel.map(|v| f32::from(v) / 255.0))
    });
    for strip in samples.chunks_mut(STRIP * 3) {
        transform.transform_in_place(strip);
    }
    (samples, Conversion::Converted { clipped })
}

fn cmyk(mut samples: Vec<u8>, source: &Source) -> Option<(Vec<u8>, Conversion)> {
    let transform = source.bytes()?;
    // lcms2 counts floating point ink from 0 to 100.
    let clipped = source.floats::<[f32; 4]>(PixelFormat::CMYK_FLT).map_or(0.0, |exact| {
        clipped_share(&samples, &exact, |pixel: &[u8; 4]| pixel.map(|v| f32::from(v) / 2.55))
    });
    let pixels = samples.len() / 4;
    let mut ink = Vec::with_capacity(STRIP * 4);
    for first in (0..pixels).step_by(STRIP) {
        let end = (first + STRIP).min(pixels);
        ink.clear();
        ink.extend_from_slice(&samples[first * 4..end * 4]);
        transform.transform_pixels(&ink, &mut samples[first * 3..end * 3]);
    }
    samples.truncate(pixels * 3);
    samples.shrink_to_fit();
    Some((samples, Conversion::Converted { clipped }))
}

/// Gray has only 256 colors: convert those, then look them up.
fn gray(samples: &[u8], source: Option<&Source>) -> (Vec<u8>, Conversion) {
    let Some((source, transform)) = source.and_then(|source| Some((source, source.bytes()?))) else {
        return (spread(samples, &identity()), Conversion::Unusable);
    };
    let mut table = identity();
    match source.device {
        Device::Gray => transform
            .transform_pixels(&std::array::from_fn::<u8, 256, _>(|v| v as u8), table.as_flattened_mut()),
        _ => transform.transform_in_place(table.as_flattened_mut()),
    }
    if differs_by_at_most_one(table.as_flattened(), identity().as_flattened()) {
        return (spread(samples, &identity()), Conversion::PassedThrough);
    }
    (spread(samples, &table), Conversion::Converted { clipped: 0.0 })
}

fn identity() -> [[u8; 3]; 256] {
    std::array::from_fn(|value| [value as u8; 3])
}

fn spread(samples: &[u8], table: &[[u8; 3]; 256]) -> Vec<u8> {
    let mut colors = vec![0; samples.len() * 3];
    for (color, &value) in colors.as_chunks_mut::<3>().0.iter_mut().zip(samples) {
        *color = table[value as usize];
    }
    colors
}

/// Whether a transform from RGB changes nothing visible, judged on a grid of colors. Names in profiles are not to be trusted.
fn is_identity(transform: &Bytes) -> bool {
    const LEVELS: [u8; 9] = [0, 32, 64, 96, 128, 160, 192, 224, 255];
    let grays = (0..=255).map(|value| [value; 3]);
    let grid =
        LEVELS.iter().flat_map(|&r| LEVELS.iter().flat_map(move |&g| LEVELS.iter().map(move |&b| [r, g, b])));
    let probe: Vec<u8> = grays.chain(grid).flatten().collect();
    let mut converted = probe.clone();
    transform.transform_in_place(&mut converted);
    differs_by_at_most_one(&probe, &converted)
}

fn differs_by_at_most_one(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1)
}

/// Share of a regular sample of pixels that leave 0..1 by more than one level of 255.
fn clipped_share<const N: usize>(
    samples: &[u8],
    exact: &Floats<[f32; N]>,
    to_float: impl Fn(&[u8; N]) -> [f32; N],
) -> f32
where
    [f32; N]: Copy + lcms2::Pod,
{
    let pixels = samples.as_chunks::<N>().0;
    // An odd stride does not fall into step with rows of even width.
    let stride = (pixels.len() / SAMPLE) | 1;
    let taken: Vec<[f32; N]> = pixels.iter().step_by(stride).map(to_float).collect();
    let mut colors = vec![[0.0f32; 3]; taken.len()];
    exact.transform_pixels(&taken, &mut colors);
    let margin = 1.0 / 255.0;
    let outside =
        colors.iter().filter(|color| color.iter().any(|v| *v < -margin || *v > 1.0 + margin)).count();
    outside as f32 / taken.len().max(1) as f32
}

/// Profiles for tests, built from numbers.
#[cfg(test)]
pub(crate) mod samples {
    use lcms2::{CIExyY, CIExyYTRIPLE, Profile, ToneCurve};

    /// An RGB profile with D65 white, the given primaries (x, y) and a plain gamma.
    pub(crate) fn rgb_profile(primaries: [[f64; 2]; 3], gamma: f64) -> Vec<u8> {
        let at = |[x, y]: [f64; 2]| CIExyY { x, y, Y: 1.0 };
        let [red, green, blue] = primaries.map(at);
        let curve = ToneCurve::new(gamma);
        let triple = CIExyYTRIPLE { Red: red, Green: green, Blue: blue };
        Profile::new_rgb(&at([0.3127, 0.329]), &triple, &[&curve, &curve, &curve]).unwrap().icc().unwrap()
    }

    /// Adobe RGB (1998): its green lies far outside sRGB.
    pub(crate) fn wide_rgb() -> Vec<u8> {
        rgb_profile([[0.64, 0.33], [0.21, 0.71], [0.15, 0.06]], 2.2)
    }

    /// A gray profile with a plain gamma.
    pub(crate) fn gray(gamma: f64) -> Vec<u8> {
        Profile::new_gray(&CIExyY { x: 0.3127, y: 0.329, Y: 1.0 }, &ToneCurve::new(gamma))
            .unwrap()
            .icc()
            .unwrap()
    }

    /// A CMYK output profile (ICC.1:2001-04, lut8Type with two grid points an ink): paper is white, each ink takes its part of Lab.
    pub(crate) fn cmyk() -> Vec<u8> {
        let mut lut = b"mft1\0\0\0\0\x04\x03\x02\0".to_vec();
        for entry in 0..9 {
            let one: i32 = if entry % 4 == 0 { 0x10000 } else { 0 };
            lut.extend(one.to_be_bytes());
        }
        let ramp: Vec<u8> = (0..=255).collect();
        (0..4).for_each(|_| lut.extend(&ramp));
        for corner in 0..16u8 {
            let ink = |bit: u8| f32::from(corner >> bit & 1);
            let (c, m, y, k) = (ink(3), ink(2), ink(1), ink(0));
            let lightness = (1.0 - 0.42 * c) * (1.0 - 0.5 * m) * (1.0 - 0.1 * y) * (1.0 - 0.9 * k);
            let paint = 1.0 - k;
            let a = (-35.0 * c + 70.0 * m - 5.0 * y) * paint;
            let b = (-45.0 * c - 5.0 * m + 85.0 * y) * paint;
            lut.extend([(lightness * 255.0) as u8, (a + 128.0) as u8, (b + 128.0) as u8]);
        }
        (0..3).for_each(|_| lut.extend(&ramp));
        let white = [b"XYZ \0\0\0\0".as_slice(), &[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]].concat();
        let (first, second) = (128 + 4 + 24, 128 + 4 + 24 + lut.len());
        let mut profile = vec![0u8; 128];
        profile[0..4].copy_from_slice(&((second + white.len()) as u32).to_be_bytes());
        profile[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
        profile[12..24].copy_from_slice(b"prtrCMYKLab ");
        profile[36..40].copy_from_slice(b"acsp");
        profile[68..80].copy_from_slice(&[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
        profile.extend(2u32.to_be_bytes());
        for (name, offset, length) in [(b"A2B0", first, lut.len()), (b"wtpt", second, white.len())] {
            profile.extend(name);
            profile.extend((offset as u32).to_be_bytes());
            profile.extend((length as u32).to_be_bytes());
        }
        profile.extend(lut);
        profile.extend(white);
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::color::srgb;

    fn grid() -> Vec<u8> {
        (0..=255u8)
            .step_by(15)
            .flat_map(|r| (0..=255).step_by(17).flat_map(move |g| [r, g, 255 - g / 2]))
            .collect()
    }

    #[test]
    fn srgb_under_any_name_passes_through_untouched() {
        let ours = srgb_profile();
        assert!((400..3000).contains(&ours.len()), "{}", ours.len());
        let (samples, conversion) = to_srgb(grid(), Device::Rgb, Some(ours)).unwrap();
        assert_eq!((samples, conversion), (grid(), Conversion::PassedThrough));
        assert_eq!(to_srgb(vec![7, 9], Device::Gray, Some(ours)).unwrap().0, [7, 7, 7, 9, 9, 9]);
    }

    #[test]
    fn our_profile_is_the_same_bytes_every_time() {
        let fixed = |mut bytes: Vec<u8>| {
            bytes[24..36].fill(0);
            bytes
        };
        assert_eq!(fixed(srgb_profile().to_vec()), fixed(Profile::new_srgb().icc().unwrap()));
        assert_eq!(srgb_profile()[24..36], [7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn adobe_rgb_is_converted_as_its_definition_says_and_clipping_is_told() {
        // Linear Adobe RGB → linear sRGB, from the two definitions (both D65).
        let matrix = [[1.398_3, -0.398_3, 0.0], [0.0, 1.0, 0.0], [0.0, -0.042_9, 1.042_9]];
        let inside = [[90u8, 100, 110], [128, 128, 128], [200, 190, 180], [255, 255, 255], [0, 0, 0]];
        let (samples, conversion) =
            to_srgb(inside.concat(), Device::Rgb, Some(&samples::wide_rgb())).unwrap();
        for (before, after) in inside.iter().zip(samples.chunks_exact(3)) {
            let linear = before.map(|v| (f64::from(v) / 255.0).powf(2.2));
            for (row, &found) in matrix.iter().zip(after) {
                let value: f64 = row.iter().zip(linear).map(|(m, v)| m * v).sum();
                let expected = f64::from(srgb::to_encoded(value as f32)) * 255.0;
                assert!((expected - f64::from(found)).abs() < 2.0, "{before:?} {after:?} {expected}");
            }
        }
        assert_eq!(conversion, Conversion::Converted { clipped: 0.0 });
        let green = [30u8, 250, 30].repeat(300);
        let (_, conversion) = to_srgb(green, Device::Rgb, Some(&samples::wide_rgb())).unwrap();
        assert_eq!(conversion, Conversion::Converted { clipped: 1.0 });
    }

    #[test]
    fn strips_agree_with_single_pixels() {
        let pixels: Vec<u8> = (0..(STRIP * 3 + 5) * 4).map(|i| (i * 7 % 251) as u8).collect();
        let (whole, _) = to_srgb(pixels.clone(), Device::Cmyk, Some(&samples::cmyk())).unwrap();
        assert_eq!(whole.len(), pixels.len() / 4 * 3);
        for at in [0, 1, STRIP - 1, STRIP, STRIP * 3 + 4] {
            let one = pixels[at * 4..at * 4 + 4].to_vec();
            let (one, _) = to_srgb(one, Device::Cmyk, Some(&samples::cmyk())).unwrap();
            assert_eq!(one, &whole[at * 3..at * 3 + 3], "{at}");
        }
    }

    #[test]
    fn ink_needs_a_profile_and_paper_is_white() {
        assert_eq!(to_srgb(vec![0; 8], Device::Cmyk, None), Err(CmykUndefined));
        assert_eq!(to_srgb(vec![0; 8], Device::Cmyk, Some(srgb_profile())), Err(CmykUndefined));
        let (paper, _) = to_srgb(vec![0; 4], Device::Cmyk, Some(&samples::cmyk())).unwrap();
        assert!(paper.iter().all(|&v| v >= 254), "{paper:?}");
        let (cyan, _) = to_srgb(vec![255, 0, 0, 0], Device::Cmyk, Some(&samples::cmyk())).unwrap();
        assert!(cyan[0] < cyan[1] && cyan[1] < cyan[2], "{cyan:?}");
    }

    #[test]
    fn a_profile_that_does_not_fit_is_told_and_srgb_assumed() {
        for bad in [&b"not a profile"[..], &[0; 200], &samples::gray(2.2)] {
            let (samples, conversion) = to_srgb(grid(), Device::Rgb, Some(bad)).unwrap();
            assert_eq!((samples, conversion), (grid(), Conversion::Unusable));
        }
    }

    #[test]
    fn linear_gray_is_brightened() {
        let (samples, conversion) = to_srgb(vec![55, 255], Device::Gray, Some(&samples::gray(1.0))).unwrap();
        let expected = srgb::byte_of(55.0 / 255.0);
        assert!(samples[0].abs_diff(expected) <= 1, "{samples:?} {expected}");
        assert_eq!(&samples[3..], [255; 3]);
        assert_eq!(conversion, Conversion::Converted { clipped: 0.0 });
    }
}
