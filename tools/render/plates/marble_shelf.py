"""Polished marble ledge before a lime-plaster wall: window from the left, eucalyptus shadow on the wall."""

import math

import numpy as np

from .. import mesh, outdoor, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.955, 0.89)
SKY_COLOR = (0.88, 0.94, 1.0)
SUN_FROM = (-0.74, -0.30, 0.60)
SUN_DIAMETER_DEG = 3.2
WINDOW_X = -1.2
OPENING_Y, OPENING_Z = (-1.05, 0.0), (0.58, 1.52)
WALL_Y = 0.34
FRONT_Y = -0.235
SLAB_M = 0.12

SPEC = PlateSpec(
    name="marble-shelf",
    title_en="Marble ledge with leaf shadow",
    title_zh="叶影大理石台",
    keywords_en=("marble", "shelf", "ledge", "bathroom", "white", "beige", "plaster", "spa", "elegant", "luxury", "clean",
                 "minimal", "leaf", "shadow", "daylight", "skincare"),
    keywords_zh=("大理石", "置物台", "浴室", "白色", "米色", "灰泥墙", "水疗", "优雅", "高级", "干净", "极简", "叶影", "日光", "护肤"),
    categories=("beauty", "home", "fashion", "electronics"),
    ground_kind="polished",
    reflectance=0.26,
    roughness=0.14,
    lights=(Light("window", SUN_FROM, KEY_COLOR, 16.0, 0.6),),
    ambient=Ambient(SKY_COLOR, 0.4),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.36), 0.20, 0.42),),
    camera=Camera(frame_height_m=0.50, vertical_fov_deg=19.0, pitch_deg=8.0, anchor_v=0.73, f_stop=4.0),
    exposure=0.55,
)


def build(collection) -> None:
    _ledge(collection)
    _props(collection)
    _light(collection)


def _ledge(collection) -> None:
    slab = mesh.rounded_box("ledge", (2.4, WALL_Y - FRONT_Y + 0.05, SLAB_M), collection, surfaces.marble("marble"), 0.006, 6)
    slab.location = (0, (WALL_Y + 0.05 + FRONT_Y) / 2, -SLAB_M / 2)
    mark_ground(slab)
    wall = surfaces.plaster("plaster", (0.53, 0.455, 0.375))
    room.panel(collection, "wall", (5, 3), (0, WALL_Y, 1.0), wall, (math.pi / 2, 0, 0))
    room.panel(collection, "lower wall", (5, 2), (0, FRONT_Y + 0.04, -1.0), wall, (math.pi / 2, 0, 0))


def _props(collection) -> None:
    """A stoneware vase that the right edge crops, with a drooping eucalyptus stem."""
    clay = plain("stoneware", (0.50, 0.45, 0.38), 0.75)
    profile = [(0, 0), (0.055, 0, 0.012), (0.085, 0.10, 0.07), (0.036, 0.20, 0.03), (0.046, 0.235, 0.004), (0.036, 0.235, 0.004), (0.028, 0.19), (0, 0.1)]
    mesh.lathe("vase", profile, collection, clay, 96).location = (0.36, 0.20, 0)
    leaf = plain("eucalyptus", (0.20, 0.25, 0.19), 0.6)
    room.foliage(collection, "stem", 4, (0.36, 0.20, 0.36), (0.10, 0.09, 0.12), 60, (0.045, 0.036), leaf, 0.2)


def _light(collection) -> None:
    room.sun(collection, SUN_FROM, 2.6, KEY_COLOR, SUN_DIAMETER_DEG)
    room.sun_window(collection, WINDOW_X, OPENING_Y, OPENING_Z)
    _branches(collection)
    room.area_light(collection, "window", (-1.5, -0.6, 1.1), (0, 0.1, 0.05), (0.8, 1.0), 18, KEY_COLOR)
    room.area_light(collection, "room", (1.6, -1.4, 1.5), (0, 0.2, 0), (2.0, 2.0), 7, SKY_COLOR)
    room.world(SKY_COLOR, 0.17)


def _branches(collection) -> None:
    """Twigs in the sun's way, near enough to the wall that their leaves are soft but legible."""
    rng = np.random.default_rng(21)
    leaf = plain("branch", (0.05, 0.06, 0.04), 0.8)
    for x, z, lean, turn in ((-0.60, 0.98, 2.2, 0.4), (-0.52, 1.08, 2.5, 1.9), (-0.68, 0.86, 1.9, 3.0), (-0.44, 1.12, 2.9, 0.0)):
        sprig = outdoor.sprig_mesh("twig", rng, 17, 0.52, 0.085, 0.034)
        twig = outdoor.link(collection, "twig", sprig, leaf, (x, 0.02, z), (0.0, lean, turn * 0.2))
        room.unseen(twig)
