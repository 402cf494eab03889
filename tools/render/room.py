"""Rooms for indoor plates: lights with an aim, world fill, and blurred furniture that stands behind a product."""

import math

import bpy
import numpy as np
from mathutils import Vector

from . import mesh, outdoor
from .nodes import Shader


def area_light(collection, name, location, target, size, power, color, hidden=True):
    """A rectangular light; `size` is (width, height). A hidden one is seen by nothing but surfaces it lights."""
    data = bpy.data.lights.new(name, "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", *size
    data.energy, data.color = power, color
    obj = bpy.data.objects.new(name, data)
    obj.location = location
    obj.rotation_euler = (Vector(target) - Vector(location)).to_track_quat("-Z", "Y").to_euler()
    obj.visible_camera = not hidden
    collection.objects.link(obj)
    return obj


def sun(collection, direction, strength, color, angular_diameter_deg):
    """Parallel light that comes from `direction`."""
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.color, data.angle = strength, color, math.radians(angular_diameter_deg)
    obj = bpy.data.objects.new("sun", data)
    obj.rotation_euler = Vector(direction).to_track_quat("Z", "Y").to_euler()
    collection.objects.link(obj)
    return obj


def world(color, strength):
    """Even light from everywhere that nothing blocks."""
    item = bpy.data.worlds.new("world")
    item.use_nodes = True
    background = item.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*color, 1)
    background.inputs["Strength"].default_value = strength
    bpy.context.scene.world = item


def glow(name, color, strength):
    """A surface that shines, such as a window pane in the background."""
    shader = Shader(name, color=(0, 0, 0), emission=color, emission_strength=strength)
    return shader.material


def panel(collection, name, size, location, material, rotation=(0, 0, 0)):
    """A flat rectangle, facing up before rotation."""
    x, y = size[0] / 2, size[1] / 2
    corners = [(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)]
    obj = mesh.from_pydata(name, corners, [(0, 1, 2, 3)], collection, material, smooth=False)
    obj.location, obj.rotation_euler = location, rotation
    return obj


def unseen(obj):
    """Keeps a light blocker out of the picture and its reflections."""
    obj.visible_camera = obj.visible_glossy = obj.visible_diffuse = False
    return obj


def sun_window(collection, x, opening_y, opening_z, bars_y=(), bars_z=(), bar=0.045):
    """A window in the plane at `x` that lets the sun in: a wall around the opening and bars across it."""
    black = Shader("blocker", color=(0.04, 0.04, 0.04), roughness=0.9).material
    (y0, y1), (z0, z1) = opening_y, opening_z
    spans = [((y0 - 4, y0), (-1, 5)), ((y1, y1 + 6), (-1, 5)), ((y0, y1), (-1, z0)), ((y0, y1), (z1, 5))]
    spans += [((y - bar / 2, y + bar / 2), opening_z) for y in bars_y]
    spans += [(opening_y, (z - bar / 2, z + bar / 2)) for z in bars_z]
    for (left, right), (low, high) in spans:
        center = (x, (left + right) / 2, (low + high) / 2)
        unseen(mesh.rounded_box("blocker", (0.03, right - left, high - low), collection, black, 0.004, location=center))


def foliage(collection, name, seed, center, spread, count, leaf, material, droop=0.6):
    """A loose ball of leaves: `leaf` is (length, width), `spread` the radii of the ball."""
    rng = np.random.default_rng(seed)
    verts, faces = [], []
    for _ in range(count):
        point = rng.normal(size=3)
        point *= rng.uniform(0.02, 1.0) ** (1 / 3) / np.linalg.norm(point)
        length = leaf[0] * rng.uniform(0.6, 1.25)
        shape = outdoor.leaf_points(length, leaf[1] * length / leaf[0], 0.25, droop)
        _append_leaf(verts, faces, shape, point, np.asarray(center) + point * spread, rng)
    return mesh.from_pydata(name, verts, faces, collection, material)


def _append_leaf(verts, faces, shape, outward, place, rng):
    points, quads = shape
    yaw = math.atan2(outward[1], outward[0]) + rng.normal(0, 0.5)
    pitch = rng.uniform(-0.3, 0.9)
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    turn = np.array([[cy * cp, -sy, -cy * sp], [sy * cp, cy, -sy * sp], [sp, 0, cp]])
    base = len(verts)
    verts.extend((turn @ p + place) for p in np.asarray(points))
    faces.extend([tuple(base + i for i in quad) for quad in quads])


def boards(collection, material, width, back_y, count, gap=0.0016, length=3.2, thickness=0.04, seed=5, uneven=0.0004):
    """A table top of separate boards along x, tops at z = 0 or a little below; returns them."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(count):
        plank = mesh.rounded_box("board", (length, width - gap, thickness), collection, material, min(0.0022, gap + 0.0006))
        plank.location = (rng.uniform(-0.2, 0.2), back_y - (k + 0.5) * width, -thickness / 2 - abs(rng.normal(0, uneven)))
        plank.rotation_euler = (rng.normal(0, uneven * 8), 0, 0)
        made.append(plank)
    return made
