"""GLASS-CARAFE: clear blown-glass water carafe with an oak ball stopper."""

import math

from ..mesh import lathe, spline
from ..nodes import Shader, clear_glass
from ..studio import Setup

SKU = "GLASS-CARAFE"
TITLE = "Norrvik Hand-Blown Glass Carafe with Oak Stopper 1 l"
CATEGORY = "kitchen"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=7.5,
    fill_frame=0.77,
    sweep_tone=241,
    sweep_cast=(0.992, 0.998, 1.0),
    falloff=0.38,
    exposure=1.0,
    flags=True,
    glass=True,
    bounces=8,
    samples=14,
    rim=6.0,
    key=26.0,
    key_size=0.62,
    key_stretch=2.8,
    key_height=1.1,
    fill=5.0,
)

SHAPE = [  # outer radius and wall thickness over height
    (0.0480, 0.0040, 0.014),
    (0.0500, 0.0036, 0.040),
    (0.0488, 0.0034, 0.080),
    (0.0430, 0.0033, 0.120),
    (0.0330, 0.0032, 0.156),
    (0.0240, 0.0031, 0.188),
    (0.0212, 0.0030, 0.212),
    (0.0230, 0.0027, 0.236),
    (0.0282, 0.0024, 0.254),
]
BASE_OUTSIDE = [(0.0, 0.0020), (0.028, 0.0020, 0.004), (0.034, 0.0, 0.002), (0.0435, 0.0008, 0.007)]
BASE_INSIDE = [(0.0380, 0.0085, 0.012), (0.0, 0.0100)]
LIP_RADIUS = 0.0012
BALL_Z, BALL_RADIUS, BALL_START = 0.2725, 0.0262, math.radians(-38)
PLUG = [(0.0, 0.2260), (0.0162, 0.2260, 0.0012), (0.0197, 0.2500, 0.004)]


def oak():
    """Turned oak: long grain along z with end-grain pores, oiled."""
    shader = Shader("oak", specular=0.35)
    grain = shader.noise(shader.coords(scale=(420, 420, 16)), detail=7, roughness=0.65, distortion=0.4)
    rings = shader.wave(
        shader.coords(scale=(1, 1, 0.15), rotation=(0.1, 0.2, 0)), scale=110, distortion=7, detail=4
    )
    tone = shader.mix_value(0.25, grain, rings)
    shader.set(
        color=shader.ramp(
            tone, [(0.28, (0.33, 0.190, 0.090)), (0.55, (0.46, 0.285, 0.145)), (0.8, (0.53, 0.345, 0.185))]
        ),
        roughness=shader.remap(grain, 0.42, 0.62),
    )
    shader.bump(grain, strength=0.25, distance=0.0004)
    return shader.material


def profile():
    """Outside upward, over the fire-polished lip, inside downward."""
    outside = spline([(radius, z) for radius, _, z in SHAPE], 56)
    inside = spline([(radius - wall, z) for radius, wall, z in SHAPE], 56)
    lip_radius, wall, lip_z = SHAPE[-1]
    middle = lip_radius - wall / 2
    lip = [
        (middle + LIP_RADIUS * math.cos(a), lip_z + LIP_RADIUS * math.sin(a))
        for a in (math.pi * step / 10 for step in range(1, 10))
    ]
    return BASE_OUTSIDE + outside + lip + inside[::-1] + BASE_INSIDE


def stopper_profile():
    """A tapered plug that runs into a turned ball with a small flat on top."""
    arc = [BALL_START + (math.pi / 2 - BALL_START) * step / 40 for step in range(40)]
    ball = [(BALL_RADIUS * math.cos(a), BALL_Z + BALL_RADIUS * math.sin(a)) for a in arc]
    return PLUG + ball[:-2] + [(0.0, ball[-3][1])]


def build(collection):
    glass = clear_glass("glass", color=(0.985, 0.997, 0.992), ior=1.5)
    lathe("carafe", profile(), collection, glass, segments=192, steps=10)
    lathe("stopper", stopper_profile(), collection, oak(), segments=128)
