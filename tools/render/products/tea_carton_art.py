"""Artwork of the tea carton: four panels, foil mask and lid, drawn in millimetres."""

import math

from ..labels import Artwork

WIDTH, DEPTH, HEIGHT = 0.078, 0.056, 0.132
GREEN, DEEP, CREAM, GOLD, CLAY = (36, 74, 66), (24, 52, 47), (243, 234, 214), (196, 152, 84), (200, 104, 72)
INK_MM = 1000


def artwork():
    """Two sheets of the unrolled carton (front, right, back, left): colors and the foil mask."""
    width, height = 2 * (WIDTH + DEPTH) * INK_MM, HEIGHT * INK_MM
    color, foil = Artwork(width, height, GREEN, 16), Artwork(width, height, (0, 0, 0), 16)
    centers = [WIDTH / 2, WIDTH + DEPTH / 2, 1.5 * WIDTH + DEPTH, 2 * WIDTH + 1.5 * DEPTH]
    front, right, back, left = (center * INK_MM for center in centers)
    for x in (front, back):
        _front(color, foil, x)
    _story(color, foil, right)
    _brewing(color, foil, left)
    return color, foil


def _front(color, foil, x):
    color.rectangle(x - 35.5, 3.5, 71, 125, DEEP)
    _both(color, foil, "rectangle", x - 35.5, 3.5, 71, 125, outline=GOLD, line=0.45)
    color.rectangle(x - 26, 25, 52, 62, CREAM, radius=26)
    _both(color, foil, "rectangle", x - 27.2, 23.8, 54.4, 64.4, outline=GOLD, line=0.4, radius=27.2)
    _sprig(color, foil, x, 79)
    color.text(x, 14.2, "HARROW & FEN", 5.6, CREAM, "serif", "SemiBold", tracking=0.14)
    color.text(x, 19.2, "TEA MERCHANTS \u00b7 MARSH STREET", 1.9, GOLD, weight="Medium", tracking=0.26)
    color.text(x, 99.5, "Bergamot", 10.2, CREAM, "serif", "Regular")
    color.text(x, 106.5, "BLACK TEA WITH ORANGE PEEL", 2.5, GOLD, weight="SemiBold", tracking=0.2)
    _both(color, foil, "rule", x - 8, 110.5, x + 8, 110.5, GOLD, 0.3)
    color.text(x, 116, "20 pyramid sachets", 2.7, CREAM, "serif", "Regular", tracking=0.04)
    color.text(x, 122.5, "NET WT 40 g (1.4 oz)", 2.0, CREAM, weight="Medium", tracking=0.12)


def _both(color, foil, method, *where, **style):
    """Draw in gold on the color sheet and in white on the foil mask."""
    getattr(color, method)(*where, **style)
    white = {key: (255, 255, 255) if key == "outline" else value for key, value in style.items()}
    where = tuple((255, 255, 255) if isinstance(value, tuple) else value for value in where)
    getattr(foil, method)(*where, **white)


def _sprig(color, foil, x, y):
    """A tea sprig with leaves, fruit and a foil stem."""
    stem = [(x + 2.5 * math.sin(t * 2.6), y - 46 * t) for t in (step / 40 for step in range(41))]
    leaves = (
        (0.16, 1, 15),
        (0.26, -1, 17),
        (0.42, 1, 16),
        (0.54, -1, 15),
        (0.70, 1, 12),
        (0.80, -1, 10),
        (0.97, 0.25, 11),
    )
    for share, side, length in leaves:
        root = stem[int(share * 40)]
        tilt = math.radians(90 - 48 * side)
        _leaf(color, root, tilt, length, GREEN if side > 0 else (62, 106, 84))
    for share, dx in ((0.34, -7.5), (0.62, 7.8)):
        root = stem[int(share * 40)]
        color.circle(root[0] + dx, root[1] + 4, 3.7, CLAY)
        color.circle(root[0] + dx - 1.1, root[1] + 2.8, 0.8, (228, 150, 112))
    color.curve(stem, GOLD, 0.6)
    foil.curve(stem, (255, 255, 255), 0.6)


def _leaf(color, root, tilt, length, fill):
    def at(along, across):
        return (
            root[0] + along * math.cos(tilt) + across * math.sin(tilt),
            root[1] - along * math.sin(tilt) + across * math.cos(tilt),
        )

    shares = [step / 20 for step in range(21)]
    belly = [0.21 * length * math.sin(math.pi * share**0.8) for share in shares]
    outline = [at(length * s, b) for s, b in zip(shares, belly)] + [
        at(length * s, -b) for s, b in zip(shares[::-1], belly[::-1])
    ]
    color.polygon(outline, fill)
    color.curve([at(0, 0), at(length * 0.92, 0)], CREAM, 0.22)
    for share in (0.25, 0.42, 0.59):
        for side in (-1, 1):
            color.curve(
                [at(length * share, 0), at(length * (share + 0.14), side * 0.13 * length)], CREAM, 0.14
            )


def _story(color, foil, x):
    color.text(x, 22, "From the", 4.4, CREAM, "serif", "Regular")
    color.text(x, 27.6, "marsh gardens", 4.4, CREAM, "serif", "Regular")
    _both(color, foil, "rule", x - 7, 33, x + 7, 33, GOLD, 0.3)
    lines = [
        "Whole leaves, picked in the",
        "second flush and scented three",
        "times with cold-pressed bergamot.",
        "Bright, round and clean, with a",
        "slice of dried orange peel in",
        "every pyramid.",
    ]
    y = color.paragraph(x, 40, lines, 2.35, CREAM, leading=1.55, weight="Regular")
    color.text(x, y + 7, "INGREDIENTS", 1.9, GOLD, weight="Bold", tracking=0.2)
    lines = ["Black tea 92 %, orange peel 5 %,", "natural bergamot flavoring.", "Store cool, dry and closed."]
    color.paragraph(x, y + 11.4, lines, 2.0, CREAM, leading=1.5)
    color.rectangle(x - 17, 97, 34, 19.5, CREAM, radius=0.8)
    color.barcode(x - 14, 98.8, 28, 12.6, "5 060318 220471")
    color.text(x, 124, "LOT 7H21  \u00b7  BEST BEFORE 08 2028", 1.7, CREAM, weight="Medium", tracking=0.08)


def _brewing(color, foil, x):
    color.text(x, 22, "To brew", 5.2, CREAM, "serif", "Regular")
    _both(color, foil, "rule", x - 7, 27, x + 7, 27, GOLD, 0.3)
    for row, (amount, what) in enumerate(
        (("1", "sachet a cup"), ("95\u00b0", "fresh water"), ("4 min", "then lift"))
    ):
        y = 44 + 24 * row
        color.text(x, y, amount, 9.5, GOLD, "serif", "Regular")
        color.text(x, y + 6, what.upper(), 2.2, CREAM, weight="Medium", tracking=0.18)


def lid_artwork():
    sheet = Artwork(WIDTH * INK_MM, DEPTH * INK_MM, DEEP, 16)
    x = WIDTH * INK_MM / 2
    sheet.text(x, 27, "HARROW & FEN", 5.0, CREAM, "serif", "SemiBold", tracking=0.14)
    sheet.text(x, 33.5, "LIFT HERE, TUCK BACK TO KEEP FRESH", 1.9, GOLD, weight="Medium", tracking=0.2)
    return sheet
