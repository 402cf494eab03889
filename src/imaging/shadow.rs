//! Light that a body keeps from the ground: cast shadow and ambient occlusion, from its silhouette alone. Knows no template and no picture.
//!
//! The body is the silhouette given a depth: at distance y from its middle plane the silhouette is narrowed by a superellipse, which lies between a
//! box and a turned body. Units are object pixels: canvas pixels at the foot. Ground coordinates: X right, Y away from the camera; the foot's
//! middle is (0, 0); v is height above the ground.

use super::plane::Plane;

/// Rows of the silhouette that the shadow is made from: penumbras blur finer detail away.
const SILHOUETTE_ROWS: usize = 192;
/// Standard deviations of the blur levels, in silhouette pixels.
const LEVELS: [f32; 7] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// Samples along each ray through the body.
const STEPS: usize = 10;
/// Exponent of the superellipse that gives the body its depth.
const SQUARENESS: f32 = 3.0;

/// A body standing on the ground.
#[derive(Clone, Debug)]
pub struct Body {
    /// Blurred silhouettes, sharpest first; each has the same size and a margin of empty pixels on all sides.
    levels: Vec<Plane>,
    /// Silhouette pixels for each object pixel.
    scale: f32,
    /// Silhouette coordinates of the foot's middle.
    origin: [f32; 2],
    /// Extent of the body: left, right, up; object pixels.
    extent: [f32; 3],
    /// Half of the depth, object pixels.
    half_depth: f32,
}

impl Body {
    /// A body from coverage `alpha` on the canvas; `foot` is the middle of its base there, `half_depth` in object pixels.
    /// `None` if nothing is visible.
    pub fn new(alpha: &Plane, foot: [f32; 2], half_depth: f32) -> Option<Body> {
        let (width, height) = (alpha.width as f32, alpha.height as f32);
        let up = (foot[1] + half_depth * 0.2).min(height);
        if alpha.data.is_empty() || up <= 1.0 {
            return None;
        }
        let scale = (SILHOUETTE_ROWS as f32 / height).min(1.0);
        let margin = 3.0 * LEVELS[LEVELS.len() - 1];
        let columns = (width * scale + 2.0 * margin).ceil() as usize;
        let rows = (height * scale + 2.0 * margin).ceil() as usize;
        let mut sharp = Plane::filled(columns, rows, 0.0);
        let prefiltered = alpha.blurred(0.45 / scale);
        for row in 0..rows {
            for column in 0..columns {
                let x = (column as f32 + 0.5 - margin) / scale;
                let y = (row as f32 + 0.5 - margin) / scale;
                if x > 0.0 && y > 0.0 && x < width && y < height {
                    sharp.data[row * columns + column] = prefiltered.sample(x, y);
                }
            }
        }
        let levels = LEVELS.iter().map(|&sigma| sharp.blurred(sigma)).collect();
        Some(Body {
            levels,
            scale,
            origin: [foot[0] * scale + margin, foot[1] * scale + margin],
            extent: [-foot[0], width - foot[0], foot[1]],
            half_depth: half_depth.max(1.0),
        })
    }

    /// Coverage of the silhouette at (u right, v up) object pixels, blurred by `sigma` object pixels.
    fn coverage(&self, u: f32, v: f32, sigma: f32) -> f32 {
        let level = (sigma * self.scale / LEVELS[0]).max(1.0).log2().min((LEVELS.len() - 1) as f32);
        let (low, part) = (level.floor() as usize, level.fract());
        let (x, y) = (self.origin[0] + u * self.scale, self.origin[1] - v * self.scale);
        let sharp = self.levels[low].sample(x, y);
        if part < 0.01 { sharp } else { sharp * (1.0 - part) + self.levels[low + 1].sample(x, y) * part }
    }

    /// How much the superellipse narrows the silhouette at depth `y`; 0 outside.
    fn narrowing(&self, y: f32) -> f32 {
        let t = (y / self.half_depth).abs();
        if t >= 1.0 { 0.0 } else { (1.0 - t.powf(SQUARENESS)).powf(1.0 / SQUARENESS) }
    }

    /// 0..1: how much of the light in direction `light` (unit: right, away, up) is kept from the ground point (`x`, `y`).
    /// `softness` is the tangent of half the angle under which the light is seen.
    pub fn occlusion(&self, x: f32, y: f32, light: [f32; 3], softness: f32) -> f32 {
        let [dx, dy, dz] = light;
        if dz <= 0.01 {
            return 0.0;
        }
        let reach = self.half_depth + 2.0 * softness * self.extent[2];
        let slack = 2.0 * softness * self.extent[2];
        let mut near = 0.0f32;
        let mut far = self.extent[2] / dz + slack;
        for (origin, direction, low, high) in
            [(x, dx, self.extent[0] - slack, self.extent[1] + slack), (y, dy, -reach, reach)]
        {
            if direction.abs() < 1e-3 {
                if origin < low || origin > high {
                    return 0.0;
                }
                continue;
            }
            let (a, b) = ((low - origin) / direction, (high - origin) / direction);
            near = near.max(a.min(b));
            far = far.min(a.max(b));
        }
        if far <= near {
            return 0.0;
        }
        let step = (far - near) / STEPS as f32;
        let mut most = 0.0f32;
        for i in 0..STEPS {
            let t = near + (i as f32 + 0.5) * step;
            most =
                most.max(self.density_at(x + t * dx, y + t * dy, t * dz, 0.6 * softness * t + 0.35 * step));
        }
        most
    }

    /// Blurred presence of the body at a point in space.
    fn density_at(&self, x: f32, y: f32, v: f32, sigma: f32) -> f32 {
        // Outside its depth the body fades out over the blur, as its edges do sideways.
        let over = (y.abs() - self.half_depth * 0.9).max(0.0);
        let fade = (1.0 - over / (2.0 * sigma + 0.1 * self.half_depth)).clamp(0.0, 1.0);
        if fade <= 0.0 {
            return 0.0;
        }
        let narrow = self.narrowing(y.clamp(-0.9 * self.half_depth, 0.9 * self.half_depth)).max(0.3);
        fade * self.coverage(x / narrow, v.max(0.0), sigma)
    }

    /// 0..1: whether the body stands on the ground point (`x`, `y`): the silhouette's lowest part, narrowed by depth.
    pub fn footprint(&self, x: f32, y: f32) -> f32 {
        let narrow = self.narrowing(y);
        if narrow <= 0.0 {
            return 0.0;
        }
        let u = x / narrow.max(0.3);
        let low = 0.025 * self.extent[2];
        self.coverage(u, low, low * 0.5).max(self.coverage(u, 2.5 * low, low) * 0.7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 100 wide, 300 high box whose foot is the canvas point (150, 300).
    fn body() -> Body {
        let mut alpha = Plane::filled(300, 300, 0.0);
        for y in 0..300 {
            alpha.data[y * 300 + 100..y * 300 + 200].fill(1.0);
        }
        Body::new(&alpha, [150.0, 300.0], 40.0).unwrap()
    }

    const FROM_LEFT: [f32; 3] = [-std::f32::consts::FRAC_1_SQRT_2, 0.0, std::f32::consts::FRAC_1_SQRT_2];

    #[test]
    fn the_shadow_falls_away_from_the_light_and_is_as_long_as_the_body_is_high() {
        let body = body();
        assert!(body.occlusion(150.0, 0.0, FROM_LEFT, 0.02) > 0.9);
        assert!(body.occlusion(-150.0, 0.0, FROM_LEFT, 0.02) < 0.02);
        assert!(
            body.occlusion(320.0, 0.0, FROM_LEFT, 0.02) > 0.5,
            "300 high at 45 degrees from the right edge at 50"
        );
        assert!(body.occlusion(420.0, 0.0, FROM_LEFT, 0.02) < 0.1);
    }

    #[test]
    fn the_penumbra_grows_with_distance() {
        let body = body();
        let slope = |x: f32| {
            let edge = |y: f32| body.occlusion(x, y, FROM_LEFT, 0.2);
            (0..80).map(|i| edge(i as f32 * 2.0)).filter(|o| (0.1..0.9).contains(o)).count()
        };
        assert!(slope(250.0) > slope(80.0), "{} {}", slope(250.0), slope(80.0));
    }

    #[test]
    fn the_footprint_is_the_base() {
        let body = body();
        assert!(body.footprint(0.0, 0.0) > 0.95 && body.footprint(40.0, 20.0) > 0.9);
        assert!(body.footprint(80.0, 0.0) < 0.05 && body.footprint(0.0, 60.0) < 0.01);
    }
}
