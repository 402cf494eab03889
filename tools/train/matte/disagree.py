"""Where a network and packshot's cutouts disagree: what a vote in `segment` would have to go by.

python -m tools.train.matte.disagree MATTE.onnx PHOTOS CUTOUTS

PHOTOS holds NAME.jpg, CUTOUTS what `packshot segment` made of them (NAME.cutout.png). For each photo two shares of the cutout's area: the largest piece along its
border that the network calls ground (extra), and the largest piece beside it that the network calls product (missing). Holes that the network sees inside a product do
not count: it takes bright print for ground.
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
from scipy import ndimage

from . import check

SURE = 0.15  # the network is sure below this, and above its mirror
BORDER = 0.25  # so much of a piece's surroundings must lie on the other side of the cutout's border


def largest(piece: np.ndarray, other_side: np.ndarray) -> int:
    """Pixels of the largest connected piece that lies on the border."""
    labels, count = ndimage.label(ndimage.binary_opening(piece, iterations=2))
    sizes = [0]
    for label in range(1, count + 1):
        one = labels == label
        around = ndimage.binary_dilation(one, iterations=3) & ~one
        if (around & other_side).sum() > BORDER * around.sum():
            sizes.append(int(one.sum()))
    return max(sizes)


def main() -> None:
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    for photo in sorted(Path(sys.argv[2]).glob("*.jpg")):
        cutout = Path(sys.argv[3]) / f"{photo.stem}.cutout.png"
        if not cutout.exists():
            continue
        picture = check.boxed(photo, "RGB").transpose(2, 0, 1)[None].astype(np.float32) / 255
        network = session.run(None, {"picture": np.ascontiguousarray(picture)})[0][0, 0]
        ours = check.boxed(cutout, "RGBA")[..., 3] > 127
        area = max(int(ours.sum()), 1)
        extra, missing = largest(ours & (network < SURE), ~ours), largest(~ours & (network > 1 - SURE), ours)
        print(f"{photo.stem:44} extra {extra / area:.4f}  missing {missing / area:.4f}")


if __name__ == "__main__":
    main()
