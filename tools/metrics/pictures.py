"""Cuts the small real pictures of `fixtures/parity/pictures` out of the product photos, and moves them. Knows no measure."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "fixtures/parity/pictures"
SIDE = 256

# Name → photo and upper left corner of a square of twice SIDE pixels: print, a drawing, a fabric, a smooth surface.
CROPS = {
    "label": ("coffee-pouch", 420, 590),
    "leaves": ("tea-carton", 540, 500),
    "knit": ("knit-beanie", 400, 500),
    "plain": ("white-mug", 350, 560),
}

# Name → crop, matrix that takes a pixel of the crop (centers at whole numbers) to one of the moved picture, gain, offset, noise.
MOVED = {
    "label_moved": ("label", [[1.02, -0.035, 3.4], [0.03, 0.985, -2.7]], 0.9, 8, 1.5),
    "leaves_moved": ("leaves", [[0.97, 0.05, -4.2], [-0.045, 0.99, 6.1]], 1.1, -6, 2.0),
    "knit_moved": ("knit", [[1.0, 0.02, 1.3], [-0.025, 1.01, 2.2]], 0.95, 3, 1.0),
}


def read(name: str) -> np.ndarray:
    """H×W bytes of a picture that :func:`write` left."""
    return np.asarray(Image.open(PICTURES / f"{name}.png"))


def write() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, (photo, x, y) in CROPS.items():
        whole = Image.open(ROOT / f"fixtures/products/{photo}.jpg").convert("L")
        whole.crop((x, y, x + 2 * SIDE, y + 2 * SIDE)).reduce(2).save(PICTURES / f"{name}.png", optimize=True)
    chance = np.random.default_rng(1)
    for name, (crop, matrix, gain, offset, noise) in MOVED.items():
        moved = cv2.warpAffine(read(crop).astype(np.float32), np.array(matrix), (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        moved = gain * moved + offset + noise * chance.standard_normal(moved.shape)
        Image.fromarray(np.clip(np.round(moved), 0, 255).astype(np.uint8)).save(PICTURES / f"{name}.png", optimize=True)
