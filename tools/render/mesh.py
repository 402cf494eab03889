"""Mesh helpers: lathes with filleted profiles, rounded boxes, tubes, modifiers. Metres, z up.

Every function returns a new object linked to the given collection, smooth shaded with sharp edges by angle.
"""

import math

import bpy  # first: it makes bmesh importable
import bmesh
from mathutils import Vector

SHARP_ANGLE = math.radians(38)


def finish(name, mesh, collection, material=None, smooth=True):
    """Wrap a mesh in an object, shade it and link it."""
    if smooth:
        mesh.shade_smooth()
        mesh.set_sharp_from_angle(angle=SHARP_ANGLE)
    obj = bpy.data.objects.new(name, mesh)
    if material is not None:
        mesh.materials.append(material)
    collection.objects.link(obj)
    return obj


def fillet(points, steps=8):
    """Round the corners of a polyline: points are (x, y) or (x, y, radius)."""
    result = []
    for index, point in enumerate(points):
        corner = Vector(point[:2])
        radius = point[2] if len(point) > 2 else 0.0
        if radius <= 0 or index in (0, len(points) - 1):
            result.append(tuple(corner))
            continue
        before = Vector(points[index - 1][:2]) - corner
        after = Vector(points[index + 1][:2]) - corner
        result.extend(_corner_arc(corner, before, after, radius, steps))
    return result


def _corner_arc(corner, before, after, radius, steps):
    half = before.angle(after) / 2
    if half > math.radians(89) or half < 1e-3:
        return [tuple(corner)]
    reach = min(radius / math.tan(half), before.length * 0.49, after.length * 0.49)
    radius = reach * math.tan(half)
    start, end = corner + before.normalized() * reach, corner + after.normalized() * reach
    bisector = (before.normalized() + after.normalized()).normalized()
    center = corner + bisector * (radius / math.sin(half))
    first, last = start - center, end - center
    sweep = first.angle_signed(last)
    arc = []
    for step in range(steps + 1):
        turn = -sweep * step / steps
        cos, sin = math.cos(turn), math.sin(turn)
        arc.append((center.x + first.x * cos - first.y * sin, center.y + first.x * sin + first.y * cos))
    return arc


def spline(points, count=48):
    """A smooth curve of `count` points through (x, y) points (Catmull-Rom, open ends)."""
    ends = [points[0], *points, points[-1]]
    result = []
    spans = len(points) - 1
    for step in range(count):
        at = min(step / (count - 1) * spans, spans - 1e-6)
        index, t = int(at), at - int(at)
        a, b, c, d = ends[index : index + 4]
        result.append(tuple(_catmull_rom(a[axis], b[axis], c[axis], d[axis], t) for axis in (0, 1)))
    return result


def _catmull_rom(a, b, c, d, t):
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def lathe(name, profile, collection, material=None, segments=160, steps=8, radius_at=None):
    """Revolve a (radius, z[, fillet]) profile about z. UV: u = 0.5 faces the camera (-y) and grows to
    the right, the seam is at the back; v = share of profile length.

    Go from the bottom center outward, up and (for hollow things) back down the inside, so that normals point
    out. `radius_at(angle, radius, z)` may modulate the radius (facets, flutes).
    """
    points = fillet(profile, steps)
    lengths = [0.0]
    for a, b in zip(points, points[1:]):
        lengths.append(lengths[-1] + math.dist(a, b))
    bm = bmesh.new()
    rings = [_ring(bm, r, z, segments, radius_at) for r, z in points]
    uv_layer = bm.loops.layers.uv.new("UVMap")
    for row, (low, high) in enumerate(zip(rings, rings[1:])):
        v0, v1 = lengths[row] / lengths[-1], lengths[row + 1] / lengths[-1]
        _bridge(bm, uv_layer, low, high, v0, v1, segments)
    mesh = bpy.data.meshes.new(name)
    bm.to_mesh(mesh)
    bm.free()
    return finish(name, mesh, collection, material)


def _ring(bm, radius, z, segments, radius_at):
    if radius < 1e-7:
        return [bm.verts.new((0, 0, z))]
    ring = []
    for index in range(segments):
        angle = 2 * math.pi * index / segments
        r = radius_at(angle, radius, z) if radius_at else radius
        ring.append(bm.verts.new((-r * math.sin(angle), r * math.cos(angle), z)))
    return ring


def _bridge(bm, uv_layer, low, high, v0, v1, segments):
    if len(low) == 1 and len(high) == 1:
        return
    for index in range(segments):
        following = (index + 1) % segments
        u0, u1 = index / segments, (index + 1) / segments
        corners = [
            (low, index, u0, v0),
            (low, following, u1, v0),
            (high, following, u1, v1),
            (high, index, u0, v1),
        ]
        used, verts, uvs = set(), [], []
        for ring, at, u, v in corners:
            vert = ring[at if len(ring) > 1 else 0]
            if vert not in used:
                used.add(vert)
                verts.append(vert)
                uvs.append((u, v))
        face = bm.faces.new(verts)
        for loop, uv in zip(face.loops, uvs):
            loop[uv_layer].uv = uv


def rounded_box(name, size, collection, material=None, radius=0.002, segments=4, location=(0, 0, 0)):
    """A box with beveled edges, centered on `location`."""
    mesh = bpy.data.meshes.new(name)
    bm = bmesh.new()
    bmesh.ops.create_cube(bm, size=1.0, calc_uvs=True)
    bmesh.ops.scale(bm, vec=Vector(size), verts=bm.verts)
    if radius > 0:
        bmesh.ops.bevel(
            bm,
            geom=bm.edges[:],
            offset=radius,
            segments=segments,
            profile=0.5,
            affect="EDGES",
            clamp_overlap=True,
        )
    bm.to_mesh(mesh)
    bm.free()
    obj = finish(name, mesh, collection, material)
    obj.location = location
    return obj


def from_pydata(name, verts, faces, collection, material=None, smooth=True):
    """A mesh from vertex and face lists."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(v) for v in verts], [], faces)
    mesh.validate()
    return finish(name, mesh, collection, material, smooth)


def tube(
    name, points, radius, collection, material=None, radii=None, smooth_path=True, resolution=12, cyclic=False
):
    """A round tube along points (a smooth Bézier path by default); `radii` scales it per point."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = radius
    curve.bevel_resolution = 8
    curve.resolution_u = resolution
    curve.use_fill_caps = True
    spline = curve.splines.new("BEZIER")
    spline.bezier_points.add(len(points) - 1)
    spline.use_cyclic_u = cyclic
    for index, (slot, point) in enumerate(zip(spline.bezier_points, points)):
        slot.co = point
        slot.radius = radii[index] if radii else 1.0
        slot.handle_left_type = slot.handle_right_type = "AUTO" if smooth_path else "VECTOR"
    holder = bpy.data.objects.new(name, curve)
    mesh = bpy.data.meshes.new_from_object(holder)
    bpy.data.objects.remove(holder)
    return finish(name, mesh, collection, material)


def bevel(obj, width=0.001, segments=3, angle_deg=30):
    """Add a bevel modifier that rounds edges sharper than the angle."""
    modifier = obj.modifiers.new("bevel", "BEVEL")
    modifier.width, modifier.segments = width, segments
    modifier.limit_method, modifier.angle_limit = "ANGLE", math.radians(angle_deg)
    modifier.harden_normals = True
    return obj


def solidify(obj, thickness, offset=-1.0):
    """Give a surface real wall thickness."""
    modifier = obj.modifiers.new("solidify", "SOLIDIFY")
    modifier.thickness, modifier.offset = thickness, offset
    return obj


def loft(name, sections, collection, material=None):
    """A closed skin through sections: equally long lists of points, each counterclockwise seen from the end."""
    count = len(sections[0])
    verts = [point for section in sections for point in section]
    faces = [tuple(reversed(range(count))), tuple(range(len(verts) - count, len(verts)))]
    for row in range(len(sections) - 1):
        for index in range(count):
            a, b = row * count + index, row * count + (index + 1) % count
            faces.append((a, b, b + count, a + count))
    return from_pydata(name, verts, faces, collection, material)


def rounded_rectangle(width, height, radius, steps=6):
    """Outline points (x, y) of a rounded rectangle around the origin, counterclockwise."""
    radius = min(radius, width / 2, height / 2)
    points = []
    for corner, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for step in range(steps + 1):
            angle = math.pi / 2 * (corner + step / steps)
            points.append(
                (
                    sx * (width / 2 - radius) + radius * math.cos(angle),
                    sy * (height / 2 - radius) + radius * math.sin(angle),
                )
            )
    return points


def bar(name, path, sizes, collection, material=None, count=40, roundness=0.45):
    """A solid bent in the xz-plane: smooth (x, z) path, (across, thickness) sizes per path point, rounded ends."""
    line, girth = spline(path, count), spline(sizes, count)
    sections = []
    for index, ((x, z), (across, thick)) in enumerate(zip(line, girth)):
        before, after = line[max(index - 1, 0)], line[min(index + 1, count - 1)]
        heading = math.atan2(after[1] - before[1], after[0] - before[0])
        outline = rounded_rectangle(across, thick, roundness * min(across, thick))
        sections.append(
            [(x - up * math.sin(heading), side, z + up * math.cos(heading)) for side, up in outline]
        )
    return loft(name, sections, collection, material)
