# Everything a newcomer needs: make run, make test. GNU Make 3.81 and a POSIX shell suffice.
# LINLI_PYTHON chooses another interpreter; ARGS is handed on, as in: make test ARGS=tests/running

.POSIX:
.PHONY: help run test lint format lock audit bench faults train fit eval clean

PYTHON = .venv/bin/python
PIP = $(PYTHON) -m pip --disable-pip-version-check -qq --no-input install --require-hashes
PYTEST = $(PYTHON) -m pytest

help:
	@echo 'make run     start everything and print the addresses to open'
	@echo 'make test    run every test'
	@echo 'make lint    check style, types and the import law'
	@echo 'make format  put the code in the agreed shape'
	@echo 'make bench   measure'
	@echo 'make faults  run the long tests that kill processes and break connections'
	@echo 'make train   learn the weights of the classifier from training/data'
	@echo 'make fit     fit the weights by which service items are found (3 minutes)'
	@echo 'make eval    measure how well lines are understood (ARGS=your_log.jsonl)'
	@echo 'make lock    choose newer libraries and write their hashes down'
	@echo 'make audit   ask which libraries have known holes (needs the network)'
	@echo 'make clean   remove the virtual environment and caches, never your data'

run: .venv/run.stamp
	@exec $(PYTHON) app.py run $(ARGS)

test: .venv/dev.stamp
	@$(PYTEST) -n 2 --dist loadgroup -m 'not faults' $(ARGS)

faults: .venv/dev.stamp
	@$(PYTEST) -m faults $(ARGS)

lint: .venv/dev.stamp
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

format: .venv/dev.stamp
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

bench: .venv/bench.stamp
	@exec $(PYTHON) -m bench $(ARGS)

train: .venv/dev.stamp
	@$(PYTHON) -m training.train $(ARGS)

fit: .venv/dev.stamp
	@$(PYTHON) -m training.fit_retrieval $(ARGS)

eval: .venv/dev.stamp
	@$(PYTHON) -m training.evaluate $(ARGS)

# One lock serves Python 3.11 to 3.14 on Linux and macOS. It names no index, so any mirror will do.
lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv: see https://docs.astral.sh/uv/'; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --upgrade --output-file requirements.lock pyproject.toml
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --constraint requirements.lock --group dev \
		--output-file requirements-dev.lock pyproject.toml
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --constraint requirements-dev.lock --group bench \
		--output-file requirements-bench.lock pyproject.toml

# --strict: what cannot be looked up is a failure; without it pip-audit says that nothing is known.
audit: .venv/dev.stamp
	@$(PYTHON) -m pip_audit --strict --disable-pip --require-hashes -r requirements.lock $(ARGS) || { \
		echo 'make audit: failed. A table above names known holes: mend them (make lock). Without a table nothing is'; \
		echo 'known: the service of known holes could not be asked (ARGS="-s osv" asks another). Audit where it can be.'; \
		exit 1; }

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run.stamp: requirements.lock .venv/bin/python
	@echo 'Installing the libraries of requirements.lock (once) ...'
	@$(PIP) -r requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/bin/python
	@echo 'Installing the libraries of requirements-dev.lock (once) ...'
	@$(PIP) -r requirements-dev.lock
	@touch $@

.venv/bench.stamp: requirements-bench.lock .venv/dev.stamp
	@echo 'Installing what the bench compares with (once) ...'
	@$(PIP) -r requirements-bench.lock
	@touch $@

# A link to an interpreter that is gone counts as missing, so the environment is then made anew.
.venv/bin/python:
	@$(call make_venv,$(shell $(FIND_PYTHON)))

# $(error) rather than a failing command, so that what to do is the only line shown.
make_venv = $(if $(findstring !,$(1)),$(error $(subst !,,$(1))),"$(1)" -m venv --clear .venv)

# Prints the first interpreter that is new enough and can make an environment, else ! and what to do.
FIND_PYTHON = bare=; \
	if [ -n "$$LINLI_PYTHON" ]; then set -- "$$LINLI_PYTHON"; \
	else set -- python3.14 python3.13 python3.12 python3.11 python3; fi; \
	for python; do \
		"$$python" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))" 2>/dev/null || continue; \
		if "$$python" -c "import ensurepip, venv" 2>/dev/null; then echo "$$python"; exit; fi; \
		bare=$${bare:-$$python}; \
	done; \
	if [ -n "$$bare" ]; then \
		version=`"$$bare" -c "import sys; print('%d.%d' % sys.version_info[:2])"`; \
		echo "!$$bare lacks ensurepip: install it (Debian, Ubuntu: sudo apt install python$$version-venv) and try again"; \
	elif [ -n "$$LINLI_PYTHON" ]; then \
		echo "!LINLI_PYTHON is $$LINLI_PYTHON but must be a Python from 3.11 to 3.14: set another one or none"; \
	else \
		echo "!Python 3.11 to 3.14 is needed: install it (Debian, Ubuntu: sudo apt install python3-venv; macOS: brew install python) or set LINLI_PYTHON"; \
	fi
