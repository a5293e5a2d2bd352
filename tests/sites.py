"""Web sites on this machine."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = "قال الوزير إن الجسر سيفتح غدًا أمام السيارات. وشكر العمال على عملهم الطويل في المشروع."
ARTICLE = "".join(f"<p>{TEXT} والفقرة رقم {n}.</p>" for n in range(5))
PAGE = f"<html><head><title>افتتاح الجسر</title></head><body><article><h1>افتتاح الجسر</h1>{ARTICLE}</article></body></html>"


@contextmanager
def site(pages):
    """Serve pages: path -> (status, headers, body), or a function that writes to the handler."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = pages.get(self.path, (404, {}, b""))
            if callable(found):
                found(self)
                return
            status, headers, body = found
            body = body.encode() if isinstance(body, str) else body
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def html(body, **headers):
    return (200, {"Content-Type": "text/html; charset=utf-8", **headers}, body)
