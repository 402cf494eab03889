"""Products of the fixture catalog. A module here offers SKU, TITLE, CATEGORY, optional SETUP and build(collection);
one that is not in ALL is rendered by name only."""

from importlib import import_module

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
    "canvas_sneaker",
    "wig_stand",
    "folded_tshirt",
)


def load(name):
    """The product module of that name."""
    return import_module(f"{__name__}.{name}")
