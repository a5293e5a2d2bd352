"""Files are taken from those alone who may add them to an index."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSAL = "403 Forbidden\n\nYou may not add articles here.\n\nلا يُسمح لك بإضافة مقالات هنا.\n"


class UploadCheck:
    """ASGI middleware that answers 403 to files of others, before they are read."""

    def __init__(self, app: ASGIApp, may_upload: Callable[[Request], bool]) -> None:
        self._app = app
        self._may_upload = may_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        is_upload = scope["type"] == "http" and scope["path"].rstrip("/").endswith("/upload")
        if is_upload and scope["method"] == "POST" and not self._may_upload(Request(scope)):
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)
