"""FOLDED-TSHIRT: a petrol blue T-shirt with a small mark on the chest, folded to a rectangle, seen a little from above."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np

from ..labels import Artwork
from ..mesh import rounded_box
from ..nodes import Shader
from ..studio import Setup
from . import fibers, shapes
from .folded_tshirt_art import INK, PRINT_MM, artwork

SKU = "FOLDED-TSHIRT"
TITLE = "Slow Coast Club heavy cotton T-shirt, petrol blue, folded"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1760, 1408),
    key_side="left",
    pitch_deg=24.0,
    fill_frame=0.78,
    height_m=0.30,
    sweep_tone=246,
    sweep_cast=(1.0, 0.998, 0.994),
    falloff=0.34,
    exposure=1.0,
    key=10.0,
    key_height=1.5,
    fill=1.8,
    samples=28,
)

SEED = 17
HALF_WIDTH, HALF_LENGTH, CORNER = 0.124, 0.152, 0.027
LAYERS = (
    (0.0000, 0.0098, 1.0, (0.0010, 0.0015)),
    (0.0088, 0.0094, -0.5, (-0.0012, 0.0004)),
)  # bottom, thickness, turn, shift
TOP_LOW, TOP_THICK = 0.0172, 0.0096
NECK_HALF, NECK_DEEP = 0.0800, 0.0820
PRINT_AT = (0.058, 0.012)
PETROL = ((0.011, 0.066, 0.088), (0.022, 0.112, 0.142))
LABEL_MM = (46, 17)
BAND = (0.0094, 0.0014)  # half width and half thickness of the collar


def build(collection):
    """Stack the folded layers, lay the front over them, sew the neck."""
    plain_cloth, printed = jersey("petrol"), jersey("petrol print", artwork())
    for number, (low, thick, turn, shift) in enumerate(LAYERS):
        layer = _slab(collection, f"fold {number}", low, thick, 20 + number, plain_cloth)
        layer.rotation_euler[2] = np.radians(turn)
        layer.location = (*shift, 0)
        bpy.context.view_layer.update()
        _fuzz(collection, layer, number)
    front = _slab(collection, "front", TOP_LOW, TOP_THICK, 3, printed, neck=True)
    _fuzz(collection, front, len(LAYERS))
    _neck(collection)
    _label(collection)


def jersey(name, sheet=None):
    """Single jersey of dyed yarn: columns of stitches, slightly uneven; the print sinks into it."""
    s = Shader(name, roughness=0.93, sheen=0.25, specular=0.08)
    at = s.coords()
    streak = s.noise(s.coords(scale=(1500, 420, 600)), detail=3, roughness=0.7)
    cloud = s.noise(at, scale=18, detail=3)
    mottle = s.math("ADD", s.math("MULTIPLY", streak, 0.70), s.math("MULTIPLY", cloud, 0.30))
    color = s.ramp(mottle, [(0.34, PETROL[0]), (0.62, PETROL[1])])
    columns = s.wave(at, scale=190, bands="X", distortion=0.8)
    rows = s.wave(at, scale=260, bands="Y", distortion=1.2)
    knit = s.math("ADD", s.math("MULTIPLY", columns, 0.65), s.math("MULTIPLY", rows, 0.35))
    if sheet is not None:
        x, y = s.separate(at)[:2]
        u = s.math("ADD", s.math("DIVIDE", s.math("SUBTRACT", x, PRINT_AT[0]), PRINT_MM[0] / 1000), 0.5)
        v = s.math("ADD", s.math("DIVIDE", s.math("SUBTRACT", y, PRINT_AT[1]), PRINT_MM[1] / 1000), 0.5)
        where = s.node("ShaderNodeCombineXYZ", {0: u, 1: v, 2: 0.0}).outputs[0]
        image = s.image(sheet.texture("chest print"), where, "CLIP")
        wear = s.ramp(s.noise(at, scale=240, detail=6, roughness=0.7), [(0.30, 0.70), (0.42, 0.97)])
        mask = s.math("MULTIPLY", image.outputs["Alpha"], wear)
        color = s.mix(mask, color, image.outputs["Color"])
        s.set(roughness=s.mix_value(mask, 0.93, 0.62))
    s.set(color=color)
    s.bump(knit, strength=0.32, distance=0.0004)
    s.bump(s.noise(at, scale=1300, detail=3), strength=0.35, distance=0.0003)
    return s.material


def _fuzz(collection, layer, number):
    """The short loose fibers that every cotton edge has."""
    rng = np.random.default_rng(SEED + number)
    root, normal = fibers.scatter(layer, 90_000, rng, lambda p, n: np.clip(1.2 - n[:, 2], 0.25, 1.0) * (p[:, 2] > 0.002))
    size = rng.uniform(0.0005, 0.0018, len(root))
    points = fibers.fur(root, normal, rng, size, rng.normal(0, 0.9, root.shape), 0.25, 0.004, 0.0)
    s = Shader("loose cotton", color=[0.8 * (a + b) for a, b in zip(*PETROL)], roughness=0.9)
    fibers.strands_object(collection, "fuzz", points, np.full(len(root), 0.000014), s.material, np.zeros(len(root)), 0.3)


def _outline(count=900):
    """Rounded rectangle, counterclockwise."""
    dense = shapes.ring(3000, 2) * CORNER
    dense = dense + np.sign(np.round(dense, 9)) * (HALF_WIDTH - CORNER, HALF_LENGTH - CORNER)
    return shapes.resample(np.concatenate([dense, dense[:1]]), count, closed=True)


def _slab(collection, name, low, thick, seed, material, neck=False):
    """One folded layer: rolled edge all around, soft creases on top."""
    outline = _outline()
    bow = 0.0020 * shapes.waves(outline, 0.20, seed=seed)
    out = outline / np.linalg.norm(outline, axis=1, keepdims=True)
    outline = outline + out * bow[:, None]
    half = thick / 2
    angle = np.linspace(-np.pi / 2, np.pi / 2, 25)
    rings = [(0.0060, low + 0.0004)] if low else [(0.0060, 0.0)]
    rings += [(1.5 * half * (1 - np.cos(a) ** 0.8), low + half + half * np.sin(a)) for a in angle]
    rows = [np.concatenate([_shrink(outline, inset), np.full((len(outline), 1), z)], 1) for inset, z in rings]
    for share in np.linspace(0.012, 0.998, 180):
        flat = _shrink(outline, 1.5 * half) * (1 - share)
        rows.append(np.concatenate([flat, np.full((len(outline), 1), low + thick)], 1))
    points = np.array(rows)
    upper = np.clip((points[..., 2] - low - half) / half, 0, 1)
    points[..., 2] += upper * _relief(points[..., :2], seed) + _sag(points[..., :2], low, seed)
    if neck:
        points[..., 2] -= 0.0026 * upper * _in_neck(points[..., :2])
    return shapes.grid_object(collection, name, points, material, wrap_columns=True)


def _shrink(outline, inset):
    return outline * (1 - inset / np.array((HALF_WIDTH, HALF_LENGTH)))


def _sag(flat, low, seed):
    """How a layer follows what lies below it, looser toward the top, and hangs at its corners."""
    reach = np.abs(flat) / (HALF_WIDTH, HALF_LENGTH)
    shared = 0.0024 * shapes.waves(flat, 0.17, seed=77) + 0.0010 * shapes.waves(flat, 0.075, seed=seed + 31)
    return (shared - 0.0042 * reach[..., 0] ** 5 * reach[..., 1] ** 5) * low / TOP_LOW


def _relief(flat, seed):
    """Cloth at rest: slow swells, a few long creases that pull from the shoulders, small ripples."""
    x, y = flat[..., 0], flat[..., 1]
    swell = 0.0016 * shapes.waves(flat, 0.17, seed=seed + 5) + 0.0006 * shapes.waves(flat, 0.06, seed=seed + 6)
    edge = np.minimum(HALF_WIDTH - np.abs(x), HALF_LENGTH - np.abs(y))
    line = np.exp(-((shapes.waves(flat * (1.0, 1.5), 0.11, seed=seed + 12) / 0.10) ** 2))
    swell = swell + 0.0011 * line * np.clip(shapes.waves(flat, 0.12, seed=seed + 13), 0, 1)
    total = swell - 0.0026 * np.exp(-np.maximum(edge, 0) / 0.014)
    for x0, y0, lean, long, deep in (
        (-0.085, 0.085, -1.25, 0.070, 0.0022),
        (0.080, 0.070, 1.10, 0.080, 0.0020),
        (-0.100, -0.070, 0.35, 0.060, 0.0016),
        (0.070, -0.115, -0.30, 0.070, 0.0018),
        (0.010, -0.138, 0.06, 0.090, 0.0014),
        (-0.050, 0.020, -1.05, 0.050, 0.0012),
    ):
        along = (x - x0) * np.cos(lean) + (y - y0) * np.sin(lean)
        across = -(x - x0) * np.sin(lean) + (y - y0) * np.cos(lean)
        across = across + 0.008 * shapes.waves(flat, 0.09, seed=seed + 9)
        total = total + deep * np.exp(-((along / long) ** 2)) * np.exp(-np.abs(across / 0.0075) ** 1.4)
    return total


def _neckline(x):
    """y of the front neckline at x."""
    return HALF_LENGTH - 0.004 - NECK_DEEP * np.maximum(1 - (np.abs(x) / NECK_HALF) ** 2.2, 0) ** 0.62


def _in_neck(flat):
    """1 where the inside of the back shows, with a soft step at the neckline."""
    x, y = flat[..., 0], flat[..., 1]
    return np.clip((y - _neckline(x)) / 0.006, 0, 1) * (np.abs(x) < NECK_HALF)


def rib_cloth():
    """Rib knit of the collar: ridges across the band, from the UV along it."""
    s = Shader("rib", roughness=0.93, sheen=0.25, specular=0.08)
    along = s.separate(s.coords("UV"))[1]
    ridge = s.math("ABSOLUTE", s.math("SINE", s.math("MULTIPLY", along, 130 * np.pi)))
    mottle = s.noise(s.coords(), scale=620, detail=3, roughness=0.7)
    color = s.ramp(mottle, [(0.36, PETROL[0]), (0.58, PETROL[1])])
    s.set(color=s.mix(s.remap(ridge, 0.0, 0.75, 0.45, 0.0), color, [c * 0.4 for c in PETROL[0]]))
    s.bump(ridge, strength=0.8, distance=0.0008)
    return s.material


def _neck(collection):
    """Collar of two bands that go over the far edge at the shoulders, a seam of stitches along the front one."""
    rib, top = rib_cloth(), TOP_LOW + TOP_THICK
    band = shapes.ring(28, 3.2)
    x = NECK_HALF * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 400))
    front = np.stack([x, _neckline(x) - 0.004, top + 0.0012 + 0 * x], -1)
    front[:, 2] += 0.0012 * np.cos(x / NECK_HALF * np.pi / 2) + _sag(front[:, :2], TOP_LOW, 3)
    back_y = HALF_LENGTH - 0.012 - 0.016 * np.cos(x / NECK_HALF * np.pi / 2) ** 0.8
    back = np.stack([x, back_y, top - 0.0006 - 0.0012 * np.cos(x / NECK_HALF * np.pi / 2)], -1)
    back[:, 2] += _sag(back[:, :2], TOP_LOW, 3)
    for name, path in (("back collar", back), ("front collar", front)):
        over = np.array(((0.0, HALF_LENGTH + 0.005, top - 0.004), (0.0, HALF_LENGTH + 0.0075, top - 0.015)))
        left, right = over + (x[0], 0, 0), over + (x[-1], 0, 0)
        path = shapes.smooth_path(np.concatenate([left[::-1], path[4:-4:8], right]), 300)
        end = np.clip(np.minimum(np.arange(300), np.arange(300)[::-1]) / 36, 0, 1)[:, None]
        shapes.sweep(collection, name, path, band, np.array(BAND) * (1, 0.35) + end * BAND * np.array((0, 0.65)), rib, round_ends=4)
    thread = Shader("thread", color=(0.020, 0.105, 0.135), roughness=0.8).material
    for shift in (0.0122, 0.0142):
        seam = np.stack(
            [x * 1.03, _neckline(x) - 0.004 - shift * (0.55 + 0.45 * np.cos(x / NECK_HALF * 1.5)), 0 * x], -1
        )[30:-30]
        seam[:, 2] = top + _relief(seam[:, :2], 3) + _sag(seam[:, :2], TOP_LOW, 3) + 0.0002
        shapes.stitches(
            collection, "neck seam", seam, np.tile((0.0, 0.0, 1.0), (len(seam), 1)), 0.0026, 0.0009, 0.00024, thread
        )


def _label(collection):
    """Woven size label in the back of the neck."""
    sheet = Artwork(*LABEL_MM, (238, 236, 230), 26)
    sheet.text(LABEL_MM[0] / 2, 7.6, "SLOW COAST", 4.3, INK, weight="Bold", tracking=0.1)
    sheet.text(LABEL_MM[0] / 2, 12.6, "M \u00b7 100 % organic cotton", 2.6, INK, weight="Medium", tracking=0.03)
    s = Shader("woven label", roughness=0.8, sheen=0.3, specular=0.2)
    x, y = s.separate(s.coords())[:2]
    spot = {
        0: s.math("ADD", s.math("DIVIDE", x, LABEL_MM[0] / 1000), 0.5),
        1: s.math("ADD", s.math("DIVIDE", y, LABEL_MM[1] / 1000), 0.5),
        2: 0.0,
    }
    s.set(color=s.image(sheet.texture("size label"), s.node("ShaderNodeCombineXYZ", spot).outputs[0]).outputs["Color"])
    s.bump(s.wave(s.coords(), scale=500, bands="X"), strength=0.4, distance=0.0002)
    size = (LABEL_MM[0] / 1000, LABEL_MM[1] / 1000, 0.0008)
    place = np.array((0.001, HALF_LENGTH - 0.0465, TOP_LOW + TOP_THICK - 0.0008))
    place[2] += _sag(place[:2], TOP_LOW, 3)
    label = rounded_box("label", size, collection, s.material, radius=0.0003, segments=3, location=place)
    label.rotation_euler = (-0.03, 0.01, np.radians(1.5))
