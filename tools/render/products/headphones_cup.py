"""One cup of the headphones: painted shell, metal trim, leather cushion, cloth grille and the small brand."""

import bpy  # noqa: F401 - makes mathutils importable
import numpy as np
from mathutils import Matrix

from ..mesh import lathe
from ..nodes import Shader
from . import shapes, surfaces
from .lettering import lettering

GRAPHITE = (0.030, 0.032, 0.036)
CUP = (0.0370, 0.0455)  # half depth (y) and half height (z) of a cup
CUP_Z = CUP[1] + 0.0005
INNER_X = 0.040  # distance of the cushions' faces from the middle
CUSHION = 0.021  # thickness of a cushion along x
PIVOT_X = INNER_X + CUSHION + 0.010


def shell_material():
    """Soft-touch painted shell: matte with finger gloss and a fine texture."""
    s = Shader("graphite shell", color=GRAPHITE, specular=0.45)
    s.vary_roughness(0.36, 0.52, scale=45)
    s.bump(s.noise(s.coords(), scale=2400, detail=2), strength=0.10, distance=0.0001)
    return s.material


def _outward(side, x):
    """Frame whose z axis points outward along the wearer's left or right, with the cup's oval as scale of x, y."""
    turn = Matrix(((0, 0, side), (side, 0, 0), (0, 1, 0))).to_4x4()
    return Matrix.Translation((side * x, 0, CUP_Z)) @ turn @ Matrix.Diagonal((CUP[0], CUP[1], 1, 1))


def cup(collection, side, shell, tan, steel):
    name = "left" if side < 0 else "right"
    base = INNER_X + CUSHION
    profile = [
        (0, -0.001),
        (0.90, -0.001),
        (0.955, 0.001),
        (0.985, 0.004),
        (1.0, 0.009),
        (0.985, 0.0150),
        (0.95, 0.0195),
        (0.89, 0.0225),
        (0.80, 0.0240),
        (0.795, 0.0225),
        (0.78, 0.0222),
        (0.765, 0.0240),
        (0.60, 0.0250),
        (0.40, 0.0257),
        (0, 0.0262),
    ]
    parts = [lathe(f"{name} shell", profile, collection, shell, segments=200)]
    parts.append(
        lathe(
            f"{name} trim",
            [(0.800, 0.0215), (0.806, 0.0243), (0.792, 0.0250), (0.778, 0.0243), (0.776, 0.0215)],
            collection,
            steel,
            segments=200,
        )
    )
    parts.append(
        lathe(
            f"{name} seam",
            [(0.93, -0.0032), (0.962, -0.0030), (0.962, 0.0012), (0.93, 0.0014)],
            collection,
            steel,
            segments=200,
        )
    )
    for obj in parts:
        obj.matrix_world = _outward(side, base)
    _cushion(collection, name, side, tan)
    _grille(collection, name, side)
    _brand(collection, name, side, base, steel)


def _cushion(collection, name, side, tan):
    """Stuffed leather ring with puckers along its inner seam."""
    turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    section = shapes.ring(40, 2.6)
    tube = 0.0122
    oval = np.stack([np.cos(turn), np.sin(turn)], 1) * (np.array(CUP) - tube + 0.0008)
    normal = np.stack([np.cos(turn) / CUP[0], np.sin(turn) / CUP[1]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    inner = np.clip(-section[:, 0], 0, 1)[:, None]
    pucker = 1 - inner * 0.05 * np.abs(np.sin(turn * 31 + 0.8 * np.sin(5 * turn)))[None] ** 0.7
    soft = 1 + 0.018 * shapes.waves(np.stack([np.cos(turn), np.sin(turn)], 1), 0.9, seed=4 + side)[None]
    reach = section[:, :1] * tube * pucker * soft
    flat = oval[None] + normal[None] * reach[..., None]
    x = side * (INNER_X + CUSHION / 2 + section[:, 1:] * (CUSHION / 2) * soft)
    points = np.stack([x + 0 * reach, flat[..., 0], flat[..., 1] + CUP_Z], axis=-1)
    points = points if side > 0 else points[:, ::-1]
    shapes.grid_object(collection, f"{name} cushion", points, tan, wrap_rows=True, wrap_columns=True)
    shapes.tube(
        collection,
        f"{name} cushion seam",
        points[np.argmax(section[:, 0] - 0.55 * section[:, 1])],
        0.00055,
        tan,
        segments=10,
        closed=True,
        up=(1, 0, 0),
    )


def _grille(collection, name, side):
    """Cloth in front of the driver, slightly domed, with a printed side letter."""
    cloth = surfaces.cloth("grille cloth", (0.030, 0.031, 0.034), threads=3600, depth=0.0004)
    x = INNER_X + CUSHION * 0.62
    obj = lathe(
        f"{name} grille",
        [(0, 0.0030), (0.45, 0.0026), (0.62, 0.0012), (0.70, -0.004), (0.72, -0.010)],
        collection,
        cloth,
        segments=120,
    )
    obj.matrix_world = (
        Matrix.Translation((side * x, 0, CUP_Z))
        @ Matrix(((0, 0, -side), (-side, 0, 0), (0, 1, 0))).to_4x4()
        @ Matrix.Diagonal((*CUP, 1, 1))
    )
    ink = Shader("grille ink", color=(0.55, 0.53, 0.50), roughness=0.8).material

    def place(u, v, lift):
        return np.stack([side * (x - 0.0032 - lift), -side * u, CUP_Z + v + 0 * u], axis=1)

    lettering(collection, f"{name} letter", "L" if side < 0 else "R", 0.015, place, ink)


def _brand(collection, name, side, base, steel):
    """Small word mark and its device on the outer face."""

    def place_at(z):
        return lambda u, v, lift: np.stack(
            [
                side * (base + 0.0263 - 0.0034 * ((u / CUP[0]) ** 2 + ((v + z) / CUP[1]) ** 2) + lift),
                side * u,
                CUP_Z + z + v,
            ],
            axis=1,
        )

    lettering(collection, f"{name} brand", "TESSEL", 0.0046, place_at(0.0005), steel, thickness=0.0002, spacing=1.35)
