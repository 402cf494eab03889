"""Concrete ledge of a roof after sunset: weathered, damp in places; the city far below is soft discs of light."""

import math

import numpy as np

from .. import mesh, outdoor, room, surfaces
from ..nodes import Shader
from ..outdoor import fbm, smoothstep
from ..plate import mark_ground
from ..plate_far import mark_far
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.92, 0.84)
KEY_FROM = (-1.25, -0.35, 0.95)
BACK_Y, JOINT_X = 0.285, 0.235
CITY_Z = -4.5                           # the city is modeled at a fifth of its size
SPARK_RAD = 0.0013                      # half the angle under which a lamp is seen: a seventh of its blurred disc
CALM = 0.85                             # share of the lamps right behind the product that stay dark
FAR_M = (3.4, 28.0, 60.0)               # what is far is blurred as at the nearest of these distances
LAMPS = (                               # color, weight
    ((1.0, 0.40, 0.08), 0.40), ((1.0, 0.54, 0.17), 0.27), ((1.0, 0.82, 0.58), 0.11), ((0.55, 0.74, 1.0), 0.09),
    ((1.0, 0.07, 0.03), 0.09), ((0.10, 0.85, 0.50), 0.04),
)
STREET = (0.085, 0.046, 0.026)          # what the lamps make of the haze above the streets
LAYERS = (                              # distance, count, half widths, tops above the horizon, tone at the top, lit share
    (84.0, 34, (0.7, 1.7), (-0.6, 3.4), (0.100, 0.098, 0.160), 0.045),
    (52.0, 15, (0.7, 1.5), (-1.6, 2.3), (0.044, 0.047, 0.084), 0.12),
)
NEAR_TOWERS = ((-6.4, 1.9, 2.5, 27.0), (5.9, 1.35, 1.15, 29.0))    # x, half width, top, distance
ROOF_LAMPS = ((-0.95, 1.9, -0.10), (-0.70, 2.0, -0.13), (-0.44, 2.1, -0.15), (1.02, 2.2, -0.12), (0.72, 1.8, -0.14))
SEED = 12

SPEC = PlateSpec(
    name="city-ledge",
    title_en="Weathered concrete ledge above the city at dusk",
    title_zh="暮色城市天台混凝土台",
    keywords_en=("city", "night", "dusk", "blue hour", "sunset", "city lights", "skyline", "rooftop", "concrete", "cement", "balcony",
                 "street", "sneakers", "streetwear", "perfume", "nightlife", "cocktail", "downtown", "metropolitan", "headphones"),
    keywords_zh=("城市", "夜晚", "黄昏", "蓝调时刻", "日落", "城市灯光", "天际线", "天台", "混凝土", "水泥", "阳台", "街头", "球鞋",
                 "潮牌", "香水", "夜生活", "鸡尾酒", "夜景", "耳机"),
    categories=("electronics", "fashion", "beauty", "food"),
    ground_kind="rough",
    reflectance=0.03,
    roughness=0.7,
    lights=(Light("afterglow", KEY_FROM, KEY_COLOR, 28.0, 0.52),),
    ambient=Ambient((0.86, 0.92, 1.0), 0.48),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.05, 0.38), 0.20, 0.46),),
    camera=Camera(frame_height_m=0.55, vertical_fov_deg=20.0, pitch_deg=5.5, anchor_v=0.77, f_stop=2.8),
    look="AgX - Punchy",
    exposure=0.95,
    samples=20,
    soft_divisor=2,
    soft_samples=16,
)


def build(collection) -> None:
    rng = np.random.default_rng(SEED)
    lamp = _lamp_model(collection)
    _ledge(collection)
    _skyline(collection, lamp, rng)
    _streets(collection, lamp, rng)
    _light(collection)


def heights(x, y):
    """The ledge's top: trowelled by hand, chipped along the far edge and along the joint, with pits and a crack."""
    trowel = 0.0016 * fbm(x, y, 0.24, 3, SEED) + 0.0006 * fbm(x * 0.6, y, 0.05, 3, SEED + 5)
    grit = 0.00042 * fbm(x, y, 0.010, 4, SEED + 10, 0.7)
    edge = BACK_Y + 0.004 * fbm(x, y, 0.16, 3, SEED + 20) - y
    joint = np.abs(x - JOINT_X - 0.09 * y + 0.0018 * fbm(x, y, 0.04, 3, SEED + 25)) - 0.0035
    chip = smoothstep(0.15, 0.62, fbm(x, y, 0.055, 5, SEED + 30, 0.6))
    within = np.minimum(edge - 0.026 * chip * smoothstep(0.05, 0.0, edge), joint - 0.007 * chip + 0.001)
    worn = smoothstep(0.0, 0.009, within)
    crack = np.abs(fbm(x * 0.55 + 0.3 * y, y, 0.34, 5, SEED + 40, 0.55) - 0.12)
    crack = smoothstep(0.010, 0.002, crack) * smoothstep(0.10, 0.19, np.hypot(x, y))
    pits = smoothstep(0.38, 0.56, fbm(x, y, 0.0090, 2, SEED + 50)) * smoothstep(-0.35, 0.3, fbm(x, y, 0.10, 3, SEED + 55))
    z = trowel + grit - 0.0048 * (1 - worn) ** 2 - 0.0016 * crack - 0.0016 * pits
    z = z - 0.010 * smoothstep(0.0, -0.004, joint) - 0.12 * smoothstep(-0.002, -0.012, edge)
    low = trowel + 0.0004 * fbm(x, y, 0.03, 3, SEED + 60)
    damp = smoothstep(0.00030, -0.00045, low) * smoothstep(0.09, 0.17, np.hypot(x, y))
    pool = smoothstep(-0.00062, -0.00085, low) * smoothstep(0.15, 0.21, np.hypot(x, y)) * worn
    z = z * (1 - 0.94 * pool) - 0.0010 * pool
    return z, {"damp": damp, "pool": pool, "bare": np.clip(1 - worn + 0.8 * pits + 0.8 * crack, 0, 1), "trough": smoothstep(0.0, -0.003, joint)}


def _ledge(collection) -> None:
    eye = SPEC.camera.position
    x, y = outdoor.fan_grid(eye[2], eye[1], -0.50, BACK_Y + 0.02, 0.27, 1300, 1200)
    z, masks = heights(x, y)
    rest = np.median(z[np.hypot(x, y) < 0.06])
    mark_ground(outdoor.grid_object(collection, "ledge", x, y, z - rest, masks, _concrete()))


def _concrete():
    """Cast concrete after years outside: cement skin with sand in it, stones where it chipped, soot, lime, rain marks."""
    s = Shader("old concrete")
    at = s.coords()
    damp, pool, bare, trough = (outdoor.attribute(s, k) for k in ("damp", "pool", "bare", "trough"))
    cloud = s.noise(at, 5.0, 8, 0.64, 0.7)
    sand = s.noise(at, 300, 6, 0.82)
    fine = s.noise(at, 1500, 2, 0.6)
    color = s.ramp(cloud, [(0.30, (0.160, 0.151, 0.136)), (0.50, (0.218, 0.207, 0.188)), (0.70, (0.272, 0.259, 0.236))])
    color = s.mix(1.0, color, s.ramp(sand, [(0.34, 0.40), (0.5, 1.0), (0.66, 1.60)]), "MULTIPLY")
    color = s.mix(1.0, color, s.ramp(fine, [(0.25, 0.80), (0.5, 1.0), (0.75, 1.2)]), "MULTIPLY")
    stones = s.separate(s.voronoi(at, 210, output="Color"))[0]
    pebble = s.ramp(stones, [(0.0, (0.10, 0.085, 0.07)), (0.5, (0.20, 0.19, 0.175)), (1.0, (0.34, 0.31, 0.27))])
    color = s.mix(s.math("MULTIPLY", bare, 0.75), color, s.mix(0.35, pebble, (0.10, 0.095, 0.09)))
    streak = s.noise(s.coords(scale=(1.0, 5.0, 1.0), rotation=(0, 0, 0.18)), 7.0, 6, 0.65, 0.4)
    color = s.mix(s.ramp(streak, [(0.50, 0.0), (0.74, 0.42)]), color, s.mix(1.0, color, (0.56, 0.55, 0.53), "MULTIPLY"))
    lime = s.ramp(s.noise(at, 10, 7, 0.7, 0.5), [(0.60, 0.0), (0.74, 0.45)])
    color = s.mix(lime, color, (0.40, 0.39, 0.37))
    spots = s.math("MULTIPLY", s.remap(s.voronoi(at, 48), 1.0, 0.0, 0.10, 0.17), s.remap(s.noise(at, 9, 3), 0, 1, 0.5, 0.6))
    color = s.mix(s.math("MULTIPLY", spots, 0.55), color, (0.07, 0.068, 0.062))
    wet = s.math("MAXIMUM", s.math("MULTIPLY", damp, s.ramp(s.noise(at, 26, 5, 0.7), [(0.3, 0.55), (0.6, 1.0)])), pool)
    color = s.mix(wet, color, s.mix(1.0, color, (0.50, 0.49, 0.47), "MULTIPLY"))
    color = s.mix(trough, color, (0.03, 0.03, 0.03))
    gloss = s.math("ADD", s.mix_value(wet, 0.78, 0.42), s.math("MULTIPLY", s.math("SUBTRACT", sand, 0.5), 0.3))
    s.set(color=color, roughness=s.mix_value(pool, gloss, 0.06), specular=0.4)
    dry = s.math("SUBTRACT", 1.0, s.math("MULTIPLY", pool, 0.97))
    surfaces.relief(s, (s.math("MULTIPLY", sand, dry), 1.1e-3), (s.math("MULTIPLY", fine, dry), 2.5e-4))
    return surfaces.cheap_bounces(s, (0.21, 0.205, 0.19), 0.8)


def _lamp_model(collection):
    """A point of light whose color and power each object carries; it lights nothing, so that noise stays low."""
    s = Shader("lamp", color=(0, 0, 0), emission_strength=1.0)
    s.set(emission=s.node("ShaderNodeObjectInfo").outputs["Color"])
    s.material.cycles.emission_sampling = "NONE"
    model = mesh.lathe("lamp", [(0, -1.0), (1.0, 0, 0.9), (0, 1.0)], collection, s.material, 12, 4)
    model.location, model.scale = (0, -30, -30), (0.01,) * 3
    return model.data


def _far(obj, distance):
    """Marks it with the layer whose distance is nearest by ratio."""
    return mark_far(obj, min(FAR_M, key=lambda layer: abs(math.log(layer / distance))))


def _spark(collection, lamp, rng, place, color, disc) -> None:
    """A lamp whose blurred disc has the radiance `disc`, or none: it is calmer where a product will stand."""
    x, reach, z = (at - eye for at, eye in zip(place, SPEC.camera.position))
    if rng.random() < CALM * math.exp(-((x / reach / 0.08) ** 4) - ((z / reach + 0.08) / 0.12) ** 4):
        return
    obj = _far(outdoor.link(collection, "lamp", lamp, None, place, scale=SPARK_RAD * reach), reach)
    obj.visible_diffuse = obj.visible_glossy = False
    thin = (SPEC.camera.disc_share(obj["far"]) / 2 / (SPARK_RAD * SPEC.camera.focal_px(1))) ** 2
    obj.color = (*(c * disc * thin for c in color), 1.0)


def _pick(rng):
    return LAMPS[rng.choice(len(LAMPS), p=[weight for _, weight in LAMPS])][0]


def _tower(collection, lamp, rng, x, half, top, y, tone, share) -> None:
    """A slab of haze, darker up and warmer where the streets glow, with a few windows lit."""
    s = Shader("tower", color=(0, 0, 0), emission_strength=1.0)
    rise = s.separate(s.node("ShaderNodeNewGeometry").outputs["Position"])["Z"]
    street = tuple(0.5 * own + glow for own, glow in zip(tone, STREET))
    s.set(emission=s.mix(s.remap(rise, 1.0, 0.0, CITY_Z, 0.5), tone, street))
    _far(mesh.rounded_box("tower", (2 * half, 1.5, 30), collection, s.material, 0.02, location=(x, y + 0.75, top - 15)), y)
    pitch = 0.011 * y
    for column in np.arange(-half + pitch / 2, half - pitch / 3, pitch):
        for z in np.arange(CITY_Z, top - pitch / 2, pitch):
            if rng.random() < share:
                _spark(collection, lamp, rng, (x + column, y - 0.1, z), _pick(rng) if rng.random() < 0.3 else LAMPS[1][0], 0.19 * rng.lognormal(-0.5, 0.9))


def _skyline(collection, lamp, rng) -> None:
    horizon = SPEC.camera.position[2]
    for y, count, halves, tops, tone, share in LAYERS:
        for k in range(count):
            x = (k + 0.5 + rng.normal(0, 0.25)) / count * 0.56 * y - 0.28 * y
            shade = rng.uniform(0.8, 1.2)
            top = horizon + tops[0] + (tops[1] - tops[0]) * rng.random() ** 1.7
            _tower(collection, lamp, rng, x, rng.uniform(*halves), top, y + rng.uniform(-2, 2), tuple(c * shade for c in tone), share)
    for x, half, top, y in NEAR_TOWERS:
        _tower(collection, lamp, rng, x, half, horizon + top, y, (0.020, 0.022, 0.040), 0.12)


def _streets(collection, lamp, rng) -> None:
    """Lamps over the whole city floor, thicker toward the horizon; an avenue with cars; a few lights on roofs near by."""
    eye = SPEC.camera.position
    for _ in range(260):
        down = math.radians(0.4 + 9.6 * rng.random() ** 1.9)
        reach = min((eye[2] - CITY_Z) / math.tan(down), 80.0)
        x = math.tan(math.radians(rng.uniform(-13.5, 13.5))) * reach
        _spark(collection, lamp, rng, (x, eye[1] + reach, eye[2] - reach * math.tan(down)), _pick(rng), 0.30 * rng.lognormal(-0.5, 1.0))
    for y in np.geomspace(24, 76, 11):
        for side in (-1.0, 1.0):
            _spark(collection, lamp, rng, (2.3 + side - 0.030 * (y - 24), y, CITY_Z + 0.55), LAMPS[0][0], 0.34)
        _spark(collection, lamp, rng, (2.0 - 0.030 * (y - 24), y + rng.uniform(-1, 1), CITY_Z + 0.1), LAMPS[4][0], 0.24)
        _spark(collection, lamp, rng, (2.6 - 0.030 * (y - 24), y + rng.uniform(-1, 1), CITY_Z + 0.1), LAMPS[2][0], 0.26)
    for x, y, z in ROOF_LAMPS:
        _spark(collection, lamp, rng, (x, y, z), LAMPS[1][0], 0.5)
    floor = Shader("city floor", color=(0, 0, 0), emission_strength=1.0)
    away = floor.separate(floor.node("ShaderNodeNewGeometry").outputs["Position"])["Y"]
    dark = floor.ramp(floor.noise(floor.coords(), 0.22, 5, 0.6), [(0.35, (0.016, 0.015, 0.024)), (0.65, (0.075, 0.046, 0.034))])
    floor.set(emission=floor.mix(floor.remap(away, 0.0, 1.0, 22.0, 50.0), dark, (0.115, 0.070, 0.058)))
    _far(outdoor.flat(collection, "city floor", floor.material, 60.0, (0, 60, CITY_Z)), 60.0)


def _light(collection) -> None:
    outdoor.sky("dusk", [(0.0, (0.05, 0.05, 0.07)), (0.498, (0.66, 0.28, 0.11)), (0.513, (0.52, 0.27, 0.18)), (0.526, (0.28, 0.23, 0.29)),
                         (0.545, (0.12, 0.16, 0.32)), (0.70, (0.10, 0.14, 0.27)), (1.0, (0.10, 0.14, 0.26))], 1.0)
    room.area_light(collection, "afterglow", KEY_FROM, (0, 0, 0.05), (0.8, 0.8), 52, KEY_COLOR)
    room.area_light(collection, "open sky", (0.9, -2.2, 1.8), (0, 0.1, 0.1), (2.4, 1.6), 37, (0.88, 0.93, 1.0))
