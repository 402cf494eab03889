"""Records what the reference implementations say: `python -m tools.metrics.record`, see README.md. Knows no formula."""

import json
import re

import numpy as np

from tools.metrics import formulas, pictures, references

PARITY = pictures.ROOT / "fixtures/parity"
SIGMAS = [0.0, 0.4, 0.7, 1.0, 1.4, 1.9, 2.5]
# Places (x, y) where maps are compared, the corners among them.
PLACES = [(0, 0), (191, 0), (0, 179), (191, 179), (3, 90), (96, 2), (57, 41), (96, 90), (120, 133), (150, 60)]


def unit(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float64) / 255


def structure() -> dict:
    pairs = {"waves": formulas.waves(), **{name: (pictures.read(crop), pictures.read(name)) for name, (crop, *_) in pictures.MOVED.items()}}
    found = {}
    for name, (a, b) in pairs.items():
        mean, whole = references.ssim(unit(a), unit(b))
        value, scales = references.ms_ssim(unit(a), unit(b))
        core = whole[20:100, 30:150]
        places = [float(whole[y, x]) for x, y in PLACES]
        found[name] = {"ssim": float(mean), "map": places, "within": float(core.mean()), "ms_ssim": value, "scales": scales}
    return found


def mattes() -> dict:
    true, found, unknown = formulas.disks()
    cases = {"disks": (found, true, unknown), "isles": (*formulas.isles()[::-1], np.ones(true.shape, bool))}
    errors = {}
    for name, (found, true, unknown) in cases.items():
        found, true = unit(found), unit(true)
        edges = {str(t): references.boundary_f(found >= 0.5, true >= 0.5, t) for t in (1, 2, 3, 5)}
        errors[name] = {
            "grad": references.gradient_error(found, true, unknown),
            "conn": references.connectivity_error(found, true, unknown),
            "boundary_f": edges,
        }
    return errors


def agreement() -> dict:
    a, b = (unit(z) for z in formulas.waves())
    mask = formulas.islands()
    whole = references.gradient_zncc_map(a, b, 3.0, 1e-3)
    found = {"waves": references.gradient_zncc(a, b, mask), "map": [float(whole[y, x]) for x, y in PLACES]}
    for name, (crop, *_) in pictures.MOVED.items():
        one, two = unit(pictures.read(crop)), unit(pictures.read(name))
        found[name] = references.gradient_zncc(one, two, np.ones(one.shape, bool))
    return found


def blur() -> dict:
    found = {}
    for crop in pictures.CROPS:
        sharp = unit(pictures.read(crop))
        mask = np.zeros(sharp.shape, bool)
        mask[20:-20, 20:-20] = True
        for sigma in (0.0, 0.6, 1.2, 2.0):
            soft = references.ndimage.gaussian_filter(sharp, sigma, mode="nearest") if sigma else sharp
            found[f"{crop} {sigma}"] = references.blur_residuals(sharp, soft, mask, SIGMAS)
    return found


def alignment() -> dict:
    found = {}
    for name, (crop, matrix, *_) in pictures.MOVED.items():
        template, picture = unit(pictures.read(crop)), unit(pictures.read(name))
        affine = references.ecc(template, picture, 5, matrix)
        correlation = references.correlation_under(template, picture, affine)
        found[name] = {"true": matrix, "affine": affine, "correlation": correlation}
    return found


def main() -> None:
    pictures.write()
    rows = references.color_pairs(360)
    lines = ["L1,a1,b1,L2,a2,b2,dE00"] + [",".join(f"{v:.4f}" for v in row[:6]) + f",{row[6]:.12f}" for row in rows]
    (PARITY / "ciede2000_colour_science.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    recorded = {
        "places": PLACES,
        "structure": structure(),
        "mattes": mattes(),
        "blobs": {str(c): references.blobs(formulas.islands(), c) for c in (1, 2)},
        "gradient_zncc": agreement(),
        "blur_residuals": blur(),
        "ecc": alignment(),
    }
    # Lists of numbers on a line each, so that a difference can be read.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", json.dumps(recorded, indent=1))
    (PARITY / "kernels.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
