"""Colors, finishes and labels, as shops' shelves have them."""

import colorsys

import numpy as np

from .layout import CHECKS, CLOUDS, DOTS, LETTERS, PLAIN, SPECKLE, STRIPES, VEINS, WEAVE, WOOD
from .parts import Thing


def paint(rng: np.random.Generator) -> np.ndarray:
    """A color in linear light, as shops' shelves have them: many whites, blacks and greys."""
    kind = rng.random()
    if kind < 0.28:
        return np.full(3, rng.uniform(0.72, 0.95)) * (1 - rng.uniform(0, 0.07, 3))
    if kind < 0.43:
        return np.full(3, rng.uniform(0.008, 0.06)) * (1 + rng.uniform(-0.2, 0.2, 3))
    if kind < 0.58:
        return np.full(3, rng.uniform(0.06, 0.6)) * (1 + rng.uniform(-0.08, 0.08, 3))
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.2, 0.97), rng.uniform(0.1, 0.95))) ** 1.8


def finish(t: Thing, patterned: float = 0.4, color=None) -> int:
    """A material: matt, glossy or metal, plain or patterned."""
    rng = t.rng
    color = paint(rng) if color is None else color
    if rng.random() < 0.12:
        return t.material(np.clip(rng.uniform(0.45, 0.95) * (1 + rng.uniform(-0.12, 0.12, 3)), 0, 1), rough=rng.uniform(0.05, 0.6), metal=1)
    pattern = int(rng.choice([STRIPES, CHECKS, DOTS, CLOUDS, WOOD, VEINS, WEAVE, SPECKLE])) if rng.random() < patterned else PLAIN
    other = np.clip(color * rng.uniform(0.6, 1.5), 0, 0.95) if rng.random() < 0.5 else paint(rng)
    gloss = rng.choice([0.0, 0.04, 0.1], p=[0.45, 0.45, 0.1])
    return t.material(color, other, pattern, np.exp(rng.uniform(1.2, 4.2)), rng.uniform(0.05, 0.8), gloss)


def label(t: Thing) -> int:
    """A printed label."""
    return t.material(paint(t.rng), paint(t.rng), LETTERS, t.rng.uniform(2.5, 6), t.rng.uniform(0.1, 0.7), 0.04)


def wrapped(t: Thing) -> int:
    return label(t) if t.rng.random() < 0.5 else finish(t)
