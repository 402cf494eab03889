"""Stone terrace: weathered riven sandstone flags in open shade, garden greenery blurred behind."""

import math

import numpy as np
from mathutils import Vector

from .. import outdoor
from ..mesh import lathe, rounded_box
from ..nodes import Shader
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY = (-0.68, 0.12, 0.70)
KEY_DIAMETER_DEG = 4.5
BRIGHT_SKY = (0.1, -0.8, 0.6)           # the open side of the garden, behind the camera: the fill
SPEC = PlateSpec(
    name="stone-terrace",
    title_en="Weathered stone terrace under a veiled sun",
    title_zh="薄云天光下的石板露台",
    keywords_en=("stone", "terrace", "patio", "garden", "outdoor", "sandstone", "flagstone", "slab", "greenery", "leaves",
                 "natural", "rustic", "summer", "spring", "gray", "soft light"),
    keywords_zh=("石板", "露台", "庭院", "花园", "户外", "砂岩", "绿植", "树叶", "自然", "质朴",
                 "夏天", "春天", "灰色", "柔光"),
    categories=("beauty", "home", "kitchen", "food", "furniture", "fashion"),
    ground_kind="rough",
    reflectance=0.0,
    roughness=1.0,
    lights=(Light("veiled sun", KEY, (1.0, 0.93, 0.83), KEY_DIAMETER_DEG, 0.56),),
    ambient=Ambient((0.83, 0.93, 1.0), 0.44),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.10, 0.60), 0.38, 0.75),),
    camera=Camera(frame_height_m=0.92, vertical_fov_deg=24.0, pitch_deg=8.0, anchor_v=0.74, f_stop=2.4),
    exposure=0.4,
    samples=24,
)

EYE_HEIGHT, EYE_Y = 0.52, -2.1          # where the grid's points are spaced for; a little slack is fine
NEAR_Y, FAR_Y, SLOPE = -0.95, 2.35, 0.36
ROWS, COLUMNS = 1500, 1300
TURN = math.radians(-9)                 # the courses run slightly askew to the picture
COURSES = (-2.2, -1.62, -1.05, -0.36, 0.27, 0.72, 1.36, 1.85, 2.45, 3.1)
CUTS = (0.31, -0.12, 0.22, -0.48, 0.08, -0.31, 0.17, -0.2, 0.3)   # where each course's first joint falls
FLAGS = (0.92, 0.66, 0.78, 0.98, 0.6, 0.86, 0.7, 0.95, 0.64)      # flag length per course
JOINT = 0.006                           # half the joint's width
CORNER = 0.022
LAUREL_BEDS = (                         # center, radii, sprigs
    ((-1.75, 3.2, 0.40), (0.80, 0.5, 0.75), 260),
    ((2.3, 4.3, 0.60), (0.9, 0.6, 0.95), 260),
    ((-0.9, 4.6, 0.25), (0.9, 0.5, 0.50), 200),
)
SHRUB_BEDS = (
    ((1.40, 3.1, 0.18), (0.65, 0.45, 0.42), 260),
    ((-1.25, 2.55, 0.0), (0.42, 0.2, 0.16), 90),
    ((0.25, 2.6, -0.02), (0.3, 0.16, 0.10), 40),
    ((-0.65, 3.3, 0.06), (0.6, 0.4, 0.26), 170),
    ((0.45, 3.7, 0.08), (0.7, 0.4, 0.28), 190),
)
DRY_LEAVES = ((0.46, -0.20, 2.1), (0.53, -0.13, 0.4), (0.55, 0.46, 1.2), (-0.47, -0.31, 2.6), (0.72, 0.9, 0.1))  # x, y, turn
POT_PLACE = (1.06, 1.55, 0.0)
POT_OUTLINE = ((0, 0), (0.105, 0, 0.008), (0.148, 0.235), (0.165, 0.236, 0.004), (0.168, 0.285, 0.008),
               (0.148, 0.286, 0.006), (0.138, 0.2), (0, 0.2))
SEED = 11


def paving(x, y):
    """Height and masks of the flags at ground points."""
    u = x * math.cos(TURN) - y * math.sin(TURN)
    v = x * math.sin(TURN) + y * math.cos(TURN)
    u = u + 0.005 * fbm(u, v, 0.22, 3, SEED) + 0.0022 * fbm(u, v, 0.03, 3, SEED + 9)
    v = v + 0.005 * fbm(u, v, 0.20, 3, SEED + 20) + 0.0022 * fbm(u, v, 0.03, 3, SEED + 29)
    course = np.clip(np.searchsorted(COURSES, v.ravel()).reshape(v.shape) - 1, 0, len(CUTS) - 1)
    edges, length = np.array(COURSES), np.array(FLAGS)[course]
    along = (u - np.array(CUTS)[course]) / length
    flag = np.floor(along)
    du = np.minimum(along - flag, 1 + flag - along) * length
    dv = np.minimum(v - edges[course], edges[course + 1] - v)
    inside = np.where((du < CORNER) & (dv < CORNER), CORNER - np.hypot(CORNER - du, CORNER - dv), np.minimum(du, dv))
    chip = smoothstep(0.12, 0.55, fbm(u, v, 0.06, 4, SEED + 40)) * 0.011
    inside = inside - JOINT - chip * (1 + 0.8 * smoothstep(0.06, 0.02, np.hypot(du, dv)))
    tone, tilt_u, tilt_v = (outdoor.cell_random(flag, course, SEED + k) for k in (50, 51, 52))
    stone = riven(u + 3 * tone, v + 5 * tilt_u)
    stone += (tilt_u - 0.5) * 0.006 * (along - flag - 0.5) + (tilt_v - 0.5) * 0.003
    worn = smoothstep(0.0, 0.016, inside)
    height = stone - 0.007 * (1 - worn) ** 2
    grit = -0.013 + 0.003 * fbm(x, y, 0.05, 4, SEED + 60) + 0.0012 * fbm(x, y, 0.006, 3, SEED + 64)
    moss = smoothstep(0.05, 0.4, fbm(x, y, 0.3, 3, SEED + 70)) * smoothstep(-0.35, 0.3, fbm(x, y, 0.014, 3, SEED + 74))
    gap = smoothstep(0.001, -0.002, inside)
    height = height * (1 - gap) + (grit + 0.005 * moss) * gap
    return height, {"gap": gap, "rim": smoothstep(0.03, 0.0, inside), "tone": tone, "warm": tilt_u, "moss": moss,
                    "relief": smoothstep(-0.0022, 0.0022, stone)}


def riven(u, v):
    """Cleft sandstone: a slow swell, thin broken layers with soft lips, and grain."""
    swell = 0.0022 * fbm(u, v, 0.42, 3, SEED + 80)
    layers = 4.2 * fbm(u, v * 1.3, 0.30, 6, SEED + 90, gain=0.48)
    step = np.floor(layers) + smoothstep(0.80, 1.0, layers - np.floor(layers))
    return swell + 0.0020 * step + 0.0011 * fbm(u, v, 0.025, 4, SEED + 99)


def stone_material():
    s = Shader("riven stone")
    at = s.coords()
    tone, relief, rim = (outdoor.attribute(s, k) for k in ("tone", "relief", "rim"))
    cloud = s.noise(at, 5.5, 7, 0.62, 0.4)
    speck = s.noise(at, 190, 6, 0.8)
    grain = s.noise(at, 1500, 2, 0.6)
    gray = s.ramp(cloud, [(0.3, (0.150, 0.140, 0.122)), (0.52, (0.245, 0.228, 0.195)), (0.72, (0.33, 0.305, 0.262))])
    buff = s.ramp(cloud, [(0.3, (0.19, 0.155, 0.115)), (0.55, (0.30, 0.25, 0.19)), (0.75, (0.36, 0.32, 0.26))])
    color = s.mix(s.remap(outdoor.attribute(s, "warm"), 0.1, 0.75), gray, buff)
    color = s.mix(1.0, color, s.ramp(tone, [(0, 0.72), (1, 1.2)]), "MULTIPLY")
    color = s.mix(1.0, color, s.ramp(speck, [(0.32, 0.55), (0.5, 1.0), (0.68, 1.32)]), "MULTIPLY")
    color = s.mix(1.0, color, s.ramp(grain, [(0.2, 0.8), (0.5, 1.0), (0.8, 1.2)]), "MULTIPLY")
    stain = s.ramp(s.noise(at, 2.6, 6, 0.6, 0.8), [(0.52, 0.0), (0.7, 0.75)])
    color = s.mix(stain, color, s.mix(1.0, color, (0.62, 0.60, 0.55), "MULTIPLY"))
    dirt = s.math("MULTIPLY", s.math("SUBTRACT", 1.0, relief), 0.45)
    color = s.mix(s.math("MAXIMUM", dirt, s.math("MULTIPLY", rim, 0.5)), color, (0.085, 0.078, 0.062))
    color = s.mix(lichen(s, at, 34, 0.30, 3.1), color, (0.40, 0.40, 0.36))
    color = s.mix(lichen(s, at, 90, 0.34, 9.7), color, (0.055, 0.055, 0.05))
    moss = s.ramp(s.noise(at, 160, 4), [(0.3, (0.022, 0.030, 0.008)), (0.7, (0.075, 0.095, 0.022))])
    sand = s.ramp(s.noise(at, 700, 3), [(0.3, (0.045, 0.038, 0.028)), (0.7, (0.17, 0.145, 0.11))])
    color = s.mix(outdoor.attribute(s, "gap"), color, s.mix(outdoor.attribute(s, "moss"), sand, moss))
    s.set(color=color, roughness=s.remap(cloud, 0.62, 0.86, 0.3, 0.7), specular=0.35)
    s.bump(speck, 1.0, 0.0040)
    s.bump(grain, 0.35, 0.0006)
    return s.material


def lichen(s, at, scale, reach, shift):
    """Ragged round crusts: a mask of Voronoi cells that only some places carry."""
    wobble = s.node("ShaderNodeVectorMath", {0: at, 1: (shift, shift, 0)}, operation="ADD").outputs[0]
    spot = s.voronoi(wobble, scale)
    ragged = s.math("ADD", spot, s.math("MULTIPLY", s.noise(at, scale * 9, 4, 0.7), 0.28))
    place = s.ramp(s.noise(wobble, 4.0, 5, 0.6), [(0.50, 0.0), (0.62, 1.0)])
    crust = s.ramp(ragged, [(reach - 0.05, 0.65), (reach + 0.04, 0.0)])
    return s.math("MULTIPLY", crust, place)


def plants(name, rng, dark, light, *shape):
    return outdoor.sprigs(name, rng, outdoor.leaf_material(name, dark, light), *shape)


def garden(collection, rng):
    """Border planting behind the terrace and a hedge far behind; returns two kinds of sprigs to shade it with."""
    laurel = plants("laurel", rng, (0.022, 0.042, 0.017), (0.065, 0.105, 0.036), 16, 0.42, 0.085, 0.036)
    shrub = plants("shrub", rng, (0.062, 0.098, 0.045), (0.15, 0.185, 0.08), 26, 0.34, 0.042, 0.022)
    hedge = plants("hedge", rng, (0.022, 0.042, 0.018), (0.055, 0.09, 0.034), 30, 0.5, 0.10, 0.05)
    for species, beds in ((laurel, LAUREL_BEDS), (shrub, SHRUB_BEDS)):
        for center, radii, count in beds:
            outdoor.bush(collection, rng, species, center, radii, count)
    for k in range(12):
        outdoor.bush(collection, rng, hedge, (-5.5 + k + rng.normal(0, 0.2), 9.5 + rng.normal(0, 0.4), 0.9), (0.9, 0.7, 1.5), 130)
    backing = Shader("depth of the hedge", roughness=1.0)
    backing.set(color=backing.ramp(backing.noise(backing.coords(), 2.2, 4), [(0.35, (0.006, 0.014, 0.005)), (0.7, (0.035, 0.06, 0.018))]))
    rounded_box("hedge depth", (40, 1, 6), collection, backing.material, location=(0, 11, 1.5))
    soil = Shader("soil", roughness=0.95)
    soil.set(color=soil.ramp(soil.noise(soil.coords(), 12, 6), [(0.3, (0.03, 0.022, 0.015)), (0.7, (0.09, 0.068, 0.048))]))
    rounded_box("soil", (12, 2.4, 0.1), collection, soil.material, location=(0, 3.6, -0.07))
    pot(collection, rng, shrub)
    return laurel, hedge


def grounds(collection):
    """The flags, the earth of the border and the lawn behind."""
    x, y = outdoor.fan_grid(EYE_HEIGHT, EYE_Y, NEAR_Y, FAR_Y, SLOPE, ROWS, COLUMNS)
    z, masks = paving(x, y)
    rest = np.median(z[np.hypot(x, y) < 0.06])
    mark_ground(outdoor.grid_object(collection, "flags", x, y, z - rest, masks, stone_material()))
    around = Shader("around", color=(0.2, 0.185, 0.16), roughness=0.9)
    outdoor.flat(collection, "around", around.material, 9.0, (0, -3, -0.03))
    lawn = Shader("lawn", roughness=0.8)
    lawn.set(color=lawn.ramp(lawn.noise(lawn.coords(), 3, 6), [(0.3, (0.05, 0.10, 0.02)), (0.7, (0.13, 0.19, 0.045))]))
    outdoor.flat(collection, "lawn", lawn.material, 30.0, (0, 33, -0.025))


def shade(collection, rng, sprig_meshes, high_meshes):
    """Branches outside the frame: one dapples the left edge, a high one the back of the terrace."""
    way = Vector(KEY).normalized()
    for _ in range(40):
        y = rng.uniform(-0.5, 0.8)
        frame_edge = -0.58 * (y - EYE_Y) / -EYE_Y
        foot = Vector((frame_edge + rng.uniform(0.0, 0.33), y, 0))
        place = foot + way * rng.uniform(0.65, 0.95)
        if place.x < -0.27 * (place.y - EYE_Y) - 0.30:
            outdoor.scatter(collection, "branch", sprig_meshes, rng, [place], (0.9, 1.3), tilt=1.2)
    for _ in range(7):
        middle = Vector((rng.uniform(-0.9, 1.5), rng.uniform(0.8, 2.4), 0)) + way * rng.uniform(2.2, 2.8)
        outdoor.scatter(collection, "bough", high_meshes, rng, rng.normal(middle, 0.13, (7, 3)), (0.6, 1.0), tilt=1.2)


def litter(collection, rng):
    """A few dry leaves blown to the sides."""
    s = Shader("dry leaf", roughness=0.7)
    s.set(color=s.ramp(s.noise(s.coords(), 45, 4), [(0.35, (0.07, 0.038, 0.020)), (0.65, (0.20, 0.115, 0.060))]))
    for k, (x, y, turn) in enumerate(DRY_LEAVES):
        fold, droop = rng.uniform(0.3, 0.7), -rng.uniform(0.1, 0.3)
        points, quads = outdoor.leaf_points(rng.uniform(0.045, 0.07), 0.026, fold, droop, rings=14)
        mesh = outdoor.mesh_from_arrays(f"dry leaf {k}", points, quads)
        outdoor.link(collection, "dry leaf", mesh, s.material, (x, y, 0.003), (0.1, rng.uniform(-0.1, 0.05), turn))


def pot(collection, rng, sprig_meshes):
    """An old terracotta pot with a shrub, cropped by the right edge of the picture."""
    s = Shader("terracotta", roughness=0.85)
    bloom = s.noise(s.coords(), 9, 6, 0.6, 0.5)
    s.set(color=s.ramp(bloom, [(0.35, (0.26, 0.115, 0.065)), (0.55, (0.32, 0.165, 0.105)), (0.72, (0.42, 0.33, 0.27))]))
    lathe("pot", POT_OUTLINE, collection, s.material, segments=64).location = POT_PLACE
    outdoor.bush(collection, rng, sprig_meshes, (1.08, 1.55, 0.42), (0.2, 0.2, 0.17), 60)


def build(collection):
    rng = np.random.default_rng(SEED)
    grounds(collection)
    litter(collection, rng)
    shade(collection, rng, *garden(collection, rng))
    outdoor.sun(collection, "veiled sun", KEY, 5.8, KEY_DIAMETER_DEG, (1.0, 0.93, 0.83))
    outdoor.sky("thin overcast", [(0.0, (0.10, 0.11, 0.09)), (0.5, (0.62, 0.70, 0.72)), (0.75, (0.88, 0.95, 1.0))], 0.68,
                glows=((BRIGHT_SKY, (1.0, 1.04, 1.08), 2.0),))
