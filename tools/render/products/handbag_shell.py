"""The shell of the handbag: its outline at every height, the panels on which parts are sewn, and the skin itself."""

import numpy as np

from . import shapes, surfaces

HEIGHT, HALF_WIDTH, HALF_DEPTH = 0.215, 0.150, 0.060
SQUARENESS = 9.0
FEET = 0.004


def size_at(v):
    """Half width, half depth and height of the shell at share v of its height."""
    width = HALF_WIDTH * (1 - 0.075 * v - 0.012 * np.sin(np.pi * v))
    depth = HALF_DEPTH * (1 - 0.34 * v**1.25)
    return width, depth, FEET + 0.004 + (HEIGHT - 0.004) * v


def panel(x, v, side=-1, lift=0.0):
    """Point on the front (side -1) or back panel; x is the share of the half width."""
    x, v = np.broadcast_arrays(np.asarray(x, float), np.asarray(v, float))
    width, depth, z = size_at(v)
    flat = (1 - np.minimum(np.abs(x), 1) ** SQUARENESS) ** (1 / SQUARENESS)
    belly = 0.0055 * np.sin(np.pi * np.clip(v, 0, 1)) * (1 - x**2)
    y = side * (depth * flat + belly + lift)
    return _soften(np.stack([width * x, y, z], axis=-1))


def _soften(points):
    """Small dents and waves of a bag that has been carried; the rim sags between the handles."""
    height = np.clip(points[..., 2] / HEIGHT, 0, 1)
    dent = 0.0016 * shapes.waves(points * (1, 0.4, 1), 0.16, seed=7) * np.sin(np.pi * np.clip(height, 0, 1)) ** 0.5
    rim = -0.0035 * np.cos(points[..., 0] / HALF_WIDTH * 1.5) * height**4
    return points + np.stack([0.4 * dent, dent * np.sign(points[..., 1]), rim], axis=-1)


def _ring_at(v, inset=0.0, z=None):
    """Outline of the shell at share v, moved inward by `inset`; the ends fold in like a gusset."""
    angle = np.linspace(0, 2 * np.pi, 320, endpoint=False)
    width, depth, height = size_at(v)
    c, s = np.cos(angle), np.sin(angle)
    square_c, square_s = (np.sign(t) * np.abs(t) ** (2 / SQUARENESS) for t in (c, s))
    x, y = square_c * (width - inset), square_s * (depth - inset)
    belly = 0.0055 * np.sin(np.pi * min(max(v, 0), 1)) * (1 - (x / width) ** 2)
    y = y + np.sign(s) * belly * np.abs(square_s)
    fold = 0.020 * np.clip(v, 0, 1) ** 1.5 * np.clip(1 - (y / (0.8 * depth)) ** 2, 0, 1) * (np.abs(x) > 0.9 * width)
    x = x - np.sign(x) * fold
    return _soften(np.stack([x, y, np.full_like(x, height if z is None else z)], axis=-1))


def body(collection, hide):
    """Bottom, walls, rolled rim and lining in one skin."""
    thick = 0.0042
    rows = [_ring_at(0, inset) for inset in (0.058, 0.040, 0.020, 0.008)]
    rows += [_ring_at(0, 0.004 * (1 - np.sin(a)), FEET + 0.004 * (1 - np.cos(a))) for a in np.linspace(0, np.pi / 2, 7)]
    for ring in rows[:4]:
        ring[:, 2] = FEET
    rows += [_ring_at(v) for v in np.linspace(0.01, 0.985, 90)]
    top = size_at(0.985)[2]
    rows += [
        _ring_at(0.985, thick / 2 * (1 - np.cos(a)), top + thick / 2 * np.sin(a)) for a in np.linspace(0.2, np.pi, 9)
    ]
    shapes.grid_object(collection, "shell", np.array(rows), hide, wrap_columns=True)
    lining = surfaces.cloth("twill lining", (0.10, 0.075, 0.055), threads=1800)
    inside = [_ring_at(v, thick) for v in np.linspace(0.985, 0.25, 30)]
    inside += [_ring_at(0.25, inset) for inset in np.linspace(0.008, 0.045, 5)]
    shapes.grid_object(collection, "lining", np.array(inside), lining, wrap_columns=True)
