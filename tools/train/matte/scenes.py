"""A scene around a thing: ground, wall, light and camera, drawn from a seed."""

import colorsys

import numpy as np

from . import things
from .layout import CHECKS, CLOUDS, MATERIAL, PLAIN, PLANKS, SCENE, SPECKLE, VEINS, WEAVE, settle
from .paint import paint
from .parts import Thing, turn


def scene(seed: int) -> np.ndarray:
    """One scene; its thing still hangs at any height (`stand` mends that)."""
    rng = np.random.default_rng(seed)
    made = np.zeros((), SCENE)
    family = things.ALL[seed % len(things.ALL)]
    thing = Thing(rng)
    while not thing.parts:
        family(thing)
    pose(thing, family, rng)
    thing.write(made)
    made["seed"] = rng.random()
    white = rng.random() < 0.6
    set_ground(made, len(thing.materials), white, rng)
    set_light(made, white, rng)
    return made


def pose(thing: Thing, family, rng: np.random.Generator) -> None:
    """Turns the thing, makes it about 1 across, and brings it to the origin."""
    tilt = turn(x=np.pi / 2 * rng.choice([-1, 1])) if family in things.LYING and rng.random() < 0.2 else np.eye(3)
    if rng.random() < 0.15:
        tilt = turn(*rng.uniform(-0.5, 0.5, 3)) @ tilt
    thing.transform(turn(y=rng.uniform(-0.7, 0.7) if rng.random() < 0.7 else rng.uniform(0, 6.28)) @ tilt, 1)
    center, reach = thing.sphere()
    thing.transform(np.eye(3), 0.6 / reach, -center * 0.6 / reach)


def set_ground(made: np.ndarray, at: int, white: bool, rng: np.random.Generator) -> None:
    """Ground and wall: a sweep of one color, or other materials."""
    ground, wall = np.zeros((), MATERIAL), np.zeros((), MATERIAL)
    if white:
        ground["color"] = rng.uniform(0.8, 0.97) * (1 - rng.uniform(0, 0.04, 3))
    else:
        kind = rng.random()
        tone = np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.2, 0.95))) ** 1.8
        earthy = np.array([1, rng.uniform(0.6, 0.95), rng.uniform(0.35, 0.9)]) * rng.uniform(0.03, 0.7)
        ground["color"] = tone if kind < 0.4 else earthy
        ground["other"] = np.clip(ground["color"] * rng.uniform(0.3, 1.8) * (1 + rng.uniform(-0.1, 0.1, 3)), 0, 0.95)
        ground["pattern"] = PLAIN if kind < 0.35 else rng.choice([PLANKS, PLANKS, VEINS, CLOUDS, WEAVE, SPECKLE, CHECKS])
        ground["scale"] = np.exp(rng.uniform(0.5, 3.5)) if ground["pattern"] != CHECKS else np.exp(rng.uniform(0.5, 1.8))
    ground["gloss"], ground["rough"] = rng.choice([0, 0, 0, 0.03, 0.06]), rng.uniform(0.1, 0.6)
    ground["turn"] = rng.choice([0, rng.uniform(0, 3)])
    wall[...] = ground
    made["wall_at"] = -rng.uniform(0.7, 3)
    if white or rng.random() < 0.4:
        made["cove"] = rng.uniform(0.3, 1) * min(1.5, -made["wall_at"] - 0.5)
    else:
        made["cove"] = 0
        if rng.random() < 0.6:
            wall["color"], wall["other"] = paint(rng), paint(rng)
            wall["pattern"] = rng.choice([PLAIN, PLAIN, PLAIN, PLANKS, CLOUDS, CHECKS])
    made["material"][at], made["material"][at + 1] = ground, wall
    made["ground"], made["wall"] = at, at + 1 if rng.random() < 0.9 else -1


def set_light(made: np.ndarray, white: bool, rng: np.random.Generator) -> None:
    """One to three lights, hard or soft, and what comes from all around."""
    made["lights"] = count = int(rng.integers(1, 4))
    hard = rng.random() < 0.35
    for i in range(count):
        light = made["light"][i]
        up, around = rng.uniform(0.35, 1.45), rng.uniform(0, 6.28)
        light["to"] = [np.cos(up) * np.cos(around), np.sin(up), np.cos(up) * np.sin(around)]
        light["spread"] = rng.uniform(0.01, 0.06) if hard and i == 0 else rng.uniform(0.12, 0.7)
        warm = rng.uniform(-0.12, 0.12) if rng.random() < 0.5 else 0
        light["color"] = rng.uniform(0.3, 1.2) * (1 if i == 0 else 0.6) * np.array([1 + warm, 1, 1 - warm])
    level = np.exp(rng.uniform(-2, 0.3)) if hard else np.exp(rng.uniform(-1.2, 0.6))
    made["sky"] = level * rng.uniform(0.7, 1.1)
    made["horizon"] = level * rng.uniform(0.5, 1.1) * (1 if white else rng.uniform(0.4, 1))
    made["floor_glow"] = level * 0.5
    made["box_light"] = rng.uniform(0.5, 3)


def stand(library, made: np.ndarray) -> None:
    """Lets the things down onto their grounds and points the cameras at them."""
    low = settle(library, made)
    for scene, at in zip(made, low):
        rng = np.random.default_rng(int(scene["seed"] * 2**31))
        down = float(at) if at < 1e8 else float(scene["center"][1] - scene["reach"])
        scene["center"][1] -= down
        for part in scene["part"][: scene["parts"]]:
            part["center"][1] -= down
            part["to_local"].reshape(3, 4)[:, 3] += part["to_local"].reshape(3, 4)[:, 1] * down
        aim(scene, rng)


def aim(scene: np.ndarray, rng: np.random.Generator) -> None:
    """A camera from eye level to right above, that fills a share of the frame."""
    kind = rng.random()
    up = rng.uniform(0.03, 0.4) if kind < 0.5 else rng.uniform(0.4, 0.9) if kind < 0.8 else rng.uniform(0.9, 1.5)
    scene["tangent"] = tangent = np.tan(np.radians(rng.uniform(8, 22)))
    fill = rng.uniform(0.65, 1.4)
    center, reach = scene["center"].astype(float), float(scene["reach"])
    away = reach / (tangent * fill)
    around = rng.normal(0, 0.3)
    ahead = -np.array([np.cos(up) * np.sin(around), np.sin(up), np.cos(up) * np.cos(around)])
    eye = center - ahead * away
    eye[1] = max(eye[1], 0.06)
    ahead = center - eye
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, [0, 1, 0])
    right /= np.linalg.norm(right)
    roll = rng.normal(0, 0.05) if up < 0.9 else rng.uniform(0, 6.28)
    above = np.cross(right, ahead)
    right, above = right * np.cos(roll) + above * np.sin(roll), above * np.cos(roll) - right * np.sin(roll)
    off = rng.normal(0, 0.12, 2) * away * tangent
    eye = eye + right * off[0] + above * off[1]
    scene["eye"], scene["right"], scene["up"], scene["ahead"] = eye, right, above, ahead
