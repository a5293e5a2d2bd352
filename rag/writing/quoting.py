"""The writer that never invents: it quotes the sentences that answer, whole and exactly."""

import re
from collections.abc import Generator, Sequence
from typing import NamedTuple

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import analyse, fold
from index.search.search import Passage
from rag.checking.grounding import Support
from rag.reading.reading import Reading
from rag.reading.relevance import ScoredSentence
from rag.writing.writer import Written

EXTRACTIVE = "extractive"
"""Name of the quoter in settings and answers."""

# Chosen (docs/decisions/0016-stored-words-choose-sentences.md): ``python -m benchmarks.answers``
# measures whole answers with them and sweeps none.
_MAX_WORDS = 95
_MAX_QUOTES = 3
_ENOUGH_CHANCE = 0.8
"""Chance that one of the sentences taken is the answer, from which on no more are."""
_REPETITION_SHARE = 0.6
"""Of the shorter sentence's terms: it says the same again."""
_MAX_LINES_OF_LIST = 5
"""Lines between a value and the line with a colon that it stands under, at most."""

# «وأضاف»، «كما أكد»، «وقال إنه»: who speaks stands in the sentence before.
_NEEDS_SPEAKER = re.compile(
    r"(?:و|ف|كما )?(?:قد )?(?:اضاف|تابع|اوضح|اكد|اشار|ذكر|لفت|شدد|بين|اردف|استطرد|قال|اعتبر|راي)"
    r"ت? (?:ان |انه|انها|ايضا|الي ان|علي ان|ب|:|قائل|[«\"“])|(?:و|ف)?(?:هو|هي|هم|هذا|هذه|ذلك|تلك)\b"
    r"|(?:و|ف)?لكن(?:ه|ها|هم)\b|(?:و|ف)?ان(?:ه|ها|هم)\b|كما انه"
)


class Quote(NamedTuple):
    """A sentence of a passage.

    Attributes:
        passage: Position of the passage, from 0.
        span: Into the article's text.
    """

    passage: int
    span: Span


class Quoter:
    """Answers with sentences of the passages; the same question gets the same sentences."""

    name = EXTRACTIVE

    @staticmethod
    def write(reading: Reading) -> Generator[Written, None, bool]:
        """Yield the sentences that answer; quotes of one passage stand in one paragraph."""
        previous = None
        for passage, span in choose_quotes(reading):
            text = reading.passages[passage].article.text[span.start : span.end]
            yield Written(text, Support(passage, span, 1.0), " " if passage == previous else "\n")
            previous = passage
        return False


QUOTER = Quoter()
"""It has no state, so one serves all."""


def choose_quotes(reading: Reading) -> list[Quote]:
    """Return the one to three quotes that answer, and what they need to be understood.

    A sentence that leaves its speaker or subject to the one before takes that one along.
    Quotes of one article stand in its order; the article of the best sentence comes first. Where
    articles differ, every version is quoted and nothing else, the newest first.
    """
    if reading.versions:
        return _split_quotes(reading.passages, reading.all_versions)
    chosen: list[ScoredSentence] = []
    spent, sure = 0, 0.0
    for sentence in reading.sentences:
        if len(chosen) == _MAX_QUOTES or sure >= _ENOUGH_CHANCE:
            break
        length = len(sentence.text.split())
        if chosen and spent + length > _MAX_WORDS:
            continue
        sure += sentence.chance
        if not any(_is_repetition(sentence, other) for other in chosen):
            chosen.append(sentence)
            spent += length
    order = {s.passage: i for i, s in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda s: (order[s.passage], s.span))
    return _split_quotes(reading.passages, chosen)


def _split_quotes(passages: Sequence[Passage], chosen: Sequence[ScoredSentence]) -> list[Quote]:
    """Return the sentences chosen, each once, with those that name their speakers."""
    found: list[Quote] = []
    for sentence in chosen:
        passage = passages[sentence.passage]
        start, end = _extend_to_label(passage, _extend_to_speaker(passage, sentence))
        last = found[-1] if found else None
        if last and last.passage == sentence.passage:
            start = max(start, last.span.end)
        text = passages[sentence.passage].article.text[start:end] if start < end else ""
        found += [
            Quote(sentence.passage, Span(start + a, start + b)) for a, b in sentence_spans(text)
        ]
    return found


def _extend_to_speaker(passage: Passage, sentence: ScoredSentence) -> Span:
    if not _NEEDS_SPEAKER.match(fold(sentence.text)):
        return sentence.span
    text = passage.article.text
    before = [span for span in sentence_spans(text[: sentence.span.start]) if _is_prose(text, span)]
    if not before or len(text[before[-1].start : before[-1].end].split()) > _MAX_WORDS // 2:
        return sentence.span
    return Span(before[-1].start, sentence.span.end)


def _extend_to_label(passage: Passage, span: Span) -> Span:
    """Return a span with the line that names what it holds, or what stands below that line.

    «عدد المحلات:», «50» and «20 منها مغلق» are lines of one list; none of them answers alone.
    """
    text = passage.article.text
    start, end = span
    for above in reversed(sentence_spans(text[:start])[-_MAX_LINES_OF_LIST:]):
        if text[above.end - 1] == ":":
            start = above.start
        if text[above.end - 1] == ":" or _is_prose(text, above):
            break
    if text[end - 1] == ":" and (below := sentence_spans(text[end:])):
        end += below[0].end
    return Span(start, end)


def _is_prose(text: str, span: Span) -> bool:
    """Tell a sentence from a heading between paragraphs."""
    return text[span.start : span.end].rstrip("»”\"'").endswith((".", "!", "؟", "؛", "…", "?"))


def _is_repetition(one: ScoredSentence, other: ScoredSentence) -> bool:
    first, second = set(analyse(one.text)), set(analyse(other.text))
    return len(first & second) >= _REPETITION_SHARE * min(len(first), len(second))
