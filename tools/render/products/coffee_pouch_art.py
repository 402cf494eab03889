"""Artwork of the coffee pouch: an unrolled sheet (front, right gusset, back, left gusset), many words, in mm."""

from ..labels import Artwork

WIDTH_MM, DEPTH_MM, HEIGHT_MM = 130, 72, 235
MUSTARD, BROWN, CREAM, RUST, PINE = (226, 164, 48), (56, 33, 22), (248, 238, 216), (186, 74, 40), (44, 74, 62)
FACTS = (
    ("ORIGIN", "Ethiopia, Guji, Hambela"),
    ("FARMS", "640 smallholders"),
    ("ALTITUDE", "1,950 \u2013 2,200 m"),
    ("VARIETY", "Heirloom, Kurume"),
    ("PROCESS", "Natural, raised beds, 21 days"),
    ("HARVEST", "December \u2013 January"),
    ("ROAST", "Light-medium, for filter"),
)
STORY = (
    "Ripe cherries are picked by hand, floated, and",
    "dried whole under shade nets until the fruit turns",
    "to leather. Slow drying leaves the cup loud with",
    "berries and as clean as rain. We roast it gently on",
    "Tuesdays and Fridays, and post it the same day.",
)
BREW = (
    ("V60", "15 g : 250 g", "93 \u00b0C", "2:45"),
    ("CHEMEX", "30 g : 500 g", "94 \u00b0C", "4:15"),
    ("AEROPRESS", "14 g : 200 g", "88 \u00b0C", "1:50"),
    ("FRENCH PRESS", "32 g : 500 g", "95 \u00b0C", "5:00"),
)


def artwork():
    """The whole sheet; x runs around the bag from the left edge of the front."""
    sheet = Artwork(2 * (WIDTH_MM + DEPTH_MM), HEIGHT_MM, MUSTARD, 13)
    _front(sheet, WIDTH_MM / 2)
    _gusset(sheet, WIDTH_MM + DEPTH_MM / 2, "ROASTED IN SMALL BATCHES")
    _front(sheet, 1.5 * WIDTH_MM + DEPTH_MM)
    _gusset(sheet, 2 * WIDTH_MM + 1.5 * DEPTH_MM, "WHOLE BEAN COFFEE")
    return sheet


def _front(sheet, x):
    sheet.text(x, 41, "TALL PINE", 15.5, BROWN, weight="Black", tracking=0.03)
    sheet.text(
        x, 48, "COFFEE ROASTERS \u00b7 EST. 2009 \u00b7 HARBOUR ROW", 3.0, BROWN, weight="SemiBold", tracking=0.16
    )
    _pines(sheet, x - 45, 69)
    _pines(sheet, x + 45, 69)
    sheet.rectangle(x - 56, 78, 112, 139, CREAM, radius=3)
    sheet.rectangle(x - 54, 80, 108, 135, outline=BROWN, line=0.45, radius=2)
    sheet.text(x, 99.5, "Guji Natural", 18.5, RUST, "serif", "Bold")
    sheet.text(x, 107, "SINGLE ORIGIN \u00b7 WHOLE BEAN \u00b7 LOT 27", 3.3, BROWN, weight="Bold", tracking=0.14)
    sheet.rectangle(x - 50, 111, 100, 10.5, PINE, radius=1)
    sheet.text(x, 118.3, "blueberry jam, jasmine, cocoa nib", 5.6, CREAM, "serif", "SemiBold", tracking=0.01)
    _facts(sheet, x, 129)
    sheet.rule(x - 50, 166, x + 50, 166, BROWN, 0.35)
    sheet.paragraph(x - 50, 171.5, STORY, 3.05, BROWN, leading=1.36, align="left", weight="Medium")
    _roast_scale(sheet, x + 34, 176)
    _brewing(sheet, x, 196.5)
    sheet.text(x - 50, 228.5, "NET WT 340 g (12 oz)", 4.4, BROWN, weight="Bold", align="left")
    sheet.text(x + 50, 228.5, "Best within 8 weeks of roasting", 3.1, BROWN, "serif", "SemiBold", align="right")


def _facts(sheet, x, y):
    for row, (name, value) in enumerate(FACTS):
        at = y + 5.35 * row
        sheet.text(x - 50, at, name, 2.75, RUST, weight="Bold", align="left", tracking=0.14)
        sheet.text(x - 22, at, value, 3.45, BROWN, "serif", "SemiBold", align="left")
        sheet.rule(x - 50, at + 1.55, x + 50, at + 1.55, (214, 196, 164), 0.2)
    sheet.circle(x + 38, y + 13.5, 11.2, RUST)
    sheet.circle(x + 38, y + 13.5, 10.2, outline=CREAM, line=0.3)
    sheet.text(x + 38, y + 12.2, "88.5", 7.0, CREAM, weight="Black")
    sheet.text(x + 38, y + 16.0, "CUPPING SCORE", 1.9, CREAM, weight="Bold", tracking=0.1)
    sheet.text(x + 38, y + 19.2, "best of 212 lots", 2.1, CREAM, "serif", "SemiBold")


def _roast_scale(sheet, x, y):
    sheet.text(x + 6, y - 2.2, "ROAST", 2.5, RUST, weight="Bold", tracking=0.14)
    for step in range(5):
        spot = (x - 3 + 4.5 * step, y + 2.2, 1.7)
        sheet.circle(*spot, BROWN if step < 2 else None, outline=BROWN, line=0.3)


def _brewing(sheet, x, y):
    sheet.rectangle(x - 50, y, 100, 16.2, (240, 224, 190), radius=1)
    for row, (method, dose, heat, time) in enumerate(BREW):
        at = y + 3.6 + 3.75 * row
        sheet.text(x - 48, at, method, 2.6, BROWN, weight="Bold", align="left", tracking=0.06)
        sheet.text(x - 10, at, dose, 2.8, BROWN, weight="Medium", align="left")
        sheet.text(x + 24, at, heat, 2.8, BROWN, weight="Medium", align="left")
        sheet.text(x + 48, at, time, 2.8, BROWN, weight="Medium", align="right")


def _pines(sheet, x, y):
    """Three conifers: tiers of triangles on a trunk."""
    for dx, tall in ((-6.5, 13), (0, 19), (6.2, 15)):
        sheet.rectangle(x + dx - 0.5, y - 2, 1.0, 4, BROWN)
        for tier in range(4):
            low = y - 1 - tall * 0.21 * tier
            half = (4.4 - 0.85 * tier) * tall / 19
            sheet.polygon([(x + dx - half, low), (x + dx + half, low), (x + dx, low - tall * 0.40)], PINE)


def _gusset(sheet, x, title):
    sheet.text(x, 96, title, 3.4, BROWN, weight="Bold", tracking=0.1)
    lines = (
        "Store in a cool, dry place, away from light.",
        "Squeeze out the air and fold the top over.",
        "Grind just before brewing. Packed in a",
        "protective atmosphere. 100 % arabica coffee.",
        "Roasted and packed by Tall Pine Coffee",
        "Roasters, 14 Harbour Row. Bag: LDPE 4.",
    )
    sheet.paragraph(x, 106, lines, 2.6, BROWN, leading=1.5, weight="Medium")
    sheet.rectangle(x - 20, 172, 40, 28, CREAM, radius=1)
    sheet.barcode(x - 16, 176, 32, 15, "7 350091 402718", BROWN)
    sheet.text(x, 212, "ROASTED ON 04 / 11", 3.0, BROWN, weight="SemiBold", tracking=0.1)
