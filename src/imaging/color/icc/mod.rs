//! ICC profiles: any device color → sRGB, relative colorimetric with black-point compensation, 8 bits in and out, in strips. The only home
//! of lcms2. Knows no file format.

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

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
#[error("a CMYK picture without a usable color profile")]
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
