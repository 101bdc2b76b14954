# make run · make test · make check · make bench · make fuzz · make powercut · make simulate     (see README.md)
PYTHON := .venv/bin/python
OFFSCREEN := QT_QPA_PLATFORM=offscreen

IMAGES ?= 50000
SEEDS ?= 300
FIRST_SEED ?= 1
DATABASE ?= sqlite
WORLD ?= station

.PHONY: run test check bench fuzz powercut simulate sbom setup lock format clean

setup:
	@sh tools/setup.sh

run: setup
	$(PYTHON) main.py demo

# strace records the power-cut workloads. One process a core: a test keeps to its own folder and ports.
test:
	@sh tools/setup.sh strace
	$(OFFSCREEN) $(PYTHON) -m pytest -n auto --dist worksteal

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/bandit -q -c pyproject.toml -r app main.py
	$(PYTHON) tools/audit.py

bench: setup
	$(OFFSCREEN) $(PYTHON) main.py bench

# Mutated batches against a real district; make test runs 300.
MUTATIONS ?= 20000
fuzz: setup
	MUTATIONS=$(MUTATIONS) $(PYTHON) -m pytest -q tests/district/test_hostile_batches.py

# The long campaign; make test runs a sample of it. docs/reliability.md
powercut:
	@sh tools/setup.sh strace
	$(PYTHON) -m tests.powercut.campaign --images $(IMAGES)
	$(PYTHON) -m tests.powercut.adequacy
	$(PYTHON) -m tests.powercut.io_errors
	$(PYTHON) -m tests.powercut.kills

# Worlds with every fault; make test lives 300 of them. docs/reliability.md
simulate:
	@sh tools/setup.sh
	nice -n 15 $(PYTHON) -m tests.simulator.campaign --seeds $(SEEDS) --first-seed $(FIRST_SEED) --database $(DATABASE) --world $(WORLD)

# What the program is made of (CycloneDX), from the lock file.
sbom: setup
	mkdir -p build
	.venv/bin/cyclonedx-py requirements requirements.lock --of JSON -o build/sbom.json

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Needs uv; writes hashes only, no index addresses.
lock:
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
