"""Families of things a merchant might photograph, each drawn anew from a random generator: one function a family, `ALL` lists them.

Lengths are about 1 in all; the scene scales, turns and stands the thing.
"""

import numpy as np

from .layout import BOX, CAPSULE, CLOUDS, CYLINDER, ELLIPSOID, LATHE, LATTICE, LETTERS, OUTLINE, PLAIN, SPECKLE, TORUS
from .paint import finish, label, paint, wrapped
from .parts import Thing, turn

TAU = 2 * np.pi


def vessel(t: Thing) -> None:
    """Bottles, jars, cans, cups, pots: turned, with a cap or a handle."""
    r, half = t.rng, t.rng.uniform(0.25, 0.7)
    wide = r.uniform(0.15, 0.45)
    shape = r.integers(4)
    if shape == 0:
        radii = [wide, wide, wide, wide * r.uniform(0.8, 1), wide * r.uniform(0.25, 0.6), wide * r.uniform(0.2, 0.4)]
    elif shape == 1:
        radii = [wide * x for x in r.uniform(0.5, 1, 6)]
    elif shape == 2:
        radii = list(np.linspace(wide * r.uniform(0.6, 1), wide, 6))
    else:
        radii = [wide] * 6
    hollow = shape > 0 and r.random() < 0.6
    body = wrapped(t)
    t.add(LATHE, [half, *radii, r.uniform(0.012, 0.03) if hollow else 0], material=body)
    if not hollow and r.random() < 0.8:
        cap = r.uniform(0.02, 0.12)
        t.add(CYLINDER, [cap, radii[5] * r.uniform(0.9, 1.2), 0.01, 0], (0, half + cap, 0), material=finish(t))
        if r.random() < 0.3:
            t.rod((0, half + cap, 0), (0, half + cap * 3, 0), 0.02, material=finish(t))
            t.rod((0, half + cap * 3, 0), (r.uniform(0.1, 0.25), half + cap * r.uniform(2.4, 3), 0), 0.025, material=len(t.materials) - 1)
    if r.random() < 0.35:
        big = half * r.uniform(0.35, 0.8)
        t.add(TORUS, [big, r.uniform(0.015, 0.04), r.uniform(1.4, 1.9)], (radii[3] * 0.9, 0, 0), material=body)
    if r.random() < 0.15:
        t.path([(-radii[2] * 0.9, -half * 0.4, 0), (-radii[2] - 0.15, 0, 0), (-radii[2] - 0.25, half * 0.8, 0)], 0.03, material=body)


def carton(t: Thing) -> None:
    """Boxes, alone or stacked."""
    r, height = t.rng, 0.0
    for _ in range(r.choice([1, 1, 2, 3, 4])):
        half = r.uniform([0.12, 0.04, 0.05], [0.5, 0.5, 0.4])
        t.add(BOX, [*half, r.uniform(0.002, 0.04)], (r.uniform(-0.05, 0.05), height + half[1], 0), turn(y=r.uniform(-0.4, 0.4)), wrapped(t))
        height += 2 * half[1]


def device(t: Thing) -> None:
    """Cameras, phones, radios, appliances: a body with lenses, knobs, screens and feet."""
    r = t.rng
    x, y, z = r.uniform([0.25, 0.15, 0.03], [0.5, 0.45, 0.25])
    body = finish(t, 0.15)
    t.add(BOX, [x, y, z, r.uniform(0.005, min(z, 0.08))], material=body)
    for _ in range(r.integers(0, 3)):
        radius, deep = r.uniform(0.04, y * 0.8), r.uniform(0.01, 0.2)
        at, kind = (r.uniform(-x, x) * 0.6, r.uniform(-y, y) * 0.4, z + deep * 0.6), finish(t, 0)
        t.add(CYLINDER, [deep, radius, 0.008, r.choice([0, 0.02])], at, turn(x=np.pi / 2), kind)
        if r.random() < 0.6:
            t.add(ELLIPSOID, [radius * 0.8, radius * 0.8, 0.03], (at[0], at[1], z + deep * 0.9), material=t.material(np.full(3, 0.02), rough=0.02, gloss=0.1))
    if r.random() < 0.5:
        t.add(BOX, [x * r.uniform(0.3, 0.9), y * r.uniform(0.3, 0.85), 0.01, 0.005], (r.uniform(-x, x) * 0.1, 0, z), material=t.material(
            r.choice([0.01, 0.02, 0.5]) * np.ones(3), paint(r), r.choice([PLAIN, LETTERS, CLOUDS]), 5, 0.02, 0.06))
    for _ in range(r.integers(0, 6)):
        t.add(CYLINDER, [r.uniform(0.01, 0.04), r.uniform(0.015, 0.05), 0.004, 0], (r.uniform(-x, x) * 0.8, y + 0.01, r.uniform(-z, z) * 0.5), material=finish(t, 0))
    if r.random() < 0.35:
        points = [(x, y * 0.5, 0)] + [(x * (1 - 2 * i / 7), y + r.uniform(0.1, 0.5) * np.sin(i / 7 * np.pi), r.uniform(-0.1, 0.1)) for i in range(1, 7)] + [(-x, y * 0.5, 0)]
        t.path(points, r.uniform(0.008, 0.03), material=finish(t, 0))


def cutting(t: Thing) -> None:
    """Flat shapes: tools, plates, cushions, toys, ornaments."""
    r = t.rng
    for i in range(r.choice([1, 1, 2, 3])):
        t.add(OUTLINE, [r.uniform(0.01, 0.15), r.uniform(0.2, 0.45), r.uniform(0, 0.35), r.integers(2, 9), r.uniform(0, TAU), r.uniform(0.5, 1.6),
                        r.uniform(0.5, 3), r.uniform(0.002, 0.01)], (0.2 * i, 0.1 * i, 0.12 * i), turn(z=r.uniform(0, TAU)), wrapped(t))


def soft(t: Thing) -> None:
    """Plush animals, fruit, stones, cushions: ellipsoids that flow into each other, sometimes furry."""
    r, bump = t.rng, 0.0
    coat = finish(t)
    if r.random() < 0.6:
        bump, scale = r.uniform(0.005, 0.05), np.exp(r.uniform(2, 4.2))
    for i in range(r.integers(1, 9)):
        t.add(ELLIPSOID, r.uniform(0.1, 0.35, 3), r.normal(0, 0.22, 3) if i else (0, 0, 0), turn(*r.uniform(0, TAU, 3)), coat, r.uniform(0.02, 0.15), 0,
              bump, scale if bump else 1)
    for _ in range(r.integers(0, 4)):
        t.add(ELLIPSOID, [r.uniform(0.015, 0.05)] * 3, (r.normal(0, 0.1), r.normal(0.1, 0.1), r.uniform(0.2, 0.35)), material=finish(t, 0))


def shoe(t: Thing) -> None:
    """Shoes: an upper over a sole, often a white one, with laces."""
    r = t.rng
    sole = finish(t, 0, np.full(3, r.uniform(0.75, 0.93)) if r.random() < 0.6 else None)
    upper = finish(t)
    for side in ([0] if r.random() < 0.5 else [-0.24, 0.24]):
        high = r.uniform(0.1, 0.35)
        lean = turn(y=r.uniform(-0.2, 0.2))
        t.add(OUTLINE, [r.uniform(0.025, 0.07), 0.2, 0.06, 2, 0, 2.3, 1, 0.01], (0, 0, side), turn(x=np.pi / 2), sole)
        t.add(ELLIPSOID, [0.3, 0.13, 0.15], (0.12, 0.07, side), material=upper, blend=0.1)
        t.add(ELLIPSOID, [0.17, 0.13 + high, 0.15], (-0.25, 0.12, side), material=upper, blend=0.12)
        t.add(ELLIPSOID, [0.12, 0.12, 0.1], (-0.27, 0.2 + high, side), cut=1)
        cord = finish(t, 0)
        for i in range(r.integers(0, 6)):
            x, y = -0.08 + i * 0.055, 0.22 - i * 0.015
            t.add(TORUS, [0.07, 0.012, 1.3], (x, y, side), lean @ turn(y=-np.pi / 2, z=np.pi / 2), cord)


def furniture(t: Thing) -> None:
    """Chairs, stools and tables."""
    r, legs = t.rng, t.rng.choice([3, 4, 4])
    height, wide, leg = r.uniform(0.2, 0.8), r.uniform(0.2, 0.5), r.uniform(0.01, 0.045)
    wood, seat, splay = finish(t), wrapped(t), r.uniform(0.7, 1.4)
    if r.random() < 0.5:
        t.add(CYLINDER, [r.uniform(0.015, 0.06), wide, 0.01, 0], (0, height, 0), material=seat)
    else:
        t.add(BOX, [wide, r.uniform(0.015, 0.1), wide * r.uniform(0.6, 1), 0.012], (0, height, 0), material=seat)
    feet = [(wide * splay * np.cos(a) * 0.9, 0, wide * splay * np.sin(a) * 0.9) for a in np.arange(legs) * TAU / legs + np.pi / 4]
    for foot in feet:
        t.rod(foot, (foot[0] / splay * 0.9, height, foot[2] / splay * 0.9), leg, material=wood)
    if r.random() < 0.5:
        ring = [(x * 0.95, height * 0.3, z * 0.95) for x, _, z in feet]
        t.path([*ring, ring[0]], leg * 0.7, material=wood)
    if r.random() < 0.4:
        back = r.uniform(0.3, 0.6)
        for x in np.linspace(-wide * 0.6, wide * 0.6, r.integers(2, 6)):
            t.rod((x, height, -wide * 0.6), (x, height + back, -wide * 0.7), leg * 0.8, material=wood)
        t.rod((-wide * 0.6, height + back, -wide * 0.7), (wide * 0.6, height + back, -wide * 0.7), leg, material=wood)


def lamp(t: Thing) -> None:
    """Lamps with an arm, a shade, and sometimes a cable on the ground."""
    r, metal = t.rng, finish(t, 0.1)
    t.add(CYLINDER, [r.uniform(0.01, 0.05), r.uniform(0.12, 0.25), 0.008, 0], material=finish(t, 0.2))
    knee, head = np.array([r.uniform(-0.3, 0.3), r.uniform(0.3, 0.6), 0]), np.array([r.uniform(-0.3, 0.4), r.uniform(0.5, 1), r.uniform(-0.1, 0.1)])
    t.path([(0, 0, 0), knee, head], r.uniform(0.01, 0.03), material=metal)
    wide = r.uniform(0.1, 0.3)
    t.add(LATHE, [r.uniform(0.08, 0.2), *np.linspace(wide, wide * r.uniform(0.2, 0.9), 6), 0.015], head, turn(x=np.pi * r.choice([0, 1]), z=r.uniform(-0.8, 0.8)), finish(t))
    if r.random() < 0.5:
        cable(t, 10, 0.008)


def cable(t: Thing, points: int = 0, radius: float = 0.0) -> None:
    """A cable or cord that lies about in loops."""
    r = t.rng
    count = points or r.integers(14, 40)
    a, x = r.uniform(0, TAU), np.zeros(3)
    line, bend = [x], r.uniform(-0.9, 0.9)
    for _ in range(count):
        bend = np.clip(bend + r.normal(0, 0.25), -1, 1)
        a += bend
        x = x + np.array([np.cos(a), 0, np.sin(a)]) * 0.13
        line.append(x + np.array([0, r.uniform(0, 0.02), 0]))
    thick = radius or r.uniform(0.008, 0.04)
    t.path(line, thick, material=finish(t, 0.1))
    if r.random() < 0.7:
        t.add(BOX, [0.05, 0.03, 0.04, 0.01], line[-1], turn(y=-a), finish(t, 0.1))


def jewelry(t: Thing) -> None:
    """Rings, necklaces, bracelets, hoops: tori, or beads along a closed line."""
    r, metal = t.rng, finish(t, 0)
    if r.random() < 0.4:
        for i in range(r.choice([1, 1, 2, 3])):
            t.add(TORUS, [r.uniform(0.2, 0.4), r.uniform(0.01, 0.08), r.choice([np.pi, np.pi, 2.6])], (i * 0.3, 0, i * 0.1), turn(*r.uniform(-0.7, 0.7, 3)), metal)
        if r.random() < 0.5:
            t.add(ELLIPSOID, r.uniform(0.04, 0.13, 3), (0, 0.35, 0), material=finish(t, 0))
        return
    count, stretch = r.integers(20, 50), r.uniform(0.5, 1.4)
    for i in range(count):
        a = i * TAU / count
        wave = 0.4 * (1 + 0.12 * np.sin(3 * a + stretch))
        size = 0.035 * r.uniform(0.6, 1) if i else 0.08
        t.add(ELLIPSOID, [size] * 3, (wave * np.cos(a), 0, wave * stretch * np.sin(a)), material=metal)


def basket(t: Thing) -> None:
    """Wire baskets, cages, bins and racks."""
    r, wire = t.rng, finish(t, 0)
    half, low, high, thick = r.uniform(0.12, 0.4), r.uniform(0.2, 0.4), r.uniform(0.25, 0.45), r.uniform(0.006, 0.02)
    t.add(LATTICE, [half, low, high, thick, r.integers(8, 30), r.integers(2, 9)], material=wire)
    t.add(TORUS, [high, thick * 2, np.pi], (0, half, 0), turn(x=np.pi / 2), wire)
    t.add(CYLINDER, [thick, low, thick * 0.5, 0], (0, -half, 0), material=wire)
    if r.random() < 0.4:
        t.add(TORUS, [high, thick * 2, np.pi / 2], (0, half, 0), turn(z=np.pi / 2), finish(t))


def plant(t: Thing) -> None:
    """Pots with leaves on stems."""
    r = t.rng
    wide, half = r.uniform(0.15, 0.3), r.uniform(0.1, 0.25)
    t.add(LATHE, [half, *np.linspace(wide * r.uniform(0.6, 1), wide, 6), 0.02], (0, half, 0), material=wrapped(t))
    t.add(CYLINDER, [0.02, wide * 0.85, 0.005, 0], (0, half * 1.7, 0), material=t.material((0.05, 0.03, 0.02), (0.1, 0.07, 0.05), SPECKLE, 30, 0.9, 0))
    green = t.material((0.05, 0.2, 0.04), (0.15, 0.4, 0.1), CLOUDS, 8, 0.4, 0.04) if r.random() < 0.8 else finish(t)
    for _ in range(r.integers(5, 26)):
        a, out, up = r.uniform(0, TAU), r.uniform(0.05, 0.4), r.uniform(0.15, 0.7)
        tip = np.array([np.cos(a) * out, half * 1.7 + up, np.sin(a) * out])
        t.rod((0, half * 1.7, 0), tip, 0.006, material=green)
        t.add(ELLIPSOID, [r.uniform(0.03, 0.07), r.uniform(0.08, 0.2), 0.008], tip, turn(x=r.uniform(-0.8, 0.8), y=a, z=r.uniform(-1.2, 1.2)), green)


def bag(t: Thing) -> None:
    """Bags with handles."""
    r, cloth = t.rng, finish(t)
    x, y, z = r.uniform([0.25, 0.2, 0.05], [0.5, 0.45, 0.2])
    t.add(BOX, [x, y, z, min(z, 0.07)], material=cloth, bump=r.choice([0, 0.02]), bump_scale=7)
    t.add(ELLIPSOID, [x * 0.9, y * 0.7, z * 1.5], (0, -y * 0.2, 0), material=cloth, blend=0.08)
    strap = finish(t, 0.1)
    for side in (-z, z):
        t.add(TORUS, [x * r.uniform(0.4, 0.8), r.uniform(0.01, 0.03), 1.7], (0, y * 0.9, side * 0.6), turn(z=np.pi / 2), strap)
    if r.random() < 0.6:
        t.add(BOX, [x * 0.3, y * 0.15, z * 1.1, 0.01], (0, 0, z * 0.3), material=label(t))


def cloth(t: Thing) -> None:
    """Folded towels, shirts lying flat, scarves."""
    r, height = t.rng, 0.0
    if r.random() < 0.5:
        x, z = r.uniform(0.25, 0.5, 2)
        for _ in range(r.integers(1, 6)):
            half = r.uniform(0.02, 0.06)
            t.add(BOX, [x * r.uniform(0.92, 1), half, z, half * 0.95], (0, height + half, 0), turn(y=r.uniform(-0.06, 0.06)), finish(t), 0, 0,
                  r.choice([0.004, 0.012]), r.uniform(10, 50))
            height += 2 * half
        return
    main = wrapped(t)
    half, bump = 0.015, dict(bump=r.uniform(0.008, 0.04), bump_scale=r.uniform(5, 12))
    t.add(BOX, [0.25, 0.36, half, 0.012], material=main, **bump)
    for side in (-1, 1):
        spread = r.uniform(0.3, 1.3)
        t.add(BOX, [0.09, r.uniform(0.1, 0.33), half, 0.012], (side * 0.29, 0.22, 0), turn(z=side * spread), main, 0.02, **bump)
    t.add(ELLIPSOID, [0.1, 0.07, 0.1], (0, 0.38, 0), cut=1)
    t.transform(turn(x=-np.pi / 2 + r.choice([0, 0, 1.3])), 1)


def headphones(t: Thing) -> None:
    """Headphones, and other things that a bow holds together."""
    r, cup = t.rng, finish(t, 0.1)
    wide = r.uniform(0.25, 0.4)
    t.add(TORUS, [wide, r.uniform(0.015, 0.05), r.uniform(1.5, 1.8)], turned=turn(z=np.pi / 2), material=finish(t, 0.1))
    for side in (-1, 1):
        t.add(CYLINDER, [r.uniform(0.03, 0.09), r.uniform(0.1, 0.2), 0.03, 0], (side * wide, -0.08, 0), turn(z=np.pi / 2 + side * 0.1), cup)
        t.add(TORUS, [0.11, 0.05, np.pi], (side * wide * 0.8, -0.08, 0), turn(y=np.pi / 2), finish(t, 0))


def cutlery(t: Thing) -> None:
    """Long thin things: cutlery, brushes, pens, tools, glasses."""
    r = t.rng
    for i in range(r.choice([1, 2, 3, 5])):
        at, kind = (i * r.uniform(0.1, 0.25), 0, 0), finish(t, 0.1)
        t.add(CAPSULE, [0.4, r.uniform(0.01, 0.05), r.uniform(0.01, 0.03)], at, turn(z=r.uniform(-0.15, 0.15)), kind)
        if r.random() < 0.8:
            t.add(ELLIPSOID, [r.uniform(0.03, 0.14), r.uniform(0.06, 0.2), r.uniform(0.01, 0.05)], (at[0], 0.48, 0), material=finish(t, 0.1) if r.random() < 0.4 else kind)
    if r.random() < 0.8:
        t.transform(turn(x=np.pi / 2), 1)


def spectacles(t: Thing) -> None:
    """Glasses and other open frames."""
    r, frame = t.rng, finish(t, 0.2)
    thick, wide = r.uniform(0.01, 0.03), r.uniform(0.15, 0.2)
    for side in (-1, 1):
        t.add(TORUS, [wide, thick, np.pi], (side * wide * 1.15, 0, 0), material=frame)
        if r.random() < 0.6:
            t.add(CYLINDER, [0.006, wide, 0.002, 0], (side * wide * 1.15, 0, 0), turn(x=np.pi / 2), t.material(np.full(3, 0.02), rough=0.02, gloss=0.1))
        t.rod((side * wide * 2.1, 0, 0), (side * wide * 2, -0.02, -0.5), thick * 0.8, material=frame)
    t.rod((-wide * 0.2, 0.03, 0), (wide * 0.2, 0.03, 0), thick, material=frame)


def furry(t: Thing) -> None:
    """Brushes, tassels, brooms, grass: bundles of thin strands."""
    r, hair = t.rng, finish(t, 0.1)
    t.add(CAPSULE, [0.25, 0.05, 0.04], (0, -0.3, 0), material=finish(t))
    for _ in range(r.integers(20, 56)):
        a, out = r.uniform(0, TAU), r.uniform(0, 0.3)
        t.rod((np.cos(a) * 0.03, -0.05, np.sin(a) * 0.03), (np.cos(a) * out, r.uniform(0.3, 0.5), np.sin(a) * out), 0.008, 0.003, material=hair)


def bundle(t: Thing) -> None:
    """Several simple things sold as one, close to each other."""
    r, x = t.rng, 0.0
    family = [vessel, carton, soft, cutting, device][r.integers(5)]
    for _ in range(r.integers(2, 4)):
        part = Thing(r)
        part.materials = t.materials
        family(part)
        center, reach = part.sphere()
        scale = 0.35 / reach
        t.join(part, scale, (x - center[0] * scale, -center[1] * scale, r.uniform(-0.15, 0.15)))
        x += r.uniform(0.35, 0.6)


ALL = [bag, basket, bundle, cable, carton, cloth, cutlery, cutting, device, furniture, furry, headphones, jewelry, lamp, plant, shoe, soft, spectacles, vessel]
# Families that lie as well as stand.
LYING = {bag, basket, bundle, carton, cutting, device, headphones, shoe, soft, vessel}
