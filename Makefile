# SPDX-License-Identifier: Apache-2.0
# Needs Python 3.11 or later, make, and a package index that pip can reach; nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN = .venv/bin
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-header --no-annotate --group build
CHECK_HOME = .venv/check-home

.DEFAULT_GOAL = help
.PHONY: help setup demo serve test check fix bench docs lock release clean

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: .venv/installed ## make .venv with everything needed to run

demo: setup ## simulate a month, report it, compute every indicator, serve the site
	$(BIN)/shangheng demo

serve: setup ## serve the site on what is there
	$(BIN)/shangheng serve

test: .venv/installed-dev ## run every test
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: .venv/installed-dev ## lock, format, lint, types, walls, templates, Django, dependencies
	$(BIN)/pytest tests/architecture/test_locks.py
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --check src
	$(BIN)/djlint --quiet --lint src
	@mkdir -p $(CHECK_HOME)
	SHANGHENG_HOME=$(CHECK_HOME) $(BIN)/django-admin check --deploy --fail-level WARNING \
	  --settings shangheng.site.settings
	SHANGHENG_HOME=$(CHECK_HOME) $(BIN)/django-admin makemigrations --check --dry-run \
	  --settings shangheng.site.settings
	$(BIN)/deptry .

fix: .venv/installed-dev ## put right what a tool can put right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	-$(BIN)/djlint --quiet --reformat src

bench: .venv/installed-bench ## measure speed and memory, one JSON object a line
	$(BIN)/python -m benchmarks

docs: .venv/installed-dev ## build the manual into ./site
	$(BIN)/mkdocs build --strict

lock: .venv/installed-dev ## bring the lock files in step with pyproject.toml
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --group dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements.lock --group bench --output-file requirements-bench.lock

release: check test ## check everything, then build sdist and wheel into ./dist
	$(BIN)/hatchling build --directory dist

clean: ## remove what was made, except the state in ./var
	rm -rf .venv dist site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .grimp_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp per set of packages, so that a second run installs nothing.
.venv/made:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本 Python 3.11 or later is needed"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) 缺少 venv 或 ensurepip：Debian、Ubuntu 请先执行 apt install python3-venv"; \
	  echo "$(PYTHON) lacks venv or ensurepip: on Debian and Ubuntu, apt install python3-venv first"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/made requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-%: .venv/installed requirements-%.lock
	$(PIP) install --require-hashes -r requirements-$*.lock
	@touch $@
