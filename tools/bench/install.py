"""Installs the peers once, where git does not look: their npm packages into out/peers/node. Skips what is there. Needs node and npm.

The Python side (numpy, Pillow, pyvips) is the venv that `make bench-peers` makes from requirements.txt.
"""

import json
import shutil
import subprocess
from pathlib import Path

PINS = Path(__file__).with_name("package.json")


class Advice(Exception):
    """What is missing and what to do about it: shown without a stack."""


def npm_peer(folder: Path) -> Path:
    """The folder with node_modules. No script of any package runs: the binaries come inside the packages."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise Advice(f"{tool} is missing: install it (Debian: apt install nodejs npm), then run this again")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(node.lstrip("v").split(".")[0]) < 18:
        raise Advice(f"node {node} is too old for the peer: install node 18 or later, then run this again")
    wanted = PINS.read_text(encoding="utf-8")
    done = folder / "installed.json"
    if done.exists() and done.read_text(encoding="utf-8") == wanted:
        return folder
    print("bench: installing the npm peer (about 300 MB, once)", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text(wanted, encoding="utf-8")
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    if subprocess.run(command, cwd=folder, check=False).returncode:
        raise Advice("npm could not install the peer (its message is above): check that the npm registry is reached, then run this again")
    done.write_text(wanted, encoding="utf-8")
    return folder


def versions(folder: Path) -> dict[str, str]:
    """What is really there, for the report."""
    names = ("@imgly/background-removal-node", "onnxruntime-node", "sharp")
    return {name: json.loads((folder / "node_modules" / name / "package.json").read_text(encoding="utf-8"))["version"] for name in names}
