"""Measures packshot beside its peers on the same photos, in one run: python tools/bench/peers.py, or `make bench-peers`.

Cutouts against the npm package @imgly/background-removal-node, decoding and encoding against libvips. Writes the tables to stdout and to
out/peers/report.md, and the cutouts side by side to out/peers/side. What is compared, and what is not, is in README.md. BENCH_ROUNDS (3)
runs of each, taken in turn; 0 only scores: our cutouts are made anew, the peer's only if they are missing.
"""

import datetime
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

import install
import report
import runs
import score
import side
from install import Advice

OUT = runs.ROOT / "out/peers"
OURS = "packshot, 2 workers"
OURS_ONE = "packshot, 1 worker"
THEIRS = {"imgly, as it comes": "plain", "imgly, tuned": "tuned"}


def main() -> int:
    try:
        program = find_program()
        score.check(runs.ROOT / "fixtures/parity")
        os.environ["PACKSHOT_HOME"] = str(runs.ROOT)
        cores = sorted(os.sched_getaffinity(0))[:2]
        os.sched_setaffinity(0, cores)
        installed = install.npm_peer(OUT / "node")
        text = measure(program, installed, runs.catalog(runs.ROOT / "fixtures/products/catalog.csv"))
    except Advice as advice:
        print(f"bench: {advice}", file=sys.stderr)
        return 1
    (OUT / "report.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


def find_program() -> Path:
    program = Path(os.environ.get("PACKSHOT", runs.ROOT / "target/release/packshot")).resolve()
    if not program.is_file():
        raise Advice("no release build: run `cargo build --locked --release`, or say where one is in PACKSHOT")
    return program


def measure(program: Path, installed: Path, items: list[tuple[str, Path]]) -> str:
    photos = [photo for _, photo in items]
    load = os.getloadavg()[0]
    count = int(os.environ.get("BENCH_ROUNDS", "3"))
    timed = rounds(program, installed, photos, count) if count else cutouts(program, installed, photos)
    say("scoring")
    scores = {sku: scored(photo) for sku, photo in items}
    say("asking packshot for its own figures")
    printed = runs.fidelity(program)
    if set(printed) != set(scores):
        raise Advice("`packshot bench fidelity` names other products than catalog.csv: its output has changed, see runs.fidelity")
    parts = [
        "# packshot beside its peers",
        block(machine(program, installed, load)),
        "## Cutouts against the true mattes",
        block(report.quality(scores)),
        "score.py beside `packshot bench fidelity`: " + report.agreement({sku: pair[0] for sku, pair in scores.items()}, printed),
    ]
    if timed:
        parts += times(program, photos, timed)
    return "\n\n".join(parts) + "\n"


def times(program: Path, photos: list[Path], timed: dict[str, list[runs.Run]]) -> list[str]:
    say("decoding and encoding")
    made = runs.scenes(program, photos[::5], OUT / "scenes")
    stages, vips_photos, vips_scenes = runs.pipeline(program), runs.vips(photos), runs.vips(made)
    return [
        f"## Time of a cutout, photo file to PNG file ({len(photos)} photos, two cores)",
        block(report.speed(timed, len(photos)) + "\n\n" + report.ratios(timed, OURS)),
        f"## Decoding and encoding (libvips {vips_photos[0]['vips']})",
        block(report.codec(stages, vips_photos, vips_scenes)),
    ]


def cutouts(program: Path, installed: Path, photos: list[Path]) -> dict:
    """Cutouts without times: ours anew, theirs if any is missing."""
    runs.packshot(program, photos, OUT / "packshot", 2)
    missing = [photo for photo in photos if not (OUT / f"imgly/{photo.stem}.cutout.png").exists()]
    if missing:
        runs.imgly(installed, missing, OUT / "imgly", "tuned")
    return {}


def rounds(program: Path, installed: Path, photos: list[Path], count: int) -> dict[str, list[runs.Run]]:
    """Everyone in turn, `count` times, so that what else the machine does hits all alike."""
    timed = {name: [] for name in (OURS, OURS_ONE, *THEIRS)}
    runs.packshot(program, photos[:2], OUT / "packshot", 2)
    for turn in range(1, count + 1):
        for name in timed:
            say(f"round {turn} of {count}: {name}")
            if name in THEIRS:
                run = runs.imgly(installed, photos, OUT / "imgly", THEIRS[name])
            else:
                run = runs.packshot(program, photos, OUT / "packshot", 2 if name == OURS else 1)
            timed[name].append(run)
    return timed


def scored(photo: Path) -> tuple[dict, dict]:
    """Ours and theirs; leaves the picture of both side by side."""
    try:
        true = score.truth(photo)
        found = [score.read(OUT / who / f"{photo.stem}.cutout.png", "RGBA") for who in report.WHO]
        side.write(OUT / f"side/{photo.stem}.png", score.read(photo, "RGB"), [*found, true])
        return tuple(score.score(cutout, true) for cutout in found)
    except (OSError, ValueError) as error:
        raise Advice(f"{photo.name}: {error}; remove out/peers and run this again") from error


def machine(program: Path, installed: Path, load: float) -> str:
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    peers = ", ".join(f"{name} {version}" for name, version in install.versions(installed).items())
    digest = hashlib.sha256(program.read_bytes()).hexdigest()[:12]
    return "\n".join([
        f"date     {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        f"machine  {cpu}, {os.cpu_count()} cores, of which {len(os.sched_getaffinity(0))} used; load when it began {load:.1f}",
        f"packshot {said(program, '--version').split()[-1]}, {program.parent.name} build, sha256 {digest}…",
        f"peers    {peers}; node {said('node', '--version')}",
    ])


def block(text: str) -> str:
    return f"```\n{text}\n```"


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
