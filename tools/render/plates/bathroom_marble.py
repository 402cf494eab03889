"""Bathroom: a wet, polished gray marble top; behind it a basin under a round mirror, glazed tiles, a towel."""

import math

import numpy as np

from .. import mesh, props, room, surfaces
from ..nodes import Shader, plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.965, 0.92)
SKY_COLOR = (0.92, 0.96, 1.0)
KEY_FROM = (1.25, -0.35, 1.05)
WALL_Y, VANITY_Y, VANITY_Z = 2.7, 2.1, -0.10
MIRROR = (-0.34, WALL_Y - 0.03, 0.50)
MIRROR_RADIUS = 0.36
TILE = (0.10, 0.10)
SLAB = ((0.40, 0.415, 0.40), (0.27, 0.285, 0.275), (0.78, 0.765, 0.73), (0.55, 0.47, 0.36))

SPEC = PlateSpec(
    name="bathroom-marble",
    title_en="Wet marble in a bright bathroom",
    title_zh="明亮浴室里的湿润大理石台",
    keywords_en=("bathroom", "marble", "vanity", "washbasin", "mirror", "tiles", "wet", "water drops", "polished", "gray", "green",
                 "spa", "skincare", "shower", "bath", "towel", "brass", "fresh", "clean", "morning", "luxury"),
    keywords_zh=("浴室", "大理石", "洗手台", "洗漱台", "镜子", "瓷砖", "水珠", "湿润", "抛光", "灰色", "绿色", "水疗", "护肤",
                 "沐浴", "毛巾", "黄铜", "清新", "干净", "早晨", "高级"),
    categories=("beauty", "home"),
    ground_kind="polished",
    reflectance=0.24,
    roughness=0.12,
    lights=(Light("window", KEY_FROM, KEY_COLOR, 22.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.38), 0.20, 0.48),),
    camera=Camera(frame_height_m=0.52, vertical_fov_deg=20.0, pitch_deg=8.0, anchor_v=0.74, f_stop=2.8),
    exposure=0.05,
    samples=8,
    sharp_from_v=0.56,
    soft_divisor=3,
    soft_samples=12,
)


def build(collection) -> None:
    _top(collection)
    _vanity(collection)
    _wall(collection)
    _behind_camera(collection)
    _light(collection)


def _top(collection) -> None:
    """The slab and the water that someone splashed on it, away from the middle."""
    slab = mesh.rounded_box("top", (3.0, 1.1, 0.03), collection, surfaces.marble("gray marble", *SLAB), 0.003)
    slab.location = (0, -0.12, -0.015)
    mark_ground(slab)
    rng = np.random.default_rng(4)
    spots = []
    for center, spread, count in (((-0.27, 0.10), 0.07, 60), ((0.27, -0.07), 0.06, 44), ((-0.22, -0.16), 0.06, 30), ((0.33, 0.22), 0.08, 30)):
        spots += list(rng.normal(center, spread, (count, 2)))
    spots = [p for p in spots if abs(p[0]) > 0.15]
    props.drops(collection, 5, spots, (0.0012, 0.0065), surfaces.bead("water"))


def _vanity(collection) -> None:
    oak = surfaces.wood("oak", (0.34, 0.245, 0.16), (0.20, 0.13, 0.08), width_m=0.6, grime=0)
    for k in range(4):
        mesh.rounded_box("drawer", (0.596, 0.5, 0.55), collection, oak, 0.004, location=(-1.2 + k * 0.6, VANITY_Y + 0.3, VANITY_Z - 0.32))
    stone = plain("vanity top", (0.60, 0.575, 0.53), 0.3)
    mesh.rounded_box("vanity top", (3.0, 0.62, 0.035), collection, stone, 0.004, location=(0, VANITY_Y + 0.30, VANITY_Z - 0.0175))
    glaze = plain("ceramic", (0.72, 0.71, 0.68), 0.15)
    bowl = [(0, 0), (0.10, 0, 0.01), (0.20, 0.10, 0.08), (0.205, 0.14, 0.004), (0.195, 0.14, 0.004), (0.17, 0.07, 0.06), (0, 0.03)]
    mesh.lathe("basin", bowl, collection, glaze, 96).location = (MIRROR[0], VANITY_Y + 0.26, VANITY_Z)
    brass = plain("brass", (0.62, 0.44, 0.22), 0.28, metallic=1.0)
    x, y = MIRROR[0], VANITY_Y + 0.50
    mesh.tube("tap", [(x, y, VANITY_Z), (x, y, VANITY_Z + 0.24), (x, y - 0.05, VANITY_Z + 0.28), (x, y - 0.14, VANITY_Z + 0.26)], 0.012, collection, brass)
    amber = plain("amber", (0.11, 0.05, 0.022), 0.15)
    for dx, height in ((0.40, 0.15), (0.49, 0.12)):
        outline = [(0, 0), (0.034, 0, 0.006), (0.034, height, 0.012), (0.012, height + 0.012), (0.012, height + 0.05), (0, height + 0.05)]
        mesh.lathe("bottle", outline, collection, amber, 48).location = (x + dx, VANITY_Y + 0.42, VANITY_Z)


def _wall(collection) -> None:
    greens = [plain(f"tile {k}", c, 0.13) for k, c in enumerate(
        [(0.36, 0.42, 0.37), (0.42, 0.47, 0.42), (0.32, 0.38, 0.33), (0.46, 0.50, 0.45), (0.38, 0.43, 0.40)])]
    room.panel(collection, "grout", (5, 3), (0, WALL_Y + 0.006, 0.5), plain("grout", (0.45, 0.44, 0.41), 0.9), props.UPRIGHT)
    props.tiles(collection, 11, greens, TILE, 24, 14, (-1.2, WALL_Y, VANITY_Z))
    brass = plain("frame", (0.60, 0.43, 0.22), 0.25, metallic=1.0)
    ring = [(MIRROR_RADIUS * math.cos(t), 0, MIRROR_RADIUS * math.sin(t)) for t in np.linspace(0, 2 * math.pi, 33)[:-1]]
    mesh.tube("mirror frame", ring, 0.009, collection, brass, cyclic=True).location = MIRROR
    silver = Shader("silver", color=(0.86, 0.88, 0.87), metallic=1.0, roughness=0.03)
    glass = mesh.lathe("mirror", [(0, 0), (MIRROR_RADIUS, 0), (MIRROR_RADIUS, 0.004), (0, 0.004)], collection, silver.material, 96)
    glass.location, glass.rotation_euler = MIRROR, (math.pi / 2, 0, 0)
    towel = props.cloth("terry", (0.62, 0.56, 0.48), 0.5)
    hung = props.drape(collection, towel, 0.52, WALL_Y - 0.09, -0.02, 0.40, 0.34, 3, 0.012)
    mesh.solidify(hung, 0.012)
    mesh.tube("rail", [(0.44, WALL_Y - 0.09, 0.40), (0.98, WALL_Y - 0.09, 0.40)], 0.009, collection, brass, smooth_path=False)


def _behind_camera(collection) -> None:
    """What the mirror shows: a wall in shade with a bright window."""
    room.panel(collection, "far wall", (7, 4), (0, -3.6, 1.0), plain("far wall", (0.40, 0.42, 0.40), 0.9), (-math.pi / 2, 0, 0))
    room.panel(collection, "far window", (0.9, 1.3), (-0.75, -3.55, 1.25), room.glow("far daylight", KEY_COLOR, 1.7), (-math.pi / 2, 0, 0))
    for x in (-0.75, -0.3, -1.2):
        mesh.rounded_box("far bar", (0.05, 0.05, 1.35), collection, plain("far bar", (0.5, 0.48, 0.45), 0.6), 0.004, location=(x, -3.5, 1.25))


def _light(collection) -> None:
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.6, 0.65), 78, KEY_COLOR)
    room.area_light(collection, "back window", (1.6, 1.5, 1.0), (-0.3, WALL_Y, 0.1), (0.9, 1.1), 60, KEY_COLOR)
    room.area_light(collection, "room", (-1.3, -2.2, 1.5), (0, 0.2, 0.1), (2.2, 1.8), 10, SKY_COLOR)
    room.world(SKY_COLOR, 0.10)
