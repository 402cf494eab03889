"""Linen bed seen from above: a rumpled sheet with folds that run together, pillows behind, low morning window light."""

import math

import numpy as np

from .. import outdoor, props, room
from ..nodes import plain
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.95, 0.875)
SKY_COLOR = (0.91, 0.95, 1.0)
SUN_FROM = (-0.80, 0.20, 0.50)
SUN_DIAMETER_DEG = 4.0
FLAX, PALE = (0.58, 0.525, 0.45), (0.66, 0.63, 0.575)
SEED = 17

SPEC = PlateSpec(
    name="linen-bed",
    title_en="Rumpled linen bed in morning light, from above",
    title_zh="晨光里的亚麻床品（俯拍）",
    keywords_en=("bed", "linen", "bedding", "sheet", "fabric", "textile", "flat lay", "from above", "lying flat", "pillow", "bedroom",
                 "morning", "window light", "soft", "cozy", "cream", "beige", "white", "sleep", "pajamas", "loungewear", "jewelry"),
    keywords_zh=("床", "亚麻", "床品", "床单", "布料", "织物", "平铺", "俯拍", "平放", "枕头", "卧室", "早晨", "窗光", "柔软",
                 "温馨", "奶油色", "米色", "白色", "睡眠", "家居服", "首饰"),
    categories=("fashion", "beauty", "toys", "electronics"),
    ground_kind="soft",
    reflectance=0.0,
    roughness=1.0,
    lights=(Light("window", SUN_FROM, KEY_COLOR, 18.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.08, 0.46), 0.26, 0.45),),
    camera=Camera(frame_height_m=0.72, vertical_fov_deg=20.0, pitch_deg=27.0, anchor_v=0.63, f_stop=2.8),
    exposure=1.3,
    samples=8,
    sharp_from_v=0.30,
    soft_divisor=2,
    soft_samples=12,
)

FOLDS = (                               # from, to, bow, height, width, all metres
    ((-0.85, 0.36), (-0.12, 0.20), 0.05, 0.026, 0.030),
    ((-0.85, 0.22), (-0.20, 0.10), -0.04, 0.022, 0.022),
    ((-0.80, 0.02), (-0.24, -0.02), 0.03, 0.018, 0.020),
    ((-0.20, 0.62), (0.46, 0.30), 0.06, 0.030, 0.034),
    ((0.02, 0.72), (0.62, 0.46), 0.04, 0.026, 0.028),
    ((0.90, 0.12), (0.26, 0.17), -0.05, 0.024, 0.026),
    ((0.90, -0.06), (0.24, 0.03), 0.03, 0.020, 0.021),
    ((0.70, -0.42), (0.20, -0.13), -0.04, 0.024, 0.024),
    ((-0.62, -0.48), (-0.22, -0.17), 0.05, 0.022, 0.022),
    ((-0.30, -0.46), (0.12, -0.27), -0.03, 0.018, 0.020),
    ((-0.70, 0.80), (-0.05, 0.50), -0.05, 0.026, 0.030),
)


def build(collection) -> None:
    linen = props.cloth("linen", FLAX, 0.2)
    _sheet(collection, linen)
    _pillows(collection)
    _light(collection)


def _fold(x, y, start, end, bow, height, width):
    """A ridge along a bowed line, steeper on one side, with the slack it took from beside it."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / length**2
    side = (-(x - start[0]) * dy + (y - start[1]) * dx) / length - bow * np.sin(np.pi * np.clip(along, 0, 1)) ** 2
    side = side + 0.010 * fbm(x, y, 0.16, 2, SEED + 40)
    spread = width * (0.55 + 0.75 * np.clip(along, 0, 1))
    taper = smoothstep(1.02, 0.40, along) * smoothstep(0.0, 0.30, along)
    steep = side * (1.35 + 0.45 * np.tanh(side / (0.5 * spread)))
    ridge = 1 / np.cosh(np.clip(steep / spread, -20, 20)) ** 2
    valley = np.exp(-(((side - 1.7 * spread) / (1.1 * spread)) ** 2))
    return height * taper * (ridge - 0.35 * valley)


def _creases(x, y, size, turn, seed, stretch=0.26):
    """Rounded-crested wrinkles that run along one direction, each fading out after a while."""
    u = x * math.cos(turn) + y * math.sin(turn)
    v = -x * math.sin(turn) + y * math.cos(turn)
    bend = 0.5 * size * fbm(u, v, size * 2.5, 1, seed)
    crest = (1 - np.sqrt(fbm(u * stretch, v + bend, size, 1, seed + 5) ** 2 + 0.003)) ** 3
    return crest * smoothstep(-0.35, 0.45, fbm(u * 0.5, v, size * 1.8, 1, seed + 9))


def sheet_height(x, y):
    calm = 1 - 0.93 * np.exp(-(((x / 0.25) ** 2 + (y / 0.19) ** 2) ** 2))
    z = sum(_fold(x, y, *fold) for fold in FOLDS)
    z = z + 0.020 * _creases(x, y, 0.26, -0.35, SEED + 7)
    z = z + 0.012 * _creases(x, y, 0.15, 0.55, SEED + 19)
    z = z + 0.0045 * _creases(x, y, 0.075, -0.15, SEED + 31, 0.2)
    return z * calm + 0.012 * fbm(x, y, 0.5, 1, SEED + 3) * calm


def _sheet(collection, linen) -> None:
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2], eye[1], -0.62, 1.5, 0.34, 760, 640)
    z = sheet_height(x, y)
    rest = np.median(z[np.hypot(x, y) < 0.08])
    mark_ground(outdoor.grid_object(collection, "sheet", x, y, z - rest, {}, linen))


def _pillow(collection, material, place, turn, lean, seed):
    """A filled case: thick in the middle, pinched at the corners, creased where it is pulled."""
    u, v = np.meshgrid(np.linspace(-1, 1, 140), np.linspace(-1, 1, 110), indexing="ij")
    swell = ((1 - u**4) * (1 - v**4)).clip(0) ** 0.55
    radial = np.hypot(np.abs(u) - 1, np.abs(v) - 1)
    crease = 0.010 * _creases(u * 0.3, v * 0.3, 0.09, 0.8, seed, 0.42) * smoothstep(1.4, 0.3, radial) * swell
    pinch = 1 - 0.07 * (u**2 * v**2)
    for face in (-1, 1):
        thick = face * (0.085 * swell + crease)
        part = outdoor.grid_object(collection, "pillow", 0.36 * u * pinch, 0.24 * v * pinch, thick, {}, material)
        part.location, part.rotation_euler = place, (lean, 0, turn)


def _pillows(collection) -> None:
    pale = props.cloth("pillow case", PALE, 0.2)
    clay = props.cloth("clay case", (0.36, 0.25, 0.185), 0.2)
    _pillow(collection, pale, (-0.30, 0.98, 0.12), 0.10, 0.75, 3)
    _pillow(collection, pale, (0.50, 1.02, 0.13), -0.08, 0.80, 4)
    _pillow(collection, clay, (0.66, 0.80, 0.09), -0.35, 0.55, 5)
    room.panel(collection, "headboard", (4, 2), (0, 1.5, 0.8), plain("headboard", (0.34, 0.27, 0.20), 0.8), props.UPRIGHT)


def _light(collection) -> None:
    room.sun(collection, SUN_FROM, 3.6, KEY_COLOR, SUN_DIAMETER_DEG)
    room.sun_window(collection, -1.6, (-0.30, 0.85), (0.55, 1.55), (0.12, 0.48), (1.02,), 0.04)
    room.area_light(collection, "window", (-1.7, 0.35, 1.0), (0.1, 0, 0), (1.1, 1.1), 26, KEY_COLOR)
    room.area_light(collection, "room", (1.5, -1.6, 1.9), (0, 0.2, 0), (2.2, 2.0), 12, SKY_COLOR)
    room.world(SKY_COLOR, 0.17)
