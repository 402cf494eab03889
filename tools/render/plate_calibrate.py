"""Measures a plate with small test renders: how dark a shadow falls, where it falls, what a gray card reads."""

import math
from dataclasses import dataclass

import bpy
import numpy as np

from . import plate
from .plate_spec import ASPECT, PlateSpec

WIDTH = 320
HEIGHT = int(WIDTH / ASPECT)
SAMPLES = 64
CYLINDER_RADIUS_M = 0.04
CYLINDER_HEIGHT_M = 0.20
WINDOW = (0.30, 0.70, 0.42, 0.86)  # left, right, top, bottom of what is rendered, as fractions of the frame
RING_M = (0.046, 0.08)  # where the shadow near the foot is looked for
SECTOR_DEG = 30.0
CARD_SIZE_M = 0.12
CARD_CENTER_M = 0.10
CARD_ALBEDO = 0.18
MAX_SHADOW_ERROR_DEG = 25.0
LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Measured:
    density: float
    tint: list[float]
    gray_card: list[float]
    shadow_azimuth_deg: float


def measure(scene, spec: PlateSpec) -> Measured:
    """Renders the test pictures and prints what they say."""
    x, y, _ = spec.anchors[0].position
    scene.camera.data.dof.use_dof = False
    plate.use_border(scene, WINDOW, crop=False)
    bare = _display(scene, spec)
    cylinder = _cylinder(x, y)
    dark = _display(scene, spec)
    bpy.data.objects.remove(cylinder)
    card = _card(x, y)
    card_picture = _display(scene, spec)
    bpy.data.objects.remove(card)
    scene.camera.data.dof.use_dof = True
    scene.render.use_border = False
    radius, azimuth = _ground_polar(spec, x, y)
    ratio = dark / np.maximum(bare, 1e-4)
    fall = _darkest_azimuth(ratio @ LUMA, radius, azimuth)
    core = _sector(radius, azimuth, fall)
    tint = np.median(ratio[core], axis=0)
    result = Measured(
        density=1 - float(tint @ LUMA),
        tint=[float(v) for v in tint],
        gray_card=[float(v) for v in _card_color(card_picture, spec, x, y)],
        shadow_azimuth_deg=math.degrees(fall),
    )
    _report(spec, result)
    return result


def _report(spec: PlateSpec, result: Measured) -> None:
    dx, dy, _ = spec.lights[0].direction
    expected = math.degrees(math.atan2(-dy, -dx))
    error = (result.shadow_azimuth_deg - expected + 180) % 360 - 180
    red, _, blue = result.gray_card
    note = "  DISAGREES WITH THE KEY" if abs(error) > MAX_SHADOW_ERROR_DEG else ""
    print(f"{spec.name}: shadow density {result.density:.3f}, tint {[round(v, 3) for v in result.tint]}")
    print(f"  shadow falls to {result.shadow_azimuth_deg:.0f} deg, key says {expected:.0f}{note}")
    print(f"  gray card {[round(v, 3) for v in result.gray_card]}, R/B {red / blue:.3f}", flush=True)


def _display(scene, spec: PlateSpec) -> np.ndarray:
    """The tone-mapped picture, linearized."""
    picture = plate.render_display(scene, spec, WIDTH, HEIGHT, SAMPLES)
    srgb = np.asarray(picture, dtype=np.float64) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _matte(albedo: float) -> bpy.types.Material:
    material = bpy.data.materials.new("test")
    material.use_nodes = True
    shader = material.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (albedo, albedo, albedo, 1)
    shader.inputs["Roughness"].default_value = 1.0
    shader.inputs["Specular IOR Level"].default_value = 0.0
    return material


def _cylinder(x: float, y: float) -> bpy.types.Object:
    """A stand-in for a product that neither the camera nor a reflection sees."""
    bpy.ops.mesh.primitive_cylinder_add(
        vertices=64, radius=CYLINDER_RADIUS_M, depth=CYLINDER_HEIGHT_M, location=(x, y, CYLINDER_HEIGHT_M / 2)
    )
    obj = bpy.context.object
    obj.data.materials.append(_matte(0.35))
    obj.visible_camera = obj.visible_glossy = False
    return obj


def _card(x: float, y: float) -> bpy.types.Object:
    """An upright gray card that faces the camera."""
    bpy.ops.mesh.primitive_plane_add(size=CARD_SIZE_M, location=(x, y, CARD_CENTER_M), rotation=(math.pi / 2, 0, 0))
    obj = bpy.context.object
    obj.data.materials.append(_matte(CARD_ALBEDO))
    return obj


def _ground_polar(spec: PlateSpec, x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """Distance from the anchor and azimuth around it, for the ground point under every pixel."""
    focal = spec.camera.focal_px(WIDTH)
    columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    rays = np.stack([(columns - WIDTH / 2) / focal, (rows - HEIGHT / 2) / focal, np.ones_like(columns)], axis=-1)
    world = rays @ np.array(spec.camera.rotation)
    position = np.array(spec.camera.position)
    scale = np.where(world[..., 2] < -1e-6, -position[2] / np.minimum(world[..., 2], -1e-6), np.inf)
    with np.errstate(invalid="ignore"):
        dx, dy = (position[i] + scale * world[..., i] - (x, y)[i] for i in range(2))
    return np.hypot(dx, dy), np.arctan2(dy, dx)


def _darkest_azimuth(ratio: np.ndarray, radius: np.ndarray, azimuth: np.ndarray) -> float:
    """Mean direction of the darkening around the foot."""
    ring = (radius > RING_M[0]) & (radius < RING_M[1])
    dark = np.clip(1 - ratio[ring], 0, 1) ** 2
    angles = azimuth[ring]
    return math.atan2(float((dark * np.sin(angles)).sum()), float((dark * np.cos(angles)).sum()))


def _sector(radius: np.ndarray, azimuth: np.ndarray, center: float) -> np.ndarray:
    turn = np.abs((azimuth - center + math.pi) % (2 * math.pi) - math.pi)
    return (radius > RING_M[0]) & (radius < RING_M[1]) & (turn < math.radians(SECTOR_DEG))


def _card_color(picture: np.ndarray, spec: PlateSpec, x: float, y: float) -> np.ndarray:
    """Mean of the card's middle."""
    offset = np.array([x, y, CARD_CENTER_M]) - np.array(spec.camera.position)
    right, down, forward = np.array(spec.camera.rotation) @ offset
    focal = spec.camera.focal_px(WIDTH)
    column, row = int(WIDTH / 2 + focal * right / forward), int(HEIGHT / 2 + focal * down / forward)
    half = int(focal * CARD_SIZE_M / forward * 0.35)
    return picture[row - half : row + half, column - half : column + half].reshape(-1, 3).mean(axis=0)
