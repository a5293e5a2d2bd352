"""Words of a question that no article has, where a slip of the pen explains that.

«صفاقص» for «صفاقس», «الطربلسي» for «الطرابلسي»: letters that sound alike, a long vowel that is
missing or too many, one letter twice, two that changed places (Kernighan, Church and Gale, "A
spelling correction program based on a noisy channel model", 1990, with the context of the question
in place of their model of the language). A word is only taken for another where some chunk has that
one beside much of what else is asked, so that no name is exchanged for one that looks alike.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from index.arabic.words import MARK, MARKED_WORD, QUOTED, analyse, fold
from index.articles.chunking import TokenCounter
from index.search.query import Query
from index.store.bm25 import compute_idf
from index.store.contract import StoredChunk, StoreReader

_ARABIC = re.compile("[\u0621-\u064a]+")
_ALIKE = ("صسث", "ضظ", "ذدز", "تطث", "قغك", "يؤ", "هح", "جش")
"""Letters that are written for one another, as :func:`fold` leaves them: ؤ is any hamza on a
letter, and ق, غ and ك are one sound in names from abroad."""
_LONG = "اوي"
_SHORTEST = 4
"""Letters of a term; shorter ones are near too many others. Chosen."""
_SHARE = 0.4
"""Of what else is asked, weighed by rarity, that must stand in one chunk with the word. Set on the
training half of ``python -m benchmarks.misspelling``."""
_MOST_TRIED, _MOST_READ = 4, 10
"""Words tried for one, the most frequent first, and chunks read for each. Chosen."""


def correct_spelling(
    reader: StoreReader,
    question: str,
    count_tokens: TokenCounter,
    is_right: Callable[[str], bool] = lambda _: False,
) -> str:
    """Return a question with misspelled words as the articles spell them; the rest stays.

    Numbers, quoted words, foreign letters and words that the embedder knows as one token are right
    whatever the articles say.

    Args:
        reader: Of the index that is asked.
        question: As it was typed.
        count_tokens: Counts those of words, as the embedder does.
        is_right: Tells of a folded word whether it is right whatever the articles say.
    """
    terms = tuple(dict.fromkeys(Query.of(question).terms))
    frequencies = reader.document_frequencies(terms)
    unknown = {t for t in terms if len(t) >= _SHORTEST and not frequencies.get(t)}
    known = [term for term in terms if frequencies.get(term)]
    if not unknown or len(known) < 2:  # one word beside it is no context
        return question
    chunks = reader.totals().chunks
    rarity = {term: compute_idf(frequencies[term], chunks) for term in known}
    corrected = question
    for typed in dict.fromkeys(MARKED_WORD.findall(QUOTED.sub(" ", question))):
        word = MARK.sub("", typed)
        found = analyse(word)
        if len(found) != 1 or found[0] not in unknown or not _ARABIC.fullmatch(word):
            continue
        if is_right(fold(word)) or 1 in count_tokens([word, found[0]]):
            continue
        if meant := _find(reader, found[0], rarity):
            spelled = _spell(reader, word, found[0], meant)
            corrected = re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", spelled, corrected)
    return corrected


class _Meant(NamedTuple):
    """What a term was meant to be.

    Attributes:
        slip: The letters in place of the term's.
        term: What they are analysed to, without what may be written before a word.
        chunk: What speaks most for it.
    """

    slip: str
    term: str
    chunk: StoredChunk


def _find(reader: StoreReader, term: str, rarity: dict[str, float]) -> _Meant | None:
    """Return what a term was meant to be, where its context is that of the question."""
    slips = {found[0]: slip for slip in _list_slips(term) if len(found := analyse(slip)) == 1}
    frequencies = reader.document_frequencies(sorted(slips))
    common = sorted((-count, meant) for meant, count in frequencies.items() if count)
    best, most = None, _SHARE * sum(rarity.values())
    for _, meant in common[:_MOST_TRIED]:
        hits = reader.lexical([meant, *rarity], _MOST_READ)
        for chunk in reader.fetch([hit.key for hit in hits]).values():
            beside = rarity.keys() & {*chunk.terms, *chunk.title_terms}
            share = sum(rarity[term] for term in beside)
            if meant in chunk.terms and share >= most:
                best, most = _Meant(slips[meant], meant, chunk), share
    return best


def _list_slips(term: str) -> Iterator[str]:
    """Yield the terms that one slip makes of a term.

    A long vowel more or less at either end makes another form of a word: that is no slip.
    """
    for at, letter in enumerate(term):
        before, after = term[:at], term[at + 1 :]
        for group in _ALIKE:
            if letter in group:
                yield from (before + other + after for other in group if other != letter)
        if not after:
            return
        yield from (before + letter + added + after for added in {letter, *_LONG})
        if before and after[0] != letter:
            yield before + after[0] + letter + after[1:]
        if before and (letter in _LONG or before[-1] == letter) and len(term) > _SHORTEST:
            yield before + after


def _spell(reader: StoreReader, word: str, term: str, meant: _Meant) -> str:
    """Return a word with what was meant in place of a term, in the letters of an article.

    It stays as it is where no word of the article ends like that.
    """
    article = reader.articles([meant.chunk.article_key])[meant.chunk.article_key]
    text = f"{article.title}\n{article.text[meant.chunk.start : meant.chunk.end]}"
    before, _, after = fold(word).partition(term)
    for spelled in map(partial(MARK.sub, ""), MARKED_WORD.findall(text)):
        place = fold(spelled).find(meant.term)
        if place >= 0 and fold(spelled)[place:] == meant.term + after:
            letters = spelled[place : place + len(meant.term)]
            right = meant.slip.replace(meant.term, letters, 1)
            return word[: len(before)] + right + word[len(before) + len(term) :]
    return word
