# `make demo` and `make test` set up everything that they need in .venv, from requirements.lock.
# The first of these that fits; another one: make PYTHON=/path/to/python3.12
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c '$(FITS)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo cluster-demo test test-newest-duckdb chaos bench fuzz mutants sbom lint types docs cookbook pictures site lock wheels clean

demo: $(READY)
	$(BIN)/newsloom demo

# The demo's newspapers, crawled in shards, extracted on a Dask cluster, and loaded into a lake on PostgreSQL and S3.
cluster-demo: $(READY)
	@$(BIN)/python benchmarks/cluster_demo.py

test: $(READY)
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --no-loadscope-reorder

# Tests on the newest DuckDB that pyproject.toml allows, or on DUCKDB=2.0.1, installed into .venv-duckdb; but for those of
# lakes, whose extensions are files for one version, and of the wheel, which is installed with the locked one.
DUCKDB ?=
NEWEST_TESTS ?= tests/warehouse tests/flows tests/end_to_end
test-newest-duckdb: $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --upgrade --no-deps --target .venv-duckdb \
	  "$(if $(DUCKDB),duckdb==$(DUCKDB),$$(grep -o '"duckdb>=[^"]*' pyproject.toml | tr -d '"'))"
	PYTHONPATH='$(CURDIR)/.venv-duckdb' $(BIN)/python -c 'import duckdb; print("DuckDB", duckdb.__version__)'
	PYTHONDONTWRITEBYTECODE= PYTHONPATH='$(CURDIR)/.venv-duckdb' $(BIN)/pytest -q -n auto --no-loadscope-reorder \
	  -m 'not extensions' --ignore tests/end_to_end/test_wheel.py $(NEWEST_TESTS)

# Real runs under faults from a seeded plan; SEED=N repeats a round.
ROUNDS ?= 10
chaos: $(READY)
	$(BIN)/python benchmarks/chaos.py --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

# Writes docs/benchmarks.md; PART=import measures one part, FULL=1 takes large sizes. Installs the peers into .venv-peers.
bench: $(READY)
	$(BIN)/python benchmarks/bench.py $(PART) $(if $(FULL),--full)

# Inputs made at random for every parser, for so many minutes; what they find is kept in tests/fuzzing/found.
MINUTES ?= 5
fuzz: $(READY)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m tests.fuzzing.run --minutes $(MINUTES)

# Changes one thing at a time in a module, and asks whether a test fails; prints the changes that none noticed.
mutants: $(READY)
	nice -n 15 $(BIN)/python benchmarks/mutants.py $(MODULE)

# A software bill of materials in CycloneDX, newsloom.cdx.json: what newsloom needs to run, with hashes, from the lock
# file. cyclonedx-py comes from the package index.
sbom: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --all-extras \
	  -c requirements.lock pyproject.toml -o .venv/sbom.txt
	$(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements --pyproject pyproject.toml \
	  --output-reproducible -o newsloom.cdx.json .venv/sbom.txt
	@echo "newsloom.cdx.json: $$(grep -c '"purl"' newsloom.cdx.json) packages"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/codespell *.md docs

types: $(READY)
	$(BIN)/mypy

# The pages that are made from the comments in the warehouse, and from the commands and messages in the code.
docs: $(READY)
	$(BIN)/python -m warehouse.schema_page > docs/schema.md
	$(BIN)/python -m flows.cli.commands_page > docs/commands.md
	$(BIN)/python -m flows.cli.messages_page > docs/messages.md

# The answers in docs/cookbook.md, from a new run of the demo.
cookbook: $(READY)
	$(BIN)/newsloom demo
	$(BIN)/python -m tests.end_to_end.cookbook newsloom-demo

# The pictures in docs/images, with Chromium, from a new run of the demo.
pictures: $(READY)
	$(BIN)/python -m tests.flows.dashboard.pictures docs/images

# The documentation as a site, in .site; fails if a link or an anchor leads nowhere.
site: $(READY)
	$(BIN)/zensical build --strict

$(READY): pyproject.toml requirements.lock
	@python='$(PYTHON)'; test -n "$$python" || \
	  { echo "newsloom needs Python 3.11, 3.12, 3.13 or 3.14; found: $$(python3 --version 2>&1)."; \
	    echo "If you have one of them elsewhere: make PYTHON=/path/to/python3.12"; exit 1; }; \
	$$python -c '$(FITS)' || { echo "newsloom needs Python 3.11, 3.12, 3.13 or 3.14; $$python is $$($$python --version)"; exit 1; }; \
	$$python -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# After a change of the dependencies in pyproject.toml: pins all packages again, with hashes and without index URLs.
lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --group dev \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock

# Whether every locked package has a wheel for each version of Python; installs nothing, but asks the package index.
wheels: $(READY)
	@for version in 3.11 3.12 3.13 3.14; do \
	  $(BIN)/uv pip install --quiet --dry-run --target .venv/wheels --no-deps --require-hashes --only-binary :all: \
	    --python-version $$version -r requirements.lock && echo "wheels for Python $$version: all" || exit 1; done

clean:
	rm -rf .venv .venv-duckdb .venv-peers .mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache .site newsloom-demo
