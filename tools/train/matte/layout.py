"""The memory layout of a scene, as in shapes.h, and the shared library that draws it."""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
MOST_PARTS, MOST_MATERIALS, MOST_LIGHTS = 64, 12, 3

PART = np.dtype([("kind", "i4"), ("cut", "i4"), ("material", "i4"), ("blend", "f4"), ("to_local", "f4", 12), ("size", "f4", 8),
                 ("center", "f4", 3), ("reach", "f4"), ("bump", "f4"), ("bump_scale", "f4")])
MATERIAL = np.dtype([("color", "f4", 3), ("other", "f4", 3), ("pattern", "i4"), ("scale", "f4"), ("rough", "f4"), ("gloss", "f4"),
                     ("metal", "f4"), ("turn", "f4")])
LIGHT = np.dtype([("to", "f4", 3), ("color", "f4", 3), ("spread", "f4")])
SCENE = np.dtype([("parts", "i4"), ("lights", "i4"), ("ground", "i4"), ("wall", "i4"), ("part", PART, MOST_PARTS),
                  ("material", MATERIAL, MOST_MATERIALS), ("light", LIGHT, MOST_LIGHTS), ("eye", "f4", 3), ("right", "f4", 3), ("up", "f4", 3),
                  ("ahead", "f4", 3), ("tangent", "f4"), ("sky", "f4", 3), ("horizon", "f4", 3), ("floor_glow", "f4", 3), ("wall_at", "f4"),
                  ("cove", "f4"), ("center", "f4", 3), ("reach", "f4"), ("box_light", "f4"), ("seed", "f4")])

(ELLIPSOID, BOX, CAPSULE, TORUS, CYLINDER, LATHE, OUTLINE, LATTICE) = range(8)
(PLAIN, STRIPES, CHECKS, DOTS, CLOUDS, WOOD, VEINS, LETTERS, PLANKS, WEAVE, SPECKLE) = range(11)


def tracer(accelerator: bool) -> ctypes.CDLL:
    """Compiles tracer.cu for the machine it runs on and loads it."""
    built = Path(tempfile.mkdtemp()) / "tracer.so"
    if accelerator:
        how = ["nvcc", "-std=c++17", "-O3", "-arch=native", "--use_fast_math", "-shared", "-Xcompiler", "-fPIC,-fopenmp"]
    else:
        how = ["g++", "-std=c++17", "-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC", "-x", "c++"]
    subprocess.run([*how, str(HERE / "tracer.cu"), "-o", str(built)], check=True)
    library = ctypes.CDLL(str(built))
    if library.scene_bytes() != SCENE.itemsize:
        raise RuntimeError(f"layout.py and shapes.h disagree: {SCENE.itemsize} bytes a scene here, {library.scene_bytes()} there")
    return library


def settle(library: ctypes.CDLL, scenes: np.ndarray) -> np.ndarray:
    """Height of each thing's lowest point."""
    low = np.zeros(len(scenes), np.float32)
    library.settle(scenes.ctypes.data_as(ctypes.c_void_p), low.ctypes.data_as(ctypes.c_void_p), len(scenes))
    return low
