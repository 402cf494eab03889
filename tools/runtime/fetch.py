"""Puts the ONNX runtime's shared library into runtime/: taken out of the pinned onnxruntime wheel, which pip fetches, and held against its digest.

python3 tools/runtime/fetch.py
"""

import hashlib
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.31.1"
PYTHON = "3.12"  # the wheel's; the library in it knows no Python
# System and machine -> the wheel's platform, its SHA-256, the library in it, and the name under which it is kept.
WHEELS = {
    ("Linux", "x86_64"): ("manylinux_2_28_x86_64", "1f3dea47f2f0e5117c2404cea7d21fd253ae7836a3bf167a501cdfbb2600d536", f"libonnxruntime.so.{VERSION}", "libonnxruntime.so"),
    ("Linux", "aarch64"): ("manylinux_2_28_aarch64", "0b9a492176886992e0e875f06bc0367e333f5fff11711a2d642e18b02f3009cc", f"libonnxruntime.so.{VERSION}", "libonnxruntime.so"),
    ("Darwin", "arm64"): ("macosx_14_0_arm64", "96dd2564b10ea7153ad9c207e7cd8e5917cb3ba521e0e0a62ac03486fdc8d56c", f"libonnxruntime.{VERSION}.dylib", "libonnxruntime.dylib"),
}
FOLDER = Path(__file__).resolve().parents[2] / "runtime"
NOTICES = ("LICENSE", "ThirdPartyNotices.txt")


def wheel(tag: str, digest: str, folder: Path) -> Path:
    """The wheel, fetched and checked."""
    wanted = ["--no-deps", "--only-binary=:all:", "--python-version", PYTHON, "--platform", tag, f"onnxruntime=={VERSION}"]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", str(folder), *wanted], check=True)
    (found,) = folder.glob("*.whl")
    if hashlib.sha256(found.read_bytes()).hexdigest() != digest:
        sys.exit(f"runtime: {found.name} is not the file that is wanted (its digest differs); nothing was installed")
    return found


def main() -> None:
    here = (platform.system(), platform.machine())
    if here not in WHEELS:
        sys.exit(f"runtime: there is no pinned library for {here[0]} on {here[1]}; install onnxruntime {VERSION} and set PACKSHOT_RUNTIME to its library")
    tag, digest, inside, name = WHEELS[here]
    stamp = FOLDER / "VERSION"
    if stamp.exists() and stamp.read_text() == f"{VERSION} {tag}\n" and (FOLDER / name).exists():
        return
    print(f"runtime: fetching onnxruntime {VERSION} (24 MB)")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(wheel(tag, digest, Path(scratch))) as archive:
            for source, target in [(f"onnxruntime/capi/{inside}", name), *((f"onnxruntime/{notice}", notice) for notice in NOTICES)]:
                partial = FOLDER / f"{target}.partial"
                partial.write_bytes(archive.read(source))
                partial.replace(FOLDER / target)
    stamp.write_text(f"{VERSION} {tag}\n")


if __name__ == "__main__":
    main()
