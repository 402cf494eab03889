"""Moss as it is: leafy shoots of a few millimetres, each a stem with pointed leaves around it, as hair curves."""

import numpy as np

from .nodes import Shader
from .products import fibers

LEAVES = 9
LEAF_M = 0.0026
STALK_M = 0.013


def shoots(collection, rng, root, stem, tall, patch):
    """Grows a shoot on every `root` along its unit `stem`; `tall` in metres and `patch` (-1..1, greener up) per root."""
    points, tint = leaves(rng, root, stem, tall, patch)
    radius = rng.uniform(0.00018, 0.00030, len(points))
    fibers.strands_object(collection, "moss", points, radius, leaf_material("moss", 1.0), tint, 0.85)
    some = rng.random(len(root)) < 0.012
    way = stem[some] + rng.normal(0, 0.12, (some.sum(), 3))
    stalk = root[some][:, None] + way[:, None] * np.linspace(0, STALK_M, 5)[None, :, None]
    fibers.strands_object(collection, "stalk", stalk, np.full(some.sum(), 0.00016), leaf_material("stalk", 0.0), np.zeros(some.sum()), -0.9)


def leaves(rng, root, stem, tall, patch):
    """Leaf strands (count, 4, 3) around every stem and their tint: pale at the tips of the shoots."""
    side = np.cross(stem, rng.normal(size=stem.shape))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(stem, side)
    points, tint = [], []
    for k in range(LEAVES):
        rise = 0.15 + 0.85 * k / (LEAVES - 1)
        turn = 2.4 * k + rng.normal(0, 0.3, (len(root), 1))
        out = np.cos(turn) * side + np.sin(turn) * other
        open_by = 1.15 - 0.75 * rise + rng.normal(0, 0.12, (len(root), 1))
        way = out * np.sin(open_by) + stem * np.cos(open_by)
        base = root + stem * (tall * rise)[:, None]
        length = (LEAF_M * (1.15 - 0.45 * rise) * rng.uniform(0.7, 1.2, len(root)))[:, None]
        along = np.linspace(0, 1, 4)[None, :, None]
        points.append(base[:, None] + way[:, None] * length[:, None] * along - out[:, None] * (0.25 * length[:, None] * along**2) * 0.5)
        tint.append(np.clip(0.10 + 0.62 * rise**1.5 + 0.22 * patch + rng.normal(0, 0.09, len(root)), 0, 1))
    return np.concatenate(points), np.concatenate(tint)


def leaf_material(name, green):
    s = Shader(name, roughness=0.5, specular=0.35)
    tint = s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"]
    moss = s.ramp(tint, [(0.0, (0.020, 0.026, 0.007)), (0.45, (0.075, 0.105, 0.018)), (1.0, (0.22, 0.26, 0.045))])
    color = moss if green else (0.16, 0.075, 0.03)
    s.set(color=color)
    through = s.node("ShaderNodeBsdfTranslucent", {"Color": s.mix(0.5, color, (0.30, 0.36, 0.06))})
    mixed = s.node("ShaderNodeMixShader", {0: 0.35 * green, 1: s.bsdf.outputs[0], 2: through.outputs[0]})
    s.tree.links.new(mixed.outputs[0], s.output.inputs["Surface"])
    return s.material
