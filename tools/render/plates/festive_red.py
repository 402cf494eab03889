"""Festive set in deep red: satin-painted top, gold baubles at the edge, warm lights out of focus."""

import math

import numpy as np

from .. import mesh, props, room
from ..nodes import Shader, plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.955, 0.90)
LAMP_COLOR = (1.0, 0.62, 0.28)
KEY_FROM = (1.20, -0.60, 1.05)
RED, DEEP = (0.235, 0.020, 0.018), (0.16, 0.013, 0.013)
WALL_Y = 3.2
BAUBLES = (((0.365, 0.10), 0.052, "gold"), ((0.315, 0.215), 0.036, "pale"), ((0.43, 0.26), 0.058, "red"))
SEED = 24

SPEC = PlateSpec(
    name="festive-red",
    title_en="Red festive set with warm lights",
    title_zh="暖灯红色节日布景",
    keywords_en=("festive", "holiday", "christmas", "new year", "lunar new year", "valentine", "gift", "present", "celebration",
                 "red", "gold", "baubles", "ornaments", "fairy lights", "bokeh", "winter", "sale", "party"),
    keywords_zh=("节日", "圣诞", "新年", "春节", "年货", "情人节", "礼物", "送礼", "庆祝", "红色", "金色", "彩球", "装饰", "丝带",
                 "松枝", "彩灯", "光斑", "冬天", "促销", "派对"),
    categories=("beauty", "food", "toys", "fashion", "electronics", "home", "kitchen"),
    ground_kind="satin",
    reflectance=0.08,
    roughness=0.32,
    lights=(Light("window", KEY_FROM, KEY_COLOR, 25.0, 0.62),),
    ambient=Ambient((1.0, 0.92, 0.88), 0.38),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.38), 0.22, 0.48),),
    camera=Camera(frame_height_m=0.54, vertical_fov_deg=20.0, pitch_deg=8.0, anchor_v=0.74, f_stop=2.5),
    exposure=-0.2,
    white_temperature_k=6100.0,
    samples=8,
    sharp_from_v=0.56,
    soft_divisor=3,
    soft_samples=20,
)


def build(collection) -> None:
    mark_ground(mesh.rounded_box("top", (3.0, 1.3, 0.04), collection, _paint(), 0.004, location=(0, -0.13, -0.02)))
    _baubles(collection)
    _back(collection)
    _light(collection)


def _paint():
    """Brushed satin paint: strokes along x, uneven gloss, dust and a few rubs."""
    s = Shader("red paint", specular=0.5)
    strokes = s.noise(s.coords(scale=(3, 90, 1)), 1.0, 4, 0.6)
    cloud = s.noise(s.coords(), 5.0, 4, 0.6)
    tone = s.mix_value(0.5, strokes, cloud)
    s.set(color=s.ramp(tone, [(0.35, DEEP), (0.65, RED)]), roughness=s.remap(tone, 0.24, 0.40, 0.35, 0.65))
    s.bump(strokes, 0.5, 0.0006)
    return s.material


def _baubles(collection) -> None:
    skins = {"gold": plain("gold", (0.72, 0.47, 0.19), 0.22, metallic=1.0), "pale": plain("champagne", (0.70, 0.56, 0.40), 0.34, metallic=1.0),
             "red": plain("red ball", (0.20, 0.015, 0.015), 0.28, coat=0.5)}
    cap = plain("cap", (0.60, 0.42, 0.20), 0.35, metallic=1.0)
    for (x, y), r, skin in BAUBLES:
        arc = [(r * math.sin(t), -r * math.cos(t)) for t in np.linspace(0, math.pi, 60)]
        ball = mesh.lathe("bauble", arc, collection, skins[skin], 96)
        neck = mesh.lathe("cap", [(0.0, r * 0.97), (r * 0.2, r * 0.96), (r * 0.2, r * 1.13, 0.002), (0, r * 1.13)], collection, cap, 40)
        for part in (ball, neck):
            part.location, part.rotation_euler = (x, y, r), (0.9, 0.4, x * 9)


def _back(collection) -> None:
    room.panel(collection, "wall", (8, 5), (0, WALL_Y, 0.5), plain("wall", (0.17, 0.016, 0.016), 0.8), props.UPRIGHT)
    rng = np.random.default_rng(SEED + 1)
    strings = []
    for start, sag in ((0.62, 0.10), (0.40, 0.14), (0.14, 0.12)):
        for x in np.arange(-1.05, 1.05, 0.17):
            strings.append((x + rng.normal(0, 0.03), WALL_Y - 0.25 + rng.normal(0, 0.12), start - sag * math.sin(2.6 * x + start * 9) + rng.normal(0, 0.03)))
    props.sparks(collection, "fairy light", strings, 0.017, LAMP_COLOR, 22.0)
    drape = plain("drape", (0.14, 0.012, 0.013), 0.7, sheen=0.4)
    props.drape(collection, drape, -1.3, WALL_Y - 0.08, -1.0, 1.6, 2.6, 9, 0.05)


def _light(collection) -> None:
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.65, 0.75), 84, KEY_COLOR)
    room.area_light(collection, "room", (-1.3, -2.0, 1.4), (0, 0.2, 0.1), (2.2, 1.8), 26, (1.0, 0.97, 0.94))
    room.area_light(collection, "wall wash", (-0.8, 1.6, 1.8), (0, WALL_Y, 0.1), (1.2, 0.6), 26, LAMP_COLOR)
    room.world((1.0, 0.85, 0.75), 0.08)
