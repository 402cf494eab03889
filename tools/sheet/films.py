"""Makes the films that docs/films.md shows: python tools/sheet/films.py [NAME…]. Needs a build (PACKSHOT=path, else target/release or target/debug).

Films, posters and receipts go to out/films, which git does not keep; the previews to docs/films. A film that does not pass is said so and not shown.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out/films"
SHOWN = ROOT / "docs/films"

# Storyboard, photo, size, seconds, and what it says. Arabic prices begin with a mark that says which way they are read.
FILMS = [
    ("hero-reveal", "tea-carton", "1080p", 15, {
        "title": "Bergamot black tea", "price": "£12.50", "feature": ["Twenty pyramid sachets", "Real orange peel"], "brand": True}),
    ("feature-list", "gooseneck-kettle", "1080p", 15, {
        "title": "Pours where you look", "price": "$89", "feature": ["A spout for slow coffee", "Counterbalanced handle", "Gloss black steel"],
        "slogan": "Slow mornings"}),
    ("four-scenes", "soda-can", "square", 12, {
        "title": "Yuzu & Ginger 🍋", "price": "2,40 €", "feature": ["Leicht prickelnd", "Ohne Zuckerzusatz"], "slogan": "Kühl genießen"}),
    ("detail", "handbag", "portrait", 12, {
        "title": "Structured leather tote", "price": "€ 240", "feature": ["Vegetable-tanned leather", "Edges painted by hand"]}),
    ("orbit", "headphones", "square", 12, {
        "title": "Silenzio, finalmente", "price": "€ 249", "feature": ["Trenta ore di musica"], "slogan": "Ascolta"}),
    ("push-in", "moka-pot", "vertical", 6, {"title": "قهوة البيت", "price": "\u200f149 ر.س"}),
    ("season", "plush-bear", "1080p", 12, {
        "title": "やわらかい友だち", "price": "¥4,980", "feature": ["ふわふわの手ざわり", "洗濯機で洗えます"], "slogan": "この冬を、いっしょに"}),
    ("vertical-short", "coffee-pouch", "vertical", 8, {
        "title": "一杯好咖啡", "price": "¥129", "feature": ["果香回甘", "新鲜烘焙"], "slogan": "慢一点，更好喝"}),
]


def main() -> int:
    program = next((path for path in programs() if path.is_file()), None)
    if program is None:
        print("films: no build: run `cargo build --locked --release`, or say where one is in PACKSHOT", file=sys.stderr)
        return 1
    SHOWN.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    missing = 0
    for storyboard, photo, size, seconds, words in FILMS:
        if wanted and storyboard not in wanted:
            continue
        line = made(program, storyboard, photo, size, seconds, words)
        shown = line.get("status") == "passed"
        missing += not shown
        told = "" if shown else f": {line.get('reasons') or line.get('error')}"
        print(f"{storyboard}: {line.get('status')}{told} {[notice['message'] for notice in line.get('notices', [])]}", flush=True)
        if shown:
            preview = Path(line["file"]).with_suffix(".preview.webp")
            shutil.copyfile(preview, SHOWN / f"{storyboard}.webp")
    return 1 if missing else 0


def programs() -> list[Path]:
    named = os.environ.get("PACKSHOT")
    return [Path(named)] if named else [ROOT / "target/release/packshot", ROOT / "target/debug/packshot"]


def made(program: Path, storyboard: str, photo: str, size: str, seconds: int, words: dict) -> dict:
    command = [program, "video", ROOT / f"fixtures/products/{photo}.jpg", "--storyboard", storyboard, "--size", size,
               "--seconds", str(seconds), "--preview", "--out", OUT]
    for name in ("title", "price", "slogan"):
        command += [f"--{name}", words[name]] if name in words else []
    for feature in words.get("feature", []):
        command += ["--feature", feature]
    command += ["--brand", ROOT / "fixtures/brand/brand.toml"] if words.get("brand") else []
    said = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return json.loads(said.stdout.splitlines()[0])


if __name__ == "__main__":
    sys.exit(main())
