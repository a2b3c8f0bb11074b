# Everything starts here; `make` alone lists it. Needs Python 3.11 or newer and make, nothing else: no root, no system package.
CASE  ?= samples/urgent-medical
CASES ?= samples
OUT   ?=
PROFILE ?=
AS_OF ?=
TESTS ?=
JOBS  ?= 4
UPGRADE ?=
PYTHON ?= python3
PYTHONS ?= $(PYTHON)
BIN   := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
PIP    = $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary ":all:" --no-deps
LOCKED = $(PIP) --require-hashes $(foreach group,$(1),--requirement requirements/$(group).txt)
OPTIONS = $(if $(OUT),--out $(OUT)) $(if $(PROFILE),--profile $(PROFILE)) $(if $(AS_OF),--as-of $(AS_OF))

.DEFAULT_GOAL := help
.PHONY: help setup bundle validate batch test test-portable lint types types-portable check coverage bench corruption \
  mutants fuzz faults corpus docs site templates samples lock licenses sbom try-wheel wheels clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/made ## the virtual environment with everything in it (made by itself when needed)

.venv/made: pyproject.toml requirements/run.txt requirements/extras.txt requirements/dev.txt
	$(PYTHON) -m venv .venv
	$(call LOCKED,run extras dev)
	$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/made-%: .venv/made requirements/%.txt
	$(call LOCKED,$*)
	@touch $@

bundle: setup ## the filing bundle of a case: make bundle CASE=samples/urgent-medical [OUT=dir] [PROFILE=name]
	$(BIN)/assembler bundle $(CASE) $(OPTIONS)

validate: setup ## facts of every case below CASES against the filing's rules
	$(BIN)/assembler validate $(CASES)

batch: setup ## bundles of every case below CASES
	$(BIN)/assembler batch $(CASES)

test: setup ## all tests, JOBS at a time
	$(BIN)/pytest -n $(JOBS) --dist worksteal

# tests that start workers, lock, replace and remove files, or print; no others differ by system
PORTABLE = tests/test_workshop.py tests/test_driver_pool.py tests/test_desk_core.py tests/test_originals.py tests/test_systems.py

test-portable: setup ## a part of the tests on an emulation of what Windows lacks and refuses (docs/systems.md)
	ASSEMBLER_PORTABLE=1 $(BIN)/pytest -n $(JOBS) tests/test_other_system.py
	PYTHONPATH=tests/support/other_system:. $(BIN)/python -m pytest -n $(JOBS) $(PORTABLE)

lint: setup ## ruff, its format, and the import contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports

types: setup ## mypy, strict
	$(BIN)/mypy

types-portable: setup ## mypy, as on macOS and on Windows
	$(BIN)/mypy --platform darwin
	$(BIN)/mypy --platform win32

check: lint types test ## what must hold before a commit

coverage: setup ## all tests, and how much of assembler/ they run; fails below the floor in pyproject.toml
	$(BIN)/pytest -n $(JOBS) --dist worksteal -p tests.worker_coverage --cov --cov-report=term:skip-covered --cov-report=xml $(TESTS)

bench: setup ## speed and memory beside named peers, as ratios
	$(BIN)/python -m benchmarks

corruption: setup ## 10,000 damaged files through the real opening path: how many lose something unseen
	$(BIN)/python -m benchmarks.corruption

mutants: setup ## 10,000 finished packets with one thing changed: how many the proof catches, by class
	$(BIN)/python -m benchmarks.mutants --jobs $(JOBS)

fuzz: setup ## ten minutes of mutants of small inputs through every parser: any crash, hang or broken promise fails
	$(BIN)/python -m benchmarks.fuzz --jobs $(JOBS)

faults: setup ## 10,000 faults of the machine amid real commands: full disks, kill -9, power loss; Linux, needs cc
	$(BIN)/python -m benchmarks.faults --jobs $(JOBS)

corpus: setup ## what becomes of every file below CORPUS, page by page against the file itself: make corpus CORPUS=dir
	$(BIN)/python -m benchmarks.corpus $(CORPUS) --full

templates: setup ## the shipped Word templates, made again from scripts/make_templates.py
	$(BIN)/python scripts/make_templates.py

docs: setup ## docs generated from the schemas
	$(BIN)/python -m assembler.intake.field_reference > docs/case-json.md
	$(BIN)/python -m assembler.intake.imports.columns_reference docs/import.md

site: .venv/made-docs ## the documentation as web pages in build/site; any warning stops it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

lock: .venv/made-lock ## versions and hashes of all dependencies, written to requirements/ [UPGRADE=1: the newest allowed]
	$(BIN)/python -m scripts.write_lock $(if $(UPGRADE),--upgrade)

licenses: setup ## the licenses of what assembler needs to run, written to docs/licenses.md
	$(BIN)/python -m scripts.list_licenses

sbom: setup ## the bill of materials of what assembler needs to run, written to build/sbom/assembler.cdx.json
	$(BIN)/python -m scripts.write_sbom

try-wheel: setup ## the wheel installed from the lock and run, in an empty environment of each of PYTHONS
	$(BIN)/python -m scripts.try_wheel $(PYTHONS)

wheels: setup ## whether PyPI has a wheel of every dependency for every system and Python; needs the network
	$(BIN)/python -m scripts.check_wheels

samples: setup ## draw the samples' evidence again (same bytes)
	$(BIN)/python -m scripts.sample_cases.generate

clean: ## remove everything made here, the virtual environment too
	rm -rf .venv build dist samples/*/build samples/*/.assembler .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .coverage .coverage.* coverage.xml
