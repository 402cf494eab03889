"""Shared outdoor helpers: numpy noise, height-field grounds seen by the camera, leaves and sprigs."""

import math

import bpy
import numpy as np
from mathutils import Vector

from .nodes import Shader, add_node, plug

_HASH_X, _HASH_Y, _HASH_MIX = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)


def cell_random(ix, iy, seed):
    """A uniform random number in 0..1 for each integer lattice cell."""
    h = ix.astype(np.int64).astype(np.uint32) * _HASH_X
    h ^= iy.astype(np.int64).astype(np.uint32) * _HASH_Y
    h ^= np.uint32((seed * 0x27D4EB2F) & 0xFFFFFFFF)
    for shift in (15, 13):
        h ^= h >> np.uint32(shift)
        h *= _HASH_MIX
    h ^= h >> np.uint32(16)
    return h.astype(np.float32) / np.float32(2**32)


def noise(x, y, size, seed):
    """Gradient noise with features of `size` metres, about -1..1."""
    u, v = np.asarray(x) / size, np.asarray(y) / size
    ix, iy = np.floor(u), np.floor(v)
    fx, fy = (u - ix).astype(np.float32), (v - iy).astype(np.float32)
    sx, sy = (f * f * f * (f * (f * 6 - 15) + 10) for f in (fx, fy))

    def corner(dx, dy):
        angle = cell_random(ix + dx, iy + dy, seed) * np.float32(2 * math.pi)
        return np.cos(angle) * (fx - dx) + np.sin(angle) * (fy - dy)

    low = corner(0, 0) + sx * (corner(1, 0) - corner(0, 0))
    high = corner(0, 1) + sx * (corner(1, 1) - corner(0, 1))
    return 1.5 * (low + sy * (high - low))


def fbm(x, y, size, octaves, seed, gain=0.5):
    """Fractal noise: `octaves` layers from `size` metres down, normalized to about -1..1."""
    total, weight, norm = 0.0, 1.0, 0.0
    for octave in range(octaves):
        # Each octave is turned and shifted so that lattices never line up.
        a = 0.7 + 1.3 * octave
        u = x * math.cos(a) - y * math.sin(a) + 7.31 * octave
        v = x * math.sin(a) + y * math.cos(a) - 3.17 * octave
        total = total + weight * noise(u, v, size / 2**octave, seed + octave)
        norm += weight
        weight *= gain
    return total / norm


def smoothstep(low, high, value):
    """Smooth 0..1 ramp between `low` and `high` (which may be given falling)."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def fan_grid(eye_height, eye_y, near_y, far_y, slope, rows, columns):
    """Ground points spaced evenly as the camera at (0, eye_y, eye_height) sees them.

    Returns x and y of shape (rows, columns); `slope` is the half width per metre of distance.
    """
    steep = eye_height / (near_y - eye_y)
    flat = eye_height / (far_y - eye_y)
    distance = eye_height / np.linspace(steep, flat, rows)
    side = np.linspace(-slope, slope, columns)
    x = distance[:, None] * side[None, :]
    y = np.repeat((distance + eye_y)[:, None], columns, axis=1)
    return x.astype(np.float32), y.astype(np.float32)


def grid_object(collection, name, x, y, z, attributes, material):
    """Mesh object from a grid of points with per-point float attributes, smooth shaded."""
    rows, columns = x.shape
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1)
    mesh = mesh_from_arrays(name, np.stack([x, y, z], axis=-1).reshape(-1, 3), quads.reshape(-1, 4))
    for key, values in attributes.items():
        layer = mesh.attributes.new(key, "FLOAT", "POINT")
        layer.data.foreach_set("value", np.ascontiguousarray(values, dtype=np.float32).ravel())
    return link(collection, name, mesh, material)


def mesh_from_arrays(name, points, quads):
    """Smooth-shaded mesh from an (n, 3) point array and an (m, 4) quad array."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(points, dtype=np.float32).ravel())
    mesh.loops.add(quads.size)
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(quads, dtype=np.int32).ravel())
    mesh.polygons.add(len(quads))
    mesh.polygons.foreach_set("loop_start", np.arange(0, quads.size, 4, dtype=np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(quads), dtype=bool))
    mesh.update(calc_edges=True)
    return mesh


def link(collection, name, data, material=None, location=(0, 0, 0), rotation=(0, 0, 0), scale=1.0):
    """Object of `data` placed into `collection`."""
    obj = bpy.data.objects.new(name, data)
    if material is not None and not data.materials:
        data.materials.append(material)
    obj.location, obj.rotation_euler, obj.scale = location, rotation, (scale,) * 3
    collection.objects.link(obj)
    return obj


def leaf_points(length, width, fold, droop, rings=5):
    """One leaf along +x from the origin, folded at the midrib: (points, quads)."""
    t = np.linspace(0, 1, rings)
    half = width * 0.5 * np.sin(math.pi * np.clip(t, 0.02, 0.985) ** 0.8)
    spine = -droop * length * t**2
    edge = spine + half * fold
    columns = [np.stack([t * length, s * half, edge if s else spine], axis=1) for s in (-1, 0, 1)]
    points = np.stack(columns, axis=1).reshape(-1, 3)
    quads = [[3 * r + c, 3 * r + c + 1, 3 * r + c + 4, 3 * r + c + 3] for r in range(rings - 1) for c in (0, 1)]
    return points, np.array(quads)


def _rotation(yaw, pitch, roll):
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (math.cos, math.sin))
    rz = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    ry = np.array([[cp, 0, -sp], [0, 1, 0], [sp, 0, cp]])
    rx = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    return rz @ ry @ rx


def sprig_mesh(name, rng, leaves, stem, leaf_length, leaf_width, lift=(0.1, 0.9)):
    """A twig of `stem` metres along +z with `leaves` alternate leaves that rise by `lift` radians, as one mesh."""
    points, quads, count = [], [], 0
    lean = rng.normal(0, 0.25, 2)
    for k in range(leaves):
        t = 0.15 + 0.85 * k / leaves
        size = rng.uniform(0.65, 1.1) * (1.1 - 0.45 * t)
        blade, faces = leaf_points(leaf_length * size, leaf_width * size * rng.uniform(0.85, 1.15),
                                   rng.uniform(0.15, 0.5), rng.uniform(0.05, 0.45))
        turn = _rotation(k * 2.4 + rng.normal(0, 0.35), rng.uniform(*lift), rng.normal(0, 0.35))
        base = np.array([lean[0] * t * t * stem, lean[1] * t * t * stem, t * stem])
        points.append(blade @ turn.T + base)
        quads.append(faces + count)
        count += len(blade)
    return mesh_from_arrays(name, np.concatenate(points), np.concatenate(quads))


def scatter(collection, name, meshes, rng, places, scale=(0.7, 1.3), tilt=0.5):
    """Instances of `meshes` at `places` (n, 3), turned about z at random and tilted a little."""
    for place in places:
        rotation = (rng.normal(0, tilt), rng.normal(0, tilt), rng.uniform(0, 2 * math.pi))
        link(collection, name, meshes[rng.integers(len(meshes))], None, place, rotation, rng.uniform(*scale))


def leaf_material(name, dark, light, gloss=0.42, glow=0.45):
    """Foliage that lets light through; color differs from sprig to sprig."""
    s = Shader(name, roughness=gloss, specular=0.4)
    vary = s.node("ShaderNodeObjectInfo").outputs["Random"]
    color = s.mix(s.math("MULTIPLY", s.math("ADD", vary, s.noise(s.coords(), 26, 2)), 0.5), dark, light)
    s.set(color=color)
    through = s.node("ShaderNodeBsdfTranslucent", {"Color": s.mix(0.6, color, (0.40, 0.46, 0.12))})
    mixed = s.node("ShaderNodeMixShader", {0: glow, 1: s.bsdf.outputs[0], 2: through.outputs[0]})
    s.tree.links.new(mixed.outputs[0], s.output.inputs["Surface"])
    return s.material


def sprigs(name, rng, material, leaves, stem, length, width, lift=(0.1, 0.9), variants=4):
    """Several different twigs of one species."""
    meshes = [sprig_mesh(f"{name} {k}", rng, leaves, stem, length, width, lift) for k in range(variants)]
    for mesh in meshes:
        mesh.materials.append(material)
    return meshes


def bush(collection, rng, meshes, center, radii, count):
    """Sprigs through an ellipsoid, denser toward its skin."""
    way = rng.normal(size=(count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    places = np.array(center) + way * np.array(radii) * rng.uniform(0.35, 1, (count, 1)) ** 0.5
    places = places[places[:, 2] > -0.1]
    scatter(collection, "bush", meshes, rng, places, tilt=0.7)


def flat(collection, name, material, size, location):
    """A level square of half width `size`."""
    mesh = mesh_from_arrays(name, np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]) * size, np.array([[0, 1, 2, 3]]))
    return link(collection, name, mesh, material, location)


def attribute(shader, name):
    """A per-point float attribute of the mesh as a socket."""
    return shader.node("ShaderNodeAttribute", attribute_name=name).outputs["Fac"]


def sun(collection, name, direction, strength, diameter_deg, color):
    """A sun lamp; `direction` points from the ground toward it."""
    lamp = bpy.data.lights.new(name, "SUN")
    lamp.energy, lamp.angle, lamp.color = strength, math.radians(diameter_deg), color
    return link(collection, name, lamp, rotation=Vector(direction).to_track_quat("Z", "Y").to_euler())


def sky(name, stops, strength, glows=()):
    """A world whose color runs over `stops` of (height from 0 nadir to 1 zenith, rgb).

    Each glow (direction, rgb, power) adds a broad brighter part: haze around the sun, a bank of white cloud.
    """
    world = bpy.data.worlds.new(name)
    world.use_nodes = True
    tree = world.node_tree
    way = add_node(tree, "ShaderNodeTexCoord").outputs["Generated"]
    rise = add_node(tree, "ShaderNodeSeparateXYZ", {0: way}).outputs["Z"]
    height = add_node(tree, "ShaderNodeMapRange", {0: rise, 1: -1.0}).outputs[0]
    ramp = add_node(tree, "ShaderNodeValToRGB", {"Fac": height})
    elements = ramp.color_ramp.elements
    for position, _ in stops[2:]:
        elements.new(position)
    for element, (position, color) in zip(elements, stops):
        element.position, element.color = position, (*color, 1.0)
    color = ramp.outputs[0]
    for glow in glows:
        color = _add_glow(tree, color, way, *glow)
    background = tree.nodes["Background"]
    tree.links.new(color, background.inputs[0])
    background.inputs[1].default_value = strength
    bpy.context.scene.world = world


def _add_glow(tree, color, way, direction, tint, power):
    toward = tuple(Vector(direction).normalized())
    facing = add_node(tree, "ShaderNodeVectorMath", {0: way, 1: toward}, operation="DOT_PRODUCT").outputs["Value"]
    facing = add_node(tree, "ShaderNodeMath", {0: facing, 1: 0.0}, operation="MAXIMUM").outputs[0]
    amount = add_node(tree, "ShaderNodeMath", {0: facing, 1: power}, operation="POWER").outputs[0]
    mix = add_node(tree, "ShaderNodeMix", data_type="RGBA", blend_type="ADD")
    for index, value in ((0, amount), (6, color), (7, tint)):
        plug(tree, mix.inputs[index], value)
    return mix.outputs[2]
