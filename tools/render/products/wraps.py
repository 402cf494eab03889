"""Stuck-on labels: sheets of paper with rounded corners that follow a round wall."""

import numpy as np

from . import shapes


def wrapped_label(
    collection, name, radius, low_z, size, material, corner=0.002, lift=0.0001, turn=0.0, thickness=0.0001
):
    """A sheet of (width, height) metres around z, its middle at the front; UV covers the sheet.

    `radius` is a number or a function of z. The sheet is a shell with real thickness whose edge catches light.
    """
    width, height = size
    down = np.linspace(-1, 1, 61)
    from_edge = np.clip((1 - np.abs(down)) * height / 2, 0, corner)
    half = width / 2 - corner + np.sqrt(np.maximum(corner**2 - (corner - from_edge) ** 2, 0))
    across = np.linspace(-1, 1, 81)
    x, z = half[:, None] * across[None], np.broadcast_to(low_z + (down[:, None] + 1) * height / 2, (61, 81))
    wall = (radius(z) if callable(radius) else radius) + lift
    angle = x / wall + turn
    points = np.stack([wall * np.sin(angle), -wall * np.cos(angle), z], axis=-1).reshape(-1, 3)
    uvs = np.stack([x / width + 0.5, (z - low_z) / height], axis=-1).reshape(-1, 2)
    obj = shapes.mesh_object(collection, name, points, shapes.grid_faces(61, 81), material, uvs)
    solid = obj.modifiers.new("paper", "SOLIDIFY")
    solid.thickness, solid.offset = thickness, 1.0
    return obj
