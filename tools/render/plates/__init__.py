"""The scenes that come with the project: each module has a SPEC and a build(collection)."""

ALL = (
    "kitchen_counter",
    "wooden_table",
    "marble_shelf",
    "stone_terrace",
    "studio_sweep",
    "beach",
    "podium",
    "bathroom_marble",
    "desk",
    "cafe",
    "garden",
    "winter",
    "linen_bed",
    "festive_red",
    "moss_water",
    "city_ledge",
)
