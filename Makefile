# Everything that is done here more than once. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin
BROKER := $(BIN)/python deploy/kafka/broker
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST_ARGS ?=
BENCH_ARGS ?=
FAULTS_ARGS ?=
RESCALE_ARGS ?=

export MANIFOLD_KAFKA_PORT ?= 9092

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: demo
demo: $(VENV)/.native ## install, run the embedded demo, leave nothing running
	@$(BIN)/manifold demo

.PHONY: test
test: $(VENV)/.dev lint ## install, run every check and test, with a real broker
	@deploy/kafka/requirements tests
	@deploy/documents/requirements
	@deploy/browser/requirements
	@if [ -z "$$MANIFOLD_TEST_BOOTSTRAP" ]; then \
		export MANIFOLD_TEST_BOOTSTRAP=127.0.0.1:$$MANIFOLD_KAFKA_PORT; \
		if ! $(BROKER) status; then \
			trap '$(BROKER) stop >/dev/null' EXIT; \
			trap 'exit 130' INT TERM HUP; \
			$(BROKER) start || exit 1; \
		fi; \
	fi; \
	$(BIN)/python -m pytest $(TWO_WORKERS) $(PYTEST_ARGS)

# Tests wait more than they work. `PYTEST_ARGS="-n 0"` has one do everything.
TWO_WORKERS := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: unit
unit: $(VENV)/.dev ## run the tests that need no broker
	@$(BIN)/python -m pytest $(TWO_WORKERS) $(PYTEST_ARGS) tests/unit tests/contract operators connectors dashboards web

.PHONY: faults
faults: $(VENV)/.dev ## break everything on purpose for 20 minutes, and look what it has done
	@deploy/kafka/requirements tests
	@$(BIN)/python -m tests.faults.run $(FAULTS_ARGS)

.PHONY: rescale
rescale: $(VENV)/.dev ## renew and rescale the flows under 500 invoices/s, write docs/rescaling.md; six minutes
	@deploy/kafka/requirements tests
	@if ! $(BROKER) status; then \
		trap '$(BROKER) stop >/dev/null' EXIT; \
		trap 'exit 130' INT TERM HUP; \
		$(BROKER) start || exit 1; \
	fi; \
	$(BIN)/python -m tests.rescaling.run --publish $(RESCALE_ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## a million mutated records for the flows, which takes ten minutes
	@$(BIN)/python -m tests.faults.fuzz --records 1000000 $(FUZZ_ARGS)

.PHONY: oracle
oracle: $(VENV)/.dev ## hold the rules against the official ones, which takes ten minutes
	@deploy/kafka/requirements
	@$(BIN)/python -m tests.oracle $(ORACLE_ARGS)

.PHONY: bench
bench: $(VENV)/.dev .bench/venv/.made ## compare with other stream processors; takes hours (BENCH_ARGS="--quick" for a look)
	@deploy/kafka/requirements
	@$(BIN)/python -m bench.harness $(BENCH_ARGS)

.PHONY: bench-ingest
bench-ingest: $(VENV)/.dev ## measure how fast invoices come in over HTTP, which takes five minutes; wants `make kafka`
	@$(BIN)/python -m bench.ingest --bootstrap 127.0.0.1:$(MANIFOLD_KAFKA_PORT) $(BENCH_ARGS)

.PHONY: bench-ci
bench-ci: $(VENV)/.dev ## compare the CPU of each step with the commit before
	@$(BIN)/python bench/ratio.py

.PHONY: lint
lint: $(VENV)/.dev ## check style, types, import directions and contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/manifold contracts check

.PHONY: format
format: $(VENV)/.dev ## format the code and sort the imports
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: docs
docs: $(VENV)/.native ## draw the pictures of the pages and run their examples anew
	@$(BIN)/python -m manifold.pictures

.PHONY: dashboards
dashboards: $(VENV)/.dev ## write Grafana's dashboards anew from their descriptions
	@$(BIN)/python -m dashboards.grafana

.PHONY: previews
previews: $(VENV)/.dev ## draw the dashboards from a pipeline that is broken on purpose; wants `make kafka`
	@deploy/kafka/requirements tests
	@MANIFOLD_TEST_BOOTSTRAP=127.0.0.1:$(MANIFOLD_KAFKA_PORT) MANIFOLD_PREVIEWS=docs/dashboards \
		$(BIN)/python -m pytest -q tests/integration/test_observed.py

.PHONY: kafka
kafka: $(VENV)/.python ## start a real Kafka in the background
	@deploy/kafka/requirements
	@$(BROKER) start

.PHONY: kafka-stop
kafka-stop: $(VENV)/.python ## stop it; its data stays
	@$(BROKER) stop

.PHONY: lock
lock: $(VENV)/.python ## write the lock files anew from pyproject.toml and bench/requirements.txt
	$(PIP) install 'uv>=0.8'
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --output-file requirements-dev.lock --extra dev --constraint requirements.lock pyproject.toml
	$(COMPILE) --output-file bench/requirements.lock bench/requirements.txt
	$(COMPILE) --output-file deploy/image/build.lock deploy/image/build.txt
	$(COMPILE) --output-file deploy/image/flows.lock --constraint requirements.lock \
		$(shell sed 's/^/--no-emit-package /' deploy/image/documents.txt) pyproject.toml

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links

.PHONY: clean
clean: ## stop Kafka and delete all that was installed or written here
	@if [ -d .kafka ] && [ -x $(BIN)/python ]; then $(BROKER) stop; fi
	rm -rf $(VENV) .bench .kafka .manifold dist *.egg-info
	rm -f connectors/native/*.so
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment. Each stamp is older than what it was made from only when that changed.

ifneq ($(wildcard $(VENV)/.python),)
ifneq ($(shell $(BIN)/python -c 'print("works")' 2>/dev/null),works)
$(shell rm -f $(VENV)/.python)
endif
endif

SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 13))

$(VENV)/.python:
	@for python in $(or $(PYTHON),python3.12 python3.11 python3 python); do \
		if $$python -c '$(SUITS)' 2>/dev/null; then \
			$$python -m venv --clear $(VENV) && touch $@; exit; \
		fi; \
	done; \
	echo "Manifold needs Python 3.11 or 3.12 with its venv module, and $(or $(PYTHON),what is on the PATH) is neither:" >&2; \
	echo "install one (Debian 12: apt-get install python3.11-venv, Ubuntu 24.04: apt-get install python3.12-venv," >&2; \
	echo "macOS: brew install python@3.12) and run make again, or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
	exit 1

$(VENV)/.runtime: $(VENV)/.python requirements.lock pyproject.toml hatch_build.py
	@echo "Installing Manifold into $(VENV) (half a minute, only once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.native: $(VENV)/.runtime $(wildcard connectors/native/*.[ch]) connectors/native/build.py
	@$(BIN)/python connectors/native/build.py
	@touch $@

$(VENV)/.dev: $(VENV)/.native requirements-dev.lock
	@echo "Installing what the checks and tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.bench/venv/.made: $(VENV)/.python bench/requirements.lock
	@echo "Installing what the benchmark's Python peers and plots need into .bench/venv ..."
	@$(BIN)/python -m venv --clear .bench/venv
	@.bench/venv/bin/python -m pip --disable-pip-version-check --quiet install \
		--require-hashes -r bench/requirements.lock
	@touch $@
