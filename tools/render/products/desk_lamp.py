"""DESK-LAMP: brass stem on a round foot, enameled dome shade, and a braided cable that ends in a plug."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix, Vector

from ..mesh import lathe, rounded_box
from ..nodes import Shader, plain
from ..studio import Setup
from . import shapes, surfaces

SKU = "DESK-LAMP"
TITLE = "Solveig brass desk lamp with dome shade"
CATEGORY = "home"
SETUP = Setup(
    size=(1360, 1700),
    key_side="left",
    pitch_deg=8.0,
    fill_frame=0.76,
    sweep_tone=240,
    sweep_cast=(1.0, 1.0, 0.995),
    falloff=0.5,
    flags=True,
    samples=20,
)

BRASS = (0.70, 0.50, 0.255)
GREEN = (0.014, 0.058, 0.040)
FOOT = Vector((-0.041, 0.0, 0.0))
FOOT_RADIUS = 0.078
STEM_RADIUS = 0.0052
SHADE = Vector((0.052, 0.0, 0.318))  # pivot of the shade, at its top
SHADE_TILT = np.radians(14)
TURN = np.radians(-18)  # the whole lamp is turned a little toward the camera


def build(collection):
    """Model the lamp around the origin."""
    brass = surfaces.metal("satin brass", BRASS, roughness=(0.17, 0.30))
    brushed = surfaces.metal("brushed brass", BRASS, roughness=(0.26, 0.38), brush=(40, 40, 2600), scratches=0.04)
    _foot(collection, brushed, brass)
    _stem(collection, brass)
    _shade(collection, brass)
    _cable(collection)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def _foot(collection, brushed, brass):
    """Weighted disc with a stepped edge, a felt pad under it and a toggle switch."""
    r = FOOT_RADIUS
    profile = [
        (0, 0.002),
        (r - 0.003, 0.002),
        (r, 0.002, 0.001),
        (r, 0.0125, 0.0028),
        (r - 0.009, 0.0150, 0.002),
        (0.020, 0.0175, 0.006),
        (0.0125, 0.0225, 0.003),
        (0.0125, 0.040, 0.0015),
        (0, 0.040),
    ]
    foot = lathe("foot", profile, collection, brushed, segments=200)
    felt = lathe(
        "felt",
        [(0, 0), (r - 0.005, 0), (r - 0.005, 0.0022), (0, 0.0022)],
        collection,
        plain("felt", (0.02, 0.02, 0.02), 0.95),
    )
    collar = lathe("collar", [(0, 0.038), (0.0085, 0.038), (0.0085, 0.052, 0.003), (0, 0.052)], collection, brass)
    knob = lathe(
        "switch", [(0, 0), (0.0052, 0, 0.001), (0.0046, 0.010, 0.002), (0, 0.0105)], collection, brass, segments=48
    )
    ring = lathe(
        "switch ring",
        [(0, 0), (0.0085, 0, 0.0005), (0.0085, 0.0022, 0.001), (0, 0.0024)],
        collection,
        brass,
        segments=64,
    )
    for obj in (foot, felt, collar):
        obj.location = FOOT
    for obj in (knob, ring):
        obj.location = FOOT + Vector((0.036, -0.040, 0.0150))


def _stem(collection, brass):
    """Straight tube, then a swan neck over to the shade."""
    x0, x1, height, bend = FOOT.x, SHADE.x, 0.300, (SHADE.x - FOOT.x) / 2
    angle = np.linspace(np.pi, 0.16, 40)
    arc = np.stack([(x0 + x1) / 2 + bend * np.cos(angle), 0 * angle, height + bend * 1.12 * np.sin(angle)], 1)
    line = np.concatenate([np.linspace([x0, 0, 0.03], [x0, 0, height - 0.001], 60), arc, [[SHADE.x, 0, SHADE.z]]])
    shapes.sweep(collection, "stem", shapes.resample(line, 180), shapes.ring(40), STEM_RADIUS, brass, up=(0, 1, 0))
    knuckle = lathe(
        "knuckle",
        [(0, -0.010), (0.0092, -0.010, 0.002), (0.0092, 0.010, 0.002), (0, 0.010)],
        collection,
        brass,
        segments=64,
    )
    knuckle.matrix_world = Matrix.Translation(SHADE + Vector((0, 0, 0.004))) @ Matrix.Rotation(np.pi / 2, 4, "X")


def _shade(collection, brass):
    """Spun metal dome: enamel outside, white inside, brass rim and cap, opal bulb."""
    enamel = Shader("green enamel", color=GREEN, specular=0.5, coat=0.35, coat_roughness=0.12)
    enamel.vary_roughness(0.26, 0.40, scale=30)
    enamel.bump(enamel.noise(enamel.coords(), scale=420, detail=3), strength=0.05, distance=0.0003)
    dome = np.array(
        [
            (0.0115, -0.017),
            (0.022, -0.0205),
            (0.036, -0.029),
            (0.048, -0.043),
            (0.056, -0.062),
            (0.0615, -0.083),
            (0.0668, -0.104),
        ]
    )
    outside = shapes.smooth_path(dome, 48)
    inside = np.concatenate([shapes.smooth_path(dome - (0.0014, 0.0012), 48)[::-1], [(0, -0.020)]])
    rim = [(0.0655 + 0.0016 * np.cos(a), -0.1045 + 0.0016 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 17)[::-1]]
    cap = [
        (0, 0.002),
        (0.0088, 0.002, 0.002),
        (0.0115, -0.010, 0.002),
        (0.0150, -0.0185, 0.001),
        (0.0135, -0.0215),
        (0, -0.0215),
    ]
    bulb = [
        (0, -0.092),
        (0.014, -0.090, 0.008),
        (0.0225, -0.072, 0.014),
        (0.013, -0.046, 0.010),
        (0.012, -0.028),
        (0, -0.028),
    ]
    parts = [
        lathe("shade", outside, collection, enamel.material, segments=200, steps=14),
        lathe("lining", inside, collection, plain("white lining", (0.80, 0.78, 0.73), 0.5), segments=160, steps=14),
        lathe("rim", rim, collection, brass, segments=200),
        lathe("cap", cap, collection, brass, segments=96),
        lathe(
            "bulb",
            bulb,
            collection,
            plain("opal glass", (0.86, 0.85, 0.82), 0.2, subsurface=0.3, subsurface_scale=0.01),
            segments=64,
        ),
    ]
    for obj in parts:
        obj.matrix_world = (
            Matrix.Translation(SHADE) @ Matrix.Rotation(SHADE_TILT, 4, "Y") @ Matrix.Rotation(np.radians(-4), 4, "X")
        )


def _cable(collection):
    """Braided cable from behind the foot, around to the front right, ending in a two-pin plug."""
    knots = [
        (-0.041, 0.074, 0.008),
        (-0.035, 0.098, 0.0031),
        (0.010, 0.128, 0.0031),
        (0.072, 0.105, 0.0031),
        (0.096, 0.052, 0.0031),
        (0.062, 0.018, 0.0031),
        (0.050, 0.050, 0.0064),
        (0.088, 0.076, 0.0090),
        (0.118, 0.040, 0.0045),
        (0.105, -0.012, 0.0034),
        (0.080, -0.040, 0.0075),
    ]
    path = shapes.smooth_path(knots, 600)
    shapes.tube(collection, "cable", path, 0.0029, _braid(), segments=24)
    rubber = plain("plug rubber", (0.018, 0.018, 0.019), 0.5)
    ahead = (path[-1] - path[-12]) * (1, 1, 0)
    ahead /= np.linalg.norm(ahead)
    body = lathe(
        "plug",
        [
            (0, -0.004),
            (0.0042, -0.004, 0.001),
            (0.0050, 0.010, 0.004),
            (0.0088, 0.017, 0.006),
            (0.0092, 0.033, 0.002),
            (0, 0.0335),
        ],
        collection,
        rubber,
        segments=64,
    )
    turn = Vector(ahead).to_track_quat("Z", "Y").to_matrix().to_4x4()
    body.matrix_world = Matrix.Translation(Vector((*path[-1][:2], 0.0092))) @ turn
    steel = surfaces.metal("pin steel", (0.72, 0.71, 0.69))
    for side in (-1, 1):
        pin = lathe(
            f"pin{side}", [(0, 0), (0.0020, 0), (0.0020, 0.0175, 0.0012), (0, 0.0185)], collection, steel, segments=32
        )
        pin.matrix_world = body.matrix_world @ Matrix.Translation((0.0048 * side, 0, 0.033))
    rounded_box(
        "grommet",
        (0.011, 0.010, 0.011),
        collection,
        rubber,
        radius=0.003,
        location=FOOT + Vector((0, FOOT_RADIUS, 0.008)),
    )


def _braid():
    """Two-tone textile braid drawn in UV: crossing diagonal yarns."""
    s = Shader("braided cable", roughness=0.85, sheen=0.4, specular=0.2)
    uv = s.separate(s.coords("UV"))
    around, along = s.math("MULTIPLY", uv[0], 8.0), s.math("MULTIPLY", uv[1], 460.0)
    left = s.math("SINE", s.math("MULTIPLY", s.math("ADD", around, along), 6.2832))
    right = s.math("SINE", s.math("MULTIPLY", s.math("SUBTRACT", around, along), 6.2832))
    yarn = s.math("MAXIMUM", left, right)
    tracer = s.ramp(
        s.math("FRACT", s.math("MULTIPLY", s.math("ADD", around, along), 0.25)), [(0.72, 0.0), (0.76, 1.0)], "CONSTANT"
    )
    s.set(color=s.mix(tracer, (0.52, 0.43, 0.30), (0.045, 0.040, 0.035)))
    s.bump(yarn, strength=0.8, distance=0.0004)
    return s.material
