"""Fakes a reader can predict by hand."""

import hashlib
import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from index.arabic.words import analyse
from index.embedding.contract import EmbedderIdentity

DIMENSION = 256


class WordEmbedder:
    """One slot per term: texts that share words are near, others are not."""

    def __init__(self, name="words"):
        self.identity = EmbedderIdentity(name, "1", "", "")
        self.embedded = 0

    def embed_passages(self, texts):
        self.embedded += len(texts)
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text):
        return self._vector(text)

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def _vector(self, text):
        vector = np.full(DIMENSION, 1e-3, np.float32)
        for term in analyse(text):
            vector[int(hashlib.sha256(term.encode()).hexdigest(), 16) % DIMENSION] += 1
        return vector / np.linalg.norm(vector)


class Dies(str):
    """A reply of which half is streamed before the connection breaks."""

    __slots__ = ()


class Slow(str):
    """A reply that keeps its reader waiting for its first words."""

    seconds = 1.5


class Silent(str):
    """The beginning of a reply, after which nothing comes for as long as its reader waits."""

    __slots__ = ("asked", "closed")

    def __init__(self, _=""):
        self.asked, self.closed = threading.Event(), threading.Event()

    def wait(self, connection):
        """Wait until the reader closes the connection, 60 s at most."""
        connection.settimeout(60)
        self.asked.set()
        with suppress(TimeoutError, ConnectionResetError):
            assert not connection.recv(1)
        self.closed.set()


class _Replies(BaseHTTPRequestHandler):
    """Sends replies."""

    def _stream(self, reply):
        if isinstance(reply, Slow):
            time.sleep(reply.seconds)
        if isinstance(reply, Silent):
            self._begin(200, "text/event-stream")
            self.wfile.write(_pieces(reply))
            reply.wait(self.connection)
        else:
            whole = not isinstance(reply, Dies)
            self._send(200, "text/event-stream", _events(reply), whole=whole)

    def _begin(self, status, kind, **headers):
        self.send_response(status)
        self.send_header("content-type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _send(self, status, kind, body, *, whole=True):
        try:
            self._begin(status, kind, content_length=str(len(body)))
            self.wfile.write(body if whole else body[: len(body) // 2])
        except BrokenPipeError:  # nobody waits for it any longer
            return
        if not whole:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_):
        pass


@contextmanager
def model_server(script):
    """Serve an OpenAI-compatible chat model over HTTP that says what the script says.

    Args:
        script: Takes the messages of a request; returns the reply's text, or an HTTP status.

    Yields the address and the list of requests received.
    """
    requests = []

    class Handler(_Replies):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            requests.append(body)
            reply = script(body["messages"])
            if isinstance(reply, int):
                self._send(reply, "application/json", b'{"error": {"message": "scripted"}}')
            elif body.get("stream"):
                self._stream(reply)
            else:
                content = {
                    "choices": [
                        {
                            "index": 0,
                            "finish_reason": "stop",
                            "message": {"role": "assistant", "content": reply},
                        }
                    ]
                }
                self._send(200, "application/json", json.dumps(_envelope(content)).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
    finally:
        server.shutdown()
        server.server_close()


def _events(text):
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return _pieces(text) + _event(end) + b"data: [DONE]\n\n"


def _pieces(text):
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
    return b"".join(
        _event({"choices": [{"index": 0, "delta": {"content": piece}}]}) for piece in pieces
    )


def _event(chunk):
    return f"data: {json.dumps(_envelope(chunk, 'chat.completion.chunk'))}\n\n".encode()


def _envelope(content, kind="chat.completion"):
    return {"id": "1", "object": kind, "created": 0, "model": "scripted", **content}
