"""PUMP-BOTTLE: matte terracotta skincare bottle, silk-screened label, ivory lotion pump."""

import math

from ..labels import Artwork, wrap_coords
from ..mesh import lathe, loft, rounded_rectangle
from ..nodes import Shader, plain
from ..studio import Setup

SKU = "PUMP-BOTTLE"
TITLE = "Solenne Restoring Body Lotion 250 ml"
CATEGORY = "beauty"
SETUP = Setup(
    size=(1360, 1700),
    key_side="left",
    pitch_deg=7.0,
    fill_frame=0.78,
    sweep_tone=245,
    sweep_cast=(1.0, 0.993, 0.982),
    falloff=0.34,
    exposure=0.90,
    rim=4.0,
    flags=True,
)

RADIUS = 0.0285
BODY_TOP = 0.128
INK = (246, 235, 218)
LABEL_MM = (52, 100)
LABEL_LOW = 0.014
NOZZLE_TURN = math.radians(-24)

BODY = [
    (0.0, 0.0022),
    (0.019, 0.0022, 0.003),
    (0.0235, 0.0, 0.002),
    (RADIUS, 0.0, 0.0042),
    (RADIUS, BODY_TOP, 0.0075),
    (0.0135, BODY_TOP + 0.0022, 0.002),
    (0.0128, BODY_TOP + 0.006),
    (0.0, BODY_TOP + 0.006),
]
COLLAR = [
    (0.0, 0.1315),
    (0.0146, 0.1315, 0.0006),
    (0.0150, 0.1322, 0.0004),
    (0.0150, 0.1450, 0.0012),
    (0.0118, 0.1462, 0.0008),
    (0.0105, 0.1466, 0.0006),
    (0.0078, 0.1500, 0.0022),
    (0.0062, 0.1508, 0.0008),
    (0.0058, 0.1496),
    (0.0, 0.1496),
]
STEM = [(0.0, 0.148), (0.0042, 0.148), (0.0042, 0.1645), (0.0, 0.1645)]
HEAD = [
    (0.0, 0.1612),
    (0.0040, 0.1612),
    (0.0046, 0.1600, 0.0004),
    (0.0118, 0.1600, 0.0010),
    (0.0124, 0.1695, 0.0024),
    (0.0104, 0.1728, 0.0024),
    (0.0, 0.1712),
]
COLLAR_RIBS = 72


def artwork():
    sheet = Artwork(*LABEL_MM, dots_per_mm=26)
    middle = LABEL_MM[0] / 2
    sheet.circle(middle, 14.5, 4.3, outline=INK, line=0.28)
    sheet.curve(
        [(middle - 4.3, 15.2), (middle - 2, 14.1), (middle, 15.0), (middle + 2, 14.1), (middle + 4.3, 15.2)],
        INK,
        0.25,
    )
    for ray in range(7):
        angle = math.pi * (0.18 + 0.64 * ray / 6)
        dx, dy = math.cos(angle), -math.sin(angle)
        sheet.rule(middle + 1.6 * dx, 13.9 + 1.6 * dy, middle + 3.1 * dx, 13.9 + 3.1 * dy, INK, 0.22)
    sheet.text(middle, 31.5, "Solenne", 9.6, INK, "serif", "Regular", tracking=0.01)
    sheet.text(middle, 36.0, "APOTHECARY OF THE SOUTH", 1.75, INK, weight="Medium", tracking=0.24)
    sheet.rule(middle - 9, 42.2, middle + 9, 42.2, INK, 0.18)
    sheet.text(middle, 50.5, "RESTORING", 3.5, INK, weight="Medium", tracking=0.2)
    sheet.text(middle, 55.5, "BODY LOTION", 3.5, INK, weight="Medium", tracking=0.2)
    sheet.text(middle, 61.2, "fig milk, oat & sweet almond", 2.75, INK, "serif", "Regular", tracking=0.02)
    notes = [
        "A slow-absorbing daily lotion for dry and",
        "sensitive skin. Warm between the palms,",
        "then smooth over arms, legs and neck.",
    ]
    sheet.paragraph(middle, 72.5, notes, 1.72, INK, leading=1.5, weight="Regular", tracking=0.03)
    sheet.rule(middle - 19, 85.3, middle + 19, 85.3, INK, 0.16)
    sheet.text(middle - 19, 89.2, "250 ml", 2.2, INK, weight="Medium", align="left", tracking=0.04)
    sheet.text(middle, 89.2, "N\u00ba 04", 2.2, INK, "serif", "Regular", tracking=0.05)
    sheet.text(middle + 19, 89.2, "8.45 fl oz", 2.2, INK, weight="Medium", align="right", tracking=0.04)
    return sheet


def body_material():
    """Soft-touch lacquer: fine orange peel, uneven gloss, slightly raised glossier ink."""
    shader = Shader("lacquer", ior=1.46, specular=0.42)
    width, height = (side / 1000 for side in LABEL_MM)
    ink = shader.image(
        artwork().texture("solenne"), wrap_coords(shader, RADIUS, LABEL_LOW, width, height), "CLIP"
    )
    peel = shader.noise(shader.coords(), scale=1500, detail=2)
    cloud = shader.noise(shader.coords(), scale=45, detail=5)
    coat = shader.ramp(cloud, [(0.3, (0.345, 0.112, 0.066)), (0.7, (0.378, 0.126, 0.074))])
    mask = ink.outputs["Alpha"]
    shader.set(
        color=shader.mix(mask, coat, ink.outputs["Color"]),
        roughness=shader.mix_value(mask, shader.remap(cloud, 0.36, 0.46, 0.3, 0.7), 0.33),
    )
    shader.bump(peel, strength=0.12, distance=0.00006)
    shader.bump(mask, strength=0.25, distance=0.00005)
    return shader.material


def ribbed(angle, radius, z):
    """Grip ribs on the straight part of the collar."""
    if radius < 0.0149:
        return radius
    return radius - 0.00022 * (0.5 - 0.5 * math.cos(COLLAR_RIBS * angle)) ** 2


def nozzle(collection, material):
    """Spout lofted from the head outward, drooping to a cut tip with a dark orifice."""
    path = [
        (0.000, 0.1668, 0.0180, 0.0110, 0),
        (0.011, 0.1668, 0.0150, 0.0102, 0),
        (0.021, 0.1668, 0.0104, 0.0082, 2),
        (0.030, 0.1664, 0.0076, 0.0064, 8),
        (0.0345, 0.1655, 0.0070, 0.0058, 24),
        (0.0372, 0.1636, 0.0066, 0.0054, 48),
        (0.0384, 0.1612, 0.0062, 0.0052, 68),
    ]
    sections = [_section(x, z, width, height, droop) for x, z, width, height, droop in path]
    spout = loft("spout", sections, collection, material)
    x, z, width, height, droop = path[-1]
    hole = [
        _section(x + 0.0001, z - 0.00012, width * 0.45, height * 0.45, droop),
        _section(x + 0.00012, z - 0.00016, width * 0.44, height * 0.44, droop),
    ]
    orifice = loft("orifice", hole, collection, plain("bore", (0.05, 0.045, 0.04), 0.6))
    return spout, orifice


def _section(x, z, width, height, droop_deg):
    """Rounded rectangle across the spout's path (along +x), tilted downward by the droop."""
    tilt = math.radians(droop_deg)
    outline = rounded_rectangle(width, height, height * 0.42)
    return [(x + up * math.sin(tilt), across, z + up * math.cos(tilt)) for across, up in outline]


def build(collection):
    lathe("body", BODY, collection, body_material(), segments=192)
    ivory = plain("ivory", (0.78, 0.72, 0.62), 0.34, subsurface=0.15, subsurface_scale=0.002)
    lathe("collar", COLLAR, collection, ivory, segments=COLLAR_RIBS * 8, radius_at=ribbed)
    lathe("stem", STEM, collection, ivory, segments=64)
    parts = [lathe("head", HEAD, collection, ivory, segments=96), *nozzle(collection, ivory)]
    for part in parts:
        part.rotation_euler[2] = NOZZLE_TURN
