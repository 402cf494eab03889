"""PLUSH-BEAR: a sitting teddy of caramel plush, every strand of fur a hair curve; safety eyes and a stitched snout."""

import math

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..nodes import Shader
from ..studio import Setup
from . import fibers, shapes

SKU = "PLUSH-BEAR"
TITLE = "Bram the bear, soft plush toy, sitting 26 cm"
CATEGORY = "toys"
SETUP = Setup(
    size=(1600, 1600),
    key_side="left",
    pitch_deg=7.0,
    fill_frame=0.75,
    sweep_tone=247,
    sweep_cast=(1.0, 0.998, 0.992),
    samples=56,
    bounces=5,
)

SEED = 11
FUR_PER_SQUARE_METRE = 2.6e6
CARAMEL = ((0.40, 0.185, 0.068), (0.70, 0.40, 0.185))
CREAM = ((0.62, 0.43, 0.26), (0.84, 0.68, 0.49))

# name: center, radii, rotation in degrees, fur length, palette
SCALE = 0.87  # parts are laid out for a larger bear

PARTS = {
    "body": ((0, 0.012, 0.088), (0.072, 0.062, 0.088), (-6, 0, 0), 0.0125, "caramel"),
    "head": ((0, -0.004, 0.214), (0.072, 0.062, 0.063), (4, 0, 3), 0.0125, "caramel"),
    "muzzle": ((0.001, -0.056, 0.198), (0.036, 0.031, 0.028), (8, 0, 3), 0.0058, "cream"),
    "ear.L": ((-0.060, 0.008, 0.266), (0.027, 0.012, 0.026), (0, -34, 10), 0.0100, "caramel"),
    "ear.R": ((0.060, 0.008, 0.262), (0.027, 0.012, 0.026), (0, 36, -10), 0.0100, "caramel"),
    "arm.L": ((-0.080, -0.022, 0.112), (0.0255, 0.027, 0.060), (22, 24, 0), 0.0115, "caramel"),
    "arm.R": ((0.080, -0.020, 0.108), (0.0255, 0.027, 0.060), (28, -20, 0), 0.0115, "caramel"),
    "leg.L": ((-0.064, -0.052, 0.035), (0.034, 0.062, 0.033), (0, 0, 20), 0.0115, "caramel"),
    "leg.R": ((0.062, -0.048, 0.035), (0.034, 0.062, 0.033), (0, 0, -24), 0.0115, "caramel"),
    "foot.L": ((-0.083, -0.116, 0.044), (0.039, 0.022, 0.043), (-10, 0, 20), 0.0105, "caramel"),
    "foot.R": ((0.084, -0.110, 0.044), (0.039, 0.022, 0.043), (-10, 0, -24), 0.0105, "caramel"),
}
SOLES = ("foot.L", "foot.R")
EARS = ("ear.L", "ear.R")
EYES = ((-0.0275, -0.0625, 0.2265), (0.0290, -0.0620, 0.2275))
NOSE = (0.0015, -0.0890, 0.2085)


def build(collection):
    """Model the bear sitting at the origin, looking at -y."""
    rng = np.random.default_rng(SEED)
    skins = {"caramel": _fabric("caramel base", CARAMEL[0]), "cream": _fabric("cream base", CREAM[0])}
    hairs = {"caramel": _hair("caramel plush", CARAMEL), "cream": _hair("cream plush", CREAM)}
    bodies = {}
    for name, (center, radii, turn, _, palette) in PARTS.items():
        bodies[name] = _ellipsoid(collection, name, center, radii, turn, skins[palette])
    bpy.context.view_layer.update()
    for name, obj in bodies.items():
        _grow_fur(collection, name, obj, bodies, hairs[PARTS[name][4]], rng)
    _face(collection)
    _soles(collection, bodies)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Scale(SCALE, 4) @ obj.matrix_basis


def _ellipsoid(collection, name, center, radii, turn, material):
    """Stuffed part: an ellipsoid with the slight lumps of filling."""
    polar, around = np.meshgrid(
        np.linspace(1e-3, np.pi - 1e-3, 40), np.linspace(0, 2 * np.pi, 64, endpoint=False), indexing="ij"
    )
    unit = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=-1)
    lumps = 1 + 0.022 * shapes.waves(unit, 1.1, seed=len(name) + ord(name[0]) + ord(name[-1]))
    points = unit * np.array(radii) * lumps[..., None]
    obj = shapes.grid_object(collection, name, points[:, ::-1], material, wrap_columns=True)
    obj.matrix_world = Matrix.Translation(center) @ _rotation(turn)
    return obj


def _rotation(turn):
    x, y, z = (math.radians(a) for a in turn)
    return Matrix.Rotation(z, 4, "Z") @ Matrix.Rotation(y, 4, "Y") @ Matrix.Rotation(x, 4, "X")


def _inside_depth(points, obj, radii):
    """How deep points lie in a part: 1 at its skin, 0 at its center."""
    inverse = np.array(obj.matrix_world.inverted())
    local = points @ inverse[:3, :3].T + inverse[:3, 3]
    return np.linalg.norm(local / np.array(radii), axis=1)


def _grow_fur(collection, name, obj, bodies, material, rng):
    """Cover the visible skin of one part; strands fall downward and away from the face."""
    length = PARTS[name][3]

    def accept(points, normals):
        keep = np.ones(len(points))
        for other, other_obj in bodies.items():
            if other != name:
                keep[_inside_depth(points, other_obj, PARTS[other][1]) < 0.96] = 0
        if name in SOLES:
            facing = normals @ _sole_direction(obj)
            keep[facing > 0.80] = 0
        if name in EARS:
            keep[(normals @ np.array(obj.matrix_world.to_3x3() @ Vector((0, -1, 0)))) > 0.86] *= 0.35
        if name == "head":
            for eye in EYES:
                keep[np.linalg.norm(points - np.array(eye), axis=1) < 0.0080] = 0
        if name == "muzzle":
            keep[np.linalg.norm(points - np.array(NOSE), axis=1) < 0.0125] = 0
            keep *= _mouth_parting(points)
        return keep

    root, normal = fibers.scatter(obj, FUR_PER_SQUARE_METRE, rng, accept)
    tuft = shapes.waves(root, 0.05, seed=5)
    size = length * rng.uniform(0.55, 1.12, len(root)) * (1 + 0.12 * tuft)
    size *= np.clip(root[:, 2] / 0.012, 0.45, 1)
    swirl = np.stack([shapes.waves(root, 0.06, seed=k) for k in (1, 2, 3)], axis=1)
    lean = np.array([0, 0.05, -0.40]) + 0.30 * swirl
    if name == "muzzle":
        lean = (root - np.array(NOSE)) / 0.03 * 0.35 + 0.1 * swirl
    points = fibers.fur(root, normal, rng, size, lean, curl=0.10, clump_size=0.0042, clump=0.62)
    points[..., 2] = np.maximum(points[..., 2], 0.0004)
    tint = np.clip(0.5 + 0.22 * tuft + rng.normal(0, 0.17, len(root)), 0, 1)
    radius = rng.uniform(0.00007, 0.00011, len(root))
    fibers.strands_object(collection, f"{name} fur", points, radius, material, tint)


def _mouth_parting(points):
    """Fur is trimmed along the stitched mouth."""
    x, z = np.abs(points[:, 0] - NOSE[0]), points[:, 2] - NOSE[2]
    curve = -0.0165 - 0.0065 * np.sin(np.clip(x / 0.0145, 0, 1) * 2.4)
    on_mouth = (np.abs(z - curve) < 0.0020) & (x < 0.0155)
    on_stem = (x < 0.0017) & (z > -0.018) & (z < 0)
    return np.where(on_mouth | on_stem, 0.08, 1.0)


def _sole_direction(obj):
    return np.array(obj.matrix_world.to_3x3() @ Vector((0, -1, 0)))


def _face(collection):
    gloss = Shader("eye", color=(0.012, 0.007, 0.005), roughness=0.08, coat=0.6, coat_roughness=0.04).material
    thread = Shader("snout thread", color=(0.018, 0.009, 0.006), roughness=0.6, sheen=0.1)
    thread.bump(thread.wave(thread.coords(scale=900), scale=1.0, bands="X"), strength=0.5, distance=0.0002)
    for k, eye in enumerate(EYES):
        _ellipsoid(collection, f"eye{k}", eye, (0.0078, 0.0060, 0.0078), (0, 0, 0), gloss)
    _nose(collection, thread.material)


def _nose(collection, thread):
    """Satin-stitched triangular nose, then the stem and the two halves of the mouth."""
    nose = np.array(NOSE)
    for k in range(13):
        s = (k - 6) / 6
        top, bottom = 0.0068 - 0.0012 * s * s, -0.0080 * (1 - abs(s) ** 1.3) + 0.001
        x = 0.0128 * s
        line = [
            (x, 0.0024 * s * s, top),
            (x * 0.92, -0.0026 + 0.0024 * s * s, (top + bottom) / 2),
            (x * 0.80, 0.001 + 0.0018 * s * s, bottom),
        ]
        shapes.tube(
            collection,
            f"nose stitch {k}",
            shapes.smooth_path(nose + np.array(line), 16),
            0.00135,
            thread,
            segments=10,
            up=(1, 0, 0),
        )
    mouth = {
        "stem": [(0, -0.0020, -0.004), (0, -0.0022, -0.010), (0, -0.0002, -0.0165)],
        "left": [(0, -0.0002, -0.0165), (-0.007, 0.0018, -0.0225), (-0.0150, 0.0032, -0.0205)],
        "right": [(0, -0.0002, -0.0165), (0.007, 0.0018, -0.0225), (0.0150, 0.0032, -0.0205)],
    }
    for name, line in mouth.items():
        shapes.tube(
            collection,
            f"mouth {name}",
            shapes.smooth_path(nose + np.array(line), 20),
            0.0011,
            thread,
            segments=10,
            up=(0, -1, 0),
        )


def _soles(collection, bodies):
    """Velour pads sewn on the feet."""
    velour = _fabric("sole velour", (0.62, 0.42, 0.26))
    for name in SOLES:
        _, radii, turn, _, _ = PARTS[name]
        center = bodies[name].matrix_world @ Vector((0, -radii[1] * 0.66, 0))
        pad = (radii[0] * 0.80, radii[1] * 0.42, radii[2] * 0.80)
        _ellipsoid(collection, f"{name} pad", center, pad, turn, velour)


def _fabric(name, color):
    """Short matte cloth: woven backing under the fur, velour on the soles."""
    s = Shader(name, roughness=0.92, sheen=0.5, sheen_roughness=0.4, specular=0.1)
    fine = s.noise(s.coords(), scale=900, detail=3)
    patch = s.noise(s.coords(), scale=45, detail=4)
    s.set(color=s.mix(s.remap(patch, 0, 1, 0.3, 0.7), [c * 0.78 for c in color], [c * 1.12 for c in color]))
    s.bump(fine, strength=0.6, distance=0.0006)
    return s.material


def _hair(name, palette):
    """Synthetic plush: root darker than tip, every strand a little different."""
    s = Shader(name, roughness=0.62, specular=0.22, sheen=0.0)
    along = s.node("ShaderNodeHairInfo").outputs["Intercept"]
    tint = s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"]
    color = s.mix(tint, palette[0], palette[1])
    s.set(color=s.mix(s.remap(along, 0.0, 1.0, 0.0, 0.75), [c * 0.85 for c in palette[0]], color))
    return s.material
