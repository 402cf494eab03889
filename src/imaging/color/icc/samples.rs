//! Profiles for tests, built from numbers. Knows no picture.

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
    Profile::new_gray(&CIExyY { x: 0.3127, y: 0.329, Y: 1.0 }, &ToneCurve::new(gamma)).unwrap().icc().unwrap()
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
