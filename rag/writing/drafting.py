"""Put written sentences together: numbered citations, dates before differing versions, openings."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from index.arabic.dates import written_date
from index.arabic.sentences import Span
from rag.answers import Answer, Citation, Sentence, find_or_add
from rag.checking.grounding import Support
from rag.checking.verdicts import Verdict
from rag.language.clauses import Shown, choose_clause
from rag.language.forms import Form
from rag.language.questions import Kind
from rag.language.relative_dates import find_relative_dates
from rag.reading.reading import Reading
from rag.writing.writer import AFRESH, Written

_USUALLY_SHOWN = 20
_MOST_SHOWN = {
    Form.WHY: 30,
    Form.LIST: 40,
    Form.SEVERAL: 25,
    Form.TIMELINE: 25,
    Form.SUMMARY: 18,
}
"""Words of a sentence that are shown at first: a list stays whole, a story is told in clauses."""

_TOP_ITEM = re.compile(r"\n(?:-|\d+\.) ")


def _begins_item(lead: str) -> bool:
    return lead.rpartition("\n")[2].startswith("-")


@dataclass(slots=True)
class Draft:
    """An answer under way: give it sentences as they come.

    Attributes:
        reading: What the sentences were written from.
        phrases: The assistant's own words, in the language of the answer.
        mark: Whether what articles contradict is kept, marked, instead of left out.
        quotes: Whether all sentences are quotes.
        written: All that was taken in.
        sentences: Those kept so far.
        citations: Those the sentences use, in order of use.
        removed: Why each sentence that was left out was: what the articles say instead, or "".
        heading: What stands above the next one that is kept.
        gap: What stood before those left out since the last one that was kept.
        item: Number of the last item of a list, as it was written and as it is shown.
        is_parent_left_out: Whether the item that those below it belong to is not shown as one.
    """

    reading: Reading
    phrases: Mapping[str, str]
    mark: bool = False
    quotes: bool = False
    written: list[Written] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    heading: str = ""
    gap: str = " "
    item: tuple[int, int] = (0, 0)
    is_parent_left_out: bool = False

    def add(self, written: Written) -> bool:
        """Take a sentence in; tell whether the answer changes.

        Left out is what articles contradict, and what neither cites them nor is about them.
        """
        if written is AFRESH:
            self._begin_again()
            return True
        self.written.append(written)
        lead = self.gap if written.lead == " " else written.lead
        self._note_heading(written)
        contradicted = written.verdict is Verdict.CONTRADICTED
        if not written.is_related or (contradicted and not self.mark):
            self.removed.append(written.reason)
            self.gap = lead
            self.is_parent_left_out |= bool(_TOP_ITEM.fullmatch(lead))
            return False
        self.gap = " "
        self._add(replace(written, lead=self._place(lead)))
        return True

    def _begin_again(self) -> None:
        self.written.clear()
        self.sentences.clear()
        self.citations.clear()
        self.removed.clear()
        self.heading, self.gap, self.item = "", " ", (0, 0)
        self.is_parent_left_out = False

    def _note_heading(self, written: Written) -> None:
        """Keep a heading for the first sentence kept of the paragraph or list right below it."""
        if written.heading:
            self.heading = written.heading
        elif written.lead.startswith("\n") and not written.lead.strip():
            self.heading = ""

    def _place(self, lead: str) -> str:
        """Return what stands before a sentence: the heading above it, its own number in a list."""
        if number := re.fullmatch(r"\n(\d+)\. ", lead):
            before, shown = self.item
            self.item = int(number[1]), shown + 1 if int(number[1]) > before else 1
            lead = f"\n{self.item[1]}. "
        heading, self.heading = self.heading, ""
        is_top = bool(_TOP_ITEM.fullmatch(lead))
        if is_top or heading:
            self.is_parent_left_out = not is_top
        if lead.startswith("\n ") and self.is_parent_left_out:
            lead = f"\n{lead.lstrip()}"
        stop = "" if heading.endswith(("؟", "?")) else ":"
        return f"\n\n{heading}{stop}\n{lead.lstrip()}" if heading else lead

    def complete_versions(self) -> None:
        """Quote the versions of articles that differ where no sentence has told them."""
        for version in self._versions():
            article, (start, end) = self.reading.passages[version.passage].article, version.span
            told = any(
                c.article_id == article.id and c.start < end and start < c.end
                for c in self.citations
            )
            if not told:
                self._add(Written(article.text[start:end], (version,), "\n"))

    def _versions(self) -> list[Support]:
        """Return where articles that differ say what, the newest first."""
        return [
            Support(version.passage, version.span, 1.0) for version in self.reading.all_versions
        ]

    def _is_cited(self, article_id: str) -> bool:
        return any(citation.article_id == article_id for citation in self.citations)

    def _add(self, written: Written) -> None:
        """Add a sentence; a row by date, and the first one of a differing article, with its day."""
        if not written.supports:
            lead = f"{written.lead}{written.label}: " if written.label else written.lead
            self._append(replace(written, lead=lead), ())
            return
        support = written.supports[0]
        lead, label = written.lead, written.label
        article = self.reading.passages[support.passage].article
        differing = {self.reading.passages[v.passage].article.id for v in self._versions()}
        day = written_date(article.date)
        is_version = self.quotes and article.id in differing
        if article.id in differing and not self._is_cited(article.id):
            lead = lead if lead.startswith("\n") else "\n"
            lead = f"{lead}{day}: " if day else lead
            label = label or self._call_earlier(article.date)
        elif self.reading.question.form is Form.TIMELINE and day and _begins_item(lead):
            lead = f"{lead}{day}: "
        if label:
            lead = f"{lead}{label}: "
        shown = [
            self._choose_shown(one) if self.quotes else Shown(one.span) for one in written.supports
        ]
        numbers = [
            find_or_add(self.citations, self._cite(one, part.span))
            for one, part in zip(written.supports, shown, strict=True)
        ]
        placed = replace(written, lead=lead, label=label or shown[0].speaker)
        self._append(placed, tuple(dict.fromkeys(numbers)), is_version=is_version)

    def _append(
        self, written: Written, numbers: tuple[int, ...], *, is_version: bool = False
    ) -> None:
        note = self.phrases.get(f"{written.verdict}_mark", "")
        score = max((support.score for support in written.supports), default=0.0)
        self.sentences.append(
            Sentence(
                written.text,
                numbers,
                score,
                written.verdict.value,
                lead=written.lead,
                note=note,
                label=written.label,
                is_version=is_version,
                is_open=written.doubt is not None,
                is_further=written.is_further,
            )
        )

    def _call_earlier(self, date: str) -> str:
        """Return what a version is called whose place a newer one takes; "" for the newest."""
        newest = self.reading.passages[self.reading.all_versions[0].passage].article.date
        if not self.reading.is_updated or date == newest:
            return ""
        counts = self.reading.question.kind is Kind.HOW_MANY
        return self.phrases["earlier_count" if counts else "earlier"]

    def _choose_shown(self, support: Support) -> Shown:
        """Return the clause of a quote that is shown at first."""
        question, article = self.reading.question, self.reading.passages[support.passage].article
        # Where the clause is, even a doubtful guess of the reader tells better than words; but what
        # opens an article says what happened, and a story begins with that.
        opens = not article.text[: support.span.start].strip()
        answer = None
        if not (opens and question.form is Form.SUMMARY):
            answer = self.reading.find_answer(support.passage, support.span, least=-math.inf)
        most = _MOST_SHOWN.get(question.form, _USUALLY_SHOWN)
        return choose_clause(article.text, support.span, answer, self.reading.weigh_piece, most)

    def _cite(self, support: Support, shown: Span) -> Citation:
        """Return the citation of these words, without its number."""
        passage = self.reading.passages[support.passage]
        article, (start, end) = passage.article, support.span
        quote = article.text[start:end]
        answer = self.reading.find_answer(support.passage, support.span)
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
            shown_start=shown.start,
            shown_end=shown.end,
            answer_start=answer.start if answer else None,
            answer_end=answer.end if answer else None,
            score=support.score,
            reprints=passage.reprints,
            relative_dates=find_relative_dates(quote, article.date),
            ocr=article.ocr,
        )

    @property
    def is_answer(self) -> bool:
        """Whether any sentence says something of the matter."""
        return any(sentence.verdict != Verdict.DECLINED for sentence in self.sentences)

    @property
    def _opening(self) -> str:
        """What stands before the sentences: that articles differ, or that something changed."""
        if not self.reading.versions:
            return ""
        return self.phrases["updated" if self.reading.is_updated else "differ"]

    def answer(self, begun: Answer) -> Answer:
        """Return an answer that was begun with what is written so far."""
        return replace(
            begun,
            sentences=tuple(self.sentences),
            citations=tuple(self.citations),
            opening=self._opening,
            kind=self.reading.question.form.value,
            differs=bool(self.reading.versions),
            found=True,
        ).with_text()
