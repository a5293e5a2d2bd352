"""Questions that may be asked after an answer, made of what its articles say and it did not."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rag.language.clauses import find_speaker

_COUNTED = re.compile(
    r"\b(عدد|كلفة|تكلفة|قيمة|نسبة|مساحة|طول|عمق|ارتفاع|سعة|سعر|ثمن|ميزانية|إيرادات|أرباح|خسائر)"
    r" (ال[^\W\d_]{2,}(?: ال[^\W\d_]{2,})?)(?=[\s،.])(?=[^.؟\n]{0,60}\d)"
)
"""«عدد المصابين …17»: what is counted, with its number behind it."""


def list_suggestions(sentences: Sequence[str]) -> list[str]:
    """Return questions that the sentences of an answer's articles may answer, likeliest first.

    Each leans on the question before it. Whether it is answered must be tried.

    Args:
        sentences: Of the articles, without those that the answer quotes, best first.

    >>> list_suggestions(["وقالت وزيرة الصحة سعاد العايدي إن عدد المصابين بلغ 17."])
    ['وكم عدد المصابين؟', 'وماذا قالت وزيرة الصحة سعاد العايدي؟']
    """
    turns = zip_longest(_ask_for_counts(sentences), _ask_for_words(sentences))
    return list(dict.fromkeys(question for question in chain(*turns) if question))


def _ask_for_counts(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        for what, of in _COUNTED.findall(sentence):
            yield f"وكم {what} {of}؟" if what == "عدد" else f"وما {what} {of}؟"


def _ask_for_words(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        if speaker := find_speaker(sentence):
            verb = sentence.split()[0]
            said = "قالت" if verb.endswith("ت") and not verb.endswith("لفت") else "قال"
            yield f"وماذا {said} {speaker}؟"
