"""Products of the fixture catalog. A module here offers SKU, TITLE, CATEGORY, optional SETUP and build(collection)."""

from importlib import import_module
from importlib.util import find_spec

ALL = (
    "pump_bottle",
    "tea_carton",
    "moka_pot",
    "white_mug",
    "glass_carafe",
    "soda_can",
    "plush_bear",
    "wood_stool",
    "towel_stack",
    "headphones",
    "handbag",
    "desk_lamp",
    "wire_basket",
    "candle_jar",
    "gooseneck_kettle",
    "coffee_pouch",
    "perfume_bottle",
    "potted_plant",
    "knit_beanie",
    "pearl_necklace",
    "sheer_scarf",
    "folded_tshirt",
    "wig_stand",
    "canvas_sneaker",
)


def available():
    """Names in ALL whose modules exist."""
    return [name for name in ALL if find_spec(f"{__name__}.{name}")]


def load(name):
    """The product module of that name."""
    return import_module(f"{__name__}.{name}")
