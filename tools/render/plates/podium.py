"""Podium: two round plaster steps in a seamless sage set, an arch far behind, leaf shadow from a soft window."""

import numpy as np

from .. import mesh, outdoor, props, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.955, 0.89)
SKY_COLOR = (0.93, 0.97, 1.0)
SUN_FROM = (-0.72, -0.30, 0.62)
SUN_DIAMETER_DEG = 4.0
SAGE, CREAM, ROSE = (0.31, 0.385, 0.27), (0.58, 0.51, 0.42), (0.47, 0.29, 0.22)
TOP_RADIUS, TOP_HEIGHT = 0.235, 0.055
STEP_RADIUS, STEP_HEIGHT, STEP_OFFSET = 0.40, 0.07, (0.07, 0.05)
FLOOR_Z = -TOP_HEIGHT - STEP_HEIGHT
WALL_Y = 2.3
ARCH_OUTER, ARCH_INNER, ARCH_SPRING = 0.27, 0.155, 0.24

SPEC = PlateSpec(
    name="podium",
    title_en="Round plaster podium in a sage set",
    title_zh="鼠尾草绿圆形石膏展台",
    keywords_en=("podium", "pedestal", "plinth", "steps", "stage", "display", "pastel", "sage", "green", "cream", "plaster",
                 "beauty", "cosmetics", "skincare", "minimal", "arch", "leaf shadow", "soft light", "studio", "launch"),
    keywords_zh=("展台", "圆台", "台阶", "底座", "陈列", "马卡龙色", "鼠尾草绿", "绿色", "奶油色", "石膏", "美妆", "化妆品",
                 "护肤", "极简", "拱门", "叶影", "柔光", "影棚", "新品"),
    categories=("beauty", "fashion", "electronics", "food", "home"),
    ground_kind="rough",
    reflectance=0.0,
    roughness=0.9,
    lights=(Light("window", SUN_FROM, KEY_COLOR, 16.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.30), 0.19, 0.42),),
    camera=Camera(frame_height_m=0.56, vertical_fov_deg=20.0, pitch_deg=8.5, anchor_v=0.72, f_stop=2.8),
    exposure=0.4,
    white_temperature_k=5900.0,
    samples=9,
    sharp_from_v=0.56,
    soft_divisor=3,
    soft_samples=24,
)


def build(collection) -> None:
    _steps(collection)
    _set(collection)
    _light(collection)


def _disc(collection, name, radius, low, high, material):
    """A cast disc: eased rims, a skirt that is not perfectly round."""
    def wobble(angle, r, _):
        return r * (1 + 0.0012 * np.sin(3 * angle + 1) + 0.0007 * np.sin(11 * angle))

    outline = [(0, low), (radius, low, 0.003), (radius, high, 0.0045), (0, high)]
    return mesh.lathe(name, outline, collection, material, 256, 8, wobble)


def _steps(collection) -> None:
    cream = surfaces.cast_plaster("cream plaster", CREAM)
    mark_ground(_disc(collection, "podium", TOP_RADIUS, -TOP_HEIGHT, 0.0, cream))
    step = _disc(collection, "step", STEP_RADIUS, FLOOR_Z, -TOP_HEIGHT, surfaces.cast_plaster("sage plaster", SAGE))
    step.location = (*STEP_OFFSET, 0)


def _set(collection) -> None:
    """Floor and wall in one color; an arch, a column and a ball, all out of focus."""
    props.cove(collection, plain("set", SAGE, 0.85), WALL_Y, 0.5, FLOOR_Z)
    turn = np.linspace(0, np.pi, 48)
    outline = [(ARCH_OUTER, -0.2), *((ARCH_OUTER * np.cos(t), ARCH_SPRING + ARCH_OUTER * np.sin(t)) for t in turn), (-ARCH_OUTER, -0.2)]
    outline += [(-ARCH_INNER, -0.2), *((-ARCH_INNER * np.cos(t), ARCH_SPRING + ARCH_INNER * np.sin(t)) for t in turn), (ARCH_INNER, -0.2)]
    sections = [[(x, y, z + FLOOR_Z) for x, z in outline] for y in (1.95, 1.70)]
    arch = mesh.loft("arch", sections, collection, plain("arch", CREAM, 0.85))
    arch.location = (-0.46, 0, 0)
    mesh.bevel(arch, 0.006)
    rose = plain("rose", ROSE, 0.8)
    mesh.lathe("column", [(0, FLOOR_Z), (0.10, FLOOR_Z), (0.10, 0.30, 0.005), (0, 0.30)], collection, rose, 96).location = (0.66, 1.25, 0)
    mesh.lathe("ball", [(0, -0.085), *((0.085 * np.sin(t), -0.085 * np.cos(t)) for t in np.linspace(0.1, 3.04, 30)), (0, 0.085)],
               collection, plain("ball", CREAM, 0.7), 64).location = (0.66, 1.25, 0.385)


def _light(collection) -> None:
    room.sun(collection, SUN_FROM, 3.0, KEY_COLOR, SUN_DIAMETER_DEG)
    _leaves(collection)
    room.area_light(collection, "window", (-1.5, -0.7, 1.2), (0, 0.1, 0.05), (1.0, 1.1), 22, KEY_COLOR)
    room.area_light(collection, "set light", (-1.6, 0.6, 1.9), (0.2, WALL_Y, 0.3), (1.0, 1.0), 14, KEY_COLOR)
    room.area_light(collection, "room", (1.7, -1.6, 1.4), (0, 0.2, 0), (2.0, 2.0), 5, SKY_COLOR)
    room.world(SKY_COLOR, 0.16)


def _leaves(collection) -> None:
    """A branch outside the frame, whose shadow falls on the back of the set."""
    rng = np.random.default_rng(12)
    leaf = plain("branch", (0.05, 0.06, 0.04), 0.8)
    way = np.array(SUN_FROM)
    for x, z, lean, turn in ((0.28, 0.42, 2.0, 0.2), (0.5, 0.30, 2.4, 0.9), (0.1, 0.2, 1.8, -0.4), (0.6, 0.5, 2.7, 0.4), (0.0, 0.5, 2.2, 0.1)):
        place = np.array((x, WALL_Y, z)) + way * 0.7
        sprig = outdoor.sprig_mesh("twig", rng, 15, 0.6, 0.15, 0.05)
        room.unseen(outdoor.link(collection, "twig", sprig, leaf, tuple(place), (0.3, lean, turn)))
