"""What a model is given to read: whole articles where there is room, else what stands before too.

Who speaks, and what became of it, stands in the sentences around those that were found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.arabic.sentences import Span, sentence_spans
from index.articles.chunking import Chunk
from index.search.search import Passage
from rag.language.forms import STORIES
from rag.reading.passages import merge_neighbours
from rag.reading.reading import Reading
from rag.reading.relevance import ScoredSentence
from rag.settings import TOKENS_OF_CHUNK

CHARACTERS_PER_TOKEN = 2.0
"""Of Arabic, at least, in a vocabulary that is made for many languages: in Qwen's a token has 2.1
of the sample articles and 2.6 of radio news, in DeepSeek's, Mistral's (Tekken) and OpenAI's of 2024
2.3 to 3.3. In those of 2023 and before it has 1.0 to 1.4."""
_AROUND = 60
"""Tokens of a passage's number, publisher and dates at most, its headline aside. Chosen."""
_WHOLE, _WHOLE_OF_STORIES = 2, 12
"""Articles that are given whole, and of a story; measured in
docs/decisions/0047-what-a-model-is-given.md."""
_BEFORE, _LONGEST_BEFORE = 2, 300
"""Sentences that are given before a passage, and their characters together. Chosen."""


def widen(reading: Reading, wholes: Mapping[str, Passage], room: int, k: int) -> Reading:
    """Return what was read with as much around it as there is room for.

    Of as many passages as were wanted none is lost.

    Args:
        reading: With the passages as they were found, best first.
        wholes: Article id -> the whole article, for those that may be given whole.
        room: Tokens that all passages may take.
        k: How many of those an index is cut into were wanted; so many are given in any case.
    """
    passages, order = reading.passages, _order_by_part(reading)
    kept = set(order[:k])
    while len(kept) > 1 and _count_tokens([passages[n] for n in kept]) > max(
        room, k * TOKENS_OF_CHUNK
    ):
        kept.remove(order[len(kept) - 1])
    many = _WHOLE_OF_STORIES if reading.question.form in STORIES else _WHOLE
    many *= max(1, len(reading.groups))
    left = room - _count_tokens([passages[n] for n in kept])
    given: list[Passage] = []
    for places in _group_by_article(passages, order):
        bare = [passages[n] for n in places if n in kept]
        left += _count_tokens(bare)
        whole = wholes.get(passages[places[0]].article.id)
        if whole and whole.words is None and any(passages[n].words for n in places):
            whole = None  # words without vectors can hardly be checked
        options = _list_options([passages[n] for n in places], whole if many else None, whole)
        chosen = next((option for option in options if _count_tokens(option) <= left), bare)
        many -= chosen == [whole]
        left -= _count_tokens(chosen)
        given += chosen
    return _give(reading, given)


def _order_by_part(reading: Reading) -> list[int]:
    """Return the places of all passages, the best of every part of the question before the rest."""
    starts = sorted({0, *reading.groups})
    ends = [*starts[1:], len(reading.passages)]
    ranked = sorted((n - a, n) for a, b in zip(starts, ends, strict=True) for n in range(a, b))
    return [n for _, n in ranked]


def _group_by_article(passages: Sequence[Passage], order: Sequence[int]) -> list[list[int]]:
    """Return the places of each article's passages."""
    found: dict[str, list[int]] = {}
    for n in order:
        found.setdefault(passages[n].article.id, []).append(n)
    return list(found.values())


def _list_options(
    found: list[Passage], whole: Passage | None, known: Passage | None
) -> Iterator[list[Passage]]:
    """Yield what may be given of an article, the longest first."""
    if whole:
        yield [whole]
    if known:
        yield merge_neighbours([_add_before(passage, known) for passage in found])
    yield found


def _count_tokens(passages: Sequence[Passage]) -> int:
    letters = sum(len(passage.text) + len(passage.article.title) for passage in passages)
    return int(letters / CHARACTERS_PER_TOKEN) + _AROUND * len(passages)


def _add_before(passage: Passage, whole: Passage) -> Passage:
    """Return a passage with the sentences before it, as long as they are short."""
    text, (start, end) = whole.text, (passage.chunk.start, passage.chunk.end)
    for before in sentence_spans(text[:start])[: -_BEFORE - 1 : -1]:
        if passage.chunk.start - before.start <= _LONGEST_BEFORE:
            start = before.start
    words = whole.words.cut(Span(start, end)) if whole.words else None
    chunk = Chunk(passage.article.id, start, end, text[start:end])
    return replace(passage, chunk=chunk, words=words)


def _give(reading: Reading, given: Sequence[Passage]) -> Reading:
    """Return what was read, of other passages that hold those that were found."""
    ordered: list[Passage] = []
    place: dict[int, int] = {}
    for n, found in enumerate(reading.passages):
        wider = next((passage for passage in given if _holds(passage, found)), None)
        if wider is None:
            continue
        place[n] = next((m for m, one in enumerate(ordered) if one is wider), len(ordered))
        ordered += [wider] if place[n] == len(ordered) else []
    return replace(
        reading,
        passages=[replace(passage, rank=rank) for rank, passage in enumerate(ordered, start=1)],
        sentences=_move(reading.sentences, place),
        versions=_move(reading.versions, place),
        spans=[
            replace(span, window=replace(span.window, passage=place[span.window.passage]))
            for span in reading.spans
            if span.window.passage in place
        ],
        groups=_move_groups(reading.groups, place),
    )


def _holds(wider: Passage, passage: Passage) -> bool:
    inside = wider.chunk.start <= passage.chunk.start and passage.chunk.end <= wider.chunk.end
    return inside and wider.article.id == passage.article.id


def _move(sentences: Sequence[ScoredSentence], place: Mapping[int, int]) -> list[ScoredSentence]:
    return [replace(s, passage=place[s.passage]) for s in sentences if s.passage in place]


def _move_groups(groups: Mapping[int, str], place: Mapping[int, int]) -> dict[int, str]:
    """Return where each part begins; one that has no article of its own joins the one before."""
    moved: dict[int, str] = {}
    begun = -1
    for start in sorted(groups):
        end = min((n for n in groups if n > start), default=max(place, default=0) + 1)
        own = [place[n] for n in range(start, end) if place.get(n, -1) > begun]
        if own:
            moved[min(own)] = groups[start]
            begun = max(own)
        elif moved:
            last = max(moved)
            moved[last] = f"{moved[last]}؛ {groups[start]}"
    return moved
