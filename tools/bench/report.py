"""The text of the comparison: tables of scores by product and kind, of times, and of how far score.py is from packshot's own figures.

Knows no process and no picture; everything comes in as numbers.
"""

import csv
import statistics
from pathlib import Path

WHO = ("packshot", "imgly")
# What is compared: key, heading, decimals, and which way is better.
COLUMNS = (("sad", "SAD/k", 2, min), ("fringe", "fringe", 1, min), ("iou", "IoU", 4, max))
# Closer than this share counts as equal.
EQUAL = 0.02
median = statistics.median


def kinds() -> dict[str, str]:
    with Path(__file__).with_name("kinds.csv").open(encoding="utf-8", newline="") as file:
        return {row["sku"]: row["kind"] for row in csv.DictReader(file)}


def better(pair: list[float], best) -> str:
    """Whose figure is better; both are errors or both are shares."""
    ours, theirs = pair if best is min else [1 - value for value in pair]
    if abs(ours - theirs) <= EQUAL * max(ours, theirs):
        return "equal"
    return WHO[0] if ours < theirs else WHO[1]


def row(name: str, scores: list[list[dict]]) -> str:
    """One line; `scores` is ours and theirs, each a list over the products that the line stands for."""
    cells, words = [], []
    for key, _, digits, best in COLUMNS:
        pair = [median(s[key] for s in side) for side in scores]
        cells += [f"{value:>8.{digits}f}" for value in pair]
        words.append(better(pair, best))
    return f"{name:<20} {cells[0]} {cells[1]}  {cells[2]} {cells[3]}  {cells[4]} {cells[5]}  {verdict(words)}"


def verdict(words: list[str]) -> str:
    if len(set(words) - {"equal"}) <= 1:
        return next(iter(set(words) - {"equal"}), "equal")
    return ", ".join(f"{head} {word}" for (_, head, _, _), word in zip(COLUMNS, words))


def quality(scores: dict[str, tuple[dict, dict]]) -> str:
    """`scores`: sku → (ours, theirs)."""
    kind = kinds()
    head = "".join(f"  {title + ' ours':>8} {'theirs':>8}" for _, title, _, _ in COLUMNS)
    lines = [f"{'product':<19}{head}  better", *(row(sku, [[a], [b]]) for sku, (a, b) in scores.items()), "", f"{'kind (medians)':<19}{head}  better"]
    for name in sorted(set(kind.values()), key=lambda k: (k != "opaque", k)):
        found = [pair for sku, pair in scores.items() if kind.get(sku, "opaque") == name]
        if found:
            lines.append(row(f"{name} ({len(found)})", [list(side) for side in zip(*found)]))
    lines.append(row(f"all ({len(scores)})", [list(side) for side in zip(*scores.values())]))
    return "\n".join([*lines, "", *map(tally, COLUMNS, [list(scores.values())] * len(COLUMNS))])


def tally(column: tuple, pairs: list[tuple[dict, dict]]) -> str:
    """On how many products who is better: a median hides the bad ones."""
    key, title, _, best = column
    words = [better([ours[key], theirs[key]], best) for ours, theirs in pairs]
    return f"{title:<8} better on: " + ", ".join(f"{who} {words.count(who)}" for who in (*WHO, "equal"))


def agreement(ours: dict[str, dict], printed: dict[str, dict]) -> str:
    """How far score.py is from what `packshot bench fidelity` prints, beyond the rounding of what it prints."""
    half = {"sad": 0.005, "mse": 0.00005, "iou": 0.00005, "dark": 0.05, "saturated": 0.05}
    worst = {key: max(((max(0.0, abs(ours[sku][key] - line[key]) - half[key]), sku) for sku, line in printed.items())) for key in half}
    parts = [f"{key} {off:.4f}" + (f" ({sku})" if off > 0 else "") for key, (off, sku) in worst.items()]
    return f"largest difference beyond rounding, {len(printed)} products: " + ", ".join(parts)


def speed(runs: dict[str, list], photos: int) -> str:
    """`runs`: name → its runs. Medians over runs; a photo's own time is the median of its runs."""
    lines = [f"{'':<36} {'ms/photo':>9} {'min..max of runs':>18} {'median photo':>13} {'CPU ms':>7} {'peak MiB':>9}"]
    for name, all_runs in runs.items():
        walls = [run.wall / photos for run in all_runs]
        each = median(median(run.each[stem] for run in all_runs) for stem in all_runs[0].each) if "2 workers" not in name else None
        lines.append(
            f"{name:<36} {median(walls):>9.0f} {f'{min(walls):.0f}..{max(walls):.0f}':>18} {'' if each is None else f'{each:.0f}':>13}"
            f" {median(run.cpu for run in all_runs):>7.0f} {max(run.peak for run in all_runs):>9.0f}"
        )
    return "\n".join(lines)


def ratios(runs: dict[str, list], ours: str) -> str:
    """Theirs over ours within each round, then the median and the span over rounds."""
    lines = []
    for name in (name for name in runs if name.startswith("imgly")):
        found = [theirs.wall / mine.wall for mine, theirs in zip(runs[ours], runs[name])]
        cpu = [theirs.cpu / mine.cpu for mine, theirs in zip(runs[ours], runs[name])]
        lines.append(f"{name} takes {median(found):.1f} times as long as {ours} ({min(found):.1f}..{max(found):.1f}), and {median(cpu):.1f} times the processor time")
    return "\n".join(lines)


def codec(stages: list[dict], photos: list[dict], scenes: list[dict]) -> str:
    """Decoding and encoding beside libvips, one thread each."""
    def of(rows, key):
        return median(row[key] for row in rows)
    return "\n".join([
        f"{'one thread, milliseconds, median':<44} {'packshot':>9} {'libvips':>9}  packshot/libvips",
        line("decode the photo (packshot: ingest)", of(stages, "ingest"), of(photos, "decode")),
        line("encode a 1600 px scene, JPEG 90, full chroma", of(stages, "encode"), of(scenes, "encode")),
        line("both", of(stages, "ingest") + of(stages, "encode"), of(photos, "decode") + of(scenes, "encode")),
        f"{'resize the photo to 1600 px, Lanczos 3':<44} {'-':>9} {of(photos, 'resize'):>9.1f}",
        f"{'encode the photo, JPEG 90, full chroma':<44} {'-':>9} {of(photos, 'encode'):>9.1f}",
        f"{'decode + resize + encode a photo':<44} {'-':>9} {median(sum(row[k] for k in ('decode', 'resize', 'encode')) for row in photos):>9.1f}",
    ])


def line(name: str, ours: float, theirs: float) -> str:
    return f"{name:<44} {ours:>9.1f} {theirs:>9.1f}  {ours / theirs:.1f}"
