"""WIG-STAND: a dark brown bob with a fringe on a linen head with a beech foot; every hair is a curve."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np

from ..mesh import lathe
from ..nodes import Shader, plug
from ..studio import Setup
from . import fibers, shapes, surfaces

SKU = "WIG-STAND"
TITLE = "Maison Isaure lace-front wig, dark chocolate bob with fringe, 30 cm"
CATEGORY = "beauty"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=5.0,
    fill_frame=0.82,
    sweep_tone=248,
    sweep_cast=(1.0, 0.997, 0.992),
    falloff=0.24,
    key=11.0,
    fill=2.4,
    rim=5.0,
    samples=64,
    min_samples=48,
    bounces=6,
)

SEED = 71
HEAD_AT, HEAD = np.array((0.0, 0.0, 0.330)), np.array((0.0735, 0.0930, 0.1130))
CROWN = np.array((0.010, 0.020))  # where the hair turns out from, seen from above
STRANDS, LOOSE = 68000, 420
STEPS, LENGTH, SEGMENTS = 34, 0.34, 60
CUT_Z, FRINGE_Z = 0.196, 0.338  # where the scissors went


def build(collection):
    """Stand, head and cap, then the hair in two coats: the body of the wig and loose single hairs."""
    rng = np.random.default_rng(SEED)
    _stand(collection)
    hair = hair_skin()
    for name, count, stray in (("hair", STRANDS, 0.0), ("loose hair", LOOSE, 1.0)):
        points, tint = _grow(rng, count, stray)
        radius = rng.uniform(0.000065, 0.000105, len(points)) * (0.6 if stray else 1.0)
        strands = fibers.strands_object(collection, name, points, radius, hair, tint, taper=0.35)
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
    cap = Shader("wig cap", color=(0.020, 0.012, 0.009), roughness=0.9).material
    low = np.where(_on_face(unit), -0.0015, 0.0016)[..., None] * unit
    shapes.grid_object(collection, "cap", (HEAD_AT + _skull(unit) + np.where(unit[..., 2:] > -0.2, low, -0.003 * unit))[:, ::-1], cap, wrap_columns=True)


def _skull(unit):
    """Head shape: an egg, narrower at the chin."""
    low = np.clip(-unit[..., 2], 0, 1)
    shape = np.stack([1 - 0.20 * low, 1 - 0.10 * low, np.ones_like(low)], -1)
    return unit * HEAD * shape


def hair_skin():
    """Melanin shading with strand-to-strand differences."""
    s = Shader("chocolate hair")
    tint = s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"]
    inputs = {"Melanin": s.remap(tint, 0.93, 0.66), "Melanin Redness": 0.62, "Roughness": 0.23, "Radial Roughness": 0.34, "Random Roughness": 0.25}
    hair = s.node("ShaderNodeBsdfHairPrincipled", inputs, parametrization="MELANIN")
    plug(s.tree, s.output.inputs["Surface"], hair.outputs[0])
    return s.material


def _on_face(unit):
    """Where there is no hair: in front, below the hairline."""
    return (unit[..., 1] < -0.34) & (unit[..., 2] < 0.56 - 0.35 * np.abs(unit[..., 0]))


def _roots(rng, count):
    """Random points of the cap: the top and back of the head, up to the hairline."""
    unit = rng.normal(size=(count * 5, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    keep = ~_on_face(unit) & (unit[:, 2] > -0.22 - 0.25 * np.clip(unit[:, 1], 0, 1))
    return unit[keep][:count]


def _grow(rng, count, stray):
    """March strands out from the crown and down by their weight, never into the head, then cut them level."""
    unit = _roots(rng, count)
    here = HEAD_AT + _skull(unit)
    lock = np.stack([shapes.waves(unit, 0.5, seed=k) for k in (1, 2, 3)], -1)
    fringe = (unit[:, 1] < -0.20) & (np.abs(unit[:, 0]) < 0.60 + 0.06 * lock[:, 0]) & (unit[:, 2] > 0.35)
    out = here[:, :2] - CROWN
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-4)
    out = np.where(fringe[:, None], np.stack([0.55 * out[:, 0], -np.ones(len(out))], -1), out + [0, 0.25])
    go = np.concatenate([out, np.full((len(out), 1), -0.25)], 1)
    normal = unit / HEAD
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    go = go - normal * (np.sum(go * normal, axis=1, keepdims=True) - 0.13)
    go = go + 0.10 * lock + rng.normal(0, 0.035 + 0.10 * stray, go.shape)
    volume = 0.005 + 0.010 * rng.random(count)[:, None] ** 1.1 + 0.003 * lock[:, :1] + 0.005 * stray
    volume = np.where(fringe[:, None], 0.6 * volume, volume)
    step = LENGTH / (SEGMENTS - 1)
    points = [here]
    for k in range(1, SEGMENTS):
        go = go / np.linalg.norm(go, axis=1, keepdims=True)
        go = go + np.array((0, 0, -0.21)) + rng.normal(0, 0.006 + 0.022 * stray, go.shape)
        here = here + go / np.linalg.norm(go, axis=1, keepdims=True) * step
        here, go = _keep_out(here, go, volume * min(1, k / 8), stray)
        points.append(here)
    points = np.stack(points, 1)
    brow = points[np.arange(count), (points[..., 2] < FRINGE_Z).argmax(1)]
    fringe = fringe | ((np.abs(brow[:, 0]) < 0.052 + 0.004 * lock[:, 0]) & (brow[:, 1] < 0))
    cut = np.where(fringe, FRINGE_Z - 3.2 * brow[:, 0] ** 2, CUT_Z) + rng.normal(0, 0.0016, count) + 0.003 * lock[:, 1]
    cut = cut - 0.012 * rng.random(count) ** 6 + stray * rng.uniform(0, 0.06, count)
    points = _cut(points, cut)
    points = _wavy(points, unit, lock, fringe, stray)
    points = fibers.clumped(points, points[:, 0], rng, 0.0075, 0.42 * (1 - stray), np.linspace(0, 1, STEPS))
    tint = np.clip(0.45 + 0.16 * lock[:, 2] + rng.normal(0, 0.18, count), 0, 1)
    return points, tint


def _cut(points, level):
    """Ends every strand where it first falls below its `level`, with STEPS points left on it."""
    below = points[..., 2] < level[:, None]
    last = np.where(below.any(1), below.argmax(1), points.shape[1] - 1).clip(1)
    rows = np.arange(len(points))
    high, low = points[rows, last - 1, 2], points[rows, last, 2]
    end = last - 1 + np.clip((high - level) / np.maximum(high - low, 1e-6), 0.05, 1.0)
    at = end[:, None] * np.linspace(0, 1, STEPS)[None]
    index = np.clip(at.astype(int), 0, points.shape[1] - 2)
    share = (at - index)[..., None]
    return points[rows[:, None], index] * (1 - share) + points[rows[:, None], index + 1] * share


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


def _wavy(points, unit, lock, fringe, stray):
    """A slight bend that neighbors share; the lower ends turn in toward the neck."""
    along = np.linspace(0, 1, STEPS)
    out = points - HEAD_AT
    out[..., 2] = 0
    out /= np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-6)
    sideways = np.cross(out, (0, 0, 1.0))
    phase = 2 * np.pi * (1.25 * along[None] + 0.45 * lock[:, :1] + 0.10 * shapes.waves(unit, 0.16, seed=9)[:, None])
    swing = (0.0046 + 0.004 * stray) * np.clip(along - 0.2, 0, 1)[None] * np.where(fringe, 0.4, 1.0)[:, None]
    turn_in = np.where(fringe, 0.004, 0.020)[:, None] * np.clip(along - 0.70, 0, 1)[None] ** 2 / 0.09
    return points + sideways * (swing * np.sin(phase))[..., None] + out * (0.7 * swing * np.cos(phase) - turn_in)[..., None]
