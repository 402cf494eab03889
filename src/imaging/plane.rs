//! One channel of f32 samples, and how it is read between them. Knows no color.

use image::GrayImage;

/// H×W samples, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `height · width` samples.
    pub data: Vec<f32>,
}

impl Plane {
    /// A plane filled with `value`.
    pub fn filled(width: usize, height: usize, value: f32) -> Self {
        Plane { width, height, data: vec![value; width * height] }
    }

    /// Sample by sample the product with a plane of the same shape.
    pub fn times(&self, other: &Plane) -> Plane {
        let data = self.data.iter().zip(&other.data).map(|(a, b)| a * b).collect();
        Plane { width: self.width, height: self.height, data }
    }

    /// At half the size: means of 2×2 samples; an odd last row or column is left out. A place lands at half its coordinates.
    pub fn halved(&self) -> Plane {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for rows in self.data.chunks_exact((2 * self.width).max(1)).take(height) {
            let (upper, lower) = rows.split_at(self.width);
            let pairs = upper.chunks_exact(2).zip(lower.chunks_exact(2));
            data.extend(pairs.map(|(a, b)| 0.25 * ((a[0] + a[1]) + (b[0] + b[1]))));
        }
        Plane { width, height, data }
    }

    /// 8-bit samples as 0..1.
    pub fn from_gray(image: &GrayImage) -> Self {
        let data = image.as_raw().iter().map(|&v| f32::from(v) / 255.0).collect();
        Plane { width: image.width() as usize, height: image.height() as usize, data }
    }

    /// 0..1 as 8-bit samples, clamped and rounded.
    pub fn to_gray(&self) -> GrayImage {
        let bytes = self.data.iter().map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8).collect();
        #[expect(clippy::expect_used, reason = "the buffer was made with exactly this size")]
        GrayImage::from_raw(self.width as u32, self.height as u32, bytes).expect("sizes agree")
    }

    /// The sample at column `x`, row `y`; outside the nearest one inside.
    #[inline]
    pub fn clamped(&self, x: isize, y: isize) -> f32 {
        let x = x.clamp(0, self.width as isize - 1) as usize;
        let y = y.clamp(0, self.height as isize - 1) as usize;
        self.data[y * self.width + x]
    }

    /// Bilinear sample at pixel coordinates (centers at +0.5), replicated border.
    #[inline]
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        self.at(&Bilinear::new(self.width, self.height, x, y))
    }

    /// The sample at a place that was worked out for planes of this shape.
    #[inline]
    pub fn at(&self, place: &Bilinear) -> f32 {
        let [a, b, c, d] = place.index.map(|i| self.data[i]);
        let top = a * (1.0 - place.across) + b * place.across;
        let low = c * (1.0 - place.across) + d * place.across;
        top * (1.0 - place.down) + low * place.down
    }
}

/// Where a bilinear sample is read: worked out once for any number of planes of one shape.
#[derive(Clone, Copy, Debug)]
pub struct Bilinear {
    /// Upper left, upper right, lower left, lower right.
    index: [usize; 4],
    /// Weight of the right ones, 0..1.
    across: f32,
    /// Weight of the lower ones.
    down: f32,
}

impl Bilinear {
    /// For pixel coordinates (centers at +0.5); outside the nearest sample inside.
    #[inline(always)]
    pub fn new(width: usize, height: usize, x: f32, y: f32) -> Self {
        let (left, right, across) = beside(x - 0.5, width);
        let (upper, lower, down) = beside(y - 0.5, height);
        let (upper, lower) = (upper * width, lower * width);
        Bilinear { index: [upper + left, upper + right, lower + left, lower + right], across, down }
    }

    /// The sample of interleaved channels, row-major, of the shape that it was worked out for.
    #[inline]
    pub fn of<const N: usize>(&self, data: &[[f32; N]]) -> [f32; N] {
        let [a, b, c, d] = self.index.map(|i| data[i]);
        std::array::from_fn(|k| {
            let top = a[k] * (1.0 - self.across) + b[k] * self.across;
            let low = c[k] * (1.0 - self.across) + d[k] * self.across;
            top * (1.0 - self.down) + low * self.down
        })
    }
}

/// The two samples of `0..count` around a place, and the weight of the second.
#[inline(always)]
fn beside(place: f32, count: usize) -> (usize, usize, f32) {
    // Casts round toward zero; `floor` is a call on processors without SSE 4.1.
    let whole = place as isize - isize::from(place < 0.0);
    let last = count as isize - 1;
    (whole.clamp(0, last) as usize, (whole + 1).clamp(0, last) as usize, place - whole as f32)
}
