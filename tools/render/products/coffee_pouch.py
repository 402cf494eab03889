"""COFFEE-POUCH: a filled side-gusset coffee bag in matte mustard film, printed all over, crimped flat at the top."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import lathe
from ..nodes import Shader, plain
from ..studio import Setup
from . import shapes
from .coffee_pouch_art import DEPTH_MM, HEIGHT_MM, WIDTH_MM, artwork

SKU = "COFFEE-POUCH"
TITLE = "Tall Pine Roasters Guji natural whole-bean coffee 340 g"
CATEGORY = "food"
SETUP = Setup(
    size=(1280, 1600),
    key_side="right",
    pitch_deg=8.0,
    fill_frame=0.80,
    sweep_tone=246,
    sweep_cast=(0.994, 0.998, 1.0),
    falloff=0.30,
    exposure=0.92,
    rim=2.5,
    samples=12,
)

TURN = np.radians(20)
WIDTH, DEPTH, HEIGHT = WIDTH_MM / 1000, DEPTH_MM / 1000, HEIGHT_MM / 1000
FILLED, CLOSED = 0.62, 0.865  # shares of the height: beans up to here, film pressed flat from here
FRONT, SIDE = 220, 60  # points across a panel
FIN = 0.0055
VALVE_V = 0.735


def build(collection):
    """Blow up the film, seal its four edges and its top, press in the valve."""
    film = printed_film()
    points, uvs = _skin()
    faces = shapes.grid_faces(*points.shape[:2], wrap_columns=True)
    _bag(collection, points, uvs, faces, film)
    _floor(collection, points[0], film)
    for column, side in ((0, -1), (FRONT, 1), (FRONT + SIDE, 1), (2 * FRONT + SIDE, -1)):
        _fin(collection, points[:, column % points.shape[1]], side, film)
    _valve(collection)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def _depth_at(v):
    """Half depth of the bag over its height: square foot, belly, then closing to the flat seal."""
    knots = [0.0, 0.03, 0.22, 0.45, FILLED, 0.76, CLOSED, 1.0]
    half = [0.455, 0.49, 0.525, 0.475, 0.360, 0.175, 0.012, 0.010]
    return DEPTH * _interp_softly(v, knots, half)


def _interp_softly(v, knots, values):
    """Smooth interpolation: a cosine step between knots would ripple, so a blurred polyline."""
    offsets = np.linspace(-0.05, 0.05, 11)
    spread = np.asarray(v, float)[..., None] + offsets
    return np.interp(np.clip(spread, 0, 1), knots, values).mean(axis=-1)


def _panel(x, v):
    """Front panel at share x in [-1, 1] of its half width: points (x, y, z) with belly, creases and beans."""
    half_width = WIDTH / 2 * (1 - 0.020 * np.sin(np.pi * np.clip(v / CLOSED, 0, 1)))
    belly = 0.0085 * np.sin(np.pi * np.clip((v + 0.04) / 0.86, 0, 1)) ** 1.2 * (1 - x**2)
    flat = np.stack(np.broadcast_arrays(x * half_width, v * HEIGHT), axis=-1)
    loose = np.clip((v - 0.08) / 0.1, 0, 1) * np.clip((CLOSED - v) / 0.06, 0, 1)
    beans = 0.00055 * shapes.waves(flat, 0.019, seed=3) + 0.00035 * shapes.waves(flat, 0.011, seed=4)
    beans = beans * np.clip((FILLED + 0.08 - v) / 0.12, 0, 1) * np.clip((v - 0.012) / 0.10, 0, 1) * (1 - x**8)
    y = -(_depth_at(v) + belly + beans) + loose * _creases(x, v, flat)
    y = y + 0.0016 * np.clip((v - CLOSED) / (1 - CLOSED), 0, 1) * np.sin(3.0 * x + 0.6)
    return np.stack([flat[..., 0], y, flat[..., 1]], axis=-1)


def _creases(x, v, flat):
    """Folds of a stiff film: a few long ones that run down from the seal, dents at the corners, small crumples."""
    down = np.clip((v - 0.42) / 0.35, 0, 1)
    total = 0.0
    for middle, lean, deep, wide in (
        (-0.55, 0.5, 0.0030, 0.10),
        (0.30, -0.35, 0.0024, 0.08),
        (0.72, 0.3, 0.0030, 0.11),
        (-0.12, 0.2, 0.0016, 0.06),
    ):
        at = (x - middle - lean * (CLOSED - v)) / (wide * (1 + 1.6 * (CLOSED - v)))
        total = total + deep * np.exp(-np.abs(at) ** 1.5) * down
    ridge = 1 - np.abs(shapes.waves(flat * (1.0, 0.7), 0.055, seed=11))
    corner = np.clip(np.abs(x) - 0.45, 0, 1) * np.clip((0.38 - v) / 0.38, 0, 1)
    return total + 0.0011 * ridge * (0.35 + 0.65 * down) + 0.0024 * corner * shapes.waves(flat, 0.045, seed=12)


def _gusset(front_edge, back_edge, t, v, side):
    """Side panel between two edges; its middle crease folds in as the bag closes."""
    straight = front_edge * (1 - t) + back_edge * t
    fold = 0.004 + 0.036 * np.clip((v - 0.30) / 0.5, 0, 1) ** 1.2
    inward = fold * (1 - np.abs(2 * t - 1) ** 1.15)
    bulge = 0.0030 * np.sin(np.pi * t) * np.clip(1 - v / 0.45, 0, 1)
    return straight + np.concatenate([side * (bulge - inward), 0 * inward, 0 * inward], axis=-1)


def _skin():
    """Rings of the bag, bottom to top: front, right gusset, back, left gusset; UV unrolls them side by side."""
    v = np.linspace(0, 1, 320)[:, None]
    x = np.linspace(-1, 1, FRONT + 1)[None]
    front = _panel(x, v)
    back = _panel(x * 1.0, v * 1.0)[:, ::-1] * (1, -1, 1)
    t, v3 = np.linspace(0, 1, SIDE + 1)[None, 1:-1, None], v[..., None]
    right = _gusset(front[:, -1:], back[:, :1], t, v3, 1)
    left = _gusset(back[:, -1:], front[:, :1], t, v3, -1)
    points = np.concatenate([front, right, back, left], axis=1)
    total = 2 * (WIDTH + DEPTH)
    cuts = (
        np.concatenate(
            [
                np.linspace(0, WIDTH, FRONT + 1),
                WIDTH + np.linspace(0, DEPTH, SIDE + 1)[1:-1],
                WIDTH + DEPTH + np.linspace(0, WIDTH, FRONT + 1),
                2 * WIDTH + DEPTH + np.linspace(0, DEPTH, SIDE + 1)[1:-1],
            ]
        )
        / total
    )
    return points, np.stack(np.broadcast_arrays(cuts[None], v), axis=-1)


def _bag(collection, points, uvs, faces, film):
    """Doubled last column, so that the print does not run backward across the seam."""
    closed = np.concatenate([points, points[:, :1]], axis=1)
    last = np.stack([np.ones(len(uvs)), uvs[:, 0, 1]], axis=-1)[:, None]
    uvs = np.concatenate([uvs, last], axis=1)
    faces = shapes.grid_faces(*closed.shape[:2])
    shapes.mesh_object(collection, "bag", closed.reshape(-1, 3), faces, film, uvs.reshape(-1, 2))


def _floor(collection, ring, film):
    """The folded bottom, a little above the edges on which the bag stands."""
    rows = np.stack([ring * (s, s, 1) + (0, 0, 0.0022 * (1 - s)) for s in np.linspace(0.02, 1, 12)])
    shapes.grid_object(collection, "floor", rows, plain("floor film", (0.55, 0.30, 0.03), 0.5), wrap_columns=True)


def _fin(collection, edge, side, film):
    """Sealed seam that stands off an edge of the bag."""
    v = edge[:, 2] / HEIGHT
    wide = FIN * np.clip((CLOSED + 0.01 - v) / 0.04, 0, 1) * np.clip(v / 0.01, 0.4, 1)
    wave = 0.0005 * shapes.waves(edge, 0.05, seed=21 + side)
    across = np.linspace(0, 1, 6)
    out = edge[:, None] + np.stack(
        [side * wide[:, None] * across, wave[:, None] * across + 0 * across, 0 * wide[:, None] * across], axis=-1
    )
    obj = shapes.grid_object(collection, "fin", out, plain("seam film", (0.72, 0.40, 0.045), 0.42))
    obj.modifiers.new("film", "SOLIDIFY").thickness = 0.00035


def _valve(collection):
    """One-way valve behind the film: a pressed ring and three pin holes."""
    here, above = _panel(np.array(0.0), np.array(VALVE_V)), _panel(np.array(0.0), np.array(VALVE_V + 0.02))
    lean = np.arctan2(above[1] - here[1], above[2] - here[2])
    rim = [(0, 0.0004), (0.0066, 0.0004, 0.0006), (0.0072, 0.0012, 0.0005), (0.0084, 0.0012, 0.0006), (0.0096, -0.0012)]
    ring = lathe("valve", rim, collection, plain("valve film", (0.74, 0.41, 0.045), 0.40), segments=96)
    place = Matrix.Translation(here) @ Matrix.Rotation(np.pi / 2 - lean, 4, "X")
    ring.matrix_world = place
    for k in range(3):
        hole = lathe("hole", [(0, 0), (0.00055, 0)], collection, plain("hole", (0.02, 0.015, 0.01), 0.9), segments=20)
        spot = (0.0026 * np.cos(2.1 * k), 0.0026 * np.sin(2.1 * k), 0.00055)
        hole.matrix_world = place @ Matrix.Translation(spot)


def printed_film():
    """Matte film: the print, a velvety lacquer with rubbed gloss on the ridges, and crimp lines in the seal."""
    s = Shader("printed film", specular=0.4)
    uv = s.coords("UV")
    print_ = s.image(artwork().texture("tall pine"), uv)
    cloud = s.noise(s.coords(), scale=26, detail=5, roughness=0.6)
    s.set(color=print_.outputs["Color"], roughness=s.remap(cloud, 0.34, 0.48, 0.3, 0.7))
    along = s.separate(uv)[1]
    crimp = s.math("SINE", s.math("MULTIPLY", along, HEIGHT / 0.0016 * 2 * np.pi))
    in_seal = s.math("MULTIPLY", s.math("GREATER_THAN", along, 0.905), s.math("LESS_THAN", along, 0.972))
    s.bump(s.math("MULTIPLY", crimp, in_seal), strength=0.5, distance=0.0004)
    s.bump(s.noise(s.coords(), scale=120, detail=3), strength=0.10, distance=0.0012)
    s.bump(s.noise(s.coords(), scale=1800, detail=2), strength=0.08, distance=0.0002)
    return s.material
