"""GOOSENECK-KETTLE: pour-over kettle in gloss black enamel with a brass knob: black that mirrors the whole studio."""

import math

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import fillet, lathe
from ..nodes import Shader, plain
from ..studio import Setup
from . import shapes, surfaces
from .lettering import lettering

SKU = "GOOSENECK-KETTLE"
TITLE = "Brant pour-over kettle, gloss black, 0.9 l"
CATEGORY = "kitchen"
SETUP = Setup(
    size=(1600, 1280),
    key_side="left",
    pitch_deg=8.0,
    fill_frame=0.80,
    sweep_tone=243,
    sweep_cast=(0.996, 0.999, 1.0),
    falloff=0.36,
    key=10.0,
    key_size=0.9,
    key_stretch=2.1,
    key_height=1.3,
    fill=3.2,
    rim=5.0,
    samples=18,
)

TURN = math.radians(-12)
BODY = [
    (0.0, 0.0018),
    (0.066, 0.0018, 0.001),
    (0.070, 0.0, 0.001),
    (0.0775, 0.0, 0.0030),
    (0.0790, 0.0070, 0.0060),
    (0.0585, 0.1020, 0.0100),
    (0.0480, 0.1110, 0.0040),
    (0.0462, 0.1122, 0.0012),
    (0.0440, 0.1122),
    (0.0, 0.1122),
]
LID = [
    (0.0, 0.1118),
    (0.0468, 0.1118, 0.0006),
    (0.0472, 0.1136, 0.0008),
    (0.0440, 0.1160, 0.0030),
    (0.0150, 0.1212, 0.0200),
    (0.0, 0.1216),
]
KNOB = [
    (0.0, 0.1200),
    (0.0062, 0.1204, 0.0010),
    (0.0052, 0.1262, 0.0030),
    (0.0098, 0.1320, 0.0030),
    (0.0104, 0.1358, 0.0022),
    (0.0, 0.1376),
]
SPOUT = [  # x, z, radius
    (0.062, 0.0230, 0.0150),
    (0.082, 0.0235, 0.0125),
    (0.100, 0.0290, 0.0105),
    (0.1125, 0.0430, 0.0092),
    (0.1150, 0.0640, 0.0082),
    (0.1150, 0.0860, 0.0074),
    (0.1200, 0.1070, 0.0066),
    (0.1340, 0.1215, 0.0059),
    (0.1520, 0.1240, 0.0054),
    (0.1655, 0.1165, 0.0050),
]
HANDLE = [  # x, z, across, thickness
    (-0.0520, 0.0940, 0.0150, 0.0095),
    (-0.0640, 0.1030, 0.0155, 0.0098),
    (-0.0800, 0.1130, 0.0170, 0.0104),
    (-0.1010, 0.1200, 0.0190, 0.0114),
    (-0.1240, 0.1140, 0.0205, 0.0130),
    (-0.1350, 0.0940, 0.0215, 0.0145),
    (-0.1345, 0.0660, 0.0210, 0.0142),
    (-0.1265, 0.0420, 0.0185, 0.0120),
]
SOCKET = (0.045, 0.165)  # shares of the handle's length that the enameled socket holds


def enamel():
    """Fired gloss enamel: long waves, fine orange peel, a film of dust and faint wipe marks."""
    s = Shader("gloss enamel", color=(0.0065, 0.0065, 0.007), specular=0.5, coat=0.4, coat_roughness=0.03)
    at = s.coords()
    film = s.noise(at, scale=46, detail=6, roughness=0.65)
    s.set(roughness=s.remap(film, 0.045, 0.13, 0.35, 0.75))
    s.bump(s.noise(at, scale=34, detail=1), strength=0.14, distance=0.0006)
    s.bump(s.noise(at, scale=900, detail=1), strength=0.035, distance=0.0001)
    return s.material


def build(collection):
    black = enamel()
    brass = surfaces.metal("satin brass", (0.72, 0.51, 0.26), roughness=(0.16, 0.28))
    lathe("body", BODY, collection, black, segments=224)
    lathe("lid", LID, collection, black, segments=192)
    lathe("knob", KNOB, collection, brass, segments=96)
    _spout(collection, black)
    _handle(collection, black)
    _name(collection)
    for obj in collection.objects:
        obj.matrix_world = Matrix.Rotation(TURN, 4, "Z") @ obj.matrix_basis


def grip():
    """Molded grip: the same black, with a satin spark-eroded grain."""
    s = Shader("molded grip", color=(0.014, 0.014, 0.0145), specular=0.4)
    s.vary_roughness(0.36, 0.46, scale=60)
    s.bump(s.noise(s.coords(), scale=2100, detail=2), strength=0.30, distance=0.0002)
    return s.material


def _spout(collection, black):
    """Gooseneck that grows out of the body, with an open, rolled tip."""
    line = shapes.smooth_path(SPOUT, 150)
    path = np.column_stack([line[:, 0], np.zeros(150), line[:, 1]])
    shapes.sweep(collection, "spout", path, shapes.ring(48), line[:, 2], black, up=(0, 1, 0))
    end, ahead = path[-1], path[-1] - path[-4]
    ahead /= np.linalg.norm(ahead)
    turn = Matrix.Translation(end) @ Matrix.Rotation(math.atan2(ahead[0], ahead[2]), 4, "Y")
    radius = line[-1, 2]
    lip = lathe(
        "lip",
        fillet(
            [
                (radius * 0.78, -0.004),
                (radius * 0.78, 0.0012, 0.0006),
                (radius * 1.08, 0.0012, 0.0006),
                (radius, -0.003),
            ]
        ),
        collection,
        black,
        segments=64,
    )
    bore = lathe("bore", [(0, -0.003), (radius * 0.82, -0.003)], collection, plain("bore", (0.004, 0.004, 0.004), 0.7))
    for part in (lip, bore):
        part.matrix_world = turn
    shapes.tube(
        collection,
        "weld",
        [_on_wall(0.0138 * math.cos(a), 0.0232 + 0.0138 * math.sin(a)) for a in np.linspace(0, 2 * np.pi, 49)[:-1]],
        0.0016,
        black,
        segments=16,
        closed=True,
        up=(1, 0, 0),
    )


def _wall(z):
    """Radius of the cone at a height."""
    return 0.0790 + (0.0585 - 0.0790) * (z - 0.007) / 0.095


def _on_wall(y, z):
    """Point of the cone on the spout's side."""
    return math.sqrt(_wall(z) ** 2 - y**2), y, z


def _handle(collection, black):
    """Molded grip with a domed end, held by an enameled socket at its root."""
    line = shapes.smooth_path(HANDLE, 160)
    path = np.column_stack([line[:, 0], np.zeros(160), line[:, 1]])
    half = line[:, [3, 2]] / 2
    outline = shapes.ring(64, exponent=2.6)
    shapes.sweep(collection, "handle", path, outline, half, grip(), up=(0, 1, 0), round_ends=16)
    first, last = (int(share * 160) for share in SOCKET)
    held = shapes.resample(np.column_stack([path, half])[first : last + 1], 40, along=3)
    swell = np.interp(np.linspace(0, 1, 40), [0, 0.7, 0.9, 0.97, 1], [1.28, 1.20, 1.18, 1.12, 0.9])
    shapes.sweep(collection, "socket", held[:, :3], outline, held[:, 3:] * swell[:, None], black, up=(0, 1, 0))


def _name(collection):
    """The maker's name printed in pale gray on the front of the cone."""
    ink = plain("pad print", (0.62, 0.60, 0.56), 0.4)

    def on_cone(x, y, lift):
        z = 0.040 + y
        radius = _wall(z) + 0.00008 + lift
        angle = x / 0.07 - TURN
        return np.stack([radius * np.sin(angle), -radius * np.cos(angle), z], axis=-1)

    lettering(collection, "brand", "BRANT", 0.0062, on_cone, ink, thickness=0.00004, spacing=1.5)
