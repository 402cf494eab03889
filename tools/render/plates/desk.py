"""Home-office desk: light oak, a tall window at the left edge, a bookshelf with a trailing plant behind."""

from .. import mesh, props, room, surfaces
from ..nodes import plain
from ..plate import mark_ground
from ..plate_spec import Ambient, Anchor, Camera, Light, PlateSpec

KEY_COLOR = (1.0, 0.965, 0.915)
SKY_COLOR = (0.92, 0.96, 1.0)
KEY_FROM = (-1.20, -0.60, 1.00)
DESK_BACK_Y, BOARD = 0.46, 0.19
WALL_Y, FLOOR_Z = 2.9, -0.73
SHELF_X, SHELF_LENGTH, SHELF_Z = 0.34, 1.3, (-0.36, 0.06, 0.48)
SPINES = ((0.46, 0.42, 0.35), (0.16, 0.20, 0.21), (0.36, 0.20, 0.13), (0.55, 0.52, 0.46), (0.19, 0.23, 0.17), (0.40, 0.31, 0.20), (0.10, 0.10, 0.11))

SPEC = PlateSpec(
    name="desk",
    title_en="Oak desk in a home office",
    title_zh="居家办公橡木书桌",
    keywords_en=("desk", "office", "home office", "workspace", "study", "work", "oak", "wood", "light wood", "bookshelf", "books",
                 "plant", "window", "daylight", "tech", "gadget", "stationery", "student", "modern", "scandinavian", "calm"),
    keywords_zh=("书桌", "办公桌", "办公", "居家办公", "书房", "工作", "橡木", "浅色木", "书架", "书籍", "绿植", "窗边", "日光",
                 "数码", "文具", "学生", "现代", "北欧", "安静"),
    categories=("electronics", "home", "fashion", "toys", "kitchen"),
    ground_kind="satin",
    reflectance=0.06,
    roughness=0.45,
    lights=(Light("window", KEY_FROM, KEY_COLOR, 25.0, 0.62),),
    ambient=Ambient(SKY_COLOR, 0.38),
    anchors=(Anchor("center", (0.0, 0.0, 0.0), (0.06, 0.42), 0.24, 0.50),),
    camera=Camera(frame_height_m=0.56, vertical_fov_deg=20.0, pitch_deg=8.5, f_stop=2.8),
    exposure=-0.45,
    white_temperature_k=6000.0,
    samples=8,
    sharp_from_v=0.56,
    soft_divisor=3,
    soft_samples=12,
)


def build(collection) -> None:
    oak = surfaces.wood("oak", (0.50, 0.37, 0.235), (0.29, 0.195, 0.115), 0.005, width_m=1.0, grime=0.0)
    for board in room.boards(collection, oak, BOARD, DESK_BACK_Y, 7, gap=0.0004, uneven=0.0):
        mark_ground(board)
    _things(collection)
    _room(collection)
    _shelf(collection)
    _light(collection)


def _things(collection) -> None:
    """A notebook with a pencil at the right edge, a cup of pencils far left; the frame crops both."""
    linen = props.cloth("book cloth", (0.13, 0.165, 0.175), 0.1)
    turn = (0, 0, 0.34)
    mesh.rounded_box("cover", (0.15, 0.21, 0.014), collection, linen, 0.003, location=(0.40, 0.03, 0.007)).rotation_euler = turn
    paper = plain("paper", (0.66, 0.63, 0.56), 0.9)
    mesh.rounded_box("pages", (0.151, 0.2, 0.009), collection, paper, 0.001, location=(0.399, 0.031, 0.007)).rotation_euler = turn
    cedar, lead = plain("cedar", (0.42, 0.27, 0.15), 0.6), plain("lacquer", (0.06, 0.06, 0.062), 0.3)
    mesh.tube("pencil", [(0.355, -0.06, 0.018), (0.41, 0.10, 0.018)], 0.0036, collection, lead, smooth_path=False)
    clay = plain("cup", (0.50, 0.45, 0.38), 0.7)
    outline = [(0, 0), (0.038, 0, 0.006), (0.040, 0.10, 0.002), (0.036, 0.10, 0.002), (0.034, 0.01), (0, 0.01)]
    mesh.lathe("cup", outline, collection, clay, 64).location = (-0.37, 0.26, 0)
    for k, lean in enumerate((-0.02, 0.018, 0.005)):
        x = -0.37 + lean * 0.4
        mesh.tube("pencil", [(x, 0.26 + 0.005 * k, 0.012), (x + lean, 0.27, 0.155 + 0.012 * k)], 0.0036, collection, (cedar, lead, cedar)[k], smooth_path=False)


def _room(collection) -> None:
    wall = surfaces.plaster("wall", (0.50, 0.49, 0.45))
    room.panel(collection, "wall", (9, 5), (0, WALL_Y, 0.8), wall, props.UPRIGHT)
    room.panel(collection, "floor", (9, 9), (0, 1.0, FLOOR_Z), plain("floor", (0.24, 0.165, 0.10), 0.45))
    props.window(collection, (-0.98, WALL_Y - 0.02, 0.75), (1.0, 1.75), 3.4, (0.93, 0.97, 1.0), 2, 3)
    sheer = plain("sheer", (0.74, 0.72, 0.67), 0.9)
    props.drape(collection, sheer, -0.50, WALL_Y - 0.16, FLOOR_Z, 2.0, 0.26, 6, 0.03)
    leaf = plain("leaf", (0.055, 0.11, 0.04), 0.4)
    pot = (0.15, 0.30, plain("basket", (0.34, 0.25, 0.155), 0.85))
    props.plant(collection, 9, (-0.66, 2.2, FLOOR_Z + 0.02), pot, leaf, (0.34, 0.3, 0.36), 90, (0.26, 0.13), 0.1, 0.9)


def _shelf(collection) -> None:
    """Books, a bowl and a plant that trails over the edge."""
    walnut = surfaces.wood("walnut", (0.25, 0.155, 0.09), (0.10, 0.058, 0.032), width_m=1.0, grime=0)
    middle = SHELF_X + SHELF_LENGTH / 2
    for z in SHELF_Z:
        mesh.rounded_box("shelf", (SHELF_LENGTH, 0.24, 0.024), collection, walnut, 0.003, location=(middle, WALL_Y - 0.12, z))
    mesh.rounded_box("side", (0.024, 0.24, 1.8), collection, walnut, 0.003, location=(SHELF_X, WALL_Y - 0.12, FLOOR_Z + 0.9))
    mesh.rounded_box("back", (SHELF_LENGTH, 0.01, 1.8), collection, walnut, 0.001, location=(middle, WALL_Y - 0.006, FLOOR_Z + 0.9))
    props.books(collection, 3, (SHELF_X + 0.26, WALL_Y - 0.03, SHELF_Z[1] + 0.012), 0.34, SPINES)
    props.books(collection, 8, (SHELF_X + 0.03, WALL_Y - 0.03, SHELF_Z[0] + 0.012), 0.42, SPINES)
    glaze = plain("bowl", (0.56, 0.51, 0.43), 0.4)
    mesh.lathe("vase", [(0, 0), (0.05, 0, 0.01), (0.075, 0.07, 0.05), (0.03, 0.14, 0.02), (0.036, 0.165), (0.028, 0.165), (0, 0.1)],
               collection, glaze, 64).location = (SHELF_X + 0.55, WALL_Y - 0.13, SHELF_Z[0] + 0.012)
    ivy = plain("ivy", (0.10, 0.17, 0.065), 0.5)
    props.plant(collection, 4, (SHELF_X + 0.13, WALL_Y - 0.13, SHELF_Z[1] + 0.012), (0.06, 0.10, glaze), ivy, (0.12, 0.10, 0.09), 130, (0.06, 0.04))
    room.foliage(collection, "trail", 6, (SHELF_X + 0.06, WALL_Y - 0.25, SHELF_Z[1] + 0.0), (0.06, 0.03, 0.16), 60, (0.05, 0.035), ivy)


def _light(collection) -> None:
    room.area_light(collection, "window", KEY_FROM, (0, 0, 0.05), (0.65, 0.75), 78, KEY_COLOR)
    room.area_light(collection, "far window", (-1.7, 1.7, 1.1), (0.5, WALL_Y, 0.0), (0.9, 1.2), 62, KEY_COLOR)
    room.area_light(collection, "room", (1.4, -2.3, 1.5), (0, 0.2, 0.1), (2.2, 1.8), 24, SKY_COLOR)
    room.world(SKY_COLOR, 0.10)
