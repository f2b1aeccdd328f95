# Every target makes .venv from requirements.lock first. Needed beforehand: Python 3.11-3.13 and make, nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for v in 3.11 3.12 3.13; do p=python$$v; $$p -c 'import sys' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
DATA ?=
CONFIG ?= default
PORT ?= 4200

.DEFAULT_GOAL := help
.PHONY: help run test check ui bench lock clean

help: ## Say what each target does
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1	/' | expand -t 16

run: $(READY) ## Run the pipeline: on a synthetic set, or on DATA=folder with CONFIG=default|ham10000|scratch|seed|file
ifeq ($(strip $(DATA)),)
	@$(BIN)/melanoma demo
else
	@$(BIN)/melanoma run --data '$(DATA)' --config '$(CONFIG)'
endif

test: $(READY) ## Run all tests
	@$(BIN)/python -m pytest -n 3 --dist loadgroup -q

check: $(READY) ## Lint, format, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

ui: $(READY) ## Start a Prefect server with its UI on loopback, PORT=4200
	@$(BIN)/melanoma ui --port $(PORT)

bench: $(READY) ## Run the benchmarks and print their ratios
	@for script in $$(grep -l __main__ benchmarks/*.py); do \
		name=benchmarks.$$(basename $$script .py); echo "== $$name"; $(BIN)/python -m $$name || exit 1; done

lock: $(READY) ## Resolve the dependencies anew into requirements.lock, with hashes and without addresses
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --extra isic --extra pretrained --extra fast --extra tune --extra mlflow --extra dask --extra s3 --extra onnx --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --upgrade -o requirements.lock

clean: ## Remove the environment and the caches, never .melanoma
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# With uv where it is there or can be installed, else with pip; both check every hash of the lock. pip compiles what it
# installs by itself; where Python may write no bytecode, as in many containers, each start would compile TensorFlow anew.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "melanoma needs Python 3.11, 3.12 or 3.13: install one, or name it: make PYTHON=..." >&2; exit 1; }
	@echo "making .venv from requirements.lock (some minutes the first time)" >&2
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv >/dev/null 2>&1 || true
	@uv=$$(command -v $(BIN)/uv || command -v uv || true); export UV_SYSTEM_CERTS=1; \
	{ test -n "$$uv" && $$uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock; } \
		|| $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
