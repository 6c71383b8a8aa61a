# Two commands: `make demo` shows the answer, `make test` proves it. Both set up what they need; `make quick` is the
# part of the proof that takes a minute.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
UV_VERSION := 0.13.9
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

.PHONY: demo quick test check docs bench validate clean

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Reprieve needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.core: $(UV) uv.lock pyproject.toml
	VIRTUAL_ENV=$(abspath $(VENV)) $(UV) sync --quiet --active --compile-bytecode --frozen --inexact --no-dev
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	VIRTUAL_ENV=$(abspath $(VENV)) $(UV) sync --quiet --active --compile-bytecode --frozen --inexact
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	VIRTUAL_ENV=$(abspath $(VENV)) $(UV) sync --quiet --active --compile-bytecode --frozen --inexact --group bench
	@touch $@

# Two workers would compile the engine twice; this compiles it once, and what it says is a matter of the tests.
$(VENV)/.engine: $(VENV)/.dev $(wildcard src/reprieve/pkpd/*.py)
	-@$(BIN)/reprieve models check > /dev/null
	@touch $@

demo: $(VENV)/.core
	@$(BIN)/reprieve forecast --protocol sigtermans2009 --condition crps --weight 70 --pain 7.2 --age 45 --sex female --report reprieve-demo.html

quick: $(VENV)/.engine check
	$(PYTEST) tests/unit

test: $(VENV)/.engine check
	$(PYTEST)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python benchmarks/shell.py
	$(BIN)/python benchmarks/population.py

validate: $(VENV)/.dev
	$(BIN)/python validation/seed_stability.py
	$(BIN)/python validation/calibration.py

clean:
	rm -rf $(VENV)
