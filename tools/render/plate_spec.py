"""What a plate is, in numbers: the dataclasses that every scene module fills in, and its camera."""

import math
from dataclasses import dataclass

ASPECT = 1.25  # width / height of every plate
SENSOR_WIDTH_MM = 36.0

Vec3 = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """One light as a compositor needs it; `direction` points from the ground toward the light."""

    name: str
    direction: Vec3
    color: Vec3
    angular_diameter_deg: float
    share: float


@dataclass(frozen=True)
class Ambient:
    """The light that comes from everywhere else."""

    color: Vec3
    share: float


@dataclass(frozen=True)
class Anchor:
    """A place where a product may stand."""

    name: str
    position: Vec3
    size_m: tuple[float, float]
    free_radius_m: float
    max_height_m: float


@dataclass(frozen=True)
class Camera:
    """A long lens that looks down at the product's middle; the origin lies on the vertical center line."""

    frame_height_m: float = 0.55  # what the frame covers vertically at the origin's depth
    vertical_fov_deg: float = 20.0
    pitch_deg: float = 8.5  # downward tilt of the optical axis
    anchor_v: float = 0.74  # the origin's image, as a fraction of the frame's height from the top
    f_stop: float = 3.2
    focus_offset_m: float = 0.0  # beyond (+) or before (-) the origin's depth

    @property
    def depth(self) -> float:
        """Planar depth of the origin."""
        return self.frame_height_m / 2 / math.tan(math.radians(self.vertical_fov_deg) / 2)

    @property
    def focus_m(self) -> float:
        return self.depth + self.focus_offset_m

    @property
    def lens_mm(self) -> float:
        return SENSOR_WIDTH_MM / 2 / (math.tan(math.radians(self.vertical_fov_deg) / 2) * ASPECT)

    def disc_share(self, distance_m: float) -> float:
        """How wide a point at this distance is blurred, as a fraction of the frame's width."""
        lens_m = self.lens_mm / 1000
        disc_m = lens_m / self.f_stop * lens_m / (self.focus_m - lens_m) * abs(1 - self.focus_m / distance_m)
        return disc_m * 1000 / SENSOR_WIDTH_MM

    @property
    def rotation(self) -> tuple[Vec3, Vec3, Vec3]:
        """World to camera, rows right, down, forward (OpenCV)."""
        sin, cos = math.sin(math.radians(self.pitch_deg)), math.cos(math.radians(self.pitch_deg))
        return ((1.0, 0.0, 0.0), (0.0, -sin, -cos), (0.0, cos, -sin))

    @property
    def position(self) -> Vec3:
        """Where the camera is, so that the origin falls on (0.5, anchor_v)."""
        _, down, forward = self.rotation
        below = (self.anchor_v - 0.5) * self.frame_height_m
        x, y, z = (-(forward[i] * self.depth + down[i] * below) for i in range(3))
        return (x, y, z)

    def focal_px(self, width: int) -> float:
        return width * self.lens_mm / SENSOR_WIDTH_MM


@dataclass(frozen=True)
class PlateSpec:
    """Everything about a plate that is chosen rather than measured."""

    name: str
    title_en: str
    title_zh: str
    keywords_en: tuple[str, ...]
    keywords_zh: tuple[str, ...]
    categories: tuple[str, ...]
    ground_kind: str  # polished | satin | rough | soft
    reflectance: float
    roughness: float
    lights: tuple[Light, ...]
    ambient: Ambient
    anchors: tuple[Anchor, ...]
    camera: Camera = Camera()
    look: str = "AgX - Medium High Contrast"
    exposure: float = 0.0
    white_temperature_k: float = 6500.0  # 6500 K and tint 10 leave colors as they are
    white_tint: float = 10.0
    samples: int = 24
    max_bounces: int = 4
    sharp_from_v: float = 0.0  # above this fraction of the height all is blurred; 0 renders all at full size
    soft_divisor: int = 2  # the blurred part, or what is marked as far, is rendered this many times smaller …
    soft_samples: int = 0  # … with this many samples; 0 takes `samples`
    seed: int = 7
