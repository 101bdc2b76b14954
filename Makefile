# make run · make test · make check · make bench     (see README.md)
PYTHON := .venv/bin/python
OFFSCREEN := QT_QPA_PLATFORM=offscreen

.PHONY: run test check bench setup lock format clean

setup:
	@sh tools/setup.sh

run: setup
	$(PYTHON) main.py demo

test: setup
	$(OFFSCREEN) $(PYTHON) -m pytest

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: setup
	$(OFFSCREEN) $(PYTHON) main.py bench

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Needs uv; writes hashes only, no index addresses.
lock:
	uv pip compile --python-version 3.11 --universal --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
