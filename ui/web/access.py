"""Who may open the page, who may change what it answers from, and how often one may ask."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import InputError
from ui.web.passwords import verify_password

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
    """

    editors: Mapping[str, str] = field(default_factory=dict)
    readers: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    per_minute: int | None = None
    private_addresses: bool = False
    proxied: bool = False
    tokens: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks_for_password(self) -> bool:
        """Whether a password is needed."""
        return bool(self.editors or self.readers)

    @property
    def asks_for_token(self) -> bool:
        """Whether programs need a token; where users are set and no token is, none may ask."""
        return bool(self.tokens) or self.asks_for_password

    @property
    def is_local(self) -> bool:
        """Whether the page can be reached from this machine alone."""
        return self.host in LOOPBACK and not self.proxied

    @property
    def has_editors(self) -> bool:
        """Whether anybody may change articles and settings."""
        return bool(self.editors) if self.asks_for_password else self.is_local

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

    def may_edit(self, request: "gr.Request") -> bool:
        """Tell whether a request may change articles and settings."""
        if self.asks_for_password:
            return request.username in self.editors
        return self.is_local and not any(name in request.headers for name in _FORWARDED)


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
