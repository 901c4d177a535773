# SPDX-License-Identifier: Apache-2.0
# The front door. `make help` lists the targets.
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
MINUTES ?= 10
IMAGES ?= 2000
ROUNDS ?= 3
THREADS ?= 2

.PHONY: deps
deps: ## Install what is missing: system packages, .venv/core
	@tools/deps.sh system test
	@tools/deps.sh python core

.PHONY: deps-parity
deps-parity: deps ## Install what the heavy tests need: Java, an S3 server, .venv/parity
	@tools/deps.sh system heavy
	@tools/deps.sh python parity
	@tools/deps.sh maven s3proxy

.PHONY: deps-spark
deps-spark: deps-parity ## Install what test-spark needs: YARN, s3a, .venv/spark35
	@tools/deps.sh python spark35
	@tools/deps.sh maven s3a s3proxy yarn

.PHONY: deps-emr
deps-emr: deps-parity ## Install what test-emr needs: YARN, s3a, .venv/emr
	@tools/deps.sh python emr
	@tools/deps.sh maven s3a s3proxy yarn

.PHONY: deps-rivals
deps-rivals: deps-parity ## Install what bench-rivals measures: .venv/rivals, SynapseML
	@tools/deps.sh python rivals
	@tools/deps.sh maven synapseml

.PHONY: deps-lint
deps-lint: deps ## Install the formatters and checkers: .venv/lint
	@tools/deps.sh python lint

.PHONY: lock
lock: deps-lint ## Compile deps/python/*.in to locks (LOCK_FLAGS=--upgrade for newer versions)
	tools/lock.sh $(LOCK_FLAGS)

.PHONY: program
program: ## Build only the program, at build/verger, without ONNX; install only what that needs
	@tools/deps.sh system
	@tools/deps.sh python core build
	@JOBS=$(JOBS) tools/build.sh program

.PHONY: build
build: deps ## Build the program, at build/verger, the unit tests and the Python package
	@JOBS=$(JOBS) tools/build.sh all

.PHONY: wheel
wheel: ## Build the Python package's wheel, with the program, into dist/ (PYTHON=python3)
	@tools/portable.sh wheel

.PHONY: bundle
bundle: ## Pack the program for machines without Python or anything else of it (ARCH=aarch64), into dist/
	@tools/portable.sh bundle

.PHONY: dist
dist: ## Leave in dist/ the bundles, the wheels, their SBOM and SHA256SUMS
	@tools/portable.sh dist

.PHONY: demo
demo: program ## Render a sample orchard, run the whole chain on it and show the result
	@tools/demo.sh

.PHONY: test
test: ## Build, then run the unit tests, the Python tests and each fuzz target for 10 s
	@tools/run_tests.sh quick

.PHONY: test-heavy
test-heavy: ## Sanitizers, comparisons with Keras, Pillow, scikit-learn and Spark, test-spark, test-emr
	@tools/run_tests.sh heavy

.PHONY: test-spark
test-spark: ## The package in Spark: estimators, the job killed and resumed, on S3 and on clusters
	@tools/run_tests.sh spark

.PHONY: test-emr
test-emr: ## The life of EMR clusters, and its dress rehearsal on YARN and in a bare root (needs root)
	@tools/run_tests.sh emr

.PHONY: fuzz
fuzz: deps ## Look for inputs that crash, for MINUTES=10 in all, shared out among the targets
	@tools/run_tests.sh fuzz $(MINUTES)

.PHONY: parity
parity: build deps-parity ## Compare with the references and write docs/parity.md
	@rm -rf build/parity
	.venv/parity/bin/python -m pytest tests/parity
	.venv/parity/bin/python tests/parity/report.py docs/parity.md

.PHONY: reference
reference: build ## Write docs/reference-cli.md, reference-emr.md and reference-python.md anew
	@tools/deps.sh python emr
	@python3 tools/reference_cli.py
	@.venv/emr/bin/python tools/reference_emr.py
	@python3 tools/reference_python.py

.PHONY: test-fresh
test-fresh: ## Prove make demo and make test in a bare Debian root (needs root)
	@tools/fresh.sh

.PHONY: bench
bench: build deps-parity ## Measure against the rivals, after checking the answers
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench --parallel $(JOBS)
	@bench/run.sh

.PHONY: bench-scale
bench-scale: build deps-spark ## A million images, 65,536 shards, and the memory of listing 10^8 keys
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench --parallel $(JOBS) --target verger_listing verger_fill_shards
	@bench/run.sh scale

.PHONY: bench-spark
bench-spark: build deps-spark ## The same for the package in Spark, beside pandas UDFs and Spark ML
	@bench/run.sh spark

.PHONY: bench-rivals
bench-rivals: build deps-rivals ## Extract beside other ways (IMAGES=2000 ROUNDS=3; THREADS=1 pins all to a core)
	@bench/run.sh rivals --images $(IMAGES) --rounds $(ROUNDS) --threads $(THREADS)

.PHONY: bench-guard
bench-guard: deps ## Count a fixed workload's instructions, beside the release's (UPDATE=1 stores them)
	@tools/deps.sh system guard
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench --parallel $(JOBS) --target verger_guard
	@.venv/core/bin/python bench/guard/guard.py build/bench/bench/guard/verger_guard \
	  $(if $(UPDATE),--update)

.PHONY: format
format: deps-lint ## Format every tracked source file
	@tools/lint.sh format

.PHONY: lint
lint: deps-lint ## Check format, sizes, scripts, Python and, with clang-tidy, C++
	@tools/lint.sh check

.PHONY: install
install: build ## Install the program and the libraries it needs (PREFIX=/usr/local)
	@cmake --install build/release --prefix "$(PREFIX)"

.PHONY: clean
clean: ## Remove build/ and dist/; the environments in .venv stay
	rm -rf build dist

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18
