"""Concrete ledge of a roof at dusk: lights of the city as soft discs far below, blue-hour sky, soft cool key."""

import numpy as np

from .. import mesh, outdoor, props, room, surfaces
from ..nodes import Shader, plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (0.93, 0.96, 1.0)
WARM, WHITE, RED = (1.0, 0.60, 0.28), (1.0, 0.88, 0.72), (1.0, 0.16, 0.08)
KEY_FROM = (-1.20, -0.55, 1.05)
FRONT_Y, BACK_Y, THICK = -0.27, 0.36, 0.14
FAR_Y, HORIZON_Z = 40.0, 0.4
SPARK_M = 0.20
TOWERS = (                              # x, half width, top, distance, share of lit windows
    (-7.2, 1.7, 2.3, 43.0, 0.24), (-4.3, 1.0, 0.9, 46.0, 0.20), (-1.9, 1.3, 1.5, 48.0, 0.14),
    (2.6, 1.1, 1.2, 47.0, 0.18), (5.2, 1.5, 2.6, 44.0, 0.26), (8.6, 1.2, 1.4, 46.0, 0.22),
)
SEED = 12

SPEC = PlateSpec(
    name="city-ledge",
    title_en="Concrete ledge above the city at dusk",
    title_zh="暮色城市天台混凝土台",
    keywords_en=("city", "urban", "night", "dusk", "blue hour", "evening", "lights", "bokeh", "skyline", "rooftop", "concrete",
                 "ledge", "gray", "blue", "street", "sneakers", "tech", "perfume", "nightlife", "cool"),
    keywords_zh=("城市", "都市", "夜晚", "黄昏", "蓝调时刻", "傍晚", "灯光", "光斑", "天际线", "天台", "混凝土", "水泥", "灰色",
                 "蓝色", "街头", "球鞋", "数码", "香水", "夜生活"),
    categories=("electronics", "fashion", "beauty", "food"),
    ground_kind="rough",
    reflectance=0.03,
    roughness=0.8,
    lights=(Light("evening sky", KEY_FROM, KEY_COLOR, 25.0, 0.6),),
    ambient=Ambient((0.86, 0.92, 1.0), 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.40), 0.24, 0.46),),
    camera=Camera(frame_height_m=0.55, vertical_fov_deg=20.0, pitch_deg=6.0, anchor_v=0.74, f_stop=2.5),
    exposure=0.4,
    white_temperature_k=7600.0,
    samples=8,
    sharp_from_v=0.60,
    soft_divisor=3,
    soft_samples=24,
)


def build(collection) -> None:
    _ledge(collection)
    _city(collection)
    _streets(collection)
    _light(collection)


def _ledge(collection) -> None:
    """Cast in two lengths with a joint between them, off to the right."""
    concrete = surfaces.cast_plaster("concrete", (0.30, 0.295, 0.285), 0.34, 0.75)
    depth = BACK_Y - FRONT_Y
    for left, right in ((-2.0, 0.262), (0.268, 2.0)):
        block = mesh.rounded_box("ledge", (right - left, depth, THICK), collection, concrete, 0.006, 5)
        block.location = ((left + right) / 2, (FRONT_Y + BACK_Y) / 2, -THICK / 2)
        mark_ground(block)
    room.panel(collection, "parapet", (5, 2), (0, FRONT_Y + 0.05, -1.1), plain("parapet", (0.16, 0.16, 0.16), 0.9), props.UPRIGHT)


def _city(collection) -> None:
    """Towers in haze, their lit windows in rows."""
    rng = np.random.default_rng(SEED)
    lit = {"warm": [], "white": []}
    for x, half, top, y, share in TOWERS:
        tone = 0.055 + 0.02 * rng.random()
        haze = room.glow("tower", (tone * 0.75, tone * 0.95, tone * 1.5), 1.0)
        mesh.rounded_box("tower", (2 * half, 2.0, 30), collection, haze, 0.02, location=(x, y + 1.0, top - 15))
        for column in np.arange(-half + 0.3, half - 0.2, 0.62):
            for z in np.arange(-5.5, top - 0.2, 0.55):
                if rng.random() < share:
                    lit["warm" if rng.random() < 0.7 else "white"].append((x + column, y - 0.3, z))
    props.sparks(collection, "warm window", lit["warm"], SPARK_M * 0.75, WARM, 4.0)
    props.sparks(collection, "cool window", lit["white"], SPARK_M * 0.75, WHITE, 3.0)


def _streets(collection) -> None:
    """Lamps and cars between the towers, thicker toward the horizon."""
    rng = np.random.default_rng(SEED + 1)
    for name, color, count, power in (("lamp", WARM, 44, 8.0), ("head light", WHITE, 14, 6.5), ("tail light", RED, 9, 4.0)):
        drop = 6.5 * rng.random(count) ** 1.5
        places = np.stack([rng.uniform(-10, 10, count), rng.uniform(38, 42, count), HORIZON_Z - 0.3 - drop], -1)
        props.sparks(collection, name, [tuple(p) for p in places], SPARK_M, color, power)
    ground = Shader("city floor", color=(0, 0, 0), emission_strength=1.0)
    ground.set(emission=ground.ramp(ground.noise(ground.coords(), 0.35, 3), [(0.35, (0.012, 0.017, 0.034)), (0.7, (0.045, 0.042, 0.055))]))
    room.panel(collection, "city floor", (60, 16), (0, 52, HORIZON_Z - 8), ground.material, props.UPRIGHT)


def _light(collection) -> None:
    outdoor.sky("blue hour", [(0.0, (0.03, 0.04, 0.07)), (0.5, (0.30, 0.27, 0.34)), (0.52, (0.23, 0.27, 0.42)),
                              (0.56, (0.13, 0.20, 0.40)), (0.7, (0.07, 0.13, 0.32)), (1.0, (0.06, 0.11, 0.28))], 1.0)
    room.area_light(collection, "evening sky", KEY_FROM, (0, 0, 0.05), (0.7, 0.75), 52, KEY_COLOR)
    room.area_light(collection, "open sky", (0.9, -2.2, 1.8), (0, 0.1, 0.1), (2.4, 1.6), 16, (0.90, 0.94, 1.0))
    room.area_light(collection, "city glow", (1.8, 1.4, 0.25), (0, 0.1, 0.1), (1.2, 0.5), 9, WARM)
