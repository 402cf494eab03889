"""What is done to a product before it is rendered. A variant may change how the studio is set, the artwork that labels are drawn from, and the scene
once it stands; its camera stays where the product's photo was taken, so that a variant lies in that photo's frame.
"""

import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Callable

import bpy
import numpy as np
from mathutils import Vector

from ..render.labels import Artwork
from ..render.nodes import Shader, add_node, plug


class DoesNotApply(Exception):
    """The product has nothing that this variant could change: no print, no second part, no metal."""


@dataclass(frozen=True)
class Variant:
    """One way to render a product."""

    name: str
    truth: str  # faithful, other (another product), flawed (not to be delivered)
    setup: Callable = lambda setup: setup
    artwork: Callable | None = None
    scene: Callable = lambda studio: None


# -- light and camera ---------------------------------------------------------------------------------------


def relit(setup):
    """The key a third of a stop stronger, higher and narrower, the fill weaker."""
    return replace(setup, key=setup.key * 1.2, fill=setup.fill * 0.75, key_height=setup.key_height + 0.35, key_size=setup.key_size * 0.9)


def softer(setup):
    """A wider key that is weaker, more fill and more light from all sides."""
    return replace(setup, key=setup.key * 0.8, fill=setup.fill * 1.3, ambient=setup.ambient * 1.4, key_size=setup.key_size * 1.15)


def turned(studio):
    """Turned by two degrees on the spot."""
    _parent(studio).rotation_euler[2] = math.radians(2.0)


def seen_from_above(studio):
    """The camera a degree and a half higher, around the product's middle."""
    camera, step = studio.camera, math.radians(1.5)
    camera.rotation_euler[0] -= step
    around = camera.location - studio.center
    camera.location = studio.center + Vector(
        (around.x, around.y * math.cos(step) + around.z * math.sin(step), around.z * math.cos(step) - around.y * math.sin(step))
    )


# -- print --------------------------------------------------------------------------------------------------

NEXT_LETTER = str.maketrans("aeiounrstlmcdhgpAEIOUNRSTLMCDHGP", "eoauiuxzfxnoqbqdEOAUIMPZFJNGQBCD")


def one_letter(string):
    """The middle letter exchanged for another one."""
    at = len(string) // 2
    while at > 0 and not string[at].isalpha():
        at -= 1
    changed = string[at].translate(NEXT_LETTER)
    changed = changed if changed != string[at] else ("x" if string[at].islower() else "X")
    return string[:at] + changed + string[at + 1 :]


def another_word(string):
    """The letters in another order: as long, as dark, another word."""
    return string[len(string) // 2 :].swapcase().capitalize() + string[: len(string) // 2].lower()


@contextmanager
def printed(artwork, build):
    """While artwork is drawn, one line of it is changed: the largest for rank 0, one of middle size for 0.5. `build` draws it once, to learn what there is."""
    if artwork is None:
        yield
        return
    (change, rank), draw, lines = artwork, Artwork.text, set()

    def note(sheet, x, y, string, size, *rest, **style):
        lines.add((size, string))
        return draw(sheet, x, y, string, size, *rest, **style)

    def changed(sheet, x, y, string, size, *rest, **style):
        return draw(sheet, x, y, change(string) if string == chosen else string, size, *rest, **style)

    try:
        Artwork.text = note
        build(bpy.data.collections.new("to learn what is printed"))
        words = sorted((line for line in lines if sum(map(str.isalpha, line[1])) >= 4), reverse=True)
        if not words:
            raise DoesNotApply("no print")
        chosen = words[int(rank * (len(words) - 1))][1]
        Artwork.text = changed
        yield
    finally:
        Artwork.text = draw


# -- surface ------------------------------------------------------------------------------------------------


def _surfaces(studio):
    """The principled nodes of everything the product is made of, with their trees."""
    materials = {slot.material for obj in studio.product.all_objects for slot in obj.material_slots if slot.material}
    for material in sorted(materials, key=lambda material: material.name):
        if material.use_nodes:
            for node in list(material.node_tree.nodes):
                if node.type == "BSDF_PRINCIPLED":
                    yield material.node_tree, node


def _through(tree, socket, make):
    """Put a node between a socket and what feeds it. `make` gets what fed it, a socket or a value."""
    before = socket.links[0].from_socket if socket.is_linked else socket.default_value
    plug(tree, socket, make(before if socket.is_linked else (tuple(before) if hasattr(before, "__len__") else before)))


def _colored(studio, **inputs):
    """Every base color through hue, saturation and value."""
    for tree, node in _surfaces(studio):
        _through(tree, node.inputs["Base Color"], lambda before: add_node(tree, "ShaderNodeHueSaturation", {"Color": before, **inputs}).outputs[0])


def hue(degrees):
    return lambda studio: _colored(studio, Hue=0.5 + degrees / 360)


def paler(studio):
    _colored(studio, Saturation=0.7)


def darker(studio):
    _colored(studio, Value=0.7)


def _roughness(studio, change):
    for tree, node in _surfaces(studio):
        _through(tree, node.inputs["Roughness"], lambda before: change(tree, before))


def glossier(studio):
    _roughness(studio, lambda tree, before: add_node(tree, "ShaderNodeMath", {0: before, 1: 0.35}, operation="MULTIPLY").outputs[0])
    for _, node in _surfaces(studio):
        node.inputs["Coat Weight"].default_value = max(node.inputs["Coat Weight"].default_value, 0.6)
        node.inputs["Coat Roughness"].default_value = min(node.inputs["Coat Roughness"].default_value, 0.08)


def matter(studio):
    _roughness(studio, lambda tree, before: add_node(tree, "ShaderNodeMath", {0: before, 1: 0.65}, operation="MAXIMUM").outputs[0])
    for _, node in _surfaces(studio):
        node.inputs["Coat Weight"].default_value = 0.0


def gilded(studio):
    """Whatever is metal is brass."""
    metals = [node for _, node in _surfaces(studio) if not node.inputs["Metallic"].is_linked and node.inputs["Metallic"].default_value > 0.5]
    if not metals:
        raise DoesNotApply("no metal")
    for node in metals:
        tree = node.id_data
        brass = {0: 1.0, 7: (1.0, 0.72, 0.34, 1.0)}
        _through(
            tree,
            node.inputs["Base Color"],
            lambda before: add_node(tree, "ShaderNodeMix", {**brass, 6: before}, data_type="RGBA", blend_type="MULTIPLY").outputs[2],
        )


def larger_pattern(studio):
    """Whatever is drawn on it, an eighth larger."""
    found = False
    for tree, _ in _surfaces(studio):
        for node in tree.nodes:
            if node.type == "TEX_IMAGE" and node.inputs["Vector"].is_linked and not node.get("larger"):
                node["larger"] = found = True
                before = node.inputs["Vector"].links[0].from_socket
                middle = add_node(tree, "ShaderNodeVectorMath", {0: before, 1: (0.5, 0.5, 0.0)}, operation="SUBTRACT").outputs[0]
                inputs = {0: middle, 1: (1 / 1.125, 1 / 1.125, 1.0), 2: (0.5, 0.5, 0.0)}
                plug(tree, node.inputs["Vector"], add_node(tree, "ShaderNodeVectorMath", inputs, operation="MULTIPLY_ADD").outputs[0])
    if not found:
        raise DoesNotApply("no print")


# -- shape --------------------------------------------------------------------------------------------------


def _parent(studio):
    """One empty that everything of the product hangs on, standing where it stands."""
    empty = bpy.data.objects.new("handle", None)
    studio.set_dressing.objects.link(empty)
    for obj in list(studio.product.all_objects):
        if obj.parent is None:
            obj.parent = empty
    return empty


def stretched(across, up):
    def change(studio):
        _parent(studio).scale = (across, 1.0, up)

    return change


def _seen(obj):
    """Width times height of an object's box as seen from the front, square metres."""
    corners = np.array([obj.matrix_world @ Vector(corner) for corner in obj.bound_box])
    size = corners.max(axis=0) - corners.min(axis=0)
    return float(size[0] * size[2])


def without_a_part(studio):
    """The largest part gone that is no more than a third of the whole."""
    bpy.context.view_layer.update()
    parts = [obj for obj in studio.product.all_objects if obj.type == "MESH" and not obj.hide_render]
    whole = max(map(_seen, parts))
    small = [obj for obj in parts if _seen(obj) < whole / 3]
    if not small:
        raise DoesNotApply("it is one piece")
    bpy.data.objects.remove(max(small, key=lambda obj: (_seen(obj), obj.name)), do_unlink=True)


def with_a_knob(studio):
    """A knob of its own material at one side, a seventh of its height across."""
    points = studio.points
    low, high = points.min(axis=0), points.max(axis=0)
    middle = points[np.abs(points[:, 2] - (low[2] + 0.62 * (high[2] - low[2]))) < 0.06 * (high[2] - low[2])]
    at = middle[middle[:, 0].argmax()] if len(middle) else points[points[:, 0].argmax()]
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.07 * float(high[2] - low[2]), location=tuple(at), segments=48, ring_count=32)
    knob = bpy.context.object
    knob.data.shade_smooth()
    for collection in list(knob.users_collection):
        collection.objects.unlink(knob)
    studio.product.objects.link(knob)
    materials = [slot.material for obj in studio.product.all_objects for slot in obj.material_slots if slot.material]
    knob.data.materials.append(materials[0] if materials else Shader("knob").material)


def melted(studio):
    """Every surface pushed in and out in soft waves, by up to a hundredth of its height: how drawn pictures go wrong."""
    texture = bpy.data.textures.new("waves", "CLOUDS")
    texture.noise_scale = 0.18 * studio.scale
    for obj in studio.product.all_objects:
        if obj.type == "MESH":
            waves = obj.modifiers.new("waves", "DISPLACE")
            waves.texture, waves.texture_coords = texture, "GLOBAL"
            waves.strength, waves.mid_level = 0.035 * studio.scale, 0.5


ALL = (
    Variant("as-it-is", "faithful"),
    Variant("one-letter", "other", artwork=(one_letter, 0.0)),
    Variant("part-missing", "other", scene=without_a_part),
    Variant("relit", "faithful", setup=relit),
    Variant("8-percent-taller", "other", scene=stretched(1.0, 1.08)),
    Variant("hue-12", "other", scene=hue(12)),
    Variant("turned-2", "faithful", scene=turned),
    Variant("knob-added", "other", scene=with_a_knob),
    Variant("glossier", "other", scene=glossier),
    Variant("softer-light", "faithful", setup=softer),
    Variant("melted", "flawed", scene=melted),
    Variant("another-word", "other", artwork=(another_word, 0.0)),
    Variant("small-letter", "other", artwork=(one_letter, 0.5)),
    Variant("seen-from-above", "faithful", scene=seen_from_above),
    Variant("5-percent-wider", "flawed", scene=stretched(1.05, 1.0)),
    Variant("matter", "other", scene=matter),
    Variant("gilded", "other", scene=gilded),
    Variant("larger-pattern", "other", scene=larger_pattern),
    Variant("hue-minus-20", "other", scene=hue(-20)),
    Variant("paler", "other", scene=paler),
    Variant("darker", "other", scene=darker),
)


def named(name):
    return next(variant for variant in ALL if variant.name == name)
