"""PEARL-NECKLACE: a fine gold cable chain with seven pearls, laid on the sweep and seen from above."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import lathe, rounded_box
from ..nodes import Shader
from ..studio import Setup
from . import shapes, surfaces

SKU = "PEARL-NECKLACE"
TITLE = "Ondine pearl station necklace, 14 k gold, 45 cm"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=66.0,
    fill_frame=0.80,
    height_m=0.135,
    sweep_tone=244,
    sweep_cast=(1.0, 0.997, 0.99),
    falloff=0.5,
    shadow=1.25,
    exposure=0.88,
    flags=True,
    samples=16,
    cards=(((0.55, 1.1, 1.5), (0, 0, 0), 0.5, 0.9), ((-0.3, -1.9, 0.7), (0, 0, 0), 1.6, 0.5)),
)

SEED = 17
CHAIN_WIRE, LINK_LONG, LINK_WIDE = 0.00030, 0.0015, 0.00105  # radius of the wire; half lengths of a link
GOLD = (0.83, 0.60, 0.265)
PATH = [  # the chain as it was put down: a loop that is wide below and crosses itself near the clasp
    (0.012, 0.082),
    (-0.010, 0.078),
    (-0.034, 0.060),
    (-0.050, 0.030),
    (-0.053, -0.002),
    (-0.045, -0.032),
    (-0.027, -0.058),
    (-0.002, -0.072),
    (0.023, -0.060),
    (0.043, -0.035),
    (0.053, -0.004),
    (0.050, 0.028),
    (0.036, 0.056),
    (0.016, 0.069),
    (-0.006, 0.088),
]
PEARLS = (
    (0, 0.0052),
    (0.026, 0.0042),
    (-0.026, 0.0042),
    (0.050, 0.0036),
    (-0.050, 0.0036),
    (0.073, 0.0031),
    (-0.073, 0.0031),
)


def build(collection):
    """Lay the chain, thread the pearls at even distances from the middle, close it with a ring and a bolt."""
    rng = np.random.default_rng(SEED)
    gold = surfaces.metal("polished gold", GOLD, roughness=(0.10, 0.20))
    flat = shapes.smooth_path(PATH, 2400)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=1))])
    middle = length[np.argmin(flat[:, 1])]
    spots = [(middle + along, radius) for along, radius in PEARLS]

    def place(at):
        """Point and heading at a length along the chain; the chain rises to the holes of the pearls."""
        point = np.array([np.interp(at, length, flat[:, k]) for k in (0, 1)])
        ahead = np.array([np.interp(at + 0.0006, length, flat[:, k]) for k in (0, 1)]) - point
        lift = max(radius * np.exp(-((max(abs(at - spot) - radius, 0) / 0.0035) ** 2)) for spot, radius in spots)
        return np.array((*point, max(lift, CHAIN_WIRE + 0.0006))), np.arctan2(ahead[1], ahead[0])

    _chain(collection, place, length[-1], spots, gold, rng)
    _pearls(collection, place, spots, gold, rng)
    _clasp(collection, place, length[-1], gold)


def _chain(collection, place, total, spots, gold, rng):
    """Oval links, each rolled a quarter turn against the one before and tipped a little."""
    ring, pipe = np.meshgrid(
        np.linspace(0, 2 * np.pi, 26, endpoint=False), np.linspace(0, 2 * np.pi, 8, endpoint=False), indexing="ij"
    )
    center = np.stack([LINK_LONG * np.cos(ring), LINK_WIDE * np.sin(ring), 0 * ring], -1)
    outward = np.stack([np.cos(ring), np.sin(ring), 0 * ring], -1)
    link = center + CHAIN_WIRE * (outward * np.cos(pipe)[..., None] + np.array((0, 0, 1)) * np.sin(pipe)[..., None])
    link, faces = link.reshape(-1, 3), shapes.grid_faces(26, 8, True, True)
    points, quads = [], []
    pitch = 2 * (LINK_LONG - CHAIN_WIRE) * 0.93
    for number, at in enumerate(np.arange(0.0, total, pitch)):
        if any(abs(at - spot) < radius + 0.4 * pitch for spot, radius in spots):
            continue
        spot, heading = place(at)
        roll = (0.78 if number % 2 else -0.78) + rng.normal(0, 0.10)
        turn = Matrix.Rotation(heading + rng.normal(0, 0.05), 3, "Z") @ Matrix.Rotation(roll, 3, "X")
        points.append(link @ np.array(turn).T + spot + (0, 0, 0.00035))
        quads.append(faces + len(link) * len(quads))
    shapes.mesh_object(collection, "chain", np.concatenate(points), np.concatenate(quads), gold)


def nacre():
    """Freshwater pearl: body color deepens toward the rim, faint rose and green overtones, tiny dimples."""
    s = Shader("nacre", specular=0.5, coat=0.7, coat_roughness=0.04, subsurface=0.12, subsurface_scale=0.0012)
    facing = s.node("ShaderNodeLayerWeight", {"Blend": 0.35}).outputs["Facing"]
    cloud = s.noise(s.coords(), scale=260, detail=4)
    body = s.ramp(facing, [(0.0, (0.74, 0.665, 0.60)), (0.45, (0.66, 0.57, 0.515)), (1.0, (0.34, 0.315, 0.28))])
    rose = s.mix(s.remap(cloud, 0.0, 0.55, 0.35, 0.75), body, (0.74, 0.575, 0.545))
    s.set(color=rose, roughness=s.remap(cloud, 0.14, 0.24, 0.3, 0.7))
    s.bump(s.noise(s.coords(), scale=420, detail=3), strength=0.10, distance=0.0004)
    return s.material


def _pearls(collection, place, spots, gold, rng):
    """Slightly uneven spheres between gold caps, an eye of wire at either side."""
    material = nacre()
    for number, (at, radius) in enumerate(spots):
        spot, heading = place(at)
        spot = spot * (1, 1, 0) + (0, 0, radius * 0.985)
        turn = Matrix.Translation(spot) @ Matrix.Rotation(heading, 4, "Z") @ Matrix.Rotation(np.pi / 2, 4, "Y")
        uneven = rng.uniform(0.97, 1.03)
        arc = [(radius * np.sin(a), -radius * uneven * np.cos(a)) for a in np.linspace(0, np.pi, 60)]
        arc[0], arc[-1] = (0.0, arc[0][1]), (0.0, arc[-1][1])
        lathe(f"pearl {number}", arc, collection, material, segments=96).matrix_world = turn
        for side in (-1, 1):
            cap = [
                (0.0003, radius * 1.10),
                (0.0009, radius * 1.07, 0.0003),
                (radius * 0.36, radius * 0.965),
                (radius * 0.40, radius * 0.93),
                (0.0, radius * 0.9),
            ]
            shell = lathe(
                f"cap {number}",
                [(r, side * z) for r, z in ((p[0], p[1]) for p in cap)][::side],
                collection,
                gold,
                segments=48,
            )
            shell.matrix_world = turn
            _ring(
                collection,
                "eye",
                0.0009,
                0.00026,
                gold,
                turn @ Matrix.Translation((0, 0, side * (radius * 1.10 + 0.0006))) @ Matrix.Rotation(np.pi / 2, 4, "X"),
            )


def _ring(collection, name, radius, wire, material, matrix):
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    path = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle], -1)
    ring = shapes.tube(collection, name, path, wire, material, segments=12, closed=True)
    ring.matrix_world = matrix
    return ring


def _clasp(collection, place, total, gold):
    """Bolt ring on one end, a stamped tag on the other; not fastened, they lie side by side."""
    start, heading = place(0.0)
    end, ending = place(total)
    away = np.array((np.cos(heading), np.sin(heading), 0)) * -0.0036
    ring = Matrix.Translation(start * (1, 1, 0) + away + (0, 0, 0.0009))
    _ring(collection, "bolt ring", 0.0030, 0.00072, gold, ring)
    bolt = lathe("bolt", [(0, 0), (0.0006, 0, 0.0002), (0.0006, 0.0020), (0, 0.0022)], collection, gold, segments=24)
    bolt.matrix_world = ring @ Matrix.Translation((-0.0028, -0.0012, 0.0003)) @ Matrix.Rotation(-1.1, 4, "X")
    ahead = np.array((np.cos(ending), np.sin(ending), 0))
    jump = Matrix.Translation(end * (1, 1, 0) + ahead * 0.0016 + (0, 0, 0.0006))
    _ring(collection, "jump ring", 0.0016, 0.00034, gold, jump)
    tag = rounded_box("tag", (0.0082, 0.0036, 0.0006), collection, gold, radius=0.00028, segments=3)
    tag.matrix_world = (
        Matrix.Translation(end * (1, 1, 0) + ahead * 0.0066 + (0, 0, 0.0008))
        @ Matrix.Rotation(ending + 0.08, 4, "Z")
        @ Matrix.Rotation(0.05, 4, "Y")
    )
