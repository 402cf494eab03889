"""Makes the small moving pictures of the storyboards that come along: python tools/sheet/thumbnails.py [NAME…]. Needs Pillow with WebP.

docs/films/NAME.webp, as films.py leaves it, becomes templates/storyboards/NAME.webp: the whole film at twice its speed, over and over.
"""

import io
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
# Longer side in pixels; milliseconds of a picture, and of the film from one picture to the next.
SIDE, LASTS, STEP = 240, 125, 250
# Bytes that a file should have at most, and the qualities that are tried for that, best first. The last one stands.
LARGEST, QUALITIES = 60_000, (60, 50, 40, 30, 25)


def main() -> int:
    wanted = set(sys.argv[1:])
    for storyboard in sorted((ROOT / "templates/storyboards").glob("*.toml")):
        if wanted and storyboard.stem not in wanted:
            continue
        pictures = taken(ROOT / f"docs/films/{storyboard.stem}.webp")
        for quality in QUALITIES:
            written = encoded(pictures, quality)
            if len(written) <= LARGEST:
                break
        storyboard.with_suffix(".webp").write_bytes(written)
        print(f"{storyboard.stem}: {len(pictures)} pictures, quality {quality}, {len(written)} bytes")
    return 0


def taken(film: Path) -> list[Image.Image]:
    """A picture of every STEP milliseconds, small."""
    shown = Image.open(film)
    scale = SIDE / max(shown.size)
    size = tuple(max(1, round(length * scale)) for length in shown.size)
    pictures, due, until = [], 0, 0
    for number in range(shown.n_frames):
        shown.seek(number)
        shown.load()
        until += shown.info["duration"]
        if due < until:
            small = shown.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        while due < until:
            pictures.append(small)
            due += STEP
    return pictures


def encoded(pictures: list[Image.Image], quality: int) -> bytes:
    file = io.BytesIO()
    pictures[0].save(file, "WEBP", save_all=True, append_images=pictures[1:], duration=LASTS, loop=0, quality=quality, method=6, minimize_size=True)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
