"""The model that never invents: it quotes the sentences that answer, whole and exactly."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import analyse, fold
from index.search.search import Passage
from rag.reading.relevance import ScoredSentence

EXTRACTIVE = "extractive"
READING = "jawab_reading"
"""Key of ``additional_kwargs`` under which the prompt carries what was found."""

_MAX_WORDS = 95
_MOST = 3
_SURE = 0.8  # chance that one of the sentences taken is the answer, from which on no more are
_SAME = 0.6  # of the shorter sentence's terms: says the same again

# «وأضاف»، «كما أكد»، «وقال إنه»: who speaks stands in the sentence before.
_NEEDS_SPEAKER = re.compile(
    r"(?:و|ف|كما )?(?:قد )?(?:اضاف|تابع|اوضح|اكد|اشار|ذكر|لفت|شدد|بين|اردف|استطرد|قال|اعتبر|راي)"
    r"ت? (?:ان |انه|انها|ايضا|الي ان|علي ان|ب|:|قائل|[«\"“])|(?:و|ف)?(?:هو|هي|هم|هذا|هذه|ذلك|تلك)\b"
    r"|(?:و|ف)?لكن(?:ه|ها|هم)\b|(?:و|ف)?ان(?:ه|ها|هم)\b|كما انه"
)


class ExtractiveChatModel(BaseChatModel):
    """A LangChain chat model that answers with sentences of the passages it was shown.

    It reads the scored sentences that the answer chain attaches to the last message, and is
    deterministic. Without them it answers nothing.
    """

    @property
    def _llm_type(self) -> str:
        return EXTRACTIVE

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(self._pieces(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._pieces(messages):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))

    def _pieces(self, messages: list[BaseMessage]) -> Iterator[str]:
        reading = messages[-1].additional_kwargs.get(READING) if messages else None
        if reading is None:
            return
        previous = None
        for number, quote in choose_quotes(reading.passages, reading.sentences, reading.versions):
            gap = "" if previous is None else " " if number == previous else "\n"
            yield f"{gap}{quote} [{number}]"
            previous = number


def choose_quotes(
    passages: Sequence[Passage],
    sentences: Sequence[ScoredSentence],
    versions: Sequence[ScoredSentence] = (),
) -> list[tuple[int, str]]:
    """Return the one to three quotes that answer, with the number of their passage, from 1.

    A sentence that leaves its speaker or subject to the one before takes that one along.
    Quotes of one article stand in its order; the article of the best sentence comes first. Where
    articles differ, every version is quoted and nothing else, the newest first.

    Args:
        passages: As they are numbered.
        sentences: Of the passages, best first.
        versions: Those of other articles that differ from the best one.
    """
    if versions:
        told = sorted(
            [sentences[0], *versions],
            key=lambda s: passages[s.passage].article.date,
            reverse=True,
        )
        return _joined_quotes(passages, told)
    chosen: list[ScoredSentence] = []
    spent, sure = 0, 0.0
    for sentence in sentences:
        if len(chosen) == _MOST or sure >= _SURE:
            break
        length = len(sentence.text.split())
        if chosen and spent + length > _MAX_WORDS:
            continue
        sure += sentence.chance
        if not any(_says_the_same(sentence, other) for other in chosen):
            chosen.append(sentence)
            spent += length
    order = {s.passage: i for i, s in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda s: (order[s.passage], s.span))
    return _joined_quotes(passages, chosen)


def _joined_quotes(
    passages: Sequence[Passage], chosen: Sequence[ScoredSentence]
) -> list[tuple[int, str]]:
    spans: list[tuple[int, Span]] = []
    for sentence in chosen:
        span = _with_speaker(passages[sentence.passage], sentence)
        last = spans[-1] if spans else None
        if last and last[0] == sentence.passage and span.start < last[1].end:
            span = Span(max(span.start, last[1].end), span.end)
        if span.start < span.end:
            spans.append((sentence.passage, span))
    quotes = []
    for number, span in spans:
        text = passages[number].article.text
        for start, end in sentence_spans(text[span.start : span.end]):
            quotes.append((number + 1, text[span.start + start : span.start + end]))
    return quotes


def _with_speaker(passage: Passage, sentence: ScoredSentence) -> Span:
    if not _NEEDS_SPEAKER.match(fold(sentence.text)):
        return sentence.span
    text = passage.article.text
    before = [span for span in sentence_spans(text[: sentence.span.start]) if _is_prose(text, span)]
    if not before or len(text[before[-1].start : before[-1].end].split()) > _MAX_WORDS // 2:
        return sentence.span
    return Span(before[-1].start, sentence.span.end)


def _is_prose(text: str, span: Span) -> bool:
    """Tell a sentence from a heading between paragraphs."""
    return text[span.start : span.end].rstrip("»”\"'").endswith((".", "!", "؟", "؛", "…", "?"))


def _says_the_same(one: ScoredSentence, other: ScoredSentence) -> bool:
    first, second = set(analyse(one.text)), set(analyse(other.text))
    return len(first & second) >= _SAME * min(len(first), len(second))
