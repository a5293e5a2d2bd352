"""Weigh what a model says of claims that are not in the passages word for word.

A model is believed where it shows the words: a quote that is in no passage, or says something else,
counts for nothing. What the rules know for certain stays.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import fold
from index.search.passage_words import WRITTEN_WORD
from index.search.search import Passage
from rag.checking.grounding import MIN_QUOTE_WORDS, Support
from rag.checking.verdicts import MIN_QUOTED, Check, Checker, Verdict

_WRONG = r"(?:صحيح|دقيق|true|correct|accurate|right)[\w\u064b-\u0652]*"
_PARTLY = r"جزئي[\w\u064b-\u0652]*|بشكل\s+جزئي|إلى\s+حد|partly|partially|in\s+part"
_YES = r"نعم|أجل|صحيحة?|yes|true"
_NO = rf"لا|كلا|خطأ|خاطئة?|(?:غير|not)\s+{_WRONG}|no|false|incorrect|wrong"
_UNKNOWN = (
    rf"(?:(?:{_YES})[\s،,:(*–-]*)?(?:{_PARTLY})|(?:غير|not)\s+(?!{_WRONG})\w+"
    r"|لا\s+[تي]ذكر\w*|unsure|unknown|unclear"
)
_VERDICT = rf"(?:(?P<unsure>{_UNKNOWN})|(?P<yes>{_YES})|(?P<no>{_NO}))(?!\w)"
_LINE = re.compile(
    rf"[\W_]*(?:(?:ال)?جملة|sentence)?[\W_]*(?P<number>\d{{1,3}})[\W_]+{_VERDICT}(?P<rest>.*)",
    re.IGNORECASE,
)
_PASSAGE = re.compile(
    r"[\W_]*?(?:(?:ال)?مقط\w+|passages?)?[^\w«\"“]*(?P<number>\d{1,3})"
    r"(?:(?:[^\w«\"“|]+|\s*(?:و|and\s)\s*)\d{1,3})*(?=\s*(?:[^\w\s]|$))",
    re.IGNORECASE,
)
"""The first of some numbers with a mark behind them: that of a quote has a word."""
_OBJECT = re.compile(r"\{[^{}]*\}")
_KEYED = re.compile(r'"(\d{1,3})"\s*:\s*\{')
_EXACT = frozenset({"number", "day"})
"""Kinds of difference that no opinion settles: the passages have no such figure at all."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model says of one claim.

    Attributes:
        verdict: ``SUPPORTED``, ``CONTRADICTED`` or ``UNSURE``.
        passage: Number of the passage that it names, from 1; 0 for none.
        quote: What it says stands there; "" for nothing.
    """

    verdict: Verdict
    passage: int = 0
    quote: str = ""


def read_opinions(reply: str) -> dict[int, Opinion]:
    """Return the opinions of a reply by the number of the claim; of two on one claim the first.

    Lines, tables and JSON are read; what cannot be is left out.

    >>> read_opinions("**١.** نعم | [2] | «بلغت الكلفة 12 مليونًا»")[1].quote
    'بلغت الكلفة 12 مليونًا'
    """
    found: dict[int, Opinion] = {}
    for line in (*_list_objects(reply), *reply.splitlines()):
        if read := _LINE.match(line):
            found.setdefault(int(read["number"]), _read_opinion(read))
    return found


def _list_objects(reply: str) -> Iterator[str]:
    """Yield the objects of a JSON reply as lines: a number, a verdict, a passage, a quote."""
    for written in _OBJECT.findall(_KEYED.sub(r'{"": \1, ', reply)):
        try:
            values = json.loads(written).values()
        except (ValueError, RecursionError):
            continue
        yield " | ".join(str(value) for value in values if value is not None)


def _read_opinion(line: re.Match[str]) -> Opinion:
    rest = line["rest"]
    if line["unsure"]:
        return Opinion(Verdict.UNSURE)
    named = _PASSAGE.match(rest)
    quote = rest[named.end() :] if named else rest
    return Opinion(
        Verdict.SUPPORTED if line["yes"] else Verdict.CONTRADICTED,
        int(named["number"]) if named else 0,
        quote.strip(" \t|:،,;؛-–—.[](){}*_`\"'“”«»"),
    )


def find_quoted(quote: str, passage: Passage) -> Span | None:
    """Return the sentences of a passage that hold a quote, into the article's text.

    Its words must stand there one after the other, spelling folded; marks between them are free.
    """
    words = [fold(found[0]) for found in WRITTEN_WORD.finditer(quote)]
    told = list(WRITTEN_WORD.finditer(passage.text))
    known = [fold(found[0]) for found in told]
    if len(words) < MIN_QUOTE_WORDS:
        return None
    for first in range(len(known) - len(words) + 1):
        if known[first : first + len(words)] == words:
            start, end = told[first].start(), told[first + len(words) - 1].end()
            spans = [s for s in sentence_spans(passage.text) if s.start < end and start < s.end]
            base = passage.chunk.start
            return Span(base + spans[0].start, base + spans[-1].end)
    return None


def revise(
    text: str, check: Check, opinion: Opinion, checker: Checker, shown: Sequence[int]
) -> Check:
    """Return what is found of a claim after a second opinion.

    - *yes* with the words that say it: supported, unless it has a figure or a day that nothing has;
    - *no*: unsure; contradicted where it shows the words and the rules found a difference too;
    - *not told*: unsure.

    Args:
        text: What is claimed.
        check: What was found of it before.
        opinion: A model's.
        checker: Of the passages that were read.
        shown: Positions of those that the model was shown, from 0, in the order of their numbers.
    """
    quote = _locate(text, opinion, checker, shown)
    unsure = replace(check, verdict=Verdict.UNSURE, supports=check.supports[:1])
    if opinion.verdict is Verdict.SUPPORTED:
        is_settled = check.difference is not None and check.difference.kind in _EXACT
        if quote is None or is_settled or check.verdict is Verdict.SUPPORTED:
            return check
        return Check(Verdict.SUPPORTED, (quote,))
    if opinion.verdict is Verdict.UNSURE or quote is None:
        return unsure
    agree = check.verdict is Verdict.UNSURE and check.difference is not None
    verdict = Verdict.CONTRADICTED if agree else Verdict.UNSURE
    return replace(unsure, verdict=verdict, supports=(quote,))


def _locate(text: str, opinion: Opinion, checker: Checker, shown: Sequence[int]) -> Support | None:
    """Return the words that an opinion shows, the passage that it names first.

    None where they are in no passage or are not about what is claimed.
    """
    number = opinion.passage
    named = shown[number - 1 : number] if number else ()
    for position in dict.fromkeys((*named, *shown)):
        if span := find_quoted(opinion.quote, checker.passages[position]):
            score = checker.measure_said(text, position, span)
            return Support(position, span, round(score, 4)) if score >= MIN_QUOTED else None
    return None
