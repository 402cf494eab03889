"""Winter: dark weathered boards with powder snow lying along their back; a hazy, snowy fir wood far behind."""

import bpy
import numpy as np

from .. import firs, outdoor, room, surfaces
from ..nodes import Shader, add_node
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_far import mark_far
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (0.97, 0.98, 1.0)
KEY_FROM = (-1.20, -0.50, 1.10)
BOARD, BACK_Y = 0.245, 0.375            # the seams lie well before and behind the product's foot
FAR_M = 25.0
HAZE = (0.58, 0.61, 0.66)
FIRS = (                                # x, distance along y, height; bases are hidden by the ledge or by snow
    (-3.3, 13.5, 4.6), (-2.2, 17.0, 4.3), (-4.6, 19.0, 5.6), (3.3, 14.5, 4.9), (4.6, 18.0, 5.4), (2.5, 20.0, 3.9),
    (-1.35, 25.0, 4.2), (1.5, 27.0, 4.6), (-3.6, 29.0, 5.6), (5.2, 26.0, 5.8), (3.7, 33.0, 5.4), (-6.0, 31.0, 6.2),
    (0.25, 36.0, 4.4), (-1.9, 40.0, 5.2), (2.2, 43.0, 5.4), (-4.9, 43.0, 6.0), (6.5, 42.0, 6.2), (-0.6, 50.0, 5.0), (4.3, 52.0, 6.0), (-3.4, 54.0, 6.2),
)
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
    look="AgX - High Contrast",
    exposure=0.3,
    samples=20,
    soft_divisor=2,
    soft_samples=32,
)


def build(collection) -> None:
    wood = surfaces.wood("old boards", (0.125, 0.080, 0.048), (0.030, 0.019, 0.012), 0.0055, (0.55, 0.8), BOARD, 0.6)
    _frost(wood)
    _, *bare = room.boards(collection, wood, BOARD, BACK_Y, 5, gap=0.004)
    for board in bare:                  # the last one lies under snow and rime
        mark_ground(board)
    snow = _snow_material()
    _bank(collection, snow)
    _grains(collection, snow)
    _wood_behind(collection)
    _light(collection)


def _snow_material():
    """Packed crystals that light goes some way into."""
    s = Shader("snow", color=(0.70, 0.74, 0.785), roughness=0.6, specular=0.3, subsurface=0.8, subsurface_scale=0.012)
    s.set(subsurface_radius=(0.8, 0.9, 1.0))
    grain = s.noise(s.coords(), 900, 3, 0.75)
    s.bump(grain, 0.8, 0.0010)
    return s.material


def bank_edge(x, y):
    """Metres inside the bank of snow; negative on the bare boards."""
    front = 0.285 - 0.13 * smoothstep(0.14, 0.50, np.abs(x - 0.05)) + 0.060 * fbm(x, 0 * y, 0.21, 2, SEED + 3)
    ragged = 0.016 * fbm(x, y, 0.036, 4, SEED + 5, 0.62)
    return y - front + ragged


def bank_height(x, y):
    """The bank is rounded at its front, deepest over the middle, and rolls off the boards' far edge."""
    inside = bank_edge(x, y)
    depth = 0.030 * (1 - np.exp(-np.clip(inside, 0, None) / 0.045)) + 0.25 * np.clip(inside, 0, 0.008)
    swell = 0.55 + 0.85 * smoothstep(0.06, 0.46, np.abs(x - 0.05)) + 0.70 * fbm(x, y, 0.13, 4, SEED + 9, 0.55)
    swell = np.maximum(swell, 0.22)
    roll = np.clip((y - BACK_Y + 0.030) / 0.040, 0, 1)
    crust = 0.0022 * fbm(x, y, 0.016, 4, SEED + 13, 0.7) * smoothstep(0, 0.02, inside)
    return np.where(inside > 0, depth * swell * np.sqrt(1 - 0.98 * roll**2) + crust, 0.25 * inside) - 0.0004


def _bank(collection, material) -> None:
    x, y = np.meshgrid(np.linspace(-0.62, 0.62, 1500), np.linspace(0.06, BACK_Y + 0.010, 380))
    outdoor.grid_object(collection, "bank", x, y, bank_height(x, y), {}, material)


def _grains(collection, material) -> None:
    """Crumbs that fell off the bank, ever fewer away from it."""
    rng = np.random.default_rng(SEED)
    x, y = rng.uniform(-0.6, 0.6, 60000), rng.uniform(-0.35, BACK_Y, 60000)
    gap = -bank_edge(x, y)
    patch = 0.35 + smoothstep(-0.2, 0.5, fbm(x, y, 0.07, 3, SEED + 17))
    keep = (gap > -0.004) & (rng.random(len(x)) < patch * (0.9 * np.exp(-gap / 0.010) + 0.06 * np.exp(-gap / 0.07)))
    x, y, gap = x[keep], y[keep], gap[keep]
    size = np.clip(0.00055 * rng.lognormal(0, 0.6, len(x)), 0.0003, 0.0032) * (1 + 0.7 * np.exp(-gap / 0.012))
    around, up = np.meshgrid(np.linspace(0, 2 * np.pi, 8), np.linspace(-1.45, 1.45, 6), indexing="ij")
    ball = np.stack([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), 0.75 * np.sin(up)], axis=-1).reshape(-1, 3)
    lumps = ball[None] * size[:, None, None] * rng.uniform(0.75, 1.25, (len(x), 1, 3))
    points = lumps + np.stack([x, y, 0.4 * size], axis=-1)[:, None]
    index = np.arange(8 * 6).reshape(8, 6)
    quads = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    every = (quads[None] + (48 * np.arange(len(x)))[:, None, None]).reshape(-1, 4)
    outdoor.link(collection, "grains", outdoor.mesh_from_arrays("grains", points.reshape(-1, 3), every), material)


def _frost(material) -> None:
    """Rime on the wood, thicker toward the snow, caught in the grain."""
    tree = material.node_tree
    bsdf = tree.nodes["Principled BSDF"]
    at = add_node(tree, "ShaderNodeNewGeometry").outputs["Position"]
    along = add_node(tree, "ShaderNodeVectorMath", {0: at, 1: (60, 900, 900)}, operation="MULTIPLY").outputs[0]
    fiber = add_node(tree, "ShaderNodeTexNoise", {"Vector": along, "Scale": 1.0, "Detail": 3.0, "Roughness": 0.7}).outputs[0]
    cloud = add_node(tree, "ShaderNodeTexNoise", {"Vector": at, "Scale": 11.0, "Detail": 5.0, "Roughness": 0.6}).outputs[0]
    near = add_node(tree, "ShaderNodeMapRange", {0: add_node(tree, "ShaderNodeSeparateXYZ", {0: at}).outputs["Y"], 1: -0.15, 2: 0.30, 3: -0.16, 4: 0.20}).outputs[0]
    total = add_node(tree, "ShaderNodeMath", {0: fiber, 1: cloud}, operation="ADD").outputs[0]
    total = add_node(tree, "ShaderNodeMath", {0: total, 1: near}, operation="ADD").outputs[0]
    amount = add_node(tree, "ShaderNodeMapRange", {0: total, 1: 1.02, 2: 1.36, 3: 0.0, 4: 0.62}).outputs[0]
    mix = add_node(tree, "ShaderNodeMix", data_type="RGBA")
    tree.links.new(amount, mix.inputs[0])
    tree.links.new(bsdf.inputs["Base Color"].links[0].from_socket, mix.inputs[6])
    mix.inputs[7].default_value = (0.62, 0.66, 0.71, 1)
    tree.links.new(mix.outputs[2], bsdf.inputs["Base Color"])


def _wood_behind(collection) -> None:
    needles = firs.in_haze(Shader("needles", color=(0.030, 0.046, 0.040), roughness=0.9, specular=0.1), HAZE, 130.0)
    load = firs.in_haze(Shader("snow load", color=(0.80, 0.82, 0.86), roughness=0.9, specular=0.1), HAZE, 130.0)
    trees = [firs.tree_mesh(f"fir {k}", SEED + k, needles, load) for k in range(3)]
    x, y, heights = np.array(FIRS).T
    for k, place in enumerate(zip(x, y, _slope(x, y))):
        mark_far(outdoor.link(collection, "fir", trees[k % 3], None, place, (0, 0, k * 1.7), heights[k]), FAR_M)
    x, y = np.meshgrid(np.linspace(-30, 30, 160), np.linspace(4, 160, 200))
    mark_far(outdoor.grid_object(collection, "snow slope", x, y, _slope(x, y), {}, load), FAR_M)


def _slope(x, y):
    return -2.9 + 0.028 * np.maximum(y - 12, 0) + 0.25 * fbm(x, y, 7.0, 2, SEED + 30)


def _light(collection) -> None:
    outdoor.sky("snow sky", [(0.0, (0.5, 0.53, 0.58)), (0.5, (1.25, 1.08, 0.92)), (0.53, (0.95, 0.90, 0.86)), (0.60, (0.62, 0.69, 0.79)), (1.0, (0.45, 0.55, 0.70))], 0.75)
    room.area_light(collection, "winter sky", KEY_FROM, (0, 0, 0.05), (0.7, 0.75), 62, KEY_COLOR)
    room.area_light(collection, "open field", (1.3, -2.2, 1.5), (0, 0.2, 0.1), (2.2, 1.8), 10, KEY_COLOR)
    low = room.sun(collection, (-0.75, 0.40, 0.28), 3.2, (1.0, 0.80, 0.58), 3.0)
    far = bpy.data.collections.new("far")
    for obj in collection.objects:
        if "far" in obj:
            far.objects.link(obj)
    low.light_linking.receiver_collection = far
