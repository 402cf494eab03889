"""Mesh building blocks shared by the modeled products: grids, sweeps, tubes and stitches, made with numpy.

Everything is in metres. Every builder links one object to the collection it is given and returns it.
"""

import bpy
import numpy as np


def mesh_object(collection, name, points, faces, material, uvs=None):
    """Link a smooth-shaded mesh; `uvs` holds one (u, v) per point when given."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(np.asarray(points, float).tolist(), [], [list(map(int, f)) for f in faces])
    mesh.validate()
    mesh.shade_smooth()
    if uvs is not None:
        corner = np.empty(len(mesh.loops), np.int32)
        mesh.loops.foreach_get("vertex_index", corner)
        layer = mesh.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", np.asarray(uvs, np.float32)[corner].ravel())
    if material is not None:
        mesh.materials.append(material)
    obj = bpy.data.objects.new(name, mesh)
    collection.objects.link(obj)
    return obj


def grid_faces(rows, columns, wrap_rows=False, wrap_columns=False):
    """Quads of a rows × columns grid of points stored row by row."""
    r = np.arange(rows if wrap_rows else rows - 1)
    c = np.arange(columns if wrap_columns else columns - 1)
    i, j = (a.ravel() for a in np.meshgrid(r, c, indexing="ij"))
    k, m = (i + 1) % rows, (j + 1) % columns
    return np.stack([i * columns + j, i * columns + m, k * columns + m, k * columns + j], axis=1)


def grid_object(collection, name, points, material, wrap_rows=False, wrap_columns=False):
    """Surface from an array of shape (rows, columns, 3)."""
    rows, columns = points.shape[:2]
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    uvs = np.stack([u, v], axis=-1).reshape(-1, 2)
    faces = grid_faces(rows, columns, wrap_rows, wrap_columns)
    return mesh_object(collection, name, points.reshape(-1, 3), faces, material, uvs)


def smooth_path(knots, count, closed=False):
    """Catmull-Rom curve through the knots, resampled to `count` points of equal spacing."""
    knots = np.asarray(knots, float)
    ends = (knots[-1:], knots[:2]) if closed else (2 * knots[:1] - knots[1:2], 2 * knots[-1:] - knots[-2:-1])
    padded = np.concatenate([ends[0], knots, ends[1]])
    t = np.linspace(0, 1, 40, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:]):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    dense = np.concatenate(pieces + [padded[-2:-1]])
    return resample(dense, count, closed)


def resample(path, count, closed=False, along=None):
    """Equal spacing along a polyline; a closed path ends one step before its first point.

    Only the first `along` columns are measured; the others are carried with them.
    """
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path[:, :along], axis=0), axis=1))])
    at = np.linspace(0, length[-1], count, endpoint=not closed)
    return np.stack([np.interp(at, length, path[:, k]) for k in range(path.shape[1])], axis=1)


def frames(path, up=(0, 0, 1), closed=False):
    """Tangent, side and normal of every path point, with the normal kept as near to `up` as it can be."""
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.cross(tangent, np.asarray(up, float))
    side /= np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-9)
    return tangent, side, np.cross(side, tangent)


def ring(segments, exponent=2.0):
    """Unit superellipse outline: exponent 2 is a circle, larger is squarer."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([np.sign(c) * np.abs(c) ** (2 / exponent), np.sign(s) * np.abs(s) ** (2 / exponent)], axis=1)


def sweep(collection, name, path, outline, scale, material, up=(0, 0, 1), closed=False, round_ends=0):
    """Carry an outline of (side, normal) points along a path; `scale` is a number, or (side, normal) per path point."""
    path = np.asarray(path, float)
    scale = np.asarray(scale, float)
    scale = np.broadcast_to(scale[:, None] if scale.ndim == 1 else scale, (len(path), 2))
    tangent, side, normal = frames(path, up, closed)
    if round_ends and not closed:
        path, scale, side, normal = _round_ends(path, scale, tangent, side, normal, round_ends)
    points = path[:, None] + side[:, None] * (outline[:, 0] * scale[:, :1])[..., None]
    points = points + normal[:, None] * (outline[:, 1] * scale[:, 1:])[..., None]
    return grid_object(collection, name, points[:, ::-1], material, wrap_rows=closed, wrap_columns=True)


def _round_ends(path, scale, tangent, side, normal, steps):
    """Dome both ends of a sweep with rings that shrink along a quarter circle."""
    angle = np.linspace(0, np.pi / 2, steps + 1)[1:]
    angle[-1] -= 1e-3
    first = path[0] - tangent[0] * np.sin(angle)[::-1, None] * scale[0].min()
    last = path[-1] + tangent[-1] * np.sin(angle)[:, None] * scale[-1].min()
    shrink = np.cos(angle)[:, None]
    path = np.concatenate([first, path, last])
    scale = np.concatenate([scale[0] * shrink[::-1], scale, scale[-1] * shrink])
    side, normal = (
        np.concatenate([np.repeat(a[:1], steps, 0), a, np.repeat(a[-1:], steps, 0)]) for a in (side, normal)
    )
    return path, scale, side, normal


def tube(collection, name, path, radius, material, segments=20, closed=False, up=(0, 0, 1)):
    """Round tube with domed ends."""
    return sweep(collection, name, path, ring(segments), radius, material, up, closed, round_ends=6)


def stitches(collection, name, path, normals, length, gap, radius, material):
    """Saddle stitches: short threads lying along a path and dipping into the material at both ends."""
    even = resample(np.concatenate([path, normals], axis=1), 4 * len(path), along=3)
    path, normals = even[:, :3], even[:, 3:]
    total = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    count = int(total / (length + gap))
    cut = np.linspace(0, len(path) - 1, count + 1)
    share = length / (length + gap)
    points, faces = [], []
    outline = ring(8)
    for a, b in zip(cut[:-1], cut[1:]):
        at = np.linspace(a, a + (b - a) * share, 7)
        line = np.stack([np.interp(at, np.arange(len(path)), path[:, k]) for k in range(3)], 1)
        up = np.stack([np.interp(at, np.arange(len(path)), normals[:, k]) for k in range(3)], 1)
        arch = np.sin(np.linspace(0, np.pi, 7))[:, None]
        line = line + up * radius * (arch * 1.3 - 0.8)
        tangent = np.gradient(line, axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        side = np.cross(tangent, up)
        swell = radius * (0.55 + 0.45 * arch)
        rings = (
            line[:, None]
            + side[:, None] * (outline[:, 0] * swell)[..., None]
            + up[:, None] * (outline[:, 1] * swell)[..., None]
        )
        faces.append(grid_faces(7, 8, wrap_columns=True) + len(points) * 56)
        points.append(rings.reshape(-1, 3))
    return mesh_object(collection, name, np.concatenate(points), np.concatenate(faces), material)


def waves(points, scale, seed):
    """Smooth pseudo-random field in about [-1, 1] at each point: a sum of sine waves of random direction."""
    rng = np.random.default_rng(seed)
    points = np.asarray(points, float)
    total = np.zeros(points.shape[:-1])
    for _ in range(7):
        direction = rng.normal(size=points.shape[-1])
        direction *= rng.uniform(0.6, 1.6) / np.linalg.norm(direction)
        total += np.sin(points @ direction * (2 * np.pi / scale) + rng.uniform(0, 2 * np.pi))
    return total / 3.2
