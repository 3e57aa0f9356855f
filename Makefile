# make demo   audit the bundled pair and say where its report is
# make test   the tests
# make fixtures   render one piece of the fixtures again (PIECE=eternity-1) and compare it with the committed one
# make docs   write docs/policy.md and the JSON Schema files anew from the code
# make accuracy   error rates over the committed set: writes docs/accuracy.md
# All make .venv first; PYTHON=python3.12 picks another interpreter (3.11 or newer).

PYTHON ?= python3
BIN := .venv/bin
PIECE ?= eternity-1

.PHONY: demo test docs fixtures accuracy clean

demo: .venv/installed
	@echo "Auditing fixtures/first: a ring, and a retouch of it that lost a prong."
	@code=0; $(BIN)/fidelity check fixtures/first/original.jpg fixtures/first/prong_missing.jpg \
	  --report first-report.html || code=$$?; \
	if [ $$code -ne 1 ]; then echo "expected the verdict fail (exit code 1), got exit code $$code"; exit 1; fi
	@echo
	@echo "fidelity answered with exit code 1, which is right: a prong is gone. Open the report in a browser:"
	@echo "$(CURDIR)/first-report.html"

test: .venv/developed
	$(BIN)/python -m pytest -n 2

docs: .venv/developed
	$(BIN)/python -m fidelity.policy
	$(BIN)/python -m fidelity.schemas

fixtures: .venv/studio
	$(BIN)/python -m fixtures.studio.again --piece $(PIECE)

accuracy: .venv/developed
	$(BIN)/python benchmarks/accuracy.py

clean:
	rm -rf .venv first-report.html

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("fidelity needs Python 3.11 or newer: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/developed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ .venv/installed

.venv/studio: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[studio]'
	@touch $@
