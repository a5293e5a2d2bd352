"""Put written sentences together: numbered citations, dates before differing versions, openings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from index.arabic.dates import written_date
from rag.answers import Answer, Citation, Sentence, find_or_add
from rag.checking.grounding import Support
from rag.language.relative_dates import find_relative_dates
from rag.reading.reading import Reading
from rag.writing.writer import Written

_MIN_SEVERAL = 2


@dataclass(slots=True)
class Draft:
    """An answer under way: give it sentences as they come.

    Attributes:
        reading: What the sentences were written from.
        phrases: The assistant's own words, in the language of the answer.
        mark: Whether unsupported sentences are kept, marked, instead of left out.
        quotes: Whether all sentences are quotes.
        sentences: Those kept so far.
        citations: Those the sentences use, in order of use.
        removed: How many sentences were left out.
    """

    reading: Reading
    phrases: Mapping[str, str]
    mark: bool = False
    quotes: bool = False
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    removed: int = 0

    def add(self, written: Written) -> bool:
        """Take a sentence in; tell whether it is kept."""
        if written.support is not None:
            self._add_supported(written.text, written.support, written.lead)
            return True
        if not self.mark:
            self.removed += 1
            return False
        note = self.phrases["unsupported_mark"]
        self.sentences.append(Sentence(written.text, (), 0.0, False, written.lead, note))
        return True

    def complete_versions(self) -> None:
        """Quote the versions of articles that differ where no sentence has told them."""
        for version in self._versions():
            article = self.reading.passages[version.passage].article
            if not self._is_cited(article.id):
                start, end = version.span
                self._add_supported(article.text[start:end], version, "\n")

    def _versions(self) -> list[Support]:
        """Return where articles that differ say what, the newest first."""
        return [
            Support(version.passage, version.span, 1.0) for version in self.reading.all_versions
        ]

    def _is_cited(self, article_id: str) -> bool:
        return any(citation.article_id == article_id for citation in self.citations)

    def _add_supported(self, text: str, support: Support, lead: str) -> None:
        """Add a sentence; the first one of each differing article stands behind its date."""
        article = self.reading.passages[support.passage].article
        differing = {self.reading.passages[v.passage].article.id for v in self._versions()}
        if article.id in differing and not self._is_cited(article.id):
            day = written_date(article.date)
            lead = f"\n{day}: " if day else "\n"
        number = find_or_add(self.citations, self._cite(support))
        self.sentences.append(Sentence(text, (number,), support.score, lead=lead))

    def _cite(self, support: Support) -> Citation:
        """Return the citation of these words, without its number."""
        passage = self.reading.passages[support.passage]
        article, (start, end) = passage.article, support.span
        quote = article.text[start:end]
        return Citation(
            number=0,
            article_id=article.id,
            title=article.title,
            source=article.source,
            date=article.date,
            url=article.url,
            quote=quote,
            start=start,
            end=end,
            score=support.score,
            reprints=passage.reprints,
            relative_dates=find_relative_dates(quote, article.date),
        )

    @property
    def is_supported(self) -> bool:
        """Whether any sentence is supported."""
        return any(sentence.supported for sentence in self.sentences)

    @property
    def _opening(self) -> str:
        """What stands before the sentences: that articles differ, or that several answer."""
        if self.reading.versions:
            return self.phrases["differ"]
        articles = {citation.article_id for citation in self.citations}
        return self.phrases["several"] if self.quotes and len(articles) >= _MIN_SEVERAL else ""

    def answer(self, begun: Answer) -> Answer:
        """Return an answer that was begun with what is written so far."""
        return replace(
            begun,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            opening=self._opening,
            differs=bool(self.reading.versions),
            found=True,
        ).with_text()
