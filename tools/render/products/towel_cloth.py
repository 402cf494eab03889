"""What the towels of the stack are made of: ground weave, loop yarn and waffle weave."""

from dataclasses import dataclass

from ..nodes import Shader
from . import surfaces


@dataclass(frozen=True)
class Towel:
    """One folded towel: where it lies, how thick its layers are, what it is made of."""

    name: str
    bottom: float
    layer: float
    color: tuple
    turn_deg: float
    shift: tuple
    waffle: bool = False


def terry_base(towel):
    """Ground weave under the loops."""
    return surfaces.cloth(f"{towel.name} ground", [c * 0.75 for c in towel.color], threads=2600)


def waffle_cloth(towel):
    """Waffle weave seen close: spun yarn, darker in the cells."""
    s = Shader("waffle cotton", roughness=0.92, sheen=0.35, sheen_roughness=0.5, specular=0.1)
    at = s.coords()
    yarn = s.math(
        "MULTIPLY", s.wave(at, scale=330, bands="X", distortion=1.2), s.wave(at, scale=330, bands="Y", distortion=1.2)
    )
    fuzz = s.noise(at, scale=1500, detail=3)
    patch = s.noise(at, scale=25, detail=4)
    s.set(
        color=s.mix(
            s.remap(patch, 0, 1, 0.3, 0.7), [c * 0.9 for c in towel.color], [min(1, c * 1.05) for c in towel.color]
        )
    )
    s.bump(yarn, strength=0.5, distance=0.0004)
    s.bump(fuzz, strength=0.35, distance=0.0005)
    return s.material


def yarn(towel):
    s = Shader(f"{towel.name} yarn", roughness=0.9, sheen=0.2, specular=0.1)
    tint = s.node("ShaderNodeAttribute", attribute_name="tint").outputs["Fac"]
    s.set(color=s.mix(tint, [c * 0.80 for c in towel.color], [min(1.0, c * 1.14) for c in towel.color]))
    return s.material
