# Everything a person does with this repository. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := libs/common services/incidents services/kpi services/funds services/reporting
# Looked for only when it is used: the first Python that is new enough.
PYTHON ?= $(firstword $(foreach p,python3.11 python3 python3.12 python3.13 python3.14,$(if $(shell \
	$(p) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(p))))
# What IATI files are held to, as data for tests; it pins packages that the workspace has newer.
IATI := services/funds/tests/io/iati.lock
# What lints docs/asyncapi.yaml: AsyncAPI's own parser, run by the Node.js of the virtual environment.
ASYNCAPI := .ci/asyncapi
EMBEDDED := exec env PYTHONPATH=deploy $(BIN)/python -m embedded

.PHONY: help setup demo demo-reset token cli kafka kafka-stop check format test test-fast soak bench docs lock

help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

##@ Running
demo: setup ## Run everything on this machine with sample data, until Ctrl-C (ONCE=1: load, check and stop; SALWATCH_TRANSPORT=kafka)
	@$(EMBEDDED) demo $(if $(filter-out 0,$(ONCE)),--once)

demo-reset: setup ## Delete what the demo keeps in var/, to start clean
	@$(EMBEDDED) reset

token: setup ## Print a token for the demo (ROLE=secretariat, commission_RS, …: see deploy/embedded/access.py)
	@$(EMBEDDED) token $(ROLE)

cli: setup ## Run a service's command against the demo (ARGS='reporting rebuild')
	@$(EMBEDDED) cli $(ARGS)

kafka: setup ## Run Apache Kafka in the background, with its data in var/ (needs Java 17 and Maven)
	@$(EMBEDDED) kafka

kafka-stop: setup ## End it
	@$(EMBEDDED) kafka-stop

##@ Developing
setup: $(VENV)/.complete ## Create the virtual environment from requirements.lock

check: setup $(ASYNCAPI)/node_modules/.complete ## Formatting, lint, types, import rules, names that must not be committed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=deploy $(BIN)/lint-imports --no-cache
	.ci/names
	$(BIN)/node $(ASYNCAPI)/lint.mjs docs/asyncapi.yaml

format: setup ## Format the code and apply the safe lint fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: setup ## Every test this machine can run; says by name what it skipped and why
	$(BIN)/pytest -n 2 --dist loadgroup

test-fast: setup ## The tests without the slow ones and the browser
	$(BIN)/pytest -m "not slow and not browser"

soak: setup ## Report while processes are killed at random, then count (KILLS=200 SEED=…)
	@exec env PYTHONPATH=deploy:tests/integration $(BIN)/python tests/integration/faults/soak.py \
		$(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

bench: setup ## Measure against baselines in the same run, writes docs/benchmarks.* (ONLY="bulk append": some)
	@$(BIN)/python tests/benchmarks/run.py $(ONLY)

docs: setup ## Write docs/asyncapi.yaml and docs/events.md anew from the contracts
	$(BIN)/python -m common.contracts.documents deploy/kafka/topics.yaml docs

lock: ## Write both requirements.lock anew from the pyproject files (needs a package index)
	@$(call require-python)
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON) -m venv "$$tools/venv"; "$$tools/venv/bin/pip" install --quiet uv; \
	lock() { "$$tools/venv/bin/uv" pip compile --quiet --python-version 3.11 --universal --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" "$$@"; }; \
	$(PYTHON) .ci/requirements.py > "$$tools/workspace.in"; \
	$(PYTHON) .ci/requirements.py --run > "$$tools/run.in"; \
	lock $(if $(UPGRADE),--upgrade) "$$tools/workspace.in" --output-file requirements.lock; \
	lock --constraint requirements.lock "$$tools/run.in" --output-file deploy/requirements.lock

define require-python
if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed and was not found; name one with PYTHON=…" >&2; exit 1; fi
endef

$(VENV)/.complete: requirements.lock $(IATI) $(PACKAGES:%=%/pyproject.toml)
	@$(call require-python)
	@if [ ! -x $(BIN)/python ]; then $(PYTHON) -m venv $(VENV) >/dev/null || \
		{ echo "$(PYTHON) cannot make a virtual environment; on Debian install python3-venv" >&2; exit 1; }; fi
	$(BIN)/python -m pip install --disable-pip-version-check \
		--require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		$(PACKAGES:%=--editable %)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $(IATI)
	@touch $@

$(ASYNCAPI)/node_modules/.complete: $(ASYNCAPI)/package-lock.json | setup
	$(BIN)/npm --prefix $(ASYNCAPI) ci
	@touch $@
