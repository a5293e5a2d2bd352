"""Models are asked on one loop, however many ask at once."""

import subprocess
import sys

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
