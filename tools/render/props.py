"""Things that stand blurred behind a product: coves, windows, lamps, books, plants, chairs, drapes, points of light."""

import math

import numpy as np

from . import mesh, outdoor, room, surfaces
from .nodes import Shader, plain

UPRIGHT = (math.pi / 2, 0, 0)


def cove(collection, material, wall_y, radius, floor_z=0.0, half_width=2.4, front_y=-2.2, top=2.4, ripple_m=0.0015):
    """A floor that runs up into a wall in one curve, not quite flat anywhere."""
    straight, bend = wall_y - radius - front_y, radius * math.pi / 2
    along, across = np.meshgrid(np.linspace(0, straight + bend + top, 260), np.linspace(-half_width, half_width, 120), indexing="ij")
    turn = np.clip((along - straight) / radius, 0, math.pi / 2)
    reach = radius - ripple_m * outdoor.fbm(across, along, 0.6, 3, 5)
    y = front_y + np.minimum(along, straight) + reach * np.sin(turn)
    z = floor_z + radius - reach * np.cos(turn) + np.maximum(along - straight - bend, 0)
    return outdoor.grid_object(collection, "cove", across, y, z, {}, material)


def window(collection, center, size, strength, color, columns=2, rows=2, frame=(0.5, 0.48, 0.44)):
    """A bright window in a wall that faces the camera, with bars across it."""
    x, y, z = center
    width, height = size
    room.panel(collection, "panes", size, center, room.glow("daylight", color, strength), UPRIGHT)
    wood = plain("window frame", frame, 0.5)
    for k in range(columns + 1):
        bar = 0.075 if k in (0, columns) else 0.035
        mesh.rounded_box("bar", (bar, 0.06, height + 0.08), collection, wood, 0.004, location=(x - width / 2 + k * width / columns, y - 0.03, z))
    for k in range(rows + 1):
        bar = 0.075 if k in (0, rows) else 0.035
        mesh.rounded_box("bar", (width + 0.08, 0.06, bar), collection, wood, 0.004, location=(x, y - 0.03, z - height / 2 + k * height / rows))


def drape(collection, material, x, y, low, high, width, seed, depth=0.05):
    """Cloth that hangs in uneven folds."""
    rng = np.random.default_rng(seed)
    columns = 180
    phase = np.cumsum(rng.uniform(0.2, 0.7, columns))
    fold = depth * (np.sin(phase) + 0.45 * np.sin(phase * 0.37 + 1))
    side, drop = np.meshgrid(np.linspace(0, width, columns), np.linspace(0, 1, 12))
    points_y = y + fold[None, :] * (0.55 + 0.45 * drop)
    return outdoor.grid_object(collection, "drape", x + side, points_y, high + (low - high) * drop, {}, material)


def plant(collection, seed, place, pot, leaf, spread, count, size=(0.10, 0.045), lift=0.0, droop=0.6):
    """A potted plant; `pot` is (radius, height, material) and stands on `place`."""
    radius, height, material = pot
    outline = [(0, 0), (radius * 0.78, 0, 0.01), (radius, height, 0.006), (radius * 0.9, height), (radius * 0.85, height * 0.85), (0, height * 0.85)]
    mesh.lathe("pot", outline, collection, material, 64).location = place
    x, y, z = place
    room.foliage(collection, "plant", seed, (x, y, z + height + spread[2] * 0.8 + lift), spread, count, size, leaf, droop)


def books(collection, seed, start, length, colors, heights=(0.17, 0.26)):
    """A row of spines without a word on them, some leaning."""
    rng = np.random.default_rng(seed)
    cloths = [plain(f"cloth {k}", color, 0.75) for k, color in enumerate(colors)]
    x, y, z = start
    end = x + length
    while x < end:
        thick, high, deep = rng.uniform(0.014, 0.045), rng.uniform(*heights), rng.uniform(0.13, 0.18)
        lean = 0.16 if rng.random() < 0.08 else rng.normal(0, 0.008)
        book = mesh.rounded_box("book", (thick - 0.002, deep, high), collection, cloths[rng.integers(len(cloths))], 0.003, 2)
        book.location, book.rotation_euler = (x + thick / 2, y - deep / 2, z + high / 2), (0, lean, 0)
        x += thick + (0.03 if lean > 0.1 else 0.0)


def pendant(collection, place, radius, shade, strength, color=(1.0, 0.68, 0.36), ceiling=3.2):
    """A dome lamp on a cord with a glowing bulb below."""
    x, y, z = place
    outline = [(0.02, radius * 1.1), (radius * 0.55, radius * 0.8, 0.05), (radius, 0), (radius * 0.97, 0.0), (radius * 0.5, radius * 0.74, 0.05), (0.0, radius)]
    mesh.lathe("shade", outline, collection, shade, 64).location = place
    bulb = mesh.lathe("bulb", [(0, -0.05), (0.05, 0, 0.04), (0, 0.05)], collection, room.glow("bulb", color, strength), 24)
    bulb.location = (x, y, z + radius * 0.12)
    mesh.tube("cord", [(x, y, z + radius), (x, y, ceiling)], 0.006, collection, plain("cord", (0.02, 0.02, 0.02), 0.6), smooth_path=False)


def sparks(collection, name, places, radius, color, strength):
    """Points of light; out of focus each becomes a disc."""
    material = room.glow(name, color, strength)
    ball = mesh.lathe(name, [(0, -radius), (radius, 0, radius * 0.7), (0, radius)], collection, material, 16, 4)
    for place in places:
        outdoor.link(collection, name, ball.data, None, place)
    ball.location = places[0]


def chair(collection, place, turn, wood):
    """A bentwood café chair."""
    parts = [mesh.lathe("seat", [(0, 0.44), (0.2, 0.44, 0.01), (0.2, 0.465, 0.01), (0, 0.46)], collection, wood, 48)]
    for x, y in ((-0.15, -0.15), (0.15, -0.15), (-0.15, 0.15), (0.15, 0.15)):
        parts.append(mesh.tube("leg", [(x * 1.15, y * 1.15, 0), (x, y, 0.45)], 0.016, collection, wood))
    for scale, top in ((1.0, 0.90), (0.68, 0.80)):
        arc = [(0.18 * scale * math.cos(t), 0.17 + 0.05 * math.sin(t), 0.46 + (top - 0.46) * math.sin(t) ** 0.6) for t in np.linspace(0, math.pi, 9)]
        parts.append(mesh.tube("back", arc, 0.014, collection, wood))
    for part in parts:
        part.location, part.rotation_euler = place, (0, 0, turn)


def cloth(name, color, sheen=0.3, weave=1400.0):
    """Plain-woven fabric: crossing threads, slubs, a little fuzz."""
    s = Shader(name, roughness=0.9, sheen=sheen, specular=0.2)
    at = s.coords()
    warp = s.wave(at, weave / 6.3, 1.2, 1.0, "X")
    weft = s.wave(at, weave / 6.3, 1.2, 1.0, "Y")
    slub = s.noise(s.coords(scale=(12, 340, 60)), 1.0, 3, 0.6)
    slub_across = s.noise(s.coords(scale=(340, 12, 60)), 1.0, 3, 0.6)
    threads = s.mix_value(0.5, s.mix_value(0.5, warp, weft), s.mix_value(0.5, slub, slub_across))
    s.set(color=s.mix(1.0, color, s.ramp(threads, [(0.3, 0.84), (0.55, 1.0), (0.75, 1.06)]), "MULTIPLY"))
    s.bump(threads, 0.6, 0.0006)
    return surfaces.cheap_bounces(s, color, 0.9)


def tiles(collection, seed, materials, size, columns, rows, origin, gap=0.003):
    """Hand-made tiles on a wall that faces the camera: each tilts a little and has its own tone."""
    rng = np.random.default_rng(seed)
    models = [mesh.rounded_box("tile", (size[0] - gap, 0.008, size[1] - gap), collection, m, 0.002, 2) for m in materials]
    for model in models:
        model.location = (0, origin[1] + 0.5, -5)  # the models themselves wait behind the wall
    for row in range(rows):
        for column in range(columns):
            place = (origin[0] + (column + 0.5) * size[0], origin[1], origin[2] + (row + 0.5) * size[1])
            tilt = (rng.normal(0, 0.012), rng.normal(0, 0.004), rng.normal(0, 0.014))
            outdoor.link(collection, "tile", models[rng.integers(len(models))].data, None, place, tilt)


def drops(collection, seed, places, radii, material):
    """Beads of water, each of its own outline, on level ground."""
    rng = np.random.default_rng(seed)
    for x, y in places:
        radius, phase = rng.uniform(*radii), rng.uniform(0, 6.3)
        arc = [(radius * math.sin(t) ** 0.8, radius * 0.42 * math.cos(t)) for t in np.linspace(math.pi / 2, 0.02, 10)]
        drop = mesh.lathe("drop", [(0, 0), *arc, (0, radius * 0.42)], collection, material, 32, 2,
                          lambda a, r, _, p=phase: r * (1 + 0.10 * math.sin(2 * a + p) + 0.05 * math.sin(3 * a + 2 * p)))
        drop.location = (x, y, 0.0001)
