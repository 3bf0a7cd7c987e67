PYTHON ?= python3
PORT ?= 8000
MINUTES ?= 60
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes
CATALOGUES = $(wildcard chatsite/locale/*/LC_MESSAGES/django.po)
COMPILED = $(CATALOGUES:.po=.mo)
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
.DELETE_ON_ERROR:
.PHONY: help run test check format messages lock bench bench-browser fuzz pictures preflight

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 22

run: PREFLIGHT_OPTIONS = --port='$(PORT)'
run: preflight  ## run the site on 127.0.0.1:PORT (default 8000), for trial and development
	@$(MAKE) --silent .env .venv/installed
	@$(MAKE) --silent $(COMPILED)
	@exec .venv/bin/python manage.py trial --port $(PORT) --with-parent

test: preflight .env .venv/installed-dev $(COMPILED)  ## run every test; on PostgreSQL too if TEST_DATABASE_URL is set
	@.venv/bin/python -m tests

check: preflight .env .venv/installed-dev $(COMPILED)  ## check format, lint, types, templates and migrations
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy chatsite conversations tests manage.py
	git ls-files -z 'templates/*.html' | xargs -0 .venv/bin/djade --check --target-version 5.2
	.venv/bin/python manage.py check --fail-level WARNING
	.venv/bin/python manage.py makemigrations --check --dry-run

format: preflight .venv/installed-dev  ## format code and templates
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format --quiet .
	git ls-files -z 'templates/*.html' | xargs -0 .venv/bin/djade --target-version 5.2

messages: preflight .env .venv/installed-dev  ## update the catalogues of translations, and list what to translate; ADD=fr begins one
	@.venv/bin/python manage.py makemessages $(if $(ADD),--add $(ADD))

lock: preflight .venv/installed-dev  ## update the lock files from pyproject.toml; UPGRADE=--upgrade takes newer releases
	$(LOCK) $(UPGRADE) pyproject.toml --output-file requirements.txt
	$(LOCK) $(UPGRADE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

bench: preflight .env .venv/installed-dev $(COMPILED)  ## measure deltas, questions, open streams, stops and crashes; takes ten minutes
	.venv/bin/python -m tests.benchmarks

bench-browser: preflight .env .venv/installed-dev $(COMPILED)  ## measure the page in a browser beside other ways to render; takes ten minutes
	.venv/bin/python -m tests.benchmarks.browser

fuzz: preflight .env .venv/installed-dev $(COMPILED)  ## search for what breaks a reply: MINUTES (default 60), SEED (default new)
	.venv/bin/python -m tests.fuzz --minutes $(MINUTES) --seed '$(SEED)'

pictures: preflight .env .venv/installed-dev $(COMPILED)  ## take the pictures of README.md and docs/states.md
	PICTURES=docs .venv/bin/python -m pytest -q tests/browser/test_pictures.py tests/browser/test_states.py

preflight:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -m chatsite.operations.preflight $(PREFLIGHT_OPTIONS)

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50) + "\nDEBUG=on")' > $@

%.mo: %.po
	@.venv/bin/python manage.py compilemessages

.venv/installed: requirements.txt
	@echo "Installing requirements.txt …"
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt
	@echo "Installing requirements-dev.txt …"
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	@$(PIP) -r requirements-dev.txt
	@touch $@
