"""Rights as the settings have them, and the indexes that are served."""

import shutil

import pytest

from index import open_index
from rag import Assistant
from rag.errors import SettingsError
from rag.rights import Rights
from rag.settings import Settings
from rag.writing.setup import Setup
from ui.web.access import Access
from ui.web.conversation_store import open_store
from ui.web.indexes import Indexes, UnknownIndexError
from ui.web.served import Served, apply_rights

USERS = Access(editors={"sara": "h"}, readers={"omar": "h"}, tokens={"bot": "h"})
ALL = frozenset({"*"})


@pytest.fixture
def indexes(built, embedder, tmp_path):
    """Two indexes, «index» and «laws»."""
    shutil.copytree(built, tmp_path / "laws")
    return Indexes(
        [
            Assistant(open_index(folder, embedder=embedder), Setup(Settings(), None))
            for folder in (built, tmp_path / "laws")
        ]
    )


def named(**names):
    return {index: frozenset(given) for index, given in names.items()}


def test_indexes_are_named_or_told_by_their_folder(indexes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ask = {"index": ALL, "./laws": frozenset({"sara"})}
    access = apply_rights(USERS, Rights(ask, {str(tmp_path / "laws"): ALL}), indexes)
    assert access.rights == Rights({"index": ALL, "laws": {"sara"}}, {"laws": ALL})
    served = Served(indexes, access)
    assert served.seen_by_name("omar").names == ["index"]
    assert served.seen_by_name("sara").names == ["index", "laws"]
    assert served.seen_by_name("").names == []
    assert served.open_to_all.names == ["index"]
    assert not served.is_same_for_all
    with pytest.raises(UnknownIndexError, match=r"there are: index$"):
        served.seen_by_name("omar").find("laws")
    with pytest.raises(UnknownIndexError, match="no index is open to you"):
        served.seen_by_name("").find("laws")


def test_without_rights_everyone_sees_all(indexes):
    access = apply_rights(USERS, Rights(), indexes)
    assert access is USERS
    served = Served(indexes, access)
    assert served.seen_by_name("").names == served.open_to_all.names == ["index", "laws"]
    assert served.is_same_for_all


@pytest.mark.parametrize(
    ("ask", "edit", "told"),
    [
        (named(index="*"), None, "does not name the index 'laws', which is served"),
        (named(index="*", laws="*", old="*"), None, "names the index 'old', which is not served"),
        (None, named(old="*"), r"\[access\.edit\] names the index 'old'"),
        (named(index=["sara"], laws=["sara"]), None, "lets 'omar' ask no index"),
        (named(index=["sara", "omar"], laws=["sara"]), None, "lets 'token:bot' ask no"),
        (None, named(index=["omar"]), "lets 'omar' edit 'index', but"),
        (None, named(index=["token:bot"]), "lets 'token:bot' edit 'index', but"),
    ],
)
def test_rights_that_do_not_fit_are_refused(indexes, ask, edit, told):
    with pytest.raises(SettingsError, match=told):
        apply_rights(USERS, Rights(ask, edit), indexes)


def test_an_index_is_named_once(indexes, tmp_path):
    ask = {"index": ALL, "laws": ALL, str(tmp_path / "laws"): ALL}
    with pytest.raises(SettingsError, match="names the index 'laws' twice"):
        apply_rights(USERS, Rights(ask), indexes)


def test_rights_need_visitors_with_names(indexes):
    with pytest.raises(SettingsError, match="add --auth USER:FILE, or --auth-header"):
        apply_rights(Access(tokens={"bot": "h"}), Rights(named(index="*", laws="*")), indexes)


def test_conversations_are_kept_here_only_for_those_with_names_and_where_that_is_wanted(indexes):
    beside = indexes.folders[0][1].with_name("index-conversations.db")
    assert open_store(indexes, Access()) is None
    indexes.use(Settings(conversations="browser"))
    assert open_store(indexes, USERS) is None
    assert not beside.exists()
    indexes.use(Settings())
    assert open_store(indexes, USERS).path == beside
