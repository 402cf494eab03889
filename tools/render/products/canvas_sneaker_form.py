"""The form of the sneaker: the line around the sole, the edge of the opening, and the skin stretched between them."""

import numpy as np

SOLE_Z, HEEL_Z = 0.0225, 0.0  # where the upper meets the sole; the ground
BASE = [  # from the tip of the toe to the middle of the heel, one side
    (0.1420, 0.0000),
    (0.1315, 0.0290),
    (0.1010, 0.0450),
    (0.0600, 0.0485),
    (0.0130, 0.0425),
    (-0.0420, 0.0350),
    (-0.0910, 0.0350),
    (-0.1275, 0.0250),
    (-0.1390, 0.0000),
]
EDGE = [  # middle of the vamp, then the edge of the opening back to the heel
    (0.0840, 0.0000, 0.0570),
    (0.0760, 0.0000, 0.0592),
    (0.0660, 0.0030, 0.0620),
    (0.0440, 0.0125, 0.0700),
    (0.0110, 0.0150, 0.0840),
    (-0.0260, 0.0195, 0.0990),
    (-0.0640, 0.0320, 0.0835),
    (-0.1080, 0.0295, 0.0850),
    (-0.1345, 0.0000, 0.0985),
]


def _through(knots, s):
    """Catmull-Rom through evenly timed knots; both ends are mirrored in y, so that the two sides join smoothly."""
    knots = np.asarray(knots, float)
    mirror = np.array((1, -1, 1))[: knots.shape[1]]
    padded = np.concatenate([knots[1:2] * mirror, knots, knots[-2:-1] * mirror])
    at = np.clip(np.asarray(s, float), 0, 1) * (len(knots) - 1)
    index = np.minimum(at.astype(int), len(knots) - 2)
    t = (at - index)[..., None]
    a, b, c, d = (padded[index + k] for k in range(4))
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def _spring(x):
    """The toe is lifted off the ground."""
    return 0.0085 * np.clip((x - 0.065) / 0.077, 0, 1) ** 2


def outline(s):
    """Line around the foot: s in [0, 1] is the side with positive y, [1, 2] goes back on the other; z is the lift."""
    s = np.asarray(s, float) % 2
    flat = _through(BASE, np.where(s > 1, 2 - s, s)) * np.where(s > 1, -1, 1)[..., None] ** np.array((0, 1))
    return np.concatenate([flat, _spring(flat[..., :1])], axis=-1)


def upper(s, v, side):
    """Skin between the sole (v = 0) and the edge of the opening (v = 1)."""
    s, v = np.broadcast_arrays(np.asarray(s, float), np.asarray(v, float))
    flat = _through(BASE, s) * 0.985
    base = np.concatenate([flat, SOLE_Z + _spring(flat[..., :1]) - 0.006], -1)
    edge = _through(EDGE, s)
    rise = edge[..., 2:] - base[..., 2:]
    toe = np.clip(1 - s / 0.42, 0, 1)[..., None]
    wider = np.concatenate([1 + 0.035 * toe, 1.05 + 0 * toe, 1 + 0 * toe], axis=-1)
    bulge = base * wider + np.array((0, 0, 1)) * rise * (0.42 + 0.42 * toe)
    inner = (
        edge
        + (base - edge) * np.array((1, 1, 0)) * (0.22 + 0.40 * toe)
        - np.array((0, 0, 1)) * rise * (0.30 - 0.27 * toe)
    )
    t = v[..., None]
    points = (1 - t) ** 3 * base + 3 * t * (1 - t) ** 2 * bulge + 3 * t**2 * (1 - t) * inner + t**3 * edge
    return points * (1, side, 1)


def upper_normal(s, v, side):
    """Outward unit normal of the skin, by differences."""
    step = 1e-3
    s, v = np.broadcast_arrays(np.asarray(s, float), np.asarray(v, float))
    low, high = np.clip(s - step, 0.001, 0.999), np.clip(s + step, 0.001, 0.999)
    along = upper(high, v, side) - upper(low, v, side)
    up = upper(s, np.minimum(v + step, 1), side) - upper(s, np.maximum(v - step, 0), side)
    normal = np.cross(along, up) * side
    normal[..., 1] *= np.clip(np.minimum(s, 1 - s) / 0.02, 0, 1)  # the halves meet without a ridge
    normal = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    return normal


def sole_rows():
    """Rings of the sole from its middle below over the tread edge and the foxing to its top; UV v follows them."""
    s = np.linspace(0, 2, 480, endpoint=False)
    line = outline(s)
    ahead = np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0)
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], -1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal *= np.sign(np.sum(normal * line[:, :2], axis=1, keepdims=True))
    profile = [  # outward, height
        (-0.030, 0.0012),
        (-0.010, 0.0012),
        (-0.003, 0.0),
        (0.0012, 0.0),
        (0.0026, 0.0008),
        (0.0032, 0.0030),
        (0.0034, 0.0110),
        (0.0033, 0.0200),
        (0.0028, 0.0262),
        (0.0018, 0.0282),
        (0.0004, 0.0286),
        (-0.0012, 0.0280),
        (-0.0030, 0.0262),
    ]
    rows = []
    for out, z in _dense(profile) * (1, SOLE_Z / 0.0265):
        flat = line[:, :2] + normal * max(out, -0.012) if out > -0.012 else line[:, :2] * (1 + out / 0.05)
        rows.append(np.concatenate([flat, (z + line[:, 2])[:, None]], -1))
    return np.array(rows)


def _dense(profile):
    """More rings on the wall, where the stripe is printed."""
    points = np.asarray(profile, float)
    at = np.linspace(0, len(points) - 1, 6 * len(points))
    return np.stack([np.interp(at, np.arange(len(points)), points[:, k]) for k in (0, 1)], -1)
