"""Mossy stone in a forest stream: a wet slab with cushions of moss, still dark water behind it, green depth far off."""

import math

import numpy as np

from .. import mesh, moss, outdoor, props, room, surfaces
from ..nodes import Shader
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec
from .stone_terrace import lichen

KEY_FROM = (-0.95, -0.40, 1.30)
KEY_COLOR = (0.97, 1.0, 0.98)
WATER_Z, BED_Z = -0.036, -0.20
FREE_M = 0.205                          # no moss nearer to the middle than this
SHOOTS_PER_SQUARE_METRE = 300_000
BANK_Y = 3.0
BOULDERS = (                            # x, y, radius, height
    (-0.62, 1.15, 0.20, 0.10), (0.70, 1.75, 0.26, 0.13), (-0.20, 2.25, 0.16, 0.06), (0.42, 0.86, 0.07, 0.028),
)
TRUNKS = ((-1.55, 5.2, 0.17), (-0.62, 7.4, 0.15), (0.18, 6.3, 0.10), (0.95, 4.7, 0.14), (1.75, 6.8, 0.22), (-2.3, 8.0, 0.2),
          (-0.05, 9.5, 0.13), (1.3, 9.2, 0.15), (-1.2, 9.8, 0.14))
SEED = 43

SPEC = PlateSpec(
    name="moss-water",
    title_en="Mossy stone beside still forest water",
    title_zh="林间静水旁的青苔石",
    keywords_en=("moss", "mossy stone", "rock", "water", "still water", "pond", "stream", "brook", "lake", "reflection", "forest",
                 "woodland", "rainforest", "fern", "wet stone", "dew", "overcast", "mist", "nature", "organic", "eco", "serum"),
    keywords_zh=("苔藓", "青苔", "岩石", "水边", "池塘", "溪流", "湖水", "倒影", "森林", "林间", "雨林", "蕨类", "露水", "阴天",
                 "薄雾", "大自然", "有机", "环保", "徒步", "精华"),
    categories=("beauty", "home", "food", "fashion"),
    ground_kind="rough",
    reflectance=0.03,
    roughness=0.6,
    lights=(Light("bright cloud", KEY_FROM, KEY_COLOR, 34.0, 0.48),),
    ambient=Ambient((0.92, 1.0, 0.94), 0.52),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.36), 0.19, 0.46),),
    camera=Camera(frame_height_m=0.55, vertical_fov_deg=20.0, pitch_deg=6.5, anchor_v=0.76, f_stop=2.9),
    exposure=0.42,
    samples=14,
    sharp_from_v=0.55,
    soft_divisor=3,
    soft_samples=72,
)


def build(collection) -> None:
    rng = np.random.default_rng(SEED)
    _slab(collection)
    _moss(collection, rng)
    _water(collection)
    _far_bank(collection, rng)
    _forest(collection, rng)
    _light(collection)


def inside(x, y):
    """Metres from the slab's outline, positive on it: it ends behind, and at the right where the water comes around."""
    wander = 0.030 * fbm(x, y, 0.22, 3, SEED) + 0.012 * fbm(x, y, 0.05, 3, SEED + 4)
    back = 0.275 - 0.16 * x - 0.42 * np.maximum(x - 0.05, 0) ** 1.5 - y
    right = (0.385 - 0.42 * y - x) * 0.9
    return np.minimum(back, right) + wander


def moss_cover(x, y, within):
    """0..1: along the edges and over the left shoulder, in ragged cushions; the middle is bare."""
    ragged = fbm(x, y, 0.11, 4, SEED + 10, 0.6)
    rim = smoothstep(0.115, 0.03, within + 0.055 * ragged)
    shoulder = smoothstep(0.235, 0.32, -x + 0.07 * ragged - 0.10 * np.maximum(-y, 0))
    spots = smoothstep(0.40, 0.50, fbm(x, y, 0.055, 2, SEED + 20))
    bare = smoothstep(FREE_M, FREE_M + 0.06, np.hypot(x, y * np.where(y > 0, 1.15, 0.85)) + 0.02 * ragged)
    return np.clip(np.maximum(np.maximum(rim, shoulder), spots), 0, 1) * bare * smoothstep(-0.055, -0.035, within)


def heights(x, y):
    """Height of the ground and its masks: moss, pools of rain, and how deep a place lies."""
    within = inside(x, y)
    swell = 0.0022 * fbm(x, y, 0.30, 3, SEED + 30)
    layers = 3.4 * fbm(x, y * 1.25, 0.26, 6, SEED + 40, 0.5)
    step = np.floor(layers) + smoothstep(0.72, 1.0, layers - np.floor(layers))
    stone = swell + 0.0017 * step + 0.0012 * fbm(x, y, 0.03, 5, SEED + 50, 0.6)
    level = -0.0021
    pool = smoothstep(level + 0.0004, level - 0.0002, stone) * smoothstep(0.13, 0.19, np.hypot(x, y))
    stone = stone * (1 - pool) + np.maximum(stone, level) * pool
    lip = np.clip((0.030 - within) / 0.030, 0, None)
    stone = stone - 0.010 * np.minimum(lip, 1) ** 2 - 0.055 * np.clip(lip - 1, 0, None) ** 0.8
    stone = stone + 0.075 * smoothstep(0.25, 0.50, -x - 0.05 * fbm(x, y, 0.2, 3, SEED + 60)) * smoothstep(-0.55, -0.1, y)
    cover = moss_cover(x, y, within)
    cushion = 0.55 + 0.45 * fbm(x, y, 0.045, 3, SEED + 70) - 0.35 * np.abs(fbm(x, y, 0.028, 2, SEED + 80))
    total = np.maximum(stone + 0.016 * np.sqrt(cover) * np.clip(cushion, 0, 1), BED_Z - 0.02)
    return total, {"moss": cover, "pool": pool * (1 - cover), "low": smoothstep(WATER_Z + 0.014, WATER_Z, total)}


def _slab(collection) -> None:
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2], eye[1], -0.52, 0.62, 0.30, 1400, 1200)
    z, masks = heights(x, y)
    mark_ground(outdoor.grid_object(collection, "slab", x, y, z - _rest(), masks, _stone()))


def _rest() -> float:
    """Height of the place where the product stands."""
    x, y = np.meshgrid(np.linspace(-0.06, 0.06, 60), np.linspace(-0.06, 0.06, 60))
    return float(np.median(heights(x, y)[0]))


def _stone():
    """Dark schist, damp: mineral grain, pale streaks, drying patches, a film of rain in the hollows."""
    s = Shader("wet schist")
    at = s.coords()
    moss, pool, low = (outdoor.attribute(s, k) for k in ("moss", "pool", "low"))
    cloud = s.noise(at, 7.0, 9, 0.68, 0.5)
    speck = s.noise(at, 170, 7, 0.8)
    grain = s.separate(s.voronoi(at, 640, output="Color"))
    color = s.ramp(cloud, [(0.30, (0.030, 0.029, 0.026)), (0.48, (0.066, 0.062, 0.054)), (0.60, (0.100, 0.092, 0.078)), (0.74, (0.155, 0.142, 0.12))])
    color = s.mix(1.0, color, s.ramp(speck, [(0.32, 0.42), (0.5, 1.0), (0.66, 1.75)]), "MULTIPLY")
    color = s.mix(s.ramp(grain[0], [(0.90, 0.0), (0.97, 0.55)]), color, (0.26, 0.25, 0.22))
    color = s.mix(s.ramp(grain[1], [(0.84, 0.0), (0.92, 0.7)]), color, (0.018, 0.017, 0.015))
    bands = s.noise(s.coords(scale=(1.0, 3.6, 1.0), rotation=(0, 0, 0.35)), 9.0, 7, 0.68, 0.7)
    color = s.mix(1.0, color, s.ramp(bands, [(0.34, 0.62), (0.5, 1.0), (0.66, 1.35)]), "MULTIPLY")
    vein = s.math("ABSOLUTE", s.math("SUBTRACT", s.noise(at, 3.2, 5, 0.6, 0.4), 0.47))
    vein = s.math("MULTIPLY", s.ramp(vein, [(0.0, 0.40), (0.007, 0.0)]), s.ramp(s.noise(at, 13, 4), [(0.42, 0.0), (0.6, 1.0)]))
    color = s.mix(vein, color, (0.27, 0.255, 0.225))
    rust = s.ramp(s.noise(at, 11, 6, 0.65, 0.6), [(0.54, 0.0), (0.70, 0.6)])
    color = s.mix(rust, color, (0.090, 0.060, 0.034))
    algae = s.ramp(s.noise(at, 15, 6, 0.7), [(0.50, 0.0), (0.66, 0.5)])
    color = s.mix(algae, color, (0.046, 0.056, 0.022))
    color = s.mix(s.math("MULTIPLY", lichen(s, at, 42, 0.28, 5.3), 0.7), color, (0.25, 0.26, 0.22))
    dry = s.ramp(s.noise(at, 7.5, 8, 0.70, 0.3), [(0.42, 0.0), (0.62, 1.0)])
    color = s.mix(dry, s.mix(1.0, color, (0.58, 0.58, 0.57), "MULTIPLY"), s.mix(1.0, color, (1.10, 1.08, 1.03), "MULTIPLY"))
    color = s.mix(s.math("MAXIMUM", pool, low), color, s.mix(1.0, color, (0.45, 0.45, 0.42), "MULTIPLY"))
    under = s.ramp(s.noise(at, 260, 4), [(0.3, (0.018, 0.022, 0.007)), (0.7, (0.055, 0.062, 0.018))])
    color = s.mix(s.remap(moss, 0.0, 1.0, 0.12, 0.4), color, under)
    gloss = s.math("ADD", s.mix_value(dry, 0.30, 0.66), s.math("MULTIPLY", s.math("SUBTRACT", speck, 0.5), 0.5))
    gloss = s.mix_value(s.math("MAXIMUM", pool, low), gloss, 0.04)
    s.set(color=color, roughness=s.mix_value(moss, gloss, 0.8), specular=s.mix_value(dry, 0.40, 0.20))
    calm = s.math("SUBTRACT", 1.0, s.math("MULTIPLY", pool, 0.97))
    surfaces.relief(s, (s.math("MULTIPLY", speck, calm), 9e-4))
    return surfaces.cheap_bounces(s, (0.075, 0.07, 0.06), 0.6)


def _moss(collection, rng) -> None:
    """Shoots wherever the cover says so and the camera looks."""
    x, y = rng.uniform(-0.62, 0.58, 400_000), rng.uniform(-0.50, 0.52, 400_000)
    share = SHOOTS_PER_SQUARE_METRE * 1.20 * 1.02 / len(x)
    seen = np.abs(x) < 0.245 * (y - SPEC.camera.position[1]) + 0.03
    x, y = x[seen], y[seen]
    z, masks = heights(x, y)
    keep = (rng.random(len(x)) < share) & (masks["moss"] > rng.uniform(0.10, 0.5, len(x))) & (z > WATER_Z)
    x, y, z, cover = x[keep], y[keep], z[keep] - _rest(), masks["moss"][keep]
    step = 0.002
    slope = np.stack([heights(x + step, y)[0] - heights(x - step, y)[0], heights(x, y + step)[0] - heights(x, y - step)[0]], 1) / (2 * step)
    normal = np.concatenate([-np.clip(slope, -1.5, 1.5), np.ones((len(x), 1))], 1)
    stem = normal / np.linalg.norm(normal, axis=1, keepdims=True) + rng.normal(0, 0.28, (len(x), 3)) + (0, 0, 0.3)
    stem /= np.linalg.norm(stem, axis=1, keepdims=True)
    patch = fbm(x, y, 0.07, 3, SEED + 90)
    tall = (0.0048 + 0.0016 * patch) * rng.uniform(0.6, 1.25, len(x)) * (0.45 + 0.55 * cover)
    root = np.stack([x, y, z - 0.0008], 1)
    moss.shoots(collection, rng, root, stem, tall, patch)


def _water(collection) -> None:
    """A still surface that mirrors the wood and lets the dark bed through; a few slow rings of ripples."""
    s = Shader("water")
    at = s.coords(scale=(1.0, 2.4, 1.0))
    ripple = s.node("ShaderNodeBump", {"Strength": 1.0, "Distance": 0.0016, "Height": s.noise(at, 6.5, 3, 0.5, 0.4)}).outputs[0]
    rim = s.node("ShaderNodeFresnel", {"IOR": 1.33, "Normal": ripple}).outputs[0]
    clear = s.node("ShaderNodeBsdfTransparent", {"Color": (0.50, 0.52, 0.40)})
    gloss = s.node("ShaderNodeBsdfGlossy", {"Roughness": 0.02, "Normal": ripple})
    mix = s.node("ShaderNodeMixShader", {0: rim, 1: clear.outputs[0], 2: gloss.outputs[0]})
    s.tree.links.new(mix.outputs[0], s.output.inputs["Surface"])
    outdoor.flat(collection, "water", s.material, 6.0, (0, 3.0, WATER_Z))
    bed = Shader("bed", roughness=0.9)
    bed.set(color=bed.ramp(bed.noise(bed.coords(), 14, 5, 0.6), [(0.35, (0.018, 0.016, 0.010)), (0.65, (0.075, 0.066, 0.044))]))
    outdoor.flat(collection, "bed", bed.material, 6.0, (0, 3.0, BED_Z))


def _far_bank(collection, rng) -> None:
    """Boulders in the water and the far bank, all grown over; ferns along it."""
    s = Shader("mossy boulder", roughness=0.75, specular=0.3)
    rise = s.separate(s.node("ShaderNodeNewGeometry").outputs["Position"])["Z"]
    wet = s.remap(s.math("ADD", rise, s.math("MULTIPLY", s.noise(s.coords(), 9, 4), 0.05)), 1.0, 0.0, WATER_Z + 0.025, WATER_Z + 0.045)
    green = s.ramp(s.noise(s.coords(), 16, 6, 0.65), [(0.3, (0.040, 0.058, 0.013)), (0.7, (0.13, 0.165, 0.035))])
    litter = s.ramp(s.noise(s.coords(), 21, 5, 0.7), [(0.3, (0.022, 0.016, 0.010)), (0.7, (0.10, 0.072, 0.042))])
    green = s.mix(s.ramp(s.noise(s.coords(), 2.6, 4, 0.6), [(0.46, 0.0), (0.58, 0.85)]), green, litter)
    s.set(color=s.mix(wet, green, (0.028, 0.027, 0.023)))
    s.bump(s.noise(s.coords(), 60, 4), 1.0, 0.012)
    for k, (x, y, radius, high) in enumerate(BOULDERS):
        _boulder(collection, s.material, x, y, radius, high, SEED + 100 + k)
    x, y = np.meshgrid(np.linspace(-4, 4, 260), np.linspace(BANK_Y - 0.3, BANK_Y + 9, 160))
    edge = y - BANK_Y - 0.22 * fbm(x, y, 1.1, 3, SEED + 130)
    z = BED_Z + (0.05 - BED_Z) * smoothstep(-0.15, 0.25, edge) + 0.06 * fbm(x, y, 0.5, 4, SEED + 140)
    outdoor.grid_object(collection, "far bank", x, y, z, {}, s.material)
    frond = outdoor.leaf_material("fern", (0.05, 0.09, 0.02), (0.17, 0.25, 0.06))
    fern = outdoor.sprigs("fern", rng, frond, 26, 0.16, 0.20, 0.035, (0.25, 1.2), 3)
    places = np.stack([rng.uniform(-2.0, 2.0, 130), BANK_Y + 0.02 + 3.2 * rng.random(130) ** 1.6, rng.uniform(0.0, 0.10, 130)], 1)
    outdoor.scatter(collection, "fern", fern, rng, places, (0.5, 1.5), 0.45)


def _boulder(collection, material, x, y, radius, high, seed) -> None:
    turn, out = np.meshgrid(np.linspace(0, 2 * math.pi, 96), np.linspace(0.0, 1.0, 48))
    reach = radius * out * (1 + 0.16 * fbm(np.cos(turn), np.sin(turn), 0.9, 3, seed))
    px, py = reach * np.cos(turn), reach * np.sin(turn) * 0.8
    z = WATER_Z - 0.05 + (high + 0.05) * np.sqrt(np.clip(1 - out**2.4, 0, 1)) + 0.14 * radius * fbm(px, py, radius * 0.6, 4, seed + 9)
    outdoor.grid_object(collection, "boulder", (x + px)[::-1], (y + py)[::-1], z[::-1], {}, material)


def _forest(collection, rng) -> None:
    """Trunks against a bright haze, undergrowth between them, glints on leaves as soft discs."""
    bark = Shader("bark", roughness=0.9)
    bark.set(color=bark.ramp(bark.noise(bark.coords(scale=(9, 9, 1.5)), 1.6, 5), [(0.35, (0.022, 0.018, 0.012)), (0.65, (0.085, 0.085, 0.042))]))
    for x, y, radius in TRUNKS:
        trunk = mesh.lathe("trunk", [(0, -0.4), (radius * 1.5, -0.4), (radius * 1.08, 0.5, 0.6), (radius, 5.0), (0, 5.0)], collection, bark.material, 32)
        trunk.location, trunk.rotation_euler = (x, y, 0), (0, rng.normal(0, 0.05), 0)
    leaf = outdoor.leaf_material("hazel leaf", (0.045, 0.085, 0.02), (0.20, 0.29, 0.07), 0.35)
    twigs = outdoor.sprigs("hazel", rng, leaf, 20, 0.5, 0.12, 0.07, variants=3)
    for x, y in ((-1.7, 4.4), (-0.9, 6.2), (0.75, 5.8), (1.35, 4.4), (2.4, 5.6), (-1.9, 7.6)):
        outdoor.bush(collection, rng, twigs, (x, y, 0.45), (0.55, 0.4, 0.5), 30)
    haze = Shader("haze", color=(0, 0, 0), emission_strength=1.0)
    haze.set(emission=haze.ramp(haze.noise(haze.coords(), 0.55, 5, 0.6), [(0.36, (0.09, 0.14, 0.05)), (0.5, (0.46, 0.58, 0.27)), (0.63, (1.70, 1.84, 1.36))]))
    room.panel(collection, "haze", (26, 9), (0, 12.5, 3.5), haze.material, props.UPRIGHT)
    for name, color, count, power in (("glint", (0.85, 1.0, 0.72), 26, 5.0), ("dew", (1.0, 1.0, 0.92), 12, 9.0)):
        spot = np.stack([rng.uniform(-1.9, 1.9, count), rng.uniform(3.4, 6.5, count), 0.10 + 0.75 * rng.random(count) ** 1.3], 1)
        props.sparks(collection, name, [tuple(p) for p in spot], 0.010, color, power)


def _light(collection) -> None:
    outdoor.sky("overcast", [(0.0, (0.05, 0.06, 0.04)), (0.5, (0.30, 0.36, 0.26)), (0.62, (0.62, 0.70, 0.62)), (1.0, (0.92, 1.0, 0.97))], 0.75,
                glows=(((0.1, -0.8, 0.6), (0.85, 0.92, 0.88), 2.0),))
    room.area_light(collection, "bright cloud", KEY_FROM, (0, 0, 0.05), (0.9, 0.9), 46, KEY_COLOR)
