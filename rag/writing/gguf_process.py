"""The process that serves one model file; it ends with the program that started it.

Run as a file by ``rag.writing.gguf_server``, so it imports nothing of Jawab. The order is a line of
JSON on stdin, the reply one on stdout; the end of stdin is the end of that program, however it
ended.
"""

import json
import os
import signal
import sys
import threading
from typing import Any


def main() -> None:
    """Serve the model that stdin names, until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that asks
    order = json.loads(sys.stdin.buffer.readline())
    # From here on, as a large file takes minutes to load.
    parent = threading.Thread(target=_end_with_stdin, daemon=True)
    parent.start()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)  # what llama.cpp prints is no reply
        server = _serve(order["path"], order["key"], order["window"])
        json.dump({"address": server.listening_address}, replies)
    parent.join()


def _serve(path: str, key: str, window: int) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.n_ctx = window
    parameters.n_parallel = 1
    parameters.verbosity = 1  # errors only
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # one that is free
    parameters.api_keys = [key]
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)


def _end_with_stdin() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)  # at once: llama.cpp may be in the middle of an answer


if __name__ == "__main__":
    main()
