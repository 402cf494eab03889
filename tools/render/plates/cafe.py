"""Café: a round walnut table by the window; bar, pendant lamps, chairs and a table lamp blurred behind."""

import numpy as np

from .. import mesh, props, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.965, 0.92)
SKY_COLOR = (0.92, 0.96, 1.0)
LAMP_COLOR = (1.0, 0.66, 0.34)
KEY_FROM = (-1.20, -0.65, 1.00)
TABLE_RADIUS, TABLE_Y = 0.46, -0.02
FLOOR_Z, WALL_Y, BAR_Y = -0.75, 6.0, 4.5
PENDANTS = ((0.12, BAR_Y, 0.60), (0.74, BAR_Y, 0.60), (1.36, BAR_Y, 0.60), (-0.62, 5.5, 0.70), (-1.2, 5.5, 0.70))

SPEC = PlateSpec(
    name="cafe",
    title_en="Café table with warm lamps behind",
    title_zh="暖灯咖啡馆餐桌",
    keywords_en=("cafe", "coffee", "coffee shop", "bistro", "bar", "restaurant", "table", "walnut", "dark wood", "warm", "lamps",
                 "bokeh", "lights", "evening", "cozy", "drink", "tea", "brunch", "urban", "autumn"),
    keywords_zh=("咖啡馆", "咖啡", "咖啡店", "餐厅", "酒吧", "餐桌", "胡桃木", "深色木", "温暖", "灯光", "光斑", "傍晚", "温馨",
                 "饮品", "茶", "早午餐", "都市", "秋天"),
    categories=("food", "kitchen", "electronics", "fashion"),
    ground_kind="satin",
    reflectance=0.09,
    roughness=0.36,
    lights=(Light("window", KEY_FROM, KEY_COLOR, 25.0, 0.62),),
    ambient=Ambient((1.0, 0.95, 0.90), 0.38),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.38), 0.24, 0.46),),
    camera=Camera(frame_height_m=0.54, vertical_fov_deg=20.0, pitch_deg=6.0, anchor_v=0.76, f_stop=2.5),
    exposure=-0.2,
    white_temperature_k=5800.0,
    samples=8,
    sharp_from_v=0.60,
    soft_divisor=3,
    soft_samples=20,
)


def build(collection) -> None:
    _table(collection)
    _cup(collection)
    _room(collection)
    _bar(collection)
    _seats(collection)
    _light(collection)


def _table(collection) -> None:
    walnut = surfaces.wood("walnut", (0.27, 0.165, 0.095), (0.095, 0.052, 0.028), 0.005, (0.26, 0.46), width_m=4.0, grime=0)
    outline = [(0, -0.028), (TABLE_RADIUS, -0.028, 0.008), (TABLE_RADIUS, 0, 0.005), (0, 0)]
    top = mesh.lathe("table", outline, collection, walnut, 256)
    top.location, top.rotation_euler = (0, TABLE_Y, 0), (0, 0, 0.12)
    mark_ground(top)


def _cup(collection) -> None:
    """Somebody's coffee at the left edge."""
    glaze = plain("stoneware", (0.115, 0.125, 0.12), 0.3)
    place = (-0.36, 0.10, 0)
    saucer = [(0, 0), (0.04, 0, 0.004), (0.074, 0.014, 0.006), (0.073, 0.018, 0.002), (0.04, 0.006, 0.01), (0, 0.006)]
    cup = [(0, 0.007), (0.024, 0.007, 0.003), (0.041, 0.045, 0.03), (0.043, 0.066, 0.0012), (0.0405, 0.066, 0.0012), (0.036, 0.04, 0.02), (0, 0.02)]
    for name, outline in (("saucer", saucer), ("cup", cup)):
        mesh.lathe(name, outline, collection, glaze, 96).location = place
    coffee = mesh.lathe("coffee", [(0, 0.056), (0.0395, 0.056)], collection, plain("coffee", (0.06, 0.028, 0.012), 0.15), 48)
    coffee.location = place


def _room(collection) -> None:
    wall = plain("wall", (0.21, 0.175, 0.14), 0.85)
    room.panel(collection, "wall", (12, 5), (0, WALL_Y, 1.2), wall, props.UPRIGHT)
    room.panel(collection, "floor", (12, 12), (0, 2.0, FLOOR_Z), plain("floor", (0.135, 0.088, 0.055), 0.35))
    props.window(collection, (-1.75, WALL_Y - 0.03, 0.75), (1.5, 1.9), 1.9, (0.88, 0.94, 1.0), 3, 2, (0.06, 0.055, 0.05))
    wood = plain("bench", (0.16, 0.09, 0.05), 0.5)
    mesh.rounded_box("bench", (3.0, 0.5, 0.46), collection, wood, 0.02, location=(-1.6, WALL_Y - 0.3, FLOOR_Z + 0.23))
    leaf = plain("leaf", (0.05, 0.10, 0.035), 0.45)
    pot = (0.17, 0.34, plain("pot", (0.30, 0.24, 0.18), 0.8))
    props.plant(collection, 5, (-0.60, 5.2, FLOOR_Z), pot, leaf, (0.36, 0.3, 0.5), 120, (0.26, 0.11), 0.1, 0.8)


def _bar(collection) -> None:
    """A slatted bar, shelves lit from below, bottles and cups that are only shapes."""
    slat = plain("slat", (0.065, 0.092, 0.075), 0.45)
    for k in range(26):
        mesh.rounded_box("slat", (0.045, 0.04, 1.02), collection, slat, 0.006, location=(0.02 + k * 0.066, BAR_Y, FLOOR_Z + 0.51))
    mesh.rounded_box("bar top", (2.2, 0.6, 0.05), collection, plain("bar top", (0.46, 0.42, 0.37), 0.25), 0.006, location=(1.02, BAR_Y + 0.2, FLOOR_Z + 1.06))
    rng = np.random.default_rng(6)
    glass = [plain(f"glass {k}", c, 0.2) for k, c in enumerate([(0.10, 0.14, 0.08), (0.25, 0.11, 0.04), (0.42, 0.38, 0.32), (0.08, 0.06, 0.05)])]
    for z in (0.42, 0.86):
        mesh.rounded_box("shelf", (2.2, 0.25, 0.03), collection, slat, 0.004, location=(1.1, WALL_Y - 0.15, z))
        room.panel(collection, "strip", (2.1, 0.03), (1.1, WALL_Y - 0.05, z + 0.03), room.glow("strip", LAMP_COLOR, 7.0), props.UPRIGHT)
        for k in range(15):
            r, h = rng.uniform(0.03, 0.045), rng.uniform(0.12, 0.30)
            outline = [(0, 0), (r, 0, 0.008), (r, h * 0.7, 0.02), (r * 0.4, h * 0.8), (r * 0.4, h), (0, h)]
            item = mesh.lathe("bottle", outline, collection, glass[rng.integers(4)], 24, 3)
            item.location = (0.1 + k * 0.13 + rng.normal(0, 0.02), WALL_Y - 0.17, z + 0.015)


def _seats(collection) -> None:
    wood = plain("bentwood", (0.085, 0.05, 0.03), 0.4)
    for place, turn in (((-0.92, 2.35, FLOOR_Z), 0.7), ((-0.62, 3.5, FLOOR_Z), 2.6), ((0.84, 2.7, FLOOR_Z), -0.5)):
        props.chair(collection, place, turn, wood)
    mesh.lathe("far table", [(0, -0.03), (0.36, -0.03, 0.01), (0.36, 0, 0.006), (0, 0)], collection, wood, 64).location = (-1.0, 3.0, 0)
    mesh.lathe("foot", [(0.03, FLOOR_Z), (0.03, -0.02)], collection, wood, 24).location = (-1.0, 3.0, 0)
    shade = room.glow("lamp shade", LAMP_COLOR, 2.4)
    mesh.lathe("lamp", [(0.13, 0.20), (0.075, 0.33, 0.02), (0, 0.34)], collection, shade, 48).location = (-0.86, 3.0, 0)
    brass = plain("brass", (0.55, 0.38, 0.18), 0.3, metallic=1.0)
    mesh.lathe("stem", [(0.06, 0), (0.06, 0.012, 0.004), (0.01, 0.02), (0.01, 0.24)], collection, brass, 24).location = (-0.86, 3.0, 0)


def _light(collection) -> None:
    black = plain("shade", (0.05, 0.045, 0.04), 0.4)
    for place in PENDANTS:
        props.pendant(collection, place, 0.15, black, 17.0, LAMP_COLOR)
        room.area_light(collection, "lamp", (place[0], place[1], place[2] - 0.08), (place[0], place[1], FLOOR_Z), (0.2, 0.2), 14, LAMP_COLOR)
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.65, 0.75), 78, KEY_COLOR)
    room.area_light(collection, "shop window", (-3.0, 3.6, 1.2), (0.4, 4.6, -0.2), (1.4, 1.6), 90, SKY_COLOR)
    room.area_light(collection, "room", (1.4, -2.3, 1.5), (0, 0.2, 0.1), (2.2, 1.8), 22, (1.0, 0.97, 0.93))
    room.world((1.0, 0.9, 0.78), 0.07)
