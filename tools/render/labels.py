"""Label artwork drawn with Pillow: millimetre coordinates, print-like typography, foil masks.

Sans text uses Inter from the bpy wheel's data files; serif text uses Source Serif Pro (package
font-source-serif-pro). Both are under the SIL Open Font License.
"""

import random
from functools import lru_cache
from pathlib import Path

import bpy
import font_source_serif_pro as source_serif
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SANS_FILE = Path(bpy.utils.system_resource("DATAFILES")) / "fonts" / "Inter.woff2"
SERIF_FILES = {
    "Regular": source_serif.SourceSerifPro,
    "SemiBold": source_serif.SourceSerifProSemibold,
    "Bold": source_serif.SourceSerifProBold,
    "Light": source_serif.SourceSerifProLight,
}


@lru_cache(maxsize=None)
def font(family, weight, pixels):
    """A font by family ('sans' | 'serif'), weight name and size in pixels."""
    if family == "serif":
        return ImageFont.truetype(SERIF_FILES[weight], pixels)
    face = ImageFont.truetype(str(SANS_FILE), pixels)
    face.set_variation_by_name(weight)
    return face


class Artwork:
    """A printed sheet. Origin at the top left, x right, y down, all in millimetres."""

    def __init__(self, width_mm, height_mm, background=None, dots_per_mm=28):
        self.scale = dots_per_mm
        self.size_mm = (width_mm, height_mm)
        size = (round(width_mm * dots_per_mm), round(height_mm * dots_per_mm))
        self.image = Image.new("RGBA", size, (*background, 255) if background else (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def px(self, *values):
        return [value * self.scale for value in values]

    def text(self, x, y, string, size, color, family="sans", weight="Regular", align="center", tracking=0.0):
        """One line with its baseline at y; `size` is the em in mm, `tracking` in ems."""
        face = font(family, weight, max(round(size * self.scale), 6))
        gap = tracking * size * self.scale
        widths = [face.getlength(letter) + gap for letter in string]
        total = sum(widths) - gap
        left = x * self.scale - {"left": 0, "center": total / 2, "right": total}[align]
        if not tracking:
            self.draw.text((left, y * self.scale), string, fill=_opaque(color), font=face, anchor="ls")
            return
        for letter, width in zip(string, widths):
            self.draw.text((left, y * self.scale), letter, fill=_opaque(color), font=face, anchor="ls")
            left += width

    def paragraph(self, x, y, lines, size, color, leading=1.35, **style):
        """Lines below each other; returns the y after the last."""
        for line in lines:
            self.text(x, y, line, size, color, **style)
            y += size * leading
        return y

    def rectangle(self, x, y, width, height, color=None, outline=None, line=0.2, radius=0.0):
        box = self.px(x, y, x + width, y + height)
        self.draw.rounded_rectangle(
            box,
            radius * self.scale,
            fill=_opaque(color),
            outline=_opaque(outline),
            width=max(round(line * self.scale), 1) if outline else 0,
        )

    def rule(self, x0, y0, x1, y1, color, line=0.2):
        self.draw.line(self.px(x0, y0, x1, y1), fill=_opaque(color), width=max(round(line * self.scale), 1))

    def circle(self, x, y, radius, color=None, outline=None, line=0.2):
        box = self.px(x - radius, y - radius, x + radius, y + radius)
        self.draw.ellipse(
            box, fill=_opaque(color), outline=_opaque(outline), width=max(round(line * self.scale), 1)
        )

    def polygon(self, points, color):
        self.draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=_opaque(color))

    def curve(self, points, color, line=0.2):
        """A line through many points with round joints."""
        pixels = [(x * self.scale, y * self.scale) for x, y in points]
        self.draw.line(pixels, fill=_opaque(color), width=max(round(line * self.scale), 1), joint="curve")

    def barcode(self, x, y, width, height, digits, color=(20, 20, 20)):
        """A bar pattern (not a valid code) with its digits below."""
        chance = random.Random(digits)
        at, module = x, width / 95
        while at < x + width:
            bar = module * chance.choice((1, 1, 2, 3))
            self.rectangle(at, y, min(bar, x + width - at), height, color)
            at += bar + module * chance.choice((1, 1, 2, 3))
        self.text(x + width / 2, y + height + width * 0.085, digits, width * 0.085, color, tracking=0.12)

    def texture(self, name):
        """The artwork as a Blender image."""
        return to_texture(self.image, name)


def _opaque(color):
    return None if color is None else (*color[:3], 255)


def to_texture(image, name, raw=False):
    """Copy a Pillow image into a packed Blender image."""
    pixels = np.asarray(image.convert("RGBA"), np.float32)[::-1] / 255.0
    texture = bpy.data.images.new(name, image.width, image.height, alpha=True)
    if raw:
        texture.colorspace_settings.name = "Non-Color"
    texture.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
    texture.update()
    texture.pack()
    return texture


def wrap_coords(shader, radius, low_z, width, height, turn=0.0):
    """Texture vector that wraps a width x height sheet (metres) around z, centered on the front at `turn` radians."""
    x, y, z = shader.separate(shader.coords())[:3]
    angle = shader.math("ARCTAN2", x, shader.math("MULTIPLY", y, -1.0))
    along = shader.math("MULTIPLY", shader.math("SUBTRACT", angle, turn), radius / width)
    up = shader.math("DIVIDE", shader.math("SUBTRACT", z, low_z), height)
    inputs = {0: shader.math("ADD", along, 0.5), 1: up, 2: 0.0}
    return shader.node("ShaderNodeCombineXYZ", inputs).outputs[0]
