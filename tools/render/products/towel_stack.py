"""TOWEL-STACK: three folded towels, a waffle-weave one on two of terry with real loops, and a sewn woven label.

Each towel is three nested layers that turn around its front fold, so the sides show the folded edges.
"""

import bpy
import numpy as np
from mathutils import Matrix

from ..studio import Setup
from . import fibers, shapes, surfaces
from .lettering import lettering
from .towel_cloth import Towel, terry_base, waffle_cloth, yarn

SKU = "TOWEL-STACK"
TITLE = "Norra Lin towel set, terry and waffle, three pieces"
CATEGORY = "home"
SETUP = Setup(
    size=(1760, 1408),
    key_side="left",
    pitch_deg=9.0,
    fill_frame=0.76,
    sweep_tone=247,
    sweep_cast=(1.0, 0.996, 0.988),
    falloff=0.28,
    samples=24,
    bounces=5,
)

SEED = 23
WIDTH, DEPTH = 0.272, 0.192
LAYERS = 3
LOOPS_PER_SQUARE_METRE = 1.3e6
WAFFLE_CELL, WAFFLE_DEPTH = 0.0078, 0.0021
TURN = np.radians(-19)


STACK = (
    Towel("sand", 0.000, 0.0084, (0.78, 0.665, 0.52), 1.6, (0.000, 0.002)),
    Towel("blue", 0.0515, 0.0080, (0.135, 0.205, 0.260), -2.2, (-0.003, -0.003)),
    Towel("waffle", 0.1005, 0.0066, (0.74, 0.68, 0.575), 1.2, (0.003, 0.004), waffle=True),
)
LABELED = STACK[1]
LABEL_X, LABEL = 0.068, (0.0270, 0.0105)  # place along the fold; half width and half height


def build(collection):
    """Stack the towels, grow their loops, sew the label."""
    rng = np.random.default_rng(SEED)
    for number, towel in enumerate(STACK):
        place = Matrix.Rotation(TURN + np.radians(towel.turn_deg), 4, "Z") @ Matrix.Translation(
            (*towel.shift, towel.bottom)
        )
        material = waffle_cloth(towel) if towel.waffle else terry_base(towel)
        strand = yarn(towel)
        for level in range(LAYERS):
            obj = _layer(collection, towel, number, level, material)
            obj.matrix_world = place
            bpy.context.view_layer.update()
            _loops(collection, towel, level, obj, place, strand, rng)
    _label(collection, LABELED, STACK.index(LABELED))


def _section(towel, level, count):
    """Center line of one layer in (y, z): along the bottom, around the front fold, back over the top."""
    half = (LAYERS - 0.5 - level) * towel.layer
    reach = half * 0.92
    front = -DEPTH / 2 + (LAYERS - 0.5) * towel.layer - 0.002 * level
    angle = np.linspace(-np.pi / 2, np.pi / 2, 60)
    plump = 1 + 0.07 * np.cos(angle) ** 2
    bow = np.stack([front - reach * np.cos(angle) ** 0.9, half * np.sin(angle) * plump], 1)
    back = DEPTH / 2
    line = np.concatenate(
        [np.linspace((back, -half), bow[0], 40)[:-1], bow, np.linspace(bow[-1], (back, half), 40)[1:]]
    )
    line[:, 1] += LAYERS * towel.layer
    return shapes.resample(line, count)


def _layer(collection, towel, number, level, material):
    """Solid ribbon of cloth: outer and inner skin, swept across the width, with rounded selvages."""
    fine = towel.waffle and level == 0
    outer_count, inner_count, stations = (720, 90, 420) if fine else (220, 90, 200)
    outer_line = _section(towel, level, outer_count)
    inner_line = _section(towel, level, inner_count)[::-1]
    width = WIDTH * (1 - 0.006 * level) + 0.004 * np.sin(3.1 * number + 1.7 * level)
    x = np.linspace(-1, 1, stations)
    edge = 0.5 * towel.layer / (width / 2)
    shrink = np.sqrt(np.clip(1 - np.clip((np.abs(x) - (1 - edge)) / edge, 0, 1) ** 2, 1e-4, 1))
    hem = 1 + 0.10 * np.exp(-((((1 - np.abs(x)) * width / 2 - 0.005) / 0.004) ** 2))
    half = (0.43 if towel.waffle else 0.37) * towel.layer * shrink * hem
    lines = np.concatenate([outer_line, inner_line])
    normal = np.concatenate([_outward(outer_line), -_outward(inner_line[::-1])[::-1]])
    yz = lines[None] + normal[None] * half[:, None, None]
    points = np.concatenate([np.broadcast_to((x * width / 2)[:, None, None], (*yz.shape[:2], 1)), yz], axis=-1)
    points = _drape(points, towel, number, level)
    if fine:
        points[:, :outer_count] += _waffle_relief(points, outer_line, normal, outer_count, shrink)
    obj = shapes.grid_object(collection, f"{towel.name} layer {level}", points[:, ::-1], material, wrap_columns=True)
    return obj


def _outward(line):
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return np.stack([-tangent[:, 1], tangent[:, 0]], 1)


def _drape(points, towel, number, level):
    """Lay the cloth: low waves where layers press on each other, soft corners, creases behind the fold."""
    x, y, z = np.moveaxis(points, -1, 0)
    height = z / (2 * LAYERS * towel.layer)
    free = np.clip(-(y + DEPTH / 2 - 0.05) / 0.05, 0, 1)
    seat = shapes.waves(np.stack([x, y], -1), 0.19, seed=40 + number)
    lift = (
        0.0016 * seat * np.clip(height, 0.0, 1.0)
        + 0.0012 * shapes.waves(np.stack([x, 0.5 * y], -1), 0.07, seed=50 + 3 * number + level) * height
    )
    belly = (
        0.0045 * shapes.waves(np.stack([x, z], -1), 0.16, seed=60 + number) * free
        + 0.0016 * shapes.waves(points, 0.055, seed=70 + number + level) * free
    )
    crease = (
        0.0011
        * np.sin(y * 240 + 2.0 * shapes.waves(np.stack([x, y], -1), 0.09, seed=80 + number))
        * np.exp(-(((y + DEPTH / 2 - 0.040) / 0.020) ** 2))
        * height
    )
    side = (
        0.0022
        * shapes.waves(np.stack([y, z], -1), 0.12, seed=90 + 5 * number + level)
        * (np.abs(x) / (WIDTH / 2)) ** 6
        * np.sign(x)
    )
    droop = -0.0040 * height**2 * (np.abs(x) / (WIDTH / 2)) ** 5 - 0.0035 * height**2 * np.clip(free, 0, 1) ** 2
    return np.stack([x + side, y + belly, z + lift + crease + droop], -1)


def _waffle_relief(points, line, normal, count, shrink):
    """Honeycomb squares: ridges between sunken cells."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    flat = points[:, :count]
    u = flat[..., 0] / WAFFLE_CELL + 0.10 * shapes.waves(flat[..., :2], 0.12, seed=3)
    v = along[None] / WAFFLE_CELL + 0.10 * shapes.waves(flat[..., :2], 0.12, seed=4)
    ridge = np.maximum(np.abs(np.cos(np.pi * u)) ** 3.0, np.abs(np.cos(np.pi * v)) ** 3.0)
    low = (ridge - 0.75) * WAFFLE_DEPTH * shrink[:, None]
    push = np.concatenate([np.zeros((count, 1)), normal[:count]], axis=1)
    return push[None] * low[..., None]


def _loops(collection, towel, level, obj, place, yarn, rng):
    """Terry loops, or the few loose fibers of the waffle weave, on every surface that the camera may see."""
    back = np.array(place.inverted())

    def accept(points, normals):
        local = points @ back[:3, :3].T + back[:3, 3]
        side = np.abs(local[:, 0]) > WIDTH / 2 - 0.012
        front = (local[:, 1] < -DEPTH / 2 + 0.045) & (level == 0)
        keep = np.where(side | front, 1.0, 0.0)
        if towel is LABELED and level == 0:
            under = (np.abs(local[:, 0] - LABEL_X) < LABEL[0]) & (np.abs(local[:, 2] - LAYERS * towel.layer) < LABEL[1])
            keep[under & front] = 0
        return keep

    if towel.waffle:
        root, normal = fibers.scatter(obj, LOOPS_PER_SQUARE_METRE * 0.16, rng)
        size = rng.uniform(0.0008, 0.0022, len(root))
        lean = rng.normal(0, 0.6, root.shape)
        points = fibers.fur(root, normal, rng, size, lean, curl=0.25, clump_size=0.01, clump=0.0)
        radius = np.full(len(root), 0.000035)
    else:
        root, normal = fibers.scatter(obj, LOOPS_PER_SQUARE_METRE, rng, accept)
        points = fibers.loops(root, normal, rng, height=0.0019, width=0.00055)
        radius = rng.uniform(0.00018, 0.00026, len(root))
    points[..., 2] = np.maximum(points[..., 2], 0.0003)
    tint = np.clip(0.5 + 0.16 * shapes.waves(root, 0.05, seed=9) + rng.normal(0, 0.16, len(root)), 0, 1)
    fibers.strands_object(
        collection, f"{towel.name} yarn {level}", points, radius, yarn, tint, taper=0.0 if not towel.waffle else 0.6
    )


def _label(collection, towel, number):
    """Woven label sewn flat onto the front fold of the middle towel."""
    line = _section(towel, 0, 400)
    normal = _outward(line)
    arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    middle = arc[np.argmin(line[:, 0])] + 0.0015
    place = np.array(
        Matrix.Rotation(TURN + np.radians(towel.turn_deg), 4, "Z") @ Matrix.Translation((*towel.shift, towel.bottom))
    )

    def on_towel(u, v, lift):
        at = middle + v
        yz = np.stack(
            [
                np.interp(at, arc, line[:, k]) + np.interp(at, arc, normal[:, k]) * (0.37 * towel.layer + 0.0016 + lift)
                for k in (0, 1)
            ],
            -1,
        )
        local = np.concatenate([(LABEL_X + u)[..., None], yz], -1)
        local = _drape(local, towel, number, 0)
        return local @ place[:3, :3].T + place[:3, 3]

    half_u, half_v = LABEL
    u, v = np.meshgrid(np.linspace(-1, 1, 80), np.linspace(-1, 1, 40))
    curl = 0.00025 * shapes.waves(np.stack([u, v], -1), 1.1, seed=2) - 0.0012 * np.abs(u) ** 8
    ribbon = surfaces.cloth("label ribbon", (0.80, 0.77, 0.70), threads=5200, depth=0.0002)
    sheet = shapes.grid_object(collection, "label", on_towel(u * half_u, v * half_v, curl), ribbon)
    sheet.modifiers.new("thickness", "SOLIDIFY").thickness = 0.0007
    ink = surfaces.thread("label thread", (0.045, 0.055, 0.065))

    def write(dy):
        return lambda a, b, lift: on_towel(a, b + dy, 0.0011 + lift)

    lettering(collection, "label brand", "NORRA LIN", 0.0049, write(0.0026), ink, thickness=0.00015, spacing=1.2)
    lettering(
        collection, "label line", "100 % ORGANIC COTTON", 0.0023, write(-0.0050), ink, thickness=0.0001, spacing=1.15
    )
    for end in (-1, 1):
        t = np.linspace(-0.92, 0.92, 60) * half_v
        path = on_towel(np.full(60, end * (half_u - 0.0018)), t, np.full(60, 0.0002))
        up = on_towel(np.full(60, end * (half_u - 0.0018)), t, np.full(60, 0.0012)) - path
        up /= np.linalg.norm(up, axis=1, keepdims=True)
        shapes.stitches(collection, f"label seam{end}", path, up, 0.0018, 0.0009, 0.00026, ink)
