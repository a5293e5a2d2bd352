"""What a question is answered with from its beginning to its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel

from index.embedding.contract import Embedder
from index.search.query import WeightedQuery
from index.search.search import Passage
from rag.question import Question
from rag.reading.close_reading import CloseReading, read_closely
from rag.reading.missing_words import measure_missing
from rag.reading.reader import load_reader
from rag.reading.relevance import ScoredSentence
from rag.settings import Settings, check_settings
from rag.writing.generating import Generator
from rag.writing.models import load_chat_model
from rag.writing.quoting import EXTRACTIVE, QUOTER
from rag.writing.second_opinion import SecondOpinion
from rag.writing.stopping import Stop
from rag.writing.window import measure_room
from rag.writing.writer import Writer

_SHARE = 0.5
"""Of the time to wait for a model, for its second opinion: the answer is there already. Chosen."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Settings and the model they name; one value, so that both change at once.

    Attributes:
        settings: The settings.
        model: The chat model they name; None where articles are quoted.
    """

    settings: Settings
    model: BaseChatModel | None

    @classmethod
    def load(cls, settings: Settings, before: "Setup | None" = None) -> "Setup":
        """Check settings and load the model they name, unless it was loaded before.

        Raises:
            SettingsError: A value is unusable.
            ModelError: The model's package, key or file is missing.
        """
        check_settings(settings)
        if before is not None and _source(settings) == _source(before.settings):
            return cls(settings, before.model)
        if settings.model == EXTRACTIVE:
            return cls(settings, None)
        name, base_url, timeout, window = _source(settings)
        model = load_chat_model(name, base_url=base_url, timeout=timeout, window=window)
        return cls(settings, model)

    @property
    def name(self) -> str:
        """Name of what writes."""
        return EXTRACTIVE if self.model is None else self.settings.model

    @property
    def room(self) -> int:
        """Tokens that the passages of a prompt may take; 0 where articles are quoted."""
        return measure_room(self.model, self.settings.window) if self.model else 0

    def read(
        self,
        question: Question,
        query: WeightedQuery,
        passages: Sequence[Passage],
        sentences: Sequence[ScoredSentence],
    ) -> CloseReading:
        """Return what the reader says of the best sentences; nothing where it is off."""
        reader = load_reader() if self.settings.reader == "on" else None
        if reader is None:
            return CloseReading()
        read = read_closely(reader, question, passages, sentences)
        if not read.windows:
            return read
        return replace(read, missing=measure_missing(question, query, passages))

    def writer(self, embedder: Embedder, stop: Stop | None = None) -> Writer:
        """Return what writes an answer over an index with this embedder, until it is stopped."""
        if self.model is None:
            return QUOTER
        stop = stop or Stop()
        opinion = None
        if self.settings.verify == "model":
            opinion = SecondOpinion(self.model, embedder, _SHARE * self.settings.timeout, stop)
        return Generator(self.model, self.name, embedder, stop, opinion)


def _source(settings: Settings) -> tuple[str, str, float, int]:
    return settings.model, settings.base_url, settings.timeout, settings.window
