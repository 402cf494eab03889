"""Writes template.toml, the numbers that go with a plate."""

from .plate_spec import PlateSpec

FILES = {"image": "plate.jpg", "depth": "depth.png", "ground": "ground.png"}
INTEGERS = ("schema", "width", "height")


def template_text(spec: PlateSpec, size: tuple[int, int], sums: dict[str, str], measured) -> str:
    """The whole file; `measured` comes from plate_calibrate."""
    sections = [
        _section("", [("schema", 1), ("name", spec.name), ("kind", "scene")] + _words(spec)),
        _section("[plate]", _plate(size, sums)),
        _section("[camera]", _camera(spec, size)),
        _section("[ground_plane]", _ground_plane(spec)),
        *(_section("[[light]]", _light(light)) for light in spec.lights),
        _section("[ambient]", [("color", spec.ambient.color), ("share", spec.ambient.share)]),
        _section("[shadow]", [("density", measured.density), ("tint", measured.tint)]),
        _section("[gray_card]", [("color", measured.gray_card)]),
        *(_section("[[anchor]]", _anchor(anchor)) for anchor in spec.anchors),
    ]
    return "\n".join(sections)


def _words(spec: PlateSpec) -> list:
    keys = ("title_en", "title_zh", "keywords_en", "keywords_zh", "categories", "ground_kind")
    return [(key, getattr(spec, key)) for key in keys]


def _plate(size, sums) -> list:
    width, height = size
    rows = [("image", FILES["image"]), ("width", width), ("height", height)]
    rows += [("depth", FILES["depth"]), ("depth_unit_m", 0.001), ("ground", FILES["ground"])]
    return rows + [(f"{key}_sha256", value) for key, value in sums.items()]


def _camera(spec: PlateSpec, size) -> list:
    width, height = size
    camera = spec.camera
    focal = camera.focal_px(width)
    return [
        ("fx", focal),
        ("fy", focal),
        ("cx", width / 2),
        ("cy", height / 2),
        ("position", camera.position),
        ("rotation", [v for row in camera.rotation for v in row]),
        ("focus_m", camera.focus_m),
        ("f_stop", camera.f_stop),
    ]


def _ground_plane(spec: PlateSpec) -> list:
    """The world's z = 0 in camera space: n is the world's up, d the camera's height."""
    return [
        ("normal", [row[2] for row in spec.camera.rotation]),
        ("offset_m", spec.camera.position[2]),
        ("reflectance", spec.reflectance),
        ("roughness", spec.roughness),
    ]


def _light(light) -> list:
    length = sum(v * v for v in light.direction) ** 0.5
    return [
        ("name", light.name),
        ("direction", [v / length for v in light.direction]),
        ("color", light.color),
        ("angular_diameter_deg", light.angular_diameter_deg),
        ("share", light.share),
    ]


def _anchor(anchor) -> list:
    keys = ("name", "position", "size_m", "free_radius_m", "max_height_m")
    return [(key, getattr(anchor, key)) for key in keys]


def _section(head: str, rows: list) -> str:
    lines = [f"{key} = {value if key in INTEGERS else _value(value)}" for key, value in rows]
    return "\n".join(([head] if head else []) + lines) + "\n"


def _value(value) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return repr(round(float(value), 6) + 0.0)
