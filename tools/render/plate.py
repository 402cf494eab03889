"""Renders a plate: sets the camera, makes the picture, its depth and its ground mask, measures it, writes all files.

Scene modules mark every object that a product may stand on with `mark_ground`. Depth and ground come from
renders with one override material, so shape must be real geometry or a modifier, not shader displacement.
"""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix
from PIL import Image

from . import plate_calibrate, plate_far, plate_toml
from .plate_spec import SENSOR_WIDTH_MM, PlateSpec

GROUND_INDEX = 1
FAR_MM = 65535
JPEG_QUALITY = 92
MASK_SAMPLES = 24
NOISE_THRESHOLD = 0.05
FEATHER_V = 0.03  # height of the blend between the small and the full-size part


def mark_ground(obj: bpy.types.Object) -> bpy.types.Object:
    """Says that products may stand on this object."""
    obj.pass_index = GROUND_INDEX
    return obj


def open_scene(spec: PlateSpec, build) -> bpy.types.Scene:
    """An empty file with the plate's objects, camera and color management."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    collection = bpy.data.collections.new(spec.name)
    scene.collection.children.link(collection)
    layer = bpy.context.view_layer.layer_collection.children[spec.name]
    bpy.context.view_layer.active_layer_collection = layer
    build(collection)
    _add_camera(scene, spec)
    _set_cycles(scene, spec)
    return scene


def _add_camera(scene, spec: PlateSpec) -> None:
    camera = spec.camera
    data = bpy.data.cameras.new("camera")
    data.sensor_fit, data.sensor_width = "HORIZONTAL", SENSOR_WIDTH_MM
    data.lens = camera.lens_mm
    data.clip_start, data.clip_end = 0.02, 500.0
    data.dof.use_dof = True
    data.dof.focus_distance = camera.focus_m
    data.dof.aperture_fstop = camera.f_stop
    obj = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(obj)
    right, down, forward = camera.rotation
    axes = Matrix((right, [-v for v in down], [-v for v in forward])).transposed()
    obj.matrix_world = Matrix.Translation(camera.position) @ axes.to_4x4()
    scene.camera = obj


def _set_cycles(scene, spec: PlateSpec) -> None:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.seed = spec.seed
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = NOISE_THRESHOLD
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    cycles.max_bounces = spec.max_bounces
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6.0
    cycles.blur_glossy = 0.5
    scene.render.use_persistent_data = True


def set_view(scene, spec: PlateSpec) -> None:
    """The photographic tone mapping of the picture."""
    view = scene.view_settings
    view.view_transform = "AgX"
    view.look = spec.look
    view.exposure = spec.exposure
    view.use_white_balance = True
    view.white_balance_temperature = spec.white_temperature_k
    view.white_balance_tint = spec.white_tint
    scene.render.dither_intensity = 1.0


def set_size(scene, width: int, height: int) -> None:
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100


@contextlib.contextmanager
def _silence():
    """Hides what Blender writes to the process's standard output."""
    saved, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(null)


def render_to(scene, path: Path, file_format: str = "PNG", depth: str = "8", channels: str = "RGB") -> None:
    """Renders to exactly `path`."""
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = file_format, channels, depth
    scene.render.filepath = str(path)
    with _silence():
        bpy.ops.render.render(write_still=True)


def render_display(scene, spec: PlateSpec, width: int, height: int, samples: int) -> Image.Image:
    """The tone-mapped picture as 8-bit sRGB."""
    set_size(scene, width, height)
    set_view(scene, spec)
    scene.cycles.samples = samples
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        render_to(scene, path)
        return Image.open(path).convert("RGB")


def render_picture(scene, spec: PlateSpec, size: tuple[int, int], samples: int) -> Image.Image:
    """The plate itself: what lies above `sharp_from_v` is out of focus, so it is rendered smaller."""
    if plate_far.has_far(scene):
        return plate_far.render(scene, spec, size, samples)
    width, height = size
    if spec.sharp_from_v <= 0:
        return render_display(scene, spec, width, height, samples)
    divisor, soft_samples = spec.soft_divisor, max(spec.soft_samples, samples)
    soft = render_display(scene, spec, width // divisor, height // divisor, soft_samples)
    picture = soft.resize(size, Image.Resampling.BICUBIC)
    top = int(height * spec.sharp_from_v)
    use_border(scene, (0.0, 1.0, top / height, 1.0), crop=True)
    sharp = render_display(scene, spec, width, height, samples)
    scene.render.use_border = False
    weight = np.clip(np.arange(sharp.height) / (FEATHER_V * height), 0, 1) * 255
    mask = np.repeat(weight.astype(np.uint8)[:, None], width, axis=1)
    picture.paste(sharp, (0, height - sharp.height), Image.fromarray(mask))
    return picture


def use_border(scene, window: tuple[float, float, float, float], crop: bool) -> None:
    """Renders only (left, right, top, bottom), given as fractions of the frame, y down."""
    render = scene.render
    render.use_border, render.use_crop_to_border = True, crop
    render.border_min_x, render.border_max_x = window[:2]
    render.border_min_y, render.border_max_y = 1 - window[3], 1 - window[2]


def render_linear(scene, width: int, height: int, samples: int) -> np.ndarray:
    """Scene-linear RGB, top row first."""
    set_size(scene, width, height)
    scene.cycles.samples = samples
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "linear.exr"
        render_to(scene, path, "OPEN_EXR", "32")
        image = bpy.data.images.load(str(path))
        image.colorspace_settings.name = "Non-Color"
        pixels = np.array(image.pixels[:], dtype=np.float32).reshape(height, width, 4)
        bpy.data.images.remove(image)
    return pixels[::-1, :, :3]


def _geometry_material() -> bpy.types.Material:
    """Emits planar depth in red and the object index in green."""
    material = bpy.data.materials.new("geometry")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    view, info = nodes.new("ShaderNodeCameraData"), nodes.new("ShaderNodeObjectInfo")
    join, emit = nodes.new("ShaderNodeCombineColor"), nodes.new("ShaderNodeEmission")
    links.new(view.outputs["View Z Depth"], join.inputs["Red"])
    links.new(info.outputs["Object Index"], join.inputs["Green"])
    links.new(join.outputs[0], emit.inputs["Color"])
    links.new(emit.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def render_geometry(scene, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Depth in millimetres (uint16, no blur) and ground coverage (uint8, blurred like the picture).

    Changes the scene for good: run it last.
    """
    bpy.context.view_layer.material_override = _geometry_material()
    scene.world = None
    for obj in [o for o in scene.objects if o.type == "LIGHT"]:
        bpy.data.objects.remove(obj)
    cycles = scene.cycles
    cycles.use_denoising = cycles.use_adaptive_sampling = False
    cycles.max_bounces = 0
    mask = render_linear(scene, width, height, MASK_SAMPLES)[..., 1]
    scene.camera.data.dof.use_dof = False
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 0.01
    metres = render_linear(scene, width, height, 1)[..., 0]
    depth = np.where(metres > 0, np.clip(metres * 1000 + 0.5, 1, FAR_MM), FAR_MM)
    return depth.astype(np.uint16), (np.clip(mask, 0, 1) * 255 + 0.5).astype(np.uint8)


def make_plate(spec: PlateSpec, build, folder: Path, size: tuple[int, int], samples: int) -> None:
    """Renders everything about one plate into `folder`; all files land at the end."""
    width, height = size
    scene = open_scene(spec, build)
    folder.mkdir(parents=True, exist_ok=True)
    measured = plate_calibrate.measure(scene, spec)
    picture = render_picture(scene, spec, size, samples)
    depth, ground = render_geometry(scene, width // 2, height // 2)
    _save(picture, folder / "plate.jpg", quality=JPEG_QUALITY, subsampling=0)
    _save(Image.fromarray(depth), folder / "depth.png")
    _save(Image.fromarray(ground), folder / "ground.png")
    sums = {key: _sha256(folder / file) for key, file in plate_toml.FILES.items()}
    text = plate_toml.template_text(spec, size, sums, measured)
    (folder / "template.toml").write_text(text, encoding="utf-8")


def _save(image: Image.Image, path: Path, **options) -> None:
    """Saves under another name first, so that no reader sees half a file."""
    part = path.with_name("part-" + path.name)
    image.save(part, **options)
    part.replace(path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
