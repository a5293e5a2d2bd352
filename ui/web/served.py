"""The indexes that are served, and which of them a visitor sees: those that he may ask.

Whoever handles a request has this alone, so that no index is reached past it.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsError
from rag.rights import EVERYONE, PROGRAM, Named, Rights
from rag.settings import Settings
from ui.web.access import Access
from ui.web.indexes import Indexes

if TYPE_CHECKING:
    import gradio as gr


class Served:
    """Indexes behind the rights to them."""

    def __init__(self, indexes: Indexes, access: Access) -> None:
        """Take what is served.

        Args:
            indexes: All of it.
            access: What visitors are allowed; its rights name the indexes as these do.
        """
        self._all = indexes
        self._access = access

    @property
    def settings(self) -> Settings:
        """What all of them answer with."""
        return self._all.settings

    @property
    def open_to_all(self) -> Indexes:
        """Those that everyone who comes in may ask, whoever that is."""
        rights = self._access.rights.ask
        if rights is None:
            return self._all
        return self._all.only([name for name in rights if EVERYONE in rights[name]])

    @property
    def is_same_for_all(self) -> bool:
        """Whether everyone who comes in may ask each of them."""
        return self.open_to_all.names == self._all.names

    def is_there(self, index: str) -> bool:
        """Tell whether an index of this name is served, to whomever."""
        return index in self._all.names

    def seen_by_name(self, name: str) -> Indexes:
        """Return those that somebody of this name may ask, as ``Access.may_ask`` takes names."""
        if self._access.rights.ask is None:
            return self._all
        return self._all.only([one for one in self._all.names if self._access.may_ask(name, one)])

    def seen_by(self, request: "gr.Request") -> Indexes:
        """Return those that a visitor of the page may ask."""
        return self.seen_by_name(request.username or "")

    def may_edit(self, index: str | None, request: "gr.Request") -> bool:
        """Tell whether a visitor may change the articles of the index that he asks."""
        seen = self.seen_by(request)
        return bool(seen.names) and self._access.may_edit(request, seen.known(index))

    def may_edit_all(self, request: "gr.Request") -> bool:
        """Tell whether a visitor may change each of them, and so what all answer with."""
        return all(self._access.may_edit(request, index) for index in self._all.names)

    def may_edit_any(self, request: "gr.Request") -> bool:
        """Tell whether a visitor may change one of them."""
        return any(self._access.may_edit(request, index) for index in self._all.names)

    def use(self, settings: Settings) -> None:
        """Answer with other settings from all of them; errors as for ``Assistant.use``."""
        self._all.use(settings)


def apply_rights(access: Access, rights: Rights, indexes: Indexes) -> Access:
    """Return what visitors are allowed with the rights of the settings.

    Args:
        access: Who may come in.
        rights: As the settings have them: by an index's name or its folder.
        indexes: What is served.

    Raises:
        SettingsError: They do not fit what is served, or those who may come in.
    """
    if not rights:
        return access
    if not access.knows_visitors:
        raise SettingsError(
            "[access] says who may ask, and nobody here has a name; add --auth USER:FILE, or"
            " --auth-header with --trusted-proxy"
        )
    ask = _place("ask", rights.ask, indexes)
    edit = _place("edit", rights.edit, indexes)
    if missing := [name for name in indexes.names if ask is not None and name not in ask]:
        raise SettingsError(
            f"[access.ask] does not name the index {missing[0]!r}, which is served; add a line"
            f' such as "{missing[0]}" = ["ali"], or ["*"] for everyone who signs in'
        )
    for index, names in (edit or {}).items():
        wrong = [name for name in sorted(names) if _never_edits(name, access)]
        if wrong:
            raise SettingsError(
                f"[access.edit] lets {wrong[0]!r} edit {index!r}, but those of --reader and"
                " programs edit nothing"
            )
    access = replace(access, rights=Rights(ask, edit))
    named = [*access.editors, *access.readers, *(PROGRAM + name for name in access.tokens)]
    for name in named:
        if not any(access.may_ask(name, index) for index in indexes.names):
            raise SettingsError(f"[access.ask] lets {name!r} ask no index that is served here")
    return access


def _place(part: str, named: Named | None, indexes: Indexes) -> Named | None:
    """Return names by index as it is called here."""
    if named is None:
        return None
    placed: dict[str, frozenset[str]] = {}
    for key, names in named.items():
        index = _find(key, indexes.folders)
        if index is None:
            raise SettingsError(
                f"[access.{part}] names the index {key!r}, which is not served here; there are:"
                f" {', '.join(indexes.names)}"
            )
        if index in placed:
            raise SettingsError(f"[access.{part}] names the index {index!r} twice")
        placed[index] = names
    return placed


def _find(key: str, folders: Sequence[tuple[str, Path]]) -> str | None:
    """Return the name of the index that is called so or lies there."""
    for name, folder in folders:
        if key == name or Path(key).resolve() == folder:
            return name
    return None


def _never_edits(name: str, access: Access) -> bool:
    return name in access.readers or name.startswith(PROGRAM)
