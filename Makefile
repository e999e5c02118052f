# One command to run, one to test, one to check. `make help` lists them all.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# the newest Python from 3.11 on that really starts (a version manager's shim may not)
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN := .venv/bin/python
WORKERS ?= 2

# Python compiles each module once, into a folder of ours, also where the machine asks it to leave none beside the code:
# without that every process of the platform compiles half a million lines at each start.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.pycache
FRESH ?=

##@ Run

.PHONY: up
up: environment  ## Start the whole platform on this machine; FRESH=1 begins with empty data
	@exec $(RUN) -m deploy.local up $(if $(FRESH),--fresh)

.PHONY: codes
codes:  ## Show the demo accounts with the sign-in codes of this moment
	@exec $(RUN) -m deploy.local codes

.PHONY: screenshots
screenshots: environment  ## Take pictures of the main pages, into docs/screenshots
	@$(RUN) -m tests.support.browser
	@exec $(RUN) -m tests.support.screenshots

##@ Test

.PHONY: test
test: environment  ## Run all tests; WORKERS=n sets how many at a time, ARGS=... goes to pytest
	@$(RUN) -m tests.support.browser
	@exec $(RUN) -m pytest -n $(WORKERS) $(ARGS)

.PHONY: chaos
chaos: environment  ## Kill each part of the platform during a night of 200 call-outs, and see that nothing is lost
	@VANGNET_CHAOS_CALL_OUTS=$${VANGNET_CHAOS_CALL_OUTS:-200} exec $(RUN) -m pytest -q -n 0 tests/chaos $(ARGS)

.PHONY: check
check: environment  ## Run all static checks: style, types, imports, and the project's own
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
	$(RUN) -m deploy.checks

.PHONY: format
format: environment  ## Put the code in the one layout
	$(RUN) -m ruff check --fix-only .
	$(RUN) -m ruff format .

.PHONY: bench
bench: environment  ## Measure speed and write docs/benchmarks.md
	@exec $(RUN) -m tests.load $(ARGS)

##@ Build

.PHONY: new-service
new-service: environment  ## Make the files of a new service: make new-service name=referrals
	@exec $(RUN) -m deploy.new_service "$(name)"

.PHONY: environment
environment:  ## Make .venv and node_modules from their lock files
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) deploy/environment.py

.PHONY: clean
clean:  ## Remove what can be made again; .local with its data stays
	rm -rf .venv .pycache node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help
help:  ## Show this list
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	/^[a-z-]+:.*##/ {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
