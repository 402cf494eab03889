//! From master pixels to points on the template's ground and back. Knows no product.

use crate::domain::{Camera, Placement, Plate, PlateCrop};

/// How a master looks at its template's ground.
#[derive(Clone, Debug)]
pub(super) struct GroundView<'a> {
    camera: &'a Camera,
    crop: &'a PlateCrop,
    /// Master pixels for each plate pixel.
    zoom: f32,
    master_width: f32,
    /// World point (x, y) under the foot, meters.
    foot: [f32; 2],
    /// Master pixels for each meter at the foot.
    pub(super) scale: f32,
    /// Sine of the angle at which the camera looks down on the foot.
    pub(super) sin_pitch: f32,
}

impl<'a> GroundView<'a> {
    /// The view of `placement`; `None` if it has no crop or its foot is not on the ground.
    pub(super) fn new(plate: &'a Plate, placement: &'a Placement) -> Option<Self> {
        let crop = placement.plate.as_ref()?;
        let camera = &plate.template.camera;
        let zoom = placement.width as f32 / crop.width;
        let mut view = GroundView {
            camera,
            crop,
            zoom,
            master_width: placement.width as f32,
            foot: [0.0; 2],
            scale: 1.0,
            sin_pitch: 0.0,
        };
        view.foot = view.world(placement.stand.foot)?;
        let world = [view.foot[0], view.foot[1], 0.0];
        let (_, depth) = camera.project(world);
        view.scale = camera.fx / depth * zoom;
        view.sin_pitch = camera.pitch_to(world).to_radians().sin().max(0.02);
        Some(view)
    }

    /// How far from the camera the foot is, in meters along the view.
    pub(super) fn foot_depth(&self) -> f32 {
        self.camera.project([self.foot[0], self.foot[1], 0.0]).1
    }

    /// Master pixel → world point on the ground (x, y) in meters; `None` above the horizon.
    fn world(&self, master: [f32; 2]) -> Option<[f32; 2]> {
        let x = if self.crop.mirrored { self.master_width - master[0] } else { master[0] };
        unproject(self.camera, [self.crop.x + x / self.zoom, self.crop.y + master[1] / self.zoom])
    }

    /// Master pixel → ground point relative to the foot in object pixels (right, away), as the master shows it; `None` above the horizon.
    pub(super) fn object(&self, master: [f32; 2]) -> Option<[f32; 2]> {
        let world = self.world(master)?;
        let side = if self.crop.mirrored { -1.0 } else { 1.0 };
        Some([side * (world[0] - self.foot[0]) * self.scale, (world[1] - self.foot[1]) * self.scale])
    }
}

/// Plate pixel → the ground point (x, y) in meters that it shows if nothing is in the way; `None` above the horizon.
pub(super) fn unproject(camera: &Camera, plate: [f32; 2]) -> Option<[f32; 2]> {
    let ray = [(plate[0] - camera.cx) / camera.fx, (plate[1] - camera.cy) / camera.fy, 1.0];
    let r = &camera.rotation;
    // The rotation takes world to camera, so its transpose takes the ray back.
    let world: [f32; 3] = std::array::from_fn(|i| r[i] * ray[0] + r[3 + i] * ray[1] + r[6 + i] * ray[2]);
    if world[2] > -1e-4 {
        return None;
    }
    let t = -camera.position[2] / world[2];
    Some([camera.position[0] + t * world[0], camera.position[1] + t * world[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        // 1.5 m before the origin, 0.36 m up, looking 8.5° down.
        let (sin, cos) = 8.5f32.to_radians().sin_cos();
        Camera {
            fx: 5800.0,
            fy: 5800.0,
            cx: 1280.0,
            cy: 1024.0,
            position: [0.0, -1.5, 0.36],
            rotation: [1.0, 0.0, 0.0, 0.0, -sin, -cos, 0.0, cos, -sin],
            focus_m: 1.5,
            f_stop: 2.8,
        }
    }

    #[test]
    fn projecting_a_ground_point_and_back_is_the_identity() {
        let camera = camera();
        for point in [[0.0, 0.0], [0.2, -0.1], [-0.15, 0.4]] {
            let (pixel, depth) = camera.project([point[0], point[1], 0.0]);
            assert!(depth > 1.0);
            let back = unproject(&camera, pixel).unwrap();
            assert!((back[0] - point[0]).abs() < 1e-3 && (back[1] - point[1]).abs() < 1e-3, "{back:?}");
        }
    }

    #[test]
    fn the_sky_is_not_ground() {
        assert!(unproject(&camera(), [1280.0, -200.0]).is_none());
    }
}
