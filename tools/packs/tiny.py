"""Draws the tiny packs of fixtures/packs anew: graphs of one or two operators whose answers can be worked out by hand.

python -m tools.packs.tiny      (needs onnx, numpy and pillow)
"""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image

FOLDER = Path(__file__).parents[2] / "fixtures" / "packs"
SIDE = 32

MANIFEST = """schema = 1
name = "{name}"
version = "1"
task = "matting"

[license]
spdx = "MIT OR Apache-2.0"
class = "commercial"

[graphs.matte]
file = "graph.onnx"
sha256 = "{digest}"
precision = "fp32"
inputs = {{ picture = "f32[N,3,H,W]" }}
outputs = {{ alpha = "f32[N,1,H,W]" }}

[image]
native = [{side}, {side}]

[preprocess]
divisor = "255"
fit = "pad"
activation = "none"
postnorm = "none"

[golden]
picture = "golden.png"
alpha = "golden.alpha.png"
tolerance = 0.001
"""

# Name -> operators from `picture` to `alpha`, and constants that they need.
GRAPHS = {
    "mean": ([helper.make_node("ReduceMean", ["picture"], ["alpha"], axes=[1], keepdims=1)], {}),
    "not-a-number": (
        [helper.make_node("Sub", ["picture", "two"], ["less"]), helper.make_node("Log", ["less"], ["log"]), helper.make_node("ReduceMean", ["log"], ["alpha"], axes=[1], keepdims=1)],
        {"two": 2.0},
    ),
    "half-size": (
        [helper.make_node("ReduceMean", ["picture"], ["gray"], axes=[1], keepdims=1), helper.make_node("AveragePool", ["gray"], ["alpha"], kernel_shape=[2, 2], strides=[2, 2])],
        {},
    ),
}


def main() -> None:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    picture = np.stack([columns * 8, rows * 8, np.full_like(rows, 60)], -1).astype(np.uint8)
    for name, (nodes, constants) in GRAPHS.items():
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        values = [helper.make_tensor(key, TensorProto.FLOAT, [], [value]) for key, value in constants.items()]
        tensor = lambda what, channels: helper.make_tensor_value_info(what, TensorProto.FLOAT, ["N", channels, "H", "W"])  # noqa: E731
        graph = helper.make_graph(nodes, name, [tensor("picture", 3)], [tensor("alpha", 1)], values)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="packshot")
        onnx.checker.check_model(model)
        data = model.SerializeToString()
        (folder / "graph.onnx").write_bytes(data)
        (folder / "pack.toml").write_text(MANIFEST.format(name=name, digest=hashlib.sha256(data).hexdigest(), side=SIDE))
        Image.fromarray(picture).save(folder / "golden.png", optimize=True)
        Image.fromarray((picture.mean(-1) + 0.5).astype(np.uint8)).save(folder / "golden.alpha.png", optimize=True)


if __name__ == "__main__":
    main()
