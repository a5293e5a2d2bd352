"""The names this server answers to, and the middleware that refuses every other one.

A web site can let its own name point at this machine (DNS rebinding); a browser then takes what is
served here for a page of that site, whose scripts may use all of it. Only the ``Host`` header tells
the two apart. Proxies may name any host in ``X-Forwarded-Host``, and so may a script: it never
allows anything, and must be allowed itself, since Gradio writes addresses with it.
"""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from index.errors import InputError

ANY = "*"
_LOCALHOST = "localhost"
# RFC 3986's authority without a user; an address of version 6 stands in brackets.
_AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+))(?::[0-9]{0,5})?")
_ORIGIN = re.compile(r"https?://(?P<authority>[^/?#]+)")
_REFUSAL = """421 Misdirected Request

This server does not answer {asked}.
{hint}

لا يجيب هذا الخادم {asked_ar}.
{hint_ar}
"""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that requests may name, without ports: those do not tell sites apart.

    Attributes:
        names: As ``host_of`` returns them. ``localhost``, what ends in ``.localhost`` (RFC 6761)
            and loopback addresses are always allowed.
        any_address: Whether every IP address is. Nobody can make one point elsewhere, and behind
            a router or in a container a machine does not know its own.
        any_name: Whether nothing is checked at all.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False
    any_name: bool = False

    def __str__(self) -> str:
        """Return the hosts for people to read."""
        if self.any_name:
            return "every name"
        names = ", ".join(sorted({_LOCALHOST, *self.names}))
        return f"{names} and every IP address" if self.any_address else names

    def allow(self, host: str | None) -> bool:
        """Tell whether requests may name this host as the one they are sent to."""
        if host is None:
            return self.any_name
        is_address = parse_address(host) is not None
        return self.any_name or self.knows(host) or (self.any_address and is_address)

    def knows(self, host: str) -> bool:
        """Tell whether this host is certainly one of ours, so that its pages may ask."""
        address = parse_address(host)
        if address is not None and address.is_loopback:
            return True
        return host in self.names or host == _LOCALHOST or host.endswith("." + _LOCALHOST)


def serving_hosts(address: str, *, named: Iterable[str] = (), root_path: str = "") -> Hosts:
    """Return the hosts to allow for a server.

    Args:
        address: What it listens on. Unless that is loopback, the machine's own names are allowed
            too, and every IP address where it listens on all.
        named: Further names, such as a proxy's; ``*`` for any.
        root_path: Where a proxy offers the page; a whole address names its host.

    Raises:
        InputError: Something that is no host name was named.
    """
    named = list(named)
    own = parse_address(address.strip("[]"))
    names = {_parse_host(one) for one in named if one != ANY}
    names.add(str(own) if own else _parse_host(address))
    if not (own.is_loopback if own else address.lower() == _LOCALHOST):
        short = socket.gethostname().lower().partition(".")[0]
        names |= {socket.gethostname().lower(), short, f"{short}.local"} - {""}
    if "://" in root_path:
        names.add(_parse_host(urlsplit(root_path).netloc.rpartition("@")[2]))
    unspecified = own is not None and own.is_unspecified
    return Hosts(frozenset(names), any_address=unspecified, any_name=ANY in named)


def bracket(address: str) -> str:
    """Return what a server listens on as it stands in a web address.

    >>> bracket("::1"), bracket("0.0.0.0")
    ('[::1]', '0.0.0.0')
    """
    return f"[{address}]" if ":" in address and not address.startswith("[") else address


def host_of(authority: str) -> str | None:
    """Return the host of a ``Host`` header as hosts are compared, or None where it names none.

    >>> host_of("LocalHost.:7860"), host_of("[0:0::1]:80"), host_of("::1"), host_of("a@b")
    ('localhost', '::1', None, None)
    """
    found = _AUTHORITY.fullmatch(authority.lower())
    if found is None:
        return None
    if found["six"]:
        address = parse_address(found["six"])
        return None if address is None else str(address)
    return found["name"].removesuffix(".") or None


def parse_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is, if it is one; ``::ffff:127.0.0.1`` is 127.0.0.1."""
    with suppress(ValueError):
        address = ip_address(host)
        return getattr(address, "ipv4_mapped", None) or address
    return None


def _parse_host(name: str) -> str:
    """Return a name that somebody wrote as browsers send it: in Arabic, it becomes ``xn--…``."""
    host = None
    with suppress(UnicodeError):
        host = host_of(name.strip().encode("idna").decode("ascii"))
    if host is None:
        raise InputError(f"{name!r} names no host; write a name such as news.example, or *")
    return host


class HostCheck:
    """ASGI middleware that answers 421 to requests for other hosts or from pages of others."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        refusal = None
        if scope["type"] in {"http", "websocket"}:
            refusal = find_refusal(Headers(scope=scope), self._hosts)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
            headers = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
            await PlainTextResponse(refusal, 421, headers)(scope, receive, send)
        else:
            await WebSocketClose(1008)(scope, receive, send)


def find_refusal(headers: Headers, hosts: Hosts) -> str | None:
    """Return the text that refuses a request with these headers, or None where it may pass.

    There is one ``Host``, and it is allowed; so is the host that a proxy says it was asked for.
    The page that asks, where the browser names one, is of the same host or of one that is ours.
    """
    if hosts.any_name:
        return None
    sent = headers.getlist("host")
    host = host_of(sent[0]) if len(sent) == 1 else None
    if not hosts.allow(host):
        return _refusal(host)
    for forwarded in headers.getlist("x-forwarded-host"):
        if not hosts.allow(public := host_of(forwarded.partition(",")[0].strip())):
            return _refusal(public)
    for origin in headers.getlist("origin"):
        found = _ORIGIN.fullmatch(origin.lower())
        page = host_of(found["authority"]) if found else None
        if page is None or not (page == host or hosts.knows(page)):
            return _refusal(page, asked="pages of", asked_ar="صفحات")
    return None


def _refusal(host: str | None, *, asked: str = "to", asked_ar: str = "باسم") -> str:
    if host is None:
        return _REFUSAL.format(
            asked="requests that do not name it",
            hint="Send one Host header, and Origin only with a web address.",
            asked_ar="طلبًا لا يسمّيه",
            hint_ar="أرسل ترويسة Host واحدة، ولا ترسل Origin إلا ومعه عنوان ويب.",
        )
    return _REFUSAL.format(
        asked=f"{asked} {host}",
        hint=f"If that name is yours, start it with: jawab chat --allow-host {host}",
        asked_ar=f"{asked_ar} {host}",
        hint_ar=f"إن كان هذا الاسم لك فشغّل الخادم هكذا: jawab chat --allow-host {host}",
    )
