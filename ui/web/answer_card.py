"""The card of a quoted answer: the few words first, then the clauses that say so, then the rest.

It is HTML of one line, since Markdown would read on where a line ends; every word is escaped.
"""

from itertools import groupby

from index.arabic.sentences import sentence_spans
from index.arabic.words import fold
from index.search.search import Passage
from prompts import load_phrases
from rag.answers import (
    Answer,
    Citation,
    Sentence,
    Version,
    find_caption,
    group_versions,
    list_versions,
)
from rag.language.clauses import choose_clause
from rag.language.forms import Form
from rag.language.questions import content_terms, find_terms
from ui.web import numbers
from ui.web.markup import bdi, direction, escape, quoted

_ROWS = {Form.LIST.value: "ul", Form.SUMMARY.value: "ul", Form.TIMELINE.value: "ol"}
"""Kinds of answer whose sentences are rows of one list."""
_SHOWN_CARDS = 3
"""Cards of a fact that are seen without unfolding."""
OCR_MARK = "قراءة آلية من صورة"
"""What stands beside a quote of a text that was read from a picture."""
_OCR_HINT = "استُخرج النص آليًّا من صورة، وقد تختلف أحرف أو أرقام عمّا في الأصل."
VERSION_TITLES = ("ما قيل", "متى قيل", "المصدر")
"""Columns of the table of what articles say that differ."""


def answer_card(turn: str, answer: Answer) -> str:
    """Return a quoted answer: headline, agreement, and its sentences as its kind asks for.

    Args:
        turn: Id of the turn, for the links to the sources.
        answer: Whose sentences are quotes.
    """
    cited = {citation.number: citation for citation in answer.citations}
    all_rows = [(s, cited[s.citations[0]]) for s in answer.sentences if s.citations]
    rows = [row for row in all_rows if not row[0].is_further]
    if answer.kind == Form.COMPARISON.value and any(sentence.label for sentence, _ in rows):
        body = _sides(turn, rows)
    elif answer.differs:
        body = _versions(turn, answer)
    elif answer.kind in _ROWS:
        body = _list(turn, answer.kind, rows)
    else:
        body = _cards(turn, rows)
    body += _further(turn, answer.kind, [row for row in all_rows if row[0].is_further])
    name = answer.kind.replace("/", "-")
    return one_line(f'<div class="ans ans-{name}">{headline(answer)}{body}</div>')


def nearest_card(question: str, passages: list[Passage]) -> str:
    """Return the sentence of each passage that is nearest to a question that was not answered."""
    if not passages:
        return ""
    terms = frozenset(content_terms(question))
    cards = []
    for passage in passages:
        article = passage.article
        shown = _find_nearest(passage.text, terms)
        head = _meta(article.source, article.date, article.title) + ocr_mark(is_shown=article.ocr)
        cards.append(f'<li class="ans-card"><p class="ans-meta">{head}</p>{shown}</li>')
    return one_line(
        '<div class="ans ans-nearest"><p class="ans-open">أقرب الجمل إلى السؤال:</p>'
        f'<ul class="ans-cards">{"".join(cards)}</ul></div>'
    )


def _find_nearest(text: str, terms: frozenset[str]) -> str:
    spans = sentence_spans(text)

    def count(words: str) -> int:
        return len(find_terms(words) & terms)

    best = max(spans, key=lambda span: count(text[span.start : span.end]))
    start, end = choose_clause(text, best, worth=count).span
    before, behind = "…" if start > best.start else "", "…" if end < best.end else ""
    words = text[start:end]
    return _paragraph(f"{before}{escape(words)}{behind}", words)


def headline(answer: Answer) -> str:
    """Return the few words that answer, since when, and how many sources say them; "" for none."""
    if not answer.short or answer.kind == Form.COMPARISON.value:
        return ""  # of a comparison each side stands above its own clauses
    few = " ".join(answer.short.split())
    said = fold(few)
    sources = {c.article_id: c for c in answer.citations if said in fold(c.quote)}
    agreed = ""
    if len(sources) > 1:
        agreed = f'<p class="ans-agree">✓ {escape(numbers.agreeing(len(sources)))}</p>'
    dates = sorted(c.date for c in sources.values() if c.date)
    day = f' <span class="ans-when">{escape(numbers.date(dates[-1]))}</span>' if dates else ""
    return f'<p class="ans-head"><strong>{bdi(few)}</strong>{day}</p>{agreed}'


def _versions(turn: str, answer: Answer) -> str:
    """Return a table of each difference, and as cards what else is told."""
    cited = {citation.number: citation for citation in answer.citations}
    parts = []
    if answer.opening and not any(sentence.is_version for sentence in answer.sentences):
        # A conversation that was kept before sentences knew whether they are versions.
        parts.append(f'<p class="ans-open">{escape(answer.opening)}</p>')
    for group in group_versions(s for s in answer.sentences if not s.is_further):
        rows = [(s, cited[s.citations[0]]) for s in group if s.citations]
        if group[0].is_version:
            caption = find_caption(group, answer.opening)
            versions = list_versions(group, answer.citations)
            cards = "".join(_card(turn, sentence, citation) for sentence, citation in rows)
            parts.append(
                f"{_table(turn, caption, versions)}"
                '<details class="ans-whole"><summary>الجمل كما وردت</summary>'
                f'<ul class="ans-cards">{cards}</ul></details>'
            )
        else:
            parts.append(_cards(turn, rows))
    return "".join(parts)


def _table(turn: str, caption: str, versions: list[Version]) -> str:
    """Return what each article says, when and who; a clause where the words are not known."""
    head = "".join(f'<th scope="col">{title}</th>' for title in VERSION_TITLES)
    rows = []
    for value, label, citation in versions:
        said = f"<strong>{bdi(value)}</strong>" if value else _clause(citation)
        called = f' <span class="ans-called">({escape(label)})</span>' if label else ""
        day = f"<time>{escape(numbers.date(citation.date))}</time>"
        source = f"{bdi(citation.source or citation.title)} {_mark(turn, citation)}"
        source += ocr_mark(is_shown=citation.ocr)
        rows.append(f"<tr><td>{said}{called}</td><td>{day}</td><td>{source}</td></tr>")
    return (
        f'<table class="ans-versions"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _further(turn: str, kind: str, rows: list[tuple[Sentence, Citation]]) -> str:
    """Return what more is told of a story, folded."""
    if not rows:
        return ""
    told = _list(turn, kind, rows) if kind in _ROWS else _cards(turn, rows)
    return _fold(load_phrases("ar")["further"], len(rows), told)


def _fold(title: str, count: int, body: str) -> str:
    return f'<details class="ans-more"><summary>{title} ({count})</summary>{body}</details>'


def _cards(turn: str, rows: list[tuple[Sentence, Citation]]) -> str:
    cards = [_card(turn, sentence, citation) for sentence, citation in rows]
    first, rest = "".join(cards[:_SHOWN_CARDS]), cards[_SHOWN_CARDS:]
    shown = f'<ul class="ans-cards">{first}</ul>'
    if not rest:
        return shown
    folded = f'<ul class="ans-cards">{"".join(rest)}</ul>'
    return shown + _fold("المزيد من المقالات", len(rest), folded)


def _card(turn: str, sentence: Sentence, citation: Citation) -> str:
    meta = _meta(citation.source, citation.date, citation.title) + ocr_mark(is_shown=citation.ocr)
    return (
        f'<li class="ans-card"><p class="ans-meta">{_mark(turn, citation)} {meta}</p>'
        f"{_paragraph(_label(sentence) + _clause(citation), citation.quote)}{_whole(citation)}</li>"
    )


def _list(turn: str, kind: str, rows: list[tuple[Sentence, Citation]]) -> str:
    tag, items = _ROWS[kind], []
    for sentence, citation in rows:
        day = ""
        if kind == Form.TIMELINE.value:
            source = f" · {bdi(citation.source)}" if citation.source else ""
            when = f"<time>{escape(numbers.date(citation.date))}</time>"
            day = f'<p class="ans-meta">{when}{source}</p>'
        told = f"{_mark(turn, citation)}{ocr_mark(is_shown=citation.ocr)}"
        words = f"{_label(sentence)}{_clause(citation)} {told}"
        items.append(f"<li>{day}{_paragraph(words, citation.quote)}</li>")
    return f'<{tag} class="ans-rows">{"".join(items)}</{tag}>'


def _sides(turn: str, rows: list[tuple[Sentence, Citation]]) -> str:
    sides = []
    for side, group in groupby(rows, key=lambda row: row[0].label):
        cards = "".join(_card(turn, Sentence(s.text, s.citations, 1.0), c) for s, c in group)
        name = f'<p class="ans-side">{bdi(side)}</p>'
        sides.append(f'<section>{name}<ul class="ans-cards">{cards}</ul></section>')
    return f'<div class="ans-sides">{"".join(sides)}</div>'


def _clause(citation: Citation) -> str:
    """Return the clause that is shown, its answering words marked."""
    shown, a, b = citation.shown, citation.answer_start, citation.answer_end
    if a is None or b is None or not citation.shown_start <= a < b <= citation.shown_end:
        return escape(shown)
    first = citation.shown_start - (citation.shown_start > citation.start)  # «…» stands before it
    a, b = a - first, b - first
    return f"{escape(shown[:a])}<mark>{escape(shown[a:b])}</mark>{escape(shown[b:])}"


def _whole(citation: Citation) -> str:
    """Return the whole sentence, folded, where a part of it is shown."""
    if citation.shown == citation.quote:
        return ""
    quote = _paragraph(escape(citation.quote), citation.quote)
    return f'<details class="ans-whole"><summary>الجملة كاملة</summary>{quote}</details>'


def _label(sentence: Sentence) -> str:
    return f'<span class="ans-label">{bdi(sentence.label)}:</span> ' if sentence.label else ""


def _meta(source: str, date: str, title: str) -> str:
    parts = [f"<b>{bdi(source)}</b>"] if source else []
    parts.append(f"<time>{escape(numbers.date(date))}</time>")
    return " · ".join([*parts, bdi(quoted(title))])


def ocr_mark(*, is_shown: bool) -> str:
    """Return the mark of a text that was read from a picture; "" for any other."""
    return f' <span class="ocr-mark" title="{_OCR_HINT}">{OCR_MARK}</span>' if is_shown else ""


def _mark(turn: str, citation: Citation) -> str:
    return f'<a href="#src-{turn}-{citation.number}">{citation.number}</a>'


def _paragraph(words: str, text: str) -> str:
    """Return HTML as a paragraph that runs as a text does."""
    return f'<p class="ans-text" dir="{direction(text)}">{words}</p>'


def one_line(card: str) -> str:
    """Return HTML in one line: behind an empty one Markdown would obey what articles say."""
    return " ".join(card.split())
