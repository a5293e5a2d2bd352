"""The writer that never invents: it quotes the sentences that answer, whole and exactly."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import fold
from index.search.search import Passage
from prompts import load_phrases
from rag.checking.grounding import Support
from rag.language.clauses import find_speaker
from rag.language.forms import Form
from rag.language.written_lists import find_written_list, is_item
from rag.reading.reading import Reading
from rag.reading.relevance import ScoredSentence
from rag.reading.selection import select_sentences
from rag.writing.writer import Written

EXTRACTIVE = "extractive"
"""Name of the quoter in settings and answers."""

_LONGEST_BEFORE = 47
"""Words of a sentence that is quoted only because it names who speaks. Chosen."""
_MAX_LINES_OF_LIST = 5
"""Lines between a value and the line with a colon that it stands under, at most."""

# «وأضاف»، «كما أكد»، «وقال إنه»: who speaks stands in the sentence before.
_SAYS_MORE = re.compile(
    r"(?:و|ف|كما )?(?:قد )?(?:اضاف|تابع|اوضح|اكد|اشار|ذكر|لفت|شدد|بين|اردف|استطرد|قال|اعتبر|راي)"
    r"ت? (?:ان |انه|انها|ايضا|الي ان|علي ان|ب|:|قائل|[«\"“])"
)
# «وهذا»، «لكنه»: what is spoken of stands there.
_LEANS = re.compile(
    r"(?:و|ف)?(?:هو|هي|هم|هذا|هذه|ذلك|تلك)\b|(?:و|ف)?لكن(?:ه|ها|هم)\b|(?:و|ف)?ان(?:ه|ها|هم)\b"
    r"|كما انه"
)
_ITEMS = frozenset({Form.LIST, Form.SUMMARY, Form.TIMELINE})
"""Forms of which every sentence stands on a line of its own."""


class Quote(NamedTuple):
    """A sentence of a passage.

    Attributes:
        passage: Position of the passage, from 0.
        span: Into the article's text.
        speaker: Who says it, where only the sentence before tells; "" otherwise.
    """

    passage: int
    span: Span
    speaker: str = ""


class Quoter:
    """Answers with sentences of the passages; the same question gets the same sentences."""

    name = EXTRACTIVE

    @staticmethod
    def write(reading: Reading) -> Generator[Written, None, bool]:
        """Yield the sentences that answer; quotes of one passage stand in one paragraph."""
        told, further = choose_quotes(reading)
        yield from _write(reading, told)
        heading = load_phrases(reading.question.language)["further"]
        for written in _write(reading, further):
            yield replace(written, heading=heading, is_further=True)
            heading = ""
        return False

    @staticmethod
    def review(_reading: Reading, written: Sequence[Written]) -> list[Written]:
        """Return what was written: nobody doubts a quote."""
        return list(written)


QUOTER = Quoter()
"""It has no state, so one serves all."""


def _write(reading: Reading, quotes: Sequence[Quote]) -> Iterator[Written]:
    previous: Quote | None = None
    items = reading.question.form in _ITEMS and not reading.versions
    for quote in quotes:
        passage, (start, end), speaker = quote
        text = reading.passages[passage].article.text[start:end]
        together = previous is not None and previous.passage == passage
        # What was taken along with a sentence stays on its line.
        follows = previous and together and start - previous.span.end <= 1 and not is_item(text)
        is_row = items and not follows
        lead = "\n- " if is_row else " " if together else "\n"
        yield Written(text, (Support(passage, quote.span, 1.0),), lead, speaker)
        previous = quote


def choose_quotes(reading: Reading) -> tuple[list[Quote], list[Quote]]:
    """Return the quotes that answer, with what they need to be understood, and further ones.

    A sentence that leaves what it speaks of to the one before takes that one along; one that leaves
    only its speaker there is told with his name. Where articles differ, every version is quoted and
    nothing else, the newest first.
    """
    passages = reading.passages
    if reading.versions:
        return _split_quotes(passages, reading.all_versions), []
    chosen = select_sentences(reading.question, passages, reading.sentences, reading.length)
    if reading.question.form is Form.LIST:
        return _split_quotes(passages, _complete_lists(passages, chosen.told)), []
    told = _split_quotes(passages, chosen.told)
    return told, _split_quotes(passages, chosen.further, told)


def _complete_lists(
    passages: Sequence[Passage], chosen: Sequence[ScoredSentence]
) -> Iterator[ScoredSentence]:
    """Yield the sentences chosen, with the whole list where one is an item of it."""
    for sentence in chosen:
        text = passages[sentence.passage].article.text
        sentences = sentence_spans(text)
        item = next((n for n, span in enumerate(sentences) if span == sentence.span), None)
        items = [] if item is None else find_written_list(text, sentences, item)
        for start, end in items or [sentence.span]:
            yield replace(sentence, span=Span(start, end), text=text[start:end])


def _split_quotes(
    passages: Sequence[Passage], chosen: Iterable[ScoredSentence], before: Sequence[Quote] = ()
) -> list[Quote]:
    """Return the sentences chosen, each once, with those that name their speakers.

    What was quoted before is not quoted again.
    """
    found = [*before]
    for sentence in chosen:
        passage = passages[sentence.passage]
        wider, speaker = _find_speaker(passage, sentence)
        start, end = _extend_to_label(passage, wider)
        told = [quote.span for quote in found if quote.passage == sentence.passage]
        # Of what two of them take along, each part is quoted with the first.
        start = max((span.end for span in told if span.start <= start < span.end), default=start)
        for a, b in sentence_spans(passage.article.text[start:end]):
            span = Span(start + a, start + b)
            if not any(other.start <= span.start and span.end <= other.end for other in told):
                found.append(Quote(sentence.passage, span, speaker))
    return found[len(before) :]


def _find_speaker(passage: Passage, sentence: ScoredSentence) -> tuple[Span, str]:
    """Return a sentence with the one before where it needs that, or with who speaks there."""
    words = fold(sentence.text)
    says_more = _SAYS_MORE.match(words)
    if not says_more and not _LEANS.match(words):
        return sentence.span, ""
    text = passage.article.text
    before = [span for span in sentence_spans(text[: sentence.span.start]) if _is_prose(text, span)]
    if not before:
        return sentence.span, ""
    said = text[before[-1].start : before[-1].end]
    if says_more and (speaker := find_speaker(said)):
        return sentence.span, speaker
    if len(said.split()) > _LONGEST_BEFORE:
        return sentence.span, ""
    return Span(before[-1].start, sentence.span.end), ""


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
