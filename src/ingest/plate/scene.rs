//! A reading as a scene template with its maps. Knows no file: encoded pictures come in as names and digests.

use image::{GrayImage, ImageBuffer, Luma};

use super::Reading;
use crate::domain::{
    Ambient, Anchor, Camera, GrayCard, GroundKind, GroundPlane, KeySide, Light, PlateFiles, SceneTemplate,
    ShadowProbe,
};

/// How far a camera that shows products looks down (5–15° are usual).
const USUAL_PITCH_DEG: f32 = 8.5;
/// Products stand this far from the surface's back edge to the picture's lower border.
const STANDS: f32 = 0.4;
/// Sizes relative to the width seen at the anchor, as in the bundled scenes: product heights, free ground, free air.
pub(super) const SIZES: [f32; 2] = [0.09, 0.57];
const FREE: [f32; 2] = [0.36, 0.7];
/// How well a gray card is exposed where nothing was measured, linear: the middle of the bundled plates.
const EXPOSED: f32 = 0.2;
/// A large soft light and what it leaves in a shadow, as in the bundled indoor scenes.
const SOFT_LIGHT_DEG: f32 = 20.0;
const KEY_SHARE: f32 = 0.6;
const SHADOW: f32 = 0.5;
/// Where a depth map has no ground.
const SKY: u16 = u16::MAX;
/// Meters for each step of a depth map.
pub const DEPTH_UNIT_M: f32 = 0.001;

/// What a template is called and for whom it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Naming {
    /// Name on the command line.
    pub name: String,
    /// English title.
    pub title_en: String,
    /// Chinese title.
    pub title_zh: String,
    /// Words that find it.
    pub keywords_en: Vec<String>,
    /// Chinese words that find it.
    pub keywords_zh: Vec<String>,
    /// Categories it suits.
    pub categories: Vec<String>,
}

/// The maps of a template at half size.
#[derive(Clone, Debug)]
pub struct Maps {
    /// Planar depth in units of [`DEPTH_UNIT_M`]; 65535 where there is no ground.
    pub depth: ImageBuffer<Luma<u16>, Vec<u16>>,
    /// 255 where the standing surface is seen.
    pub ground: GrayImage,
}

/// Where the horizon usually lies, as a fraction of the height; always above the ground's back edge.
pub(super) fn usual_horizon(focal_mm: f32, back: f32, aspect: f32) -> f32 {
    let focal = focal_mm / 36.0 * aspect;
    (0.5 - focal * USUAL_PITCH_DEG.to_radians().tan()).min(back - 0.05)
}

/// The camera that sees the place where products stand, at the world's origin, as read; for a picture `width` × `height` pixels large.
fn camera(reading: &Reading, width: f32, height: f32) -> Camera {
    let focal = reading.focal_mm / 36.0 * width;
    let pitch = ((height / 2.0 - reading.horizon.value * height) / focal).atan();
    let back = reading.back();
    let anchor = (back + STANDS * (1.0 - back)) * height;
    let depth = focal * reading.width_m.value / width;
    let down = (anchor - height / 2.0) / focal * depth;
    let (sin, cos) = pitch.sin_cos();
    Camera {
        fx: focal,
        fy: focal,
        cx: width / 2.0,
        cy: height / 2.0,
        position: [0.0, sin * down - cos * depth, cos * down + sin * depth],
        rotation: [1.0, 0.0, 0.0, 0.0, -sin, -cos, 0.0, cos, -sin],
        focus_m: depth,
        f_stop: 4.0,
    }
}

/// The template of a reading. `files` names and proves the picture and its [`maps`].
pub fn template(reading: &Reading, naming: Naming, files: PlateFiles) -> SceneTemplate {
    let camera = camera(reading, files.width as f32, files.height as f32);
    let normal = [0.0, camera.rotation[5], camera.rotation[8]];
    let above = camera.position[2];
    let key = reading.cast.map(|v| v / reading.cast.iter().copied().fold(0.0, f32::max));
    let size = |share: f32| share * reading.width_m.value;
    SceneTemplate {
        schema: 1,
        name: naming.name,
        kind: "scene".into(),
        title_en: naming.title_en,
        title_zh: naming.title_zh,
        keywords_en: naming.keywords_en,
        keywords_zh: naming.keywords_zh,
        categories: naming.categories,
        ground_kind: reading.ground,
        plate: files,
        camera,
        ground_plane: ground_plane(reading.ground, normal, above),
        lights: vec![Light {
            name: "key".into(),
            direction: direction(reading.light.value),
            color: key,
            angular_diameter_deg: SOFT_LIGHT_DEG,
            share: KEY_SHARE,
        }],
        ambient: Ambient { color: [1.0; 3], share: 1.0 - KEY_SHARE },
        shadow: ShadowProbe { density: 1.0 - SHADOW, tint: [SHADOW; 3] },
        gray_card: GrayCard { color: reading.cast.map(|v| EXPOSED * v) },
        anchors: vec![Anchor {
            name: "center".into(),
            position: [0.0; 3],
            size_m: SIZES.map(size),
            free_radius_m: size(FREE[0]),
            max_height_m: size(FREE[1]),
        }],
    }
}

/// Toward the key light: from the side a little in front and well above, as in the bundled indoor scenes.
fn direction(side: KeySide) -> [f32; 3] {
    match side {
        KeySide::Left => [-0.7228, -0.3012, 0.6220],
        KeySide::Right => [0.7228, -0.3012, 0.6220],
        KeySide::Center => [0.0, -0.6, 0.8],
    }
}

fn ground_plane(kind: GroundKind, normal: [f32; 3], offset_m: f32) -> GroundPlane {
    let (reflectance, roughness) = match kind {
        GroundKind::Polished => (0.22, 0.14),
        GroundKind::Satin => (0.08, 0.40),
        GroundKind::Rough => (0.0, 0.95),
        GroundKind::Soft => (0.0, 1.0),
    };
    GroundPlane { normal, offset_m, reflectance, roughness }
}

/// The maps of a reading, half as large as its picture of `width` × `height` pixels.
pub fn maps(reading: &Reading, width: u32, height: u32) -> Maps {
    let camera = camera(reading, width as f32, height as f32);
    let (columns, rows) = ((width / 2).max(1), (height / 2).max(1));
    let edge = &reading.edge.value;
    let on_ground = |x: u32, y: u32| {
        let column = (x as usize * edge.len()) / columns as usize;
        let begins = edge.get(column).copied().unwrap_or(0.0);
        (y as f32 + 0.5) / rows as f32 >= begins
    };
    let [sin, cos] = [-camera.rotation[4], -camera.rotation[5]];
    let ground = GrayImage::from_fn(columns, rows, |x, y| Luma([if on_ground(x, y) { 255 } else { 0 }]));
    let depth = ImageBuffer::from_fn(columns, rows, |x, y| {
        let slope = ((y as f32 + 0.5) / rows as f32 * 2.0 * camera.cy - camera.cy) / camera.fy;
        let falls = cos * slope + sin;
        let far = if falls > 1e-4 { camera.position[2] / falls / DEPTH_UNIT_M } else { f32::INFINITY };
        Luma([if on_ground(x, y) && far < f32::from(SKY) { far as u16 } else { SKY }])
    });
    Maps { depth, ground }
}
