"""Files are taken from those alone who may add them to an index."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSAL = "403 Forbidden\n\nYou may not add articles here.\n\nلا يُسمح لك بإضافة مقالات هنا.\n"

_PLACES = ("/upload", "/process_recording")
"""Where Gradio takes files; a form may carry them wherever it is sent to."""


class UploadCheck:
    """ASGI middleware that answers 403 to files of others, before they are read."""

    def __init__(self, app: ASGIApp, may_upload: Callable[[Request], bool]) -> None:
        self._app = app
        self._may_upload = may_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if _carries_files(scope) and not self._may_upload(Request(scope)):
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _carries_files(scope: Scope) -> bool:
    """Tell whether a request may carry files: Gradio takes them at more places than one."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path = scope["path"].rstrip("/")
    kind = Headers(scope=scope).get("content-type", "").lower()
    is_form = kind.lstrip().startswith("multipart/") and not path.endswith("/login")
    return is_form or path.endswith(_PLACES)
