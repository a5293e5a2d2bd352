"""Put what stands apart from a text before it, where the text does not say it itself.

Sites keep a lead, or a teaser, in a field of its own: often it is the beginning of the text, and
often the text goes on after it.
"""

import re
from collections.abc import Sequence

from index.arabic.sentences import sentence_spans
from index.arabic.words import fold, split_words

_SAME = 0.8
"""Share of a text's words that another has when it is the same in another form. Chosen, not
measured."""
_FEWEST_WORDS = 3
"""Of a sentence that says something; «اقرأ المزيد» has two. Chosen, not measured."""
_INVITATION = re.compile(
    r"appeared first on|continue reading|read (?:the )?(?:more|full)|lire la suite"
    r"|(?:اقر[أا]|للمزيد|لقراءة|تابع) .{0,20}(?:المزيد|الخبر|المقال|القراءة|التفاصيل)",
    re.IGNORECASE,
)
_NO_LETTER = re.compile(r"[\W_]+")


def join_texts(texts: Sequence[str]) -> str:
    r"""Return the text of a record that has several, those that are most likely the text first.

    The longest is the text; of the others stands before it what it does not say. Of two forms of
    one text, as with markup and without, the first is taken.

    >>> join_texts(["السوق يُفتتح يوم الأحد.", "قال الوزير إن السوق يضم 42 متجرًا."])
    'السوق يُفتتح يوم الأحد.\nقال الوزير إن السوق يضم 42 متجرًا.'
    """
    if len(texts) < 2:
        return "".join(texts)
    longest = max(texts, key=len)
    body = next(text for text in texts if _letters(longest) in _letters(text))
    others = [text for text in texts if not _is_said(text, longest)]
    return with_leads(body, others)


def _is_said(text: str, other: str) -> bool:
    words, known = (set(split_words(fold(one))) for one in (text, other))
    return len(words & known) >= _SAME * len(words)


def with_leads(body: str, leads: Sequence[str], *, title: str = "") -> str:
    r"""Return a text below those sentences of its leads that neither it nor its title has.

    >>> with_leads("افتُتح السوق. وحضر سالم.", ["افتُتح السوق … وعدد المتاجر فيه 42."])
    'وعدد المتاجر فيه 42.\nافتُتح السوق. وحضر سالم.'
    """
    leads = [lead for lead in leads if lead and lead != body]
    if not body or not leads:
        return body
    known = (_letters(body), _letters(title))
    if whole := next((lead for lead in leads if known[0] in _letters(lead)), ""):
        return whole
    lines = (_unsaid(line, known) for lead in leads for line in lead.split("\n"))
    return "\n".join(filter(None, (*lines, body)))


def _unsaid(line: str, known: Sequence[str]) -> str:
    sentences = (line[start:end].strip() for start, end in sentence_spans(line))
    return " ".join(
        sentence
        for sentence in sentences
        if len(split_words(sentence)) >= _FEWEST_WORDS
        and not _INVITATION.search(sentence)
        and not any(_letters(sentence) in one for one in known)
    )


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", fold(text))
