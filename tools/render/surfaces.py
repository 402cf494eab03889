"""Materials of the grounds and walls in indoor plates, in object coordinates (metres).

Each has three scales: form (slow undulation), pattern (rings, veins) and wear (scratches, uneven gloss).
"""

from .nodes import Shader


def _vector(shader, operation, a, b=(0, 0, 0)):
    return shader.node("ShaderNodeVectorMath", {0: a, 1: b}, operation=operation).outputs[0]


def _scaled(shader, vector, scale):
    return _vector(shader, "MULTIPLY", vector, scale)


def _warped(shader, vector, scale, amount, detail=3.0):
    """Bends space by a vector noise, so that patterns wander."""
    noise = shader.node("ShaderNodeTexNoise", {"Vector": vector, "Scale": scale, "Detail": detail})
    centered = _vector(shader, "SUBTRACT", noise.outputs["Color"], (0.5, 0.5, 0.5))
    return _vector(shader, "ADD", vector, _scaled(shader, centered, (amount, amount, amount)))


def _ridge(shader, vector, scale, width, detail=2.0):
    """Thin lines where a noise crosses its middle: 1 on the line, 0 away from it."""
    crossing = shader.math("ABSOLUTE", shader.math("SUBTRACT", shader.noise(vector, scale, detail), 0.5))
    return shader.remap(crossing, 1.0, 0.0, 0.0, width)


def relief(shader, *layers):
    """One bump from several (height 0..1, metres) layers; one node, because each costs three evaluations."""
    total = 0.0
    for height, metres in layers:
        total = shader.math("ADD", shader.math("MULTIPLY", height, metres), total)
    shader.bump(total, 1.0, 1.0)


def cheap_bounces(shader, color, roughness=0.6):
    """Lets light that bounces see a plain surface: the pattern is computed for the camera alone."""
    plain = shader.node("ShaderNodeBsdfPrincipled", {"Base Color": color, "Roughness": roughness})
    camera = shader.node("ShaderNodeLightPath").outputs["Is Camera Ray"]
    mix = shader.node("ShaderNodeMixShader", {0: camera, 1: plain.outputs[0], 2: shader.bsdf.outputs[0]})
    shader.tree.links.new(mix.outputs[0], shader.output.inputs["Surface"])
    return shader.material


def scratches(shader, vector, scale, width=0.02, stretch=14.0, angles=(0.35, 1.2, -0.6)):
    """Sparse hairlines in several directions, 0..1."""
    total = 0.0
    for index, angle in enumerate(angles):
        mapping = {"Vector": vector, "Rotation": (0, 0, angle), "Location": (3.7 * index, 1.3, 0)}
        turned = shader.node("ShaderNodeMapping", mapping).outputs[0]
        line = _ridge(shader, _scaled(shader, turned, (1, stretch, 1)), scale, width, 0.0)
        where = shader.remap(shader.noise(turned, scale * 2.3, 1.0), 0.0, 1.0, 0.56, 0.64)
        total = shader.math("MAXIMUM", shader.math("MULTIPLY", line, where), total)
    return total


def wood(name, light, dark, ring_m=0.006, gloss=(0.34, 0.58), width_m=0.14, grime=0.55):
    """An old sawn plank along x: rings cut at an angle, pores, grime along the edges, scratches."""
    s = Shader(name)
    info = s.node("ShaderNodeObjectInfo").outputs["Random"]
    local = s.coords()
    own = s.node("ShaderNodeCombineXYZ", {0: s.math("MULTIPLY", info, 31.0), 1: 0.0, 2: s.math("MULTIPLY", info, 17.0)})
    grain = _vector(s, "ADD", local, own.outputs[0])
    rings = _rings(s, local, grain, info, ring_m)
    fibers = s.noise(_scaled(s, grain, (14, 420, 420)), 1.0, 2.0, 0.65)
    pores = s.remap(s.noise(_scaled(s, grain, (120, 1500, 1500)), 1.0, 1.0), 0.0, 1.0, 0.60, 0.68)
    patches = s.noise(_scaled(s, grain, (2.2, 9, 9)), 1.0, 5.0, 0.6)
    tone = s.math("ADD", s.math("MULTIPLY", rings, 0.42), s.math("MULTIPLY", fibers, 0.62))
    tone = s.math("ADD", tone, s.math("MULTIPLY", s.math("SUBTRACT", patches, 0.5), 0.7))
    tone = s.math("ADD", tone, s.math("MULTIPLY", s.math("SUBTRACT", info, 0.5), 0.40))
    middle = [(a * b) ** 0.5 for a, b in zip(light, dark)]
    color = s.ramp(tone, [(0.15, light), (0.5, middle), (0.9, dark)])
    color = s.mix(s.math("MULTIPLY", pores, 0.55), color, [c * 0.35 for c in dark])
    edge = s.remap(s.math("ABSOLUTE", s.separate(local)["Y"]), 0.0, 1.0, width_m / 2 - 0.012, width_m / 2)
    edge = s.math("MULTIPLY", edge, s.remap(s.noise(local, 24, 4.0), 0.2, 1.0, 0.3, 0.7))
    color = s.mix(s.math("MULTIPLY", edge, grime), color, [c * 0.3 for c in dark])
    lines = scratches(s, grain, 5.0)
    color = s.mix(s.math("MULTIPLY", lines, 0.35), color, [min(c * 1.5, 1) for c in light])
    worn = s.noise(local, 7.0, 6.0, 0.6)
    polish = s.math("ADD", s.remap(worn, gloss[0], gloss[1], 0.3, 0.7), s.math("MULTIPLY", pores, 0.2))
    s.set(color=color, roughness=s.math("ADD", polish, s.math("MULTIPLY", lines, 0.15)), specular=0.45)
    waves = s.noise(_scaled(s, local, (5, 26, 26)), 1.0, 1.0)
    relief(s, (waves, 1.3e-3), (fibers, 1.5e-4), (pores, -1.2e-4), (lines, -6e-5))
    return cheap_bounces(s, middle, 0.6)


def _rings(s, local, grain, info, ring_m):
    """Distance to the heart of the log, wandering along the plank, as dark late wood 0..1."""
    x, y, z = s.separate(local)
    drift = s.noise(_scaled(s, grain, (1.3, 0, 0.4)), 1.0, 2.0)
    wave = s.noise(_scaled(s, grain, (3.0, 14, 14)), 1.0, 3.0)
    off_y = s.math("SUBTRACT", y, s.math("MULTIPLY", s.math("SUBTRACT", info, 0.5), 0.12))
    off_y = s.math("ADD", off_y, s.math("MULTIPLY", s.math("SUBTRACT", wave, 0.5), 0.03))
    off_z = s.math("ADD", z, s.math("MULTIPLY", drift, 0.16))
    squares = s.math("ADD", s.math("MULTIPLY", off_y, off_y), s.math("MULTIPLY", off_z, off_z))
    phase = s.math("DIVIDE", s.math("SQRT", squares), ring_m)
    inside = s.math("FRACT", phase)
    year = s.node("ShaderNodeTexWhiteNoise", {"W": s.math("FLOOR", phase)}, noise_dimensions="1D").outputs["Value"]
    late = s.math("MULTIPLY", s.math("POWER", inside, 2.6), s.remap(inside, 1.0, 0.0, 0.93, 1.0))
    return s.math("MULTIPLY", late, s.remap(year, 0.45, 1.0))


def marble(name, white=(0.76, 0.745, 0.715), gray=(0.52, 0.51, 0.50), vein=(0.19, 0.185, 0.18), gold=(0.44, 0.34, 0.22)):
    """Polished veined marble with clouds, broken veins, hairlines and smudged gloss."""
    s = Shader(name)
    turned = s.coords(rotation=(0.3, 0.2, 0.62))
    base = _warped(s, turned, 3.1, 0.16, 4.0)
    streak = _scaled(s, base, (1.0, 2.6, 1.0))
    clouds = s.noise(streak, 4.2, 6.0, 0.62)
    color = s.ramp(clouds, [(0.36, white), (0.56, [0.94 * c for c in white]), (0.74, gray)])
    mask = s.remap(s.noise(base, 5.5, 2.0), 0.0, 1.0, 0.42, 0.60)
    wide = s.math("MULTIPLY", _ridge(s, _warped(s, streak, 16, 0.03), 2.2, 0.036, 3.0), mask)
    halo = s.math("MULTIPLY", _ridge(s, streak, 2.2, 0.13, 3.0), mask)
    fine = s.math("MULTIPLY", _ridge(s, _warped(s, streak, 22, 0.035), 8.5, 0.014, 2.0), s.math("SUBTRACT", 1.0, mask))
    color = s.mix(s.math("MULTIPLY", halo, 0.75), color, gray)
    color = s.mix(s.math("MULTIPLY", s.math("POWER", wide, 1.6), 0.80), color, vein)
    color = s.mix(s.math("MULTIPLY", fine, 0.26), color, gold)
    crystals = s.voronoi(base, 900.0, output="Color")
    color = s.mix(0.035, color, crystals, "OVERLAY")
    smudges = s.noise(s.coords(), 9.0, 6.0, 0.65)
    lines = scratches(s, s.coords(), 9.0, 0.008, 22.0)
    gloss = s.math("ADD", s.remap(smudges, 0.10, 0.24, 0.35, 0.7), s.math("MULTIPLY", lines, 0.10))
    s.set(color=color, roughness=gloss, specular=0.5)
    relief(s, (s.noise(s.coords(), 6.0, 1.0), 4e-4), (lines, -2e-5))
    return cheap_bounces(s, [0.92 * c for c in white], 0.3)


def limestone(name, light=(0.60, 0.55, 0.475), dark=(0.40, 0.355, 0.30)):
    """Honed limestone: soft beds, fossil specks, pits, and gloss worn by wiping."""
    s = Shader(name)
    local = s.coords()
    bent = _warped(s, local, 2.4, 0.10)
    beds = s.noise(_scaled(s, bent, (1.0, 2.0, 1.0)), 5.0, 8.0, 0.62)
    grain = s.noise(local, 420.0, 3.0, 0.7)
    color = s.ramp(beds, [(0.32, light), (0.52, [0.5 * (a + b) for a, b in zip(light, dark)]), (0.76, dark)])
    color = s.mix(0.30, color, s.ramp(grain, [(0.30, 0.30), (0.70, 0.70)]), "OVERLAY")
    shells = s.voronoi(_warped(s, local, 60, 0.012), 85.0)
    shell = s.math("MULTIPLY", s.remap(shells, 1.0, 0.0, 0.16, 0.26), s.remap(s.noise(local, 30, 2), 0, 1, 0.52, 0.62))
    color = s.mix(s.math("MULTIPLY", shell, 0.40), color, [min(1.0, 1.28 * c) for c in light])
    specks = s.math("MULTIPLY", s.remap(s.voronoi(local, 260.0), 1.0, 0.0, 0.10, 0.22),
                    s.remap(s.noise(local, 55, 2), 0, 1, 0.50, 0.60))
    color = s.mix(s.math("MULTIPLY", specks, 0.55), color, [0.45 * c for c in dark])
    vein = s.math("MULTIPLY", _ridge(s, bent, 3.4, 0.012, 4.0), s.remap(s.noise(local, 4, 2), 0, 1, 0.45, 0.6))
    color = s.mix(s.math("MULTIPLY", vein, 0.30), color, [0.8 * c for c in dark])
    wiped = s.noise(_scaled(s, local, (3, 7, 3)), 1.0, 6.0, 0.65)
    lines = scratches(s, local, 8.0, 0.010, 20.0)
    gloss = s.math("ADD", s.remap(wiped, 0.24, 0.42, 0.34, 0.68), s.math("MULTIPLY", lines, 0.14))
    s.set(color=color, roughness=s.math("ADD", gloss, s.math("MULTIPLY", specks, 0.2)), specular=0.5)
    relief(s, (s.noise(local, 7.0, 1.0), 5e-4), (grain, 3e-5), (specks, -1e-4))
    return cheap_bounces(s, [0.5 * (a + b) for a, b in zip(light, dark)], 0.4)


def plaster(name, color, contrast=0.10, depth_m=0.0012):
    """Trowelled lime plaster: cloudy color, overlapping strokes, pinholes."""
    s = Shader(name)
    local = s.coords()
    bent = _warped(s, local, 5.0, 0.12)
    clouds = s.noise(bent, 3.2, 7.0, 0.6)
    strokes = s.noise(_scaled(s, _warped(s, local, 9, 0.05), (1.0, 1.0, 3.2)), 9.0, 6.0, 0.6)
    dim, pale = [c * (1 - contrast * 1.6) for c in color], [min(1.0, c * (1 + contrast)) for c in color]
    tinted = s.ramp(s.math("ADD", s.math("MULTIPLY", clouds, 0.65), s.math("MULTIPLY", strokes, 0.35)),
                    [(0.32, dim), (0.52, color), (0.70, pale)])
    holes = s.math("MULTIPLY", s.remap(s.voronoi(local, 70.0), 1.0, 0.0, 0.06, 0.12),
                   s.remap(s.noise(local, 9, 3), 0, 1, 0.54, 0.62))
    s.set(color=s.mix(s.math("MULTIPLY", holes, 0.3), tinted, dim), roughness=s.remap(strokes, 0.55, 0.85, 0.3, 0.7))
    s.set(specular=0.3)
    relief(s, (strokes, 0.7 * depth_m), (s.noise(local, 160, 3.0, 0.7), 1.4e-4), (holes, -3.6e-4))
    return cheap_bounces(s, color, 0.8)


def cast_plaster(name, color, grain=0.24, pits=0.6):
    """Cast and sanded plaster: cloudy color, sand grain that shows at full size, air pits."""
    s = Shader(name)
    local = s.coords()
    clouds = s.noise(_warped(s, local, 5.0, 0.1, 2.0), 4.0, 4.0, 0.6)
    sand = s.noise(local, 420.0, 3.0, 0.8)
    tone = s.ramp(clouds, [(0.3, [0.90 * c for c in color]), (0.7, [min(1.0, 1.06 * c) for c in color])])
    tone = s.mix(1.0, tone, s.ramp(sand, [(0.3, 1 - grain), (0.5, 1.0), (0.7, 1 + 0.7 * grain)]), "MULTIPLY")
    near = s.voronoi(local, 130.0)
    some = s.remap(s.noise(local, 23.0, 2.0), 0.0, 1.0, 0.50, 0.62)
    hole = s.math("MULTIPLY", s.remap(near, 1.0, 0.0, 0.08, 0.16), some)
    s.set(color=s.mix(s.math("MULTIPLY", hole, pits), tone, [0.45 * c for c in color]), roughness=0.85, specular=0.3)
    relief(s, (sand, 5e-4), (hole, -6e-4), (clouds, 1.5e-3))
    return cheap_bounces(s, color, 0.8)


def bead(name, tint=(0.93, 0.94, 0.94)):
    """Clear water in drops, without tracing what it bends: a mirror at the rim, a window in the middle."""
    s = Shader(name)
    rim = s.node("ShaderNodeFresnel", {"IOR": 1.45}).outputs[0]
    clear = s.node("ShaderNodeBsdfTransparent", {"Color": tint})
    gloss = s.node("ShaderNodeBsdfGlossy", {"Roughness": 0.03})
    mix = s.node("ShaderNodeMixShader", {0: rim, 1: clear.outputs[0], 2: gloss.outputs[0]})
    s.tree.links.new(mix.outputs[0], s.output.inputs["Surface"])
    return s.material
