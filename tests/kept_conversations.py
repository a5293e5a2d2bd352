"""Conversations as a browser keeps them, for tests of what becomes of them."""

from passages import TEXT, passages_of

from index.articles.copies import Reprint
from rag.answers import Answer, Citation, Sentence
from rag.language.relative_dates import RelativeDate
from ui.web.conversations import Conversation
from ui.web.render import Turn

HOSTILE = '<script>window.__xss=1</script><img src=x onerror="window.__xss=2">'


def answered(title="عنوان", **changes):
    (passage,) = passages_of(TEXT)
    citation = Citation(
        1, passage.article.id, title, "صحيفة", "2025-02-15", "https://a.example/1", TEXT[:30], 0, 30,
        1.0, (Reprint("9", "نسخة", "وكالة", "2025-02-16", ""),), (RelativeDate("أمس", "2025-02-14"),),
    )  # fmt: skip
    return Answer(
        "سؤال؟", "سؤال؟ (تمامه)", "وصل الوفد [1].", (Sentence("وصل الوفد.", (1,), 1.0),), (citation,), (passage,), found=True,
        model="extractive", short="الوفد", timings={"search": 12.0},
    )  # fmt: skip


def conversation(*answers, **asked_of):
    turns = [Turn(f"t{n}", a.question, a, 2 * n, **asked_of) for n, a in enumerate(answers)]
    return Conversation("t12", "عنوان المحادثة", "أخبار", "2026-01-02T03:04:05+00:00", tuple(turns))
