# The two commands are `make run` and `make test`; `make help` lists the rest.
# The first Python that starts and is new enough (a name on the PATH may be an empty promise).
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
# One more than two cores have: a test that waits for a server or a window leaves its core free.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help run clean-demo test torture bench conformance lint format lock clean prepare-run prepare-test

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: prepare-run ## set everything up and open the desk on the demo workspace
	@sh packaging/setup/demo.sh

clean-demo: ## remove the demo workspace
	@if [ -x $(BIN)/sms-desk ]; then $(BIN)/sms-desk demo --remove; else echo "no demo here"; fi

test: prepare-test ## set up what tests need; lint, types, import contracts, all tests
	@WORKERS=$(WORKERS) sh packaging/setup/check.sh

torture: prepare-test ## all tests with every random one at its full size (hours)
	@HYPOTHESIS_PROFILE=torture SMS_DESK_WORLDS=$${SMS_DESK_WORLDS:-420} WORKERS=$(WORKERS) sh packaging/setup/check.sh

bench: prepare-test ## measure, each beside its floor
	@SMS_DESK_BENCH_MESSAGES=$${SMS_DESK_BENCH_MESSAGES:-100000,1000000} SMS_DESK_BENCH_STARTS=10 SMS_DESK_BENCH_MOVED=10000 SMS_DESK_BENCH_ARRIVING=10000 $(BIN)/pytest tests/bench -s -p no:xdist --benchmark-enable --benchmark-columns=min,median,max,rounds

conformance: prepare-test ## check our requests against Prism over the wire (needs npm)
	@sh packaging/setup/conformance.sh

lint: prepare-test ## ruff, mypy and the import contracts only
	@LINT_ONLY=1 sh packaging/setup/check.sh

format: prepare-test ## let ruff put the source in order
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

lock: ## resolve the pins of pyproject.toml again into packaging/*.lock
	@PYTHON=$(PYTHON) sh packaging/setup/lock.sh

clean: ## remove what make made here (the demo stays: make clean-demo)
	rm -rf .venv .stamps .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks tour build dist

prepare-run prepare-test: prepare-%:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed (Debian: apt install python3), or make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) packaging/setup/prepare.py $*
