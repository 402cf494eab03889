//! A picture with depth as a camera sees it that has moved a little. Knows no product and no film.
//!
//! Nearness is the depth of one chosen plane divided by a point's depth: 1 on that plane, 0 in the sky, more in front; on flat ground it runs evenly through the picture.
//! A camera that moves without turning, aimed with a shifted lens (so that upright edges stay upright), takes a point p of nearness r to
//! `to + zoom · ((p − from) − slide · (r − 1)) / (1 − push · r)`: a similarity for all that is on the plane.

use image::RgbImage;

use super::plane::Plane;

/// Where the camera is, as seen on the plane of nearness 1. Lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// The point of the picture that the camera is aimed at …
    pub from: [f32; 2],
    /// … and where it is in the frame.
    pub to: [f32; 2],
    /// Focal length, as a factor.
    pub zoom: f32,
    /// How far the camera went aside, in pixels of the plane: right and down.
    pub slide: [f32; 2],
    /// How far it went toward the plane, as a share of its distance; below 1.
    pub push: f32,
}

impl Pose {
    /// Frame pixels for each pixel of the picture on the plane.
    pub fn scale(&self) -> f32 {
        self.zoom / (1.0 - self.push)
    }

    /// Where a point of the picture is seen whose nearness is `near`.
    pub fn place(&self, point: [f32; 2], near: f32) -> [f32; 2] {
        let scale = self.zoom / (1.0 - self.push * near);
        std::array::from_fn(|i| {
            self.to[i] + scale * ((point[i] - self.from[i]) - self.slide[i] * (near - 1.0))
        })
    }

    /// Which point of the picture is seen at a place of the frame, if its nearness is `near`.
    pub fn seen(&self, place: [f32; 2], near: f32) -> [f32; 2] {
        let scale = (1.0 - self.push * near) / self.zoom;
        std::array::from_fn(|i| self.from[i] + self.slide[i] * (near - 1.0) + scale * (place[i] - self.to[i]))
    }
}

/// Pixels of the frame between two places whose source is worked out; the rest lie between them.
const GRID: usize = 8;
/// Rounds in which a place's source and its nearness are brought to agree.
const ROUNDS: usize = 6;
/// Fixed point of a source coordinate.
const ONE: f32 = 256.0;

/// The frame of `size` (width, height), H×W×3, u8, sRGB. `picture`: the same, of any size; `near`: its nearness at any smaller size. What lies beyond the picture's border is
/// its border. Between pixels sRGB is read as if it were linear: neighbors are much alike, and a film has millions of them.
pub fn view(picture: &RgbImage, near: &Plane, pose: &Pose, size: (u32, u32)) -> RgbImage {
    let (width, height) = (size.0 as usize, size.1 as usize);
    let columns = width.div_ceil(GRID) + 1;
    let line = |row: usize| -> Vec<[f32; 2]> {
        (0..columns)
            .map(|column| source(picture, near, pose, [(column * GRID) as f32, (row * GRID) as f32]))
            .collect()
    };
    let mut bytes = vec![0u8; width * height * 3];
    let mut upper = line(0);
    for (band, rows) in bytes.chunks_mut(GRID * width * 3).enumerate() {
        let lower = line(band + 1);
        for (j, row) in rows.chunks_exact_mut(width * 3).enumerate() {
            let down = (j as f32 + 0.5) / GRID as f32;
            let mixed = |i: usize| -> [f32; 2] {
                std::array::from_fn(|c| upper[i][c] + (lower[i][c] - upper[i][c]) * down)
            };
            let mut left = mixed(0);
            for (i, cells) in row.chunks_mut(GRID * 3).enumerate() {
                let right = mixed(i + 1);
                let step: [f32; 2] = std::array::from_fn(|c| (right[c] - left[c]) / GRID as f32);
                read(picture, [left[0] + 0.5 * step[0], left[1] + 0.5 * step[1]], step, cells);
                left = right;
            }
        }
        upper = lower;
    }
    #[expect(clippy::expect_used, reason = "the buffer was made with exactly this size")]
    RgbImage::from_raw(size.0, size.1, bytes).expect("sizes agree")
}

/// The point of the picture that is seen at a place of the frame.
fn source(picture: &RgbImage, near: &Plane, pose: &Pose, place: [f32; 2]) -> [f32; 2] {
    let scale = [near.width as f32 / picture.width() as f32, near.height as f32 / picture.height() as f32];
    let mut point = pose.seen(place, 1.0);
    for _ in 0..ROUNDS {
        point = pose.seen(place, near.sample(point[0] * scale[0], point[1] * scale[1]));
    }
    point
}

/// Reads up to [`GRID`] pixels along a line of the picture, between its pixels by two.
fn read(picture: &RgbImage, start: [f32; 2], step: [f32; 2], out: &mut [u8]) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let data = picture.as_raw();
    let stride = width * 3;
    // All places at once, which a processor does several at a time.
    let places = |c: usize, count: usize| -> [usize; GRID] {
        let most = (count - 1) as i32 * ONE as i32;
        let place = |k: usize| ((start[c] + step[c] * k as f32 - 0.5) * ONE + 0.5) as i32;
        std::array::from_fn(|k| place(k).clamp(0, most) as usize)
    };
    let (xs, ys) = (places(0, width), places(1, height));
    for (pixel, (x, y)) in out.chunks_exact_mut(3).zip(xs.into_iter().zip(ys)) {
        let (column, row) = (x >> 8, y >> 8);
        let part = [(x & 255) as u32, (y & 255) as u32];
        let at = row * stride + column * 3;
        let below = if row + 1 < height { at + stride } else { at };
        // Known lengths: no sample is checked by itself.
        let pair = |from: usize| data[from..].first_chunk::<6>().filter(|_| column + 1 < width);
        match (pair(at), pair(below)) {
            (Some(upper), Some(lower)) => {
                pixel[0] = between([upper[0], upper[3], lower[0], lower[3]], part);
                pixel[1] = between([upper[1], upper[4], lower[1], lower[4]], part);
                pixel[2] = between([upper[2], upper[5], lower[2], lower[5]], part);
            }
            // The last column has no neighbor but itself.
            _ => {
                for (c, value) in pixel.iter_mut().enumerate() {
                    let (upper, lower) = (data[at + c], data[below + c]);
                    *value = between([upper, upper, lower, lower], part);
                }
            }
        }
    }
}

/// What lies between four samples, the upper two first, by parts of 256 to the right and down.
#[inline(always)]
fn between([a, b, c, d]: [u8; 4], [across, down]: [u32; 2]) -> u8 {
    let mix = |left: u8, right: u8| u32::from(left) * (256 - across) + u32::from(right) * across;
    ((mix(a, b) * (256 - down) + mix(c, d) * down + (1 << 15)) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const STILL: Pose = Pose { from: [40.0, 30.0], to: [40.0, 30.0], zoom: 1.0, slide: [0.0; 2], push: 0.0 };

    /// A white dot on black.
    fn dot(x: u32, y: u32) -> RgbImage {
        RgbImage::from_fn(80, 60, |i, j| {
            Rgb([if i.abs_diff(x) < 2 && j.abs_diff(y) < 2 { 255 } else { 0 }; 3])
        })
    }

    /// The middle of what is white.
    fn middle(picture: &RgbImage) -> [f32; 2] {
        let mut sum = [0.0f32; 3];
        for (x, y, pixel) in picture.enumerate_pixels() {
            let light = f32::from(pixel[0]);
            sum = [sum[0] + light * (x as f32 + 0.5), sum[1] + light * (y as f32 + 0.5), sum[2] + light];
        }
        [sum[0] / sum[2], sum[1] / sum[2]]
    }

    #[test]
    fn a_camera_that_has_not_moved_sees_the_picture() {
        let picture = RgbImage::from_fn(80, 60, |x, y| Rgb([x as u8 * 3, y as u8 * 4, (x * y % 251) as u8]));
        let seen = view(&picture, &Plane::filled(20, 15, 0.6), &STILL, (80, 60));
        assert!(seen == picture, "some pixel differs");
    }

    #[test]
    fn points_move_as_their_nearness_says() {
        let pose = Pose { slide: [8.0, -3.0], push: 0.1, zoom: 1.05, ..STILL };
        for near in [0.0f32, 0.5, 1.0, 1.4] {
            let seen = middle(&view(&dot(50, 20), &Plane::filled(20, 15, near), &pose, (80, 60)));
            let meant = pose.place([50.5, 20.5], near);
            let off = (seen[0] - meant[0]).hypot(seen[1] - meant[1]);
            assert!(off < 0.2, "{near}: {seen:?} {meant:?}");
            let back = pose.seen(meant, near);
            assert!((back[0] - 50.5).abs() < 1e-3 && (back[1] - 20.5).abs() < 1e-3);
        }
    }

    #[test]
    fn beyond_the_border_is_the_border() {
        let picture = RgbImage::from_pixel(80, 60, Rgb([7, 8, 9]));
        let pose = Pose { to: [-500.0, 900.0], ..STILL };
        assert!(
            view(&picture, &Plane::filled(2, 2, 1.0), &pose, (31, 17)).pixels().all(|p| p.0 == [7, 8, 9])
        );
    }
}
