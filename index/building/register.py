"""The articles of an index while it is built: under which id, found where, which of them twice."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from index.articles.article import Article, distinct_id, file_of, locate, plain_id
from index.building.relocation import find_relocated
from index.store.changes import KnownArticle, Move


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An article that was not stored because the index has it from elsewhere."""

    origin: str
    article_id: str


@dataclass(frozen=True, slots=True)
class Twin:
    """An article that was read and is not stored, because the index has its text.

    Attributes:
        article: With its own id; its ``text`` is left out.
        content_hash: Of the article with its text.
        text_hash: Of its title and text.
    """

    article: Article
    content_hash: str
    text_hash: str

    @classmethod
    def of(cls, article: Article) -> "Twin":
        """Return what is kept of an article."""
        return cls(replace(article, text=""), article.content_hash, article.text_hash)


class Register:
    """The articles an index has, as they are known so far.

    Attributes:
        known: Article id -> what is known of it.
        seen: Ids of the articles that were read, or whose file is unchanged.
    """

    def __init__(self, known: Mapping[str, KnownArticle]) -> None:
        self.known = dict(known)
        self.seen: set[str] = set()
        self._by_text: dict[str, str] = {}
        self._by_file: dict[str, list[str]] = {}
        self._distinct: dict[str, str] = {}  # origin -> the id it has because its own was taken
        self._twins: dict[str, list[Twin]] = {}
        self._displaced: dict[str, Twin] = {}  # origin -> what was stored under a distinct id
        self._kept: list[tuple[str, str]] = []  # old and new origin of what kept its id
        for article_id, found in self.known.items():
            self._by_text.setdefault(found.text_hash, article_id)
            self._by_file.setdefault(file_of(found.origin), []).append(article_id)
            if plain_id(article_id):
                self._distinct[found.origin] = article_id

    def see_file(self, origin: str) -> int:
        """Note that a file is unchanged; return how many articles it has."""
        ids = self._by_file.get(origin, [])
        self.seen.update(ids)
        return len(ids)

    def id_of(self, article: Article) -> str:
        """Return the id an article is stored under: its own, unless that is another origin's."""
        owner = self.known.get(article.id)
        distinct = self._distinct.get(article.origin, "")
        if plain_id(distinct) == article.id and (owner is None or owner.origin != article.origin):
            return distinct
        found = article.id
        while (owner := self.known.get(found)) and owner.origin != article.origin:
            found = distinct_id(found, article.origin)
        return found

    def find_twin(self, article: Article) -> str | None:
        """Return the id of the same article from elsewhere; another publisher's is a reprint."""
        twin = self._by_text.get(article.text_hash)
        if twin is None or self.known[twin].text_hash != article.text_hash:
            return None
        publishers = {article.publisher, self.known[twin].publisher} - {""}
        return twin if len(publishers) < 2 else None

    def add_twin(self, article_id: str, article: Article) -> None:
        """Note that an article of the index was found once more."""
        self._twins.setdefault(article_id, []).append(Twin.of(article))

    def change(self, article_id: str, article: Article) -> list[Move]:
        """Know an article as it is now; return what has to be moved out of its way.

        A copy of it that was read before it was seen to change was not stored, for the index had
        its text. What is stored is left to the copy; else nothing would have that text any more.
        """
        moves: list[Move] = []
        known = self.known.get(article_id)
        self.seen.add(article_id)
        if known is not None and known.text_hash != article.text_hash:
            moves, others = self._make_move(article_id, self._twins.pop(article_id, []))
            if others:
                self._twins[moves[0].article.id] = others
        if known is None and plain_id(article_id) in self.known:
            self._displaced[article.origin] = Twin.of(article)
        self._add_known(Twin.of(article), article_id)
        return moves

    def _add_known(self, twin: Twin, article_id: str) -> None:
        a = twin.article
        self.known[article_id] = KnownArticle(
            twin.content_hash, twin.text_hash, a.publisher, a.origin
        )
        if plain_id(article_id):
            self._distinct[a.origin] = article_id
        holder = self.known.get(self._by_text.get(twin.text_hash, ""))
        if holder is None or holder.text_hash != twin.text_hash:
            self._by_text[twin.text_hash] = article_id

    def _make_move(self, article_id: str, twins: list[Twin]) -> tuple[list[Move], list[Twin]]:
        """Return the move of a stored article to the place of its first twin, and the others.

        A twin whose own id is that of the article comes first, and keeps the id that is stored: so
        a folder that was moved keeps all of its ids.
        """
        if not twins:
            return [], []
        names = {article_id, plain_id(article_id)}
        first, *others = sorted(twins, key=lambda twin: twin.article.id not in names)
        keeps = first.article.id in names and article_id not in self.seen
        new_id = article_id if keeps else self.id_of(first.article)
        if keeps:
            self._kept.append((self.known[article_id].origin, first.article.origin))
        self._add_known(first, new_id)
        self._by_text[first.text_hash] = new_id
        self.seen |= {article_id, new_id}
        return [Move(article_id, replace(first.article, id=new_id), first.content_hash)], others

    def resolve_twins(
        self, read: Collection[str], broken: Collection[str]
    ) -> tuple[list[Move], list[Duplicate]]:
        """Tell articles that are elsewhere now from duplicates, once everything was read.

        An article whose text is known from a place that is gone has moved; otherwise the index
        has it twice and keeps the first.

        Args:
            read: Files that were read.
            broken: Files of which something could not be read.
        """
        moves: list[Move] = []
        duplicates: list[Duplicate] = []
        for article_id, twins in self._twins.items():
            file = file_of(self.known[article_id].origin)
            gone = (file in read and file not in broken) or is_there(file) is False
            moved: list[Move] = []
            if gone and article_id not in self.seen:
                moved, twins = self._make_move(article_id, twins)  # noqa: PLW2901
            now = moved[0].article.id if moved else article_id
            moves += moved
            duplicates += [Duplicate(twin.article.origin, now) for twin in twins]
        return moves, duplicates

    def relocate(self, may_be_there: Callable[[str], bool]) -> tuple[list[Move], list[str]]:
        """Give articles that changed while their folder was moved the ids they had.

        Args:
            may_be_there: Tells whether an origin may be there but could not be read.

        Returns:
            The moves to the old ids, and the ids to remove before: those that are given again, and
            those of articles that are no longer in the folder.
        """
        moves, gone = [], []
        for article_id, origin in find_relocated(self._kept, list(self.find_unseen())):
            if twin := self._displaced.get(origin):
                moves.append(
                    Move(twin.article.id, replace(twin.article, id=article_id), twin.content_hash)
                )
            elif may_be_there(origin):
                continue
            gone.append(article_id)
        return moves, gone

    def find_unseen(self) -> Iterator[tuple[str, str]]:
        """Yield id and origin of the articles that were not read."""
        for article_id, found in self.known.items():
            if article_id not in self.seen:
                yield article_id, found.origin


def is_there(origin: str) -> bool | None:
    """Tell whether the file of an origin is there; None where that cannot be looked at."""
    path = locate(origin)
    try:
        return None if path is None else bool(path.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return None
