"""MOKA-POT: faceted polished aluminium stovetop pot with black bakelite handle and knob."""

import math

from ..labels import Artwork
from ..mesh import bar, lathe, rounded_box, tube
from ..nodes import Shader
from ..studio import Setup

SKU = "MOKA-POT"
TITLE = "Officina Bruna Stovetop Moka Pot, 6 Cups"
CATEGORY = "kitchen"
SETUP = Setup(
    size=(1600, 1600),
    key_side="left",
    pitch_deg=8.5,
    fill_frame=0.74,
    sweep_tone=242,
    sweep_cast=(0.996, 0.998, 1.0),
    falloff=0.36,
    exposure=0.86,
    flags=True,
    key_size=1.5,
    key=9.0,
    fill=4.0,
    top=2.4,
    ambient=0.10,
    rim=5.0,
    cards=(((0.42, -1.7, 0.02), (0.42, -1.7, 2.0), 0.55, 2.2),),
)

ALUMINIUM, STAMP_SHADE = (0.83, 0.82, 0.80), (0.50, 0.49, 0.47)
STAMP_SIZE, STAMP_LOW = (0.026, 0.023), 0.024
SIDES = 8
EDGE_SHARPNESS = 90  # exponent of the rounded octagon; higher is sharper
TURN = math.radians(-12)
SPOUT_ANGLE = math.pi / 2  # lathe angle of -x
# fmt: off
BOILER = [
    (0.0, 0.0015), (0.036, 0.0015, 0.002), (0.041, 0.0, 0.002), (0.0465, 0.0, 0.0022),
    (0.0470, 0.004, 0.002), (0.0395, 0.0715, 0.0015), (0.0385, 0.0745, 0.001), (0.0375, 0.0752),
    (0.0, 0.0752),
]
JOINT = [
    (0.0, 0.0750), (0.0372, 0.0750, 0.0006), (0.0376, 0.0792, 0.0006), (0.0364, 0.0797, 0.0004),
    (0.0364, 0.0806, 0.0004), (0.0382, 0.0811, 0.0008), (0.0382, 0.0862, 0.0012), (0.0360, 0.0880, 0.0015),
    (0.0, 0.0880),
]
COLLECTOR = [
    (0.0, 0.0870), (0.0345, 0.0870, 0.001), (0.0352, 0.0900, 0.003), (0.0455, 0.1530, 0.001),
    (0.0465, 0.1560, 0.0008), (0.0465, 0.1572, 0.0005), (0.0440, 0.1572, 0.0004), (0.0, 0.1560),
]
LID = [
    (0.0, 0.1576), (0.0458, 0.1576, 0.0004), (0.0468, 0.1586, 0.0006), (0.0466, 0.1602, 0.0008),
    (0.0300, 0.1668, 0.004), (0.0120, 0.1712, 0.002), (0.0095, 0.1722, 0.0006), (0.0, 0.1722),
]
KNOB = [
    (0.0, 0.1715), (0.0062, 0.1715, 0.0004), (0.0068, 0.1740, 0.001), (0.0082, 0.1790, 0.003),
    (0.0112, 0.1880, 0.002), (0.0112, 0.1915, 0.0016), (0.0085, 0.1937, 0.002), (0.0, 0.1940),
]
HANDLE_PATH = [
    (0.0430, 0.1490), (0.0560, 0.1540), (0.0720, 0.1560), (0.0815, 0.1500), (0.0850, 0.1300),
    (0.0840, 0.1050), (0.0815, 0.0830),
]
HANDLE_SIZES = [
    (0.0130, 0.0120), (0.0130, 0.0115), (0.0140, 0.0110), (0.0155, 0.0115), (0.0165, 0.0125),
    (0.0165, 0.0125), (0.0150, 0.0110),
]
# fmt: on


def octagon(angle):
    """Radius factor of a softly cornered octagon whose inscribed circle is 1."""
    total = sum(max(math.cos(angle - 2 * math.pi * k / SIDES), 0.0) ** EDGE_SHARPNESS for k in range(SIDES))
    return total ** (-1 / EDGE_SHARPNESS)


def smoothstep(low, high, value):
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def facet(angle, radius, amount):
    return radius * (1 + (octagon(angle) - 1.02) * amount)


def boiler_radius(angle, radius, z):
    return facet(angle, radius, 1 - smoothstep(0.070, 0.0748, z))


def collector_radius(angle, radius, z):
    """Facets above the round waist, and the pouring spout on the left."""
    off = abs((angle - SPOUT_ANGLE + math.pi) % (2 * math.pi) - math.pi)
    spout = max(0.0, 1 - off / 0.40) ** 1.25 * 0.0165 * smoothstep(0.104, 0.156, z)
    inner = smoothstep(0.030, 0.044, radius)
    return facet(angle, radius, smoothstep(0.089, 0.096, z)) + spout * inner


def lid_radius(angle, radius, z):
    return facet(angle, radius, smoothstep(0.008, 0.016, radius))


def stamp():
    """Maker's mark, white on black, pressed into the front facet of the boiler."""
    sheet = Artwork(*(side * 1000 for side in STAMP_SIZE), (0, 0, 0), dots_per_mm=30)
    x, white = STAMP_SIZE[0] * 500, (255, 255, 255)
    sheet.circle(x, 5.2, 3.6, outline=white, line=0.45)
    sheet.text(x, 6.9, "B", 5.0, white, "serif", "Bold")
    sheet.text(x, 13.2, "OFFICINA", 3.2, white, weight="SemiBold", tracking=0.16)
    sheet.text(x, 17.2, "BRUNA", 3.2, white, weight="SemiBold", tracking=0.16)
    sheet.text(x, 21.2, "6 CUPS", 2.1, white, weight="Medium", tracking=0.2)
    return sheet


def press_stamp(shader, gloss):
    """Engrave the stamp by its projection onto the facet that faces -y."""
    x, y, z = shader.separate(shader.coords())[:3]
    across = shader.math("ADD", shader.math("DIVIDE", x, STAMP_SIZE[0]), 0.5)
    up = shader.math("DIVIDE", shader.math("SUBTRACT", z, STAMP_LOW), STAMP_SIZE[1])
    where = shader.node("ShaderNodeCombineXYZ", {0: across, 1: up}).outputs[0]
    ink = shader.image(stamp().texture("stamp"), where, "CLIP", raw=True).outputs["Color"]
    mark = shader.math("MULTIPLY", ink, shader.math("LESS_THAN", y, 0.0))
    shader.bump(shader.math("SUBTRACT", 1.0, mark), strength=0.8, distance=0.0004)
    shader.set(color=shader.mix(mark, ALUMINIUM, STAMP_SHADE), roughness=shader.mix_value(mark, gloss, 0.4))


def aluminium(stamped=False):
    """Machine-polished casting: fine vertical brushing, faint ripple, smudges in the gloss."""
    shader = Shader("aluminium", color=ALUMINIUM, metallic=1.0)
    brushing = shader.noise(shader.coords(scale=(900, 900, 30)), detail=4, roughness=0.6)
    smudge = shader.noise(shader.coords(), scale=34, detail=5, roughness=0.6)
    ripple = shader.noise(shader.coords(), scale=55, detail=1)
    gloss = shader.math(
        "ADD", shader.remap(smudge, 0.10, 0.22, 0.3, 0.7), shader.remap(brushing, -0.02, 0.03, 0.3, 0.7)
    )
    shader.set(roughness=gloss)
    shader.bump(ripple, strength=0.10, distance=0.0010)
    shader.bump(brushing, strength=0.05, distance=0.0001)
    if stamped:
        press_stamp(shader, gloss)
    return shader.material


def bakelite():
    shader = Shader("bakelite", color=(0.013, 0.012, 0.012), ior=1.55)
    smudge = shader.vary_roughness(0.20, 0.36, scale=60)
    shader.bump(smudge, strength=0.08, distance=0.0004)
    return shader.material


def brass():
    shader = Shader("brass", color=(0.72, 0.50, 0.22), metallic=1.0)
    shader.vary_roughness(0.18, 0.32, scale=200)
    return shader.material


def valve(collection):
    """Safety valve on a boiler facet toward the camera."""
    metal = brass()
    hexagon = lathe(
        "valve nut",
        [(0, 0), (0.0052, 0, 0.0003), (0.0052, 0.0028, 0.0006), (0, 0.0030)],
        collection,
        metal,
        segments=6,
    )
    stem = lathe(
        "valve stem",
        [
            (0, 0.0028),
            (0.0032, 0.0028, 0.0003),
            (0.0030, 0.0052, 0.0008),
            (0.0009, 0.0056, 0.0004),
            (0.0008, 0.0040),
            (0, 0.0040),
        ],
        collection,
        metal,
        segments=48,
    )
    angle = math.radians(45) + TURN
    reach = 0.0402
    for part in (hexagon, stem):
        part.location = (reach * math.sin(angle), -reach * math.cos(angle), 0.056)
        part.rotation_euler = (math.radians(90 - 6), 0, angle)
    return hexagon, stem


def hinge(collection, metal):
    """Lid hinge: lugs, barrel and pin above the handle root."""
    lug = rounded_box("lug", (0.012, 0.0150, 0.0040), collection, metal, 0.001, location=(0.0510, 0, 0.1585))
    pin = tube(
        "pin",
        [(0.0550, -0.0095, 0.1606), (0.0550, 0.0095, 0.1606)],
        0.0016,
        collection,
        metal,
        smooth_path=False,
    )
    return lug, pin


def build(collection):
    metal, black = aluminium(), bakelite()
    parts = [
        lathe("boiler", BOILER, collection, aluminium(stamped=True), segments=320, radius_at=boiler_radius),
        lathe("joint", JOINT, collection, metal, segments=192),
        lathe("collector", COLLECTOR, collection, metal, segments=320, radius_at=collector_radius),
        lathe("lid", LID, collection, metal, segments=320, radius_at=lid_radius),
        lathe("knob", KNOB, collection, black, segments=96),
        bar("handle", HANDLE_PATH, HANDLE_SIZES, collection, black, count=64),
        *hinge(collection, metal),
    ]
    for part in parts:
        part.rotation_euler[2] = TURN
    valve(collection)
