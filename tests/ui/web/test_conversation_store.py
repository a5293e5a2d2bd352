"""Conversations on the server: whose they are, how many, what stays in the file."""

import json
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from index.errors import InputError
from rag.answers import Answer
from ui.web import conversation_store
from ui.web.conversation_store import ConversationStore
from ui.web.conversations import Conversation, read_conversation
from ui.web.render import Turn


def conversation(name="t1", said="جواب", *, title="سؤال؟", updated="2026-01-02", turns=1):
    answer = Answer(title, title, said, (), (), (), found=False)
    asked = tuple(Turn(f"t{n}", title, answer, 2 * n) for n in range(turns))
    return Conversation(name, title, "أخبار", updated, asked)


def ids(store, user, words=""):
    return [one.id for one in store.find(user, words, ["أخبار"])]


@pytest.fixture
def store(tmp_path):
    return ConversationStore.beside(str(tmp_path / "index"))


def test_a_conversation_is_read_back_as_it_was_by_its_user_alone(store):
    store.keep("سارة", conversation(turns=2))
    again = read_conversation(store.read("سارة", "t1"))
    assert [turn.answer for turn in again.turns] == [t.answer for t in conversation(turns=2).turns]
    for other in ("عمر", "", "سارة ", "%"):
        assert store.read(other, "t1") is None
        assert ids(store, other) == []
        store.rename(other, "t1", "آخر")
        store.delete(other, "t1")
    assert [(one.title, one.turns) for one in store.find("سارة", "", [])] == [("سؤال؟", 2)]


def test_the_file_is_beside_the_index_and_nobody_elses(store, tmp_path):
    assert store.path == tmp_path / "index-conversations.db"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    store.path.chmod(0o644)  # as a copy may be
    assert stat.S_IMODE(ConversationStore(store.path).path.stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["ray:127.0.0.1:6379", "/proc/1/index"])
def test_where_nothing_can_be_written_beside_it_the_users_folder_holds_it(
    tmp_path, monkeypatch, place
):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    store = ConversationStore.beside(place)
    assert store.path.parent == tmp_path / "jawab"
    assert store.path != ConversationStore.beside(f"{place}/other").path
    store.keep("سارة", conversation())
    assert ids(ConversationStore.beside(place), "سارة") == ["t1"]


def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path):
    file = tmp_path / "x.db"
    file.write_text("ليس قاعدة بيانات " * 100, encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot be kept in .*--conversations browser"):
        ConversationStore(file)


def test_the_newest_come_first_and_a_name_that_was_given_stays(store):
    store.keep("سارة", conversation("t1", updated="2026-01-02"))
    store.keep("سارة", conversation("t2", updated="2026-01-03"))
    store.rename("سارة", "t1", "عن السينما")
    store.keep("سارة", conversation("t1", updated="2026-01-04", turns=2))
    found = store.find("سارة", "", [])
    assert [(one.id, one.title, one.turns) for one in found] == [
        ("t1", "عن السينما", 2), ("t2", "سؤال؟", 1),
    ]  # fmt: skip
    assert json.loads(store.read("سارة", "t1"))["title"] == "عن السينما"


def test_words_are_looked_for_in_any_spelling_in_titles_and_answers(store):
    store.keep("سارة", conversation("t1", "وصلت المخرجة إلى ١٢ مدينة"))
    store.keep("سارة", conversation("t2", "شيء آخر"))
    assert ids(store, "سارة", "المُخرجه 12") == ["t1"]
    assert ids(store, "سارة", "سؤال") == ["t1", "t2"]
    assert ids(store, "سارة", "المخرجة آخر") == []
    assert [one.id for one in store.find("سارة", "المخرجة", ["سواها"])] == []


def test_the_oldest_make_room_for_more_than_a_browser_keeps(store, monkeypatch):
    for number in range(203):
        store.keep(
            "سارة", conversation(f"t{number:03}", updated=f"2026-01-01T00:00:00.{number:03}")
        )
    store.keep("عمر", conversation("t000"))
    assert ids(store, "سارة") == [f"t{number:03}" for number in range(202, 2, -1)]
    assert ids(store, "عمر") == ["t000"]
    one = len(store.read("سارة", "t100"))
    monkeypatch.setattr(conversation_store, "_MAX_TOTAL", 4 * one)
    store.keep("سارة", conversation("t999", "ب" * 2 * one, updated="2027"))
    assert ids(store, "سارة") == ["t999", "t202"]
    store.keep("سارة", conversation("t999", "ب" * 5 * one, updated="2027"))  # the last stays
    assert ids(store, "سارة") == ["t999"]


def test_a_conversation_that_could_not_be_read_back_is_not_kept(store):
    with pytest.raises(InputError, match="أطول"):
        store.keep("سارة", conversation(said="ب" * 4_000_000))
    assert ids(store, "سارة") == []


def test_what_a_browser_kept_is_taken_over_once(store):
    store.keep("سارة", conversation("t1", "أحدث"))
    store.take_over("سارة", conversation("t1", "أقدم"), renamed=False)
    assert "أحدث" in store.read("سارة", "t1")
    store.take_over("سارة", conversation("t2", title="اسم"), renamed=True)
    store.keep("سارة", conversation("t2", title="سؤال آخر"))
    assert json.loads(store.read("سارة", "t2"))["title"] == "اسم"
    store.delete("سارة", "t2")
    store.take_over("سارة", conversation("t2"), renamed=False)
    assert ids(store, "سارة") == ["t1"]
    store.take_over("عمر", conversation("t2"), renamed=False)
    assert ids(store, "عمر") == ["t2"]


def test_nothing_of_what_is_deleted_is_left_in_the_file(store):
    store.keep("سارة", conversation(said="سرّ لا يبقى " * 500))
    store.delete("سارة", "t1")
    left = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert "لا يبقى".encode() not in left
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


def test_many_readers_keep_theirs_at_once(store):
    def keep(number):
        store.keep(f"u{number % 8}", conversation(f"t{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(64)))
    assert [len(ids(store, f"u{number}")) for number in range(8)] == [8] * 8
