"""Turn what a model writes into sentences and citations that were checked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.arabic.dates import written_date
from index.arabic.words import fold
from index.embedding.contract import Embedder
from index.search.search import Passage
from rag.answers import Citation, Sentence
from rag.checking.citations import Claim, split_claims, with_marks
from rag.checking.grounding import Support, find_support
from rag.language.relative_dates import relative_dates

_SEVERAL = 2


@dataclass(slots=True)
class Draft:
    """An answer under way: give it text as it comes, read checked sentences.

    Attributes:
        passages: As they were numbered for the model.
        embedder: The one the index was built with.
        mark: Keep unsupported sentences, marked, instead of removing them.
        unsupported_mark: What marks them.
        several: Opening of an answer that quotes several articles; "" for none.
        versions: Where articles that differ say what; each is told with its date.
        differ: Opening of an answer that tells them.
        sentences: What was checked so far.
        citations: Those the sentences use, in order of use.
        removed: How many sentences were left out.
    """

    passages: Sequence[Passage]
    embedder: Embedder
    mark: bool
    unsupported_mark: str
    several: str = ""
    versions: Sequence[Support] = ()
    differ: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    removed: int = 0
    _said: set[str] = field(default_factory=set)
    _gap: str = ""

    def add(self, text: str) -> bool:
        """Check the sentences of some complete text; tell whether any was kept."""
        before = len(self.sentences)
        for position, claim in enumerate(split_claims(text)):
            lead = claim.lead or ("\n" * min(2, self._gap.count("\n")) or " ")
            self._add_claim(claim if position else replace(claim, lead=lead))
        self._gap = text[len(text.rstrip()) :]
        return len(self.sentences) > before

    def _add_claim(self, claim: Claim) -> None:
        key = fold(claim.text)
        if key in self._said:
            return
        self._said.add(key)
        support = find_support(claim, self.passages, self.embedder)
        if support is not None:
            self._add_sentence(self._verbatim(claim, support), support, claim.lead)
        elif self.mark:
            self.sentences.append(Sentence(claim.text, (), 0.0, supported=False, lead=claim.lead))
        else:
            self.removed += 1

    def complete_versions(self) -> None:
        """Quote the versions of articles that differ where no sentence has told them."""
        for version in self.versions:
            article = self.passages[version.passage].article
            if not any(citation.article_id == article.id for citation in self.citations):
                start, end = version.span
                self._add_sentence(article.text[start:end], version, "\n")

    def _add_sentence(self, text: str, support: Support, lead: str) -> None:
        """Add a sentence; the first one of each differing article stands behind its date."""
        article = self.passages[support.passage].article
        told = any(citation.article_id == article.id for citation in self.citations)
        differing = {self.passages[version.passage].article.id for version in self.versions}
        if article.id in differing and not told:
            day = written_date(article.date)
            lead = f"\n{day}: " if day else "\n"
        number = self._number_of(support)
        self.sentences.append(Sentence(text, (number,), support.score, lead=lead))

    def _verbatim(self, claim: Claim, support: Support) -> str:
        """Return a quote in the article's own spacing, anything else as the model wrote it."""
        start, end = support.span
        quote = self.passages[support.passage].article.text[start:end]
        spoken, said = (text.rstrip(".").split() for text in (claim.text, quote))
        return quote if spoken == said else claim.text

    def _number_of(self, support: Support) -> int:
        """Return the number of the citation of these words, a new one if they are new."""
        passage = self.passages[support.passage]
        article, (start, end) = passage.article, support.span
        for citation in self.citations:
            if (citation.article_id, citation.start, citation.end) == (article.id, start, end):
                return citation.number
        citation = Citation(
            number=len(self.citations) + 1,
            article_id=article.id,
            title=article.title,
            source=article.source,
            date=article.date,
            url=article.url,
            quote=article.text[start:end],
            start=start,
            end=end,
            score=support.score,
            reprints=passage.reprints,
            relative_dates=relative_dates(article.text[start:end], article.date),
        )
        self.citations.append(citation)
        return citation.number

    @property
    def supported(self) -> bool:
        """Whether any sentence is supported."""
        return any(sentence.supported for sentence in self.sentences)

    @property
    def opening(self) -> str:
        """What stands before the sentences: that articles differ, or that several answer."""
        if self.versions:
            return self.differ
        articles = {citation.article_id for citation in self.citations}
        return self.several if len(articles) >= _SEVERAL else ""

    @property
    def text(self) -> str:
        """The answer with its marks."""
        parts = [self.opening]
        for position, sentence in enumerate(self.sentences):
            lead = sentence.lead
            if not position:
                lead = lead.strip() and lead.lstrip()
                lead = f"\n{lead}" if self.opening else lead
            shown = with_marks(sentence.text, sentence.citations)
            suffix = "" if sentence.supported else f" {self.unsupported_mark}"
            parts.append(f"{lead}{shown}{suffix}")
        return "".join(parts).strip()
