# One target per intent; `make help` prints this file's ## comments. Each target sets up all it needs.

PYTHON = python3
SECONDS =
NIC = w5500
RUNTIME = micropython
BOARD =
PORT =
MPY = 1
JSON =
PLOT =

VENV = .venv/bin/python
export PYTHONPYCACHEPREFIX = $(CURDIR)/.cache/pycache

.DEFAULT_GOAL = help
.PHONY: help setup run test test-board check fix tables bench size firmware deploy bench-board clean

help: ## every target in a line
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1:\2/p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F : '{ printf "make %-11s %s\n", $$1, $$2 }'

setup: ## what the other targets need, in .venv and .cache (PYTHON=python3)
	@command -v '$(PYTHON)' >/dev/null 2>&1 || { \
		echo "set-up: no '$(PYTHON)' here; name a Python 3.10 or newer: make PYTHON=..." >&2; exit 1; }
	@'$(PYTHON)' tools/setup.py

run: setup ## a virtual board and the Linux kernel resolve each other (SECONDS= NIC=w5500 RUNTIME=micropython)
	@[ '$(RUNTIME)' != rp2040 ] || $(VENV) tools/firmware.py --kind desk --nic '$(NIC)'
	@$(VENV) tools/demo.py --seconds '$(SECONDS)' --nic '$(NIC)' --runtime '$(RUNTIME)'

test: setup ## every test, on CPython, MicroPython, WebAssembly and against the Linux kernel
	@$(VENV) tools/run_tests.py

test-board: setup ## the same on real firmware in the RP2040 emulator
	@$(VENV) tools/test_board.py

check: setup ## style and lint, looking only
	@$(VENV) -m ruff check --config tools/ruff.toml .
	@$(VENV) -m ruff format --check --config tools/ruff.toml .

fix: setup ## style and lint, mending
	@$(VENV) -m ruff check --fix --config tools/ruff.toml .
	@$(VENV) -m ruff format --config tools/ruff.toml .

tables: setup ## host_tests/ROWS.md, STATES.md and FAULTS.md, made anew from the tests
	@$(VENV) tools/rows.py --write
	@$(VENV) tools/mip_package.py --write
	@$(VENV) tools/states.py > .cache/STATES.md && mv .cache/STATES.md host_tests/STATES.md
	@$(VENV) tools/faults.py > .cache/FAULTS.md && mv .cache/FAULTS.md host_tests/FAULTS.md

bench: setup ## what a frame costs, as ratios within one run (JSON=FILE PLOT=1)
	@$(VENV) tools/bench.py $(if $(JSON),--json '$(JSON)') $(if $(PLOT),--plot)

size: setup ## bytes of code by file and architecture, and of heap (JSON=FILE)
	@$(VENV) tools/size.py $(if $(JSON),--json '$(JSON)')

firmware: setup ## a UF2 with everything frozen, for a board with an RP2040 (BOARD=)
	@$(VENV) tools/firmware.py --board '$(BOARD)'

deploy: setup ## copy the firmware onto a board (BOARD= PORT= MPY=1)
	@$(VENV) tools/deploy.py --board '$(BOARD)' --port '$(PORT)' --mpy '$(MPY)'

bench-board: setup ## what an answer and a query cost on the emulated RP2040 (JSON=FILE)
	@$(VENV) tools/bench_board.py --json '$(JSON)'

clean: ## what the other targets made
	rm -rf .venv .cache
