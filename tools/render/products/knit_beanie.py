"""KNIT-BEANIE: chunky hand-knit hat, every stitch a loop of plied yarn; ribbed cuff, leather tab, pompom."""

import bpy
import numpy as np

from ..nodes import Shader
from ..studio import Setup
from . import fibers, shapes, surfaces
from .lettering import lettering
from .wraps import wrapped_label

SKU = "KNIT-BEANIE"
TITLE = "Fjorde chunky knit beanie with pompom, oatmeal"
CATEGORY = "fashion"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=6.0,
    fill_frame=0.76,
    sweep_tone=238,
    sweep_cast=(1.0, 0.998, 0.994),
    falloff=0.44,
    exposure=0.92,
    key=10.0,
    fill=1.5,
    rim=3.0,
    samples=14,
)

SEED = 31
WALES, ROWS, STEPS = 60, 37, 14  # stitches around, rows of the crown, points per stitch
RIB_WALES, RIB_ROWS = 72, 12
CUFF_HEIGHT, CUFF_OUT = 0.072, 0.0085
ROUNDNESS = (1.0, 0.86)  # half width and half depth over the nominal radius
CROWN = [
    (0.083, 0.030),
    (0.0905, 0.070),
    (0.0945, 0.112),
    (0.0900, 0.152),
    (0.0740, 0.186),
    (0.0460, 0.207),
    (0.0190, 0.214),
]
YARN = ((0.40, 0.325, 0.235), (0.66, 0.575, 0.455))
POMPOM_AT, POMPOM_RADIUS, POMPOM_STRANDS = np.array((0.004, 0.002, 0.240)), 0.047, 15000
FUZZ_PER_SQUARE_METRE = 1.5e5
TAB = (0.046, 0.026)
TAB_LOW, TAB_TURN = 0.022, np.radians(20)


def build(collection):
    """Knit the crown and the cuff row by row, line them, sew the tab, tie the pompom."""
    rng = np.random.default_rng(SEED)
    wool = yarn_skin()
    crown = shapes.smooth_path(CROWN, 200)
    rows = [_stitches(_ring_of(crown, WALES), WALES, r, ROWS, +1) for r in range(ROWS)]
    cuff = shapes.smooth_path([(0.0915, 0.004), (0.0940, 0.020), (0.0950, 0.050), (0.0940, CUFF_HEIGHT)], 200)
    ribs = [_stitches(_ring_of(cuff, RIB_WALES, CUFF_OUT), RIB_WALES, r, RIB_ROWS, 0) for r in range(RIB_ROWS)]
    loops = []
    for number, (path, normal, radius) in enumerate(rows + ribs):
        path[:, 2] = np.maximum(path[:, 2], radius)
        loops.append(shapes.sweep(collection, f"row {number}", path, _round(8), radius, wool, up=normal, closed=True))
    _lining(collection, crown, cuff)
    bpy.context.view_layer.update()
    _fuzz(collection, loops, rng)
    _pompom(collection, rng)
    _tab(collection)


def _round(segments):
    """Circle whose seam points into the hat."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    return np.stack([np.sin(angle), -np.cos(angle)], axis=1)


def _slouch(points):
    """The hat is not a solid of revolution: it leans, and its wall has soft dents."""
    height = np.clip(points[..., 2] / 0.2, 0, 1.3)
    dent = 0.0045 * shapes.waves(points * (1, 1, 0.6), 0.15, seed=4) * height
    outward = points[..., :2] / np.maximum(np.linalg.norm(points[..., :2], axis=-1, keepdims=True), 1e-6)
    moved = points[..., :2] + outward * dent[..., None] + np.stack([0.010 * height**2, 0.004 * height**2], -1)
    return np.concatenate([moved, points[..., 2:]], axis=-1)


def _ring_of(profile, wales, out=0.0):
    """Maps (angle, share of the profile, lift) to points and normals of the hat."""
    slope = np.gradient(profile, axis=0)
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    at = np.linspace(0, 1, len(profile))

    def place(angle, share, lift):
        share = np.clip(share, 0, 1)
        radius, z = (np.interp(share, at, profile[:, k]) for k in (0, 1))
        out_r, out_z = np.interp(share, at, slope[:, 1]), -np.interp(share, at, slope[:, 0])
        around = np.stack([np.sin(angle) * ROUNDNESS[0], -np.cos(angle) * ROUNDNESS[1]], -1)
        flat = around * (radius + out + lift * out_r)[:, None]
        points = np.concatenate([flat, (z + lift * out_z)[:, None]], -1)
        normal = np.concatenate([around * out_r[:, None], out_z[:, None]], -1)
        return _slouch(points), normal, 2 * np.pi * (radius + out) / wales

    return place


def _stitches(place, wales, row, rows, face):
    """One row of loops: `face` +1 shows knit stitches, 0 a two-by-two rib."""
    t = np.linspace(0, wales, wales * STEPS, endpoint=False)
    phase = 2 * np.pi * t
    jitter = 0.06 * shapes.waves(np.stack([t * 0.9, np.full_like(t, 3.1 * row)], -1), 5.0, seed=row)
    across = t + 0.17 * np.sin(2 * phase)
    share = (row + 0.5 - 0.80 * np.cos(phase) + jitter) / rows
    purl = ((t % wales) // 2 % 2 >= 1) if face == 0 else np.zeros(len(t), bool)
    angle = 2 * np.pi * across / wales
    _, _, width = place(angle, share, np.zeros_like(t))
    lift = -0.17 * width * np.cos(2 * phase) * np.where(purl, -1, 1) - np.where(purl, 0.0028, -0.0008) * (face == 0)
    points, normal, width = place(angle, share, lift)
    radius = np.minimum(0.268 * width, 0.00245) * (1 + jitter)
    return points, normal, radius


def yarn_skin():
    """Two-ply wool: a twist along the yarn, flecks of dark and pale fleece, no shine."""
    s = Shader("oatmeal wool", roughness=0.95, sheen=0.35, sheen_roughness=0.5, specular=0.08)
    uv = s.separate(s.coords("UV"))
    turns = s.math("ADD", s.math("MULTIPLY", uv[0], 2.0), s.math("MULTIPLY", uv[1], 5.0 * WALES))
    ply = s.math("ABSOLUTE", s.math("SINE", s.math("MULTIPLY", turns, np.pi)))
    fleck = s.noise(s.coords(), scale=520, detail=4, roughness=0.7)
    dye = s.noise(s.coords(), scale=34, detail=3)
    tone = s.math("ADD", s.math("MULTIPLY", fleck, 0.75), s.math("MULTIPLY", dye, 0.25))
    color = s.ramp(tone, [(0.34, YARN[0]), (0.62, YARN[1])])
    s.set(color=s.mix(s.remap(ply, 0.0, 0.6, 0.35, 0.0), color, [c * 0.45 for c in YARN[0]]))
    s.bump(ply, strength=0.9, distance=0.0011)
    s.bump(s.noise(s.coords(), scale=1500, detail=3), strength=0.5, distance=0.0006)
    return s.material


def _lining(collection, crown, cuff):
    """A dark skin under the stitches, so that gaps between loops are not holes."""
    dark = Shader("lining", color=[c * 0.5 for c in YARN[0]], roughness=1.0).material
    for name, profile, out in (("crown", crown, -0.0012), ("cuff", cuff, CUFF_OUT - 0.0040)):
        place = _ring_of(profile, WALES, out)
        angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
        rows = [place(angle, np.full(160, share), np.zeros(160))[0] for share in np.linspace(0.01, 1, 60)]
        shapes.grid_object(collection, f"{name} lining", np.array(rows), dark, wrap_columns=True)


def _fuzz(collection, loops, rng):
    """Loose fibers on the side that the camera sees."""
    parts = [fibers.scatter(obj, FUZZ_PER_SQUARE_METRE, rng, lambda p, n: (n[:, 1] < 0.35) * 1.0) for obj in loops]
    root, normal = (np.concatenate(group) for group in zip(*parts))
    size = rng.gamma(3.0, 0.0011, len(root)).clip(0.0008, 0.0075)
    points = fibers.fur(root, normal, rng, size, rng.normal(0, 0.75, root.shape), curl=0.22, clump_size=0.01, clump=0.0)
    points[..., 2] = np.maximum(points[..., 2], 0.0003)
    tint = rng.random(len(root))
    fibers.strands_object(collection, "fuzz", points, np.full(len(root), 0.000032), _fiber("fuzz", YARN), tint)


def _fiber(name, palette):
    s = Shader(name, roughness=0.9, sheen=0.2, specular=0.1)
    s.set(color=s.mix(s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"], *palette))
    return s.material


def _pompom(collection, rng):
    """Cut ends of yarn that spring from one knot; each end frays into several strands."""
    out = rng.normal(size=(POMPOM_STRANDS, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    tuft = 0.5 + 0.5 * shapes.waves(out, 0.9, seed=6)
    size = POMPOM_RADIUS * (0.90 + 0.09 * tuft) * rng.normal(1, 0.035, POMPOM_STRANDS)
    root = POMPOM_AT + out * 0.004
    lean = np.array((0, 0, -0.10)) + 0.16 * rng.normal(size=out.shape)
    points = fibers.fur(root, out, rng, size, lean, curl=0.035, clump_size=0.006, clump=0.0, steps=8)
    palette = ((0.58, 0.50, 0.39), (0.86, 0.80, 0.69))
    tint = np.clip(0.55 + 0.2 * (tuft - 0.5) + rng.normal(0, 0.2, len(root)), 0, 1)
    radius = rng.uniform(0.00022, 0.00040, len(root))
    fibers.strands_object(collection, "pompom", points, radius, _fiber("pompom", palette), tint, taper=0.45)
    # The framing counts meshes only: a core stands for the pompom.
    angle = np.linspace(0, np.pi, 12)[:, None]
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)[None]
    core = np.stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle) + 0 * turn], -1)
    material = Shader("pompom core", color=palette[0], roughness=1.0).material
    shapes.grid_object(
        collection, "core", POMPOM_AT + core[:, ::-1] * POMPOM_RADIUS * 0.62, material, wrap_columns=True
    )


def _tab(collection):
    """Small leather tab with the maker's name, sewn on the cuff."""
    hide = surfaces.leather("tab leather", (0.215, 0.095, 0.040))
    radius = 0.0955 * ROUNDNESS[1] + CUFF_OUT + 0.0062
    wrapped_label(collection, "tab", radius, TAB_LOW, TAB, hide, corner=0.003, turn=TAB_TURN, thickness=0.0018)

    def on_tab(x, y, lift):
        angle = x / radius + TAB_TURN
        wall = radius + 0.0019 + lift
        return np.stack([wall * np.sin(angle), -wall * np.cos(angle), TAB_LOW + TAB[1] / 2 + y], -1)

    foil = surfaces.metal("foil", (0.70, 0.52, 0.30), roughness=(0.3, 0.4))
    lettering(collection, "brand", "FJORDE", 0.0062, on_tab, foil, thickness=0.00008, spacing=1.25)
    linen = surfaces.thread("linen", (0.62, 0.55, 0.42))
    half_x, half_y = TAB[0] / 2 - 0.002, TAB[1] / 2 - 0.002
    frame = shapes.resample(
        np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * (half_x, half_y), 240, closed=True
    )
    path = on_tab(frame[:, 0], frame[:, 1], np.zeros(240))
    normal = on_tab(frame[:, 0], frame[:, 1], np.ones(240)) - path
    shapes.stitches(collection, "seam", path, normal, 0.0022, 0.0010, 0.00028, linen)
