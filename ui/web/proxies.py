"""Sign-in by a proxy: it has asked who somebody is, and names the user in a header.

The header is believed only of requests that come from the proxy itself: anybody else could write
any name into it. So what counts is the address at the other end of the connection, never what
``X-Forwarded-For`` says of it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from index.errors import InputError
from rag.rights import is_reserved, normalize_name
from ui.web.hosts import parse_address

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110's token."""
_LONGEST = 256
"""Letters of a name. Chosen: e-mail addresses have up to 254."""
_OPEN = ("/healthz", "/gradio_api/startup-events")
"""What tells nothing; the second is asked once by Gradio itself, when it starts."""
_PROGRAMS = ("/v1/", "/api/")
"""Where a token counts as well (:mod:`ui.web.tokens`)."""
_UNKNOWN = """401 Unauthorized

This server lets in whom its proxy names in the header {header}, and this request names nobody.
Open it through the proxy; whoever runs it: jawab chat --trusted-proxy names its address.

يُدخِل هذا الخادم من يسمّيه الوكيل (proxy) في الترويسة {header}، ولا يسمّي هذا الطلب أحدًا.
يُفتح عن طريق الوكيل؛ وللمشرف: عنوان الوكيل يُذكر في jawab chat --trusted-proxy
"""
_NOTHING = """403 Forbidden

No index is open to you here; ask whoever runs this server.

لا فهرس متاح لك هنا؛ يُطلب ذلك من المشرف.
"""


@dataclass(frozen=True, slots=True)
class ProxySignIn:
    """Which proxies say who asks, and how.

    Attributes:
        header: Name of the header that names the user.
        proxies: Addresses from which it is believed.
    """

    header: str
    proxies: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def parse(cls, header: str, proxies: Iterable[str]) -> "ProxySignIn":
        """Read what was written on the command line.

        Raises:
            InputError: A header can have no such name, or a proxy is no address or network.
        """
        if not _HEADER.fullmatch(header):
            raise InputError(f"{header!r} names no header; write a name such as X-Forwarded-User")
        return cls(header, tuple(_parse_network(proxy) for proxy in proxies))

    def find_user(self, scope: Scope) -> str:
        """Return who is named by the proxy that a request comes from; "" for nobody."""
        client = scope.get("client")
        peer = parse_address(client[0]) if client else None
        if peer is None or not any(peer in network for network in self.proxies):
            return ""
        named = Headers(scope=scope).getlist(self.header)
        return read_name(named[0]) if len(named) == 1 else ""


def _parse_network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text.strip())
    except ValueError as error:
        raise InputError(
            f"{text!r} is no address: {error}; write one such as 10.0.0.5, or a network such as"
            " 10.0.0.0/24"
        ) from None
    if not network.prefixlen:
        raise InputError(f"{text!r} is everybody, who could then take any name; name the proxy")
    return network


def read_name(value: str) -> str:
    """Return the user that a header names; "" where it names none.

    Args:
        value: As Starlette reads headers, a byte a letter; the name is UTF-8.
    """
    try:
        name = normalize_name(value.encode("latin-1").decode())
    except UnicodeDecodeError:
        return ""
    # Categories C*, Zl and Zp: control characters, and what turns or breaks lines.
    broken = any(unicodedata.category(letter)[0] == "C" for letter in name)
    broken = broken or "\u2028" in name or "\u2029" in name
    return "" if broken or len(name) > _LONGEST or is_reserved(name) else name


class ProxyCheck:
    """ASGI middleware that lets in whom the proxy names: ``state["user"]`` of what passes.

    Programs are told what they may not ask where they ask it; on the page there is nothing to see
    for those who may ask no index.
    """

    def __init__(self, app: ASGIApp, proxy: ProxySignIn, may_enter: Callable[[str], bool]) -> None:
        self._app = app
        self._proxy = proxy
        self._may_enter = may_enter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        user = self._proxy.find_user(scope)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        may_enter = bool(user) and self._may_enter(user)
        if may_enter or path in _OPEN or path.startswith(_PROGRAMS):
            scope = {**scope, "state": {**scope.get("state", {}), "user": user}}
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
            return
        told = _NOTHING if user else _UNKNOWN.format(header=self._proxy.header)
        headers = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
        await PlainTextResponse(told, 403 if user else 401, headers)(scope, receive, send)
