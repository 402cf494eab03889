"""HANDBAG: a structured leather tote with piping, saddle stitching, ring-mounted rolled handles and a foil stamp."""

import numpy as np

from ..nodes import Shader
from ..studio import Setup
from . import shapes, surfaces
from .handbag_shell import FEET, HEIGHT, body, panel, size_at
from .lettering import lettering

SKU = "HANDBAG"
TITLE = "Oriel & Vane structured leather tote"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1640, 1640),
    key_side="left",
    pitch_deg=8.0,
    fill_frame=0.74,
    sweep_tone=244,
    sweep_cast=(1.0, 0.997, 0.99),
    falloff=0.35,
    samples=20,
)

COGNAC = (0.255, 0.088, 0.029)
TURN = np.radians(17)
RING_X, RING_Z = 0.074, 0.178
TAB = (0.013, 0.034)  # half width and half height of a handle tab


def build(collection):
    """Model the tote standing on its studs."""
    hide = surfaces.leather("cognac leather", COGNAC, pebble=620, depth=0.0007)
    trim = surfaces.leather(
        "trim leather", [c * 0.72 for c in COGNAC], pebble=900, depth=0.0004, roughness=(0.28, 0.42)
    )
    linen = surfaces.thread("linen thread", (0.70, 0.58, 0.42))
    brass = surfaces.metal("pale gold", (0.80, 0.62, 0.36), roughness=(0.10, 0.22))
    body(collection, hide)
    _piping(collection, trim)
    _seams(collection, linen)
    for side in (-1, 1):
        _handle(collection, side, trim, linen, brass)
    _studs(collection, brass)
    _stamp(collection)
    for obj in collection.objects:
        obj.rotation_euler.z = TURN


def _edge_path(side):
    """Where a panel meets the gusset: down one edge, along the bottom, up the other."""
    corner = 0.972
    up = np.linspace(0.0, 0.985, 90)
    left = panel(-corner, up[::-1], side)
    right = panel(corner, up, side)
    across = panel(np.linspace(-corner, corner, 120)[1:-1], 0.0, side)
    return shapes.resample(_relaxed(np.concatenate([left, across, right]), 14), 420)


def _relaxed(line, rounds):
    """Even out the curvature of a polyline without moving its ends."""
    for _ in range(rounds):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    return line


def _piping(collection, trim):
    for side in (-1, 1):
        path = _edge_path(side)
        outward = np.array([0, side, 0])
        shapes.tube(collection, f"piping{side}", path + outward * 0.0008, 0.0023, trim, segments=16, up=(0, side, 0))


def _seams(collection, linen):
    """Stitches beside the piping and below the rim."""
    for side in (-1, 1):
        t = np.linspace(0.06, 0.965, 200)
        normal = np.tile([0.0, side, 0.0], (200, 1))
        for x in (-0.925, 0.925):
            shapes.stitches(collection, f"seam{side}{x}", panel(x, t, side), normal, 0.0042, 0.0014, 0.00048, linen)
        across = np.linspace(-0.915, 0.915, 300)
        for k, v in enumerate((0.045, 0.945)):
            shapes.stitches(
                collection,
                f"hem{side}{k}",
                panel(across, v, side),
                np.tile([0.0, side, 0.0], (300, 1)),
                0.0042,
                0.0014,
                0.00048,
                linen,
            )


def _handle(collection, side, trim, linen, brass):
    """One rolled handle, the two rings it hangs in and the tabs that hold the rings."""
    share = RING_X / size_at(RING_Z / HEIGHT)[0]
    v = (RING_Z - FEET) / HEIGHT
    for x in (-share, share):
        _tab(collection, side, x, v, trim, linen, brass)
    anchor = panel(np.array([-share, share]), v + 0.1265, side, lift=0.0045)
    top = 0.138 if side < 0 else 0.130
    lean = -0.030 if side < 0 else 0.004
    a, b = anchor
    knots = [
        a + (0, 0, 0.004),
        a + (0.0005, side * 0.001, 0.030),
        a + (0.010, lean * 0.45, 0.085),
        (a + b) / 2 + (-0.028, lean, top - 0.006),
        (a + b) / 2 + (0.028, lean, top - 0.005),
        b + (-0.010, lean * 0.45, 0.085),
        b + (-0.0005, side * 0.001, 0.030),
        b + (0, 0, 0.004),
    ]
    path = _relaxed(shapes.smooth_path(knots, 260), 500)
    t = np.linspace(0, 1, 260)
    ends = np.clip(np.minimum(t, 1 - t) / 0.10, 0, 1)
    ends = ends * ends * (3 - 2 * ends)
    scale = np.stack([0.0042 + 0.0026 * ends - 0.0012 * (1 - ends), 0.0080 - 0.0012 * ends], 1)
    handle = shapes.sweep(
        collection, f"handle{side}", path, shapes.ring(28, 2.4), scale, trim, up=(0, side, 0.0001), round_ends=5
    )
    _, across, normal = shapes.frames(path, up=(0, side, 0.0001))
    inner = path[26:-26] + across[26:-26] * 0.0 + normal[26:-26] * scale[26:-26, 1:] * 0.98
    shapes.stitches(collection, f"handle seam{side}", inner, normal[26:-26], 0.0040, 0.0014, 0.00042, linen)
    return handle


def _tab(collection, side, x, v, trim, linen, brass):
    """Leather chape with stitches, a rivet and the ring above it."""
    low = v - 0.112
    center = panel(x, low, side)
    width = size_at(v)[0]
    outline = shapes.ring(72, 4.5) * TAB
    levels = [
        (1.0, -0.001),
        (1.0, 0.0012),
        (0.985, 0.0018),
        (0.95, 0.0022),
        (0.88, 0.0024),
        (0.8, 0.0024),
        (0.7, 0.0025),
        (0.5, 0.0025),
        (0.02, 0.0026),
    ]
    rows = []
    for grow, lift in levels:
        at = outline * grow
        bulge = 0.0034 * np.exp(-(((at[:, 1] - TAB[1] + 0.0055) / 0.0045) ** 2)) * (lift > 0.0015)
        rows.append(panel(x + at[:, 0] / width, low + at[:, 1] / HEIGHT, side, lift + bulge))
    rows = np.array(rows)
    shapes.grid_object(collection, f"tab{side}{x:.2f}", rows if side < 0 else rows[:, ::-1], trim, wrap_columns=True)
    inset = np.concatenate([outline, outline[:1]]) * (0.78, 0.82) - (0, 0.0022)
    seam = panel(x + inset[:, 0] / width, low + inset[:, 1] / HEIGHT, side, 0.0024)
    shapes.stitches(
        collection, f"tab seam{side}{x:.2f}", seam, np.tile([0.0, side, 0.0], (73, 1)), 0.0036, 0.0013, 0.00042, linen
    )
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    ring_center = panel(x, v + 0.075 + 0.012, side, 0.0026)
    ring = ring_center + np.stack([0.0135 * np.cos(turn), 0 * turn, 0.0125 * np.sin(turn)], 1)
    shapes.sweep(collection, f"ring{side}{x:.2f}", ring, shapes.ring(20), 0.00195, brass, up=(0, 1, 0), closed=True)
    dome = [center + np.array([0, side * 0.0026, 0.0])]
    angle = np.linspace(0.02, np.pi / 2, 10)
    circle = shapes.ring(40)
    cap = [
        dome[0]
        + np.stack(
            [
                circle[:, 0] * 0.0042 * np.sin(a),
                np.full(40, side * 0.0018 * np.cos(a)),
                circle[:, 1] * 0.0042 * np.sin(a),
            ],
            1,
        )
        for a in angle
    ]
    shapes.grid_object(
        collection,
        f"rivet{side}{x:.2f}",
        np.array(cap) if side > 0 else np.array(cap)[:, ::-1],
        brass,
        wrap_columns=True,
    )


def _studs(collection, brass):
    for x in (-0.118, 0.118):
        for y in (-0.040, 0.040):
            path = np.array([[x, y, 0.0015], [x, y, FEET + 0.003]])
            shapes.tube(
                collection, f"stud{x}{y}", shapes.resample(path, 4), 0.0060, brass, segments=24, up=(1, 0, 0)
            ).location.z = 0.0045


def _stamp(collection):
    """Foil-stamped brand in the lower middle of the front panel."""
    foil = Shader("foil", color=(0.72, 0.54, 0.30), metallic=1.0)
    foil.vary_roughness(0.25, 0.5, scale=300)
    width = size_at(0.5)[0]

    def place_at(v):
        return lambda x, y, lift: panel(x / width, v + y / HEIGHT, -1, 0.0004 + lift)

    lettering(
        collection, "brand", "ORIEL & VANE", 0.0072, place_at(0.480), foil.material, thickness=0.0001, spacing=1.28
    )
    lettering(
        collection,
        "brand line",
        "ATELIER  No. 12",
        0.0034,
        place_at(0.425),
        foil.material,
        thickness=0.0001,
        spacing=1.25,
    )
