"""Renders variants of the bundled products: python -m tools.fidelity [product …] [--variant NAME …] [--out DIR] [--force].

Writes <sku>.<variant>.webp into fixtures/fidelity (lossy color, lossless matte, straight alpha, cropped to what is not empty) and keeps variants.json: where
each lies in its photo's frame. What is there already is not rendered again; what does not apply to a product is noted as such.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "fixtures" / "fidelity"
SIDE = 800  # longer side of the frame, pixels
SAMPLES = 16
QUALITY = 90


def arguments():
    from ..render.products import ALL

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", nargs="*")
    parser.add_argument("--variant", action="append", default=[])
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.products = [name.lower().replace("-", "_") for name in options.products] or list(ALL)
    return options


def render(product, variant, folder):
    """One variant of one product, in a process of its own: nothing of another one is left in the scene."""
    from ..render.products import load
    from ..render.studio import DEFAULT_SETUP, Studio
    from . import variants

    module, variant = load(product), variants.named(variant)
    base = getattr(module, "SETUP", DEFAULT_SETUP)
    row = {"sku": module.SKU, "variant": variant.name, "truth": variant.truth}
    try:
        with variants.printed(variant.artwork, module.build):
            studio = Studio(module.build, variant.setup(base), SIDE)
        variant.scene(studio)
    except variants.DoesNotApply as reason:
        return {**row, "file": f"none: {reason}"}
    return {**row, **picture(studio, base, folder, f"{module.SKU.lower()}.{variant.name}.webp")}


def picture(studio, base, folder, name):
    """Render the product alone, toned as its photo is, and write what is not empty of it."""
    import numpy as np
    from PIL import Image

    from ..render import photo

    rgba = studio.render_product(SAMPLES)
    bare = studio.render_sweep(False, 16)
    height, width = rgba.shape[:2]
    sweep, gain = photo.tone_sweep(bare, bare, (width, height), base)
    light, coverage = np.maximum(rgba[..., :3], 0.0) * gain * base.exposure, np.clip(rgba[..., 3], 0.0, 1.0)
    if base.glass:
        coverage = np.maximum(coverage, photo.shoulder(light.max(axis=-1)))
    if studio.tint is not None:
        light = light + np.maximum(studio.tint, 0.0) * sweep
    color = photo.shoulder(photo.straight_color(light, coverage, photo.KNOWN_ALPHA_GLASS if base.glass else photo.KNOWN_ALPHA))
    levels = np.concatenate([photo.to_srgb(color), coverage[..., None]], axis=-1)
    image = Image.fromarray(np.round(np.clip(levels, 0, 1) * 255).astype(np.uint8), "RGBA")
    left, top, right, bottom = image.getchannel("A").point(lambda a: 255 if a > 2 else 0).getbbox()
    partial = folder / (name + ".part")
    image.crop((left, top, right, bottom)).save(partial, "WEBP", quality=QUALITY, method=6, exact=True)
    partial.replace(folder / name)
    return {"file": name, "x": left, "y": top, "frame_width": width, "frame_height": height}


def known(folder):
    path = folder / "variants.json"
    if not path.exists():
        return {}
    return {(row["sku"], row["variant"]): row for row in json.loads(path.read_text(encoding="utf-8"))}


def note(folder, row):
    rows = known(folder)
    rows[row["sku"], row["variant"]] = row
    lines = ",\n".join(json.dumps(rows[key]) for key in sorted(rows))
    partial = folder / "variants.json.part"
    partial.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    partial.replace(folder / "variants.json")


def main():
    options = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.one:
        note(options.out, render(options.products[0], options.variant[0], options.out))
        return
    from . import variants

    for variant in options.variant or [variant.name for variant in variants.ALL]:
        for product in options.products:
            sku = product.upper().replace("_", "-")
            row = known(options.out).get((sku, variant))
            if row and not options.force and (row["file"].startswith("none") or (options.out / row["file"]).exists()):
                continue
            started = time.monotonic()
            command = [sys.executable, "-m", "tools.fidelity", product, "--variant", variant, "--out", str(options.out), "--one"]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            print(f"{sku} {variant}: {time.monotonic() - started:.0f} s", flush=True)


main()
