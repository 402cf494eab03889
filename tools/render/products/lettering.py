"""Invented brand names as thin raised meshes that follow a surface: foil stamps, engravings, embroidery."""

import bpy
import numpy as np


def lettering(collection, name, text, height, place, material, thickness=0.0002, spacing=1.0, shear=0.0, weight=0.0):
    """Lay a centered line of text on a surface.

    `height` is the height of a capital; `place(x, y, lift)` maps arrays of text coordinates in metres to points.
    `weight` makes strokes bolder, in text units.
    """
    curve = bpy.data.curves.new(name, "FONT")
    curve.body, curve.align_x, curve.align_y = text, "CENTER", "CENTER"
    curve.space_character, curve.shear, curve.offset = spacing, shear, weight
    curve.extrude, curve.resolution_u = 1.0, 6
    holder = bpy.data.objects.new(name, curve)
    mesh = bpy.data.meshes.new_from_object(holder)
    bpy.data.objects.remove(holder)
    flat = np.empty(len(mesh.vertices) * 3)
    mesh.vertices.foreach_get("co", flat)
    flat = flat.reshape(-1, 3)
    scale = height / np.ptp(flat[:, 1])
    points = place(flat[:, 0] * scale, flat[:, 1] * scale, flat[:, 2] * thickness)
    mesh.vertices.foreach_set("co", np.asarray(points, np.float32).ravel())
    mesh.update()
    mesh.materials.clear()
    mesh.materials.append(material)
    obj = bpy.data.objects.new(name, mesh)
    collection.objects.link(obj)
    return obj
