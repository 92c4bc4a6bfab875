# Everything a person does with this project. `make` alone lists it.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; \
	done; echo python3)
# Modules, never the scripts in .venv/bin: those remember the path they were made in.
RUN := .venv/bin/python -m
LOCK := $(RUN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock'
ARGS ?=
# Bytecode is kept whatever the shell says; without it every process of every start compiles the packages anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install run test check format lock migrate fuzz attack chaos bench quotas obedient eval screenshots manifests clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: .venv/.installed ## The environment in .venv, from requirements-dev.txt

.venv/.installed: requirements-dev.txt
	@command -v '$(PYTHON)' >/dev/null || { echo 'Python 3.11 or newer is needed and there is none: install it (Debian and Ubuntu: apt-get install python3 python3-venv).' >&2; exit 1; }
	@'$(PYTHON)' deploy/install.py

run: install ## The whole product on this machine; PORT=8000, stops with Ctrl-C
	@$(RUN) cci_app.embedded

test: install ## All tests, on a real PostgreSQL and Redis; ARGS="-k words" for some
	@$(RUN) pytest -n auto --dist worksteal $(ARGS)

check: install ## Style, types and the order of the floors
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	.venv/bin/python -c 'from importlinter.cli import lint_imports_command as lint; lint()'

format: install ## Put the code in the common style
	$(RUN) ruff check --fix
	$(RUN) ruff format

lock: install ## Write requirements*.txt anew from requirements*.in; ARGS=--upgrade for newer versions
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(LOCK) $(ARGS) requirements-deploy.in -o requirements-deploy.txt

migrate: install ## Bring the database of DATABASE_URL up to date
	$(RUN) flask --app wsgi db upgrade

fuzz: install ## Hostile requests against every route; prints a table
	$(RUN) benchmarks.fuzz $(ARGS)

attack: install ## Have some take more than their part, beside others; prints a table; ARGS=--quick for less
	$(RUN) benchmarks.attack $(ARGS)

chaos: install ## Kill, hang and stop everything under load; prints a table; ARGS=--quick for less
	$(RUN) benchmarks.chaos $(ARGS)

bench: install ## Speed, memory and growth beside a floor application; prints a table
	$(RUN) benchmarks.speed $(ARGS)

quotas: install ## Ten thousand turns at once against a limit, to the disk; prints a table; ARGS="--turns 500" for less
	$(RUN) benchmarks.quotas $(ARGS)

obedient: install ## A model that obeys attackers, against the tools of organisations; prints a table
	$(RUN) benchmarks.obedient $(ARGS)

eval: install ## How often the right document is found, a message understood, a buyer served, and how much of a document is read; how often experiments err
	$(RUN) benchmarks.retrieval
	$(RUN) benchmarks.understanding
	$(RUN) benchmarks.selling
	$(RUN) benchmarks.reading
	$(RUN) benchmarks.experiments

screenshots: install ## The pictures of docs/pages.md, with the machine's Chromium
	@$(RUN) pytest -q tests/browser/test_screenshots.py --screenshots

manifests: install ## Render the Helm chart, and hold all deployment files to the tools made for them; ARGS=--check to compare
	@$(RUN) uv run --quiet --isolated --no-project --with-requirements requirements-deploy.txt python deploy/check.py $(ARGS)

clean: ## Remove the environment and the tools' caches; the data in .local stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
