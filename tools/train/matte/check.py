"""How good a network is on the fixtures' product photos, which it never saw in training: their true alphas are known.

python -m tools.train.matte.check MATTE.onnx [SHEET.png]     prints the scores, draws photo, truth and answer of each
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

EDGE = 448  # pixels along an edge of what the network is shown
PRODUCTS = Path(__file__).parents[3] / "fixtures" / "products"


def boxed(path: Path, mode: str, edge: int = EDGE) -> np.ndarray:
    """A picture scaled into a square; what is left over repeats its border."""
    picture = Image.open(path).convert(mode)
    scale = edge / max(picture.size)
    picture = np.asarray(picture.resize([max(1, round(s * scale)) for s in picture.size], Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BILINEAR))
    high, wide = edge - picture.shape[0], edge - picture.shape[1]
    pads = [(high // 2, high - high // 2), (wide // 2, wide - wide // 2)] + [(0, 0)] * (picture.ndim - 2)
    return np.pad(picture, pads, mode="edge")


def fixtures(answer: Callable[[np.ndarray], np.ndarray]) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """Intersection over union and mean absolute error per product, and a sheet of photo, truth and answer.

    `answer` takes one picture (1 x 3 x H x W, f32, sRGB in 0..1) and returns its alpha (1 x 1 x H x W).
    """
    scores, cells = {}, []
    for path in sorted(PRODUCTS.glob("*.jpg")):
        photo, truth = boxed(path, "RGB"), boxed(path.with_suffix(".alpha.png"), "L") / 255.0
        alpha = answer(np.ascontiguousarray(photo.transpose(2, 0, 1)[None].astype(np.float32) / 255))[0, 0]
        both = np.logical_and(alpha > 0.5, truth > 0.5).sum() / max(np.logical_or(alpha > 0.5, truth > 0.5).sum(), 1)
        scores[path.stem] = {"iou": round(float(both), 3), "error": round(float(np.abs(alpha - truth).mean()), 4)}
        cells.append((photo, truth, alpha))
    return scores, sheet(*map(np.stack, zip(*cells)))


def sheet(photos: np.ndarray, truths: np.ndarray, alphas: np.ndarray, columns: int = 6) -> np.ndarray:
    """Photo, truth and answer beside each other, several to a row."""
    grey = [np.repeat((a[..., None] * 255).astype(np.uint8), 3, -1) for a in (truths, alphas)]
    cells = np.concatenate([photos, *grey], axis=2)[:, ::2, ::2]
    cells = np.concatenate([cells, np.zeros((-len(cells) % columns, *cells.shape[1:]), np.uint8)])
    return np.concatenate([np.concatenate(list(cells[i : i + columns]), axis=1) for i in range(0, len(cells), columns)])


def main() -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    scores, picture = fixtures(lambda photo: session.run(None, {"picture": photo})[0])
    for name, score in scores.items():
        print(f"{name:18} {score['iou']:.3f} {score['error']:.4f}")
    print(json.dumps({"median_iou": float(np.median([s["iou"] for s in scores.values()])), "mean_iou": round(float(np.mean([s["iou"] for s in scores.values()])), 3)}))
    if len(sys.argv) > 2:
        Image.fromarray(picture).save(sys.argv[2])


if __name__ == "__main__":
    main()
