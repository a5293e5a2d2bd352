"""What programs are told when something is wrong, in the form of OpenAI's errors."""

import re
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from index.errors import InputError, JawabError, SearchIndexError
from rag.errors import ModelError
from ui.web.access import TooOftenError
from ui.web.indexes import UnknownIndexError

UNEXPECTED = "something unexpected went wrong; the server's log tells what"
_STATUS: dict[type[JawabError], int] = {
    UnknownIndexError: 404,
    TooOftenError: 429,
    InputError: 400,
    ModelError: 502,
    SearchIndexError: 503,
}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_TYPES = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error"}


def status_of(error: JawabError) -> int:
    """Return the status that tells a program whose fault an error is."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 500)


def make_error(message: str, status: int, *, code: str | None = None, param: str = "") -> Any:
    """Return what went wrong in OpenAI's form."""
    kind = _TYPES.get(status, _TYPES[400] if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": param or None, "code": code}}


def refuse(message: str, status: int, *, code: str | None = None, param: str = "") -> Response:
    """Return a refusal in OpenAI's form."""
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(make_error(message, status, code=code, param=param), status, headers)


async def _report(_: Request, error: JawabError) -> Response:
    status = status_of(error)
    return refuse(str(error), status, code=_CODES.get(status))


async def _report_field(_: Request, error: RequestValidationError) -> Response:
    """Say which field of a request is wrong: the first, as OpenAI does."""
    wrong = error.errors()[0]
    # Of what may be of several types each try has a place of its own: «list[Part]».
    place, *names = (str(part) for part in wrong["loc"] if re.fullmatch(r"\w+", str(part)))
    field = ".".join(names)
    return refuse(f"{field or place}: {wrong['msg']}", 400, param=field)


async def _report_http(_: Request, error: HTTPException) -> Response:
    return refuse(str(error.detail), error.status_code)


async def _report_unexpected(_: Request, __: Exception) -> Response:
    return refuse(UNEXPECTED, 500)


HANDLERS: dict[int | type[Exception], Any] = {
    JawabError: _report,
    RequestValidationError: _report_field,
    HTTPException: _report_http,
    Exception: _report_unexpected,
}
