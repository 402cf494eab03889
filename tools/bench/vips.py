"""Peer: libvips (pyvips) decodes, resizes and encodes pictures on one thread. Knows no packshot.

    python vips.py PICTURE...

A JSON line for each: milliseconds of decoding, of resizing to 1600 px on the longer side (Lanczos 3), of encoding a JPEG of quality 90 with
full chroma; medians of five runs. Bytes come from memory and stay there, so no disk is timed. libvips is lazy: each step is made to finish.
"""

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ["VIPS_CONCURRENCY"] = "1"
import pyvips  # noqa: E402  (libvips reads the variable when it is loaded)

SIDE = 1600
QUALITY = 90
RUNS = 5


def once(data: bytes) -> dict[str, float]:
    marks = [time.perf_counter()]

    def mark():
        marks.append(time.perf_counter())
    picture = pyvips.Image.new_from_buffer(data, "", access="sequential").copy_memory()
    mark()
    sized = picture.resize(SIDE / max(picture.width, picture.height)).copy_memory()
    mark()
    sized.jpegsave_buffer(Q=QUALITY, subsample_mode="off")
    mark()
    return {name: (b - a) * 1e3 for name, a, b in zip(("decode", "resize", "encode"), marks, marks[1:])}


def main() -> int:
    pyvips.cache_set_max(0)
    for path in map(Path, sys.argv[1:]):
        data = path.read_bytes()
        once(data)
        runs = [once(data) for _ in range(RUNS)]
        line = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        print(json.dumps({"picture": path.name, "vips": ".".join(str(pyvips.version(i)) for i in range(3)), **line}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
