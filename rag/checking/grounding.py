"""Find the sentences that say word for word what a claim says, in whatever order.

Some one or two neighbouring sentences of a passage hold all its words, numbers, months and days,
deny what it denies and nothing else, put no condition that it leaves out, and keep each name and
number beside the same words.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.arabic.numbers import find_number_values
from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import normalize_for_embedding
from index.embedding.contract import Embedder
from index.search.search import Passage
from rag.checking.claims import Claim
from rag.language.questions import is_arabic
from rag.language.relative_dates import find_relative_dates, spell_date
from rag.language.statements import EDGE, SAYING, Statement, read_statement, tokens_match

# Chosen: ``python -m benchmarks.grounding`` measures the check with all of them and sweeps none.
LONG_CLAIM_WORDS = 4
"""Content words from which on two neighbouring sentences may share in supporting a claim; those of
a shorter one come together by chance."""
MIN_QUOTE_WORDS = 3
"""Words of a claim that can be a quote."""
_MIN_CONDITIONAL = 0.8
"""Share of a claim's words that must stand under a condition for the claim to leave it out."""
_MAX_FRAME = 4
"""Tokens that may stand between two words for those to be looked at as their frame."""
MIN_UNCITED_SUPPORT = 0.9
"""Support that a passage must give to a claim that does not cite it: more than by its meaning."""
MIN_MEANING_COSINE = 0.87
"""Cosine a claim in another language must reach, since no words can be compared. Chosen, not
measured."""


@dataclass(frozen=True, slots=True)
class Support:
    """The words of a passage that stand behind a claim.

    Attributes:
        passage: Position of the passage, from 0.
        span: Into the article's text.
        score: In [0, 1]; 1 when the claim is a verbatim quote.
    """

    passage: int
    span: Span
    score: float


def find_supports(claim: Claim, passages: Sequence[Passage], embedder: Embedder) -> list[Support]:
    """Return what says a claim word for word: all that it cites and does, else the first other."""
    cited = [number - 1 for number in claim.numbers if number <= len(passages)]
    found = [s for p in cited if (s := _find_best_support(claim.text, passages[p], p, embedder))]
    if found:
        return sorted(found, key=lambda support: -support.score)
    others = (n for n in range(len(passages)) if n not in cited)
    supports = (_find_best_support(claim.text, passages[p], p, embedder) for p in others)
    other = next((s for s in supports if s and s.score >= MIN_UNCITED_SUPPORT), None)
    return [other] if other else []


def _find_best_support(
    text: str, passage: Passage, position: int, embedder: Embedder
) -> Support | None:
    if exact := _find_verbatim(text, passage):
        return Support(position, exact, 1.0)
    if not is_arabic(text) and is_arabic(passage.text):
        windows = _list_windows(passage, pairs=True)
        return _find_support_by_meaning(text, passage, position, windows, embedder)
    claim = read_statement(text)
    windows = _list_windows(passage, pairs=len(claim.matter) >= LONG_CLAIM_WORDS)
    fitting = [window for window in windows if _says_it(claim, passage, window)]
    # Of equals the shortest quote says it best.
    best = min(fitting, key=lambda span: span.end - span.start, default=None)
    return Support(position, best, 1.0) if best else None


def _find_verbatim(text: str, passage: Passage) -> Span | None:
    """Return where a claim stands in the article as whole sentences, white space aside.

    Part of a sentence is no such thing: what stands before it may deny it.
    """
    spoken = text.strip().rstrip(".").split()
    if len(spoken) < MIN_QUOTE_WORDS:
        return None
    pattern = re.compile(r"\s+".join(re.escape(word) for word in spoken) + r"\.?")
    for within, start in ((passage.text, passage.chunk.start), (passage.article.text, 0)):
        spans = sentence_spans(within)
        starts, ends = {span.start for span in spans}, {span.end for span in spans}
        for found in pattern.finditer(within):
            if found.start() in starts and found.end() in ends:
                return Span(start + found.start(), start + found.end())
    return None


def _list_windows(passage: Passage, *, pairs: bool) -> list[Span]:
    """Return every sentence, and with ``pairs`` every two neighbours, as spans of the article."""
    base = passage.chunk.start
    spans = [Span(base + start, base + end) for start, end in sentence_spans(passage.text)]
    return spans + [Span(a.start, b.end) for a, b in pairwise(spans) if pairs]


def _says_it(claim: Statement, passage: Passage, window: Span) -> bool:
    """Tell whether some sentences say what a claim says."""
    told = passage.article.text[window.start : window.end]
    source = read_statement(told)
    places = [
        [n for n, other in enumerate(source.tokens) if tokens_match(token, other)]
        for token in claim.tokens
    ]
    if not claim.matter or not _has_exact_tokens(claim, places, told, passage.article.date):
        return False
    title = read_statement(passage.article.title).tokens
    if not all(
        found or token.light or token.exact or any(tokens_match(token, other) for other in title)
        for token, found in zip(claim.tokens, places, strict=True)
    ):
        return False
    checks = (_is_contradiction, _has_substitution, _has_swapped_roles)
    return not any(check(claim, source, places) for check in checks)


Alignment = Sequence[Sequence[int]]
"""For each token of a claim, where its source says the same."""


def _has_exact_tokens(claim: Statement, places: Alignment, text: str, date: str) -> bool:
    """Tell whether a source has every number, month and day of a claim.

    What «أمس» means, told from the article's date, counts as said.
    """
    missing = {
        token.key
        for token, found in zip(claim.tokens, places, strict=True)
        if token.exact and not found
    }
    return not missing or missing <= _resolve_dates(text, date)


def _resolve_dates(text: str, date: str) -> frozenset[str]:
    keys: set[str] = set()
    for meant in find_relative_dates(text, date):
        keys.update(token.key for token in read_statement(spell_date(meant.date)).tokens)
    return frozenset(keys)


def _is_contradiction(claim: Statement, source: Statement, places: Alignment) -> bool:
    """Tell whether a claim denies what its source says, or says what it denies or supposes."""
    supposed = stated = 0
    shift = _compute_shift(places)
    for position, (token, found) in enumerate(zip(claim.tokens, places, strict=True)):
        if not found or token.key == EDGE:
            continue
        other = source.tokens[min(found, key=lambda place: abs(place - position - shift))]
        if other.denied != token.denied:
            return True
        if not token.light:
            stated += 1
            supposed += other.depends
    return not claim.conditional and stated > 0 and supposed >= _MIN_CONDITIONAL * stated


def _compute_shift(places: Alignment) -> int:
    """Return how far most tokens of a claim stand from their places in the source."""
    shifts = Counter(place - n for n, found in enumerate(places) for place in found)
    return shifts.most_common(1)[0][0] if shifts else 0


def _has_substitution(claim: Statement, source: Statement, places: Alignment) -> bool:
    """Tell whether something else stands between the same two words in the source.

    That is what a wrong name, speaker or number looks like whose right place is elsewhere.
    """
    for first in range(len(claim.tokens)):
        for last in range(first + 2, min(first + 2 + _MAX_FRAME, len(claim.tokens))):
            between = range(first + 1, last)
            inside = {place for n in between for place in places[n]}
            if not inside or all(claim.tokens[n].light for n in between):
                continue
            if _is_substituted(claim, source, places, (first, last), inside):
                return True
    return False


def _is_substituted(
    claim: Statement,
    source: Statement,
    places: Alignment,
    ends: tuple[int, int],
    inside: Collection[int],
) -> bool:
    """Tell whether the source has something else between two words of a claim.

    Args:
        claim: What is checked.
        source: What it is checked against.
        places: Of each token of the claim in the source.
        ends: Positions of the two words in the claim.
        inside: Where the source has what stands between them in the claim.
    """
    first, last = ends
    if any(place + 1 in places[last] for place in places[first]):
        return False
    frames = [
        (begin, end)
        for begin in places[first]
        for end in places[last]
        if begin + 1 < end and not all(source.tokens[n].light for n in range(begin + 1, end))
    ]
    near = [frame for frame in frames if frame[1] - frame[0] <= _MAX_FRAME + 1]
    keys = {claim.tokens[n].key for n in ends}
    # Where a sentence begins or ends words change places freely: «لن تنشر الدولة» is «الدولة لن
    # تنشر». A word that occurs twice may be either, but who says something stands beside it.
    reach = _MAX_FRAME if EDGE in keys else 0
    repeated = any(len(places[n]) > 1 for n in ends) and SAYING not in keys
    looked_at = frames if repeated or EDGE in keys else near
    return bool(near) and not any(
        begin - reach < place < end + reach for begin, end in looked_at for place in inside
    )


def _has_swapped_roles(claim: Statement, source: Statement, places: Alignment) -> bool:
    """Tell whether two words exchanged their prepositions: who won against whom."""
    told = [
        (token, {source.tokens[place].before for place in found})
        for token, found in zip(claim.tokens, places, strict=True)
        if found and not token.light
    ]
    return any(
        one.before not in governed_by and one.before in others and other.before in governed_by
        for one, governed_by in told
        for other, others in told
        if one.before and one.before != other.before and other.before not in others
    )


def _find_support_by_meaning(
    text: str, passage: Passage, position: int, windows: Sequence[Span], embedder: Embedder
) -> Support | None:
    """Support a claim in another language: its numbers must be there, and its meaning near."""
    asked = find_number_values(text)
    fitting = [
        window
        for window in windows
        if asked <= find_number_values(passage.article.text[window.start : window.end])
    ]
    nearest = _find_nearest(text, [(position, passage, window) for window in fitting], embedder)
    return nearest if nearest and nearest.score >= MIN_MEANING_COSINE else None


def find_nearest(
    text: str, positions: Sequence[int], passages: Sequence[Passage], embedder: Embedder
) -> Support | None:
    """Return the sentence of some passages whose meaning is nearest; None where there is none."""
    places = [
        (n, passages[n], span)
        for n in positions
        for span in _list_windows(passages[n], pairs=False)
    ]
    return _find_nearest(text, places, embedder)


def _find_nearest(
    text: str, places: Sequence[tuple[int, Passage, Span]], embedder: Embedder
) -> Support | None:
    """Return of some places, each with its passage and that one's position, the nearest."""
    if not places:
        return None
    told = [passage.article.text[span.start : span.end] for _, passage, span in places]
    vectors = embedder.embed_passages([normalize_for_embedding(one) for one in (text, *told)])
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    position, _, span = places[best]
    return Support(position, span, float(cosines[best]))
