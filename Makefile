# Two commands do all the set-up on a fresh machine: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
PORT ?= 8000
EXAMPLE ?= examples/catalog/app.py
export CARGO_TERM_COLOR ?= auto

.DEFAULT_GOAL := help
.PHONY: help python build run test format wheel bench bench-web bench-language bench-build clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

python: ## provide the free-threaded interpreter and print its path
	@scripts/python

build: ## build the release command line and the runtime
	@scripts/build

run: build ## build the catalog example and serve it (PORT=8000, EXAMPLE=path/to/app.py)
	@scripts/serve $(EXAMPLE) $(PORT)

test: ## format, lint and every test, closing with a summary line
	@scripts/test

wheel: ## build the Python package with runtime and command line into dist/
	@scripts/wheel

bench: bench-web bench-language bench-build ## measure everything and write docs/benchmarks.md

bench-web: build ## measure web servers against the same service by hand on axum
	@benches/web.py --write

bench-language: build ## measure typed programs against the interpreter and other compilers
	@benches/language.py --write

bench-build: build ## measure what building costs
	@benches/build.py --write

format: ## rewrite Rust sources in the standard format
	cargo fmt --all

clean: ## remove what builds made (the cached interpreter stays)
	cargo clean
	rm -rf examples/*/.tayberry python/tayberry/_runtime.*.so
