"""Make the document Arabic before its first paint, and set its security headers.

Gradio writes ``<html lang="en">`` and takes the language of its own buttons from the browser.
This ASGI middleware changes the document on its way out: language, direction, style sheet. It also
narrows the cookies: Gradio's go along with requests that other sites make.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio needs inline scripts and eval; images, connections and forms stay on this host, so that
# nothing in an article or an answer can send anything away.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self'"
    " 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    " media-src 'self' blob:; worker-src 'self' blob:; frame-src 'none'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    # Under "no-referrer" our own forms would send "Origin: null", which the check of hosts refuses.
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
)
_BOOT = b"""<script>
(() => {
  for (const [name, value] of [["language", "ar"], ["languages", ["ar"]]])
    Object.defineProperty(navigator, name, {get: () => value});
  const theme = localStorage.getItem("jawab-theme");
  if (theme) {
    const address = new URL(location);
    address.searchParams.set("__theme", theme);
    history.replaceState(null, "", address);
  }
})();
</script><link rel="stylesheet" href="./ui/ui.css"><script defer src="./ui/ui.js"></script>
<script defer src="./ui/conversations.js"></script>"""

# Who goes by the keyboard comes to the question's field first, past tabs and buttons.
_SKIP = '<a id="skip" href="#q">الانتقال إلى مربّع السؤال</a>'.encode()


class ArabicShell:
    """ASGI middleware around the whole application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; rewrite the answer if it is a page."""
        if scope["type"] == "http":
            secure = scope.get("scheme") == "https"
            send = _Rewriter(_with_narrow_cookies(send, secure=secure))
        await self._app(scope, receive, send)


def _with_narrow_cookies(send: Send, *, secure: bool) -> Send:
    async def narrowed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, narrow_cookie(value, secure=secure))
                if name.lower() == b"set-cookie"
                else (name, value)
                for name, value in message["headers"]
            ]
            message = {**message, "headers": headers}
        await send(message)

    return narrowed


def narrow_cookie(cookie: bytes, *, secure: bool) -> bytes:
    """Return a Set-Cookie value that scripts cannot read and other sites' requests do not carry.

    Args:
        cookie: As the application set it.
        secure: Whether the page came over HTTPS; the cookie then goes over nothing else.
    """
    parts = [part.strip() for part in cookie.split(b";")]
    flags = (b"httponly", b"secure", b"samesite=")
    kept = [part for part in parts if not part.lower().startswith(flags)]
    return b"; ".join([*kept, b"HttpOnly", b"SameSite=Lax", *([b"Secure"] if secure else [])])


class _Rewriter:
    """Holds an HTML response back until it is whole, then sends it changed."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        page = arabic_page(self._body)
        headers = [
            (name, value)
            for name, value in start["headers"]
            if name.lower() not in {b"content-length", *(name for name, _ in _HEADERS)}
        ]
        headers += [(b"content-length", str(len(page)).encode()), *_HEADERS]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": page})


def _is_page(message: Message) -> bool:
    kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
    return bool(kinds) and kinds[0].startswith(b"text/html")


def arabic_page(page: bytes) -> bytes:
    """Return an HTML document in Arabic, right to left, with our style sheet and script."""
    page = re.sub(rb'<html([^>]*)\slang="[^"]*"', rb'<html\1 lang="ar" dir="rtl"', page, count=1)
    page = re.sub(rb"<body[^>]*>", lambda body: body[0] + _SKIP, page, count=1)
    config = page.find(b"<script>window.gradio_config")
    at = config if config >= 0 else page.find(b"</head>")
    return page if at < 0 else page[:at] + _BOOT + page[at:]
