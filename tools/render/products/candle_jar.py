"""CANDLE-JAR: soy candle in a matte white ceramic vessel, its white lid beside it: white on an off-white ground."""

import math

import bpy  # noqa: F401 - makes mathutils importable
from mathutils import Matrix

from ..labels import Artwork
from ..mesh import lathe, tube
from ..nodes import Shader, plain
from ..studio import Setup
from .wraps import wrapped_label

SKU = "CANDLE-JAR"
TITLE = "Maren & Oud white fig soy candle 220 g"
CATEGORY = "home"
SETUP = Setup(
    size=(1600, 1600),
    key_side="left",
    pitch_deg=12.0,
    fill_frame=0.70,
    height_m=0.105,
    sweep_tone=240,
    sweep_cast=(1.0, 0.984, 0.955),
    falloff=0.36,
    exposure=0.78,
    key=8.0,
    fill=3.2,
    ambient=0.15,
    flags=True,
    samples=12,
)

RADIUS, HEIGHT, WALL = 0.0410, 0.0920, 0.0036
WAX_Z = 0.0745
LABEL = (0.0500, 0.0400)
LABEL_LOW = 0.0235
INK = (58, 54, 50)
LID_RADIUS, LID_THICK = 0.0425, 0.0075
LID_LEAN, LID_BEARING = math.radians(69), math.radians(-40)  # from the ground; where it stands, seen from the jar
LID_AWAY = 0.0545  # its middle from the jar's axis: the top of its rim touches the wall

VESSEL = [
    (0.0, 0.0030),
    (0.0330, 0.0030, 0.001),
    (0.0345, 0.0, 0.001),
    (0.0372, 0.0, 0.0014),
    (RADIUS, 0.0052, 0.0040),
    (RADIUS, HEIGHT, 0.0016),
    (RADIUS - WALL, HEIGHT, 0.0016),
    (RADIUS - WALL, 0.0100, 0.006),
    (0.0, 0.0085),
]
WAX = [
    (0.0, WAX_Z - 0.0006),
    (0.0060, WAX_Z - 0.0004, 0.004),
    (0.0180, WAX_Z, 0.010),
    (RADIUS - WALL - 0.0022, WAX_Z, 0.002),
    (RADIUS - WALL + 0.0001, WAX_Z + 0.0014),
]
LID = [
    (0.0, 0.0),
    (LID_RADIUS - 0.0068, 0.0, 0.0008),
    (LID_RADIUS - 0.0060, 0.0032, 0.0008),
    (LID_RADIUS, 0.0032, 0.0008),
    (LID_RADIUS, LID_THICK, 0.0018),
    (0.0135, LID_THICK, 0.0016),
    (0.0110, LID_THICK - 0.0016, 0.0012),
    (0.0, LID_THICK - 0.0020),
]


def artwork():
    """A plain label: three lines, a hairline frame and the weight."""
    width, height = LABEL[0] * 1000, LABEL[1] * 1000
    sheet = Artwork(width, height, (246, 244, 239), 30)
    sheet.rectangle(1.6, 1.6, width - 3.2, height - 3.2, outline=INK, line=0.16)
    middle = width / 2
    sheet.text(middle, 8.2, "MAREN & OUD", 2.1, INK, weight="Medium", tracking=0.32)
    sheet.rule(middle - 4, 11.3, middle + 4, 11.3, INK, 0.14)
    sheet.text(middle, 19.6, "White Fig", 6.8, INK, "serif", "Regular")
    sheet.text(middle, 24.6, "cedar, milk & green leaf", 2.3, INK, "serif", "Light", tracking=0.04)
    sheet.text(middle, 32.4, "HAND-POURED SOY CANDLE", 1.35, INK, weight="Medium", tracking=0.22)
    sheet.text(middle, 35.4, "220 g \u00b7 7.7 oz \u00b7 50 h", 1.35, INK, weight="Regular", tracking=0.16)
    return sheet


def bisque():
    """Unglazed porcelain: throwing lines, fine grain, a few pinholes."""
    s = Shader("bisque", specular=0.35, subsurface=0.06, subsurface_scale=0.003)
    at = s.coords()
    cloud = s.noise(at, scale=32, detail=4)
    pits = s.ramp(s.voronoi(at, scale=260), [(0.035, 0.0), (0.075, 1.0)])
    s.set(color=s.ramp(cloud, [(0.3, (0.80, 0.79, 0.765)), (0.7, (0.845, 0.836, 0.812))]))
    s.set(roughness=s.remap(cloud, 0.42, 0.58, 0.3, 0.7))
    s.bump(s.noise(s.coords(scale=(6, 6, 520)), detail=3), strength=0.16, distance=0.0005)
    s.bump(s.noise(at, scale=1400, detail=3), strength=0.14, distance=0.0003)
    s.bump(pits, strength=0.10, distance=0.0002)
    return s.material


def wax():
    s = Shader("soy wax", color=(0.80, 0.77, 0.69), specular=0.4, subsurface=0.5, subsurface_scale=0.006)
    frost = s.noise(s.coords(), scale=160, detail=5)
    s.set(roughness=s.remap(frost, 0.32, 0.50, 0.3, 0.7))
    s.bump(frost, strength=0.10, distance=0.0006)
    return s.material


def paper():
    s = Shader("label paper", roughness=0.74, specular=0.25)
    s.set(color=s.image(artwork().texture("white fig"), s.coords("UV")).outputs["Color"])
    s.bump(s.noise(s.coords(), scale=2200, detail=4), strength=0.22, distance=0.0002)
    return s.material


def build(collection):
    ceramic = bisque()
    lathe("vessel", VESSEL, collection, ceramic, segments=192)
    lathe("wax", WAX, collection, wax(), segments=128)
    lean = [(0.0004, 0.0002, WAX_Z - 0.003), (0.0006, 0.0, WAX_Z + 0.004), (0.0016, -0.0004, WAX_Z + 0.0095)]
    tube("wick", lean, 0.0011, collection, plain("wick cotton", (0.66, 0.60, 0.50), 0.9))
    wrapped_label(collection, "label", RADIUS, LABEL_LOW, LABEL, paper(), corner=0.0008, turn=math.radians(-13))
    lid = lathe("lid", LID, collection, ceramic, segments=160)
    rise = LID_RADIUS * math.sin(LID_LEAN) - 0.0028 * math.cos(LID_LEAN)
    lid.matrix_world = (
        Matrix.Translation((LID_AWAY * math.cos(LID_BEARING), LID_AWAY * math.sin(LID_BEARING), rise))
        @ Matrix.Rotation(LID_BEARING + math.pi / 2, 4, "Z")
        @ Matrix.Rotation(LID_LEAN, 4, "X")
    )
