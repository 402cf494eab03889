"""Winter: weathered boards under a dusting of snow that someone brushed aside; frosted firs in haze far behind."""

import math

import numpy as np

from .. import outdoor, room, surfaces
from ..nodes import Shader
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (0.97, 0.98, 1.0)
KEY_FROM = (-1.20, -0.50, 1.10)
BOARD, BACK_Y = 0.155, 0.62
GROUND_Z = -0.85
FIRS = ((-1.5, 5.2, 2.6), (-0.75, 7.6, 3.0), (1.35, 5.8, 2.8), (2.3, 7.2, 3.4), (0.45, 9.5, 3.0), (-2.8, 8.4, 3.6), (-1.9, 10.5, 3.2), (3.4, 10.0, 3.4))
SEED = 41

SPEC = PlateSpec(
    name="winter",
    title_en="Snow-dusted boards before frosted firs",
    title_zh="雪松林前的积雪木板",
    keywords_en=("winter", "snow", "snowy", "cold", "frost", "ice", "fir", "forest", "trees", "wood", "boards", "weathered", "outdoor",
                 "christmas", "ski", "mountain", "white", "gray", "blue", "cool", "hand cream", "hot drink"),
    keywords_zh=("冬天", "雪", "积雪", "寒冷", "霜", "冰", "冷杉", "森林", "树", "木板", "旧木", "户外", "圣诞", "滑雪", "山",
                 "白色", "灰色", "冷色", "护手霜", "热饮"),
    categories=("beauty", "food", "fashion", "kitchen", "toys"),
    ground_kind="rough",
    reflectance=0.02,
    roughness=0.8,
    lights=(Light("winter sky", KEY_FROM, KEY_COLOR, 26.0, 0.55),),
    ambient=Ambient((0.92, 0.96, 1.0), 0.45),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.36), 0.20, 0.48),),
    camera=Camera(frame_height_m=0.56, vertical_fov_deg=20.0, pitch_deg=7.0, anchor_v=0.75, f_stop=2.5),
    exposure=0.0,
    samples=8,
    sharp_from_v=0.56,
    soft_divisor=3,
    soft_samples=12,
)


def build(collection) -> None:
    gray = surfaces.wood("gray boards", (0.27, 0.235, 0.195), (0.105, 0.085, 0.068), 0.006, (0.6, 0.8), BOARD, 0.5)
    for board in room.boards(collection, gray, BOARD, BACK_Y, 8, gap=0.005):
        mark_ground(board)
    white = _snow_material()
    _dusting(collection, white)
    outdoor.flat(collection, "snow field", white, 40.0, (0, 38, GROUND_Z))
    _firs(collection)
    _light(collection)


def _snow_material():
    """Fine crystals: bright, a little translucent, some of them glitter."""
    s = Shader("snow", color=(0.80, 0.82, 0.85), roughness=0.55, specular=0.35, sheen=0.15)
    grain = s.noise(s.coords(), 700, 2, 0.7)
    s.set(color=s.ramp(grain, [(0.3, (0.66, 0.70, 0.76)), (0.6, (0.82, 0.84, 0.86))]))
    s.bump(grain, 0.7, 0.0012)
    return surfaces.cheap_bounces(s, (0.78, 0.80, 0.83), 0.8)


def snow_height(x, y):
    """Thickness above the boards; below zero there is none. Swept in the middle, deep at the back and the sides."""
    bent = y + 0.05 * fbm(x, y, 0.4, 2, SEED + 3)
    reach = np.hypot(x / 0.40, np.where(bent > 0, bent / 0.25, bent / 0.30))
    z = -0.016 + 0.021 * smoothstep(0.5, 1.7, reach)
    z = z + 0.022 * fbm(x * 0.7, y, 0.24, 4, SEED, 0.6) * smoothstep(0.15, 0.8, reach)
    z = z + 0.016 * smoothstep(0.25, 0.6, y) + 0.010 * smoothstep(0.30, 0.6, np.abs(x))
    groove = np.abs((BACK_Y - y) / BOARD - np.round((BACK_Y - y) / BOARD)) * BOARD
    z = z + 0.0015 * smoothstep(0.009, 0.002, groove) * (reach > 0.5)
    lump = smoothstep(0.45, 0.75, fbm(x, y, 0.017, 2, SEED + 20)) * 0.0030 * smoothstep(0.45, 0.9, reach)
    soft = 0.5 * (z + np.sqrt(z**2 + 2.2e-5)) - 0.0011
    return soft + lump - 0.0012


def _dusting(collection, material) -> None:
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2], eye[1], -0.5, BACK_Y, 0.34, 800, 760)
    outdoor.grid_object(collection, "dusting", x, y, snow_height(x, y), {}, material)


def _firs(collection) -> None:
    """One tree of drooping, snow-laden branches, placed many times."""
    s = Shader("frosted fir", roughness=0.8, specular=0.2)
    up = s.separate(s.node("ShaderNodeNewGeometry").outputs["Normal"])["Z"]
    load = s.math("ADD", s.math("ABSOLUTE", up), s.math("MULTIPLY", s.noise(s.coords(), 5.0, 2), 0.6))
    s.set(color=s.ramp(load, [(0.62, (0.055, 0.085, 0.075)), (0.95, (0.62, 0.66, 0.70))]))
    rng = np.random.default_rng(SEED)
    points, quads, count = [], [], 0
    for k in range(560):
        rise = (k / 560) ** 0.8
        length = (1.0 - rise) * 0.42 * rng.uniform(0.75, 1.15) + 0.04
        blade, faces = outdoor.leaf_points(length, 0.10 + 0.10 * length, -0.35, rng.uniform(0.25, 0.55))
        turn = k * 2.39996 + rng.normal(0, 0.2)
        cos, sin = math.cos(turn), math.sin(turn)
        points.append(blade @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]) + (0, 0, 0.06 + rise))
        quads.append(faces + count)
        count += len(blade)
    tree = outdoor.mesh_from_arrays("fir", np.concatenate(points), np.concatenate(quads))
    tree.materials.append(s.material)
    for k, (x, y, height) in enumerate(FIRS):
        outdoor.link(collection, "fir", tree, None, (x, y, GROUND_Z), (0, 0, k * 1.7), height)


def _light(collection) -> None:
    outdoor.sky("snow sky", [(0.0, (0.5, 0.53, 0.58)), (0.5, (0.74, 0.78, 0.84)), (0.56, (0.62, 0.69, 0.79)), (1.0, (0.45, 0.55, 0.70))], 0.62)
    room.area_light(collection, "winter sky", KEY_FROM, (0, 0, 0.05), (0.7, 0.75), 62, KEY_COLOR)
    room.area_light(collection, "open field", (1.3, -2.2, 1.5), (0, 0.2, 0.1), (2.2, 1.8), 10, KEY_COLOR)
