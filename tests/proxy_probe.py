"""Run where deploy/proxy stands before a service: print what the service is told of who asks.

    python3 proxy_probe.py https://127.0.0.1 COMMAND...

COMMAND is the proxy. Two servers stand beside it: at 4180 one that signs in, as oauth2-proxy does (the
cookie `user=sara` is Sara, `user=` somebody without a name, who has none is refused; its page answers),
at 7860 one that answers with what it was sent.
"""

import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEADER = "X-Forwarded-User"
ASKED = {
    "signed in": ("/jawab/ask", "user=sara"),
    "signed in without a name": ("/jawab/ask", "user="),
    "a stranger": ("/jawab/?q=%D8%A7+%26%20b&rd=/elsewhere&c=%3F", ""),
    "who goes to the page": ("/oauth2/sign_in?rd=/jawab/", ""),
    "a program": ("/jawab/v1/models", ""),
}


class SignIn(BaseHTTPRequestHandler):
    def do_GET(self):
        path, _, asked = self.path.partition("?")
        cookie = self.headers.get("Cookie", "")
        if path == "/oauth2/sign_in":
            self.send_response(200)
            self.end_headers()
            back = self.headers.get_all("X-Auth-Request-Redirect")
            self.wfile.write(json.dumps({"page": "sign in", "asked": asked, "back": back}).encode())
            return
        self.send_response(202 if "user=" in cookie else 401)
        if user := cookie.partition("user=")[2]:
            self.send_header("X-Auth-Request-User", user)
        self.end_headers()

    def log_message(self, *_):
        pass


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        told = {
            "path": self.path,
            "users": [user for user in self.headers.get_all(HEADER, []) if user],
            "host": self.headers["Host"],
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_):
        pass


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def main(address, *command):
    for port, handler in ((4180, SignIn), (7860, Service)):
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    with subprocess.Popen(command, stdout=sys.stderr) as proxy:
        try:
            print(json.dumps({name: ask(address, *words) for name, words in ASKED.items()}))
        finally:
            proxy.terminate()


def ask(address, path, cookie):
    """Ask as one who claims to be Mallory, and would lead others astray; an answer, or its status."""
    insecure = ssl._create_unverified_context()  # its certificate was made a moment ago
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=insecure), Stay)
    headers = {
        "Host": "news.example", HEADER: "mallory", "Cookie": cookie,
        "X-Auth-Request-Redirect": "//mallory.example/",
    }  # fmt: skip
    request = urllib.request.Request(address + path, headers=headers)
    for _ in range(100):
        try:
            with opener.open(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return {"status": error.code}
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the proxy does not answer")


if __name__ == "__main__":
    main(*sys.argv[1:])
