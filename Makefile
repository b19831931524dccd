# Each target does all of its own set-up. Pass arguments on with ARGS="…".

BIN := .venv/bin
STAMP := .venv/.installed

KILLS := 500

.PHONY: help setup demo test lint bench chaos

help:
	@echo "make demo    see Loa at work               make demo ARGS=--once"
	@echo "make test    run the tests                 make test ARGS='tests/plan -k slots'"
	@echo "make lint    format, ruff, mypy, layers"
	@echo "make bench   the measurements of benchmarks/"
	@echo "make chaos   kill workers at random under every fault   make chaos KILLS=2000"
	@echo "make setup   only make .venv, with .venv/bin/loa"

setup: $(STAMP)

# A .venv whose Python is gone is made anew; else only what changed is installed.
$(STAMP): pyproject.toml requirements.lock
	@if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	    found=; \
	    for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	        if "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	            2>/dev/null; then found="$$name"; break; fi; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "Loa needs Python 3.11 or newer with venv (Debian: apt install python3 python3-venv)." >&2; \
	        exit 1; \
	    fi; \
	    "$$found" -m venv --clear .venv; \
	fi
	@echo "Installing into .venv (once; a few minutes on a slow line) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup
	@$(BIN)/loa demo $(ARGS)

test: setup
	@$(BIN)/python -m pytest -n auto $(ARGS)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/python -m pytest -q tests/test_layers.py

# Those with a main(), each run whatever the one before said; chaos has a target of its own.
bench: setup
	@failed=; \
	for script in $$(grep -l '^def main' benchmarks/*.py); do \
	    name=$$(basename "$$script" .py); \
	    [ "$$name" = chaos ] && continue; \
	    echo "== $$name"; \
	    $(BIN)/python -m "benchmarks.$$name" || failed="$$failed $$name"; \
	done; \
	[ -z "$$failed" ] || { echo "over budget:$$failed" >&2; exit 1; }

chaos: setup
	@$(BIN)/python -m benchmarks.chaos --kills $(KILLS) $(ARGS)
