"""Runs packshot and the peers as processes of their own and takes the time. Knows no score and no table.

Everything inherits this process's cores. Each run of cutouts gives what every photo took, reading, encoding and writing included, and
what the whole run took in wall time, processor time and memory.
"""

import csv
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from install import Advice

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass
class Run:
    """One pass over all photos. `each` is in milliseconds by stem; `cpu` in milliseconds a photo, `peak` in MiB."""

    each: dict[str, float]
    wall: float
    cpu: float
    peak: float


def catalog(path: Path) -> list[tuple[str, Path]]:
    """(sku, photo) of every row."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["sku"], path.parent / row["photo"]) for row in csv.DictReader(file)]


def stamped(command: list, env: dict | None = None):
    """Runs it; gives its lines with the time each came, the whole time and what it used."""
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True, env=os.environ | (env or {}))
    lines = [(time.perf_counter() - start, line) for line in process.stdout]
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Advice(f"{Path(str(command[0])).name} ended with {process.returncode}: {''.join(line for _, line in lines[-3:])}")
    return lines, time.perf_counter() - start, used


def packshot(program: Path, photos: list[Path], out: Path, workers: int) -> Run:
    """`packshot segment`. With one worker a photo's time is that between two lines of its output; with more only the whole counts."""
    lines, wall, used = stamped([program, "segment", *photos, "--out", out], {"PACKSHOT_WORKERS": str(workers)})
    each, before = {}, 0.0
    for at, line in lines:
        each[Path(json.loads(line)["item"]).stem] = (at - before) * 1e3
        before = at
    return Run(each, wall * 1e3, (used.ru_utime + used.ru_stime) * 1e3 / len(photos), used.ru_maxrss / 1024)


def imgly(installed: Path, photos: list[Path], out: Path, mode: str) -> Run:
    """The npm peer: loading and warming up are not counted."""
    lines, _, used = stamped(["node", HERE / "imgly.mjs", installed, mode, out, *photos])
    found = [json.loads(line) for _, line in lines]
    each = {Path(line["photo"]).stem: line["ms"] for line in found if "photo" in line}
    cpu = sum(line["cpu_ms"] for line in found if "photo" in line) / len(photos)
    return Run(each, sum(each.values()), cpu, used.ru_maxrss / 1024)


def vips(pictures: list[Path]) -> list[dict]:
    lines, _, _ = stamped([sys.executable, HERE / "vips.py", *pictures])
    return [json.loads(line) for _, line in lines]


def pipeline(program: Path) -> list[dict]:
    """packshot's own stages at the same size and quality as vips.py: a dictionary a photo, in milliseconds."""
    lines, _, _ = stamped([program, "bench", "pipeline"], {"PACKSHOT_SCENE_SIZE": "1600", "PACKSHOT_JPEG_QUALITY": "90"})
    row = re.compile(r"^(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$")
    names = ("sku", "ingest", "segment", "generate", "verify", "encode")
    return [dict(zip(names, (m[1], *map(float, m.groups()[1:])))) for _, line in lines if (m := row.match(line))]


def scenes(program: Path, photos: list[Path], out: Path) -> list[Path]:
    """Lossless scenes as `packshot bench pipeline` encodes them, for the peer to encode as well. Skips what is there."""
    missing = [photo for photo in photos if not list(out.glob(f"{photo.stem}.*.png"))]
    if missing:
        stamped([program, "scene", *missing, "--template", "studio-sweep", "--size", "1600", "--lossless", "--out", out])
    return sorted(out.glob("*.png"))


def fidelity(program: Path) -> dict[str, dict[str, float]]:
    """What `packshot bench fidelity` prints, by sku."""
    lines, _, _ = stamped([program, "bench", "fidelity"])
    names = ("sad", "mse", "iou", "dark", "saturated")
    rows = [line.split() for _, line in lines if re.match(r"^[A-Z][A-Z-]+\s+[\d.]+\s", line)]
    return {row[0]: dict(zip(names, map(float, row[1:6]))) for row in rows}
