"""Who may open the page, who may ask and change which index, and how often one may ask."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import InputError
from rag.rights import EVERYONE, PROGRAM, Rights
from ui.web.passwords import verify_password
from ui.web.proxies import ProxySignIn

if TYPE_CHECKING:
    import gradio as gr

_MINUTE = 60.0
_DEFAULT_RATE = 30
"""Questions a minute where none is said: more than a reader types, chosen and not measured."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What proxies add to requests that they pass on from others."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Access:
    """What visitors are allowed.

    Attributes:
        editors: User -> password hash, of those who may ask and change articles and settings.
        readers: The same of those who may only ask.
        host: Where the page is served. Without users everyone who reaches it may ask, and change
            things only where it can be reached from this machine alone.
        per_minute: Questions that one visitor may ask in a minute; 0 for any number, None for the
            usual: any on this machine alone, 30 elsewhere.
        private_addresses: Whether articles may be fetched from this machine and its network.
        proxied: Whether the page is offered to others under another name or path, whatever
            ``host`` is.
        tokens: Program -> hash of its token. Programs ask by other ways than the page
            (:mod:`ui.web.programs`), and passwords do not open those.
        proxy: Which proxies say who asks, and how; None where none does.
        rights: Who may ask and edit which index, by the names in :class:`ui.web.indexes.Indexes`.
    """

    editors: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    per_minute: int | None = None
    private_addresses: bool = False
    proxied: bool = False
    tokens: Mapping[str, str] = field(default_factory=dict)
    proxy: ProxySignIn | None = None
    rights: Rights = field(default_factory=Rights)

    @property
    def asks_for_password(self) -> bool:
        """Whether a password is needed."""
        return bool(self.editors or self.readers)

    @property
    def knows_visitors(self) -> bool:
        """Whether those who open the page have names: by their password, or from a proxy."""
        return self.asks_for_password or self.proxy is not None

    @property
    def asks_for_token(self) -> bool:
        """Whether programs need a token; where users are set and no token is, none may ask."""
        return bool(self.tokens) or self.knows_visitors

    @property
    def is_local(self) -> bool:
        """Whether the page can be reached from this machine alone."""
        return self.host in LOOPBACK and not self.proxied and self.proxy is None

    @property
    def has_editors(self) -> bool:
        """Whether anybody may change articles and settings."""
        if self.rights.edit is not None:
            return bool(self.rights.edit)
        return bool(self.editors) if self.knows_visitors else self.is_local

    @property
    def rate(self) -> int:
        """Questions that one visitor may ask in a minute; 0 for any number."""
        return (
            (0 if self.is_local else _DEFAULT_RATE) if self.per_minute is None else self.per_minute
        )

    def allows(self, user: str, password: str) -> bool:
        """Tell whether a user has this password."""
        known = self.editors.get(user) or self.readers.get(user)
        return known is not None and verify_password(password, known)

    def may_ask(self, name: str, index: str) -> bool:
        """Tell whether somebody may ask an index.

        Args:
            name: A user's, a program's with ``token:`` before it, or "" of those without one.
            index: Its name.
        """
        if self.rights.ask is None:
            return True
        return _names(self.rights.ask, index, name) or self._edits(name, index)

    def may_edit(self, request: "gr.Request", index: str) -> bool:
        """Tell whether a request may change the articles of an index."""
        if self.knows_visitors:
            return self._edits(request.username or "", index)
        return self.is_local and not any(name in request.headers for name in _FORWARDED)

    def _edits(self, name: str, index: str) -> bool:
        """Tell whether somebody of that name edits an index; readers and programs edit none."""
        if not name or name in self.readers or name.startswith(PROGRAM):
            return False
        if self.rights.edit is None:
            return name in self.editors
        return _names(self.rights.edit, index, name)


def _names(named: Mapping[str, frozenset[str]], index: str, name: str) -> bool:
    names = named.get(index, frozenset())
    return bool(name) and (name in names or EVERYONE in names)


class TooOftenError(InputError):
    """A visitor has asked as often in a minute as one may."""


class RateLimit:
    """Lets every visitor ask so many questions in any minute; safe from threads."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._asked: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, visitor: str) -> bool:
        """Count a question of a visitor; tell whether it may be asked."""
        if not self._per_minute:
            return True
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            asked = self._asked.setdefault(visitor, deque())
            if len(asked) >= self._per_minute:
                return False
            asked.append(now)
        return True

    def check(self, visitor: str) -> None:
        """Count a question of a visitor.

        Raises:
            TooOftenError: It may not be asked.
        """
        if not self.allows(visitor):
            raise TooOftenError("too many questions in one minute; wait and ask again")

    def _forget(self, now: float) -> None:
        for visitor, asked in list(self._asked.items()):
            while asked and now - asked[0] > _MINUTE:
                asked.popleft()
            if not asked:
                del self._asked[visitor]


def visitor_of(request: "gr.Request | None") -> str:
    """Return who asks: the user, else the address that the request came from."""
    if request is None:
        return ""
    client = getattr(request, "client", None)
    return request.username or (client.host if client else "")
