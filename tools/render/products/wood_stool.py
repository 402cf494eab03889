"""WOOD-STOOL: a round oak stool with a dished seat, a hand hole, splayed turned legs and a box of stretchers."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix, Vector

from ..mesh import rounded_box
from ..studio import Setup
from . import shapes, surfaces

SKU = "WOOD-STOOL"
TITLE = "Halden oak stool with hand hole, 45 cm"
CATEGORY = "furniture"
SETUP = Setup(
    size=(1280, 1600),
    key_side="right",
    pitch_deg=15.0,
    fill_frame=0.76,
    sweep_tone=247,
    sweep_cast=(1.0, 0.995, 0.985),
    falloff=0.28,
    samples=20,
)

OAK_DARK, OAK_LIGHT = (0.30, 0.165, 0.075), (0.58, 0.385, 0.205)
SEAT_TOP, SEAT_THICKNESS, SEAT_RADIUS = 0.450, 0.032, 0.179
HOLE_HALF_LENGTH, HOLE_HALF_WIDTH = 0.060, 0.025
DISH = 0.009
LEG_TOP, LEG_FOOT = 0.100, 0.127  # distance of a leg's axis from the stool's axes
TURN = np.radians(24)  # the stool stands a little turned


def build(collection):
    """Model the stool on its four feet."""
    seat = _seat(collection)
    seat.rotation_euler.z = TURN
    feet = [(x, y) for x in (-1, 1) for y in (-1, 1)]
    for k, foot in enumerate(feet):
        _leg(collection, k, foot)
    for k, (a, b, height) in enumerate([(0, 2, 0.150), (1, 3, 0.150), (0, 1, 0.205), (2, 3, 0.205)]):
        _stretcher(collection, k, feet[a], feet[b], height)


def _axis(foot, height):
    """Point of a leg's axis at a height."""
    reach = LEG_FOOT + (LEG_TOP - LEG_FOOT) * height / SEAT_TOP
    return Matrix.Rotation(TURN, 3, "Z") @ Vector((foot[0] * reach, foot[1] * reach, height))


def _dish(x, y):
    return -DISH * np.exp(-((np.hypot(x, y * 1.15) / 0.105) ** 2))


def _seat(collection):
    """A ring of wood between the slot and the rim: one closed section swept around."""
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    straight = HOLE_HALF_LENGTH - HOLE_HALF_WIDTH
    inner = np.stack(
        [np.cos(turn) * HOLE_HALF_WIDTH + np.clip(np.cos(turn) * 3, -1, 1) * straight, np.sin(turn) * HOLE_HALF_WIDTH],
        1,
    )
    outer = np.stack([np.cos(turn), np.sin(turn)], 1) * SEAT_RADIUS
    reach = np.linalg.norm(outer - inner, axis=1)
    offset, share, height, top = _seat_section()
    distance = offset[:, None] + share[:, None] * reach[None]
    flat = inner[None] + (outer - inner)[None] * (distance / reach[None])[..., None]
    z = SEAT_TOP + height[:, None] + _dish(flat[..., 0], flat[..., 1]) * top[:, None]
    points = np.concatenate([flat, z[..., None]], axis=-1)
    material = surfaces.wood("seat oak", OAK_DARK, OAK_LIGHT, seed=3, axis="X")
    return shapes.grid_object(collection, "seat", points[::-1], material, wrap_rows=True, wrap_columns=True)


def _seat_section():
    """Closed section as (offset from the slot, share of the way to the rim, height, how much it is dished)."""
    arc = np.linspace(0, np.pi / 2, 8)
    soft, under, thick = 0.007, 0.016, SEAT_THICKNESS
    across = np.linspace(0, 1, 38)[1:-1]
    zero, one = np.zeros(8), np.ones(8)
    parts = [
        (soft * (1 - np.sin(arc)), zero, soft * (np.cos(arc) - 1), one),
        (soft * (1 - 2 * across), across, 0 * across, 1 + 0 * across),
        (soft * (np.sin(arc) - 1), one, soft * (np.cos(arc) - 1), one * 0.3),
        (under * (np.cos(arc) - 1), one, -thick + 0.010 * (1 - np.sin(arc)), zero),
        ((soft * (1 - across) - under * across)[::-1], across[::-1], -thick + 0 * across, 0 * across),
        (soft * (1 - np.cos(arc)), zero, -thick + soft * (1 - np.sin(arc)), zero),
    ]
    parts[0] = tuple(np.asarray(p)[::-1] for p in parts[0])
    parts[5] = tuple(np.asarray(p)[::-1] for p in parts[5])
    return [np.concatenate(column) for column in zip(*parts)]


def _leg_radius(t):
    """Turned profile from foot (0) to seat (1): a swelling above the middle and two cut rings."""
    body = np.interp(
        t, [0, 0.06, 0.35, 0.66, 0.88, 0.93, 1.0], [0.0105, 0.0112, 0.0150, 0.0178, 0.0135, 0.0105, 0.0102]
    )
    smooth = np.convolve(np.pad(body, 6, mode="edge"), np.ones(13) / 13, mode="valid")
    rings = sum(np.exp(-(((t - at) / 0.0035) ** 2)) for at in (0.795, 0.820))
    return smooth - 0.0010 * rings


def _leg(collection, k, foot):
    bottom, top = _axis(foot, -0.004), _axis(foot, SEAT_TOP + 0.004)
    length = (top - bottom).length
    t = np.linspace(0, 1, 160)
    path = np.stack([0 * t, 0 * t, t * length], 1)
    material = surfaces.wood(f"leg oak {k}", OAK_DARK, OAK_LIGHT, seed=11 + 3 * k)
    leg = shapes.sweep(
        collection, f"leg{k}", path, shapes.ring(48), _leg_radius(t), material, up=(0, 1, 0), round_ends=6
    )
    leg.matrix_world = Matrix.Translation(bottom) @ (top - bottom).to_track_quat("Z", "Y").to_matrix().to_4x4()
    _trim(leg)
    _wedge(collection, k, foot)


def _trim(leg):
    """Saw the leg level with the floor and just proud of the seat."""
    world, back = leg.matrix_world.copy(), leg.matrix_world.inverted()
    for vertex in leg.data.vertices:
        at = world @ vertex.co
        local = Matrix.Rotation(-TURN, 3, "Z") @ at
        ceiling = SEAT_TOP + float(_dish(local.x, local.y)) + 0.0005
        at.z = min(max(at.z, 0.0), ceiling)
        vertex.co = back @ at


def _wedge(collection, k, foot):
    """Dark wedge that spreads the tenon in the seat."""
    walnut = surfaces.wood(f"wedge walnut {k}", (0.05, 0.025, 0.012), (0.12, 0.06, 0.03), seed=k)
    at = _axis(foot, SEAT_TOP)
    local = Matrix.Rotation(-TURN, 3, "Z") @ at
    at.z += float(_dish(local.x, local.y)) - 0.0035
    wedge = rounded_box(f"wedge{k}", (0.0026, 0.0185, 0.009), collection, walnut, radius=0.0006, location=at)
    wedge.rotation_euler.z = TURN


def _stretcher(collection, k, a, b, height):
    start, end = _axis(a, height), _axis(b, height)
    t = np.linspace(0, 1, 60)
    path = np.stack([0 * t, 0 * t, t * (end - start).length], 1)
    radius = 0.0068 + 0.0040 * np.sin(np.pi * t) ** 0.7
    material = surfaces.wood(f"stretcher oak {k}", OAK_DARK, OAK_LIGHT, seed=29 + 5 * k)
    rod = shapes.sweep(collection, f"stretcher{k}", path, shapes.ring(36), radius, material, up=(0, 1, 0), round_ends=4)
    rod.matrix_world = Matrix.Translation(start) @ (end - start).to_track_quat("Z", "Y").to_matrix().to_4x4()
