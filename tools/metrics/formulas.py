"""Test pictures that Rust makes from the same formulas (`src/imaging/metrics/testing.rs`). Knows no measure."""

import numpy as np

HEIGHT, WIDTH = 180, 192


def _grid() -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    return columns, rows


def _bytes(z: np.ndarray) -> np.ndarray:
    return np.clip(np.floor(255 * z + 0.5), 0, 255).astype(np.uint8)


def waves() -> tuple[np.ndarray, np.ndarray]:
    """Two H×W pictures of bytes that differ by a phase, a gain and a fine pattern."""
    x, y = _grid()
    one = 0.5 + 0.4 * np.sin(0.13 * x + 0.07 * y) * np.cos(0.05 * y)
    two = 0.48 + 0.38 * np.sin(0.13 * x + 0.07 * y + 0.15) * np.cos(0.05 * y) + 0.06 * np.sin(0.9 * x) * np.sin(0.8 * y)
    return _bytes(one), _bytes(two)


def disks() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True matte, found matte (bytes) and where alpha is unknown."""
    x, y = _grid()
    distance = np.hypot(x - 96, y - 90)
    true = _bytes(np.clip((62 - distance) / 9 + 0.5, 0, 1))
    found = _bytes(np.clip((60.5 - np.hypot(x - 97, y - 90)) / 11 + 0.5, 0, 1))
    return true, found, (distance >= 50) & (distance <= 74)


def islands() -> np.ndarray:
    """A mask of many shapes, holes and single pixels, some of which touch at corners: where waves add up, sprinkled."""
    x, y = _grid()
    waves = np.sin(0.11 * x + 0.05 * y) + np.sin(0.17 * y - 0.02 * x) + 0.7 * np.sin(0.23 * x) * np.sin(0.19 * y)
    return (waves > 0.75) ^ ((2 * x * x + 3 * y * y + x * y) % 17 == 0)


def isles() -> tuple[np.ndarray, np.ndarray]:
    """True and found matte (bytes) of many parts, some of which hang together only where alpha is low."""
    x, y = _grid()
    waves = np.sin(0.11 * x + 0.05 * y) + np.sin(0.17 * y - 0.02 * x)
    true = _bytes(np.clip(0.6 * waves + 0.35, 0, 1))
    found = _bytes(np.clip(0.6 * waves + 0.33 + 0.12 * np.sin(0.7 * x) * np.sin(0.6 * y), 0, 1))
    return true, found
