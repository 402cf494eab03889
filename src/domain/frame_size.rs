//! The shapes and rates in which films are made. Knows no encoder.

/// The sizes that have names, and their frames' width and height in pixels.
pub const FRAME_SIZES: &[(&str, (u32, u32))] = &[
    ("1080p", (1920, 1080)),
    ("portrait", (1080, 1350)),
    ("square", (1080, 1080)),
    ("vertical", (1080, 1920)),
];

/// Frames a second that players show without stumbling.
pub const FRAME_RATES: [u32; 5] = [24, 25, 30, 50, 60];

/// How long a film is if nobody says, seconds.
pub const USUAL_SECONDS: f32 = 15.0;

/// The frame that a name stands for; else every name there is.
///
/// # Errors
/// The names, for people.
pub fn frame_size(name: &str) -> Result<(u32, u32), String> {
    let found = FRAME_SIZES.iter().find(|(known, _)| *known == name).map(|(_, size)| *size);
    found.ok_or_else(|| {
        let names: Vec<_> = FRAME_SIZES.iter().map(|(name, _)| *name).collect();
        format!("it is one of {}", names.join(", "))
    })
}
