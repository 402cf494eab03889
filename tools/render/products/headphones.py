"""HEADPHONES: over-ear headphones standing on their cups: padded band, steel yokes, leather cushions, cloth grilles."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix, Vector

from ..mesh import lathe
from ..studio import Setup
from . import shapes, surfaces
from .headphones_cup import CUP, CUP_Z, PIVOT_X, cup, shell_material

SKU = "HEADPHONES"
TITLE = "Tessel Audio H2 wireless over-ear headphones"
CATEGORY = "electronics"
SETUP = Setup(
    size=(1600, 1600),
    key_side="right",
    pitch_deg=8.0,
    fill_frame=0.72,
    sweep_tone=242,
    sweep_cast=(0.992, 0.997, 1.0),
    falloff=0.45,
    flags=True,
    samples=26,
)

TAN = (0.30, 0.135, 0.058)
BAND_TOP, BAND_END_Z, BAND_HALF = 0.194, 0.129, 0.0750
TURN = np.radians(-34)
SPLAY = np.radians(3)  # cups lean together at the top, in their pivots


def build(collection):
    """Model both halves, the band, then turn everything to a three-quarter view."""
    tan = surfaces.leather("tan leather", TAN, pebble=1900, depth=0.00016, roughness=(0.34, 0.48))
    shell = shell_material()
    steel = surfaces.metal("champagne steel", (0.66, 0.60, 0.53), roughness=(0.20, 0.32))
    for side in (-1, 1):
        before = set(collection.objects)
        cup(collection, side, shell, tan, steel)
        pivot = Matrix.Translation((side * PIVOT_X, 0, CUP_Z))
        lean = pivot @ Matrix.Rotation(-side * SPLAY, 4, "Y") @ pivot.inverted()
        for obj in set(collection.objects) - before:
            obj.matrix_world = lean @ obj.matrix_basis
        _yoke(collection, side, steel, shell)
    _band(collection, tan, shell)
    _stand(collection)


def _stand(collection):
    """Turn to a three-quarter view and set the lowest point on the ground."""
    turn = Matrix.Rotation(TURN, 4, "Z")
    lowest = min((obj.matrix_basis @ v.co).z for obj in collection.objects for v in obj.data.vertices)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Translation((0, 0, -lowest)) @ turn @ obj.matrix_basis


def _yoke(collection, side, steel, shell):
    """Flat steel fork around the upper half of the cup, its pivots, and the slider into the band."""
    name = "left" if side < 0 else "right"
    middle = PIVOT_X
    angle = np.linspace(-0.10, np.pi + 0.10, 120)
    rise = np.array([CUP[0] + 0.0036, CUP[1] + 0.0052])
    top_in = 0.0045 * np.clip(np.sin(angle), 0, 1)
    path = np.stack([side * (middle - top_in), rise[0] * np.cos(angle), CUP_Z + rise[1] * np.sin(angle)], 1)
    shapes.sweep(
        collection,
        f"{name} fork",
        path,
        shapes.ring(36, 5),
        np.tile([0.00135, 0.0040], (120, 1)),
        steel,
        up=(1, 0, 0),
        round_ends=4,
    )
    for y in (-1, 1):
        pivot = lathe(
            f"{name} pivot{y}",
            [(0, -0.003), (0.0046, -0.003), (0.0046, 0.0030, 0.001), (0.0022, 0.0034, 0.0003), (0, 0.0028)],
            collection,
            steel,
            segments=48,
        )
        pivot.matrix_world = (
            Matrix.Translation((side * middle, y * (rise[0] - 0.0004), CUP_Z))
            @ Vector((0, y, 0)).to_track_quat("Z", "X").to_matrix().to_4x4()
        )
    start = Vector((side * (middle - 0.0045), 0, CUP_Z + rise[1] - 0.001))
    end = Vector((side * (BAND_HALF - 0.0005), 0, BAND_END_Z + 0.004))
    knots = [start, start.lerp(end, 0.5) + Vector((side * 0.0006, 0, 0)), end]
    shapes.sweep(
        collection,
        f"{name} slider",
        shapes.smooth_path(knots, 40),
        shapes.ring(32, 4),
        np.tile([0.0055, 0.0015], (40, 1)),
        steel,
        up=(side, 0, 0),
        round_ends=3,
    )
    joint = lathe(
        f"{name} joint",
        [(0, -0.004), (0.0052, -0.004, 0.001), (0.0066, 0.000, 0.002), (0.0060, 0.006, 0.0015), (0, 0.0062)],
        collection,
        steel,
        segments=64,
    )
    joint.location = start + Vector((0, 0, -0.001))


def _band_path(count):
    """Arch of the band."""
    angle = np.linspace(0, np.pi, 400)
    x = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.84 * BAND_HALF
    z = BAND_END_Z + np.sin(angle) ** 0.92 * (BAND_TOP - BAND_END_Z)
    return shapes.resample(np.stack([x, 0 * x, z], 1), count)


def _band(collection, tan, shell):
    """Leather outside, a quilted pad below, end caps and edge stitching."""
    count = 260
    t = np.linspace(-1, 1, count)
    width = 0.0098 + 0.0056 * (1 - np.abs(t) ** 2.2)
    path = _band_path(count)
    shapes.sweep(
        collection, "band", path, shapes.ring(44, 5), np.stack([width, np.full(count, 0.0024)], 1), tan, round_ends=5
    )
    pad_count = 190
    p = np.linspace(-1, 1, pad_count)
    _, _, upward = shapes.frames(path)
    drop = 0.0016 + 0.0040 * (1 - np.abs(t) ** 8)
    pad_path = shapes.resample((path - upward * drop[:, None])[24:-24], pad_count)
    quilt = 1 - 0.13 * np.exp(-((np.sin(p * np.pi * 5.5) / 0.16) ** 2))
    plump = (0.0044 * (1 - np.abs(p) ** 6) + 0.001) * quilt
    shapes.sweep(
        collection,
        "pad",
        pad_path,
        shapes.ring(44, 3),
        np.stack([0.0138 - 0.002 * np.abs(p) ** 3, plump], 1),
        tan,
        round_ends=5,
    )
    _band_seams(collection, path, width)
    for side in (-1, 1):
        _end_cap(collection, side, path, shell)


def _band_seams(collection, path, width):
    linen = surfaces.thread("cream thread", (0.72, 0.62, 0.48))
    _, side, normal = shapes.frames(path)
    for edge in (-1, 1):
        line = path + side * (edge * (width - 0.0022))[:, None] + normal * 0.0021
        shapes.stitches(collection, f"band seam{edge}", line[14:-14], normal[14:-14], 0.0027, 0.0011, 0.00024, linen)


def _end_cap(collection, side, path, shell):
    ends = path[:34] if side > 0 else path[-34:]
    sizes = np.tile([0.0112, 0.0036], (len(ends), 1))
    shapes.sweep(collection, f"cap{side}", ends, shapes.ring(44, 4), sizes, shell, round_ends=6)
