"""Draws how many defects are stopped against how many faithful pictures are, for the gate and for one-number gates on the same pairs.

python3 tools/fidelity/roc.py PAIRS OUT.png, where PAIRS is what `packshot bench pairs --details` printed.
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CALIBRATION = ("candle-jar", "canvas-sneaker", "coffee-pouch", "desk-lamp", "folded-tshirt", "gooseneck-kettle", "handbag")
GATES = {
    "packshot, all checks": lambda line: line["severity"],
    "SSIM": lambda line: 1.0 - line["simple"]["ssim"],
    "mean ΔE00": lambda line: line["simple"]["delta_e"],
    "IoU of outlines": lambda line: 1.0 - line["simple"]["iou"],
}


def read(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.startswith("{")]
    return [line for line in lines if line["counts"] and not line["product"].startswith(CALIBRATION)]


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


def main():
    source, target = sys.argv[1:]
    lines = read(source)
    figure, panels = plt.subplots(1, 2, figsize=(11, 5.2), dpi=110)
    for panel, made in zip(panels, ("edited", "rendered")):
        own = [line for line in lines if line["made"] == made]
        if not own:
            continue
        for name, score in GATES.items():
            points = curve(own, score)
            panel.plot([100 * x for x, _ in points], [100 * y for _, y in points], label=f"{name} ({area(points):.3f})")
            print(f"{made}: {name}: area {area(points):.3f}")
        faithful = [line for line in own if line["truth"] == "faithful"]
        planted = [line for line in own if line["truth"] != "faithful"]
        at = [100 * sum(line["verdict"] != "pass" for line in part) / len(part) for part in (faithful, planted)]
        panel.plot(*at, "ko", label="the standard policy")
        panel.set_title(f"{made} pictures: {len(faithful)} faithful, {len(planted)} defects")
        panel.set_xlabel("faithful pictures not passed, %")
        panel.set_ylabel("defects not passed, %")
        panel.set_xlim(0, 60)
        panel.set_ylim(40, 100.5)
        panel.grid(alpha=0.3)
        panel.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(target)


main()
