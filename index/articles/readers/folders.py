"""Walk folders: every file once, links followed once, and nothing passed over untold."""

import os
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from index.articles.article import origin_of
from index.articles.file_names import is_hidden, readable_name
from index.articles.readers.base import PassedOver, ReadFailure
from index.folder import DATABASE, SHARDS, holds_index, is_of_index

_ENDING = re.compile(r"\.[a-z0-9_+-]{1,12}", re.ASCII)
_SPECIAL = {
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
_ABOVE = "link to a folder above"


def ending_of(name: str) -> str:
    """Return the ending of a file's name in small letters, with its dot, or "".

    >>> ending_of("خبر.TXT"), ending_of("تقرير.الأحد"), ending_of("README")
    ('.txt', '.الأحد', '')
    """
    return PurePath(name).suffix.strip().lower()


def article_name(path: str) -> str:
    """Return what the id of the article in a file is made from: its path without the ending.

    >>> article_name("أخبار/جسر.txt")
    'أخبار/جسر'
    """
    return readable_name(path.removesuffix(PurePath(path).suffix))


def kind_of(name: str) -> str:
    """Return what a file that is in no known format is called in a report, by its ending.

    >>> kind_of("جدول.XLSX"), kind_of("تقرير.الأحد 3 مارس")
    ('.xlsx', 'no ending')
    """
    ending = ending_of(name)
    return ending if _ENDING.fullmatch(ending) else "no ending"


def special_kind(mode: int) -> str:
    """Return what something that is neither a file nor a folder is."""
    return _SPECIAL.get(stat.S_IFMT(mode), "no file")


def reason_of(error: OSError) -> str:
    """Return why a file or folder cannot be read."""
    return f"cannot be read: {error.strerror or error}"


@dataclass(slots=True)
class Walk:
    """Finds the files below folders; hidden ones and those of an index are left out.

    Attributes:
        passed_over: What is no file.
        failures: Folders and links that cannot be read.
    """

    passed_over: list[PassedOver] = field(default_factory=list)
    failures: list[ReadFailure] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _links: deque[Path] = field(default_factory=deque)

    def is_new(self, real: str) -> bool:
        """Tell whether a file or folder is met for the first time, by its real path."""
        known = real in self._seen
        self._seen.add(real)
        return not known

    def files(self, root: Path) -> Iterator[Path]:
        """Yield the files below a folder in name order, those behind links after all others.

        Args:
            root: A real path.
        """
        yield from self._tree(root)
        while self._links:
            yield from self._follow(self._links.popleft(), root)

    def _tree(self, root: Path) -> list[Path]:
        """Return the files below a folder that are reached without links."""
        found: list[Path] = []
        folders = [root]
        while folders:
            folder = folders.pop()
            real = os.path.realpath(folder)
            entries = self._entries(folder) if self.is_new(real) else []
            for entry in entries:
                path = folder / entry.name
                if entry.is_symlink():
                    self._links.append(path)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif not entry.is_file(follow_symlinks=False):
                    self._pass_over(path, special_kind(entry.stat(follow_symlinks=False).st_mode))
                elif self.is_new(os.path.join(real, entry.name)):  # noqa: PTH118 - a million of them
                    found.append(path)
        return sorted(found)

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                visible = sorted(
                    (entry for entry in entries if not is_hidden(entry.name)),
                    key=lambda entry: entry.name,
                )
        except OSError as error:
            self._fail(folder, reason_of(error))
            return []
        # Asked of few folders: of those with a file of this name.
        if any(entry.name in {DATABASE, SHARDS} for entry in visible) and holds_index(folder):
            return [entry for entry in visible if not is_of_index(entry.name)]
        return visible

    def _follow(self, link: Path, root: Path) -> list[Path]:
        """Return the files behind a link that were not found before."""
        try:
            mode = link.stat().st_mode
        except OSError as error:
            self._fail(link, f"is a link that leads nowhere: {error.strerror or error}")
            return []
        real = Path(os.path.realpath(link))
        if stat.S_ISREG(mode):
            return [link] if self.is_new(str(real)) else []
        if not stat.S_ISDIR(mode):
            self._pass_over(link, special_kind(mode))
        elif real != root and real in root.parents:
            self._pass_over(link, _ABOVE)
        else:
            return self._tree(link)
        return []

    def _fail(self, path: Path, reason: str) -> None:
        self.failures.append(ReadFailure(origin_of(path), reason))

    def _pass_over(self, path: Path, kind: str) -> None:
        self.passed_over.append(PassedOver(origin_of(path), kind))
