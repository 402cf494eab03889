"""TEA-CARTON: printed folding carton with foil, raw board edges and a tuck-in lid."""

import math

from ..labels import to_texture
from ..mesh import from_pydata, solidify
from ..nodes import Shader
from ..studio import Setup
from .tea_carton_art import DEPTH, HEIGHT, WIDTH, artwork, lid_artwork

SKU = "TEA-CARTON"
TITLE = "Harrow & Fen Bergamot Black Tea, 20 Sachets"
CATEGORY = "food"
SETUP = Setup(
    size=(1360, 1700),
    key_side="right",
    pitch_deg=9.5,
    fill_frame=0.72,
    sweep_tone=247,
    sweep_cast=(1.0, 0.996, 0.988),
    falloff=0.26,
    exposure=0.90,
)

FOLD_RADIUS = 0.0007
BOARD = 0.00045
BULGE = 0.0009
TURN = math.radians(27)
FOLD_STEPS, PANEL_STEPS, HEIGHT_STEPS = 4, 14, 24


def board(name, image, foil=None):
    """Coated board: satin print, fine mottle, gold foil where the mask is white, paper inside."""
    shader = Shader(name, specular=0.32)
    ink = shader.image(image, shader.coords("UV")).outputs["Color"]
    mottle = shader.noise(shader.coords(), scale=900, detail=3)
    cloud = shader.noise(shader.coords(), scale=38, detail=4)
    paper = shader.mix(0.06, ink, shader.ramp(mottle, [(0.3, 0.0), (0.7, 1.0)]), "SOFT_LIGHT")
    shader.set(color=paper, roughness=shader.remap(cloud, 0.42, 0.56, 0.3, 0.7))
    shader.bump(mottle, strength=0.08, distance=0.00008)
    shader.bump(cloud, strength=0.16, distance=0.0007)
    if foil is not None:
        mask = shader.image(foil, shader.coords("UV"), raw=True).outputs["Color"]
        shader.set(metallic=mask, color=shader.mix(mask, paper, (0.80, 0.53, 0.24)))
        shader.bump(mask, strength=0.4, distance=0.00012)
    return shader.material


def raw_board():
    shader = Shader("raw board", color=(0.66, 0.60, 0.50), roughness=0.85)
    return shader.material


def outline():
    """Points (x, y, u) around the carton from the front's left fold, counterclockwise seen from above."""
    sides = (
        (-WIDTH / 2, -DEPTH / 2, 1, 0, WIDTH),
        (WIDTH / 2, -DEPTH / 2, 0, 1, DEPTH),
        (WIDTH / 2, DEPTH / 2, -1, 0, WIDTH),
        (-WIDTH / 2, DEPTH / 2, 0, -1, DEPTH),
    )
    points, walked = [], 0.0
    for x, y, dx, dy, length in sides:
        cx, cy = x + FOLD_RADIUS * (dx - dy), y + FOLD_RADIUS * (dy + dx)
        heading = math.atan2(dy, dx)
        for step in range(FOLD_STEPS // 2, FOLD_STEPS + 1):
            points.append(_fold_point(cx, cy, heading - math.pi + math.pi / 2 * step / FOLD_STEPS, walked))
        for step in range(1, PANEL_STEPS):
            s = FOLD_RADIUS + (length - 2 * FOLD_RADIUS) * step / PANEL_STEPS
            points.append(
                (x + dx * s, y + dy * s, walked + s, math.sin(math.pi * step / PANEL_STEPS), (dy, -dx))
            )
        ex, ey = (
            x + dx * (length - FOLD_RADIUS) - dy * FOLD_RADIUS,
            y + dy * (length - FOLD_RADIUS) + dx * FOLD_RADIUS,
        )
        walked += length
        for step in range(FOLD_STEPS // 2 + 1):
            points.append(
                _fold_point(ex, ey, heading - math.pi / 2 + math.pi / 2 * step / FOLD_STEPS, walked)
            )
    return points


def _fold_point(cx, cy, angle, walked):
    return (cx + FOLD_RADIUS * math.cos(angle), cy + FOLD_RADIUS * math.sin(angle), walked, 0.0, (0, 0))


def sleeve(collection, material):
    """The four panels, slightly bulged, as one skin with board thickness."""
    ring, total = outline(), 2 * (WIDTH + DEPTH)
    verts, faces, uvs = [], [], []
    for row in range(HEIGHT_STEPS + 1):
        v = row / HEIGHT_STEPS
        for x, y, _, swell, (nx, ny) in ring:
            out = BULGE * swell * math.sin(math.pi * v) ** 0.7
            verts.append((x + nx * out, y + ny * out, v * HEIGHT))
    count = len(ring)
    for row in range(HEIGHT_STEPS):
        for index in range(count):
            after = (index + 1) % count
            faces.append(
                (
                    row * count + index,
                    row * count + after,
                    (row + 1) * count + after,
                    (row + 1) * count + index,
                )
            )
            u0, u1 = ring[index][2] / total, (ring[after][2] if after else total) / total
            uvs.extend(
                (
                    (u0, row / HEIGHT_STEPS),
                    (u1, row / HEIGHT_STEPS),
                    (u1, (row + 1) / HEIGHT_STEPS),
                    (u0, (row + 1) / HEIGHT_STEPS),
                )
            )
    obj = from_pydata("sleeve", verts, faces, collection, material)
    _set_uvs(obj, uvs)
    return solidify(obj, BOARD)


def _set_uvs(obj, uvs):
    layer = obj.data.uv_layers.new(name="UVMap")
    for loop, uv in zip(layer.data, uvs):
        loop.uv = uv


def lid(collection, material):
    """Top panel from the back fold to the rounded front fold, where it tucks in behind the front panel."""
    half, inset = WIDTH / 2 - BOARD - 0.0004, BOARD + 0.0003
    front, back, radius = -DEPTH / 2 + inset, DEPTH / 2 - BOARD, 0.0011
    line = [(back, HEIGHT - 0.0002)]
    line += [
        (back + (front + radius - back) * t, HEIGHT + 0.0006 * math.sin(math.pi * t))
        for t in (i / 12 for i in range(1, 13))
    ]
    line += [
        (front + radius - radius * math.sin(a), HEIGHT - radius + radius * math.cos(a))
        for a in (math.pi / 2 * i / 6 for i in range(1, 7))
    ]
    line += [(front, HEIGHT - 0.012)]
    verts = [(x, y, z) for y, z in line for x in (-half, half)]
    faces = [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(len(line) - 1)]
    obj = from_pydata("lid", verts, faces, collection, material)
    uvs = []
    for row in range(len(line) - 1):
        v0, v1 = (min(max((line[at][0] - front) / (back - front), 0), 1) for at in (row, row + 1))
        uvs.extend(((0, v0), (0, v1), (1, v1), (1, v0)))
    _set_uvs(obj, uvs)
    return solidify(obj, BOARD)


def bottom(collection, material):
    half_x, half_y = WIDTH / 2 - BOARD, DEPTH / 2 - BOARD
    corners = [
        (-half_x, -half_y, 0.0006),
        (half_x, -half_y, 0.0006),
        (half_x, half_y, 0.0006),
        (-half_x, half_y, 0.0006),
    ]
    return from_pydata("bottom", corners, [(0, 1, 2, 3)], collection, material)


def build(collection):
    color, foil = artwork()
    print_ = board("carton", color.texture("carton"), to_texture(foil.image, "carton-foil", raw=True))
    parts = [
        sleeve(collection, print_),
        lid(collection, board("lid", lid_artwork().texture("lid"))),
        bottom(collection, raw_board()),
    ]
    for part in parts:
        part.rotation_euler[2] = TURN
