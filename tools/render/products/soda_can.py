"""SODA-CAN: 330 ml aluminium can, printed over bare metal, lid with ring pull."""

import math
import random

from ..labels import Artwork, wrap_coords
from ..mesh import bevel, lathe, loft, tube
from ..nodes import Shader
from ..studio import Setup

SKU = "SODA-CAN"
TITLE = "Mellow Peak Yuzu & Ginger Sparkling Soda 330 ml"
CATEGORY = "food"
SETUP = Setup(
    size=(1360, 1700),
    key_side="right",
    pitch_deg=14.0,
    fill_frame=0.76,
    sweep_tone=243,
    sweep_cast=(0.985, 0.992, 1.0),
    falloff=0.30,
    exposure=1.0,
    flags=True,
    rim=5.0,
    key=11.0,
    key_size=0.95,
    key_stretch=2.2,
    key_height=1.35,
    fill=3.0,
)

RADIUS = 0.0331
LABEL_LOW, LABEL_HIGH = 0.0085, 0.1040
LID_Z = 0.1116
BODY = [
    (0.0, 0.0100),
    (0.018, 0.0065, 0.012),
    (0.0232, 0.0006, 0.0012),
    (0.0245, 0.0, 0.0008),
    (0.0258, 0.0012, 0.002),
    (RADIUS, 0.0105, 0.007),
    (RADIUS, 0.0985, 0.010),
    (0.0268, 0.1090, 0.004),
    (0.0262, 0.1115, 0.0012),
    (0.0273, 0.1128, 0.0006),
    (0.0273, 0.1150, 0.0007),
    (0.0261, 0.1150, 0.0006),
    (0.0258, 0.1128, 0.0008),
    (0.0244, LID_Z - 0.0012, 0.0006),
    (0.0234, LID_Z - 0.0012, 0.0006),
    (0.0228, LID_Z, 0.0005),
    (0.0, LID_Z),
]
NIGHT, CREAM, YUZU, CORAL, LEAF = (22, 58, 74), (248, 240, 222), (246, 196, 58), (232, 104, 78), (70, 128, 96)


def artwork():
    """Full wrap: hills, a yuzu sun and type; the front is at the middle of the sheet."""
    width, height = 2000 * math.pi * RADIUS, 1000 * (LABEL_HIGH - LABEL_LOW)
    sheet = Artwork(width, height, NIGHT, dots_per_mm=18)
    middle = width / 2
    sheet.circle(middle, 45, 23.5, YUZU)
    _segments(sheet, middle, 45, 21.0)
    for base, amplitude, color, phase in (
        (58, 5.5, CORAL, 0.2),
        (66, 5.0, LEAF, 1.7),
        (74.5, 3.2, CREAM, 3.4),
    ):
        crest = [
            (
                width * i / 160,
                base
                + amplitude * math.sin(2 * math.pi * 3 * i / 160 + phase)
                + 0.35 * amplitude * math.sin(2 * math.pi * 7 * i / 160 + 2 * phase),
            )
            for i in range(161)
        ]
        sheet.polygon([*crest, (width, height), (0, height)], color)
    _bubbles(sheet, width)
    sheet.text(middle, 13.5, "MELLOW PEAK", 6.6, CREAM, weight="Black", tracking=0.05)
    sheet.text(middle, 18.2, "SPARKLING MOUNTAIN SODA", 2.1, YUZU, weight="SemiBold", tracking=0.22)
    sheet.text(middle, 84.5, "YUZU & GINGER", 4.6, NIGHT, weight="ExtraBold", tracking=0.06)
    sheet.text(middle, 88.6, "lightly sweet \u00b7 330 ml", 2.3, NIGHT, weight="Medium", tracking=0.04)
    _back(sheet, middle - 56)
    _back(sheet, middle + 56)
    return sheet


def _segments(sheet, x, y, radius):
    """The cut face of a citrus fruit."""
    sheet.circle(x, y, radius, CREAM)
    for slice_ in range(10):
        start, end = (2 * math.pi * (slice_ + share) / 10 for share in (0.07, 0.93))
        arc = [start + (end - start) * i / 12 for i in range(13)]
        rim = [(x + 0.93 * radius * math.cos(a), y + 0.93 * radius * math.sin(a)) for a in arc]
        core = (start + end) / 2
        sheet.polygon([(x + 0.16 * radius * math.cos(core), y + 0.16 * radius * math.sin(core)), *rim], YUZU)


def _bubbles(sheet, width):
    chance = random.Random(7)
    for _ in range(130):
        x, y = chance.uniform(0, width), chance.uniform(4, 58)
        if math.hypot(x - width / 2, y - 45) > 26 and not (abs(x - width / 2) < 30 and y < 22):
            sheet.circle(x, y, chance.choice((0.35, 0.5, 0.5, 0.8, 1.2)), outline=CREAM, line=0.22)


def _back(sheet, x):
    sheet.rectangle(x - 16, 24, 32, 43, CREAM, radius=1.5)
    sheet.text(x, 29.2, "NUTRITION per 100 ml", 2.0, NIGHT, weight="Bold")
    rows = (
        ("Energy", "82 kJ / 19 kcal"),
        ("Fat", "0 g"),
        ("Carbohydrate", "4.6 g"),
        ("of which sugars", "4.5 g"),
        ("Protein", "0 g"),
        ("Salt", "0.01 g"),
    )
    for row, (name, amount) in enumerate(rows):
        y = 33 + 2.9 * row
        sheet.text(x - 14, y, name, 1.7, NIGHT, align="left")
        sheet.text(x + 14, y, amount, 1.7, NIGHT, align="right", weight="Medium")
        sheet.rule(x - 14, y + 0.8, x + 14, y + 0.8, NIGHT, 0.12)
    sheet.barcode(x - 12, 51.5, 24, 11.5, "4 069812 330174")


def printed_metal():
    """Translucent inks and varnish over brushed aluminium inside the printed band, bare metal outside."""
    shader = Shader("can", metallic=1.0)
    height = LABEL_HIGH - LABEL_LOW
    sheet = wrap_coords(shader, RADIUS, LABEL_LOW, 2 * math.pi * RADIUS, height)
    ink = shader.image(artwork().texture("mellow-peak"), sheet, "EXTEND").outputs["Color"]
    z = shader.separate(shader.coords())[2]
    band = shader.math(
        "MULTIPLY", shader.math("GREATER_THAN", z, LABEL_LOW), shader.math("LESS_THAN", z, LABEL_HIGH)
    )
    streaks = shader.noise(shader.coords(scale=(60, 60, 2600)), detail=3)
    bare = shader.ramp(streaks, [(0.3, 0.72), (0.7, 0.80)])
    shader.set(
        color=shader.mix(band, bare, ink),
        metallic=shader.mix_value(band, 1.0, 0.42),
        roughness=shader.mix_value(band, shader.remap(streaks, 0.20, 0.30), 0.30),
        coat=shader.mix_value(band, 0.0, 0.8),
        coat_roughness=0.09,
    )
    dents = shader.noise(shader.coords(), scale=26, detail=1)
    shader.bump(dents, strength=0.12, distance=0.0012)
    return shader.material


def lid_metal():
    shader = Shader("lid", color=(0.78, 0.78, 0.77), metallic=1.0)
    shader.vary_roughness(0.18, 0.30, scale=300)
    return shader.material


def ring_pull(collection, material):
    """Tab riveted at the middle: a flat ring lifted at its finger end, with a filled nose."""
    z = LID_Z + 0.0011
    outer = [
        (0.0074 * math.cos(a), -0.001 + 0.0118 * math.sin(a), z + 0.0007 * max(math.sin(a), 0))
        for a in (2 * math.pi * i / 24 for i in range(24))
    ]
    ring = tube("ring", outer, 0.00075, collection, material, cyclic=True, resolution=4)
    nose = [
        [
            (0.0058 * math.cos(a), -0.0045 + 0.0062 * math.sin(a), z + dz)
            for a in (2 * math.pi * i / 32 for i in range(32))
        ]
        for dz in (-0.0004, 0.0004)
    ]
    plate = bevel(loft("nose", nose, collection, material), 0.0003)
    rivet = lathe(
        "rivet",
        [(0, LID_Z), (0.0022, LID_Z), (0.0021, z + 0.0011, 0.0006), (0, z + 0.0011)],
        collection,
        material,
    )
    score = tube(
        "score",
        [
            (0.0095 * math.cos(a), -0.0105 + 0.0085 * math.sin(a), LID_Z + 0.0001)
            for a in (2 * math.pi * i / 24 for i in range(24))
        ],
        0.00025,
        collection,
        material,
        cyclic=True,
    )
    return ring, plate, rivet, score


def build(collection):
    lathe("can", BODY, collection, printed_metal(), segments=192)
    for part in ring_pull(collection, lid_metal()):
        part.rotation_euler[2] = math.radians(152)
