"""Fetch web addresses without reaching into the network this machine stands in.

Every connection, also after a redirect, goes to an address that was checked: the name is looked up
once and the connection is made to that very address, so that a name cannot point elsewhere a moment
later (DNS rebinding). Size and time are limited.
"""

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore2

from index.errors import InputError, put_on_one_line

MAX_BYTES = 30 * 1024 * 1024
SECONDS = 30.0
REDIRECTS = 5
"""Limits on one fetch: bytes after unpacking, seconds altogether, redirects followed. Chosen, not
measured."""

_STEP_SECONDS = 10.0
"""For connecting, and for each piece that arrives."""
_PASSING = frozenset({408, 429, 502, 503, 504})
"""Answers of a server that is busy, or of what stands before one that is away (RFC 9110, 15)."""
_PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP = b"\x1f\x8b"
_USER_AGENT = "Jawab/0.1 (+article indexer)"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class FetchError(InputError):
    """An address cannot be fetched now.

    Attributes:
        retry_after: Seconds that the server asks to be left alone for; 0 where it says nothing.
        is_passing: Whether it tells of the network or a busy server, not of the address.
    """

    def __init__(self, reason: str, retry_after: float = 0.0, *, is_passing: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_passing = is_passing


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server called a state of an address, so that it is sent only where it has changed.

    Attributes:
        etag: As it was sent, or "".
        modified: When it was last modified, as it was sent, or "".
    """

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a web address holds.

    Attributes:
        url: Where it was found in the end, after redirects.
        content_type: Such as ``text/html``; "" when the server does not say.
        charset: As the server says, or "".
        data: The content; nothing where it is unchanged.
        validators: What the server calls this state of it.
        is_unchanged: Whether it is still in the state that was asked about.
    """

    url: str
    content_type: str
    charset: str
    data: bytes
    validators: Validators = field(default_factory=Validators)
    is_unchanged: bool = False


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    known: Validators | None = None,
    turn: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> Fetched:
    """Fetch a web address.

    Args:
        url: An http or https address.
        allow_private: Whether this very host and port may be of this machine or its network; what
            it redirects to elsewhere may not.
        known: The state of it that is known; None to have it sent in any case.
        turn: Entered for each request, also after a redirect, with its address; the time that this
            takes does not count.

    Raises:
        InputError: It is no public web address, cannot be reached, answers with an error
            (:class:`FetchError`), or is too large or too slow.
    """
    left = SECONDS
    try:
        trusted = place_of(url) if allow_private else None
        for _ in range(REDIRECTS + 1):
            _require_web(url)
            with turn(url):
                began = time.monotonic()
                found = _request(url, began + left, trusted, known or Validators())
                left -= time.monotonic() - began
            if isinstance(found, Fetched):
                return found
            url = urljoin(url, found)
        raise InputError(f"redirects more than {REDIRECTS} times")
    except httpcore2.TimeoutException:
        raise FetchError(f"takes over {SECONDS:.0f} s to answer", is_passing=True) from None
    except (httpcore2.NetworkError, OSError) as error:
        reason = f"cannot be fetched: {_describe_error(error)}"
        raise FetchError(reason, is_passing=True) from None
    except (httpcore2.ProtocolError, ValueError) as error:
        raise InputError(f"cannot be fetched: {_describe_error(error)}") from None


def _request(
    url: str, deadline: float, trusted: tuple[str, int] | None, known: Validators
) -> Fetched | str:
    """Return what is there, or where it redirects to, over a connection of its own."""
    backend = _GuardedBackend(deadline, trusted)
    context = _load_ssl_context()
    with httpcore2.ConnectionPool(network_backend=backend, ssl_context=context) as pool:
        return _get(pool, url, deadline, known)


@cache
def _load_ssl_context() -> ssl.SSLContext:
    """Return what connections are secured with; reading the certificates takes time."""
    return ssl.create_default_context()


def _describe_error(error: Exception) -> str:
    return put_on_one_line(error) or type(error).__name__


def place_of(url: str) -> tuple[str, int]:
    """Return host and port of a web address.

    >>> place_of("https://A.example/1"), place_of("http://a.example:8080")
    (('a.example', 443), ('a.example', 8080))

    Raises:
        ValueError: Its port is no number.
    """
    parts = urlsplit(url)
    usual = 443 if parts.scheme.lower() == "https" else 80
    return (parts.hostname or "").encode("idna").decode().lower(), parts.port or usual


def reaches_inside(url: str) -> bool:
    """Tell whether the host of an address is of this machine or its network; looks its name up."""
    try:
        found = socket.getaddrinfo(*place_of(url), type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return False
    return not all(is_public(str(entry[4][0])) for entry in found)


def _require_web(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(f"{url} is no web address; it must begin with http:// or https://")
    if parts.username or parts.password:
        raise InputError("web addresses with a password in them are not fetched")


def _get(
    pool: httpcore2.ConnectionPool, url: str, deadline: float, known: Validators
) -> Fetched | str:
    """Return what is there, or where it redirects to."""
    headers: dict[bytes | str, bytes | str] = {
        "User-Agent": _USER_AGENT,
        "Accept-Encoding": "identity",
        "Accept": "*/*",
    }
    if known.etag:
        headers["If-None-Match"] = known.etag.encode("latin-1")
    if known.modified:
        headers["If-Modified-Since"] = known.modified.encode("latin-1")
    limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _STEP_SECONDS)}
    with pool.stream("GET", _encode_url(url), headers=headers, extensions=limits) as response:
        fields = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in {301, 302, 303, 307, 308} and b"location" in fields:
            return _read_location(fields[b"location"])
        if response.status == 304 and (known.etag or known.modified):
            return Fetched(url, "", "", b"", known, is_unchanged=True)
        if response.status != 200:
            wait = _read_wait(fields.get(b"retry-after", ""))
            is_passing = response.status in _PASSING
            raise FetchError(f"the server answers {response.status}", wait, is_passing=is_passing)
        data = _read_body(response, deadline)
    kind, _, rest = fields.get(b"content-type", "").partition(";")
    charset = rest.partition("charset=")[2].split(";")[0].strip(" \"'")
    data = _unpack(data, fields.get(b"content-encoding", "").strip().lower())
    validators = Validators(fields.get(b"etag", ""), fields.get(b"last-modified", ""))
    return Fetched(url, kind.strip().lower(), charset, data, validators)


def _read_location(told: str) -> str:
    """Return where a redirect leads: some servers write Arabic in it as it is, in UTF-8."""
    try:
        return told.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return told


def _read_wait(told: str) -> float:
    """Return the seconds of a ``Retry-After``, which gives them or a time (RFC 9110, 10.2.3)."""
    try:
        return max(0.0, float(told) if told.strip().isdigit() else _seconds_until(told))
    except (ValueError, TypeError):
        return 0.0


def _seconds_until(told: str) -> float:
    return parsedate_to_datetime(told).timestamp() - time.time()


def _encode_url(url: str) -> str:
    """Return the address in ASCII: Arabic in its path is written in percent signs."""
    from urllib.parse import quote

    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    place = f"{host}:{parts.port}" if parts.port else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"{parts.scheme}://{place}{path}{query}"


def _read_body(response: httpcore2.Response, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_stream():
        size += len(part)
        if size > MAX_BYTES:
            raise InputError(f"is over {MAX_BYTES >> 20} MiB")
        if time.monotonic() > deadline:
            raise httpcore2.ReadTimeout
        parts.append(part)
    return b"".join(parts)


def _unpack(data: bytes, encoding: str) -> bytes:
    """Unpack what a server packed though it was asked not to, up to the limit."""
    if encoding in {"", "identity"}:
        return data
    if encoding not in _PACKINGS:
        raise InputError(f"is packed with {encoding!r}, which cannot be unpacked here")
    plain, left = _unpack_member(data, encoding, MAX_BYTES)
    while left.startswith(_GZIP):  # what else follows is padding (RFC 1952, 2.2)
        more, left = _unpack_member(left, encoding, MAX_BYTES - len(plain))
        plain += more
    return plain


def _unpack_member(data: bytes, encoding: str, limit: int) -> tuple[bytes, bytes]:
    """Unpack up to the end of what was packed at once; return that and what follows it.

    Raises:
        FetchError: It ends in the middle: the connection was cut.
        InputError: It is damaged, or holds more bytes than the limit.
    """
    unpacker = zlib.decompressobj(wbits=_form_of(data, encoding))
    try:
        plain = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise InputError(f"cannot be unpacked: {error}") from None
    if len(plain) > limit:
        raise InputError(f"is over {MAX_BYTES >> 20} MiB")
    if not unpacker.eof:
        raise FetchError("ends in the middle of what the server packed", is_passing=True)
    return plain, unpacker.unused_data


def _form_of(data: bytes, encoding: str) -> int:
    """Return what zlib calls the form of packed bytes.

    Some servers send as deflate what has no header (RFC 9110, 8.4.1.2); one of zlib has its method
    in four bits and its first two bytes as a multiple of 31 (RFC 1950, 2.2).
    """
    has_header = data[:1] and data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0
    if encoding == "deflate" and not has_header and not data.startswith(_GZIP):
        return -zlib.MAX_WBITS
    return 32 + zlib.MAX_WBITS  # gzip or zlib, whichever it is


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public Internet.

    IPv6 addresses that stand for an IPv4 one (mapped, 6to4, Teredo, NAT64) are judged by it.

    >>> is_public("93.184.216.34"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class _GuardedBackend(httpcore2.NetworkBackend):
    """Connects only to addresses it has checked, and only until the deadline."""

    def __init__(self, deadline: float, trusted: tuple[str, int] | None) -> None:
        """Take when to end, and the host and port that may be of this machine or its network."""
        self._plain = httpcore2.SyncBackend()
        self._deadline = deadline
        self._trusted = trusted

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        address = self._resolve(host, port)
        stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
        return _TimedStream(stream, self._deadline)

    def _resolve(self, host: str, port: int) -> str:
        """Look a name up, once, and return an address of it that may be reached."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except socket.gaierror:
            raise FetchError(f"there is no host {host}", is_passing=True) from None
        addresses = [str(entry[4][0]) for entry in found]
        if (host.lower(), port) != self._trusted and not all(map(is_public, addresses)):
            raise InputError(
                f"{host} is an address of this machine or its network, which is not fetched;"
                " if you trust it: name it itself, with --allow-private"
            )
        return addresses[0]


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every step ends by the deadline, so that a trickle cannot last for ever."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _limit_timeout(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout
        return min(left, timeout or left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._limit_timeout(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._limit_timeout(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._limit_timeout(timeout))
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
