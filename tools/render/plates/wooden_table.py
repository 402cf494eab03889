"""Old oak table by a window on the right: soft muntin shadow, quiet room far behind."""

import math

import numpy as np

from .. import mesh, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.945, 0.87)
SKY_COLOR = (0.92, 0.96, 1.0)
SUN_FROM = (0.70, 0.42, 0.58)
SUN_DIAMETER_DEG = 3.5
PLANK_WIDTH = 0.135
TABLE_BACK_Y = 0.56
WALL_Y = 3.3

SPEC = PlateSpec(
    name="wooden-table",
    title_en="Aged wooden table by the window",
    title_zh="窗边旧木桌",
    keywords_en=("wood", "wooden", "table", "oak", "rustic", "farmhouse", "brown", "warm", "window", "afternoon",
                 "autumn", "cozy", "home", "dining", "natural", "vintage"),
    keywords_zh=("木桌", "木头", "橡木", "复古", "乡村", "棕色", "温暖", "窗边", "午后", "秋天", "温馨", "居家", "餐桌", "自然"),
    categories=("food", "kitchen", "home", "beauty", "toys", "fashion"),
    ground_kind="satin",
    reflectance=0.07,
    roughness=0.5,
    lights=(Light("window", SUN_FROM, KEY_COLOR, 14.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.40), 0.25, 0.50),),
    camera=Camera(frame_height_m=0.56, vertical_fov_deg=20.0, pitch_deg=8.5, f_stop=4.0),
    exposure=0.7,
    white_temperature_k=6700.0,
    sharp_from_v=0.52,
)


def build(collection) -> None:
    _table(collection)
    _room(collection)
    _light(collection)


def _table(collection) -> None:
    """Separate boards that no longer lie quite level, with a dark gap between them."""
    rng = np.random.default_rng(5)
    oak = surfaces.wood("oak", (0.36, 0.205, 0.10), (0.105, 0.05, 0.021), width_m=PLANK_WIDTH)
    count = 12
    for k in range(count):
        y = TABLE_BACK_Y - (k + 0.5) * PLANK_WIDTH
        plank = mesh.rounded_box("plank", (3.2, PLANK_WIDTH - 0.0016, 0.04), collection, oak, 0.0022)
        plank.location = (rng.uniform(-0.2, 0.2), y, -0.02 - abs(rng.normal(0, 0.0004)))
        plank.rotation_euler = (rng.normal(0, 0.004), 0, 0)
        mark_ground(plank)
    mesh.rounded_box("under", (3.1, count * PLANK_WIDTH - 0.03, 0.02), collection, plain("soot", (0.012, 0.009, 0.007), 0.9), 0.001,
                     location=(0, TABLE_BACK_Y - count * PLANK_WIDTH / 2, -0.052))


def _room(collection) -> None:
    room.panel(collection, "wall", (9, 5), (0, WALL_Y, 0.8), surfaces.plaster("wall", (0.56, 0.52, 0.44)), (math.pi / 2, 0, 0))
    room.panel(collection, "floor", (9, 9), (0, 1.0, -0.76), plain("floor", (0.16, 0.10, 0.06), 0.5))
    walnut = surfaces.wood("walnut", (0.17, 0.10, 0.055), (0.055, 0.03, 0.016), width_m=1.0, grime=0)
    mesh.rounded_box("sideboard", (1.9, 0.45, 0.76), collection, walnut, 0.006, location=(-0.95, WALL_Y - 0.26, -0.40))
    stone = plain("stoneware", (0.48, 0.43, 0.36), 0.6)
    mesh.lathe("vase", [(0, 0), (0.07, 0, 0.02), (0.125, 0.13, 0.08), (0.045, 0.27, 0.03), (0.055, 0.30), (0.04, 0.30), (0.03, 0.25), (0, 0.2)],
               collection, stone, 64).location = (-0.66, WALL_Y - 0.28, -0.02)
    dry = plain("dry leaf", (0.34, 0.22, 0.10), 0.7)
    room.foliage(collection, "branches", 8, (-0.66, WALL_Y - 0.28, 0.46), (0.26, 0.2, 0.2), 170, (0.085, 0.032), dry)
    frame = plain("frame", (0.12, 0.075, 0.045), 0.5)
    mesh.rounded_box("picture", (0.5, 0.03, 0.62), collection, frame, 0.006, location=(0.36, WALL_Y - 0.03, 0.34))
    mesh.rounded_box("print", (0.44, 0.03, 0.56), collection, plain("print", (0.46, 0.43, 0.37), 0.7), 0.001, location=(0.36, WALL_Y - 0.04, 0.34))
    _curtain(collection)


def _curtain(collection) -> None:
    """Linen in uneven folds at the right edge, in front of the far window."""
    rng = np.random.default_rng(2)
    columns = 160
    along = np.linspace(0, 1.1, columns)
    phase = np.cumsum(rng.uniform(0.25, 0.75, columns))
    fold = 0.045 * np.sin(phase) + 0.02 * np.sin(phase * 0.37 + 1)
    verts = [(0.70 + x * (1 - 0.03 * z), WALL_Y - 0.16 + y * (1 + 0.3 * z), z) for z in (-0.75, 2.2) for x, y in zip(along, fold)]
    faces = [(k, k + 1, columns + k + 1, columns + k) for k in range(columns - 1)]
    linen = plain("linen", (0.62, 0.58, 0.50), 0.9, sheen=0.3)
    mesh.from_pydata("curtain", verts, faces, collection, linen)


def _light(collection) -> None:
    room.sun(collection, SUN_FROM, 2.6, KEY_COLOR, SUN_DIAMETER_DEG)
    room.sun_window(collection, 1.2, (0.2, 1.3), (0.6, 1.4), (0.56, 0.92), (0.83, 1.17))
    room.area_light(collection, "window", (1.6, -0.1, 1.1), (0, 0, 0.05), (0.9, 1.1), 22, KEY_COLOR)
    room.area_light(collection, "far window", (2.0, 1.9, 1.0), (-0.3, WALL_Y, 0.0), (0.9, 1.2), 90, KEY_COLOR)
    room.area_light(collection, "room", (-1.2, -2.4, 1.5), (0, 0.2, 0.1), (2.4, 1.8), 42, SKY_COLOR)
    room.world(SKY_COLOR, 0.16)
