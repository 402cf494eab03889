"""CANVAS-SNEAKER: a low red canvas sneaker with a white rubber sole, toe cap, metal eyelets and flat cotton laces."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import rounded_box
from ..nodes import Shader, plain
from ..studio import Setup
from . import shapes, surfaces
from .canvas_sneaker_form import HEEL_Z, SOLE_Z, outline, sole_rows, upper, upper_normal
from .lettering import lettering

SKU = "CANVAS-SNEAKER"
TITLE = "Pallas low canvas sneaker, brick red, EU 41"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1600, 1280),
    key_side="left",
    pitch_deg=11.0,
    fill_frame=0.80,
    sweep_tone=246,
    sweep_cast=(1.0, 0.998, 0.993),
    falloff=0.32,
    exposure=0.94,
    key=9.5,
    fill=1.8,
    rim=2.5,
    samples=14,
)

TURN = np.radians(-27)
RED = (0.300, 0.030, 0.024)
CAP_END, CAP_TOP = 0.215, 0.60  # how far the toe cap reaches back and up
EYELETS = (0.365, 0.430, 0.495, 0.560, 0.620)
EYELET_V = 0.925
LIFT = 0.0016
LACE = (0.0034, 0.00085)  # half width and half thickness


def build(collection):
    """Sole, upper, tongue, toe cap, heel tab, eyelets, laces."""
    canvas = surfaces.cloth("canvas", RED, threads=2300, depth=0.0004, sheen=0.15)
    rubber = _rubber()
    shapes.grid_object(collection, "sole", sole_rows(), rubber, wrap_columns=True)
    _footbed(collection)
    for side in (-1, 1):
        s, v = np.meshgrid(np.linspace(0, 1, 240), np.linspace(0, 1, 70), indexing="ij")
        skin = shapes.grid_object(collection, f"upper {side}", upper(s, v, side), canvas)
        skin.modifiers.new("canvas", "SOLIDIFY").thickness = 0.0022
        skin.modifiers["canvas"].offset = side
        _binding(collection, side)
        _patch(collection, f"toe cap {side}", side, (0, CAP_END), (0.0, CAP_TOP), rubber, cap=True)
        _patch(collection, f"heel tab {side}", side, (0.955, 1.0), (0.0, 0.97), canvas)
        _stay(collection, side, canvas)
        _seams(collection, side)
    _tongue(collection, canvas)
    _laces(collection)
    _badge(collection)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def _rubber():
    """Vulcanized rubber: warm white, foxing stripe by height, a fine pebble and some scuffs."""
    s = Shader("rubber", specular=0.4, subsurface=0.05, subsurface_scale=0.003)
    cloud = s.noise(s.coords(), scale=40, detail=6, roughness=0.65)
    white = s.ramp(cloud, [(0.3, (0.74, 0.725, 0.68)), (0.7, (0.80, 0.79, 0.755))])
    v = s.separate(s.coords("UV"))[1]
    stripe = s.math("MULTIPLY", s.math("GREATER_THAN", v, 0.520), s.math("LESS_THAN", v, 0.585))
    s.set(color=s.mix(stripe, white, (0.035, 0.040, 0.065)), roughness=s.remap(cloud, 0.42, 0.58, 0.3, 0.7))
    s.bump(s.noise(s.coords(), scale=900, detail=2), strength=0.16, distance=0.0003)
    return s.material


def _footbed(collection):
    rows = []
    for share in np.linspace(0.02, 0.97, 20):
        rows.append(outline(np.linspace(0, 2, 200, endpoint=False)) * (share, share, 1) + (0, 0, SOLE_Z + 0.004))
    shapes.grid_object(
        collection, "footbed", np.array(rows), plain("footbed", (0.46, 0.40, 0.31), 0.9), wrap_columns=True
    )


def _binding(collection, side):
    """Cotton tape folded over the edge of the opening."""
    s = np.linspace(0.235, 1.0, 300)
    edge = upper(s, np.ones_like(s), side)
    tape = surfaces.cloth(f"tape {side}", [c * 0.82 for c in RED], threads=4200, depth=0.0002)
    shapes.sweep(collection, f"binding {side}", edge, shapes.ring(14), 0.0019, tape, round_ends=4)


def _patch(collection, name, side, along, up, material, cap=False):
    """A second layer on the upper with a rounded edge; the toe cap ends in an arc."""
    a, b = np.meshgrid(np.linspace(0, 1, 70), np.linspace(0, 1, 50), indexing="ij")
    v = up[0] + (up[1] - up[0]) * b * (1 - 0.92 * a**2.6 if cap else 1)
    s = along[0] + (along[1] - along[0]) * a
    rim = np.minimum(np.clip((1 - b) / 0.05, 0, 1), 1.0 if cap else np.clip(a / 0.12, 0, 1))
    lift = (LIFT + (0.0008 if cap else 0)) * np.sqrt(np.clip(1 - (1 - rim) ** 2, 0, 1)) + 0.0004
    points = upper(s, v, side) + upper_normal(s, v, side) * lift[..., None]
    shapes.grid_object(collection, name, points, material)


def _stay(collection, side, canvas):
    """The strip that carries the eyelets."""
    a, b = np.meshgrid(np.linspace(0, 1, 120), np.linspace(0, 1, 24), indexing="ij")
    s, v = 0.300 + 0.385 * a, 0.835 + 0.150 * b
    edge = np.minimum(np.clip(b / 0.15, 0, 1), np.clip(np.minimum(a, 1 - a) / 0.03, 0, 1))
    points = upper(s, v, side) + upper_normal(s, v, side) * (0.0003 + 0.0010 * np.sqrt(1 - (1 - edge) ** 2))[..., None]
    shapes.grid_object(collection, f"eyelet stay {side}", points, canvas)


def _seams(collection, side):
    """Two rows of white lockstitch where the quarter is sewn on the vamp, around the eyelet stay, and at the heel."""
    thread = surfaces.thread("white thread", (0.74, 0.70, 0.62))
    t = np.linspace(0, 1, 160)
    lines = []
    for shift in (0.0, 0.010):
        lines.append((0.300 + shift + 0.055 * (1 - t) ** 1.5, 0.02 + 0.80 * t, 0.0006))
    lines.append((0.306 + 0.372 * t, np.full(160, 0.850), 0.0016))
    lines.append((np.full(160, 0.948), 0.02 + 0.94 * t, 0.0006))
    lines.append((0.690 + 0.255 * t, np.full(160, 0.945), 0.0006))
    for s, v, lift in lines:
        normal = upper_normal(s, v, side)
        path = upper(s, v, side) + normal * lift
        shapes.stitches(collection, "seam", path, normal, 0.0021, 0.0008, 0.00026, thread)
    metal = surfaces.metal("eyelet metal", (0.70, 0.68, 0.64), roughness=(0.2, 0.32))
    for at in EYELETS:
        center, normal = _eyelet(at, side)
        side_axis = np.cross(normal, (1.0, 0, 0))
        side_axis /= np.linalg.norm(side_axis)
        other = np.cross(normal, side_axis)
        angle = np.linspace(0, 2 * np.pi, 33)[:-1, None]
        ring = center + 0.0024 * (np.cos(angle) * side_axis + np.sin(angle) * other)
        shapes.tube(collection, "eyelet", ring, 0.00085, metal, segments=10, closed=True, up=normal)


def _eyelet(at, side):
    s, v = np.array(at), np.array(EYELET_V)
    normal = upper_normal(s, v, side)
    return upper(s, v, side) + normal * 0.0016, normal


def _tongue(collection, canvas):
    """Padded tongue that lies under the laces and stands up behind them."""
    line = shapes.smooth_path(
        [(0.066, 0.0555), (0.040, 0.0640), (0.010, 0.0785), (-0.018, 0.0945), (-0.040, 0.1110), (-0.054, 0.1265)], 90
    )
    share = np.linspace(0, 1, 90)
    half = 0.0145 + 0.0050 * share
    half[-8:] *= np.sqrt(np.clip(1 - (np.linspace(0, 1, 8) * 0.9) ** 2, 0, 1))
    across = np.linspace(-1, 1, 40)
    y = half[:, None] * across
    drop = 0.010 * across**2 * (1 - 0.4 * share[:, None]) + 0.0008 * shapes.waves(
        np.stack(np.broadcast_arrays(line[:, :1], y), -1), 0.03, seed=3
    )
    points = np.stack([np.broadcast_to(line[:, :1], y.shape), y, line[:, 1:] - drop], -1)
    tongue = shapes.grid_object(collection, "tongue", points, canvas)
    tongue.modifiers.new("pad", "SOLIDIFY").thickness = 0.0035
    bevel = tongue.modifiers.new("round", "BEVEL")
    bevel.width, bevel.segments = 0.0012, 3


def _laces(collection):
    """Flat cotton: straight bars, crossings beneath them, and a bow whose loops fall to the sides."""
    cotton = surfaces.cloth("lace cotton", (0.78, 0.76, 0.71), threads=4600, depth=0.0003)
    ribbon = shapes.ring(16, 3.0)
    ends = [[_eyelet(at, side)[0] for side in (-1, 1)] for at in EYELETS]
    up = np.array((0.35, 0, 1.0))
    for k, (left, right) in enumerate(ends):
        middle = (left + right) / 2 + up * 0.0040
        knots = [
            left - up * 0.0030 + (0, 0.0006, 0),
            left + up * 0.0010,
            middle,
            right + up * 0.0010,
            right - up * 0.0030,
        ]
        _lace(collection, f"bar {k}", knots, ribbon, cotton, up)
        if k + 1 < len(ends):
            for a, b in ((left, ends[k + 1][1]), (right, ends[k + 1][0])):
                cross = (a + b) / 2 + up * 0.0012
                _lace(collection, f"cross {k}", [a - up * 0.0022, cross, b - up * 0.0022], ribbon, cotton, up)
    knot = (ends[-1][0] + ends[-1][1]) / 2 + np.array((-0.002, 0, 0.0085))
    for side in (-1, 1):
        loop = [
            (0, 0, 0),
            (0.002, 0.014, 0.007),
            (0.010, 0.033, 0.002),
            (0.018, 0.046, -0.017),
            (0.020, 0.042, -0.022),
            (0.010, 0.026, -0.006),
            (0.001, 0.008, 0.001),
            (0, 0, -0.001),
        ]
        tail = [
            (0, 0, 0.001),
            (0.006, 0.010, 0.003),
            (0.019, 0.024, -0.004),
            (0.032, 0.037, -0.022),
            (0.036, 0.043, -0.040),
        ]
        for name, line in (("loop", loop), ("tail", tail)):
            path = knot + np.array(line) * (1, side, 1)
            _lace(collection, f"{name} {side}", path, ribbon, cotton, (0.2, 0.4 * side, 1.0))
    rounded_box("knot", (0.0085, 0.0105, 0.0060), collection, cotton, radius=0.0026, segments=6, location=knot)


def _lace(collection, name, knots, ribbon, cotton, up):
    path = shapes.smooth_path(knots, 70)
    shapes.sweep(collection, name, path, ribbon, np.tile(LACE, (70, 1)), cotton, up=up, round_ends=3)


def _badge(collection):
    """The maker's name molded on the heel strip of the sole."""
    ink = plain("badge ink", (0.035, 0.040, 0.065), 0.5)

    def on_sole(x, y, lift):
        s = 0.64 - x / 0.36
        base = outline(s) * (1, -1, 1)
        around = outline(s + 0.01) * (1, -1, 1) - base
        normal = np.stack([around[:, 1], -around[:, 0]], -1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        normal *= np.sign(-normal[:, 1:])
        return np.concatenate([base[:, :2] + normal * (0.0034 + lift)[:, None], (HEEL_Z + 0.0056 + y)[:, None]], -1)

    lettering(collection, "brand", "PALLAS", 0.0046, on_sole, ink, thickness=0.0003, spacing=1.3, weight=0.01)
