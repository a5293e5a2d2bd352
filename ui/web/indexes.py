"""The indexes that one page answers from; a reader chooses one by name."""

import logging
from collections.abc import Collection, Sequence
from copy import copy
from pathlib import Path
from threading import Thread

from index.errors import InputError, JawabError
from rag.assistant import Assistant
from rag.reading.reader import load_reader
from rag.settings import Settings
from ui.web.writing import Writing

logger = logging.getLogger(__name__)


class UnknownIndexError(InputError):
    """No index of that name is served."""


class Indexes:
    """Assistants by the name of their index: the folder's, or its path where names are the same."""

    def __init__(self, assistants: Sequence[Assistant]) -> None:
        folders = [Path(assistant.index.store.place).resolve() for assistant in assistants]
        self._by_name = dict(zip(_names(folders), assistants, strict=True))
        self._writing = {name: Writing() for name in self._by_name}

    @property
    def names(self) -> list[str]:
        """In the order they were given; the first is asked unless another is chosen."""
        return list(self._by_name)

    @property
    def settings(self) -> Settings:
        """What all of them answer with."""
        return self[""].settings

    @property
    def folders(self) -> list[tuple[str, Path]]:
        """Names with where the indexes lie."""
        places = ((name, one.index.store.place) for name, one in self._by_name.items())
        return [(name, Path(place).resolve()) for name, place in places]

    def only(self, names: Collection[str]) -> "Indexes":
        """Return those of these names; what is written to them is the same."""
        part = copy(self)
        part._by_name = {name: self._by_name[name] for name in self.names if name in names}  # noqa: SLF001
        return part

    def __getitem__(self, name: str | None) -> Assistant:
        """Return the assistant of an index; a name that is none means the first.

        Raises:
            UnknownIndexError: There is none at all.
        """
        return self._by_name[self.known(name)]

    def find(self, name: str) -> Assistant:
        """Return the assistant of an index, the first for "".

        Raises:
            UnknownIndexError: There is none of that name.
        """
        if self._by_name and name and name not in self._by_name:
            names = ", ".join(self.names)
            raise UnknownIndexError(f"no index {name!r} is served here; there are: {names}")
        return self[name]

    def writing(self, name: str | None) -> Writing:
        """Return what is being written to an index; a name that is none means the first."""
        return self._writing[self.known(name)]

    def known(self, name: str | None) -> str:
        """Return the name if it is one, else that of the first; errors as for a look-up."""
        if not self._by_name:
            raise UnknownIndexError("no index is open to you here; ask whoever runs this server")
        return name if name in self._by_name else next(iter(self._by_name))

    def warm_up(self) -> Thread:
        """Load in a thread what the first question would else wait for; return the thread."""
        thread = Thread(target=self._load, name="warm-up", daemon=True)
        thread.start()
        return thread

    def _load(self) -> None:
        try:
            for assistant in self._by_name.values():
                assistant.search("سؤال")
            if self.settings.reader == "on":
                load_reader()
        except JawabError as error:
            logger.warning("nothing could be loaded before the first question: %s", error)

    def use(self, settings: Settings) -> None:
        """Answer with other settings from all of them; a model is loaded once.

        Errors as for ``Assistant.use``.
        """
        first, *others = self._by_name.values()
        first.use(settings)
        for other in others:
            other.use(settings, like=first)


def _names(folders: Sequence[Path]) -> list[str]:
    names = [folder.name for folder in folders]
    return [
        str(folder) if names.count(name) > 1 else name
        for folder, name in zip(folders, names, strict=True)
    ]
