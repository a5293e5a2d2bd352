"""Turn answers into HTML and Markdown; every string from an article or a model is escaped here.

Gradio runs what it is given as HTML, and shows links and images that a model writes. So text
becomes Markdown only after its markup was disarmed, and the only links that survive are ours.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from index.articles.article import Article
from index.articles.copies import Reprint
from index.search.search import Passage
from index.store.contract import Filter
from prompts import load_phrases
from rag.answers import Answer, Citation
from rag.language.relative_dates import RelativeDate
from rag.writing.quoting import EXTRACTIVE
from ui.web import numbers
from ui.web.answer_card import answer_card, nearest_card, ocr_mark, one_line
from ui.web.examples import example_questions
from ui.web.markup import attribute, bdi, direction, escape
from ui.web.written_card import written_card

CLOSE = '<button type="button" class="src-close" aria-label="إغلاق المصادر">✕</button>'
EMPTY_PANEL = (
    f'<div class="src-panel"><div class="src-bar"><h2>المصادر</h2>{CLOSE}</div>'
    '<p class="src-empty">ستظهر هنا المقاطع التي استندت إليها الإجابة، مع تمييز الجملة المقتبسة'
    " داخل كل مقطع.</p></div>"
)
_LIST_ICON = '<path d="M4 6h16M4 12h16M4 18h10"/>'
_NEW_ICON = '<path d="M12 5v14M5 12h14"/>'
_THEME_ICON = '<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>'


def _header_button(name: str, label: str, icon: str, kind: str = "") -> str:
    return (
        f'<button type="button" class="txt-btn {kind}" id="{name}"><svg viewBox="0 0 24 24"'
        f' aria-hidden="true">{icon}</svg><span>{label}</span></button>'
    )


HEADER = (
    '<div class="hdr"><div class="brand"><span class="logo" aria-hidden="true">ج</span>'
    "<div><h1>جواب</h1><p>إجابات من مقالاتك، ومصدر كل جملة بجانبها</p></div></div>"
    '<nav class="hdr-act" aria-label="المحادثات والمظهر">'
    + _header_button("list-btn", "المحادثات", _LIST_ICON)
    + _header_button("new-btn", "محادثة جديدة", _NEW_ICON)
    + _header_button("theme-btn", "تبديل المظهر الداكن والفاتح", _THEME_ICON, "icon-only")
    + "</nav></div>"
)
PLACEHOLDER = (
    '<div class="empty"><h2>ماذا تقول مقالاتك؟</h2>'
    "<p>تأتي الإجابة من المقالات، وبعد كل جملة رقم مصدرها؛ وبالنقر عليه يُفتح"
    " المصدر للتحقّق.</p></div>"
)
EMPTY_INDEX = (
    '<div class="empty"><h2>لا توجد مقالات بعد</h2><p>البداية بإضافة ملف أو رابط أو نص من تبويب'
    " «المقالات».</p></div>"
)
_QUOTED_HINT = "الإجابات مقتبسة حرفيًّا من المقالات وقد لا تكون وافية؛ تجب مراجعة المصدر قبل النشر."
_WRITTEN_HINT = "قد تخطئ النماذج اللغوية؛ يجب التحقّق من المصادر قبل الاعتماد على الإجابة."
_RECORDED = " تُسجَّل الأسئلة بلا أسماء ليراجعها المحررون."

_MODEL_FAILED = "تعذّر الوصول إلى النموذج، فاقتُبست الإجابة من المقالات."
_RELATED = 0.08
"""How much lower than the best a passage may score to be about the same thing, more or less.
Chosen, not measured."""
_NEAREST = 3
"""Passages shown beside a refusal."""
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_BLOCK = re.compile(r"^([ \t]*\d*)([#>+\-=.)])", re.MULTILINE)
"""What makes a heading, quotation, list or rule of a line that it begins."""
_ADDRESS = re.compile(r"https?(?=:)|ftp(?=:)|www(?=\.)|@", re.IGNORECASE)
"""What a bare address begins with, or a mail address has in it."""
_JOINER = "\u2060"
"""A word joiner; in an address it keeps it from becoming a link."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation and what it got.

    Attributes:
        id: Letters and digits, unique in the conversation.
        question: As it was asked.
        answer: What it got so far.
        position: Of the question among the messages.
        filter: Which articles it was asked of.
        scope: The filter in words; "" where all were asked.
        suggested: What may be asked next.
    """

    id: str
    question: str
    answer: Answer
    position: int
    filter: Filter = field(default_factory=Filter)
    scope: str = ""
    suggested: tuple[str, ...] = ()

    def trim(self) -> "Turn":
        """Return the turn with only what the page shows of it: a fifteenth of its memory.

        Passages that are not shown are left out, and those that are know only their own words.
        """
        passages = tuple(
            replace(passage, article=replace(passage.article, text=""), words=None)
            for passage in select_passages(self.answer)
        )
        return replace(self, answer=replace(self.answer, passages=passages))


def plain_markdown(text: str) -> str:
    """Return text as Markdown that shows it: no markup, links, images or HTML of its own.

    No more than that is changed, since readers see it when they edit their question.
    """
    shown = _MARKUP.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
    shown = _BLOCK.sub(r"\1\\\2", shown)
    return _ADDRESS.sub(lambda match: match[0] + _JOINER, shown)


def whole_answer(turn: Turn) -> str:
    """Return a finished answer for the chat, with notices and a link to its sources."""
    answer = turn.answer
    parts = []
    if answer.incomplete:
        parts.append(notice("warn", load_phrases("ar")["incomplete"]))
    if not answer.found:
        return "\n\n".join([*parts, refusal(answer)])
    if answer.error:
        parts.append(notice("error", _MODEL_FAILED, details=answer.error))
    elif answer.notice:
        parts.append(notice("warn", answer.notice))
    if answer.standalone_question != answer.question:
        parts.append(notice("info", f"فهمتُ سؤالك هكذا: {answer.standalone_question}"))
    card = answer_card if answer.model == EXTRACTIVE else written_card
    parts.append(card(turn.id, answer))
    if answer.citations:
        parts.append(f"[عرض {numbers.all_sources(len(answer.citations))}](#src-{turn.id}-all)")
    return "\n\n".join(parts)


def refusal(answer: Answer) -> str:
    """Return the notice that nothing was found."""
    first, _, nearest = answer.text.partition("\n")
    advice = "جرّب صياغة أخرى، أو أضف مقالات عن الموضوع من تبويب «المقالات»."
    if answer.error:
        advice = answer.notice or advice
    body = advice if answer.passages else f"{advice} {nearest}".strip()
    told = notice("warn", first, body, details=answer.error or "")
    cards = nearest_card(answer.question, list(answer.passages[:_NEAREST]))
    return f"{told}\n\n{cards}" if cards else told


def notice(kind: str, title: str, body: str = "", *, details: str = "") -> str:
    """Return a box with a line in bold, perhaps a paragraph and folded details; all is escaped."""
    paragraph = f"<p>{escape(body)}</p>" if body else ""
    if details:
        paragraph += technical(details)
    told = f'<div class="notice notice-{kind}"><strong>{escape(title)}</strong>{paragraph}</div>'
    return one_line(told)


def technical(text: str) -> str:
    """Return what the program says itself, folded."""
    return (
        "<details><summary>التفاصيل التقنية</summary>"
        f'<p dir="{direction(text)}">{escape(text)}</p></details>'
    )


def hint(*, is_written: bool, is_recorded: bool) -> str:
    """Return what to keep in mind of answers that a model writes, or that are quoted.

    Args:
        is_written: Whether a model writes them.
        is_recorded: Whether questions are written down, which is said, too.
    """
    told = _WRITTEN_HINT if is_written else _QUOTED_HINT
    return f'<p class="hint">{told}{_RECORDED if is_recorded else ""}</p>'


def search_step(turn: Turn, articles: int) -> str:
    """Return the title of the finished search step; ``articles`` is how many were searched."""
    if not articles:
        return scope_line(turn) or "الفهرس فارغ"
    answer = turn.answer
    seconds = (
        sum(answer.timings.get(stage, 0) for stage in ("rewrite", "search", "evidence")) / 1000
    )
    searched = f"بحثتُ في {numbers.articles(articles)}" + (f" ({turn.scope})" if turn.scope else "")
    if not answer.passages:
        return f"{searched}، ولم أجد ما يناسب"
    time = f"{max(seconds, 0.1):.1f}"
    return f"{searched}، ووجدتُ {numbers.passages(len(answer.passages))} · {time} ث"


def scope_line(turn: Turn) -> str:
    """Say which articles a question was asked of; "" where it was all."""
    return f"البحث محصور في: {turn.scope}" if turn.scope else ""


def panel(turns: Sequence[Turn]) -> str:
    """Return the sources panel: a section per turn, the last one shown."""
    if not turns:
        return EMPTY_PANEL
    sections = "".join(_section(turn, shown=turn is turns[-1]) for turn in turns)
    bar = f'<div class="src-bar"><h2>المصادر</h2>{CLOSE}</div>'
    return f'<div class="src-panel">{bar}{sections}</div>'


def _section(turn: Turn, *, shown: bool) -> str:
    answer = turn.answer
    if answer.found:
        note = ""
        cards = [_citation_card(turn.id, c, _passage_of(answer, c)) for c in answer.citations]
    elif answer.refusal and answer.passages:
        note = '<p class="src-note">أقرب المقاطع إلى السؤال:</p>'
        cards = [_passage_card(turn.id, n, p) for n, p in enumerate(select_passages(answer), 1)]
    else:
        note = ""
        cards = [_passage_card(turn.id, n, p) for n, p in enumerate(answer.passages, 1)]
    return (
        f'<section class="src-turn{" is-active" if shown else ""}" data-turn="{turn.id}"'
        f' data-share="{attribute(_link_query(turn))}"'
        f' aria-label="مصادر السؤال: {attribute(turn.question)}">'
        f'<p class="src-q">السؤال: {bdi(turn.question)}</p>'
        f"{note}<ol>{''.join(cards)}</ol></section>"
    )


def _link_query(turn: Turn) -> str:
    """Return the query of a link to a question: its words, and which articles it was asked of."""
    where = turn.filter
    fields = [("q", turn.question), *(("source", source) for source in where.sources)]
    fields += [(name, day) for name, day in (("since", where.since), ("until", where.until)) if day]
    return urlencode([*fields, *(("article", article) for article in where.articles)])


def select_passages(answer: Answer) -> list[Passage]:
    """Return the passages that a finished answer shows: those it cites, or the nearest."""
    if not answer.found:
        return list(answer.passages[:_NEAREST])
    found = (_passage_of(answer, citation) for citation in answer.citations)
    return [passage for passage in found if passage]


def _passage_of(answer: Answer, citation: Citation) -> Passage | None:
    for passage in answer.passages:
        chunk = passage.chunk
        if passage.article.id == citation.article_id and chunk.start <= citation.start < chunk.end:
            return passage
    return None


def _citation_card(turn: str, citation: Citation, passage: Passage | None) -> str:
    if passage is None:
        body = f"<mark>{escape(citation.quote)}</mark>"
    else:
        text, start = passage.text, passage.chunk.start
        a, b = citation.start - start, citation.end - start
        body = f"{escape(text[:a])}<mark>{escape(text[a:b])}</mark>{escape(text[b:])}"
    head = (citation.title, citation.source, citation.date, citation.url)
    whole = _whole_article(citation.article_id, citation.start, citation.end)
    mark = ocr_mark(is_shown=citation.ocr)
    more = mark + whole + _relative_dates(citation.relative_dates) + _reprints(citation.reprints)
    return _card(turn, citation.number, head, body, citation.quote, more)


def _passage_card(turn: str, number: int, passage: Passage) -> str:
    article = passage.article
    head = (article.title, article.source, article.date, article.url)
    whole = _whole_article(article.id, passage.chunk.start, passage.chunk.end)
    more = ocr_mark(is_shown=article.ocr) + whole
    return _card(turn, number, head, escape(passage.text), passage.text, more)


def _whole_article(article_id: str, start: int, end: int) -> str:
    """Return buttons that open the article where some of its words stand, or ask it alone."""
    name = attribute(article_id)
    return (
        f'<button type="button" class="txt-btn src-whole" data-article="{name}"'
        f' data-start="{start}" data-end="{end}">عرض المقال كاملًا</button> '
        f'<button type="button" class="txt-btn src-whole" data-only="{name}">اسأل هذا المقال'
        " وحده</button>"
    )


def article_dialog(article: Article, start: int, end: int) -> str:
    """Return a whole article as a dialog, some of its words marked."""
    text = article.text
    body = f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"
    about = [bdi(part) for part in (article.source, article.author) if part]
    about.append(
        f"<time>{escape(numbers.date(article.date))}</time>{ocr_mark(is_shown=article.ocr)}"
    )
    return (
        f'<dialog class="art-whole" aria-label="{attribute(article.title)}"><div class="src-bar">'
        f"<h2>{bdi(article.title)}</h2>"
        '<button type="button" class="txt-btn whole-close" aria-label="إغلاق المقال">✕</button>'
        "</div>"
        f'<p class="src-meta">{" · ".join(about)}</p>'
        f'<div class="whole-text" dir="{direction(text)}">{body}</div></dialog>'
    )


def suggest_articles(answer: Answer, count: int = 2) -> list[str]:
    """Return questions for the other articles that were found."""
    cited = {citation.article_id for citation in answer.citations}
    best = max((passage.score for passage in answer.passages), default=0.0)
    others = [
        passage.article
        for passage in answer.passages
        if passage.article.id not in cited and passage.score >= best - _RELATED
    ]
    return example_questions(others, count)


def _relative_dates(dates: Sequence[RelativeDate]) -> str:
    """Say beside a quote which days its «أمس» and «الثلاثاء» were."""
    if not dates:
        return ""
    said = (f"{bdi(f'«{words}»')} {escape(numbers.period(date))}" for words, date in dates)
    return f'<p class="src-meta src-dates">بحسب تاريخ المقال: {"، ".join(said)}</p>'


def _reprints(reprints: Sequence[Reprint]) -> str:
    """Name the other articles that say the same; they are not sources of their own."""
    if not reprints:
        return ""
    names = (
        f"{bdi(reprint.source or reprint.title)} ({escape(numbers.date(reprint.date))})"
        for reprint in reprints
    )
    return f'<p class="src-meta src-reprints">نُشر أيضًا في: {"، ".join(names)}</p>'


def _card(
    turn: str,
    number: int,
    head: tuple[str, str, str, str],
    body: str,
    text: str,
    more: str = "",
) -> str:
    title, source, day, url = head
    shown = bdi(title)
    shown = external_link(shown, url, '<span class="sr-only"> (يُفتح في نافذة جديدة)</span>')
    meta = [bdi(source)] if source else []
    datetime = f' datetime="{attribute(day)}"' if numbers.date(day) != numbers.NO_DATE else ""
    meta.append(f"<time{datetime}>{escape(numbers.date(day))}</time>")
    return (
        f'<li class="src-card" id="src-{turn}-{number}" data-n="{number}" tabindex="-1">'
        f'<div class="src-head"><span class="src-n" aria-hidden="true">{number}</span>'
        f'<h3 class="src-title">{shown}</h3></div>'
        f'<p class="src-meta">{" · ".join(meta)}</p>'
        f'<blockquote dir="{direction(text)}">{body}</blockquote>{more}</li>'
    )


def safe_url(url: str) -> str:
    """Return the address if it is http or https, else ""."""
    try:
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def external_link(shown: str, url: str, note: str = "") -> str:
    """Return HTML, with a note behind it, as a link to an article's address; as it is for none."""
    if not (safe := safe_url(url)):
        return shown
    return (
        f'<a href="{attribute(safe)}" target="_blank" rel="noopener noreferrer nofollow"'
        f' referrerpolicy="no-referrer">{shown}{note}</a>'
    )


def message_text(content: object) -> str:
    """Return what :func:`plain_markdown` was given, from a message as Gradio gives it back.

    That is a string or a list of parts.
    """
    if isinstance(content, list):
        parts = (part.get("text", "") if isinstance(part, dict) else part for part in content)
        content = "".join(map(str, parts))
    unescaped = re.sub(r"\\([\\`*_\[\]|~$#>+\-=.)])", r"\1", str(content))
    return html.unescape(unescaped.replace(_JOINER, ""))
