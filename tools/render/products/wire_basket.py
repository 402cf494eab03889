"""WIRE-BASKET: black powder-coated wire fruit basket with two oak grips: the ground shows through many holes."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import lathe
from ..nodes import Shader
from ..studio import Setup
from . import shapes, surfaces

SKU = "WIRE-BASKET"
TITLE = "Kelso wire fruit basket with oak grips"
CATEGORY = "home"
SETUP = Setup(
    size=(1800, 1440),
    key_side="right",
    pitch_deg=15.0,
    fill_frame=0.80,
    sweep_tone=215,
    sweep_cast=(0.995, 0.998, 1.0),
    falloff=0.42,
    rim=3.0,
    samples=28,
)

SEED = 5
HALF_WIDTH, HALF_DEPTH, SQUARENESS = 0.150, 0.108, 3.0
PROFILE = [(0.70, 0.0026), (0.765, 0.0034), (0.825, 0.012), (0.875, 0.036), (0.935, 0.076), (1.0, 0.116)]  # share, z
UPRIGHTS = 44
HOOPS = (0.30, 0.48, 0.66, 0.83)
FLOOR_GAP = 0.0150
WIRE, FRAME = 0.00125, 0.0026
TURN = np.radians(-17)
OAK = ((0.36, 0.215, 0.105), (0.60, 0.41, 0.225))


def build(collection):
    """Weld the basket: base and rim of thick wire, uprights, hoops and floor of thin wire, and two handles."""
    rng = np.random.default_rng(SEED)
    coat = powder_coat()
    wall = shapes.smooth_path(PROFILE, 60)
    _hoops(collection, wall, coat)
    _uprights(collection, wall, coat, rng)
    _floor(collection, wall, coat, rng)
    for side in (-1, 1):
        _handle(collection, side, wall[-1, 1], coat)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def powder_coat():
    """Sprayed polyester: fine orange peel, a few thin spots and rubbed places."""
    s = Shader("powder coat", color=(0.013, 0.013, 0.014), specular=0.45)
    at = s.coords()
    rub = s.noise(at, scale=90, detail=5, roughness=0.65)
    s.set(color=s.ramp(rub, [(0.55, (0.012, 0.012, 0.013)), (0.78, (0.030, 0.029, 0.028))]))
    s.set(roughness=s.remap(rub, 0.30, 0.50, 0.3, 0.7))
    s.bump(s.noise(at, scale=1700, detail=2), strength=0.35, distance=0.00025)
    return s.material


def _outline(share, z, count=260, turn=0.0):
    """Closed rounded outline at a share of the rim's size, points equally spaced."""
    dense = shapes.ring(1600, SQUARENESS) * (HALF_WIDTH, HALF_DEPTH) * share
    flat = shapes.resample(np.concatenate([dense, dense[:1]]), count, closed=True)
    return np.concatenate([flat, np.full((count, 1), z)], axis=1)


def _at(wall, v):
    """Share of the rim's size and height at a share of the wall's length."""
    rows = np.linspace(0, 1, len(wall))
    return np.interp(v, rows, wall[:, 0]), np.interp(v, rows, wall[:, 1])


def _hoops(collection, wall, coat):
    for v, radius in ((0.0, FRAME), *((v, WIRE) for v in HOOPS), (1.0, FRAME * 1.1)):
        share, z = _at(wall, v)
        inset = 0.0 if v in (0.0, 1.0) else 2 * WIRE / HALF_DEPTH
        shapes.tube(collection, f"hoop {v}", _outline(share - inset, z), radius, coat, segments=14, closed=True)


def _uprights(collection, wall, coat, rng):
    """Bent wires from the base ring over the heel of the wall up to the rim."""
    rim = _outline(1.0, 0.0, UPRIGHTS)[:, :2]
    for k, foot in enumerate(rim):
        lean = rng.normal(0, 0.0004, 2)
        v = np.linspace(0.0, 1.0, 50)
        share, z = _at(wall, v)
        path = np.column_stack([foot[None] * share[:, None] + lean * np.sin(np.pi * v)[:, None], z])
        shapes.tube(collection, f"upright {k}", path, WIRE, coat, segments=10, up=(-foot[1], foot[0], 0))


def _floor(collection, wall, coat, rng):
    """Parallel wires across the base ring, and three below them that tie them together."""
    share, z = _at(wall, 0.0)
    width, depth = HALF_WIDTH * share, HALF_DEPTH * share
    for x in np.arange(-0.9 * width, 0.9 * width, FLOOR_GAP):
        reach = depth * (1 - abs(x / width) ** SQUARENESS) ** (1 / SQUARENESS)
        y = np.linspace(-reach, reach, 12)
        sag = -0.0008 * (1 - (y / depth) ** 2) + rng.normal(0, 0.0001)
        path = np.column_stack([np.full(12, x), y, z + FRAME + sag])
        shapes.tube(collection, f"floor {x:.3f}", path, WIRE, coat, segments=10)
    for y in (-0.55 * depth, 0.0, 0.55 * depth):
        reach = width * (1 - abs(y / depth) ** SQUARENESS) ** (1 / SQUARENESS)
        path = np.column_stack([np.linspace(-reach, reach, 12), np.full(12, y), np.full(12, z + FRAME - 2 * WIRE)])
        shapes.tube(collection, f"tie {y:.3f}", path, WIRE, coat, segments=10)


def _handle(collection, side, rim_z, coat):
    """A bow of wire that stands on the rim and carries a turned oak grip."""
    half, out, top = 0.043, 0.020, rim_z + 0.040
    knots = [
        (HALF_WIDTH, -half - 0.008, rim_z),
        (HALF_WIDTH + 0.45 * out, -half - 0.008, rim_z + 0.018),
        (HALF_WIDTH + 0.86 * out, -half - 0.006, rim_z + 0.033),
        (HALF_WIDTH + out, -half + 0.004, top),
        (HALF_WIDTH + out, 0.0, top),
    ]
    knots += [(x, -y, z) for x, y, z in knots[-2::-1]]
    path = shapes.smooth_path(np.array(knots) * (side, 1, 1), 120)
    shapes.tube(collection, f"bow {side}", path, FRAME * 0.8, coat, segments=14, up=(side, 0, 0))
    radius, long = 0.0078, 0.036
    profile = [
        (0, -long),
        (radius * 0.80, -long, 0.002),
        (radius, -0.5 * long, 0.03),
        (radius, 0.5 * long, 0.03),
        (radius * 0.80, long, 0.002),
        (0, long),
    ]
    oak = surfaces.wood(f"oak grip {side}", *OAK, seed=4 + side)
    grip = lathe(f"grip {side}", profile, collection, oak, segments=64)
    grip.matrix_world = Matrix.Translation((side * (HALF_WIDTH + out), 0, top)) @ Matrix.Rotation(np.pi / 2, 4, "X")
