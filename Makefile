# One command each; every one does all the set-up it needs. Wants Python 3.11 with pip, and nothing else.

# Which Python makes the environment.
PYTHON ?= python3.11
# Where torch comes from; empty: pip's own index, whose Linux build brings CUDA along (several GB). Without a GPU say
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Where base models are kept, shared by all clones of a user.
FINEWRIGHT_HOME ?= $(HOME)/.finewright
# Published data that some tests and proofs read; the tests skip, with a reason, where it is absent.
FINEWRIGHT_SHARED ?= $(abspath ../shared/data)
# Test processes side by side.
WORKERS ?= 2
# More for pytest, such as PYTEST='tests/base -x'.
PYTEST ?=

export FINEWRIGHT_HOME FINEWRIGHT_SHARED

BIN := .venv/bin
READY := .venv/.ready
PULLED := $(FINEWRIGHT_HOME)/.pulled-by-make
BASES := smollm2-135m minilm-l6
TORCH := $(shell grep '^torch==' constraints.txt)
PEERS := .venv-peers/bin
PEERS_READY := .venv-peers/.ready
# The peers' libraries find no network and report nothing to anyone.
SILENT := HF_HUB_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 HF_DATASETS_OFFLINE=1 DO_NOT_TRACK=1 WANDB_MODE=disabled

.PHONY: help demo test lint fix bench parity peers prove table clean
.DEFAULT_GOAL := help

help:  ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(PULLED)  ## Make an example corpus, tune on it, and compare: some ten minutes on two cores
	@test -e demo/recipe.yaml || $(BIN)/finewright data demo demo
	$(BIN)/finewright run demo/recipe.yaml

test: $(PULLED)  ## Run all tests, without network
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations 5 $(PYTEST)

lint: $(READY)  ## Check style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)  ## Mend what can be mended by itself, and renew docs/recipe.md
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m finewright.base.recipe_docs > docs/recipe.md.new
	mv docs/recipe.md.new docs/recipe.md

bench: $(PULLED) $(PEERS_READY)  ## Time the parts of the spine, the data room, and detection beside Presidio; writes dated JSON
	$(BIN)/python benchmarks/spine.py
	$(BIN)/python benchmarks/rows.py
	$(BIN)/python benchmarks/privacy.py --parts throughput

parity: $(PEERS_READY)  ## Ask TRL and transformers anew what the parity tests expect; writes tests/parity/expected
	$(SILENT) $(PEERS)/python benchmarks/parity.py

peers: $(PULLED) $(PEERS_READY)  ## Training beside TRL, scoring beside transformers and lm-eval: hours; writes dated JSON and RESULTS.md
	$(BIN)/python benchmarks/sft.py --tune --workloads a c d
	$(BIN)/python benchmarks/sft.py --full-check --workloads a
	$(BIN)/python benchmarks/sft.py
	$(BIN)/python benchmarks/score.py --tune
	$(BIN)/python benchmarks/score.py
	$(BIN)/python benchmarks/agree.py
	$(BIN)/python benchmarks/encoder.py
	$(BIN)/python benchmarks/dpo.py --tune
	$(BIN)/python benchmarks/dpo.py --full-check --workloads labels
	$(BIN)/python benchmarks/dpo.py
	$(BIN)/python benchmarks/grpo.py --tune
	$(BIN)/python benchmarks/grpo.py
	$(BIN)/python benchmarks/grpo.py --natural
	$(BIN)/python benchmarks/score.py --rows 3080 --peers --repeats 1
	$(BIN)/python benchmarks/choices.py --tune
	$(BIN)/python benchmarks/choices.py
	$(BIN)/python benchmarks/results_table.py

table: $(READY)  ## Write benchmarks/RESULTS.md anew from the newest result files
	$(BIN)/python benchmarks/results_table.py

prove: $(PULLED) $(PEERS_READY)  ## The long proofs (some four hours): ways to learn, preferences, rewards, resuming; writes dated JSON
	$(BIN)/python benchmarks/resume.py
	$(BIN)/python benchmarks/prove.py
	$(BIN)/python benchmarks/sweep.py
	$(BIN)/python benchmarks/methods.py
	$(BIN)/python benchmarks/pretraining.py
	$(BIN)/python benchmarks/frozen.py
	$(BIN)/python benchmarks/preferences.py
	$(BIN)/python benchmarks/reinforce.py
	$(BIN)/python benchmarks/distil.py
	$(BIN)/python benchmarks/retrieve.py --parts tatqa
	$(BIN)/python benchmarks/rag.py
	$(BIN)/python benchmarks/privacy.py --parts presidio finance
	$(BIN)/python benchmarks/privacy.py --parts presidio --half final
	PYTHONPATH=tests $(BIN)/python benchmarks/fuzz.py --cases 10000
	$(BIN)/python benchmarks/scrubbed.py
	$(BIN)/python benchmarks/audit.py
	$(BIN)/python benchmarks/redteam.py
	$(BIN)/python benchmarks/labels.py --by frozen
	$(BIN)/python benchmarks/judge.py
	$(BIN)/python benchmarks/results_table.py

clean:  ## Remove caches and the demo; the environment and the stored bases stay
	rm -rf demo build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(READY): constraints.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(BIN)/pip install --quiet -r constraints.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(PEERS_READY): benchmarks/peers.txt
	test -x $(PEERS)/python || $(PYTHON) -m venv .venv-peers
	$(PEERS)/pip install --quiet $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(PEERS)/pip install --quiet --no-deps -r benchmarks/peers.txt
	touch $@

$(PULLED): $(READY)
	$(BIN)/finewright models pull $(BASES)
	touch $@
