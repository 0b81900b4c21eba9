# Vouch: `make run` serves with demo data, `make test` tests the embedded size.
SHELL := /bin/bash
UV := .uv/bin/uv
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
.PHONY: install packages run test test-servers check bench faults secrets screenshots clean

install: packages .venv/.installed

packages:
	@bash tools/install_packages.sh

$(UV):
	@python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv

COMPILE := $(PY) -m compileall -q imaging ocr archive processing supervision api

.venv/.installed: pyproject.toml uv.lock | packages $(UV)
	@$(UV) sync --frozen --quiet --compile-bytecode && $(COMPILE) && touch $@

run: install
	@.venv/bin/vouch demo && exec .venv/bin/vouch serve

test: install
	@$(PY) -m pytest -n 2 --dist loadfile -m "not servers" $(ARGS)

test-servers: install
	@$(PY) tools/test_servers.py $(ARGS)

faults: install
	@$(PY) -m tools.faults $(ARGS)

secrets:
	@bash deploy/secrets.sh

check: install
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache \
	  && $(PY) -m pytest -q tests/unit/test_layout.py

bench: install
	@$(COMPILE) && $(PY) -m bench $(ARGS)

screenshots: install
	@$(PY) tools/screenshots.py

clean:
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis
