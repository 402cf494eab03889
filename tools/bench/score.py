"""Scores a cutout against the true matte, with the formulas of `packshot bench fidelity` in numpy.

One module for every cutout, whoever made it. Formulas: src/imaging/metrics/matting.rs, src/imaging/color/delta_e.rs and lab.rs, the
box blur of src/imaging/plane.rs; the true cutout is put together as in src/cli/bench.rs. `python tools/bench/score.py` checks the formulas
against fixtures/parity. Knows no product, no peer and no clock.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

# As in src/cli/bench.rs: side at which sums are given, reach of the edge band in pixels, the two grounds.
SIDE = 900.0
REACH = 6.0
GROUNDS = {"dark": (24, 26, 30), "saturated": (196, 30, 58)}


def read(path: Path, mode: str) -> np.ndarray:
    return np.asarray(Image.open(path).convert(mode))


def truth(photo: Path) -> np.ndarray:
    """H×W×4: exact alpha, the true foreground where it is partial, the photo's own color elsewhere."""
    alpha = read(photo.with_suffix(".alpha.png"), "L")
    color = np.where((alpha == 255)[..., None], read(photo, "RGB"), read(photo.with_suffix(".foreground.png"), "RGB"))
    return np.dstack([color, alpha])


def score(found: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Both H×W×4, bytes, straight alpha. SAD in thousands at 900 px, IoU, MSE over partial alpha, fringe on both grounds."""
    if found.shape != true.shape:
        raise ValueError(f"the cutout has {found.shape[1]}×{found.shape[0]} pixels, the photo {true.shape[1]}×{true.shape[0]}")
    a, b = (rgba[..., 3].astype(np.float32) / np.float32(255) for rgba in (found, true))
    fringes = {name: fringe(found, true, b, ground) for name, ground in GROUNDS.items()}
    return {
        "sad": sad(a, b) * (SIDE / max(b.shape)) ** 2,
        "iou": iou(a, b),
        "mse": mse(a, b, (b > 0) & (b < 1)),
        **fringes,
        "fringe": max(fringes.values()),
    }


def sad(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).sum(dtype=np.float64) / 1000)


def mse(a: np.ndarray, b: np.ndarray, unknown: np.ndarray) -> float:
    return float(np.square(a - b)[unknown].mean(dtype=np.float64)) if unknown.any() else 0.0


def iou(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a >= 0.5, b >= 0.5
    return float((a & b).sum() / (a | b).sum()) if (a | b).any() else 1.0


def fringe(found, true, alpha, ground) -> float:
    """95th percentile of ΔE00 over `ground`, mixed in encoded sRGB, where the blurred true matte is neither empty nor full."""
    near = blurred(alpha, REACH / 2)
    band = (near >= np.float32(0.02)) & (near < np.float32(0.98))
    if not band.any():
        return 0.0
    one, two = over(found[band], ground), over(true[band], ground)
    values = np.where((one == two).all(1), 0, delta_e00(lab(one), lab(two)))
    k = int(np.float32(len(values) - 1) * np.float32(0.95))
    return float(np.partition(values, k)[k])


def over(rgba: np.ndarray, ground) -> np.ndarray:
    alpha = rgba[:, 3:].astype(np.float32) / np.float32(255)
    return (rgba[:, :3] * alpha + np.float32(ground) * (1 - alpha) + np.float32(0.5)).astype(np.uint8)


def blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    """Three box means each way, of fractional radius, the border's value going on outside."""
    variance = sigma * sigma / 3
    whole = int((np.sqrt(12 * variance + 1) - 1) / 2)
    count, squares = 2 * whole + 1, whole * (whole + 1) * (2 * whole + 1) / 3
    fraction = (variance * count - squares) / (2 * ((whole + 1) ** 2 - variance))
    for axis in (1, 0):
        for _ in range(3):
            plane = box(plane, axis, whole, np.float32(fraction))
    return plane


def box(plane: np.ndarray, axis: int, whole: int, fraction: np.float32) -> np.ndarray:
    reach = whole + 1
    pad = [(reach, reach) if i == axis else (0, 0) for i in (0, 1)]
    wide = np.pad(plane, pad, mode="edge")
    size = plane.shape[axis]

    def at(k):
        return wide[:, reach + k:reach + k + size] if axis else wide[reach + k:reach + k + size]
    total = fraction * (at(-reach) + at(reach))
    for k in range(-whole, reach):
        total = total + at(k)
    return total / np.float32(2 * (whole + fraction) + 1)


LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])
MATRIX = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(rgb: np.ndarray) -> np.ndarray:
    """N×3 sRGB bytes → CIE Lab, D65."""
    t = LINEAR[rgb] @ MATRIX.T / WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def delta_e00(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """CIEDE2000 of N×3 Lab colors, as Sharma, Wu and Dalal (2005) write it."""
    def seventh(c):
        return np.sqrt(c**7 / (c**7 + 25.0**7))
    stretch = 1.5 - 0.5 * seventh((np.hypot(one[:, 1], one[:, 2]) + np.hypot(two[:, 1], two[:, 2])) / 2)
    (a1, b1), (a2, b2) = ((v[:, 1] * stretch, v[:, 2]) for v in (one, two))
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    gray = c1 * c2 == 0
    turn = np.where(gray, 0, (h2 - h1 + 180) % 360 - 180)
    # A difference of exactly 180° counts as plus; the mean lies on the shorter way round.
    turn = np.where(~gray & (np.abs(h2 - h1) == 180), h2 - h1, turn)
    mean = np.where(gray, h1 + h2, np.where(np.abs(h1 - h2) <= 180, (h1 + h2) / 2, (h1 + h2 + 360) / 2 % 360))
    light_mean, chroma_mean = (one[:, 0] + two[:, 0]) / 2, (c1 + c2) / 2

    def cos(degrees):
        return np.cos(np.radians(degrees))
    weight = 1 - 0.17 * cos(mean - 30) + 0.24 * cos(2 * mean) + 0.32 * cos(3 * mean + 6) - 0.20 * cos(4 * mean - 63)
    depth = (light_mean - 50) ** 2
    light = (two[:, 0] - one[:, 0]) / (1 + 0.015 * depth / np.sqrt(20 + depth))
    chroma = (c2 - c1) / (1 + 0.045 * chroma_mean)
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma_mean * weight)
    rotation = -2 * seventh(chroma_mean) * np.sin(np.radians(60 * np.exp(-(((mean - 275) / 25) ** 2))))
    return np.sqrt(np.maximum(light**2 + chroma**2 + hue**2 + rotation * chroma * hue, 0))


def check(parity: Path) -> None:
    """Holds the formulas against the published table and the reference pair; an AssertionError says which is off."""
    table = np.loadtxt(parity / "ciede2000.csv", delimiter=",")
    off = np.abs(delta_e00(table[:, :3], table[:, 3:6]) - table[:, 6]).max()
    assert off < 1e-4, f"CIEDE2000 is off by {off}"
    y, x = np.mgrid[:180, :192]

    def disk(radius, soft, cx, cy):
        z = np.clip((radius - np.hypot(x - cx, y - cy)) / soft + 0.5, 0, 1)
        return (np.floor(255 * z + 0.5) / 255).astype(np.float32)
    found, true = disk(60.5, 11.0, 97, 90), disk(62.0, 9.0, 96, 90)
    distance = np.hypot(x - 96, y - 90)
    golden = json.loads((parity / "metric_parity.json").read_text(encoding="utf-8"))
    got = {"sad_k": sad(found, true), "mse": mse(found, true, (distance >= 50) & (distance <= 74))}
    for name, value in got.items():
        assert abs(value - golden["matting"][name]) < 1e-4, f"{name} is {value}, not {golden['matting'][name]}"
    assert abs(iou(found, true) - golden["iou"]) < 1e-5, f"IoU is {iou(found, true)}, not {golden['iou']}"


if __name__ == "__main__":
    check(Path(__file__).parents[2] / "fixtures/parity")
    print("score: agrees with fixtures/parity")
    sys.exit(0)
