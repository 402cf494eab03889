"""Cycles settings and one render pass to a float array (top row first)."""

import os
import tempfile

import bpy
import numpy as np


def configure(scene, samples, bounces, least):
    """CPU Cycles with OpenImageDenoise, Standard view, no dithering."""
    scene.render.engine = "CYCLES"
    scene.render.use_persistent_data = True
    scene.render.dither_intensity = 0.0
    scene.view_settings.view_transform = "Standard"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.seed = 11
    cycles.samples = samples
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.06
    cycles.adaptive_min_samples = min(least, samples)
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.max_bounces = bounces
    cycles.diffuse_bounces = 2
    cycles.glossy_bounces = min(4, bounces)
    cycles.transmission_bounces = bounces
    cycles.transparent_max_bounces = 12
    cycles.sample_clamp_indirect = 6.0
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False


def render_pass(scene, size, samples, bounces, transparent, least=8):
    """Render and return float32 RGBA, premultiplied when transparent; `least` is the fewest samples a pixel gets."""
    configure(scene, samples, bounces, least)
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = transparent
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGBA", "32"
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = os.path.join(folder, "pass.exr")
        bpy.ops.render.render(write_still=True)
        return _read(scene.render.filepath, size)


def _read(path, size):
    image = bpy.data.images.load(path)
    image.colorspace_settings.name = "Non-Color"
    image.alpha_mode = "CHANNEL_PACKED"
    pixels = np.empty(size[0] * size[1] * 4, np.float32)
    image.pixels.foreach_get(pixels)
    bpy.data.images.remove(image)
    return pixels.reshape(size[1], size[0], 4)[::-1].copy()
