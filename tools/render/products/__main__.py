"""Renders product photos: python -m tools.render.products [name or sku …] [--draft | --preview] [--force] [--out DIR].

Without names, all products whose photo is missing (or, for final renders, smaller than final). The default
folder is fixtures/products; --preview writes to the system's temporary folder unless --out is given.
"""

import argparse
import csv
import fcntl
import os
import tempfile
import time
from pathlib import Path

from PIL import Image

from . import ALL, load

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "fixtures" / "products"
HEADER = ("sku", "title", "category", "width_cm", "photo", "alpha", "foreground")
DRAFT_SIZE, DRAFT_SAMPLES = 1000, 16
PREVIEW_SIZE, PREVIEW_SAMPLES = 480, 16


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--draft", action="store_true", help=f"{DRAFT_SIZE} px")
    parser.add_argument("--preview", action="store_true", help=f"{PREVIEW_SIZE} px, not into the catalog")
    parser.add_argument("--force", action="store_true", help="render even if the photo exists")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    options.names = [name.lower().replace("-", "_") for name in options.names] or list(ALL)
    unknown = {name for name in options.names if not Path(__file__).with_name(f"{name}.py").exists()}
    if unknown:
        parser.error(f"unknown product: {', '.join(sorted(unknown))}")
    return options


def stem_of(module):
    return module.SKU.lower()


def is_done(photo, wanted_side):
    """True if the photo exists at least at the wanted size."""
    if not photo.exists():
        return False
    with Image.open(photo) as image:
        return max(image.size) >= wanted_side


def render(module, folder, draft, samples):
    """Render one product into the folder; returns its width in centimetres."""
    from .. import photo
    from ..studio import DEFAULT_SETUP, Studio

    setup = getattr(module, "SETUP", DEFAULT_SETUP)
    samples = samples or setup.samples
    studio = Studio(module.build, setup, draft)
    rgba = studio.render_product(samples)
    shadowed = studio.render_sweep(True, max(samples // 2, 16))
    bare = studio.render_sweep(False, 16)
    seed = sum(module.SKU.encode())
    picture, alpha, foreground = photo.compose(rgba, shadowed, bare, setup, seed, studio.tint)
    width_cm = photo.silhouette_width(alpha) * studio.metres_per_pixel() * 100
    photo.write(folder, stem_of(module), picture, alpha, foreground)
    return width_cm


def update_catalog(folder, module, width_cm):
    """Set one product's row in catalog.csv; drop rows whose photo is gone. Safe between processes."""
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        _set_row(folder, module, width_cm)
    finally:
        os.close(lock)


def _set_row(folder, module, width_cm):
    path, stem = folder / "catalog.csv", stem_of(module)
    rows = {}
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = {row["sku"]: row for row in csv.DictReader(file) if (folder / row["photo"]).exists()}
    values = (
        module.SKU,
        module.TITLE,
        module.CATEGORY,
        f"{width_cm:.1f}",
        f"{stem}.jpg",
        f"{stem}.alpha.png",
        f"{stem}.foreground.png",
    )
    rows[module.SKU] = dict(zip(HEADER, values))
    partial = path.with_suffix(f".{os.getpid()}.part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[sku] for sku in sorted(rows))
    partial.replace(path)


def main():
    options = arguments()
    folder = options.out or (Path(tempfile.gettempdir()) / "product-previews" if options.preview else FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    side = PREVIEW_SIZE if options.preview else DRAFT_SIZE if options.draft else None
    samples = PREVIEW_SAMPLES if options.preview else DRAFT_SAMPLES if options.draft else None
    for name in options.names:
        module = load(name)
        wanted = side or max(module.SETUP.size if hasattr(module, "SETUP") else (2000,))
        if not options.force and not options.preview and is_done(folder / f"{stem_of(module)}.jpg", wanted):
            continue
        started = time.monotonic()
        width_cm = render(module, folder, side, samples)
        print(f"{module.SKU}: {width_cm:.1f} cm wide, {time.monotonic() - started:.0f} s", flush=True)
        update_catalog(folder, module, width_cm)


main()
