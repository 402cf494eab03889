"""Real strands for soft products: fur and terry loops as hair curves that Cycles renders one by one.

Roots are scattered on the triangles of mesh objects; strands are plain numpy, so the result is deterministic.
"""

import bpy
import numpy as np
from mathutils.kdtree import KDTree

POINTS_PER_STRAND = 6


def scatter(obj, per_square_metre, rng, accept=None):
    """Random surface points and smooth normals in world space; `accept(points, normals)` gives a keep probability."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    mesh = obj.evaluated_get(depsgraph).to_mesh()
    mesh.calc_loop_triangles()
    count, triangles = len(mesh.vertices), len(mesh.loop_triangles)
    points, normals, corners = np.empty(count * 3), np.empty(count * 3), np.empty(triangles * 3, np.int32)
    mesh.vertices.foreach_get("co", points)
    mesh.vertices.foreach_get("normal", normals)
    mesh.loop_triangles.foreach_get("vertices", corners)
    world = np.array(obj.matrix_world)
    points = points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
    normals = normals.reshape(-1, 3) @ np.linalg.inv(world[:3, :3])
    a, b, c = corners.reshape(-1, 3).T
    area = np.linalg.norm(np.cross(points[b] - points[a], points[c] - points[a]), axis=1) / 2
    wanted = rng.poisson(area.sum() * per_square_metre)
    pick = rng.choice(triangles, wanted, p=area / area.sum())
    u, v = rng.random((2, wanted, 1))
    flip = u + v > 1
    u, v = np.where(flip, 1 - u, u), np.where(flip, 1 - v, v)
    root, normal = (data[a[pick]] * (1 - u - v) + data[b[pick]] * u + data[c[pick]] * v for data in (points, normals))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    if accept is not None:
        keep = rng.random(wanted) < accept(root, normal)
        root, normal = root[keep], normal[keep]
    return root, normal


def strands_object(collection, name, points, radius, material, tint, taper=0.75):
    """Link hair curves of shape (strands, steps, 3); `radius` per strand; shaders read `tint` as an attribute."""
    count, steps = points.shape[:2]
    data = bpy.data.hair_curves.new(name)
    data.add_curves([steps] * count)
    data.position_data.foreach_set("vector", points.astype(np.float32).ravel())
    along = np.linspace(0, 1, steps)
    thickness = np.asarray(radius)[:, None] * (1 - taper * along**2)
    data.attributes.new("radius", "FLOAT", "POINT").data.foreach_set("value", thickness.astype(np.float32).ravel())
    data.attributes.new("tint", "FLOAT", "CURVE").data.foreach_set("value", np.asarray(tint, np.float32))
    data.materials.append(material)
    obj = bpy.data.objects.new(name, data)
    collection.objects.link(obj)
    return obj


def fur(root, normal, rng, length, lean, curl, clump_size, clump, steps=POINTS_PER_STRAND):
    """Strands that stand on `normal`, bend toward `lean` (vector per root) and draw together in tufts.

    `length` is per root; `lean` is how far the tip is carried relative to the length; `curl` is the waviness
    relative to the length; tips move a share `clump` of the way to the tip of their tuft, of width `clump_size`.
    """
    along = np.linspace(0, 1, steps)
    spread = rng.normal(0, 0.16, root.shape)
    direction = normal + spread
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    bend = lean - normal * np.sum(lean * normal, axis=1, keepdims=True)
    rise = direction[:, None] * (along * (1 - 0.25 * along))[None, :, None]
    points = rise + bend[:, None] * (along**1.8)[None, :, None]
    phase, rate = rng.uniform(0, 2 * np.pi, (2, len(root), 1))
    side = np.cross(direction, rng.normal(size=root.shape))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(direction, side)
    angle = phase + (3 + rate) * along[None]
    wave = np.cos(angle)[..., None] * side[:, None] + np.sin(angle)[..., None] * other[:, None]
    points = points + wave * (curl * along)[None, :, None]
    points = root[:, None] + points * length[:, None, None]
    return clumped(points, root, rng, clump_size, clump, along)


def clumped(points, root, rng, clump_size, clump, along):
    """Pull strands toward the tuft they belong to: the nearest of a random subset of strands."""
    jitter = root + rng.normal(0, clump_size * 0.15, root.shape)
    cell = np.unique(np.floor(jitter / clump_size).astype(int), axis=0, return_index=True)[1]
    tree = KDTree(len(cell))
    for k, index in enumerate(cell):
        tree.insert(root[index], k)
    tree.balance()
    leader = cell[np.array([tree.find(p)[1] for p in root])]
    strength = clump * rng.uniform(0.3, 1.0, (len(root), 1)) * along[None] ** 1.4
    offset = points[leader] - points
    return points + offset * strength[..., None]


def loops(root, normal, rng, height, width, steps=7):
    """Terry loops: half rings standing on the surface, each turned and tipped at random."""
    turn = rng.normal(size=root.shape)
    side = np.cross(normal, turn)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    tip = normal + rng.normal(0, 0.38, root.shape)
    angle = np.linspace(-0.15, np.pi + 0.15, steps)
    tall = height * rng.uniform(0.6, 1.15, len(root))
    wide = width * rng.uniform(0.7, 1.3, len(root))
    across = side[:, None] * (np.cos(angle)[None] * wide[:, None])[..., None]
    up = tip[:, None] * (np.sin(angle)[None] * tall[:, None])[..., None]
    return root[:, None] + across + up
