"""SHEER-SCARF: an organza scarf hung over the bar of a small walnut stand: cloth through which the ground shows."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import lathe
from ..nodes import Shader, plug
from ..studio import Setup
from . import shapes, surfaces

SKU = "SHEER-SCARF"
TITLE = "Lune silk organza scarf, dusk blue to blush"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1280, 1600),
    key_side="right",
    pitch_deg=6.0,
    fill_frame=0.80,
    sweep_tone=245,
    sweep_cast=(0.996, 0.998, 1.0),
    falloff=0.30,
    glass=True,
    fill=3.0,
    rim=3.5,
    samples=10,
    bounces=6,
)

BAR_Z, BAR_RADIUS, BAR_HALF = 0.405, 0.0075, 0.150
FRONT_DROP, BACK_DROP = 0.330, 0.270
WIDTH_TOP, WIDTH_HEM = 0.190, 0.262
PLEATS = 6.5
HEM = 0.00065
DUSK, BLUSH = (0.145, 0.225, 0.400), (0.800, 0.400, 0.340)
TURN = np.radians(14)


def build(collection):
    """Stand, cloth, rolled hems."""
    _stand(collection)
    _cloth(collection)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def organza():
    """Crisp sheer silk: covers more where it is seen at a slant, with slubs along both threads and a soft luster."""
    s = Shader("organza", roughness=0.42, specular=0.35, sheen=0.5, sheen_roughness=0.35)
    s.material["see_through"] = True
    uv = s.coords("UV")
    along = s.separate(uv)[1]
    dye = s.math("ADD", along, s.math("MULTIPLY", s.math("SUBTRACT", s.noise(uv, scale=5, detail=1), 0.5), 0.14))
    color = s.ramp(dye, [(0.06, BLUSH), (0.42, DUSK), (0.58, DUSK), (0.96, BLUSH)], "EASE")
    warp = s.noise(s.coords("UV", scale=(520, 9, 1)), detail=1)
    weft = s.noise(s.coords("UV", scale=(9, 1100, 1)), detail=1)
    thread = s.math("ADD", warp, weft)
    open_share = s.remap(thread, 0.72, 0.52, 0.7, 1.3)
    incoming, normal = (s.node("ShaderNodeNewGeometry").outputs[name] for name in ("Incoming", "Normal"))
    slant = s.node("ShaderNodeVectorMath", {0: incoming, 1: normal}, operation="DOT_PRODUCT").outputs["Value"]
    slant = s.math("MAXIMUM", s.math("ABSOLUTE", slant), 0.14)
    through = s.math("POWER", open_share, s.math("DIVIDE", 1.0, slant))
    s.set(color=color)
    back = s.node("ShaderNodeBsdfTranslucent", {"Color": color}).outputs[0]
    silk = s.node("ShaderNodeMixShader", {0: 0.45, 1: s.bsdf.outputs[0], 2: back}).outputs[0]
    clear = s.node("ShaderNodeBsdfTransparent").outputs[0]
    plug(s.tree, s.output.inputs["Surface"], s.node("ShaderNodeMixShader", {0: through, 1: silk, 2: clear}).outputs[0])
    return s.material


def _fold(w, s):
    """Point of the scarf: w in [-1, 1] across, s in metres from the top of the bar (front negative)."""
    turn = np.pi / 2 * BAR_RADIUS * 1.15
    side = np.sign(s)
    down = np.maximum(np.abs(s) - turn, 0)
    share = down / np.where(side < 0, FRONT_DROP, BACK_DROP)
    drift = 0.55 * shapes.waves(np.stack([w, s * 2.2], -1), 2.3, seed=5) + 0.25 * shapes.waves(
        np.stack([w, s * 3], -1), 0.9, seed=6
    )
    phase = np.pi * PLEATS * (w + 0.10 * drift * np.minimum(1, 0.35 + share)) + 0.6 * side
    depth = (0.0028 + 0.0185 * share**0.75) * (1 + 0.35 * shapes.waves(w[..., None] * 1.0, 1.1, seed=7))
    wave = np.sin(phase) + 0.22 * np.sin(2 * phase + 0.8)
    half = (WIDTH_TOP + (WIDTH_HEM - WIDTH_TOP) * share**0.9) / 2
    x = half * (w + 0.045 * np.sin(2 * phase) * share) + 0.010 * share * drift
    angle = np.clip(s / (BAR_RADIUS * 1.15), -np.pi / 2, np.pi / 2)
    gap = BAR_RADIUS * 1.15
    y = (
        gap * np.sin(angle)
        + side * (0.004 + 0.010 * share) * np.minimum(1, share * 8)
        + depth * wave * np.minimum(1, 0.25 + share * 2.5)
    )
    z = BAR_Z + gap * np.cos(angle) - down * (1 - 0.012 * np.cos(phase) * share) - 0.010 * share * w**2
    return np.stack([x + np.where(side < 0, 0.006, -0.012) * share, y, z], axis=-1)


def _cloth(collection):
    s = np.concatenate(
        [np.linspace(-FRONT_DROP, -0.02, 220), np.linspace(-0.0199, 0.0199, 60), np.linspace(0.02, BACK_DROP, 180)]
    )
    w = np.linspace(-1, 1, 460)
    points = _fold(*np.meshgrid(w, s))
    shapes.grid_object(collection, "scarf", points, organza())
    hem = Shader("rolled hem", roughness=0.5, sheen=0.4)
    share = _dye_by_height(hem)
    hem.set(color=share)
    edges = {"front": points[0], "back": points[-1], "left": points[:, 0], "right": points[:, -1]}
    for name, edge in edges.items():
        path = shapes.resample(edge, 420)
        shapes.sweep(collection, f"{name} hem", path, shapes.ring(8), HEM, hem.material, up=(0.3, 1, 0.2), round_ends=2)


def _dye_by_height(hem):
    """The hems follow the dye by height."""
    z = hem.separate(hem.coords())[2]
    return hem.ramp(hem.remap(z, 0.0, 1.0, 0.075, 0.30), [(0.0, BLUSH), (0.8, [c * 0.9 for c in DUSK]), (1.0, DUSK)])


def _stand(collection):
    """Turned foot, post, and a round bar with ball ends."""
    walnut = surfaces.wood("walnut", (0.045, 0.022, 0.012), (0.150, 0.082, 0.044), seed=6)
    foot = [
        (0, 0),
        (0.074, 0, 0.002),
        (0.075, 0.010, 0.004),
        (0.060, 0.0160, 0.008),
        (0.016, 0.020, 0.006),
        (0.0100, 0.030, 0.006),
        (0.0098, 0.034),
        (0, 0.034),
    ]
    post = [(0, 0.030), (0.0088, 0.030), (0.0078, BAR_Z - 0.010, 0.02), (0.0078, BAR_Z - 0.004), (0, BAR_Z - 0.003)]
    ball = [
        (0, BAR_HALF - 0.004),
        (0.0060, BAR_HALF - 0.003),
        (0.0062, BAR_HALF, 0.001),
        (0.0115, BAR_HALF + 0.004, 0.005),
        (0.0115, BAR_HALF + 0.014, 0.007),
        (0, BAR_HALF + 0.0185),
    ]
    bar = [(r, -z) for r, z, *_ in ball[:1]] + [(BAR_RADIUS, -BAR_HALF), (BAR_RADIUS, BAR_HALF), (0, BAR_HALF)]
    lathe("foot", foot, collection, walnut, segments=128)
    lathe("post", post, collection, walnut, segments=64)
    across = Matrix.Translation((0, 0, BAR_Z)) @ Matrix.Rotation(np.pi / 2, 4, "Y")
    for name, profile, flip in (("bar", bar, 0), ("ball right", ball, 0), ("ball left", ball, np.pi)):
        part = lathe(name, profile, collection, walnut, segments=64)
        part.matrix_world = across @ Matrix.Rotation(flip, 4, "X")
