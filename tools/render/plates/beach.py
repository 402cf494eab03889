"""Beach: dry fine sand with footprints and wind ripples, driftwood at the side, hazy sea and sky far behind."""

import math

import numpy as np

from .. import outdoor
from ..nodes import Shader
from ..outdoor import fbm, noise, smoothstep
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY = (-0.72, 0.10, 0.55)
KEY_DIAMETER_DEG = 11.0
CLOUD_BANK = (0.15, -0.9, 0.45)         # lit cumulus behind the camera: the fill
SPEC = PlateSpec(
    name="beach",
    title_en="Dry sand by the sea in hazy afternoon sun",
    title_zh="午后薄雾阳光下的海边沙滩",
    keywords_en=("beach", "sand", "sea", "ocean", "coast", "summer", "holiday", "vacation", "afternoon", "sun", "shore",
                 "footprints", "driftwood", "outdoor", "warm", "blue", "sunscreen"),
    keywords_zh=("沙滩", "海边", "大海", "海洋", "海岸", "夏天", "度假", "假期", "午后", "阳光",
                 "脚印", "漂流木", "户外", "暖色", "蓝色", "防晒"),
    categories=("beauty", "toys", "food", "fashion"),
    ground_kind="soft",
    reflectance=0.0,
    roughness=1.0,
    lights=(Light("hazy sun", KEY, (1.0, 0.90, 0.77), KEY_DIAMETER_DEG, 0.53),),
    ambient=Ambient((0.87, 0.88, 1.0), 0.47),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.55), 0.35, 0.75),),
    camera=Camera(frame_height_m=0.90, vertical_fov_deg=24.0, pitch_deg=7.6, anchor_v=0.74, f_stop=2.8),
    exposure=0.4,
    samples=24,
)

NEAR_Y, FAR_Y, SLOPE = -0.95, 16.0, 0.36
ROWS, COLUMNS = 1500, 1300
SHORE_Y, SEA_Z = 13.0, -0.42
STEPS = ((-0.50, 0.62, 0.25), (-0.78, 1.22, 0.2), (-0.62, 1.95, 0.28), (-0.98, 2.55, 0.2), (-0.85, 3.3, 0.3),
         (0.62, 0.78, -0.5), (0.98, 1.32, -0.6), (1.35, 1.75, -0.5), (0.55, 2.9, 2.2), (0.15, 3.6, 2.0))
SEED = 31


def sand_height(x, y):
    """Wind ripples, old trampling, fresh footprints; calm where the product stands; falling to the sea."""
    calm = 1 - 0.75 * np.exp(-((x / 0.24) ** 2 + (y / 0.26) ** 2) ** 2)
    bend = 0.05 * fbm(x, y, 0.6, 3, SEED) + 0.012 * fbm(x, y, 0.15, 2, SEED + 5)
    phase = (0.80 * x + 0.60 * y + bend) / 0.085
    crest = phase - np.floor(phase)
    ripple = smoothstep(0, 0.68, crest) * smoothstep(1.0, 0.68, crest)
    patch = smoothstep(-0.55, 0.2, fbm(x, y, 1.1, 3, SEED + 10))
    z = 0.0075 * (ripple - 0.4) * patch
    z = z + 0.016 * fbm(x, y, 0.75, 3, SEED + 20) + 0.007 * fbm(x, y, 0.16, 4, SEED + 30, 0.55)
    pits = fbm(x, y, 0.11, 3, SEED + 40)
    z = z - 0.009 * smoothstep(0.12, 0.6, pits) * (1 - 0.6 * patch)
    z = z * calm + 0.0012 * fbm(x, y, 0.03, 4, SEED + 50, 0.6)
    for px, py, heading in STEPS:
        z = z + footprint(x, y, px, py, heading)
    dune = smoothstep(0.7, 2.4, x - 0.10 * (y - 3.0) + 0.3 * fbm(x, y, 0.9, 3, SEED + 65)) * smoothstep(2.2, 3.8, y)
    return z + 0.30 * dune - 0.0048 * np.maximum(y - 3.0, 0) ** 1.9


def footprint(x, y, px, py, heading):
    """A step in dry sand: a heel and a ball pit that ran together, sand pushed up around them."""
    dx, dy = x - px, y - py
    u = dx * math.cos(heading) + dy * math.sin(heading) + 0.012 * noise(x, y, 0.05, SEED + 60)
    v = -dx * math.sin(heading) + dy * math.cos(heading) + 0.012 * noise(x, y, 0.06, SEED + 61)
    ball = np.hypot(u / 0.055, (v - 0.07) / 0.085)
    heel = np.hypot(u / 0.042, (v + 0.085) / 0.060)
    near = np.minimum(ball, heel)
    pit = -0.032 * smoothstep(1.25, 0.15, near)
    rim = 0.010 * np.exp(-((near - 1.4) / 0.28) ** 2) * (1 + 0.5 * noise(x, y, 0.04, SEED + 62))
    return pit + rim


def sand_material():
    """Quartz sand: grains of several colors about half a millimetre wide, a few sparkling or dark."""
    s = Shader("sand", roughness=0.9, specular=0.3)
    at = s.coords()
    tone = s.ramp(s.noise(at, 2.2, 5, 0.6), [(0.3, (0.385, 0.305, 0.215)), (0.7, (0.475, 0.385, 0.285))])
    grain = s.voronoi(at, 1500, output="Color")
    pick = s.separate(grain)
    shade = s.ramp(pick[0], [(0.0, 0.42), (0.10, 0.70), (0.5, 1.0), (0.9, 1.25), (1.0, 1.65)])
    color = s.mix(1.0, tone, shade, "MULTIPLY")
    warm = s.ramp(pick[1], [(0.0, (1.15, 0.95, 0.78)), (0.5, (1.0, 1.0, 1.0)), (1.0, (0.92, 0.99, 1.08))])
    color = s.mix(0.8, color, s.mix(1.0, color, warm, "MULTIPLY"))
    coarse = s.separate(s.voronoi(at, 420, output="Color"))[2]
    color = s.mix(s.ramp(coarse, [(0.978, 0.0), (0.988, 0.7)]), color, (0.13, 0.09, 0.06))
    color = s.mix(s.ramp(coarse, [(0.015, 0.7), (0.025, 0.0)]), color, (0.62, 0.56, 0.48))
    wet = outdoor.attribute(s, "wet")
    color = s.mix(wet, color, s.mix(1.0, color, (0.36, 0.34, 0.33), "MULTIPLY"))
    s.set(color=color, roughness=s.mix_value(wet, 0.9, 0.28))
    s.bump(s.noise(at, 240, 5, 0.7), 0.45, 0.002)
    s.bump(s.voronoi(at, 1500), 0.5, 0.0005)
    return s.material


def shore(collection):
    """The sand the camera sees, a coarse skirt around it, and the sea."""
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2], eye[1], NEAR_Y, FAR_Y, SLOPE, ROWS, COLUMNS)
    z = sand_height(x, y)
    rest = np.median(z[np.hypot(x, y) < 0.06])
    edge = y + 0.5 * fbm(x, y, 3.0, 3, SEED + 70)
    masks = {"wet": smoothstep(SHORE_Y - 3.2, SHORE_Y - 2.4, edge)}
    mark_ground(outdoor.grid_object(collection, "sand", x, y, z - rest, masks, sand_material()))
    skirt = Shader("skirt", color=(0.42, 0.34, 0.25), roughness=1.0)
    outdoor.flat(collection, "skirt", skirt.material, 12.0, (0, -6, -0.05))
    sea(collection)


def sea(collection):
    """Low swell rolling in, with foam where it breaks."""
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2] - SEA_Z, eye[1], SHORE_Y - 2.0, 600.0, 0.5, 420, 420)
    wander = 0.9 * fbm(x, y, 5.0, 3, SEED + 80)
    waves = ((0.05, 3.1), (0.03, 1.7), (0.02, 0.9))
    swell = sum(h * np.sin((y + wander * (1 + 0.3 * k)) * 2 * math.pi / length + k) for k, (h, length) in enumerate(waves))
    swell = swell * smoothstep(70, 15, y)
    chop = 0.06 * fbm(x * 0.5, y, 0.8, 3, SEED + 90) * smoothstep(40, 14, y)
    near = smoothstep(SHORE_Y + 7, SHORE_Y - 1, y)
    foam = smoothstep(0.045, 0.085, swell + 0.5 * chop) * near + smoothstep(0.5, 0.0, np.abs(y - SHORE_Y - 0.6 * wander))
    s = Shader("sea", specular=0.5, ior=1.33)
    deep = s.ramp(outdoor.attribute(s, "near"), [(0.0, (0.024, 0.072, 0.092)), (1.0, (0.12, 0.225, 0.22))])
    broken = s.math("MULTIPLY", outdoor.attribute(s, "foam"), s.ramp(s.noise(s.coords(), 7, 5), [(0.35, 0.35), (0.6, 1.0)]), clamp=True)
    s.set(color=s.mix(broken, deep, (0.72, 0.75, 0.76)), roughness=s.mix_value(broken, 0.3, 0.9))
    outdoor.grid_object(collection, "sea", x, y, SEA_Z + swell + chop, {"foam": np.clip(foam, 0, 1), "near": near}, s.material)


def driftwood(collection):
    """A bleached branch with a fork, half in the sand, cropped by the left edge."""
    s = Shader("driftwood", roughness=0.85, specular=0.25)
    streak = s.noise(s.coords(scale=(5, 70, 70)), 1.6, 8, 0.65)
    s.set(color=s.ramp(streak, [(0.3, (0.085, 0.07, 0.056)), (0.48, (0.25, 0.225, 0.19)), (0.70, (0.42, 0.395, 0.35))]))
    s.bump(streak, 0.7, 0.003)
    branch(collection, s.material, (-1.45, 0.62, 0.035), (-0.44, 0.33, 0.012), 0.055, 0.05, SEED + 100)
    branch(collection, s.material, (-0.86, 0.44, 0.03), (-0.50, 0.56, 0.075), 0.022, 0.02, SEED + 130)


def branch(collection, material, start, end, thickness, bow, seed):
    """A grooved, knotty, tapering piece of wood between two points."""
    along, around = np.meshgrid(np.linspace(0, 1, 500), np.linspace(0, 2 * math.pi, 200), indexing="ij")
    length = math.dist(start, end)
    taper = (1 - 0.62 * along) * np.sqrt(np.clip((1 - along) / 0.02, 0, 1))
    knots = 1 + 0.20 * fbm(along * length, np.sin(around) * 0.05, 0.16, 4, seed)
    grooves = 1 + 0.16 * np.minimum(fbm(along * length * 0.12, np.abs(around - math.pi) * 0.04, 0.018, 4, seed + 9), 0.1)
    radius = thickness * taper * knots * grooves
    dx, dy, dz = (b - a for a, b in zip(start, end))
    sway = bow * (np.sin(3.3 * along) + 0.35 * np.sin(9 * along + 1))
    x = start[0] + dx * along - dy / length * (sway + radius * np.cos(around))
    y = start[1] + dy * along + dx / length * (sway + radius * np.cos(around))
    z = start[2] + dz * along + 0.3 * sway + radius * np.sin(around)
    outdoor.grid_object(collection, "branch", x, y, z, {}, material)


def shell(collection, place, size, turn, tilt, color):
    """A ribbed cockle shell lying hollow side down."""
    out, fan = np.meshgrid(np.linspace(0.02, 1, 90), np.linspace(-1.15, 1.15, 240), indexing="ij")
    reach = out * (1 - 0.16 * (fan / 1.15) ** 2)
    rib = 0.022 * out * np.abs(np.sin(fan * 15))
    dome = 0.42 * np.sin(math.pi * np.clip(out, 0, 1) ** 0.75) ** 0.8 * np.cos(fan * 0.95) + rib
    s = Shader("shell", roughness=0.45, specular=0.4)
    growth = s.noise(s.coords(scale=(30, 30, 8)), 4, 4)
    s.set(color=s.ramp(growth, [(0.3, color), (0.7, [min(1, c * 1.5 + 0.08) for c in color])]))
    mesh_object = outdoor.grid_object(collection, "shell", reach * np.sin(fan), reach * np.cos(fan), dome, {}, s.material)
    mesh_object.location, mesh_object.rotation_euler, mesh_object.scale = place, (tilt, 0.08, turn), (size,) * 3


def debris(collection, rng):
    """Shells and a few broken bits at the sides, beach grass far right."""
    shell(collection, (0.46, -0.16, 0.001), 0.034, 0.9, 0.10, (0.52, 0.42, 0.34))
    shell(collection, (0.535, -0.06, 0.0), 0.022, -1.9, -0.15, (0.36, 0.22, 0.16))
    shell(collection, (-0.40, -0.33, 0.0), 0.018, 2.4, 0.2, (0.55, 0.50, 0.44))
    grass = outdoor.leaf_material("beach grass", (0.13, 0.14, 0.10), (0.40, 0.36, 0.27))
    tufts = outdoor.sprigs("beach grass", rng, grass, 46, 0.03, 0.62, 0.007, lift=(0.85, 1.5))
    x, y = rng.uniform(1.05, 3.2, 70), rng.uniform(2.9, 5.5, 70)
    keep = x > 0.19 * (y + 2.0)         # only toward the right edge of the picture
    places = np.stack([x, y, sand_height(x, y) - 0.03], axis=1)[keep]
    outdoor.scatter(collection, "beach grass", tufts, rng, places, tilt=0.12)


def build(collection):
    shore(collection)
    driftwood(collection)
    debris(collection, np.random.default_rng(SEED))
    outdoor.sun(collection, "hazy sun", KEY, 4.6, KEY_DIAMETER_DEG, (1.0, 0.90, 0.77))
    outdoor.sky("haze", [(0.0, (0.25, 0.23, 0.2)), (0.5, (1.45, 1.34, 1.22)), (0.517, (1.20, 1.25, 1.30)),
                         (0.545, (0.80, 1.00, 1.24)), (0.65, (0.42, 0.60, 0.88)), (1.0, (0.34, 0.52, 0.85))], 0.6,
                glows=((KEY, (0.8, 0.66, 0.48), 3.0), (CLOUD_BANK, (1.7, 1.65, 1.6), 2.0)))
