"""Read the likeliest sentences again, each with its neighbours beside the question.

What the reader says of them decides which sentence answers, whether any does, and which few words
of it. The weights are in ``close_reading.json``, with what they were fitted on, by
``benchmarks/train_close_reading.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import fold
from index.search.search import Passage
from rag.language.package_data import read_weights
from rag.language.questions import Kind, is_arabic
from rag.language.signs import detect_sign
from rag.question import Question
from rag.reading.missing_words import MissingWords
from rag.reading.reader import Reader
from rag.reading.reader_input import MAX_ANSWER
from rag.reading.relevance import ScoredSentence, rank_sentences
from rag.reading.whole_phrases import CELL_END, MOST_CELLS, widen

MAX_WINDOWS = 3
"""Windows that are read for a question. Chosen for the time they take: with four no more first
sentences were right (docs/decisions/0039-a-reader-trained-here.md)."""
_WINDOW_CHARS = 350
"""Letters of a window, about: as long as what the reader was taught with."""
_LONGEST = dict.fromkeys((Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY), 24)
"""Tokens of the few words that answer what asks for a name, a day, a place or a number. Chosen, not
measured."""
_FARTHEST = 8.0
"""Beyond it a margin says no more: sure is sure. Chosen, not measured."""

_PAIRS = (("(", ")"), ("«", "»"), ("“", "”"), ("[", "]"))
"""Marks of which few words have both or none."""
_NEVER_FEW = {Kind.WHY, Kind.YES_NO}
"""Kinds of question that few words do not answer."""

# What no held-out figure needed was left out: ``python -m benchmarks.reader_uses``.
CHOICE = ("score", "margin", "missing")
"""What a sentence is chosen by."""
GATE = ("worst_missing", "unknown", "sign", "no_sign", "margin")
"""What reading adds to what the gate looks at."""
HEADLINE = ("answerable", "lead", "agrees", "chance")
"""What tells whether the few words are right."""


@dataclass(frozen=True, slots=True)
class Window:
    """What the reader is shown of a passage.

    Attributes:
        passage: Position of the passage, from 0.
        span: Into the article's text.
        answerable: Logit that it answers.
    """

    passage: int
    span: Span
    answerable: float = 0.0

    def holds(self, passage: int, span: Span) -> bool:
        """Tell whether a span lies in it."""
        return (
            passage == self.passage and self.span.start <= span.start and span.end <= self.span.end
        )


@dataclass(frozen=True, slots=True)
class ReadSpan:
    """Words that may answer, as the reader found them.

    Attributes:
        window: Where they stand.
        span: Into the article's text.
        text: As it stands there.
        logit: Comparable among all windows of a question.
        margin: How far that is above the logit that its window does not answer.
    """

    window: Window
    span: Span
    text: str
    logit: float
    margin: float


@dataclass(frozen=True, slots=True)
class CloseReading:
    """What was read for a question.

    Attributes:
        windows: In the order of their best sentences.
        spans: The likeliest answers of all windows, best first.
        missing: How much the words that the passages lack speak against them.
    """

    windows: Sequence[Window] = ()
    spans: Sequence[ReadSpan] = ()
    missing: MissingWords = field(default_factory=MissingWords)


def read_closely(
    reader: Reader,
    question: Question,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
) -> CloseReading:
    """Read the windows around the best sentences.

    Args:
        reader: Was taught Arabic only; where question or passages are in another language, nothing
            is read.
        question: As it was understood.
        passages: Those that the sentences are of.
        sentences: Best first.
    """
    if not sentences or not question.is_arabic or not is_arabic(passages[0].text):
        return CloseReading()
    chosen = choose_windows(passages, sentences)
    heads = [_head(passages[window.passage]) for window in chosen]
    texts = [
        head + passages[window.passage].article.text[window.span.start : window.span.end]
        for head, window in zip(heads, chosen, strict=True)
    ]
    windows, spans = [], []
    longest = _LONGEST.get(question.kind, MAX_ANSWER)
    said = reader.read(question.text, texts, longest=longest)
    for window, head, read in zip(chosen, heads, said, strict=True):
        known = replace(window, answerable=read.answerable)
        windows.append(known)
        moved = window.span.start - len(head)
        for (start, end), logit, margin in read.spans:
            if start >= len(head):
                article = passages[window.passage].article.text
                place = widen(article, Span(start + moved, end + moved), question.kind)
                words = article[place.start : place.end]
                spans.append(ReadSpan(known, place, words, logit, margin))
    return CloseReading(windows, sorted(spans, key=lambda found: -found.logit))


def choose_windows(
    passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> list[Window]:
    """Return the best sentences with their neighbours, each place once."""
    found: list[Window] = []
    for sentence in sentences:
        if not any(window.holds(sentence.passage, sentence.span) for window in found):
            passage = passages[sentence.passage]
            found.append(Window(sentence.passage, _widen(passage, sentence.span)))
        if len(found) == MAX_WINDOWS:
            break
    return found


def _head(passage: Passage) -> str:
    title = " ".join(passage.article.title.split())
    return f"{title}\n" if title and not passage.text.startswith(title) else ""


def _widen(passage: Passage, span: Span) -> Span:
    """Return a sentence with those around it, as many as a window holds."""
    first = passage.chunk.start
    spans = [Span(first + a, first + b) for a, b in sentence_spans(passage.text)]
    low = high = next((n for n, other in enumerate(spans) if other.end >= span.end), 0)
    start, end = span
    while low > 0 or high < len(spans) - 1:
        after = high < len(spans) - 1 and (low == 0 or end - span.end <= span.start - start)
        low, high = (low, high + 1) if after else (low - 1, high)
        wider = min(start, spans[low].start), max(end, spans[high].end)
        if wider[1] - wider[0] > _WINDOW_CHARS:
            break
        start, end = wider
    return Span(start, end)


def choose_again(
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
    weights: Mapping[str, float] | None = None,
) -> list[ScoredSentence]:
    """Return the sentences in the order that the reader gives them, with their chances.

    Args:
        sentences: By their words, best first.
        read: What the reader said of them.
        weights: Of what they are chosen by; None takes those that ship.
    """
    if not read.windows:
        return list(sentences)
    weights = weights or read_weights("reading/close_reading.json")["choice"]
    scored = [replace(s, score=_compute_logit(weights, compute_choice(s, read))) for s in sentences]
    return rank_sentences(scored)


def compute_choice(sentence: ScoredSentence, read: CloseReading) -> dict[str, float]:
    """Return what a sentence is chosen by; see ``CHOICE``."""
    margins = [
        span.margin
        for span in read.spans
        if span.window.passage == sentence.passage
        and sentence.span.start < span.span.end
        and span.span.start < sentence.span.end
    ]
    return {
        "score": sentence.score,
        "margin": _limit(max(margins)) if margins else -_FARTHEST,
        "missing": read.missing.get_total(sentence.passage),
    }


def compute_gate(read: CloseReading, sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """Return what reading tells the gate; see ``GATE``.

    Args:
        read: What the reader said.
        sentences: As the reader orders them.
    """
    if not read.spans:
        return {}
    first = sentences[0]
    return {
        "worst_missing": read.missing.get_worst(first.passage),
        "unknown": float(read.missing.unknown),
        "sign": float(first.sign is True),
        "no_sign": float(first.sign is False),
        "margin": _limit(read.spans[0].margin),
    }


def compute_headline(read: CloseReading, sentences: Sequence[ScoredSentence]) -> dict[str, float]:
    """Return what tells whether the best span is right; see ``HEADLINE``.

    Args:
        read: What the reader said.
        sentences: As the reader orders them.
    """
    best = read.spans[0]
    own = [sentence for sentence in sentences if _stands_in(best, sentence)]
    return {
        "answerable": _limit(best.window.answerable),
        "lead": _limit(_compute_lead(read.spans)),
        "agrees": float(own[:1] == [sentences[0]]),
        "chance": own[0].chance if own else 0.0,
    }


def find_headline(
    question: Question,
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    read: CloseReading,
) -> str | None:
    """Return the few words that answer, as they stand in the article; None where that is not clear.

    Args:
        question: As it was understood.
        passages: Those that the sentences are of.
        sentences: As the reader orders them.
        read: What it said of them.
    """
    if not read.spans or question.kind in _NEVER_FEW:
        return None
    best = read.spans[0]
    text = passages[best.window.passage].article.text
    if not _is_of_its_kind(question.kind, best.text) or not _stands_alone(text, best.span):
        return None
    fitted = read_weights("reading/close_reading.json")
    logit = _compute_logit(fitted["headline"], compute_headline(read, sentences))
    return best.text if logit >= fitted["headline_shown"] else None


def _is_of_its_kind(kind: Kind, words: str) -> bool:
    """Tell whether words that should name a day or a number do."""
    return kind not in {Kind.WHEN, Kind.HOW_MANY} or bool(detect_sign(kind, words))


def _stands_alone(text: str, span: Span) -> bool:
    """Tell whether words are of one line, and if of a table's row, of one that says what they are.

    «عدد العمال | 20» does; in a row of more cells the line that names the columns says it. Of
    quotation marks and brackets they must have both or none.
    """
    start, end = span
    line = text[text.rfind("\n", 0, start) + 1 : start] + text[start:].split("\n", 1)[0]
    words = text[start:end]
    return (
        "\n" not in words
        and CELL_END not in words
        and line.count(CELL_END) < MOST_CELLS
        and words.count('"') % 2 == 0
        and all(words.count(left) == words.count(right) for left, right in _PAIRS)
    )


def _compute_lead(spans: Sequence[ReadSpan]) -> float:
    """Return how far the best span is above the best that says something else."""
    best = fold(spans[0].text)
    others = [s.logit for s in spans if fold(s.text) not in best and best not in fold(s.text)]
    return spans[0].logit - max(others) if others else _FARTHEST


def _stands_in(span: ReadSpan, sentence: ScoredSentence) -> bool:
    return (
        span.window.passage == sentence.passage
        and sentence.span.start <= span.span.start < sentence.span.end
    )


def _limit(value: float) -> float:
    return max(-_FARTHEST, min(_FARTHEST, value))


def _compute_logit(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    return weights.get("bias", 0.0) + sum(weights[name] * value for name, value in values.items())
