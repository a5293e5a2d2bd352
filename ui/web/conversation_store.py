"""Conversations of signed-in readers, kept on the server: SQLite, each row of one user.

Every method takes the user's name and reaches that user's rows alone.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.arabic.words import fold
from index.errors import InputError, JawabError
from index.store.opening import RAY
from ui.web.conversations import MAX_CHARACTERS, Conversation

_MOST = 200
"""Conversations of a user, as many as a browser keeps."""
_MAX_TOTAL = 10_000_000
"""Characters of all conversations of a user. Chosen: twice what browsers store for a site."""
_MAX_TITLE = 120
"""Letters, as many as the page's field takes."""
_WAIT = 10.0
"""Seconds for which one writer waits for another."""
_TOO_LONG = "هذه المحادثة أطول مما يُحفظ."
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    user TEXT NOT NULL, id TEXT NOT NULL, title TEXT NOT NULL, renamed INTEGER NOT NULL,
    place TEXT NOT NULL, updated TEXT NOT NULL, turns INTEGER NOT NULL,
    words TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (user, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (
    user TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (user, id)
) WITHOUT ROWID;
"""
_INSERT = "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO "
_UPDATE = """UPDATE SET
    title = CASE WHEN renamed THEN title ELSE excluded.title END, place = excluded.place,
    updated = excluded.updated, turns = excluded.turns, words = excluded.words,
    content = excluded.content
"""
_FORGET_OLDEST = """
DELETE FROM conversations WHERE user = :user AND id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER newest AS number, sum(length(content)) OVER newest AS total
        FROM conversations WHERE user = :user WINDOW newest AS (ORDER BY updated DESC, id)
    ) WHERE number > 1 AND (number > :most OR total > :characters)
)
"""


class ConversationStoreError(JawabError):
    """The file of the conversations cannot be read or written now."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list shows of a conversation: its id, title, last answer's time and questions."""

    id: str
    title: str
    updated: str
    turns: int

    def to_dict(self) -> dict[str, Any]:
        """Return it for the browser."""
        return asdict(self)


class ConversationStore:
    """The conversations of every user in one file, which nobody else on the machine may read.

    Safe from threads and other processes: each call has a connection of its own. All raise
    ConversationStoreError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            InputError: It cannot be written, or is something else.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)  # one that was copied back, too
            with self._open() as connection:
                connection.executescript(_SCHEMA)
        except (OSError, ConversationStoreError) as error:
            raise InputError(
                f"conversations cannot be kept in {path}: {error}; make it writable, or leave them"
                " to the browsers: --conversations browser"
            ) from None

    @classmethod
    def beside(cls, place: str) -> "ConversationStore":
        """Open that of an index; errors as for the constructor.

        It lies beside the index's folder; that of an index in a cluster, or where nothing may be
        written, in the user's folder for such state.
        """
        if not place.startswith(RAY):
            folder = Path(place).resolve()
            path = folder.with_name(f"{folder.name}-conversations.db")
            if _is_writable(path):
                return cls(path)
            place = str(folder)
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        name = hashlib.sha256(place.encode()).hexdigest()[:16]
        return cls(state / "jawab" / f"{name}-conversations.db")

    def keep(self, user: str, conversation: Conversation) -> None:
        """Keep a conversation as it is now; one that was renamed keeps its name.

        Raises:
            InputError: It is too long.
        """
        row = _make_row(user, conversation)
        with self._open() as connection:
            connection.execute(_INSERT + _UPDATE, row)
            _forget_oldest(connection, user)

    def take_over(self, user: str, conversation: Conversation, *, renamed: bool) -> None:
        """Keep a conversation that a browser had kept, unless it was taken over before.

        Then it stays as it is, deleted perhaps. Errors as for ``keep``.
        """
        row = _make_row(user, conversation, renamed=renamed)
        taken = "INSERT OR IGNORE INTO taken VALUES (?, ?)"
        with self._open() as connection:
            if connection.execute(taken, (user, conversation.id)).rowcount:
                connection.execute(f"{_INSERT} NOTHING", row)
                _forget_oldest(connection, user)

    def read(self, user: str, name: str) -> str | None:
        """Return the JSON of a conversation, for ``read_conversation``; None if there is none."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT title, content FROM conversations WHERE user = ? AND id = ?", (user, name)
            ).fetchone()
        if row is None:
            return None
        return json.dumps({**json.loads(row[1]), "title": row[0]}, ensure_ascii=False)

    def find(self, user: str, words: str, places: Collection[str]) -> list[Listed]:
        """List a user's conversations, the newest first.

        Args:
            user: Whose.
            words: All must be in the title, or in the questions and answers; "" for every one.
            places: Names of the indexes that the user may ask; of answers from others only the
                title is looked through.
        """
        wanted = fold(words).split()
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, title, updated, turns, place, words FROM conversations"
                " WHERE user = ? ORDER BY updated DESC, id",
                (user,),
            ).fetchall()
        return [
            Listed(*about)
            for *about, place, said in rows
            if _has_all(wanted, fold(about[1]) + (f"\n{said}" if place in places else ""))
        ]

    def rename(self, user: str, name: str, title: str) -> None:
        """Give a conversation a title that stays; one that is not there is left alone."""
        with self._open() as connection:
            connection.execute(
                "UPDATE conversations SET title = ?, renamed = 1 WHERE user = ? AND id = ?",
                (title[:_MAX_TITLE], user, name),
            )

    def delete(self, user: str, name: str) -> None:
        """Delete a conversation, if it is there; its words are overwritten in the file."""
        with self._open() as connection:
            connection.execute("DELETE FROM conversations WHERE user = ? AND id = ?", (user, name))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a transaction that is committed at the end."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT)) as connection, connection:
                connection.execute("PRAGMA secure_delete = ON")
                yield connection
        except sqlite3.Error as error:
            raise ConversationStoreError(str(error)) from error


def _is_writable(path: Path) -> bool:
    return os.access(path if path.exists() else path.parent, os.W_OK)


def _make_row(
    user: str, conversation: Conversation, *, renamed: bool = False
) -> tuple[str | int, ...]:
    content = conversation.to_json()
    if len(content) > MAX_CHARACTERS:
        raise InputError(_TOO_LONG)
    said = "\n".join(f"{turn.question}\n{turn.answer.text}" for turn in conversation.turns)
    return (
        user,
        conversation.id,
        conversation.title[:_MAX_TITLE],
        renamed,
        conversation.index,
        conversation.updated,
        len(conversation.turns),
        fold(said),
        content,
    )


def _forget_oldest(connection: sqlite3.Connection, user: str) -> None:
    limits = {"user": user, "most": _MOST, "characters": _MAX_TOTAL}
    connection.execute(_FORGET_OLDEST, limits)


def _has_all(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)
