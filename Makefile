# `make demo` and `make test` set up everything that they need in .venv, from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test chaos lint types docs lock clean

demo: $(READY)
	$(BIN)/newsloom demo

test: $(READY)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --maxschedchunk 1

# Real runs under faults from a seeded plan; SEED=N repeats a round.
ROUNDS ?= 10
chaos: $(READY)
	$(BIN)/python benchmarks/chaos.py --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

# The pages that are made from the comments in the warehouse and from the messages in the code.
docs: $(READY)
	$(BIN)/python -m warehouse.schema_page > docs/schema.md
	$(BIN)/python -m flows.cli.messages_page > docs/messages.md

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "newsloom needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# After a change of the dependencies in pyproject.toml: pins all packages again, with hashes and without index URLs.
lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group dev \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis newsloom-demo
