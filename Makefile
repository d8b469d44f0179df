SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# A recipe is one script, so that its variables live through it.
.ONESHELL:

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
HUILIU_HOST ?= 127.0.0.1
HUILIU_PORT ?= 8000
PYTEST := $(BIN)/pytest -n 2

.PHONY: help setup demo test test-long test-system-packages lint bench tour lock

help: ## print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 24

setup: $(VENV)/.python-ready static/vendor/LICENSES.txt ## Python environment and browser files; quick when nothing changed

demo: setup ## the demonstration province on http://127.0.0.1:8000 (HUILIU_HOST, HUILIU_PORT); no administrator rights needed
	export HUILIU_PUBLIC_URL="$${HUILIU_PUBLIC_URL:-http://$(HUILIU_HOST):$(HUILIU_PORT)}"
	$(BIN)/flask --app wsgi db upgrade
	$(BIN)/flask --app wsgi demo load --year 2025 --scenario BS --second-use 0.3 --seed 1
	# One worker: the rate limits of a single machine are counted in its memory.
	exec $(BIN)/gunicorn wsgi:app --bind $(HUILIU_HOST):$(HUILIU_PORT) --workers 1 --threads 8

test: setup test-system-packages lint ## everything but the long tests, on SQLite and on a PostgreSQL of its own
	$(PYTEST) -m "not long"

test-long: setup test-system-packages ## the heavier counts: more clients, more examples, crashes
	$(PYTEST) -m "long" --hypothesis-profile=long

test-system-packages: ## Chromium, PostgreSQL, zbar, a Chinese font, poppler: installed where we may, else named
	.ci/system-packages

lint: setup ## style, types, and who may import whom
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup test-system-packages ## what capture, look-up, photos, scanning and reports cost, against baselines of the same run and goals
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.decoding
	$(BIN)/python -m tests.bench.scanning
	$(BIN)/python -m tests.bench.reporting

tour: setup test-system-packages ## make the pictures of the README's tour anew, from a fresh demonstration
	PYTHONPATH=. $(BIN)/python docs/tour/make.py

lock: ## write requirements.lock and static/package-lock.json anew: versions and digests, never addresses
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --universal --quiet --output-file requirements.lock
	cd static && npm install --package-lock-only --ignore-scripts && node strip_lock.mjs

$(VENV)/.python-ready: requirements.lock
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	  echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3.11 …" >&2; exit 1
	fi
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then
	  rm -rf $(VENV)
	  $(PYTHON) -m venv $(VENV) || {
	    rm -rf $(VENV)
	    echo "$(PYTHON) cannot make an environment; on Debian: apt-get install python3-venv" >&2; exit 1
	  }
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	# The project runs from its folder (migrations/ and static/ live beside the packages), so the environment is told
	# the folder instead of being given a copy; nothing is built and nothing unhashed is fetched.
	echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/huiliu.pth"
	touch $@

static/vendor/LICENSES.txt: static/package-lock.json static/setup.mjs static/js/charts/echarts_entry.mjs | $(VENV)/.python-ready
	@if ! node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null || ! command -v npm >/dev/null; then
	  export PATH="$(CURDIR)/$(BIN):$$PATH"
	fi
	cd static
	npm ci --ignore-scripts --loglevel=error
	node setup.mjs
