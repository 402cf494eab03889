"""Measures `packshot video`: python tools/bench/films.py, or `make bench-films`. Needs a release build (or PACKSHOT=path), and ffmpeg for the comparison.

One film of 15 s with five shots and captions, one of 120 s, each made BENCH_ROUNDS (3) times in a process of its own, with its time, its CPU time and its peak memory;
the same five stills zoomed by ffmpeg (zoompan, x264 veryfast), which judges nothing and knows no depth; and the bundled photos in bulk. Figures are medians.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "fixtures/products/tea-carton.jpg"
CATALOG = ROOT / "fixtures/products/catalog.csv"
WORDS = ["--title", "Bergamot black tea", "--price", "£12.50", "--slogan", "Brew slow, live a little",
         "--feature", "Twenty pyramid sachets", "--feature", "Real orange peel"]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
# A still camera of ffmpeg's grows the picture by as much as ours comes nearer.
ZOOM = 1.07


def main() -> int:
    program = Path(os.environ.get("PACKSHOT", ROOT / "target/release/packshot")).resolve()
    if not program.is_file():
        print("bench: no release build: run `cargo build --locked --release`, or say where one is in PACKSHOT", file=sys.stderr)
        return 1
    cores = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, cores)
    print(f"{processor()}, {len(cores)} cores, {time.strftime('%Y-%m-%d')}, load {os.getloadavg()[0]:.1f} before; medians of {ROUNDS}\n")
    print("| what | wall s | CPU s | peak MB | of it watching, asking CPU s |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        first = films(program, out, "15")
        films(program, out, "120")
        peer(out, Path(first["file"]), json.loads(Path(first["receipt"]).read_text()))
        bulk(program, out)
    return 0


def films(program: Path, out: Path, seconds: str) -> dict:
    """Films of one length; returns the last one's line."""
    runs = []
    for _ in range(ROUNDS if seconds == "15" else 1):
        options = ["video", str(PHOTO), "--storyboard", "hero-reveal", "--seconds", seconds, *WORDS, "--out", str(out)]
        runs.append(timed([str(program), *options]))
        line = json.loads(runs[-1]["stdout"].splitlines()[0])
        if line["status"] != "passed":
            raise SystemExit(f"bench: the film did not pass: {line['reasons']}")
    timing = line["timing"]
    row(f"packshot video, {seconds} s of 1080p30, five shots, captions, every frame judged", runs,
        f"{timing['screening_ms'] / 1e3:.1f}, {timing['asking_ms'] / 1e3:.1f}")
    return line


def peer(out: Path, film: Path, receipt: dict) -> None:
    """The first frame of each shot, zoomed by ffmpeg."""
    if not shutil.which("ffmpeg"):
        print("| ffmpeg is not installed | | | | |")
        return
    rate, inputs, filters = receipt["rate"], [], []
    quiet = ["ffmpeg", "-loglevel", "error", "-y"]
    for index, shot in enumerate(receipt["shots"]):
        first, end = shot["frames"]
        still = out / f"still{index}.png"
        middle = (first + end) // 2 / rate
        subprocess.run([*quiet, "-ss", f"{middle}", "-i", str(film), "-frames:v", "1", str(still)], check=True)
        frames = end - first
        inputs += ["-i", str(still)]
        filters.append(f"[{index}]zoompan=z='1+{ZOOM - 1}*on/{frames}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d={frames}:s=1920x1080:fps={rate}[v{index}]")
    joined = "".join(f"[v{index}]" for index in range(len(filters)))
    graph = ";".join([*filters, f"{joined}concat=n={len(filters)}[v]"])
    command = [*quiet, *inputs, "-filter_complex", graph, "-map", "[v]", "-c:v", "libx264", "-preset", "veryfast", str(out / "zoom.mp4")]
    row("ffmpeg zoompan, x264 veryfast, the same five stills, nothing judged", [timed(command) for _ in range(ROUNDS)], "")


def bulk(program: Path, out: Path) -> None:
    """A short film of each bundled photo, one after the other."""
    options = ["video", str(CATALOG), "--storyboard", "vertical-short", "--size", "vertical", "--seconds", "6", "--out", str(out / "bulk")]
    run = timed([str(program), *options])
    lines = [json.loads(line) for line in run["stdout"].splitlines()]
    counts = {status: sum(line["status"] == status for line in lines) for status in ("passed", "review", "rejected", "failed")}
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    cores = len(os.sched_getaffinity(0))
    busy = run["cpu"] / run["wall"] / cores
    row(f"{len(lines)} films of 6 s, 1080 × 1920, in one go: {told}; the cores are {busy:.0%} busy", [run], "")


def timed(command: list[str]) -> dict:
    """Runs a command; wall and CPU seconds, peak memory in MB."""
    start = time.monotonic()
    # What it says is little, or read meanwhile, so that no pipe runs full.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read()))
    reader.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    reader.join()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"bench: {command[0]} ended with {status}: {said[0]}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "stdout": said[0]}


def row(what: str, runs: list[dict], parts: str) -> None:
    wall, cpu, peak = (statistics.median(run[key] for run in runs) for key in ("wall", "cpu", "peak"))
    print(f"| {what} | {wall:.1f} | {cpu:.1f} | {peak:.0f} | {parts} |", flush=True)


def processor() -> str:
    try:
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        return names[0].split(":", 1)[1].strip()
    except (OSError, IndexError):
        return platform.processor()


if __name__ == "__main__":
    sys.exit(main())
