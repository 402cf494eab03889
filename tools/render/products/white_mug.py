"""WHITE-MUG: glazed porcelain mug with a handle on the right."""

import math

from ..mesh import bar, lathe
from ..nodes import Shader
from ..studio import Setup

SKU = "WHITE-MUG"
TITLE = "Hearth & Lane White Porcelain Mug 350 ml"
CATEGORY = "kitchen"
SETUP = Setup(
    size=(1600, 1600),
    key_side="left",
    pitch_deg=9.5,
    fill_frame=0.70,
    sweep_tone=244,
    sweep_cast=(1.0, 0.997, 0.99),
    exposure=0.86,
    flags=True,
    fill=1.4,
    ambient=0.15,
)

PROFILE = [
    (0.0, 0.004),
    (0.024, 0.004, 0.002),
    (0.0265, 0.0, 0.0015),
    (0.029, 0.0, 0.0012),
    (0.0305, 0.004, 0.003),
    (0.0375, 0.011, 0.012),
    (0.0415, 0.030, 0.04),
    (0.0425, 0.094, 0.0016),
    (0.0395, 0.0945, 0.0016),
    (0.0385, 0.030, 0.03),
    (0.034, 0.011, 0.012),
    (0.0, 0.008),
]
HANDLE_PATH = [
    (0.0396, 0.0765),
    (0.0445, 0.0785),
    (0.0515, 0.0800),
    (0.0620, 0.0755),
    (0.0690, 0.0630),
    (0.0680, 0.0490),
    (0.0600, 0.0370),
    (0.0500, 0.0300),
    (0.0440, 0.0276),
    (0.0385, 0.0262),
]
HANDLE_SIZES = [
    (0.0215, 0.0172),
    (0.0168, 0.0120),
    (0.0148, 0.0098),
    (0.0140, 0.0088),
    (0.0138, 0.0086),
    (0.0136, 0.0086),
    (0.0138, 0.0088),
    (0.0148, 0.0096),
    (0.0168, 0.0116),
    (0.0215, 0.0165),
]
TURN = math.radians(-14)


def glaze():
    shader = Shader(
        "glaze",
        color=(0.83, 0.825, 0.80),
        roughness=0.12,
        coat=0.6,
        coat_roughness=0.04,
        ior=1.5,
        subsurface=0.05,
        subsurface_scale=0.004,
    )
    slow = shader.noise(shader.coords(), scale=28, detail=2)
    shader.bump(slow, strength=0.25, distance=0.0006)
    shader.set(roughness=shader.remap(slow, 0.10, 0.20))
    return shader.material


def build(collection):
    material = glaze()
    body = lathe("body", PROFILE, collection, material)
    handle = bar("handle", HANDLE_PATH, HANDLE_SIZES, collection, material, count=72, roundness=0.5)
    for part in (body, handle):
        part.rotation_euler[2] = TURN
