"""POTTED-PLANT: a pilea with round leaves on thin stalks in a speckled stoneware pot."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix, Vector

from ..mesh import lathe
from ..nodes import Shader
from ..studio import Setup
from . import shapes

SKU = "POTTED-PLANT"
TITLE = "Pilea in speckled stoneware pot, 12 cm"
CATEGORY = "home"
SETUP = Setup(
    size=(1280, 1600),
    key_side="right",
    pitch_deg=9.0,
    fill_frame=0.80,
    sweep_tone=248,
    sweep_cast=(1.0, 0.998, 0.99),
    falloff=0.24,
    exposure=0.95,
    rim=3.0,
    samples=14,
)

SEED = 8
POT_TOP, POT_RADIUS = 0.1080, 0.0600
SOIL_Z = 0.0985
CROWN = np.array((0.002, 0.004, 0.150))  # where the stalks leave the stem
LEAVES = 33
GOLDEN = np.radians(137.5)

POT = [
    (0.0, 0.0070),
    (0.0440, 0.0070, 0.002),
    (0.0455, 0.0052, 0.0015),
    (0.0480, 0.0052, 0.0030),
    (0.0585, 0.0900, 0.02),
    (POT_RADIUS, POT_TOP, 0.0022),
    (POT_RADIUS - 0.0052, POT_TOP, 0.0022),
    (0.0530, 0.0900, 0.01),
    (0.0500, 0.0600),
]
SAUCER = [
    (0.0, 0.0030),
    (0.0400, 0.0030, 0.001),
    (0.0415, 0.0, 0.001),
    (0.0560, 0.0, 0.003),
    (0.0680, 0.0120, 0.004),
    (0.0690, 0.0150, 0.0012),
    (0.0665, 0.0150, 0.0012),
    (0.0545, 0.0062, 0.004),
    (0.0, 0.0054),
]


def build(collection):
    """Pot, soil, stem, then leaves in a spiral: old and low outside, young and high inside."""
    rng = np.random.default_rng(SEED)
    clay = stoneware()
    lathe("pot", POT, collection, clay, segments=192)
    lathe("saucer", SAUCER, collection, clay, segments=192)
    _soil(collection, rng)
    _stem(collection)
    blade, stalk = leaf_skin(), stalk_skin()
    for number in range(LEAVES):
        _leaf(collection, number, blade, stalk, rng)


def stoneware():
    """Satin oatmeal glaze over iron-speckled clay, thinner and browner at the lip."""
    s = Shader("stoneware", specular=0.42, coat=0.15, coat_roughness=0.3)
    at = s.coords()
    cloud = s.noise(at, scale=22, detail=5)
    warped = s.node("ShaderNodeTexNoise", {"Vector": at, "Scale": 90.0}).outputs["Color"]
    spots = s.voronoi(s.mix(0.02, at, warped), scale=210)
    size = s.remap(s.noise(at, scale=330, detail=1), 0.02, 0.17, 0.35, 0.75)
    speck = s.math("LESS_THAN", spots, size)
    glaze = s.ramp(cloud, [(0.3, (0.60, 0.545, 0.455)), (0.7, (0.685, 0.635, 0.545))])
    lip = s.remap(s.separate(at)[2], 0.0, 1.0, POT_TOP - 0.0028, POT_TOP)
    glaze = s.mix(lip, glaze, (0.36, 0.235, 0.14))
    s.set(color=s.mix(s.math("MULTIPLY", speck, 0.72), glaze, (0.10, 0.060, 0.038)))
    s.set(roughness=s.remap(cloud, 0.30, 0.46, 0.3, 0.7))
    s.bump(s.noise(s.coords(scale=(8, 8, 300)), detail=3), strength=0.22, distance=0.0008)
    s.bump(s.noise(at, scale=600, detail=2), strength=0.08, distance=0.0003)
    return s.material


def _soil(collection, rng):
    """Potting soil: a rough disc and loose crumbs, some of them bark and perlite."""
    dark = Shader("soil", roughness=0.95, specular=0.15)
    dark.set(
        color=dark.ramp(
            dark.noise(dark.coords(), scale=260, detail=5),
            [(0.35, (0.014, 0.009, 0.006)), (0.7, (0.055, 0.034, 0.021))],
        )
    )
    r, a = np.meshgrid(np.linspace(0.0005, 0.0555, 60), np.linspace(0, 2 * np.pi, 160, endpoint=False), indexing="ij")
    flat = np.stack([r * np.cos(a), r * np.sin(a)], axis=-1)
    z = SOIL_Z + 0.0012 * shapes.waves(flat, 0.016, seed=1) + 0.0008 * shapes.waves(flat, 0.005, seed=2)
    z = z + 0.006 * np.exp(-((r / 0.016) ** 2))
    shapes.grid_object(collection, "soil", np.concatenate([flat, z[..., None]], -1), dark.material, wrap_columns=True)
    perlite = Shader("perlite", color=(0.62, 0.58, 0.50), roughness=0.9).material
    for number in range(150):
        at, turn = 0.053 * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        size = rng.uniform(0.0008, 0.0021)
        crumb = lathe(
            f"crumb {number}",
            [(0, -1), (0.8, -0.7, 0.3), (1, 0.2, 0.4), (0, 0.9)],
            collection,
            perlite if number % 9 == 0 else dark.material,
            segments=9,
            steps=2,
        )
        place = Matrix.Translation((at * np.cos(turn), at * np.sin(turn), SOIL_Z + 0.0012))
        tumble = Matrix.Rotation(rng.uniform(0, 6), 4, Vector(rng.normal(size=3)).normalized())
        crumb.matrix_world = place @ tumble @ Matrix.Diagonal((*(size * rng.uniform(0.6, 1.3, 3)), 1))


def _stem(collection):
    """Short woody stem with leaf scars."""
    bark = Shader("stem", color=(0.17, 0.115, 0.062), roughness=0.8)
    bark.bump(bark.wave(bark.coords(), scale=170, bands="Z", distortion=4), strength=0.7, distance=0.0012)
    path = shapes.smooth_path([(0.0, 0.0, SOIL_Z - 0.004), (0.001, 0.001, 0.122), (*CROWN[:2], CROWN[2] + 0.004)], 60)
    radius = np.linspace(0.0052, 0.0036, 60) * (1 + 0.08 * np.sin(np.linspace(0, 40, 60)))
    shapes.sweep(collection, "stem", path, shapes.ring(24), radius, bark.material, up=(0, 1, 0), round_ends=4)


def stalk_skin():
    s = Shader("stalk", roughness=0.42, specular=0.4, subsurface=0.15, subsurface_scale=0.002)
    s.set(
        color=s.ramp(s.noise(s.coords(), scale=40, detail=2), [(0.3, (0.20, 0.27, 0.075)), (0.7, (0.30, 0.27, 0.10))])
    )
    return s.material


def leaf_skin():
    """Waxy blade: pale spot where the stalk joins, veins that fan out from it, lighter rim, uneven gloss."""
    s = Shader("leaf", specular=0.5, subsurface=0.06, subsurface_scale=0.002, coat=0.12, coat_roughness=0.25)
    info = s.node("ShaderNodeObjectInfo").outputs["Random"]
    uv = s.separate(s.coords("UV"))
    angle, reach = s.math("MULTIPLY", uv[0], 2 * np.pi), uv[1]
    wobble = s.math("MULTIPLY", s.math("SUBTRACT", s.noise(s.coords(), scale=120, detail=3), 0.5), 1.6)
    fan = s.math("ABSOLUTE", s.math("SINE", s.math("ADD", s.math("MULTIPLY", angle, 4.5), wobble)))
    vein = s.math("MULTIPLY", s.remap(fan, 1.0, 0.0, 0.0, 0.16), s.remap(reach, 1.0, 0.0, 0.15, 0.95))
    cloud = s.noise(s.coords(), scale=55, detail=4)
    young = s.mix(info, (0.060, 0.150, 0.034), (0.115, 0.235, 0.048))
    green = s.mix(s.remap(cloud, 0, 1, 0.3, 0.7), young, (0.042, 0.118, 0.030))
    green = s.mix(s.math("MULTIPLY", vein, 0.42), green, (0.20, 0.32, 0.095))
    green = s.mix(s.remap(reach, 1.0, 0.0, 0.03, 0.085), green, (0.42, 0.47, 0.22))
    s.set(color=green, roughness=s.remap(cloud, 0.26, 0.42, 0.3, 0.7))
    s.bump(vein, strength=0.35, distance=0.0005)
    s.bump(s.noise(s.coords(), scale=260, detail=3), strength=0.12, distance=0.0005)
    return s.material


def _leaf(collection, number, blade, stalk, rng):
    """A stalk that arches from the crown and the round, cupped blade at its end."""
    age = 1 - number / (LEAVES - 1)
    around = number * GOLDEN + rng.normal(0, 0.12)
    away = 0.020 + 0.078 * age**0.8 + rng.normal(0, 0.006)
    rise = 0.096 - 0.092 * age**1.3 + rng.normal(0, 0.008)
    radius = np.clip(
        0.0205 + 0.0115 * np.sin(np.pi * np.clip(age * 0.85 + 0.08, 0, 1)) + rng.normal(0, 0.0025), 0.012, 0.040
    )
    if number > LEAVES - 4:
        radius *= 0.55
    out = np.array((np.cos(around), np.sin(around), 0.0))
    root = CROWN + (0, 0, -0.026 * age) + out * 0.003
    end = root + out * away + (0, 0, rise + 0.026 * age)
    bow = root + out * away * 0.42 + (0, 0, 0.62 * (end[2] - root[2]) + 0.020)
    path = shapes.smooth_path([root, bow, end], 40)
    shapes.sweep(
        collection,
        f"stalk {number}",
        path,
        shapes.ring(12),
        np.linspace(0.00155, 0.00105, 40),
        stalk,
        up=(0, 0.2, 1),
        round_ends=3,
    )
    normal = Vector(
        out * rng.uniform(0.45, 0.95)
        + (0, -0.45, 0)
        + np.array((0, 0, 0.75 + 0.25 * rng.random()))
        + rng.normal(0, 0.14, 3)
    )
    mesh = _blade(collection, f"leaf {number}", radius, blade, rng)
    turn = normal.to_track_quat("Z", "Y").to_matrix().to_4x4()
    mesh.matrix_world = Matrix.Translation(end) @ turn @ Matrix.Rotation(rng.uniform(0, 6.28), 4, "Z")


def _blade(collection, name, radius, material, rng):
    """Nearly round shield, joined to its stalk a little off its middle; UV is (angle, share of the radius)."""
    share, angle = np.meshgrid(np.linspace(0.004, 1, 26), np.linspace(0, 2 * np.pi, 97), indexing="ij")
    edge = radius * (
        1 + 0.05 * np.cos(angle) + 0.018 * np.sin(2 * angle + 1) + 0.010 * np.sin(5 * angle + rng.uniform(0, 6))
    )
    x, y = share * edge * np.cos(angle) + 0.22 * radius * share, share * edge * np.sin(angle)
    cup = rng.uniform(-0.16, 0.10)
    wave = 0.05 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.03 * np.sin(5 * angle + rng.uniform(0, 6))
    z = radius * (cup * share**2 + wave * share**3 + 0.05 * share * (1 - share))
    points, uvs = np.stack([x, y, z], -1).reshape(-1, 3), np.stack([angle / (2 * np.pi), share], -1).reshape(-1, 2)
    obj = shapes.mesh_object(collection, name, points, shapes.grid_faces(26, 97), material, uvs)
    solid = obj.modifiers.new("blade", "SOLIDIFY")
    solid.thickness, solid.offset = 0.0007, 0.0
    return obj
