"""Recognise a folder that was moved, by the articles in it that stayed as they were."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from index.articles.article import file_of, locate, origin_of


def find_relocated(
    moved: Iterable[tuple[str, str]], missing: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the articles that belonged to a moved folder and were not found in it.

    A folder was moved when it is gone and at least half of its articles are, unchanged, under the
    same names below another. Two folders may well have files of the same names, so one is no proof.

    Args:
        moved: Old and new origin of articles that kept their ids.
        missing: Id and old origin of articles that were found nowhere.

    Yields:
        The id of an article, and the origin it would have now: it changed, or is gone.
    """
    roots = Counter(pair for old, new in moved if (pair := _find_roots(locate(old), locate(new))))
    lost = [(article_id, origin, locate(origin)) for article_id, origin in missing]
    for (old_root, new_root), count in roots.items():
        below = [item for item in lost if item[2] and old_root in item[2].parents]
        if count < len(below) or old_root.exists():
            continue
        for article_id, origin, path in below:
            if path:
                place = origin_of(new_root / path.relative_to(old_root))
                yield article_id, place + origin.removeprefix(file_of(origin))


def _find_roots(old: Path | None, new: Path | None) -> tuple[Path, Path] | None:
    """Return the folders that two paths differ in: what is left without their common end."""
    if old is None or new is None:
        return None
    pairs = zip(reversed(old.parts), reversed(new.parts), strict=False)
    common = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return (old.parents[common - 1], new.parents[common - 1]) if common else None
