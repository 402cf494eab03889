"""Joins the passes into a packshot: photo, exact alpha and true foreground color.

photo_linear = alpha * F + (1 - alpha) * B holds by construction: alpha is quantized first, F and B are toned
before they are joined, and only sensor noise and 8-bit JPEG come afterwards.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

JPEG_QUALITY = 92
EDGE_BAND_PX = 8
SENSOR_NOISE = 0.0022
SHOULDER_START = 0.72
KNOWN_ALPHA = 0.5  # thinner pixels borrow their color
KNOWN_ALPHA_GLASS = 0.02
BORROW_BLOCKS = (2, 6, 20)  # pixels over which surroundings are averaged
PAPER_MAX = 0.983  # sRGB 253


def to_srgb(linear):
    linear = np.clip(linear, 0.0, 1.0)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.power(linear, 1 / 2.4) - 0.055)


def to_linear(srgb):
    return np.where(srgb <= 0.04045, srgb / 12.92, np.power((srgb + 0.055) / 1.055, 2.4))


def shoulder(linear):
    """Camera-like highlight roll-off: unchanged below SHOULDER_START, then smoothly toward 1."""
    room = 1.0 - SHOULDER_START
    over = np.maximum(linear - SHOULDER_START, 0.0) / room
    return np.minimum(linear, SHOULDER_START) + room * (1.0 - np.exp(-over))


def resize(image, size, method):
    """Resize a float image to (width, height), channel by channel."""
    channels = [
        Image.fromarray(np.ascontiguousarray(image[..., c], np.float32)) for c in range(image.shape[2])
    ]
    return np.stack([np.asarray(channel.resize(size, method)) for channel in channels], axis=-1)


def tone_sweep(shadowed, bare, size, setup):
    """The sweep as photographed: its real falloff tamed to a near-white gradient, times the product's shadow."""
    bare = np.maximum(resize(bare, size, Image.BILINEAR), 1e-4)
    shadowed = resize(shadowed, size, Image.BILINEAR)
    light = bare.mean(axis=-1, keepdims=True)
    rows = slice(int(size[1] * 0.45), int(size[1] * 0.8))
    reference = float(np.median(light[rows]))
    target = float(to_linear(np.float64(setup.sweep_tone / 255)))
    gradient = target * np.power(light / reference, setup.falloff)
    paper = np.minimum(gradient, PAPER_MAX) * np.array(setup.sweep_cast, np.float32)
    return paper * np.clip(shadowed / bare, 0.0, 1.0) ** setup.shadow, target / reference


def straight_color(premultiplied, alpha, known_alpha):
    """Color over alpha; thin pixels borrow from the average of their surroundings, near ones first."""
    size = alpha.shape[::-1]
    known = (alpha > known_alpha).astype(np.float32)[..., None]
    color = premultiplied * known / np.maximum(alpha[..., None], 1e-6)
    weighted = np.concatenate([color, known], axis=-1)
    for block in BORROW_BLOCKS:
        small = resize(weighted, [max(side // block, 1) for side in size], Image.BOX)
        near = resize(small, size, Image.BILINEAR)
        missing = (known == 0) & (near[..., 3:] > 1e-4)
        color = np.where(missing, near[..., :3] / np.maximum(near[..., 3:], 1e-6), color)
        known = np.maximum(known, missing)
    return color


def edge_band(alpha8):
    """Pixels within EDGE_BAND_PX of a partly transparent one."""
    partial = Image.fromarray((((alpha8 > 0) & (alpha8 < 255)) * 255).astype(np.uint8))
    return np.asarray(partial.filter(ImageFilter.MaxFilter(2 * EDGE_BAND_PX + 1))) > 0


def compose(rgba, shadowed, bare, setup, seed, tint=None):
    """Return photo (uint8 RGB), alpha (uint8) and foreground (uint8 RGB).

    `tint` is what tinted glass lets through beyond (1 - alpha), per color: a matte has no color, so the sweep
    seen in that color belongs to the foreground.
    """
    height, width = rgba.shape[:2]
    sweep, gain = tone_sweep(shadowed, bare, (width, height), setup)
    light, coverage = np.maximum(rgba[..., :3], 0.0) * gain * setup.exposure, np.clip(rgba[..., 3], 0.0, 1.0)
    if setup.glass:
        # A reflection on clear glass is brighter than its alpha allows; let it cover what is behind.
        coverage = np.maximum(coverage, shoulder(light.max(axis=-1)))
    if tint is not None:
        light = light + np.maximum(tint, 0.0) * sweep
    alpha8 = np.round(coverage * 255).astype(np.uint8)
    front = shoulder(straight_color(light, coverage, KNOWN_ALPHA_GLASS if setup.glass else KNOWN_ALPHA))
    alpha = (alpha8 / 255.0)[..., None].astype(np.float32)
    photo = to_srgb(alpha * front + (1 - alpha) * sweep)
    photo = photo + np.random.default_rng(seed).normal(0.0, SENSOR_NOISE, photo.shape)
    photo8 = np.round(np.clip(photo, 0, 1) * 255).astype(np.uint8)
    front8 = np.round(to_srgb(front) * 255).astype(np.uint8)
    return photo8, alpha8, front8 * edge_band(alpha8)[..., None]


def silhouette_width(alpha8):
    """Width in pixels of the area with alpha above one half."""
    columns = np.flatnonzero((alpha8 > 127).any(axis=0))
    return int(columns[-1] - columns[0] + 1)


def write(folder, stem, photo, alpha, foreground):
    """Write the three files; each appears complete or not at all, the photo last."""
    folder = Path(folder)
    _replace(
        folder / f"{stem}.foreground.png", lambda p: Image.fromarray(foreground).save(p, "PNG", optimize=True)
    )
    _replace(folder / f"{stem}.alpha.png", lambda p: Image.fromarray(alpha).save(p, "PNG", optimize=True))
    _replace(
        folder / f"{stem}.jpg",
        lambda p: Image.fromarray(photo).save(p, "JPEG", quality=JPEG_QUALITY, subsampling=0),
    )


def _replace(path, save):
    partial = path.with_name(path.name + ".part")
    save(partial)
    partial.replace(path)
