//! One frame as it was decoded, and pictures of it. Knows no container.

use image::RgbImage;

use super::color::Color;

/// One frame: luma at full size, color differences at half, as the film has them; a third of the memory of a picture and exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Which it is in the order in which they are shown, from 0.
    pub index: u32,
    /// When it is shown.
    pub seconds: f64,
    /// Columns, even.
    pub width: u32,
    /// Rows, even.
    pub height: u32,
    /// What the samples mean.
    pub color: Color,
    /// `height · width` samples of luma.
    pub(super) luma: Vec<u8>,
    /// `height/2 · width/2` samples each: differences of blue and of red.
    pub(super) chroma: [Vec<u8>; 2],
}

impl Frame {
    /// A frame of samples: luma at full size, color differences (blue, red) at half; `None` if their numbers do not fit an even size.
    pub fn of_samples(
        size: (u32, u32),
        color: Color,
        luma: Vec<u8>,
        blue: Vec<u8>,
        red: Vec<u8>,
    ) -> Option<Frame> {
        let (width, height) = size;
        let all = width as usize * height as usize;
        let fits = width.is_multiple_of(2) && height.is_multiple_of(2) && all > 0;
        (fits && luma.len() == all && blue.len() == all / 4 && red.len() == all / 4).then_some(Frame {
            index: 0,
            seconds: 0.0,
            width,
            height,
            color,
            luma,
            chroma: [blue, red],
        })
    }

    /// A picture as a frame; an odd last row or column is left out. Color differences lie where H.264 has them if nothing is said: on every second
    /// column, between two rows.
    pub fn of_picture(picture: &RgbImage, color: Color) -> Option<Frame> {
        let (width, height) = (picture.width() & !1, picture.height() & !1);
        let encoder = color.encoder();
        let stride = picture.width() as usize * 3;
        let row = |y: usize| &picture.as_raw()[y * stride..y * stride + width as usize * 3];
        let pixel = |row: &[u8], x: usize| {
            let p = &row[3 * x..3 * x + 3];
            [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])]
        };
        let mut luma = Vec::with_capacity((width * height) as usize);
        for y in 0..height as usize {
            luma.extend(
                row(y)
                    .chunks_exact(3)
                    .map(|p| encoder.luma([f32::from(p[0]), f32::from(p[1]), f32::from(p[2])])),
            );
        }
        let quarter = (width * height / 4) as usize;
        let (mut blue, mut red) = (Vec::with_capacity(quarter), Vec::with_capacity(quarter));
        for y in (0..height as usize).step_by(2) {
            let (upper, lower) = (row(y), row(y + 1));
            for x in (0..width as usize).step_by(2) {
                let mut sum = [0.0f32; 3];
                for (at, weight) in [(x.saturating_sub(1), 0.125), (x, 0.25), (x + 1, 0.125)] {
                    let (a, b) = (pixel(upper, at), pixel(lower, at));
                    (0..3).for_each(|c| sum[c] += weight * (a[c] + b[c]));
                }
                let [u, v] = encoder.differences(sum);
                blue.push(u);
                red.push(v);
            }
        }
        Frame::of_samples((width, height), color, luma, blue, red)
    }

    /// The whole frame, H×W×3 sRGB; color differences are interpolated as players do.
    pub fn picture(&self) -> RgbImage {
        let (width, height) = (self.width as usize, self.height as usize);
        let mut bytes = vec![0u8; width * height * 3];
        let decoder = self.color.decoder();
        let half = width / 2;
        let mut line = [vec![0i32; half + 1], vec![0i32; half + 1]];
        for (y, out) in bytes.chunks_exact_mut(width * 3).enumerate() {
            let near = y / 2;
            let far =
                if y.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(height / 2 - 1) };
            for (line, plane) in line.iter_mut().zip(&self.chroma) {
                let (near, far) = (&plane[near * half..][..half], &plane[far * half..][..half]);
                for (v, (a, b)) in line.iter_mut().zip(near.iter().zip(far)) {
                    *v = 3 * i32::from(*a) + i32::from(*b);
                }
                line[half] = line[half - 1];
            }
            let luma = &self.luma[y * width..][..width];
            let [blue, red] = &line;
            for (x, (pair, luma)) in out.chunks_exact_mut(6).zip(luma.chunks_exact(2)).enumerate() {
                let (u, v) = ([2 * blue[x], blue[x] + blue[x + 1]], [2 * red[x], red[x] + red[x + 1]]);
                pair[..3].copy_from_slice(&decoder.rgb(i32::from(luma[0]) << 3, u[0], v[0], 3));
                pair[3..].copy_from_slice(&decoder.rgb(i32::from(luma[1]) << 3, u[1], v[1], 3));
            }
        }
        #[expect(clippy::expect_used, reason = "the buffer was made with exactly this size")]
        RgbImage::from_raw(self.width, self.height, bytes).expect("sizes agree")
    }

    /// A part of the frame, made smaller by averages of `shrink` × `shrink` pixels; what does not fill one is left out. `window` is x, y, width, height in
    /// pixels of the frame, x and y multiples of `shrink` and even.
    pub fn small(&self, window: [u32; 4], shrink: u32) -> RgbImage {
        let [left, top, width, height] = window.map(|v| v as usize);
        let step = shrink.max(1) as usize;
        let (columns, rows) = (width / step, height / step);
        let decoder = self.color.decoder();
        let mut bytes = Vec::with_capacity(columns * rows * 3);
        let (stride, half) = (self.width as usize, self.width as usize / 2);
        let mean = |plane: &[u8], stride: usize, x: usize, y: usize, n: usize| {
            let mut sum = 0u32;
            for row in 0..n {
                let row = &plane[(y + row) * stride + x..][..n];
                sum += row.iter().map(|v| u32::from(*v)).sum::<u32>();
            }
            ((sum << 3) / (n * n) as u32) as i32
        };
        for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
            let (x, y) = (left + x * step, top + y * step);
            let luma = mean(&self.luma, stride, x, y, step);
            let n = (step / 2).max(1);
            let [u, v] = [0, 1].map(|c: usize| mean(&self.chroma[c], half, x / 2, y / 2, n));
            bytes.extend(decoder.rgb(luma, u, v, 3));
        }
        #[expect(clippy::expect_used, reason = "the buffer was made with exactly this size")]
        RgbImage::from_raw(columns as u32, rows as u32, bytes).expect("sizes agree")
    }
}
