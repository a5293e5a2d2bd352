"""The served page and the browser that opens it."""

import json
import multiprocessing
import os
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from ui.__main__ import main

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium refuses to focus a field in a page that is not in front, and a page that is left takes
# its requests back, such as the poll for a running indexing; harmless.
HARMLESS = ("Autofocus processing was blocked", "Method not implemented", "AbortError")
DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
# A served page is a copy of a process that has imported these: half of the time of its start.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["gradio", "rag.assistant", "langchain_openai"])


def chromium():
    """Return the path of an installed browser, or None."""
    found = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROMIUM") or next(filter(None, found), None)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def served(index, log, *options, port=None, folder=None):
    """Serve an index with `jawab chat`, run in a folder, and yield its address."""
    port = port or free_port()
    arguments = ["chat", "--index", str(index), "--port", str(port), *options]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    process = FORKS.Process(target=_chat, args=(arguments, environment, folder or Path.cwd(), log))
    process.start()
    try:
        address = f"http://127.0.0.1:{port}/"
        _wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        process.join(10)
        process.kill()
        process.join()


def _chat(arguments, environment, folder, log):
    """Be `jawab` from here on, in a process that has imported most of it already."""
    with log.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["jawab", *arguments]
    main()


def _wait_for(address, process, log):
    deadline = time.monotonic() + 120
    while True:
        with suppress(OSError):
            try:
                urllib.request.urlopen(address, timeout=2).read()
            except urllib.error.HTTPError as refused:  # it is up, and lets in none but others
                refused.close()
            return
        assert process.is_alive(), log.read_text(encoding="utf-8")[-3000:]
        assert time.monotonic() < deadline, "the page did not come up in two minutes"
        time.sleep(0.1)


@contextmanager
def behind_proxy(address, path):
    """Offer a served page under a path of another address, as nginx would; yield that."""
    inner = urlsplit(address)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            connection = HTTPConnection(inner.hostname, inner.port, timeout=60)
            headers = {**self.headers, "X-Forwarded-Host": self.headers["Host"]}
            connection.request(self.command, self.path.removeprefix(path), body, headers)
            reply = connection.getresponse()
            self.send_response(reply.status)
            for name, value in reply.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("connection", "close")
            self.end_headers()
            with closing(connection), suppress(OSError, HTTPException):
                while piece := reply.read1(65536):
                    self.wfile.write(piece)
                    self.wfile.flush()

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}/"
    finally:
        server.shutdown()
        server.server_close()


def called(address, name, *arguments):
    """Call an endpoint as curl would: start it, then read its result."""
    body = json.dumps({"data": list(arguments)}).encode()
    request = urllib.request.Request(
        f"{address}gradio_api/call/{name}", body, {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{address}gradio_api/call/{name}/{event}", timeout=60) as reply:
        lines = reply.read().decode().splitlines()
    data = next(line for line in lines if line.startswith("data: "))
    (result,) = json.loads(data.removeprefix("data: "))
    return result


def until(page, told, seconds=20):
    """Let the page go on until something is told; fail where that takes too long."""
    deadline = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < deadline, f"not told in {seconds} s"
        page.wait_for_timeout(50)


class Chat:
    """The page as a person uses it."""

    def __init__(self, page):
        self.page = page
        self.foreign = []
        self.console = []
        self.turns = 0

    def ask(self, question):
        self.page.fill("#q textarea", question)
        self.page.keyboard.press("Enter")
        self.wait()

    def wait(self):
        """Wait until one more question is answered: it is shown, and the next may be sent."""
        self.turns += 1
        self.page.wait_for_function(
            """turns => document.querySelectorAll('#chat .user-row').length === turns
            && document.querySelectorAll('#chat .bot-row').length >= turns
            && document.querySelector('#q .submit-button') !== null""",
            arg=self.turns,
            timeout=60_000,
        )

    @property
    def answer(self):
        return self.page.locator("#chat .bot-row").last
