//! A scene template: a rendered or photographed background with its camera, ground, lights and anchors. Data, not code. Knows no file system:
//! text and decoded buffers come in.

use image::{GrayImage, ImageBuffer, Luma, RgbImage};
use serde::{Deserialize, Serialize};

use super::Digest;

/// `template.toml` of a scene, schema 1. World frame: meters, x right, y away from the camera, z up, ground at z = 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneTemplate {
    /// Always 1.
    pub schema: u32,
    /// The name on the command line; equals its folder's.
    pub name: String,
    /// `scene`.
    pub kind: String,
    /// English title.
    pub title_en: String,
    /// Chinese title.
    pub title_zh: String,
    /// Lower-case English words a merchant would type.
    pub keywords_en: Vec<String>,
    /// Chinese words a merchant would type.
    pub keywords_zh: Vec<String>,
    /// The product categories it suits.
    pub categories: Vec<String>,
    /// What the ground is like.
    pub ground_kind: GroundKind,
    /// The picture and its maps.
    pub plate: PlateFiles,
    /// How it was seen.
    pub camera: Camera,
    /// The ground in camera space.
    pub ground_plane: GroundPlane,
    /// The lights, key first.
    #[serde(rename = "light")]
    pub lights: Vec<Light>,
    /// The light from everywhere else.
    pub ambient: Ambient,
    /// The measured shadow of a stand-in.
    pub shadow: ShadowProbe,
    /// The measured gray card.
    pub gray_card: GrayCard,
    /// Where things stand, best first.
    #[serde(rename = "anchor")]
    pub anchors: Vec<Anchor>,
}

/// What the standing surface does with light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroundKind {
    /// Mirrors clearly: polished stone.
    Polished,
    /// Mirrors softly: lacquered wood.
    Satin,
    /// Does not mirror: raw stone.
    Rough,
    /// Gives way: sand, cloth.
    Soft,
}

/// The plate's files, relative to the template's folder, with their digests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateFiles {
    /// sRGB JPEG.
    pub image: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// 16-bit gray PNG: planar camera-space z in units of `depth_unit_m`; 65535 is sky.
    pub depth: String,
    /// Meters for each step of the depth map.
    pub depth_unit_m: f32,
    /// 8-bit gray PNG: 255 where the standing surface is visible.
    pub ground: String,
    /// Digest of the image file.
    pub image_sha256: Digest,
    /// Digest of the depth file.
    pub depth_sha256: Digest,
    /// Digest of the ground file.
    pub ground_sha256: Digest,
}

/// An OpenCV pinhole: x right, y down, z forward; pixels of the full plate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Focal length in pixels, horizontally.
    pub fx: f32,
    /// Focal length in pixels, vertically.
    pub fy: f32,
    /// Principal point.
    pub cx: f32,
    /// Principal point.
    pub cy: f32,
    /// World position in meters.
    pub position: [f32; 3],
    /// Row-major world→camera: X_cam = R (X_world − position).
    pub rotation: [f32; 9],
    /// Distance of the plane in focus, in meters.
    pub focus_m: f32,
    /// Effective f-number for a 36 mm wide sensor.
    pub f_stop: f32,
}

impl Camera {
    /// World point (meters) → pixel of the full plate and planar depth z in meters. Behind the camera z ≤ 0 and the pixel is meaningless.
    pub fn project(&self, world: [f32; 3]) -> ([f32; 2], f32) {
        let d: [f32; 3] = std::array::from_fn(|i| world[i] - self.position[i]);
        let r = &self.rotation;
        let cam: [f32; 3] =
            std::array::from_fn(|i| r[i * 3] * d[0] + r[i * 3 + 1] * d[1] + r[i * 3 + 2] * d[2]);
        ([self.fx * cam[0] / cam[2] + self.cx, self.fy * cam[1] / cam[2] + self.cy], cam[2])
    }

    /// How far the camera looks down at a world point, in degrees; positive is down.
    pub fn pitch_to(&self, world: [f32; 3]) -> f32 {
        let d: [f32; 3] = std::array::from_fn(|i| world[i] - self.position[i]);
        (-d[2]).atan2(d[0].hypot(d[1])).to_degrees()
    }
}

/// The ground in camera space: n·X + d = 0, n points up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundPlane {
    /// Unit normal.
    pub normal: [f32; 3],
    /// d in meters.
    pub offset_m: f32,
    /// 0..1: how much of a mirror image shows at this view angle.
    pub reflectance: f32,
    /// 0 mirror .. 1 none.
    pub roughness: f32,
}

/// One light.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Light {
    /// `window`, `sky`, …
    pub name: String,
    /// Unit vector from the ground toward the light, world frame.
    pub direction: [f32; 3],
    /// Linear RGB, largest 1.
    pub color: [f32; 3],
    /// Size of the source seen from the anchor, in degrees.
    pub angular_diameter_deg: f32,
    /// Share of the anchor's ground irradiance that it gives.
    pub share: f32,
}

/// The light from everywhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambient {
    /// Linear RGB, largest 1.
    pub color: [f32; 3],
    /// Share of the anchor's ground irradiance that it gives.
    pub share: f32,
}

/// The shadow of a stand-in at the anchor, measured in the finished picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShadowProbe {
    /// 1 − ratio (with / without the stand-in, linearized) in the core of the cast shadow near the foot.
    pub density: f32,
    /// That ratio per channel.
    pub tint: [f32; 3],
}

/// An upright 18 % gray card facing the camera at the anchor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrayCard {
    /// Linearized sRGB of the finished picture.
    pub color: [f32; 3],
}

/// A place to stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// `center`, …
    pub name: String,
    /// World point on the ground, meters.
    pub position: [f32; 3],
    /// The product heights that look right here, meters.
    pub size_m: [f32; 2],
    /// Empty ground around it, meters.
    pub free_radius_m: f32,
    /// Free air above it, meters.
    pub max_height_m: f32,
}

/// H×W, row-major: planar depth in camera space, in steps of [`PlateFiles::depth_unit_m`]; 65535 is sky.
pub type DepthMap = ImageBuffer<Luma<u16>, Vec<u16>>;

/// A template with the pictures that the engine `plate` uses decoded.
#[derive(Clone, Debug)]
pub struct Plate {
    /// The data.
    pub template: SceneTemplate,
    /// Digest of `template.toml`'s bytes, which names the other files' digests: the identity of the whole template.
    pub digest: Digest,
    /// H×W×3, u8, sRGB.
    pub image: RgbImage,
    /// About half size, 255 = ground.
    pub ground: GrayImage,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A small valid template.
    pub(in crate::domain) fn template(name: &str) -> SceneTemplate {
        SceneTemplate {
            schema: 1,
            name: name.into(),
            kind: "scene".into(),
            title_en: name.into(),
            title_zh: name.into(),
            keywords_en: Vec::new(),
            keywords_zh: Vec::new(),
            categories: vec!["food".into()],
            ground_kind: GroundKind::Satin,
            plate: PlateFiles {
                image: "plate.jpg".into(),
                width: 2560,
                height: 2048,
                depth: "depth.png".into(),
                depth_unit_m: 0.001,
                ground: "ground.png".into(),
                image_sha256: Digest::of(b""),
                depth_sha256: Digest::of(b""),
                ground_sha256: Digest::of(b""),
            },
            camera: Camera {
                fx: 5800.0,
                fy: 5800.0,
                cx: 1280.0,
                cy: 1024.0,
                position: [0.0, -1.5, 0.36],
                rotation: [1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0],
                focus_m: 1.5,
                f_stop: 2.8,
            },
            ground_plane: GroundPlane {
                normal: [0.0, -1.0, 0.0],
                offset_m: 0.36,
                reflectance: 0.1,
                roughness: 0.4,
            },
            lights: vec![Light {
                name: "window".into(),
                direction: [-0.8, 0.2, 0.56],
                color: [1.0; 3],
                angular_diameter_deg: 20.0,
                share: 0.6,
            }],
            ambient: Ambient { color: [1.0; 3], share: 0.4 },
            shadow: ShadowProbe { density: 0.4, tint: [0.6; 3] },
            gray_card: GrayCard { color: [0.18; 3] },
            anchors: vec![Anchor {
                name: "center".into(),
                position: [0.0; 3],
                size_m: [0.06, 0.4],
                free_radius_m: 0.25,
                max_height_m: 0.5,
            }],
        }
    }

    #[test]
    fn a_template_round_trips_through_toml_and_unknown_keys_are_refused() {
        let text = toml::to_string(&template("x")).unwrap();
        assert_eq!(toml::from_str::<SceneTemplate>(&text).unwrap(), template("x"));
        assert!(toml::from_str::<SceneTemplate>(&format!("surprise = 1\n{text}")).is_err());
    }
}
