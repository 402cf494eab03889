"""A thing under construction: parts, materials, and its bounding sphere."""

import numpy as np

from .layout import BOX, CAPSULE, CYLINDER, ELLIPSOID, LATHE, LATTICE, MATERIAL, MOST_MATERIALS, MOST_PARTS, OUTLINE, PLAIN, TORUS


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    """Rotation about x, then y, then z, in radians."""
    (cx, sx), (cy, sy), (cz, sz) = ((np.cos(a), np.sin(a)) for a in (x, y, z))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def along(direction: np.ndarray) -> np.ndarray:
    """A rotation that takes the y axis to the direction."""
    y = direction / max(np.linalg.norm(direction), 1e-9)
    x = np.cross(y, [0.3, 0.1, 0.95] if abs(y[2]) < 0.9 else [1.0, 0, 0])
    x /= np.linalg.norm(x)
    return np.stack([x, y, np.cross(x, y)], axis=1)


def reach_of(kind: int, size: list) -> float:
    """Radius of a sphere around the local origin that holds a part."""
    s = [*size, 0, 0, 0, 0, 0, 0, 0, 0]
    return {
        ELLIPSOID: lambda: max(s[:3]),
        BOX: lambda: float(np.linalg.norm(s[:3])),
        CAPSULE: lambda: s[0] + max(s[1], s[2]),
        TORUS: lambda: s[0] + s[1],
        CYLINDER: lambda: float(np.hypot(s[0], s[1])),
        LATHE: lambda: float(np.hypot(s[0], max(s[1:7]))),
        OUTLINE: lambda: float(np.hypot(s[0], s[1] * (1 + 1.4 * abs(s[2])) * max(1, s[5]))),
        LATTICE: lambda: float(np.hypot(s[0], max(s[1], s[2]))) + s[3],
    }[kind]()


class Thing:
    """Parts and materials, filled by a family of things.py."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.parts: list[dict] = []
        self.materials: list[np.ndarray] = []

    def material(self, color, other=None, pattern=PLAIN, scale=8.0, rough=0.5, gloss=0.04, metal=0.0) -> int:
        """Adds a material; once all places are taken, the last one serves."""
        if len(self.materials) >= MOST_MATERIALS - 2:
            return len(self.materials) - 1
        made = np.zeros((), MATERIAL)
        made["color"], made["other"] = color, color if other is None else other
        made["pattern"], made["scale"], made["rough"], made["gloss"], made["metal"] = pattern, scale, rough, gloss, metal
        made["turn"] = self.rng.choice([0, np.pi / 2, np.pi / 4, self.rng.uniform(0, 3)])
        self.materials.append(made)
        return len(self.materials) - 1

    def add(self, kind, size, at=(0, 0, 0), turned=None, material=0, blend=0.0, cut=0, bump=0.0, bump_scale=20.0):
        """Adds a part while there is room."""
        if len(self.parts) < MOST_PARTS:
            self.parts.append(dict(kind=kind, size=[float(x) for x in size], at=np.array(at, float), turned=np.eye(3) if turned is None else turned,
                                   material=material, blend=blend, cut=cut, bump=bump, bump_scale=bump_scale))

    def rod(self, start, end, radius, thin=None, **more):
        """A capsule between two points."""
        start, end = np.array(start, float), np.array(end, float)
        half = np.linalg.norm(end - start) / 2
        self.add(CAPSULE, [half, radius, radius if thin is None else thin], (start + end) / 2, along(end - start), **more)

    def path(self, points, radius, **more):
        """A tube along points."""
        for start, end in zip(points[:-1], points[1:]):
            self.rod(start, end, radius, **more)

    def join(self, other: "Thing", scale: float, at) -> None:
        """Takes over another thing's parts, made smaller and moved. Its materials must have been added to this one."""
        for part in other.parts:
            self.parts.append({**part, **shrunk(part, scale), "at": part["at"] * scale + np.array(at)})
        del self.parts[MOST_PARTS:]

    def transform(self, rotation: np.ndarray, scale: float, shift=(0, 0, 0)) -> None:
        """Turns, scales and moves the whole thing."""
        for part in self.parts:
            part.update(shrunk(part, scale))
            part["at"] = rotation @ part["at"] * scale + np.array(shift)
            part["turned"] = rotation @ part["turned"]

    def sphere(self) -> tuple[np.ndarray, float]:
        """Center and radius of a bounding sphere, from the boxes around the parts."""
        kept = [(p["at"], reach_of(p["kind"], p["size"]) + p["bump"]) for p in self.parts if not p["cut"]]
        low = np.min([at - r for at, r in kept], axis=0)
        high = np.max([at + r for at, r in kept], axis=0)
        center = (low + high) / 2
        return center, float(max(np.linalg.norm(at - center) + r for at, r in kept)) + 0.01

    def write(self, scene: np.ndarray) -> None:
        """Fills a scene's parts, materials and bounding sphere."""
        scene["parts"] = len(self.parts)
        for i, part in enumerate(self.parts):
            out = scene["part"][i]
            inverse = part["turned"].T
            out["to_local"] = np.concatenate([inverse, -(inverse @ part["at"])[:, None]], axis=1).reshape(-1)
            out["size"][: len(part["size"])] = part["size"]
            out["center"], out["reach"] = part["at"], reach_of(part["kind"], part["size"]) + part["bump"]
            for name in ("kind", "cut", "material", "blend", "bump", "bump_scale"):
                out[name] = part[name]
        for i, material in enumerate(self.materials):
            scene["material"][i] = material
        scene["center"], scene["reach"] = self.sphere()


# Which sizes of a part are lengths; the others are counts, angles and shares.
LENGTHS = {ELLIPSOID: (0, 1, 2), BOX: (0, 1, 2, 3), CAPSULE: (0, 1, 2), TORUS: (0, 1), CYLINDER: (0, 1, 2, 3), LATHE: range(8),
           OUTLINE: (0, 1, 7), LATTICE: (0, 1, 2, 3)}


def shrunk(part: dict, scale: float) -> dict:
    """The part's lengths, scaled."""
    size = [x * scale if i in LENGTHS[part["kind"]] else x for i, x in enumerate(part["size"])]
    return dict(size=size, blend=part["blend"] * scale, bump=part["bump"] * scale, bump_scale=part["bump_scale"] / scale)
