# The front door. `make help` lists the targets.
SHELL := bash
.DEFAULT_GOAL := help

.PHONY: deps
deps: ## Install what is missing: system packages, .venv/core
	@tools/deps.sh system
	@tools/deps.sh python core

.PHONY: deps-parity
deps-parity: deps ## Install what parity and the heavy tests need: Java, .venv/parity
	@tools/deps.sh system heavy
	@tools/deps.sh python parity

.PHONY: deps-lint
deps-lint: deps ## Install the formatters and checkers: .venv/lint
	@tools/deps.sh python lint

.PHONY: lock
lock: deps-lint ## Compile deps/python/*.in to locks with hashes (LOCK_FLAGS=--upgrade for newer versions)
	tools/lock.sh $(LOCK_FLAGS)

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18
