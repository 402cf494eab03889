"""Packshot studio: sweep, softboxes, framing and the render passes of one product photo.

A product module offers SKU, TITLE, CATEGORY, optionally SETUP, and build(collection), which links mesh objects
standing on z = 0 at the origin (front toward -y, metres). The studio scales itself to the product. Three passes
are rendered (scene-linear floats): the product on a transparent film, the sweep with the product's shadow, and
the bare sweep; photo.py joins them.
"""

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector

from .lights import ambient_world, card, softbox
from .nodes import Shader
from .passes import render_pass

SENSOR_M = 0.036
LENS_M = 0.085
WALL_RADIANCE = 3.0
EDGE_CARDS = (
    ((-0.95, 0.75, 0.6), (0, 0.1, 0.5), 0.5, 1.9),
    ((0.95, 0.75, 0.6), (0, 0.1, 0.5), 0.5, 1.9),
)


@dataclass(frozen=True)
class Setup:
    """How one product is photographed. Light strengths are relative to a gray world at 1."""

    size: tuple = (2000, 2000)  # final width and height in pixels
    key_side: str = "left"  # side of the key softbox
    pitch_deg: float = 8.0  # camera looks down by this much
    fill_frame: float = 0.74  # product's larger share of the frame
    height_m: float | None = None  # studio scale; default: the larger side of the bounding box
    sweep_tone: int = 246  # sRGB of the sweep beside the product
    sweep_cast: tuple = (1.0, 1.0, 1.0)
    falloff: float = 0.30  # 0 flat sweep .. 1 the sweep's real light falloff
    shadow: float = 1.3  # contrast of the shadow on the sweep; 1 is as lit
    exposure: float = 1.0  # brightness of the product
    key: float = 9.0
    fill: float = 2.2
    top: float = 2.0
    ambient: float = 0.22
    key_size: float = 1.7  # width of the key softbox in product heights
    key_stretch: float = 1.0  # its height over its width
    key_height: float = 2.0  # its middle above the ground in product heights
    rim: float = 0.0  # strip light behind, opposite the key
    flags: bool = False  # black cards at both sides (metal, glass)
    cards: tuple = ()  # more black cards: (location, target, width, height) in product heights
    glass: bool = False  # see the sweep through transmissive parts
    tinted: bool = False  # glass or liquid has a color: the photo keeps it, baked into the foreground
    samples: int = 32
    min_samples: int = 8  # no pixel gets fewer: hair needs more, its alpha is noisy where its color is not
    bounces: int = 5


DEFAULT_SETUP = Setup()


class Studio:
    """One scene with one product in it."""

    def __init__(self, build, setup, draft=None):
        """`draft` is the longer side in pixels of a quick render, None for the final size."""
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.setup = setup
        self.tint = None  # of a tinted glass: light that shines through beyond what alpha lets through
        self.scene = bpy.context.scene
        self.product = bpy.data.collections.new("product")
        self.set_dressing = bpy.data.collections.new("studio")
        for collection in (self.product, self.set_dressing):
            self.scene.collection.children.link(collection)
        build(self.product)
        self.points = _world_points(self.product)
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        self.center = Vector((low + high) / 2)
        self.scale = setup.height_m or float(max(high[2] - low[2], high[0] - low[0]))
        factor = draft / max(setup.size) if draft else 1.0
        self.size = tuple(round(side * factor / 2) * 2 for side in setup.size)
        self._add_camera()
        self._add_sweep()
        self._add_lights()

    # -- camera ---------------------------------------------------------------------------------------------

    def _add_camera(self):
        setup, scene = self.setup, self.scene
        data = bpy.data.cameras.new("camera")
        self.camera = bpy.data.objects.new("camera", data)
        self.set_dressing.objects.link(self.camera)
        scene.camera = self.camera
        data.lens, data.sensor_width, data.sensor_fit = LENS_M * 1000, SENSOR_M * 1000, "AUTO"
        data.clip_start, data.clip_end = 0.01, 100.0
        scene.render.resolution_x, scene.render.resolution_y = self.size
        pitch = math.radians(setup.pitch_deg)
        self.camera.rotation_euler = (math.pi / 2 - pitch, 0, 0)
        backward = Vector((0, -math.cos(pitch), math.sin(pitch)))
        aspect = np.array(self.size) / max(self.size)
        distance = 4.0 * self.scale
        for _ in range(12):
            self.camera.location = self.center + backward * distance
            low, high = self._image_extent()
            distance *= float(((high - low) / aspect).max()) / setup.fill_frame
        low, high = self._image_extent()
        middle = (low + high) / 2
        data.shift_x, data.shift_y = float(middle[0]), float(middle[1]) + 0.01
        self.distance = distance

    def _image_extent(self):
        """Lowest and highest image position of the product, in units of the longer frame side."""
        bpy.context.view_layer.update()
        to_camera = np.array(self.camera.matrix_world.inverted())
        local = self.points @ to_camera[:3, :3].T + to_camera[:3, 3]
        image = local[:, :2] / -local[:, 2:3] * (LENS_M / SENSOR_M)
        return image.min(axis=0), image.max(axis=0)

    def metres_per_pixel(self):
        """Width of a pixel at the depth of the product's middle."""
        return self.distance * SENSOR_M / LENS_M / max(self.size)

    # -- set ------------------------------------------------------------------------------------------------

    def _add_sweep(self):
        s = self.scale
        radius, back, front, half, top = 1.6 * s, 4.2 * s, -9 * s, 10 * s, 9 * s
        line = (
            [(front, 0.0)]
            + [
                (back - radius + radius * math.sin(a), radius - radius * math.cos(a))
                for a in np.linspace(0, math.pi / 2, 33)
            ]
            + [(back, top)]
        )
        verts = [(x, y, z) for y, z in line for x in (-half, half)]
        faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(line) - 1)]
        mesh = bpy.data.meshes.new("sweep")
        mesh.from_pydata(verts, [], faces)
        mesh.shade_smooth()
        mesh.materials.append(Shader("paper", color=(0.82, 0.82, 0.82), roughness=0.9, specular=0.2).material)
        self.sweep = bpy.data.objects.new("sweep", mesh)
        self.set_dressing.objects.link(self.sweep)
        if self.setup.glass:
            self.sweep.visible_transmission = False

    def _add_lights(self):
        setup, side = self.setup, -1 if self.setup.key_side == "left" else 1
        middle, key_width = (0, 0, 0.5), setup.key_size
        self._softbox(
            "key",
            (side * 1.9, -1.5, setup.key_height),
            middle,
            key_width,
            key_width * setup.key_stretch,
            setup.key,
        )
        self._softbox("fill", (-side * 2.2, -1.2, 0.9), middle, 1.3, 1.9, setup.fill)
        self._softbox("top", (0, 0.5, 2.7), (0, 0.1, 0), 2.2, 1.5, setup.top)
        self._softbox("wall", (0, 1.2, 3.6), (0, 4.2, 1.0), 4.0, 0.8, WALL_RADIANCE)
        if setup.rim > 0:
            self._softbox("rim", (-side * 1.7, 1.5, 1.1), middle, 0.5, 1.9, setup.rim)
        for location, target, width, height in (EDGE_CARDS if setup.flags else ()) + setup.cards:
            card(
                self.set_dressing,
                self._scaled(location),
                self._scaled(target),
                width * self.scale,
                height * self.scale,
            )
        ambient_world(self.scene, setup.ambient)

    def _softbox(self, name, location, target, width, height, radiance):
        sides = (width * self.scale, height * self.scale)
        softbox(self.set_dressing, name, self._scaled(location), self._scaled(target), *sides, radiance)

    def _scaled(self, point):
        return tuple(value * self.scale for value in point)

    # -- passes ---------------------------------------------------------------------------------------------

    def render_product(self, samples):
        """Premultiplied linear RGBA of the product alone."""
        self._show(product=True, sweep=False)
        if not self.setup.glass:
            least = self.setup.min_samples
            return render_pass(self.scene, self.size, samples, self.setup.bounces, transparent=True, least=least)
        rgba = render_pass(self.scene, self.size, samples, self.setup.bounces, transparent=False)
        through = self._render_transmittance(samples)
        clear = through.min(axis=-1) if self.setup.tinted else through.mean(axis=-1)
        if self.setup.tinted:
            self.tint = through - clear[..., None]
        rgba[..., 3] = 1.0 - np.clip(clear, 0.0, 1.0)
        return rgba

    def _render_transmittance(self, samples):
        """Share of what is behind that shows through each pixel, by color: only the backdrop shines (OIDN cleans it)."""
        self._backlight(True)
        image = render_pass(self.scene, self.size, samples, self.setup.bounces, transparent=False)
        self._backlight(False)
        return image[..., :3]

    def _backlight(self, on):
        """Switch between the studio and a world that shines only behind black cut-outs and clear glass."""
        # Lists, because every change may rebuild the collections that are walked.
        for obj in list(self.set_dressing.objects):
            obj.hide_render = on and (obj.type == "LIGHT" or obj == self.sweep)
        for obj in list(self.product.all_objects):
            obj.is_holdout = on and not any(slot.material.get("see_through") for slot in obj.material_slots)
        world = self.scene.world.node_tree.nodes
        world["behind"].outputs[0].default_value = 1.0 if on else 0.0
        world["ambient"].outputs[0].default_value = 0.0 if on else self.setup.ambient

    def render_sweep(self, with_product, samples, divide=3):
        """Linear RGB of the sweep, with the product's shadow or bare, at a fraction of the size."""
        size = tuple(max(side // divide, 2) for side in self.size)
        self._show(product=False, sweep=True)
        self.product.hide_render = not with_product
        image = render_pass(self.scene, size, samples, 4, transparent=False)
        self.product.hide_render = False
        return image[..., :3]

    def _show(self, product, sweep):
        for obj in self.product.all_objects:
            obj.visible_camera = product
        self.sweep.visible_camera = sweep


def _world_points(collection):
    """World positions of all render vertices of a collection; of hair only where it is marked "framed"."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    parts = []
    for obj in collection.all_objects:
        if obj.type == "CURVES" and obj.get("framed"):
            points = np.empty(len(obj.data.points) * 3, np.float32)
            obj.data.position_data.foreach_get("vector", points)
            parts.append(points.reshape(-1, 3))
        if obj.type != "MESH" or obj.hide_render:
            continue
        mesh = obj.evaluated_get(graph).to_mesh()
        points = np.empty(len(mesh.vertices) * 3, np.float32)
        mesh.vertices.foreach_get("co", points)
        matrix = np.array(obj.matrix_world)
        parts.append(points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(parts)
