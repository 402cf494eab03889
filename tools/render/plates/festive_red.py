"""Festive set in deep red: satin-painted top, gold baubles at the edge, warm lights out of focus."""

import math

import bpy
import numpy as np

from .. import mesh, outdoor, props, room, surfaces
from ..nodes import Shader, plain
from ..plate import mark_ground
from ..plate_far import mark_far
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.955, 0.90)
LAMP_COLOR = (1.0, 0.62, 0.28)
KEY_FROM = (1.20, -0.60, 1.05)
RED, DEEP = (0.190, 0.037, 0.039), (0.130, 0.025, 0.027)    # with less green and blue the tone map leaves none for a shadow to darken
WALL_Y, WALL_M = 8.0, 9.5               # along y, and from the camera
AMBERS = ((1.0, 0.42, 0.10), (1.0, 0.50, 0.15), (1.0, 0.54, 0.18), (1.0, 0.60, 0.25))
LAYERS = (                              # distance from the camera, lamps, radius in metres, median radiance of the disc, spread
    (9.5, 46, 0.0130, 0.16, 0.75),
    (4.6, 30, 0.0055, 0.42, 0.65),
    (2.9, 9, 0.0030, 0.55, 0.50),
)
GIFT_M = 3.1
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
    camera=Camera(frame_height_m=0.54, vertical_fov_deg=20.0, pitch_deg=8.0, anchor_v=0.74, f_stop=2.0),
    exposure=-0.2,
    white_temperature_k=6100.0,
    samples=8,
    soft_divisor=2,
    soft_samples=12,
)


def build(collection) -> None:
    mark_ground(mesh.rounded_box("top", (3.0, 1.3, 0.04), collection, _paint(), 0.004, location=(0, -0.13, -0.02)))
    _baubles(collection)
    _back(collection)
    _light(collection)


def _paint():
    """Rubbed satin paint over fine-grained wood: the grain tells in the gloss more than in the color."""
    s = Shader("red paint", specular=0.5)
    fiber = s.noise(s.coords(scale=(9, 260, 1)), 1.0, 4, 0.65)
    cloud = s.noise(s.coords(), 5.0, 5, 0.6)
    tone = s.mix_value(0.65, fiber, cloud)
    worn = surfaces.scratches(s, s.coords(), 6.0, 0.010, 20.0)
    gloss = s.math("ADD", s.remap(s.mix_value(0.6, fiber, cloud), 0.13, 0.27, 0.35, 0.65), s.math("MULTIPLY", worn, 0.12))
    s.set(color=s.ramp(tone, [(0.35, DEEP), (0.65, RED)]), roughness=gloss)
    surfaces.relief(s, (fiber, 1.1e-4), (cloud, 4e-4), (s.noise(s.coords(), 500, 2, 0.6), 2.5e-5))
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
    wall = Shader("wall", roughness=0.9, specular=0.2)
    wall.set(color=wall.ramp(wall.noise(wall.coords(), 0.5, 3), [(0.35, (0.10, 0.009, 0.010)), (0.65, (0.19, 0.018, 0.016))]))
    mark_far(room.panel(collection, "wall", (16, 9), (0, WALL_Y, 0.0), wall.material, props.UPRIGHT), WALL_M)
    _gift(collection, (-0.50, 1.45, -0.02), (0.36, 0.30, 0.26), 0.25, (0.26, 0.012, 0.010))
    _gift(collection, (-0.86, 1.62, 0.02), (0.30, 0.30, 0.40), -0.2, (0.44, 0.33, 0.21))
    _lamps(collection, np.random.default_rng(SEED))


def _gift(collection, place, size, turn, paper) -> None:
    """A wrapped box with a ribbon both ways, resting somewhere below the table's edge."""
    width, depth, height = size
    wrap, ribbon = plain("paper", paper, 0.6, specular=0.2), plain("ribbon", (0.62, 0.40, 0.15), 0.3, metallic=0.7)
    for part, skin in (((width, depth, height), wrap), ((0.05, depth + 0.004, height + 0.004), ribbon), ((width + 0.004, 0.05, height + 0.004), ribbon)):
        box = mesh.rounded_box("gift", part, collection, skin, 0.004)
        box.location, box.rotation_euler = place, (0, 0, turn)
        mark_far(box, GIFT_M)
    for side in (-1, 1):
        loop = [(0, 0, 0), (side * 0.05, 0, 0.055), (side * 0.10, 0, 0.045), (side * 0.06, 0, 0.008), (0, 0, 0)]
        bow = mesh.tube("bow", loop, 0.012, collection, ribbon)
        bow.location, bow.rotation_euler = (place[0], place[1], place[2] + height / 2), (0, 0, turn + 0.5)
        mark_far(bow, GIFT_M)


def _lamps(collection, rng) -> None:
    """Tiny lamps in three depths; each one's strength is set by how bright its blurred disc shall be."""
    eye = SPEC.camera.position
    for distance, count, radius, median, spread in LAYERS:
        ball = mesh.lathe("lamp", [(0, -1.0), (1.0, 0, 0.9), (0, 1.0)], collection, None, 12, 4)
        focal = SPEC.camera.focal_px(1)
        thin = (SPEC.camera.disc_share(distance) / 2 / (radius / distance * focal)) ** 2
        for k in range(count):
            while True:
                side, rise = rng.uniform(-0.235, 0.235), rng.uniform(-0.17, 0.045)
                calm = math.exp(-((side / 0.085) ** 2) - ((rise + 0.10) / 0.10) ** 2)
                if rng.random() > 0.88 * calm:
                    break
            power = median * thin * rng.lognormal(0, spread)
            glow = room.glow("lamp light", AMBERS[rng.integers(len(AMBERS))], power)
            data = ball.data.copy()
            data.materials.append(glow)
            depth = distance * rng.uniform(0.94, 1.06)
            lamp = outdoor.link(collection, "lamp", data, None, (side * depth, eye[1] + depth, eye[2] + rise * depth), scale=radius)
            mark_far(lamp, distance).visible_glossy = False  # so small a light is only sparks in a satin top
        bpy.data.objects.remove(ball)


def _light(collection) -> None:
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.65, 0.75), 84, KEY_COLOR)
    room.area_light(collection, "room", (-1.3, -2.0, 1.4), (0, 0.2, 0.1), (2.2, 1.8), 26, (1.0, 0.97, 0.94))
    room.area_light(collection, "wall wash", (-2.4, WALL_Y - 2.5, 2.6), (-0.8, WALL_Y, -0.2), (1.6, 1.0), 190, LAMP_COLOR)
    room.area_light(collection, "gift light", (-1.5, 0.4, 1.2), (-0.6, 1.5, 0.0), (0.5, 0.5), 10, LAMP_COLOR)
    room.world((1.0, 0.85, 0.75), 0.08)
