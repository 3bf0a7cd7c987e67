PYTHON ?= python3
PORT ?= 8000
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.DELETE_ON_ERROR:
.PHONY: help run test check format lock bench machine

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 18

run: ASKED = --port='$(PORT)'
run: machine  ## try the site on 127.0.0.1:PORT (default 8000)
	@$(MAKE) --silent .env .venv/installed
	@exec .venv/bin/python manage.py trial --port $(PORT) --with-parent

test: machine .env .venv/installed-dev  ## run every test, on PostgreSQL too where TEST_DATABASE_URL names one
	@.venv/bin/python -m tests

check: machine .env .venv/installed-dev  ## format, lint, types, templates, migrations
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy chatsite conversations tests manage.py
	git ls-files -z 'templates/*.html' | xargs -0 .venv/bin/djade --check --target-version 5.2
	.venv/bin/python manage.py check --fail-level WARNING
	.venv/bin/python manage.py makemigrations --check --dry-run

format: machine .venv/installed-dev  ## put code and templates into their form
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format --quiet .
	git ls-files -z 'templates/*.html' | xargs -0 .venv/bin/djade --target-version 5.2

lock: machine .venv/installed-dev  ## write the locks anew from pyproject.toml; UPGRADE=--upgrade takes newer releases
	$(LOCK) $(UPGRADE) pyproject.toml --output-file requirements.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

bench: machine .env .venv/installed-dev  ## measure deltas, questions, open streams, stops and crashes; ten minutes
	.venv/bin/python -m tests.benchmarks

machine:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -m chatsite.operations.preflight $(ASKED)

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50) + "\nDEBUG=on")' > $@

.venv/installed: requirements.txt
	@echo "Installing what requirements.txt locks …"
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt
	@echo "Installing what requirements-dev.txt locks …"
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements-dev.txt
	@touch $@
