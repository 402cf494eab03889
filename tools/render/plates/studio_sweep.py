"""Studio sweep: a warm clay plaster cove, window light with a soft muntin shadow on the back. The safe fallback."""

import math

import numpy as np

from .. import outdoor
from ..mesh import rounded_box
from ..nodes import Shader, plain
from ..outdoor import fbm
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY = (-0.66, -0.22, 0.72)
KEY_DIAMETER_DEG = 5.0
SPEC = PlateSpec(
    name="studio-sweep",
    title_en="Clay plaster studio with window light",
    title_zh="暖陶色灰泥影棚与窗影",
    keywords_en=("studio", "backdrop", "sweep", "plaster", "seamless", "minimal", "clean", "plain", "beige", "sand", "clay",
                 "warm", "neutral", "window shadow", "soft light", "pastel"),
    keywords_zh=("影棚", "灰泥", "无缝背景", "极简", "干净", "纯色", "米色", "沙色", "陶土色",
                 "暖色", "中性", "窗影", "柔光"),
    categories=("beauty", "food", "kitchen", "toys", "furniture", "home", "electronics", "fashion"),
    ground_kind="rough",
    reflectance=0.0,
    roughness=1.0,
    lights=(Light("window", KEY, (0.95, 0.97, 1.0), KEY_DIAMETER_DEG, 0.57),),
    ambient=Ambient((1.0, 0.90, 0.88), 0.43),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.60), 0.60, 0.75),),
    camera=Camera(frame_height_m=0.90, vertical_fov_deg=20.0, pitch_deg=8.5, anchor_v=0.74, f_stop=2.8),
    exposure=0.5,
    white_temperature_k=5600.0,
    samples=24,
)

WALL_Y, CURVE_RADIUS = 1.75, 0.75
FRONT_Y, TOP_Z, HALF_WIDTH = -2.2, 2.6, 2.2
STEP = 0.012
SEED = 23


def sweep(collection):
    """Plaster from the floor up the wall in one curve, not quite flat anywhere."""
    straight, bend = WALL_Y - CURVE_RADIUS - FRONT_Y, CURVE_RADIUS * math.pi / 2
    length = straight + bend + TOP_Z
    along, across = np.meshgrid(np.arange(0, length, STEP), np.arange(-HALF_WIDTH, HALF_WIDTH, STEP), indexing="ij")
    turn = np.clip((along - straight) / CURVE_RADIUS, 0, math.pi / 2)
    rise = np.maximum(along - straight - bend, 0)
    ripple = 0.0010 * fbm(across, along, 0.55, 2, SEED) + 0.0022 * fbm(across * 0.25, along, 0.5, 3, SEED + 7) * (turn > 0)
    radius = CURVE_RADIUS - ripple
    y = FRONT_Y + np.minimum(along, straight) + radius * np.sin(turn)
    z = CURVE_RADIUS - radius * np.cos(turn) + rise
    middle = np.exp(-(across**2 + (along + FRONT_Y) ** 2) / 0.04)
    z = np.where(turn == 0, z * (1 - middle), z)
    mark_ground(outdoor.grid_object(collection, "plaster sweep", across, y, z, {"along": along}, plaster()))


def plaster():
    """Troweled lime plaster: cloudy pigment, crossing trowel strokes, fine sand and a few pinholes."""
    s = Shader("plaster", roughness=0.85, specular=0.25)
    at = s.coords()
    cloud = s.noise(at, 2.4, 6, 0.6, 0.6)
    color = s.ramp(cloud, [(0.3, (0.520, 0.342, 0.213)), (0.52, (0.552, 0.370, 0.236)), (0.72, (0.585, 0.403, 0.266))])
    strokes = s.mix_value(0.5, stroke(s, 0.9), stroke(s, -1.1))
    color = s.mix(1.0, color, s.ramp(strokes, [(0.36, 0.90), (0.64, 1.08)]), "MULTIPLY")
    sand = s.noise(at, 120, 5, 0.75)
    color = s.mix(1.0, color, s.ramp(sand, [(0.3, 0.70), (0.5, 1.0), (0.7, 1.2)]), "MULTIPLY")
    pinhole = s.ramp(s.voronoi(at, 75), [(0.05, 1.0), (0.10, 0.0)])
    some = s.ramp(s.noise(at, 9, 2), [(0.56, 0.0), (0.62, 1.0)])
    pinhole = s.math("MULTIPLY", pinhole, some)
    s.set(color=s.mix(s.math("MULTIPLY", pinhole, 0.8), color, (0.22, 0.14, 0.085)))
    s.bump(s.math("SUBTRACT", s.noise(at, 110, 6, 0.7), s.math("MULTIPLY", pinhole, 0.6)), 0.9, 0.004)
    s.bump(strokes, 0.7, 0.008)
    return s.material


def stroke(s, turn):
    """Broad smears along one direction of the floor and wall."""
    return s.noise(s.coords(scale=(8, 17, 14), rotation=(0.3, 0.2, turn)), 1.0, 6, 0.62, 0.8)


def window(collection):
    """A muntined window outside the frame at the left; its bars draw the soft shadow on the back."""
    wood = plain("window frame", (0.6, 0.58, 0.54), 0.6)
    left, low, high = -1.55, 1.06, 3.3
    for y in (-1.05, -0.10, 0.85, 1.8):
        rounded_box("upright", (0.05, 0.09, high - low), collection, wood, location=(left, y, (low + high) / 2))
    for z in (low, 2.5, high):
        rounded_box("rail", (0.05, 4.2, 0.09), collection, wood, location=(left, 0.4, z))
    for y, z, depth, height in ((0.0, 0.5, 9.0, 1.1), (0.0, 4.3, 9.0, 2.0), (4.3, 2.0, 5.0, 4.0), (-4.0, 2.0, 5.0, 4.0)):
        rounded_box("pier", (0.1, depth, height), collection, wood, location=(left - 0.1, y, z))


def build(collection):
    sweep(collection)
    window(collection)
    outdoor.sun(collection, "window", KEY, 3.2, KEY_DIAMETER_DEG, (1.0, 0.95, 0.88))
    outdoor.sky("room", [(0.0, (0.3, 0.29, 0.28)), (0.45, (0.55, 0.55, 0.57)), (1.0, (0.95, 0.95, 1.0))], 0.9)
