"""The picture at the head of the README: photo, cutout, white main image and two scenes of six products, from what `make demo` left in out/demo.

    python3 -m venv .venv-sheet && .venv-sheet/bin/pip install pillow
    .venv-sheet/bin/python tools/sheet/readme.py
"""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "out/demo"
SHOWN = {
    "handbag": ("garden", "cafe"),
    "knit-beanie": ("garden", "stone-terrace"),
    "canvas-sneaker": ("garden", "beach"),
    "gooseneck-kettle": ("kitchen-counter", "stone-terrace"),
    "tea-carton": ("winter", "city-ledge"),
    "headphones": ("city-ledge", "kitchen-counter"),
}
SIDE, GAP, CHECK, COLUMNS = 200, 8, 10, 2


def square(picture: Image.Image) -> Image.Image:
    """The middle of a picture as a square of SIDE pixels."""
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    return picture.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.LANCZOS)


def chequered(cutout: Image.Image) -> Image.Image:
    """A cutout on the pattern that means transparent."""
    under = Image.new("RGB", (SIDE, SIDE), (188, 188, 188))
    for y in range(0, SIDE, CHECK):
        for x in range(y % (2 * CHECK), SIDE, 2 * CHECK):
            under.paste((148, 148, 148), (x, y, x + CHECK, y + CHECK))
    small = square(cutout)
    under.paste(small, mask=small.getchannel("A"))
    return under


def row(name: str, scenes: tuple[str, ...]) -> list[Image.Image]:
    """What is shown of one product."""
    shopify = DEMO / "channels/shopify"
    made = [shopify / f"{name}.{kind}.01.webp" for kind in ("white", *scenes)]
    photo = square(Image.open(DEMO / f"photos/{name}.jpg").convert("RGB"))
    cutout = chequered(Image.open(DEMO / f"cutouts/{name}.cutout.png"))
    return [photo, cutout, *(square(Image.open(path).convert("RGB")) for path in made)]


def main() -> None:
    """Writes docs/images/contact-sheet.jpg."""
    rows = [row(name, scenes) for name, scenes in SHOWN.items()]
    wide, high = len(rows[0]) * COLUMNS, -(-len(rows) // COLUMNS)
    sheet = Image.new("RGB", (wide * (SIDE + GAP) + GAP, high * (SIDE + GAP) + GAP), "white")
    for index, pictures in enumerate(rows):
        for step, picture in enumerate(pictures):
            column = index % COLUMNS * len(pictures) + step
            sheet.paste(picture, (GAP + column * (SIDE + GAP), GAP + index // COLUMNS * (SIDE + GAP)))
    sheet.save(ROOT / "docs/images/contact-sheet.jpg", quality=86)


if __name__ == "__main__":
    main()
