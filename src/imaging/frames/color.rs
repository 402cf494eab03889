//! How a film's samples become colors. Knows no picture.

/// Which red, green and blue a luma sample is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    /// Rec. 601: standard definition.
    Bt601,
    /// Rec. 709: all that is larger.
    Bt709,
}

/// What samples mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// How luma and color differences are made.
    pub matrix: Matrix,
    /// Whether black is 0 and white 255, instead of 16 and 235.
    pub full_range: bool,
}

/// Lines up to which a film that does not say is taken for standard definition, and its columns.
const STANDARD: [u32; 2] = [1024, 576];
/// Fractional bits of the fixed-point factors.
const BITS: u32 = 14;
const HALF: i32 = 1 << (BITS - 1);

impl Color {
    /// What players take a film of this size for that does not say.
    pub fn unstated(width: u32, height: u32) -> Color {
        let small = width.max(height) <= STANDARD[0] && width.min(height) <= STANDARD[1];
        Color { matrix: if small { Matrix::Bt601 } else { Matrix::Bt709 }, full_range: false }
    }

    /// The factors of red and blue in luma.
    fn weights(self) -> [f64; 2] {
        match self.matrix {
            Matrix::Bt601 => [0.299, 0.114],
            Matrix::Bt709 => [0.2126, 0.0722],
        }
    }

    /// Luma's black, and the spans of luma and of color differences, in samples.
    fn range(self) -> (f64, f64, f64) {
        if self.full_range { (0.0, 255.0, 255.0) } else { (16.0, 219.0, 224.0) }
    }

    pub(super) fn decoder(self) -> Decoder {
        let ([red, blue], (black, span, difference)) = (self.weights(), self.range());
        let green = 1.0 - red - blue;
        let fixed = |v: f64| (v * f64::from(1 << BITS)).round() as i32;
        let (luma, chroma) = (255.0 / span, 255.0 / difference);
        Decoder {
            black: black as i32,
            luma: fixed(luma),
            red: fixed(chroma * 2.0 * (1.0 - red)),
            green: [
                fixed(-chroma * 2.0 * (1.0 - blue) * blue / green),
                fixed(-chroma * 2.0 * (1.0 - red) * red / green),
            ],
            blue: fixed(chroma * 2.0 * (1.0 - blue)),
        }
    }

    pub(super) fn encoder(self) -> Encoder {
        let ([red, blue], (black, span, difference)) = (self.weights(), self.range());
        let (luma, chroma) = (span / 255.0, difference / 255.0);
        let weights = [red, 1.0 - red - blue, blue].map(|w| w as f32);
        Encoder {
            black: black as f32,
            luma: luma as f32,
            weights,
            blue: (chroma / (2.0 * (1.0 - blue))) as f32,
            red: (chroma / (2.0 * (1.0 - red))) as f32,
        }
    }
}

/// Samples → encoded red, green, blue.
#[derive(Clone, Copy)]
pub(super) struct Decoder {
    black: i32,
    luma: i32,
    red: i32,
    green: [i32; 2],
    blue: i32,
}

impl Decoder {
    /// Luma and color differences (blue, red; each times `1 << shift`) → bytes.
    #[inline]
    pub(super) fn rgb(&self, y: i32, u: i32, v: i32, shift: u32) -> [u8; 3] {
        let (u, v) = (u - (128 << shift), v - (128 << shift));
        let light = (y - (self.black << shift)) * self.luma;
        let byte = |sum: i32| ((sum + (HALF << shift)) >> (BITS + shift)).clamp(0, 255) as u8;
        [
            byte(light + self.red * v),
            byte(light + self.green[0] * u + self.green[1] * v),
            byte(light + self.blue * u),
        ]
    }
}

/// Encoded red, green, blue → samples.
#[derive(Clone, Copy)]
pub(super) struct Encoder {
    black: f32,
    luma: f32,
    weights: [f32; 3],
    blue: f32,
    red: f32,
}

impl Encoder {
    #[inline]
    fn gray(&self, [r, g, b]: [f32; 3]) -> f32 {
        self.weights[0] * r + self.weights[1] * g + self.weights[2] * b
    }

    /// The luma sample of a color, 0..255 each.
    #[inline]
    pub(super) fn luma(&self, color: [f32; 3]) -> u8 {
        (self.black + self.luma * self.gray(color) + 0.5) as u8
    }

    /// The color differences, blue and red, of a color that was averaged over what they cover.
    #[inline]
    pub(super) fn differences(&self, color: [f32; 3]) -> [u8; 2] {
        let gray = self.gray(color);
        let sample = |factor: f32, v: f32| (128.5 + factor * (v - gray)).clamp(0.0, 255.0) as u8;
        [sample(self.blue, color[2]), sample(self.red, color[0])]
    }
}
