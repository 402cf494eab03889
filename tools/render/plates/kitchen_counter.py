"""Honed stone island in the morning: tall window on the left, tiled kitchen far behind it."""

import math

import numpy as np

from .. import mesh, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.945, 0.86)
SKY_COLOR = (0.92, 0.96, 1.0)
KEY_FROM = (-1.65, 0.28, 1.05)
SUN_FROM = (-0.76, 0.30, 0.58)
SUN_DIAMETER_DEG = 3.5
WALL_Y, BACK_COUNTER_Y = 2.75, 2.15
TILE = (0.066, 0.132)

SPEC = PlateSpec(
    name="kitchen-counter",
    title_en="Kitchen counter in morning light",
    title_zh="晨光厨房台面",
    keywords_en=("kitchen", "counter", "worktop", "island", "stone", "limestone", "beige", "green", "tiles", "morning",
                 "window", "bright", "fresh", "home", "cooking", "breakfast", "spring"),
    keywords_zh=("厨房", "台面", "岛台", "石材", "米色", "绿色", "瓷砖", "晨光", "窗边", "明亮", "清新", "居家", "烹饪", "早餐", "春天"),
    categories=("kitchen", "food", "beauty", "electronics", "home"),
    ground_kind="satin",
    reflectance=0.16,
    roughness=0.34,
    lights=(Light("window", KEY_FROM, KEY_COLOR, 30.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.38), 0.24, 0.50),),
    camera=Camera(frame_height_m=0.55, vertical_fov_deg=20.0, pitch_deg=8.5, f_stop=4.0),
    exposure=0.4,
    sharp_from_v=0.52,
)


def build(collection) -> None:
    _island(collection)
    _cabinets(collection)
    _tiles(collection)
    _things(collection)
    _light(collection)


def _island(collection) -> None:
    top = mesh.rounded_box("island", (3.0, 1.5, 0.04), collection, surfaces.limestone("limestone"), 0.004)
    top.location = (0, -0.31, -0.02)
    mark_ground(top)


def _cabinets(collection) -> None:
    sage = plain("sage", (0.17, 0.20, 0.155), 0.45)
    brass = plain("brass", (0.62, 0.43, 0.20), 0.3, metallic=1.0)
    mesh.rounded_box("carcass", (5, 0.5, 0.9), collection, sage, 0.002, location=(0, BACK_COUNTER_Y + 0.30, -0.50))
    for index in range(-4, 4):
        x = 0.11 + index * 0.46
        mesh.rounded_box("door", (0.452, 0.02, 0.74), collection, sage, 0.003, location=(x, BACK_COUNTER_Y + 0.04, -0.44))
        mesh.rounded_box("rail", (0.452, 0.03, 0.06), collection, sage, 0.003, location=(x, BACK_COUNTER_Y + 0.03, -0.10))
        for side in (-0.2, 0.2):
            mesh.rounded_box("stile", (0.06, 0.03, 0.66), collection, sage, 0.003, location=(x + side, BACK_COUNTER_Y + 0.03, -0.465))
        mesh.rounded_box("pull", (0.12, 0.02, 0.012), collection, brass, 0.005, location=(x, BACK_COUNTER_Y - 0.005, -0.10))
    stone = surfaces.limestone("back stone", (0.62, 0.58, 0.51), (0.48, 0.44, 0.38))
    mesh.rounded_box("back top", (5, 0.64, 0.035), collection, stone, 0.004, location=(0, BACK_COUNTER_Y + 0.31, -0.0175))


def _tiles(collection) -> None:
    """Hand-made tiles: every one a little tilted and of its own white."""
    rng = np.random.default_rng(11)
    whites = [plain(f"tile {k}", color, 0.14) for k, color in enumerate(
        [(0.60, 0.58, 0.51), (0.54, 0.53, 0.47), (0.64, 0.62, 0.56), (0.50, 0.50, 0.43), (0.57, 0.54, 0.46)])]
    room.panel(collection, "grout", (5, 2), (0, WALL_Y + 0.006, 0.9), plain("grout", (0.42, 0.40, 0.36), 0.9), (math.pi / 2, 0, 0))
    for row in range(7):
        for column in range(-20, 21):
            tile = mesh.rounded_box("tile", (TILE[0] - 0.002, 0.008, TILE[1] - 0.002), collection,
                                    whites[rng.integers(len(whites))], 0.002, 2)
            tile.location = (column * TILE[0], WALL_Y, 0.02 + (row + 0.5) * TILE[1])
            tile.rotation_euler = (rng.normal(0, 0.012), rng.normal(0, 0.004), rng.normal(0, 0.014))


def _things(collection) -> None:
    """Blurred: herbs at the left edge, boards and a crock at the right."""
    clay = plain("clay", (0.44, 0.25, 0.16), 0.8)
    mesh.lathe("pot", [(0, 0), (0.075, 0, 0.01), (0.10, 0.17, 0.004), (0.09, 0.17), (0.085, 0.13), (0, 0.13)],
               collection, clay, 64).location = (-0.66, BACK_COUNTER_Y + 0.18, 0)
    leaf = plain("leaf", (0.085, 0.17, 0.04), 0.45, subsurface=0.1)
    room.foliage(collection, "herbs", 3, (-0.66, BACK_COUNTER_Y + 0.18, 0.27), (0.19, 0.16, 0.16), 260, (0.075, 0.036), leaf)
    oak = surfaces.wood("board", (0.42, 0.27, 0.14), (0.20, 0.105, 0.045), width_m=0.3, grime=0)
    board = mesh.rounded_box("board", (0.46, 0.25, 0.022), collection, oak, 0.008)
    board.location, board.rotation_euler = (0.66, WALL_Y - 0.07, 0.235), (math.pi / 2 - 0.16, math.pi / 2, 0)
    glaze = plain("glaze", (0.50, 0.46, 0.39), 0.3)
    mesh.lathe("crock", [(0, 0), (0.07, 0, 0.015), (0.085, 0.08, 0.06), (0.07, 0.17, 0.02), (0.062, 0.17), (0.06, 0.02), (0, 0.02)],
               collection, glaze, 64).location = (0.44, BACK_COUNTER_Y + 0.25, 0)
    spoon = plain("spoon", (0.36, 0.22, 0.11), 0.6)
    for k, lean in enumerate((-0.05, 0.035, 0.01)):
        x = 0.44 + lean * 0.4
        mesh.tube("spoon", [(x, BACK_COUNTER_Y + 0.25, 0.03), (x + lean, BACK_COUNTER_Y + 0.26 + 0.01 * k, 0.31)],
                  0.008, collection, spoon)


def _light(collection) -> None:
    room.sun(collection, SUN_FROM, 2.4, KEY_COLOR, SUN_DIAMETER_DEG)
    room.sun_window(collection, -1.2, (0.05, 0.95), (0.55, 1.35), (0.35, 0.68), (0.80, 1.12))
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.8, 0.9), 34, KEY_COLOR)
    room.area_light(collection, "kitchen window", (-1.5, 2.1, 0.9), (0.0, WALL_Y, 0.0), (0.9, 1.1), 40, KEY_COLOR)
    room.area_light(collection, "room", (1.2, -2.4, 1.5), (0, 0.2, 0.1), (2.4, 1.8), 48, SKY_COLOR)
    room.world(SKY_COLOR, 0.16)
