"""Studio lights: gradient softboxes, black cards, and a world that hides from the camera."""

import bpy
from mathutils import Vector

from .nodes import Shader, add_node, plug

VELVET = (0.012, 0.012, 0.012)


def aim(obj, location, target):
    obj.location = location
    obj.rotation_euler = (Vector(target) - Vector(location)).to_track_quat("-Z", "Y").to_euler()


def softbox(collection, name, location, target, width, height, radiance):
    """Area light with a hot middle and a falling edge, like a real softbox; `radiance` is what a mirror shows."""
    data = bpy.data.lights.new(name, "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", width, height
    data.energy = 1.0
    data.use_nodes = True
    tree = data.node_tree
    parametric = add_node(tree, "ShaderNodeNewGeometry").outputs["Parametric"]
    centered = add_node(
        tree, "ShaderNodeVectorMath", {0: parametric, 1: (0.5, 0.5, 0.0)}, operation="SUBTRACT"
    )
    flat = add_node(
        tree, "ShaderNodeVectorMath", {0: centered.outputs[0], 1: (1, 1, 0)}, operation="MULTIPLY"
    )
    reach = add_node(tree, "ShaderNodeVectorMath", {0: flat.outputs[0]}, operation="LENGTH")
    gradient = add_node(
        tree, "ShaderNodeMapRange", {0: reach.outputs["Value"], 1: 0.0, 2: 0.72, 3: 1.25, 4: 0.45}
    )
    # Cycles divides one watt by pi/4 and the area; undo both.
    strength = {0: gradient.outputs[0], 1: radiance * width * height * 4}
    plug(
        tree,
        tree.nodes["Emission"].inputs["Strength"],
        add_node(tree, "ShaderNodeMath", strength, operation="MULTIPLY").outputs[0],
    )
    light = bpy.data.objects.new(name, data)
    collection.objects.link(light)
    aim(light, location, target)
    light.visible_camera = False
    return light


def card(collection, location, target, width, height):
    """Black card, seen in reflections and refractions only."""
    mesh = bpy.data.meshes.new("card")
    w, h = width / 2, height / 2
    mesh.from_pydata([(-w, -h, 0), (w, -h, 0), (w, h, 0), (-w, h, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(Shader("velvet", color=VELVET, roughness=1.0, specular=0.0).material)
    obj = bpy.data.objects.new("card", mesh)
    collection.objects.link(obj)
    aim(obj, location, target)
    obj.visible_camera = obj.visible_shadow = obj.visible_diffuse = False
    return obj


def ambient_world(scene, strength):
    """Even ambient light; black (node "behind") where the camera looks past or through the product."""
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    tree = world.node_tree
    path = add_node(tree, "ShaderNodeLightPath").outputs
    direction = add_node(tree, "ShaderNodeTexCoord").outputs["Generated"]
    away = add_node(tree, "ShaderNodeSeparateXYZ", {0: direction}).outputs["Y"]
    through = {0: path["Is Camera Ray"], 1: path["Is Transmission Ray"]}
    looks = add_node(tree, "ShaderNodeMath", through, operation="MAXIMUM").outputs[0]
    backward = add_node(tree, "ShaderNodeMath", {0: away, 1: 0.0}, operation="GREATER_THAN").outputs[0]
    behind = add_node(tree, "ShaderNodeMath", {0: looks, 1: backward}, operation="MULTIPLY").outputs[0]
    values = [add_node(tree, "ShaderNodeValue", name=name) for name in ("ambient", "behind")]
    values[0].outputs[0].default_value = strength
    values[1].outputs[0].default_value = 0.0
    inputs = {0: behind, 2: values[0].outputs[0], 3: values[1].outputs[0]}
    mix = add_node(tree, "ShaderNodeMix", inputs, data_type="FLOAT")
    background = tree.nodes["Background"]
    background.inputs[0].default_value = (1, 1, 1, 1)
    plug(tree, background.inputs[1], mix.outputs[0])
