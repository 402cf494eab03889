"""Chest mark of the T-shirt: a half sun over three waves and two words, in one light ink, in millimetres."""

import math

from ..labels import Artwork

PRINT_MM = (64, 58)
INK, CREAM = (30, 42, 62), (240, 230, 208)


def artwork():
    sheet = Artwork(*PRINT_MM, None, 26)
    middle = PRINT_MM[0] / 2
    _sun(sheet, middle, 26)
    for row in range(3):
        _wave(sheet, middle, 29.5 + 4.0 * row, 23 - 4.5 * row, 0.8 * row)
    sheet.text(middle, 51, "SLOW COAST", 7.4, CREAM, weight="Bold", tracking=0.14)
    return sheet


def _sun(sheet, x, y):
    """Half disc with rays that stops at the water."""
    for ray in range(11):
        angle = math.pi * (0.03 + 0.94 * ray / 10)
        dx, dy = math.cos(angle), -math.sin(angle)
        far = 20 if ray % 2 else 18
        sheet.rule(x + 15 * dx, y + 15 * dy, x + far * dx, y + far * dy, CREAM, 1.3)
    steps = [math.pi * step / 60 for step in range(61)]
    sheet.polygon([(x + 12 * math.cos(a), y - 12 * math.sin(a)) for a in steps], CREAM)


def _wave(sheet, x, y, reach, phase):
    points = [(x + reach * (2 * t - 1), y + 1.0 * math.sin(2 * math.pi * 2.5 * t + phase)) for t in (step / 120 for step in range(121))]
    sheet.curve(points, CREAM, 1.4)
