"""Lays a photo, the cutouts and the true cutout side by side on a dark ground, at full size, for a person to look at. Knows no score."""

from pathlib import Path

import numpy as np
import score
from PIL import Image

GAP = 8


def write(path: Path, photo: np.ndarray, cutouts: list[np.ndarray]) -> None:
    """Photo, then the cutouts (H×W×4, straight alpha), left to right with a white gap."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = [photo, *(on_dark(cutout) for cutout in cutouts)]
    Image.fromarray(np.hstack([np.pad(picture, ((0, 0), (0, GAP), (0, 0)), constant_values=255) for picture in shown])).save(path, compress_level=1)


def on_dark(cutout: np.ndarray) -> np.ndarray:
    height, width = cutout.shape[:2]
    return score.over(cutout.reshape(-1, 4), score.GROUNDS["dark"]).reshape(height, width, 3)
