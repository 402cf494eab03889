"""Measures packshot beside its peers on the same photos, in one run: python tools/bench/peers.py, or `make bench-peers`.

Cutouts against the npm package @imgly/background-removal-node, decoding and encoding against libvips. Writes the tables to stdout and to
out/peers/report.md. What is compared, and what is not, is in README.md. BENCH_ROUNDS (3) runs of each, taken in turn.
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
from install import Advice
from PIL import Image
import numpy as np

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
    timed = rounds(program, installed, photos)
    say("scoring")
    scores = {sku: tuple(scored(OUT / who / f"{photo.stem}.cutout.png", photo) for who in ("packshot", "imgly")) for sku, photo in items}
    say("asking packshot for its own figures")
    printed = runs.fidelity(program)
    if set(printed) != set(scores):
        raise Advice("`packshot bench fidelity` names other products than catalog.csv: its output has changed, see runs.fidelity")
    say("decoding and encoding")
    made = runs.scenes(program, photos[::5], OUT / "scenes")
    stages, vips_photos, vips_scenes = runs.pipeline(program), runs.vips(photos), runs.vips(made)
    return "\n\n".join([
        "# packshot beside its peers",
        block(machine(program, installed, vips_photos[0]["vips"], load)),
        "## Cutouts against the true mattes",
        block(report.quality(scores)),
        "score.py beside `packshot bench fidelity`: " + report.agreement({sku: pair[0] for sku, pair in scores.items()}, printed),
        f"## Time of a cutout, photo file to PNG file ({len(photos)} photos, two cores)",
        block(report.speed(timed, len(photos)) + "\n\n" + report.ratios(timed, OURS)),
        "## Decoding and encoding",
        block(report.codec(stages, vips_photos, vips_scenes)),
    ]) + "\n"


def rounds(program: Path, installed: Path, photos: list[Path]) -> dict[str, list[runs.Run]]:
    """Everyone in turn, as often as BENCH_ROUNDS says, so that what else the machine does hits all alike."""
    count = int(os.environ.get("BENCH_ROUNDS", "3"))
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


def scored(cutout: Path, photo: Path) -> dict[str, float]:
    try:
        return score.score(np.asarray(Image.open(cutout).convert("RGBA")), score.truth(photo))
    except (OSError, ValueError) as error:
        raise Advice(f"{cutout.name} beside {photo.name}: {error}; remove out/peers and run this again") from error


def machine(program: Path, installed: Path, vips: str, load: float) -> str:
    def said(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    peers = ", ".join(f"{name} {version}" for name, version in install.versions(installed).items())
    digest = hashlib.sha256(program.read_bytes()).hexdigest()[:12]
    return "\n".join([
        f"date     {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        f"machine  {cpu}, {os.cpu_count()} cores, of which {len(os.sched_getaffinity(0))} used; load when it began {load:.1f}",
        f"packshot {said(program, '--version').split()[-1]}, {program.parent.name} build, sha256 {digest}…",
        f"peers    {peers}; node {said('node', '--version')}; libvips {vips}",
    ])


def block(text: str) -> str:
    return f"```\n{text}\n```"


def say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
