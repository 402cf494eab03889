"""Materials shared by the furniture, leather and soft-goods products. Sizes in metres, object space."""

from ..nodes import Shader


def wood(name, dark, light, seed, axis="Z", sheen_roughness=(0.34, 0.5)):
    """Solid oiled wood: growth rings around a pith outside the part, stretched fibers and open pores.

    The grain runs along the object's `axis`, so that cut ends show end grain by themselves.
    """
    s = Shader(name, specular=0.4)
    turn = {"X": (0, 1.5708, 0), "Y": (1.5708, 0, 0), "Z": (0, 0, 0)}[axis]
    shift = (0.043 + 0.011 * (seed % 5), 0.021 - 0.009 * (seed % 7), 0.37 * seed)
    stretched = s.node(
        "ShaderNodeMapping", {"Vector": s.coords(rotation=turn, location=shift), "Scale": (1, 1, 0.055)}
    ).outputs[0]
    rings = s.wave(stretched, scale=17, distortion=7.0, detail=4, kind="RINGS", bands="Z")
    cloud = s.noise(stretched, scale=26, detail=6, roughness=0.6)
    fiber = s.noise(stretched, scale=700, detail=3, roughness=0.7)
    pores = s.ramp(s.noise(stretched, scale=420, detail=2, roughness=0.5), [(0.30, 0.0), (0.40, 1.0)])
    tone = s.mix_value(0.62, rings, cloud)
    color = s.ramp(tone, [(0.22, dark), (0.5, [(a + b) / 2 for a, b in zip(dark, light)]), (0.80, light)])
    color = s.mix(s.remap(fiber, 0.0, 0.5, 0.3, 0.7), color, [c * 0.55 for c in dark])
    color = s.mix(s.math("MULTIPLY", s.math("SUBTRACT", 1.0, pores), 0.55), color, [c * 0.4 for c in dark])
    s.set(color=color, roughness=s.remap(cloud, *sheen_roughness, 0.3, 0.7))
    s.bump(fiber, strength=0.10, distance=0.0004)
    s.bump(pores, strength=0.22, distance=0.0003)
    return s.material


def leather(name, color, pebble=1100, depth=0.00035, roughness=(0.36, 0.52)):
    """Full-grain leather: pebbled cells, creases between them, uneven dye and polish."""
    s = Shader(name, specular=0.42)
    at = s.coords()
    warped = s.node(
        "ShaderNodeMix",
        {0: 0.012, 4: at, 5: s.node("ShaderNodeTexNoise", {"Vector": at, "Scale": 160.0}).outputs["Color"]},
        data_type="VECTOR",
    ).outputs[1]
    cells = s.voronoi(warped, scale=pebble, feature="SMOOTH_F1")
    fine = s.noise(at, scale=2600, detail=3)
    dye = s.noise(at, scale=28, detail=5, roughness=0.6)
    tone = s.mix(s.remap(dye, 0, 1, 0.3, 0.7), [c * 0.88 for c in color], [min(c * 1.09, 1) for c in color])
    s.set(color=s.mix(s.remap(cells, 0.0, 0.45, 0.35, 0.9), tone, [c * 0.62 for c in color]))
    s.set(roughness=s.remap(dye, *roughness, 0.3, 0.7))
    s.bump(s.math("SUBTRACT", 1.0, cells), strength=0.55, distance=depth)
    s.bump(fine, strength=0.15, distance=0.0001)
    return s.material


def metal(name, color, roughness=(0.16, 0.30), brush=None, scratches=0.15):
    """Satin metal; `brush` is a scale vector of fine lines in object space, None for polished."""
    s = Shader(name, color=color, metallic=1.0)
    at = s.coords()
    smear = s.noise(at, scale=35, detail=6, roughness=0.65)
    tarnish = s.noise(at, scale=14, detail=4)
    s.set(color=s.mix(s.remap(tarnish, 0.0, 0.5, 0.4, 0.75), color, [c * 0.78 for c in color]))
    s.set(roughness=s.remap(smear, *roughness, 0.3, 0.7))
    if brush is not None:
        s.bump(s.noise(s.coords(scale=brush), scale=1.0, detail=2), strength=scratches, distance=0.00005)
    return s.material


def thread(name, color):
    """Waxed linen thread with its twist."""
    s = Shader(name, color=color, roughness=0.6, sheen=0.3, specular=0.3)
    s.bump(s.noise(s.coords(), scale=3000, detail=1), strength=0.4, distance=0.0002)
    return s.material


def cloth(name, color, threads=1400, depth=0.0003, sheen=0.3):
    """Plain-woven fabric in object space, seen as crossing threads with small irregularities."""
    s = Shader(name, roughness=0.88, sheen=sheen, specular=0.15)
    at = s.coords()
    woven = s.math(
        "MULTIPLY",
        s.wave(at, scale=threads / 6, bands="X", distortion=0.6),
        s.wave(at, scale=threads / 6, bands="Z", distortion=0.6),
    )
    patch = s.noise(at, scale=60, detail=5)
    s.set(color=s.mix(s.remap(patch, 0, 1, 0.3, 0.7), [c * 0.84 for c in color], [min(1.0, c * 1.1) for c in color]))
    s.bump(woven, strength=0.7, distance=depth)
    return s.material
