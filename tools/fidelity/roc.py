"""Draws how many defects are stopped against how many faithful pictures are, for the gate and for one-number gates on the same pairs.

python3 tools/fidelity/roc.py PAIRS OUT.png, where PAIRS is what `packshot bench pairs --details` printed.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CALIBRATION = ("candle-jar", "canvas-sneaker", "coffee-pouch", "desk-lamp", "folded-tshirt", "gooseneck-kettle", "handbag")
SURE = 0.5  # doubt of a cutout up to which nobody has to look at it
FEWEST = 20  # defects of one kind of pictures, below which there is no curve to draw
GATES = {
    "packshot, all checks": lambda line: line["severity"],
    "SSIM": lambda line: 1.0 - line["simple"]["ssim"],
    "mean ΔE00": lambda line: line["simple"]["delta_e"],
    "IoU of outlines": lambda line: 1.0 - line["simple"]["iou"],
}


def read(path):
    """Pairs that count, of products that no limit knows, that are found, and of whose cutout the program is sure: all others are a person's anyway."""
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.startswith("{")]
    sure = {line["product"] for line in lines if line["trial"] == "as it is" and dict(line["checks"]).get("matte", 1.0) <= SURE}
    return [line for line in lines if line["counts"] and line["product"] in sure and not line["product"].startswith(CALIBRATION)]


def curve(lines, score):
    """Shares of faithful pictures and of defects above every threshold. What was not found is above all."""
    values = sorted(((float("inf") if line["verdict"] is None else score(line)), line["truth"] == "faithful") for line in lines)
    faithful = sum(1 for _, honest in values if honest)
    planted = len(values) - faithful
    stopped, points = [0, 0], [(0.0, 0.0)]
    for _, honest in reversed(values):
        stopped[0 if honest else 1] += 1
        points.append((stopped[0] / faithful, stopped[1] / planted))
    return points


def area(points):
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(points, points[1:]))


def draw(panel, made, own):
    for name, score in GATES.items():
        points = curve(own, score)
        panel.plot([100 * x for x, _ in points], [100 * y for _, y in points], label=f"{name} ({area(points):.3f})")
        print(f"{made}: {name}: area {area(points):.3f}")
    parts = [[line for line in own if (line["truth"] == "faithful") == honest] for honest in (True, False)]
    at = [100 * sum(line["verdict"] != "pass" for line in part) / len(part) for part in parts]
    panel.plot(*at, "ko", label="the standard policy")
    panel.set_title(f"{made} pictures: {len(parts[0])} faithful, {len(parts[1])} defects")
    panel.set_xlabel("faithful pictures not passed, %")
    panel.set_ylabel("defects not passed, %")
    panel.set_xlim(0, 60)
    panel.set_ylim(40, 100.5)
    panel.grid(alpha=0.3)
    panel.legend(loc="lower right")


def main():
    source, target = sys.argv[1:]
    lines = read(source)
    groups = {made: [line for line in lines if line["made"] == made] for made in ("edited", "rendered")}
    groups = {made: own for made, own in groups.items() if sum(line["truth"] != "faithful" for line in own) >= FEWEST}
    figure, panels = plt.subplots(1, len(groups), figsize=(6.2 * len(groups), 5.2), dpi=110, squeeze=False)
    for panel, (made, own) in zip(panels[0], groups.items()):
        draw(panel, made, own)
    figure.tight_layout()
    figure.savefig(target)


main()
