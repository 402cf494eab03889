"""WIG-STAND: a chestnut wig with loose waves on a linen head with a beech foot; every hair is a curve."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np

from ..mesh import lathe
from ..nodes import Shader, plug
from ..studio import Setup
from . import fibers, shapes, surfaces

SKU = "WIG-STAND"
TITLE = "Maison Isaure lace-front wig, chestnut waves, 25 cm"
CATEGORY = "beauty"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=5.0,
    fill_frame=0.82,
    sweep_tone=250,
    sweep_cast=(1.0, 0.997, 0.992),
    falloff=0.22,
    key=11.0,
    fill=2.6,
    rim=6.0,
    samples=20,
    bounces=6,
)

SEED = 71
HEAD_AT, HEAD = np.array((0.0, 0.0, 0.330)), np.array((0.0735, 0.0930, 0.1130))
PART_X = 0.016  # the parting lies a little to the right
STRANDS, LOOSE = 42000, 1400
STEPS, LENGTH = 34, 0.235
CHESTNUT = (0.150, 0.062, 0.026)


def build(collection):
    """Stand and head, then the hair in two coats: the body of the wig and loose single hairs."""
    rng = np.random.default_rng(SEED)
    _stand(collection)
    hair = hair_skin()
    for name, count, stray in (("hair", STRANDS, 0.0), ("loose hair", LOOSE, 1.0)):
        points, tint = _grow(rng, count, stray)
        radius = rng.uniform(0.00006, 0.00010, len(points)) * (0.75 if stray else 1.0)
        strands = fibers.strands_object(collection, name, points, radius, hair, tint, taper=0.6)
        strands["framed"] = not stray


def _stand(collection):
    """Beech foot and post, and a head sewn of linen with a seam around it."""
    beech = surfaces.wood("beech", (0.42, 0.26, 0.145), (0.66, 0.47, 0.30), seed=2)
    foot = [
        (0, 0),
        (0.078, 0, 0.002),
        (0.079, 0.012, 0.004),
        (0.066, 0.018, 0.008),
        (0.020, 0.022, 0.006),
        (0.0150, 0.034, 0.008),
        (0.0145, 0.20),
        (0, 0.20),
    ]
    lathe("foot", foot, collection, beech, segments=128)
    linen = surfaces.cloth("linen", (0.66, 0.60, 0.51), threads=3600, depth=0.0002)
    neck = [(0, 0.172), (0.040, 0.172, 0.004), (0.043, 0.178, 0.004), (0.0405, 0.215, 0.03), (0.043, 0.262), (0, 0.262)]
    lathe("neck", neck, collection, linen, segments=128)
    polar, around = np.meshgrid(
        np.linspace(1e-3, np.pi - 1e-3, 60), np.linspace(0, 2 * np.pi, 120, endpoint=False), indexing="ij"
    )
    unit = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], -1)
    shapes.grid_object(collection, "head", (HEAD_AT + _skull(unit))[:, ::-1], linen, wrap_columns=True)


def _skull(unit):
    """Head shape: an egg, narrower at the chin."""
    low = np.clip(-unit[..., 2], 0, 1)
    shape = np.stack([1 - 0.20 * low, 1 - 0.10 * low, np.ones_like(low)], -1)
    return unit * HEAD * shape


def hair_skin():
    """Melanin shading with strand-to-strand differences."""
    s = Shader("chestnut hair")
    tint = s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"]
    dark, light = [c * 0.45 for c in CHESTNUT], [c * 1.9 for c in CHESTNUT]
    inputs = {"Color": s.mix(tint, dark, light), "Roughness": 0.28, "Radial Roughness": 0.42, "Random Roughness": 0.2}
    hair = s.node("ShaderNodeBsdfHairPrincipled", inputs, parametrization="COLOR")
    plug(s.tree, s.output.inputs["Surface"], hair.outputs[0])
    return s.material


def _roots(rng, count):
    """Random points of the cap: the top and back of the head, up to the hairline."""
    unit = rng.normal(size=(count * 5, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    face = (unit[:, 1] < -0.30) & (unit[:, 2] < 0.50 - 0.55 * np.abs(unit[:, 0]))
    keep = ~face & (unit[:, 2] > -0.12 - 0.35 * np.clip(unit[:, 1], 0, 1))
    return unit[keep][:count]


def _grow(rng, count, stray):
    """March strands over the head: away from the parting, down by their weight, never into the head."""
    unit = _roots(rng, count)
    here = HEAD_AT + _skull(unit)
    lock = np.stack([shapes.waves(unit, 0.55, seed=k) for k in (1, 2, 3)], -1)
    side = np.where(here[:, 0] > PART_X, 1.0, -1.0)
    go = np.stack([side, 0.45 * unit[:, 1] + 0.95 * np.clip(-unit[:, 1], 0, 1), -0.35 + 0 * side], -1)
    normal = unit / HEAD
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    go = go - normal * (np.sum(go * normal, axis=1, keepdims=True) - 0.22)
    go = go + 0.18 * lock + rng.normal(0, 0.05 + 0.30 * stray, go.shape)
    volume = 0.004 + 0.016 * rng.random(count)[:, None] ** 0.8 + 0.005 * lock[:, :1] + 0.006 * stray
    long = LENGTH * (0.92 + 0.08 * lock[:, 1] + rng.normal(0, 0.03, count)) * (1 - 0.25 * stray * rng.random(count))
    step = (long / (STEPS - 1))[:, None]
    points = [here]
    for k in range(1, STEPS):
        go = go / np.linalg.norm(go, axis=1, keepdims=True)
        go = go + np.array((0, 0, -0.24)) + rng.normal(0, 0.012 + 0.10 * stray, go.shape)
        here = here + go / np.linalg.norm(go, axis=1, keepdims=True) * step
        here, go = _keep_out(here, go, volume * min(1, k / 5), stray)
        points.append(here)
    points = np.stack(points, 1)
    points = _wavy(points, unit, lock, stray)
    points = fibers.clumped(points, points[:, 0], rng, 0.0085, 0.55 * (1 - stray), np.linspace(0, 1, STEPS))
    tint = np.clip(0.42 + 0.16 * lock[:, 2] + rng.normal(0, 0.16, count), 0, 1)
    return points, tint


def _keep_out(here, go, volume, stray):
    """Push points out of the head (and its neck) grown by the hair's volume, and turn their course along it."""
    around = HEAD + volume
    low = here[:, 2:] < HEAD_AT[2]
    local = here - HEAD_AT
    flat = local * np.where(low, (1, 1, 0.28), (1, 1, 1))
    ratio = np.linalg.norm(flat / around, axis=1, keepdims=True)
    outward = flat / around**2
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    inside = ratio < 1
    pushed = here + np.where(
        inside, outward * (1 / np.maximum(ratio, 0.2) - 1) * np.linalg.norm(flat, axis=1, keepdims=True), 0
    )
    inward = np.minimum(np.sum(go * outward, axis=1, keepdims=True), 0)
    return pushed, np.where(inside, go - outward * inward, go)


def _wavy(points, unit, lock, stray):
    """Loose waves that grow toward the tips and turn in a little at the ends; neighbors wave together."""
    along = np.linspace(0, 1, STEPS)
    out = points - HEAD_AT
    out[..., 2] = 0
    out /= np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-6)
    sideways = np.cross(out, (0, 0, 1.0))
    phase = 2 * np.pi * (3.1 * along[None] + 0.55 * lock[:, :1] + 0.10 * shapes.waves(unit, 0.16, seed=9)[:, None])
    swing = (0.0125 + 0.004 * stray) * np.clip(along - 0.22, 0, 1)[None] ** 0.8
    turn_in = -0.020 * np.clip(along - 0.80, 0, 1)[None] / 0.2
    return (
        points
        + sideways * (swing * np.sin(phase))[..., None]
        + out * (swing * 0.8 * np.cos(phase) + turn_in)[..., None]
    )
