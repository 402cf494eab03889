"""Garden table: silvered teak slats in light shade, roses and lavender blurred behind, dapples at the edges."""

import numpy as np

from .. import outdoor, room, surfaces
from ..nodes import Shader
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.96, 0.89)
SUN_FROM = (-0.68, -0.32, 0.66)
SUN_DIAMETER_DEG = 5.0
SLAT, BACK_Y = 0.088, 0.50
GROUND_Z = -0.74
BUSHES = (                              # center, radii, sprigs, flowers
    ((-1.05, 3.0, -0.15), (0.55, 0.4, 0.52), 170, 34),
    ((1.10, 3.3, -0.05), (0.62, 0.4, 0.62), 180, 38),
    ((0.10, 4.4, -0.35), (0.80, 0.5, 0.45), 150, 22),
)
HEDGE = ((-2.2, 6.4), (-1.0, 6.9), (0.3, 7.2), (1.5, 6.7), (2.6, 6.3))
PINK, APRICOT, CREAM = (0.62, 0.30, 0.32), (0.66, 0.42, 0.28), (0.70, 0.62, 0.50)
SEED = 19

SPEC = PlateSpec(
    name="garden",
    title_en="Weathered garden table with roses behind",
    title_zh="玫瑰花园旧木桌",
    keywords_en=("garden", "teak", "weathered wood", "slats", "flowers", "roses", "lavender", "blossom", "spring", "summer",
                 "outdoor", "picnic", "dappled shade", "sunlight", "green", "pink", "floral", "tea", "romantic", "natural"),
    keywords_zh=("花园", "庭院", "柚木", "旧木", "鲜花", "玫瑰", "薰衣草", "花朵", "春天", "夏天", "户外", "野餐", "树荫",
                 "阳光", "绿色", "粉色", "花香", "下午茶", "浪漫", "自然"),
    categories=("beauty", "food", "home", "kitchen", "fashion", "toys"),
    ground_kind="rough",
    reflectance=0.0,
    roughness=0.9,
    lights=(Light("sun through leaves", SUN_FROM, KEY_COLOR, 18.0, 0.58),),
    ambient=Ambient((0.88, 0.95, 1.0), 0.42),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.40), 0.24, 0.50),),
    camera=Camera(frame_height_m=0.56, vertical_fov_deg=20.0, pitch_deg=7.5, anchor_v=0.74, f_stop=2.5),
    exposure=0.15,
    samples=8,
    sharp_from_v=0.57,
    soft_divisor=3,
    soft_samples=14,
)


def build(collection) -> None:
    rng = np.random.default_rng(SEED)
    teak = surfaces.wood("silvered teak", (0.34, 0.305, 0.255), (0.15, 0.125, 0.10), 0.005, (0.62, 0.8), SLAT, 0.45)
    for slat in room.boards(collection, teak, SLAT, BACK_Y, 12, gap=0.007, thickness=0.024):
        mark_ground(slat)
    leaf = outdoor.leaf_material("rose leaf", (0.045, 0.085, 0.03), (0.12, 0.18, 0.06))
    twigs = outdoor.sprigs("rose twig", rng, leaf, 14, 0.26, 0.06, 0.036, variants=3)
    _flowerbed(collection, rng, twigs)
    _hedge(collection, rng)
    _light(collection, rng, twigs)


def _bloom(name, rng, color):
    """An open rose: petals in a tight spiral, paler at the rim."""
    s = Shader(name, roughness=0.6, specular=0.2, subsurface=0.15)
    s.set(color=s.ramp(s.noise(s.coords(), 40, 2), [(0.3, [0.8 * c for c in color]), (0.7, color)]))
    bloom = outdoor.sprig_mesh(name, rng, 22, 0.022, 0.042, 0.040, (0.15, 1.35))
    bloom.materials.append(s.material)
    return bloom


def _flowerbed(collection, rng, twigs) -> None:
    blooms = [_bloom(f"rose {k}", rng, c) for k, c in enumerate((PINK, PINK, APRICOT, CREAM))]
    for center, radii, count, flowers in BUSHES:
        way = rng.normal(size=(count, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        outdoor.scatter(collection, "twig", twigs, rng, np.array(center) + way * radii * rng.uniform(0.3, 1, (count, 1)) ** 0.5, tilt=0.8)
        face = rng.normal(size=(flowers, 3))
        face[:, 1] = -np.abs(face[:, 1])
        face /= np.linalg.norm(face, axis=1, keepdims=True)
        outdoor.scatter(collection, "rose", blooms, rng, np.array(center) + face * radii * 1.02, (0.8, 1.5), tilt=0.9)
    spike = outdoor.leaf_material("lavender", (0.16, 0.12, 0.26), (0.30, 0.24, 0.42))
    stems = outdoor.sprigs("lavender", rng, spike, 40, 0.42, 0.016, 0.007, (0.3, 0.9), 3)
    for x, y in ((-0.35, 2.6), (0.45, 2.7)):
        places = np.column_stack([rng.normal(x, 0.16, 40), rng.normal(y, 0.10, 40), np.full(40, GROUND_Z + 0.16)])
        outdoor.scatter(collection, "lavender", stems, rng, places, (0.9, 1.3), tilt=0.16)


def _hedge(collection, rng) -> None:
    """Lawn, a loose hedge and the dark behind it."""
    leaf = outdoor.leaf_material("hedge leaf", (0.04, 0.075, 0.03), (0.13, 0.19, 0.07))
    twigs = outdoor.sprigs("hedge twig", rng, leaf, 22, 0.5, 0.12, 0.06, variants=3)
    for x, y in HEDGE:
        way = rng.normal(size=(90, 3))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        outdoor.scatter(collection, "hedge", twigs, rng, np.array((x, y, 0.1)) + way * (0.9, 0.5, 1.1) * rng.uniform(0.4, 1, (90, 1)), tilt=0.8)
    lawn = Shader("lawn", roughness=0.9)
    lawn.set(color=lawn.ramp(lawn.noise(lawn.coords(), 3, 3), [(0.3, (0.09, 0.14, 0.045)), (0.7, (0.17, 0.22, 0.08))]))
    outdoor.flat(collection, "lawn", lawn.material, 14.0, (0, 10, GROUND_Z))
    back = Shader("trees", roughness=1.0)
    back.set(color=back.ramp(back.noise(back.coords(), 0.9, 3), [(0.35, (0.02, 0.035, 0.014)), (0.7, (0.13, 0.18, 0.07))]))
    room.panel(collection, "trees", (24, 5), (0, 9.5, 1.0), back.material, (np.pi / 2, 0, 0))


def _light(collection, rng, twigs) -> None:
    """Sun from the left front; a branch outside the frame dapples the table's far corners."""
    outdoor.sun(collection, "sun", SUN_FROM, 3.6, SUN_DIAMETER_DEG, KEY_COLOR)
    way = np.array(SUN_FROM)
    for x, y in ((-0.34, 0.30), (-0.28, 0.42), (-0.40, 0.14), (0.34, 0.38), (0.42, 0.26), (-0.40, -0.20), (0.40, -0.26)):
        for _ in range(3):
            spot = np.array((x, y, 0)) + rng.normal(0, 0.05, 3) + way * rng.uniform(0.9, 1.2)
            twig = twigs[rng.integers(len(twigs))]
            room.unseen(outdoor.link(collection, "branch", twig, None, tuple(spot), tuple(rng.uniform(0, 3, 3)), 0.9))
    outdoor.sky("garden sky", [(0.0, (0.12, 0.14, 0.10)), (0.5, (0.60, 0.68, 0.70)), (0.75, (0.80, 0.92, 1.0))], 0.75,
                glows=(((0.1, -0.8, 0.6), (0.9, 0.94, 1.0), 2.0),))
