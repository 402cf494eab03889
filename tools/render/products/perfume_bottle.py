"""PERFUME-BOTTLE: a slab of thick clear glass with rose-amber perfume, paper label, gilt collar, walnut cap."""

import bpy  # first: it makes bmesh importable
import bmesh
import numpy as np
from mathutils import Matrix

from ..labels import Artwork
from ..mesh import SHARP_ANGLE, lathe, rounded_box
from ..nodes import Shader, clear_glass
from ..studio import Setup
from . import surfaces

SKU = "PERFUME-BOTTLE"
TITLE = "Atelier Voss Rose Ambree eau de parfum 50 ml"
CATEGORY = "beauty"
SETUP = Setup(
    size=(1280, 1600),
    key_side="left",
    pitch_deg=7.0,
    fill_frame=0.76,
    sweep_tone=244,
    sweep_cast=(1.0, 0.996, 0.990),
    falloff=0.36,
    flags=True,
    glass=True,
    tinted=True,
    bounces=10,
    samples=10,
    rim=5.0,
    key=20.0,
    key_size=0.62,
    key_stretch=2.6,
    key_height=1.1,
    fill=4.5,
)

TURN = np.radians(-13)
OUTER = (0.0600, 0.0300, 0.0820)
INNER = (0.0490, 0.0195, 0.0640)
BASE = 0.0125  # thickness of the glass under the perfume
FILL = 0.0535  # height of the perfume in the cavity
SKIN = 0.00008  # perfume and glass overlap, so that no film of air lies between them
LABEL = (0.0330, 0.0400)
PERFUME = (0.965, 0.735, 0.600)
INK, GILT = (52, 38, 34), (176, 132, 72)


def artwork():
    width, height = LABEL[0] * 1000, LABEL[1] * 1000
    sheet = Artwork(width, height, (250, 246, 239), 40)
    sheet.rectangle(1.2, 1.2, width - 2.4, height - 2.4, outline=GILT, line=0.22)
    sheet.rectangle(1.8, 1.8, width - 3.6, height - 3.6, outline=GILT, line=0.09)
    middle = width / 2
    sheet.text(middle, 9.0, "ATELIER VOSS", 2.35, INK, weight="SemiBold", tracking=0.2)
    sheet.rule(middle - 3, 11.6, middle + 3, 11.6, GILT, 0.18)
    sheet.text(middle, 19.2, "Rose", 7.0, INK, "serif", "Regular")
    sheet.text(middle, 25.0, "Ambr\u00e9e", 7.0, INK, "serif", "Regular")
    sheet.text(middle, 30.2, "EAU DE PARFUM", 1.6, INK, weight="Medium", tracking=0.24)
    sheet.text(middle, 35.6, "50 ml \u00b7 1.7 fl oz \u00b7 N\u00ba 12", 1.5, INK, weight="Regular", tracking=0.12)
    return sheet


def build(collection):
    """Glass with its cavity in one mesh; the perfume fills the cavity and touches the glass."""
    glass = clear_glass("flint glass", color=(0.995, 0.998, 0.996), ior=1.5)
    perfume = clear_glass("perfume", color=PERFUME, ior=1.36)
    cavity_z = BASE + INNER[2] / 2
    outer = rounded_box("bottle", OUTER, collection, glass, radius=0.0050, segments=8, location=(0, 0, OUTER[2] / 2))
    inner = rounded_box("cavity", INNER, collection, glass, radius=0.0062, segments=8, location=(0, 0, cavity_z))
    _hollow(outer, inner)
    size = (INNER[0] + 2 * SKIN, INNER[1] + 2 * SKIN, INNER[2] + 2 * SKIN)
    fluid = rounded_box("perfume", size, collection, perfume, radius=0.0062, segments=8, location=(0, 0, cavity_z))
    _level(fluid, BASE + FILL - cavity_z)
    _pump(collection)
    _label(collection)
    for obj in collection.objects:
        x, y, z = obj.location
        obj.location = (x * np.cos(TURN) - y * np.sin(TURN), x * np.sin(TURN) + y * np.cos(TURN), z)
        obj.rotation_euler[2] = TURN


def _hollow(outer, inner):
    """Join the cavity into the bottle with its faces turned inward."""
    inner.data.transform(Matrix.Translation(inner.location - outer.location))
    bm = bmesh.new()
    bm.from_mesh(outer.data)
    skin = len(bm.faces)
    bm.from_mesh(inner.data)
    bm.faces.ensure_lookup_table()
    bmesh.ops.reverse_faces(bm, faces=bm.faces[skin:])
    bm.to_mesh(outer.data)
    bm.free()
    bpy.data.objects.remove(inner)


def _level(fluid, top):
    """Cut the perfume at its level, with the small meniscus that climbs the wall."""
    bm = bmesh.new()
    bm.from_mesh(fluid.data)
    geometry = bm.verts[:] + bm.edges[:] + bm.faces[:]
    cut = bmesh.ops.bisect_plane(bm, geom=geometry, plane_co=(0, 0, top), plane_no=(0, 0, 1), clear_outer=True)
    rim = [edge for edge in cut["geom_cut"] if isinstance(edge, bmesh.types.BMEdge)]
    bmesh.ops.contextual_create(bm, geom=rim)
    lid = max(bm.faces, key=lambda face: face.calc_center_median().z)
    ring = bmesh.ops.inset_individual(bm, faces=[lid], thickness=0.0012)
    for vert in lid.verts:
        vert.co.z -= 0.0007
    for face in ring["faces"]:
        face.smooth = True
    bm.to_mesh(fluid.data)
    bm.free()
    fluid.data.set_sharp_from_angle(angle=SHARP_ANGLE)


def _pump(collection):
    """Crimped gilt collar, walnut cap with a gilt ring, and the dip tube down to the bottom."""
    top = OUTER[2]
    gilt = surfaces.metal("gilt", (0.80, 0.58, 0.30), roughness=(0.13, 0.24))
    collar = [
        (0, -0.001),
        (0.0118, -0.001, 0.0006),
        (0.0118, 0.0022, 0.0008),
        (0.0098, 0.0030, 0.0006),
        (0.0098, 0.0052),
        (0, 0.0052),
    ]
    cap = [
        (0, 0.0042),
        (0.0140, 0.0042, 0.0012),
        (0.0142, 0.0300, 0.0030),
        (0.0, 0.0312),
    ]
    band = [(0.0137, 0.0072), (0.0145, 0.0072, 0.0003), (0.0145, 0.0092, 0.0003), (0.0137, 0.0092)]
    walnut = surfaces.wood("walnut", (0.030, 0.014, 0.007), (0.110, 0.056, 0.028), seed=3)
    tube = clear_glass("dip tube", color=(0.93, 0.93, 0.92), ior=1.44)
    for name, profile, material in (("collar", collar, gilt), ("cap", cap, walnut), ("band", band, gilt)):
        lathe(name, profile, collection, material, segments=128).location = (0, 0, top)
    rod = [(0.0, 0.0), (0.0013, 0.0, 0.0002), (0.0013, 0.066, 0.0002), (0.0, 0.066)]
    lathe("dip tube", rod, collection, tube, segments=40).location = (0.0, 0.0, BASE + 0.0012)


def _label(collection):
    """Cotton paper on the front of the glass."""
    s = Shader("cotton paper", roughness=0.78, specular=0.2)
    x, _, z = s.separate(s.coords())[:3]
    spot = {0: s.math("ADD", s.math("DIVIDE", x, LABEL[0]), 0.5), 1: s.math("ADD", s.math("DIVIDE", z, LABEL[1]), 0.5)}
    at = s.node("ShaderNodeCombineXYZ", {**spot, 2: 0.0}).outputs[0]
    s.set(color=s.image(artwork().texture("rose ambree"), at).outputs["Color"])
    s.bump(s.noise(s.coords(), scale=1900, detail=4), strength=0.35, distance=0.0002)
    place = (0, -OUTER[1] / 2 - 0.00012, 0.0385)
    rounded_box("label", (LABEL[0], 0.0003, LABEL[1]), collection, s.material, radius=0.0001, location=place)
