"""Shader-node helpers shared by products and plates.

A `Shader` wraps one material under construction. Every helper takes sockets or plain values and returns the
output socket, so that graphs read like expressions:

    s = Shader("clay")
    grain = s.noise(s.coords(scale=40), detail=6)
    s.set(color=s.ramp(grain, [(0.3, (0.5, 0.2, 0.1)), (0.7, (0.6, 0.3, 0.2))]), roughness=0.6)
    s.bump(grain, strength=0.2, distance=0.001)
"""

import bpy

PRINCIPLED_NAMES = {
    "color": "Base Color",
    "roughness": "Roughness",
    "metallic": "Metallic",
    "ior": "IOR",
    "alpha": "Alpha",
    "normal": "Normal",
    "coat": "Coat Weight",
    "coat_roughness": "Coat Roughness",
    "coat_normal": "Coat Normal",
    "sheen": "Sheen Weight",
    "sheen_roughness": "Sheen Roughness",
    "sheen_tint": "Sheen Tint",
    "transmission": "Transmission Weight",
    "subsurface": "Subsurface Weight",
    "subsurface_scale": "Subsurface Scale",
    "subsurface_radius": "Subsurface Radius",
    "specular": "Specular IOR Level",
    "specular_tint": "Specular Tint",
    "anisotropic": "Anisotropic",
    "anisotropic_rotation": "Anisotropic Rotation",
    "tangent": "Tangent",
    "emission": "Emission Color",
    "emission_strength": "Emission Strength",
}


def plug(tree, target, value):
    """Connect a socket to `target`, or set its default from a number, a color or a vector."""
    if isinstance(value, bpy.types.NodeSocket):
        tree.links.new(value, target)
        return
    default = target.default_value
    if not hasattr(default, "__len__"):
        target.default_value = value
    elif not hasattr(value, "__len__"):
        target.default_value = [value] * 3 + [1.0] * (len(default) - 3)
    else:
        target.default_value = list(value) + [1.0] * (len(default) - len(value))


def add_node(tree, kind, inputs=None, **attributes):
    """Add a node; `inputs` maps input names or indices to sockets or values."""
    node = tree.nodes.new(kind)
    for name, value in attributes.items():
        setattr(node, name, value)
    for key, value in (inputs or {}).items():
        plug(tree, node.inputs[key], value)
    return node


class Shader:
    """A material under construction around one Principled BSDF."""

    def __init__(self, name, **principled):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.bsdf = self.tree.nodes["Principled BSDF"]
        self.output = self.tree.nodes["Material Output"]
        self.set(**principled)

    def set(self, **principled):
        """Set Principled inputs by the short names of PRINCIPLED_NAMES."""
        for name, value in principled.items():
            plug(self.tree, self.bsdf.inputs[PRINCIPLED_NAMES[name]], value)
        return self

    def node(self, kind, inputs=None, **attributes):
        return add_node(self.tree, kind, inputs, **attributes)

    def coords(self, kind="Object", scale=1.0, location=(0, 0, 0), rotation=(0, 0, 0)):
        """Texture coordinates ('Object', 'UV', 'Generated', …) through a mapping."""
        source = self.node("ShaderNodeTexCoord").outputs[kind]
        mapping = {"Vector": source, "Scale": scale, "Location": location, "Rotation": rotation}
        if not hasattr(scale, "__len__"):
            mapping["Scale"] = (scale, scale, scale)
        return self.node("ShaderNodeMapping", mapping).outputs[0]

    def noise(self, vector, scale=1.0, detail=4.0, roughness=0.55, distortion=0.0):
        inputs = {
            "Vector": vector,
            "Scale": scale,
            "Detail": detail,
            "Roughness": roughness,
            "Distortion": distortion,
        }
        return self.node("ShaderNodeTexNoise", inputs).outputs[0]

    def voronoi(self, vector, scale=1.0, feature="F1", output="Distance", randomness=1.0):
        inputs = {"Vector": vector, "Scale": scale, "Randomness": randomness}
        return self.node("ShaderNodeTexVoronoi", inputs, feature=feature).outputs[output]

    def wave(self, vector, scale=1.0, distortion=0.0, detail=2.0, bands="X", kind="BANDS"):
        inputs = {"Vector": vector, "Scale": scale, "Distortion": distortion, "Detail": detail}
        attributes = {"wave_type": kind, "bands_direction": bands}
        return self.node("ShaderNodeTexWave", inputs, **attributes).outputs["Fac"]

    def image(self, image, vector=None, extension="EXTEND", interpolation="Cubic", raw=False):
        """Image-texture node (use .outputs['Color'] / ['Alpha']); raw marks non-color data."""
        if raw:
            image.colorspace_settings.name = "Non-Color"
        node = self.node("ShaderNodeTexImage", image=image, extension=extension, interpolation=interpolation)
        if vector is not None:
            plug(self.tree, node.inputs["Vector"], vector)
        return node

    def ramp(self, factor, stops, interpolation="LINEAR"):
        """Color ramp; stops are (position, rgb or number)."""
        node = self.node("ShaderNodeValToRGB", {"Fac": factor})
        node.color_ramp.interpolation = interpolation
        elements = node.color_ramp.elements
        while len(elements) < len(stops):
            elements.new(1.0)
        while len(elements) > len(stops):
            elements.remove(elements[-1])
        for element, (position, color) in zip(elements, stops):
            rgb = color if hasattr(color, "__len__") else (color, color, color)
            element.position = position
            element.color = (*rgb[:3], 1.0)
        return node.outputs["Color"]

    def remap(self, value, low, high, from_low=0.0, from_high=1.0):
        inputs = {0: value, 1: from_low, 2: from_high, 3: low, 4: high}
        return self.node("ShaderNodeMapRange", inputs).outputs[0]

    def math(self, operation, a, b=0.0, clamp=False):
        node = self.node("ShaderNodeMath", {0: a, 1: b}, operation=operation, use_clamp=clamp)
        return node.outputs[0]

    def mix(self, factor, a, b, blend="MIX"):
        """Mix two colors."""
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend)
        for index, value in ((0, factor), (6, a), (7, b)):
            plug(self.tree, node.inputs[index], value)
        return node.outputs[2]

    def mix_value(self, factor, a, b):
        """Mix two numbers."""
        return self.node("ShaderNodeMix", {0: factor, 2: a, 3: b}, data_type="FLOAT").outputs[0]

    def separate(self, vector):
        """The x, y and z sockets of a vector."""
        return self.node("ShaderNodeSeparateXYZ", {0: vector}).outputs

    def bump(self, height, strength=0.2, distance=0.001, target="normal"):
        """Bump the surface; calls stack. `distance` is in metres."""
        socket = self.bsdf.inputs[PRINCIPLED_NAMES[target]]
        inputs = {"Strength": strength, "Distance": distance, "Height": height}
        if socket.is_linked:
            inputs["Normal"] = socket.links[0].from_socket
        result = self.node("ShaderNodeBump", inputs).outputs[0]
        plug(self.tree, socket, result)
        return result

    def vary_roughness(self, low, high, scale=30.0, detail=5.0):
        """Uneven gloss: roughness wanders between low and high in object space."""
        wander = self.noise(self.coords(), scale=scale, detail=detail)
        self.set(roughness=self.remap(wander, low, high, 0.3, 0.7))
        return wander


def plain(name, color, roughness=0.5, **principled):
    """A simple material with slightly uneven gloss."""
    shader = Shader(name, color=color, **principled)
    shader.vary_roughness(max(roughness - 0.06, 0.02), min(roughness + 0.06, 1.0))
    return shader.material


def clear_glass(name, color=(1.0, 1.0, 1.0), ior=1.5, roughness=0.0):
    """Glass that lets shadow rays through (no caustics needed): a light, tinted shadow."""
    shader = Shader(name)
    shader.material["see_through"] = True
    tree = shader.tree
    tree.nodes.remove(shader.bsdf)
    glass = shader.node("ShaderNodeBsdfGlass", {"Color": color, "Roughness": roughness, "IOR": ior})
    shadow = shader.node("ShaderNodeBsdfTransparent", {"Color": [0.90 * c for c in color]})
    is_shadow = shader.node("ShaderNodeLightPath").outputs["Is Shadow Ray"]
    mix = shader.node("ShaderNodeMixShader", {0: is_shadow, 1: glass.outputs[0], 2: shadow.outputs[0]})
    plug(tree, shader.output.inputs["Surface"], mix.outputs[0])
    return shader.material
