"""What an answer is: sentences, each with the exact words of an article behind it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import takewhile
from typing import Any, NamedTuple

from index.arabic.numbers import find_numbers
from index.articles.copies import Reprint
from index.search.search import Passage
from rag.language.relative_dates import RelativeDate

_STOP = re.compile(r"[.!؟?؛…،:]+$")

_ITEM = re.compile(r" *(?:-|\d+\.) ")

SCHEMA_VERSION = 2
"""Of :meth:`Answer.to_dict`; the same JSON from Python, the command line and HTTP."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of an article that an answer rests on: ``article.text[start:end] == quote``.

    Attributes:
        number: As it stands in the answer's text, from 1.
        article_id: The article's id in the index.
        title: The article's title.
        source: Publisher, or "".
        date: The article's own date as ``YYYY-MM-DD``, or "".
        url: Public address, or "".
        quote: The article's own words.
        start: Where the quote starts in the article's text, in characters.
        end: Where it ends, exclusive.
        score: How well the quote supports the sentence, in [0, 1]; 1 for a verbatim quote.
        reprints: Other articles that say the same in nearly the same words: not further sources.
        relative_dates: What «أمس» or «الثلاثاء» of the quote mean, told from ``date``.
        shown_start: Where the part of it starts that is shown at first, in the article's text;
            where it is not given, all is shown.
        shown_end: Where that ends, exclusive.
        answer_start: Where the answering words start; None where they are not known.
        answer_end: Where they end, exclusive.
        ocr: Whether the article was read from a picture, so that letters and figures may be wrong.
    """

    number: int
    article_id: str
    title: str
    source: str
    date: str
    url: str
    quote: str
    start: int
    end: int
    score: float
    reprints: tuple[Reprint, ...] = ()
    relative_dates: tuple[RelativeDate, ...] = ()
    shown_start: int = -1
    shown_end: int = -1
    answer_start: int | None = None
    answer_end: int | None = None
    ocr: bool = False

    def __post_init__(self) -> None:
        if self.shown_end < 0:  # all of it
            object.__setattr__(self, "shown_start", self.start)
            object.__setattr__(self, "shown_end", self.end)

    @property
    def answer(self) -> str:
        """The answering words; "" where they are not known."""
        if self.answer_start is None or self.answer_end is None:
            return ""
        return self.quote[self.answer_start - self.start : self.answer_end - self.start]

    @property
    def shown(self) -> str:
        """The part that is shown at first, with «…» where it was cut."""
        words = self.quote[self.shown_start - self.start : self.shown_end - self.start]
        before = "…" if self.shown_start > self.start else ""
        behind = "…" if self.shown_end < self.end else ""
        return f"{before}{words}{behind}"


@dataclass(frozen=True, slots=True)
class Point:
    """What an answer says in one place: a row, an item of a list, a piece of evidence.

    Attributes:
        text: The clause that answers, «…» where it was cut; of a model its sentence.
        citations: Numbers of the citations behind it.
        label: Who says it, or which side or part of the question it is about; "" otherwise.
        date: Of the article, as ``YYYY-MM-DD``, or "".
    """

    text: str
    citations: tuple[int, ...]
    label: str = ""
    date: str = ""


def find_or_add(citations: list[Citation], one: Citation) -> int:
    """Return the number of the citation of the same words, added at the end where there is none."""
    for known in citations:
        if (known.article_id, known.start, known.end) == (one.article_id, one.start, one.end):
            return known.number
    citations.append(replace(one, number=len(citations) + 1))
    return len(citations)


class Place(NamedTuple):
    """Where a sentence stands among the others.

    Attributes:
        above: Lines of words above it.
        is_new: Whether it begins a line.
        item: Bullet or number of the item it begins, «- », «  - » or «3. »; "" for none.
        words: Date and label before it in its line.
    """

    above: tuple[str, ...]
    is_new: bool
    item: str
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    Attributes:
        text: Without citation marks.
        citations: Numbers of the citations behind it.
        support: How well they support it, in [0, 1].
        verdict: What the articles say of it: ``supported``, ``unsure``, where they do not say it in
            these words, or ``contradicted``, which is shown only where that is marked;
            ``declined`` where it says that the passages do not tell something.
        lead: White space, bullet, number, date or label that stands before it; also lines that
            stand above it: a heading, or that articles differ on this part. See ``place``.
        note: What the assistant says behind it, or "".
        label: Who says it, or what it is about; "" otherwise.
        is_version: Whether it is quoted of one of several articles that differ.
        is_open: Whether its verdict may still change; never in a whole answer.
        is_further: Whether it tells more of a story than is shown at first.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    verdict: str = "supported"
    lead: str = " "
    note: str = ""
    label: str = ""
    is_version: bool = False
    is_open: bool = False
    is_further: bool = False

    @property
    def place(self) -> Place:
        """Where it stands among the others."""
        *above, line = self.lead.split("\n")
        item = _ITEM.match(line)
        end = item.end() if item else 0
        return Place(
            above=tuple(words for words in above if words.strip()),
            is_new=bool(above) or bool(item),
            item=line[:end],
            words=line[end:].strip(),
        )

    @property
    def supported(self) -> bool:
        """Whether the articles say it."""
        return self.verdict == "supported"

    def segments(self) -> Iterator[str | int]:
        """Yield its text with the numbers of its citations before the full stop."""
        stop = _STOP.search(self.text) if self.citations else None
        at = stop.start() if stop else len(self.text)
        yield self.text[:at].rstrip() + " " if self.citations else self.text
        yield from self.citations
        if stop:
            yield self.text[at:]
        if self.note:
            yield f" {self.note}"


class Version(NamedTuple):
    """What one of several articles that differ says.

    Attributes:
        value: The answering words; "" where they are not known.
        label: What it is called where a newer one takes its place; "" otherwise.
        citation: Where it says so.
    """

    value: str
    label: str
    citation: Citation


def group_versions(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    """Return the sentences in order, those that tell one difference in one group.

    All others between them are a group too.
    """
    groups: list[list[Sentence]] = []
    for sentence in sentences:
        last = groups[-1][-1] if groups else None
        is_other = sentence.is_version and bool(sentence.place.above)
        if last is None or last.is_version != sentence.is_version or is_other:
            groups.append([])
        groups[-1].append(sentence)
    return groups


def find_caption(group: Sequence[Sentence], opening: str) -> str:
    """Return what a group of versions is called: the line above it, else an answer's opening."""
    above = group[0].place.above
    return (above[-1] if above else opening).rstrip(" :")


def list_versions(group: Iterable[Sentence], citations: Iterable[Citation]) -> list[Version]:
    """Return the versions that the sentences of a group tell: one of each article, in order."""
    cited = {citation.number: citation for citation in citations}
    found: dict[str, Version] = {}
    for sentence in (s for s in group if s.citations and s.citations[0] in cited):
        citation = cited[sentence.citations[0]]
        known = found.get(citation.article_id)
        # Of an article's sentences the first may only say what the next is about.
        if known is None or (citation.answer and not known.value):
            label = known.label if known else sentence.label
            value = _strip_preposition(citation.answer)
            found[citation.article_id] = Version(value, label, citation)
    return list(found.values())


def _strip_preposition(words: str) -> str:
    """Return words that begin with a number without the «ب» or «ل» that is written with it.

    >>> [_strip_preposition(words) for words in ("بسبعة عشر شخصًا", "بـ17", "بليون")]
    ['سبعة عشر شخصًا', '17', 'بليون']
    """
    rest = re.sub(r"^[بل]ـ*\s?", "", words)
    number, same = find_numbers(words), find_numbers(rest)
    is_same = bool(number and same) and (same[0].start, same[0].value) == (0, number[0].value)
    return rest if is_same else words


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal, with everything it rests on.

    Attributes:
        question: As it was asked.
        standalone_question: As it was understood, after what was said before, misspelled words as
            the articles spell them.
        text: The answer with its ``[n]`` marks, or the refusal.
        sentences: The answer sentence by sentence; empty for a refusal.
        citations: Only those used, numbered 1, 2, … in order of use.
        passages: What was found and read, best first.
        found: Whether the articles answer the question.
        refusal: Why not: ``no_evidence``, ``empty_index`` or ``model_refused``; None when found.
        model: What wrote the answer.
        timings: Milliseconds by stage; their keys are ``rewrite search evidence answer
            total``, and ``verify`` where a second opinion was asked for.
        index_generation: Of the search files used.
        evidence: Probability that the passages hold an answer, in [0, 1].
        notice: What the reader must know of how it came about, or None.
        error: What kept the chosen model from answering, or None.
        short: The few words of a quote that answer: a name, a date, a number, a place; of each part
            where several things are asked, «؛» between them. None where the question asks for no
            such thing, they are not clear, or nothing was read closely.
        opening: The assistant's own words before the sentences, also in ``text``; "" for none.
        kind: The form that the question wants: ``fact yes/no why list comparison timeline summary
            several``.
        differs: Whether articles give other figures or deny one another; then each version is
            quoted with its date, the newest first.
        incomplete: Whether a part of the index did not answer, so that it may say more than this.
    """

    question: str
    standalone_question: str
    text: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    found: bool = False
    refusal: str | None = None
    model: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    index_generation: int = 0
    evidence: float = 0.0
    notice: str | None = None
    error: str | None = None
    short: str | None = None
    opening: str = ""
    kind: str = "fact"
    differs: bool = False
    incomplete: bool = False

    @property
    def points(self) -> tuple[Point, ...]:
        """What it says, place by place, in the words that are shown at first."""
        return self._list_points(is_further=False)

    @property
    def further(self) -> tuple[Point, ...]:
        """What it tells more of the story, in the same way."""
        return self._list_points(is_further=True)

    def _list_points(self, *, is_further: bool) -> tuple[Point, ...]:
        cited = {citation.number: citation for citation in self.citations}
        told = (sentence for sentence in self.sentences if sentence.is_further == is_further)
        return tuple(self._point(sentence, cited) for sentence in told)

    @staticmethod
    def _point(sentence: Sentence, cited: Mapping[int, Citation]) -> Point:
        first = cited[sentence.citations[0]] if sentence.citations else None
        quoted = first is not None and first.quote == sentence.text
        text = first.shown if first is not None and quoted else sentence.text
        return Point(text, sentence.citations, sentence.label, first.date if first else "")

    def segments(self) -> Iterator[str | int]:
        """Yield the answer's words and, as numbers, the citations that stand among them.

        Where an article has «[3]» in a sentence of its own, that is a word and no citation.
        """
        if self.opening:
            yield f"{self.opening}\n"
        for place, sentence in enumerate(self.sentences):
            # Of what stands before the first sentence only a date or a bullet is kept.
            yield sentence.lead if place else sentence.lead.lstrip()
            yield from sentence.segments()

    def with_text(self) -> "Answer":
        """Return the answer with the text that its sentences make."""
        text = "".join(f"[{s}]" if isinstance(s, int) else s for s in self.segments())
        return replace(self, text=text.strip())

    @property
    def settled_text(self) -> str:
        """What of the text stays as it is: all of a whole answer.

        Where only what is declined comes before the first open sentence, all may become a refusal.
        """
        told = tuple(takewhile(lambda one: not one.is_open, self.sentences))
        if self.sentences and all(one.verdict == "declined" for one in told):
            return ""
        if told == self.sentences:
            return self.text
        return replace(self, sentences=told).with_text().text

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready values."""
        return {
            "schema_version": SCHEMA_VERSION,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "text": self.text,
            "short": self.short,
            "opening": self.opening,
            "kind": self.kind,
            "points": [asdict(point) for point in self.points],
            "further": [asdict(point) for point in self.further],
            "differs": self.differs,
            "incomplete": self.incomplete,
            "found": self.found,
            "refusal": self.refusal,
            "sentences": [
                {
                    "text": sentence.text,
                    "citations": list(sentence.citations),
                    "support": round(sentence.support, 4),
                    "supported": sentence.supported,
                    "verdict": sentence.verdict,
                    "lead": sentence.lead,
                    "note": sentence.note,
                    "label": sentence.label,
                    "is_version": sentence.is_version,
                    "is_further": sentence.is_further,
                }
                for sentence in self.sentences
            ],
            "citations": [
                {
                    **asdict(citation),
                    "score": round(citation.score, 4),
                    "relative_dates": [date._asdict() for date in citation.relative_dates],
                }
                for citation in self.citations
            ],
            "passages": [passage_to_dict(passage) for passage in self.passages],
            "model": self.model,
            "evidence": round(self.evidence, 4),
            "notice": self.notice,
            "error": self.error,
            "timings": {stage: round(ms, 1) for stage, ms in self.timings.items()},
            "index_generation": self.index_generation,
        }


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """Return a passage as JSON-ready values."""
    return {
        "rank": passage.rank,
        "score": round(passage.score, 4),
        "scores": {name: round(value, 4) for name, value in passage.scores.items()},
        "article_id": passage.article.id,
        "title": passage.article.title,
        "source": passage.article.source,
        "date": passage.article.date,
        "url": passage.article.url,
        "ocr": passage.article.ocr,
        "reprints": [asdict(reprint) for reprint in passage.reprints],
        "text": passage.text,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
    }
