"""Chest print of the T-shirt: a sun over waves between two lines of type, on transparent ground, in millimetres."""

import math

from ..labels import Artwork

PRINT_MM = (168, 168)
INK, SUN, CLAY = (30, 42, 62), (222, 122, 52), (186, 72, 50)


def artwork():
    sheet = Artwork(*PRINT_MM, None, 11)
    middle = PRINT_MM[0] / 2
    sheet.text(middle, 22, "SLOW COAST", 22.5, INK, weight="Black", tracking=0.02)
    sheet.text(middle, 32, "SWIM \u00b7 READ \u00b7 SLEEP \u00b7 REPEAT", 5.4, CLAY, weight="Bold", tracking=0.2)
    _sun(sheet, middle, 92)
    for row in range(6):
        _wave(sheet, 96 + 7.4 * row, 3.6 - 0.2 * row, 0.9 * row)
    sheet.text(middle, 151, "SATURDAY CLUB", 12.6, INK, "serif", "Bold", tracking=0.06)
    sheet.text(
        middle, 160, "est. 1978 \u00b7 low tide 6:40 \u00b7 no hurry", 5.0, INK, "serif", "SemiBold", tracking=0.06
    )
    return sheet


def _sun(sheet, x, y):
    """Half disc with rays that stops at the water."""
    for ray in range(25):
        angle = math.pi * (0.02 + 0.96 * ray / 24)
        dx, dy = math.cos(angle), -math.sin(angle)
        sheet.rule(
            x + 40 * dx, y + 40 * dy, x + (52 if ray % 2 else 47) * dx, y + (52 if ray % 2 else 47) * dy, SUN, 1.7
        )
    steps = [math.pi * step / 60 for step in range(61)]
    sheet.polygon([(x + 35 * math.cos(a), y - 35 * math.sin(a)) for a in steps], SUN)


def _wave(sheet, y, tall, phase):
    points = [
        (8 + 152 * t, y + tall * math.sin(2 * math.pi * 4.5 * t + phase)) for t in (step / 220 for step in range(221))
    ]
    sheet.curve(points, INK, 2.3)
