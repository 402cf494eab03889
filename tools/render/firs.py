"""Snow-laden firs for backgrounds: whorls of drooping branches with needles below and pads of snow on top."""

import math

import numpy as np

from . import outdoor
from .nodes import Shader

WHORLS, BRANCHES = 26, 9
SNOWY = 0.72  # share of the branches that carry snow


def in_haze(shader, haze, reach_m):
    """Lets a surface fade into the air's color with distance."""
    far = shader.node("ShaderNodeCameraData").outputs["View Distance"]
    amount = shader.math("SUBTRACT", 1.0, shader.math("POWER", math.exp(-1), shader.math("DIVIDE", far, reach_m)))
    air = shader.node("ShaderNodeEmission", {"Color": haze})
    mix = shader.node("ShaderNodeMixShader", {0: amount, 1: shader.bsdf.outputs[0], 2: air.outputs[0]})
    shader.tree.links.new(mix.outputs[0], shader.output.inputs["Surface"])
    return shader.material


def tree_mesh(name, seed, needles, snow):
    """A fir one metre high with its foot at the origin."""
    rng = np.random.default_rng(seed)
    green, white = [], []
    for whorl in range(WHORLS):
        rise = 0.06 + 0.92 * whorl / WHORLS
        for k in range(BRANCHES):
            length = (0.31 * (1 - rise) ** 0.85 + 0.02) * rng.uniform(0.7, 1.15)
            turn = 2 * math.pi * (k + 0.5 * (whorl % 2)) / BRANCHES + rng.normal(0, 0.25)
            height = rise + rng.normal(0, 0.012)
            sag = rng.uniform(0.25, 0.6)
            green += [_placed(part, turn, height) for part in _branch(length, sag)]
            if rng.random() < SNOWY:
                white.append(_placed(_pad(length, sag, rng), turn, height))
    points, quads, kinds, count = [], [], [], 0
    for kind, parts in enumerate((green, white)):
        for blade, faces in parts:
            points.append(blade)
            quads.append(faces + count)
            kinds += [kind] * len(faces)
            count += len(blade)
    mesh = outdoor.mesh_from_arrays(name, np.concatenate(points), np.concatenate(quads))
    mesh.materials.append(needles)
    mesh.materials.append(snow)
    mesh.polygons.foreach_set("material_index", np.array(kinds, dtype=np.int32))
    return mesh


def _placed(shape, turn, height):
    points, quads = shape
    cos, sin = math.cos(turn), math.sin(turn)
    return points @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]) + (0, 0, height), quads


def _spine(t, length, sag):
    return np.array([t * length, 0, 0.08 * t * length - sag * length * t * t])


def _branch(length, sag):
    """Twigs left and right of a bent spine, hanging a little."""
    for t in np.linspace(0.15, 1.0, 9):
        for side in (-1, 1):
            blade, faces = outdoor.leaf_points(0.36 * length * (1.25 - t) + 0.012, 0.10 * length + 0.012, -0.4, 0.5, rings=3)
            twig, _ = _placed((blade, faces), side * (0.95 - 0.5 * t), 0)
            yield twig + _spine(t, length, sag), faces


def _pad(length, sag, rng):
    """A flattened lump of snow that follows the spine."""
    around, along = np.meshgrid(np.linspace(0, 2 * math.pi, 9), np.linspace(0.05, math.pi - 0.05, 6), indexing="ij")
    t = 0.62 - 0.40 * np.cos(along) * rng.uniform(0.7, 1.0)
    half = 0.20 * length * np.sin(along) * rng.uniform(0.6, 1.1)
    x, z = t * length, 0.08 * t * length - sag * length * t * t
    points = np.stack([x, half * np.cos(around), z + 0.010 + 0.35 * half * np.sin(around)], axis=-1).reshape(-1, 3)
    index = np.arange(9 * 6).reshape(9, 6)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1)
    return points, quads.reshape(-1, 4)
