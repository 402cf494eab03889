"""Renders plates: python -m tools.render.plates [name …] [--preview | --draft] [--force] [--crop X0 Y0 X1 Y1]."""

import argparse
import importlib
import time
from pathlib import Path

from PIL import Image

from .. import plate, plate_calibrate, plate_far
from . import ALL

ROOT = Path(__file__).resolve().parents[3]
SCENES = ROOT / "templates" / "scenes"
PREVIEWS = ROOT / "target" / "plate-previews"
PREVIEW, DRAFT, FINAL = (640, 512), (1280, 1024), (2560, 2048)
PREVIEW_SAMPLES, DRAFT_SAMPLES = 24, 20


def main() -> None:
    args = _arguments()
    for name in args.names or ALL:
        module = importlib.import_module(f"{__package__}.{name.replace('-', '_')}")
        start = time.time()
        if args.preview or args.crop or args.calibrate:
            _look(module, args)
        else:
            _render(module, DRAFT if args.draft else FINAL, args)
        print(f"{name}: {time.time() - start:.0f} s", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools.render.plates", description=__doc__)
    parser.add_argument("names", nargs="*", help="module names; none means all")
    parser.add_argument("--preview", action="store_true", help="a small picture under target/, nothing else")
    parser.add_argument("--draft", action="store_true", help="all files at 1280 x 1024")
    parser.add_argument("--force", action="store_true", help="render what exists already")
    parser.add_argument("--calibrate", action="store_true", help="only measure and print")
    parser.add_argument("--crop", nargs=4, type=float, help="a part of the frame (0..1, y down) at full size, under target/")
    parser.add_argument("--samples", type=int, help="instead of the plate's own number")
    return parser.parse_args()


def _look(module, args) -> None:
    """Something to look at while working on a scene."""
    spec = module.SPEC
    scene = plate.open_scene(spec, module.build)
    if args.calibrate:
        plate_calibrate.measure(scene, spec)
        return
    size, samples = FINAL if args.crop else PREVIEW, args.samples or PREVIEW_SAMPLES
    if args.crop:
        left, top, right, bottom = args.crop
        plate.use_border(scene, (left, right, top, bottom), crop=not plate_far.has_far(scene))
    if plate_far.has_far(scene):
        picture = plate_far.render(scene, spec, size, samples)
        if args.crop:
            picture = picture.crop((int(left * size[0]), int(top * size[1]), int(right * size[0]), int(bottom * size[1])))
    else:
        picture = plate.render_display(scene, spec, *size, samples)
    PREVIEWS.mkdir(parents=True, exist_ok=True)
    picture.save(PREVIEWS / f"{spec.name}{'-crop' if args.crop else ''}.png")


def _render(module, size: tuple[int, int], args) -> None:
    """All files of a plate, unless they are there at this size."""
    spec = module.SPEC
    folder = SCENES / spec.name
    if not args.force and _done(folder, size):
        return
    samples = args.samples or (DRAFT_SAMPLES if size == DRAFT else spec.samples)
    plate.make_plate(spec, module.build, folder, size, samples)


def _done(folder: Path, size: tuple[int, int]) -> bool:
    picture = folder / "plate.jpg"
    if not (folder / "template.toml").exists() or not picture.exists():
        return False
    with Image.open(picture) as image:
        return image.size == size


if __name__ == "__main__":
    main()
