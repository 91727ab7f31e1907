# The commands of this repository. Each makes what it needs, once.

PYTHON ?= python3
BIN := .venv/bin
TREE := .cache/tree/ansible_collections/imanage/control_center
SANDBOX_PORT ?= 8800
LOCK := tests/requirements/lock.txt

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.cache/tree
export PYTHONPATH := $(CURDIR)/tests

.PHONY: help demo sandbox unit test test-all test-deep kills faults long-run browser coverage mutants molecule changelog pictures docs lint gates \
	matrix lowest lock bench clean

help:
	@echo "make demo     preview and onboard five tenants against a sandbox Control Center"
	@echo "make sandbox  run the sandbox and its pages on port $(SANDBOX_PORT) until you stop it, with an inventory for a rehearsal"
	@echo "              (TENANTS=200 for as many tenants of every kind, TENANTS=file.yml for your own)"
	@echo "make unit     run the tests that need no server, in half a minute"
	@echo "make test     run the tests in a few minutes, without the sweeps (or all of what ARGS names)"
	@echo "make test-all run all tests, the sweeps too"
	@echo "make test-deep try the properties on many more examples, of a random seed (or of SEED=number)"
	@echo "make kills    kill runs over 20 tenants at 70 moments, and let the next run complete them"
	@echo "make browser  install Chromium, for the tests of pages (as root, on Debian or Ubuntu)"
	@echo "make coverage which lines and branches the tests go through, in process and in modules"
	@echo "make mutants  plant faults in the decisions and see whether tests notice"
	@echo "make molecule play the role on a sandbox with Molecule: onboard, again, audit, offboard (or only ARGS=converge)"
	@echo "make lint     run all linters"
	@echo "make gates    run linters, ansible-test of every core, galaxy-importer, build the site, install what Galaxy gets (or only ARGS)"
	@echo "make matrix   run all tests on every ansible-core and Python (MATRIX=\"2.18 2.21-py3.12\" for some)"
	@echo "make lowest   run all tests with the lowest versions that are allowed"
	@echo "make lock     look for newer releases of what developers use, and pin them"
	@echo "make bench    measure how fast it is (BENCH=full for the whole table, BENCH=100 for 100 tenants)"
	@echo "make faults   meet every fault on every call, and write the table of tests/reliability/README.md"
	@echo "make long-run onboard 300 tenants three times among random faults, and once without"
	@echo "make docs     build the site of the guides and of every module"
	@echo "make changelog turn the fragments into the notes of the release that galaxy.yml names"
	@echo "make pictures take the pictures of the README again, with Chromium"
	@echo "make clean    remove what these commands made"

demo: .venv/demo.done
	$(BIN)/python demo/demo.py

sandbox: .venv/demo.done
	$(BIN)/python -m sandbox --tenants $(or $(TENANTS),tests/sandbox/demo.yml) $(if $(SEED),--seed $(SEED)) \
		--inventory rehearsal --port $(SANDBOX_PORT)

unit: .venv/test.done
	$(BIN)/python -m pytest -n auto tests/unit -m "not sweep" $(ARGS)

# What somebody names is run whole, sweep or not. pyproject.toml says what a sweep is.
test: .venv/test.done
	$(BIN)/python -m pytest -n auto $(or $(ARGS),-m "not sweep")

test-all: .venv/test.done .venv/molecule.done
	$(BIN)/python -m pytest -n auto $(ARGS)

# A seed that found something is a test to write.
test-deep: SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
test-deep: .venv/test.done
	@seed=$(SEED); echo "The seed is $$seed; make test-deep SEED=$$seed tries the same examples."; \
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n auto -m "deep or hypothesis" --hypothesis-seed=$$seed $(ARGS)

kills: .venv/test.done
	KILLS=70 $(BIN)/python -m pytest -n auto -rP tests/integration/test_kills.py $(ARGS)

# Tests of pages are left out where there is none.
browser:
	@command -v chromium || apt-get install --yes --no-install-recommends chromium

coverage: .venv/test.done .venv/coverage.done
	rm -f .cache/coverage*
	$(BIN)/coverage run -m pytest -n auto $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: .venv/test.done .venv/mutants.done
	$(BIN)/python tests/mutation/mutants.py $(ARGS)

# Molecule calls the programs of Ansible by their names. By itself it would leave its files in the home directory.
molecule: .venv/molecule.done
	PATH="$(CURDIR)/$(BIN):$$PATH" MOLECULE_EPHEMERAL_DIRECTORY="$(CURDIR)/.cache/molecule" $(BIN)/molecule $(or $(ARGS),test)

bench: .venv/test.done
	$(BIN)/python tests/performance/bench.py

faults: .venv/test.done
	$(BIN)/python -m reliability

long-run: .venv/test.done
	$(BIN)/python -m reliability.long_run

pictures: .venv/test.done
	PYTHONPATH=$(PYTHONPATH):.cache/tree $(BIN)/python -m documents.pictures

# Where Ansible finds the collection, whose plugins it lists.
changelog: .venv/lint.done
	cd $(TREE) && PATH="$(CURDIR)/$(BIN):$$PATH" antsibull-changelog release

docs: .venv/docs.done
	$(BIN)/python -m documents.site

lint: .venv/lint.done .venv/demo.done
	$(BIN)/python -m gates lint $(ARGS)

gates: .venv/lint.done .venv/gates.done .venv/docs.done .venv/demo.done
	$(BIN)/python -m gates gates $(ARGS)

matrix: .venv/demo.done
	MATRIX="$(MATRIX)" $(BIN)/python -m gates matrix $(ARGS)

lowest: .venv/demo.done .venv/uv.done
	$(BIN)/python -m gates lowest $(ARGS)

# For every Python that is supported, at once.
lock: .venv/uv.done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --custom-compile-command "make lock" \
		--output-file $(LOCK) $(filter-out $(LOCK),$(wildcard tests/requirements/*.txt))

clean:
	rm -rf .venv .cache demo-report rehearsal .pytest_cache .ruff_cache .hypothesis

# One environment; each command adds its part.
.venv/%.done: tests/requirements/%.txt requirements.txt $(LOCK) | .venv/python.done $(TREE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint $(LOCK) --requirement $<
	@touch $@

.venv/test.done: .venv/demo.done

.venv/python.done:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11. Name a newer one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments. Install its venv package (python3-venv on Debian)."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# Ansible finds a collection only below .../ansible_collections/imanage/control_center.
$(TREE):
	@mkdir -p $(@D)
	@ln -sfn "$(CURDIR)" $@
