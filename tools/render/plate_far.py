"""Renders what lies far behind a product with a pinhole and blurs it afterwards with the lens's own disc.

Traced through a lens, a small bright lamp is hit by so few rays that its disc is sand. Blurred afterwards in linear
light the disc is even, discs add up where they overlap, and a few samples a pixel are enough. Near things keep the
depth of field of the renderer and lie over the far ones with the coverage that it gives them.
"""

import contextlib
import math
import tempfile
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

from . import plate
from .plate_spec import SENSOR_WIDTH_MM, PlateSpec

OVERSCAN = 1.15  # far layers are so much wider than the frame, because discs reach in from outside
GLARE = ((0.035, 2.2), (0.03, 8.0))  # share of the light that glass scatters, over how many radii of the disc
EDGE_PASSES = 24  # at full size
GRAIN = 0.006  # keeps long gradients from banding


def mark_far(obj: bpy.types.Object, distance_m: float) -> bpy.types.Object:
    """Says that this object is well behind the ground, to be blurred as at `distance_m` from the camera.

    Objects of one distance make one layer, so a plate takes a few distances only.
    """
    obj["far"] = distance_m
    return obj


def has_far(scene) -> bool:
    return any("far" in obj for obj in scene.objects)


def render(scene, spec: PlateSpec, size: tuple[int, int], samples: int) -> Image.Image:
    """The tone-mapped picture as 8-bit sRGB."""
    picture = 0.0
    distances = sorted({obj["far"] for obj in scene.objects if "far" in obj}, reverse=True)
    for distance in distances:
        layer = _far_layer(scene, spec, size, distance, deepest=distance == distances[0])
        picture = layer[..., :3] + (1 - layer[..., 3:]) * picture
    near = _near_layer(scene, size, samples)
    picture = near[..., :3] + (1 - near[..., 3:]) * picture
    picture *= 1 + np.random.default_rng(spec.seed).normal(0, GRAIN, picture.shape[:2])[..., None]
    return _tone_mapped(scene, spec, picture.clip(0))


def _far_layer(scene, spec: PlateSpec, size: tuple[int, int], distance_m: float, deepest: bool) -> np.ndarray:
    """Premultiplied RGBA; the deepest layer has the sky with it."""
    camera = scene.camera.data
    bordered, scene.render.use_border = scene.render.use_border, False
    columns, rows = (side / spec.soft_divisor for side in size)
    width, height = (math.ceil(side * OVERSCAN / 2) * 2 for side in (columns, rows))
    with _hidden(o for o in scene.objects if o.get("far") != distance_m and o.type != "LIGHT"):
        camera.dof.use_dof, camera.sensor_width = False, SENSOR_WIDTH_MM * width / columns
        sharp = _layer(scene, (width, height), spec.soft_samples or spec.samples, transparent=not deepest)
        camera.dof.use_dof, camera.sensor_width = True, SENSOR_WIDTH_MM
    scene.render.use_border = bordered
    soft = blur(sharp, spec.camera.disc_share(distance_m) * columns / 2)
    box = ((width - columns) / 2, (height - rows) / 2, (width + columns) / 2, (height + rows) / 2)
    planes = [Image.fromarray(soft[..., k]).resize(size, Image.Resampling.BICUBIC, box) for k in range(4)]
    layer = np.stack([np.asarray(plane) for plane in planes], axis=-1).clip(0)
    layer[..., 3] = 1.0 if deepest else layer[..., 3].clip(0, 1)
    return layer


def _near_layer(scene, size: tuple[int, int], samples: int) -> np.ndarray:
    with _hidden(o for o in scene.objects if "far" in o):
        layer = np.array(_layer(scene, size, samples, transparent=True))
    layer[..., 3] = _even(layer[..., 3], size[0])
    return layer


def _even(coverage: np.ndarray, width: int) -> np.ndarray:
    """Smooths coverage where the edge is out of focus, because the denoiser cares for color only."""
    even = coverage.copy()
    for _ in range(max(1, round(EDGE_PASSES * (width / 2560) ** 2))):
        even[1:-1] = 0.5 * even[1:-1] + 0.25 * (even[2:] + even[:-2])
        even[:, 1:-1] = 0.5 * even[:, 1:-1] + 0.25 * (even[:, 2:] + even[:, :-2])
    return np.where((even > 0.01) & (even < 0.99), even, coverage)


@contextlib.contextmanager
def _hidden(objects):
    """Keeps objects from the camera's eye, though not from light and mirrors."""
    seen = [obj for obj in objects if obj.visible_camera]
    for obj in seen:
        obj.visible_camera = False
    try:
        yield
    finally:
        for obj in seen:
            obj.visible_camera = True


def _layer(scene, size: tuple[int, int], samples: int, transparent: bool) -> np.ndarray:
    """Scene-linear RGBA, premultiplied, top row first."""
    plate.set_size(scene, *size)
    scene.cycles.samples = samples
    scene.render.film_transparent = transparent
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.exr"
        plate.render_to(scene, path, "OPEN_EXR", "32", "RGBA")
        image = bpy.data.images.load(str(path))
        image.colorspace_settings.name, image.alpha_mode = "Non-Color", "CHANNEL_PACKED"
        pixels = np.empty(size[0] * size[1] * 4, np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
    scene.render.film_transparent = False
    return pixels.reshape(size[1], size[0], 4)[::-1]


def blur(picture: np.ndarray, radius: float) -> np.ndarray:
    """Each point becomes a disc a little brighter at its rim, with some light scattered widely around it."""
    rows, columns = (side + math.ceil(4 * radius) for side in picture.shape[:2])
    y, x = np.ogrid[:rows, :columns]
    reach = np.hypot(np.minimum(y, rows - y), np.minimum(x, columns - x)) / radius
    disc = np.clip((1 - reach) * radius + 0.5, 0, 1) ** 1.5 * (0.85 + 0.15 * np.minimum(reach, 1) ** 4)
    kernel = (1 - sum(share for share, _ in GLARE)) * disc / disc.sum()
    for share, spread in GLARE:
        halo = np.exp(-reach / spread * 2)
        kernel = kernel + share * halo / halo.sum()
    bend = np.fft.rfft2(kernel)
    pad = ((0, rows - picture.shape[0]), (0, columns - picture.shape[1]))
    planes = []
    for k in range(picture.shape[2]):
        wide = np.pad(picture[..., k], pad, mode="edge")
        planes.append(np.fft.irfft2(np.fft.rfft2(wide) * bend, s=(rows, columns)))
    return np.stack(planes, axis=-1)[: picture.shape[0], : picture.shape[1]].astype(np.float32)


def _tone_mapped(scene, spec: PlateSpec, linear: np.ndarray) -> Image.Image:
    height, width = linear.shape[:2]
    image = bpy.data.images.new("joined", width, height, float_buffer=True)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = linear[::-1]
    image.pixels.foreach_set(pixels.ravel())
    plate.set_view(scene, spec)
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "PNG", "RGB", "8"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        image.save_render(str(path), scene=scene)
        bpy.data.images.remove(image)
        return Image.open(path).convert("RGB")
