# make help tells what there is. The work itself is done by small scripts in bin/.
.DEFAULT_GOAL := help
.PHONY: help run setup test lint fast postgresql documents browser crash bench trust format translations lock clean

help: ## tell what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: ## set up what is missing and serve the academy on http://127.0.0.1:8000 (PORT=9000 changes it)
	@bin/run

setup: ## only install what tests and development need
	@bin/setup test

test: ## set up what is missing and run everything that CI runs
	@bin/test

lint: ## format, lint, types, templates, translations, wheel
	@bin/test lint

fast: ## the tests that need no browser, PDF tools or PostgreSQL
	@bin/test fast

postgresql: ## services and migrations on PostgreSQL
	@bin/test postgresql

documents: ## PDFs judged by veraPDF, every migration
	@bin/test documents

browser: ## the journeys and every page in Chromium, with axe
	@bin/test browser

crash: ## kill the worker at random moments
	@bin/test crash

trust: ## prove the promises of docs/trust.csv on both databases, a row for each
	@bin/trust

bench: ## measure the pages: JSON lines with time, statements and bytes
	@bin/bench

format: ## format the Python code
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .

translations: ## bring the translation catalogues up to date with the sources
	@bin/translations update

lock: ## write the locks anew from pyproject.toml and package.json
	@bin/lock

clean: ## remove what set-up and tools made; var/ with all data stays
	@rm -rf .venv .node node_modules academy/static/vendor .pytest_cache .mypy_cache .ruff_cache .hypothesis
