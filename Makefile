# Everything runs in a virtual environment of its own below .venv, made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRIALS := residuals tampering drawn_models branches explanations stress doubt fuzz slips kills interrupts full_disk together interpreters

.PHONY: japan test random lint types tables levers docs benchmark trust fuzz clean

japan: $(VENV)/run-ready          ## solve all strategies of the Japan model
	$(BIN)/bichiku run models/japan

test: $(VENV)/test-ready          ## run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

random: $(VENV)/test-ready        ## run the tests on drawn models with other draws than last time
	$(BIN)/python -m pytest -n auto --dist worksteal -m hypothesis --hypothesis-profile=random

lint: $(VENV)/test-ready          ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test-ready         ## check types
	$(BIN)/mypy

tables: $(VENV)/run-ready         ## make the Japan model's tables from data/ again
	$(BIN)/python data/japan/make_tables.py

levers: $(VENV)/test-ready         ## solve what stands in models/japan/README.md, and write its tables; an hour
	$(BIN)/python -m trials.japan_levers --write
	$(BIN)/python -m trials.japan_tables --write

docs: $(VENV)/run-ready           ## write the reference tables of docs/ from what the code declares
	$(BIN)/python docs/reference.py

trust: $(VENV)/benchmark-ready     ## run the trials behind docs/trust.md; hours, and full_disk needs root
	for trial in $(TRIALS); do $(BIN)/python -m trials.$$trial --write || exit 1; done
	$(BIN)/python benchmarks/solvers.py --write
	$(BIN)/python -m trials.promises --write

fuzz: $(VENV)/test-ready          ## read 100,000 spoilt inputs
	$(BIN)/python -m trials.fuzz --write

benchmark: $(VENV)/benchmark-ready ## measure how time and memory grow, a sweep, and other solvers
	$(BIN)/python benchmarks/scaling.py
	$(BIN)/python -m benchmarks --full
	$(BIN)/python benchmarks/branches.py
	$(BIN)/python benchmarks/solvers.py

$(VENV)/pip-ready:
	$(PYTHON) -c 'import sys; sys.exit("bichiku needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/run-ready: $(VENV)/pip-ready pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/test-ready: $(VENV)/pip-ready pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	$(BIN)/python -m compileall -q src # hundreds of processes load it, and not all may write what they compile
	touch $@ $(VENV)/run-ready

$(VENV)/benchmark-ready: $(VENV)/pip-ready pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,benchmark]'
	touch $@ $(VENV)/run-ready $(VENV)/test-ready

clean:
	rm -rf $(VENV)
