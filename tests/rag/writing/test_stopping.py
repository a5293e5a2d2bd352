"""Models are asked on one loop, however many ask at once."""

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from rag.writing.stopping import AnswerStoppedError, Stop, iterate

CODE = """
import asyncio, threading, time
from rag.writing.stopping import Stop, wait_for

begin = asyncio.new_event_loop

def begin_slowly():
    time.sleep(0.1)
    return begin()

asyncio.new_event_loop = begin_slowly

async def ask():
    return "said"

askers = [threading.Thread(target=lambda: wait_for(ask, Stop())) for _ in range(8)]
for asker in askers:
    asker.start()
for asker in askers:
    asker.join()
print(sum(thread.name == "models" for thread in threading.enumerate()))
"""


def test_all_that_ask_at_first_share_one_loop():
    program = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True
    )
    assert program.stdout.strip() == "1"


def test_what_overhears_that_it_was_stopped_is_told_again():
    """As ``asyncio.wait_for`` does, where a piece comes at the same moment."""
    begun, closed, stop = threading.Event(), threading.Event(), Stop()

    async def write():
        try:
            with suppress(asyncio.CancelledError):
                begun.set()
                await asyncio.sleep(60)
            yield "a piece that came with it"
            await asyncio.sleep(60)
        finally:
            closed.set()

    with ThreadPoolExecutor(1) as own:
        read = own.submit(list, iterate(write(), stop))
        assert begun.wait(10)
        stop.set()
        assert isinstance(read.exception(10), AnswerStoppedError)
    assert closed.wait(10)
