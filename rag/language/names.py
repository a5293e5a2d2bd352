"""Names in a question: whom or what it asks about, so that nobody else's answer is given for it.

There is no list of names. A name is what stands behind a word for a person or a place («الشاعر …»,
«محافظة …»), behind «من هو» or «متى توفي», or an ordinal, a colour or a year that tells one thing
from its like («الخط الثاني», «الخط الأخضر», «كأس 2018»).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from index.arabic.numbers import find_numbers
from index.arabic.words import fold, skeleton, split_words, term_of
from rag.language.package_data import read_lines
from rag.language.questions import is_function_word

_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_YEAR_BEFORE = re.compile(r"(?:عام|سنه) $")
_ADJECTIVE = re.compile(r"(?!ال)\w{3,}(?:يه|ي)")
"""«محافظة عراقية» names none."""
_COLOURS = frozenset(
    term_of(f"ال{word}")
    for words in (
        "احمر حمراء", "اخضر خضراء", "ازرق زرقاء", "اصفر صفراء", "ابيض بيضاء", "اسود سوداء",
        "برتقالي بنفسجي", "ذهبي فضي",
    )
    for word in words.split()
)  # fmt: skip
_UNITS = ("حادي", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع")
_TENS = ("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع")
_UNIT = re.compile(rf"ال({'|'.join(_UNITS)})ه?")
_TEN = re.compile(rf"(عشره?)|وال({'|'.join(_TENS)})(?:ين|ون)")
_DIGITS = re.compile(r"(?:ال)?([1-9]\d?)")
LOW_ORDINALS = ("", "الاول", *(f"ال{unit}" for unit in _UNITS[1:]), "العاشر")
"""Each at the place of its number."""
_ORDINALS = frozenset(map(term_of, (*LOW_ORDINALS[1:], "الاولي")))
_HIGH_ORDINALS = frozenset(f"#{number}" for number in range(11, 100))
"""What :func:`name_words` writes «الثانية عشرة» and «الـ12» as."""
_IS = ("هو", "هي")
_MAX_NAME_WORDS = 3
"""Words behind «من هو» that may be a name alone; more are a description. Chosen, not measured."""
_MAX_PERSON_WORDS = 2
"""Words of a person's name that are looked at: what stands behind them may say something else.
Chosen, not measured."""
_MAX_FULL_NAME_WORDS = 4
"""The same behind «متى توفي», where articles may leave out some of them. Chosen, not measured."""
_FEWEST_OF_A_NAME = 2
"""Words of a name without a head that an article has: a first name alone is anybody's."""
_SHORT_SKELETON = 3
"""Consonants of a name up to which another one may have the same: a mistake that the questions of
docs/decisions/0037-names-bind.md showed."""
_LIFE = frozenset(
    fold(word)
    for word in [
        "توفي", "توفيت", "ولد", "ولدت", "مات", "ماتت", "رحل", "رحلت", "اغتيل", "اغتيلت",
        "استشهد", "استشهدت", "اعتزل", "اعتزلت", "تزوج", "تزوجت",
    ]
)  # fmt: skip
"""Verbs that are said of persons: two bare words behind them are a name, unless they are kin."""
_KIN = tuple(
    frozenset(map(fold, words))
    for words in (
        ("زوج", "زوجة", "أرملة", "أرمل", "عقيلة", "قرينة", "قرين", "حرم"),
        ("شقيق", "شقيقة", "أشقاء", "أخ", "أخو", "أخت", "إخوة"),
        ("والد", "والدة", "أب", "أبو", "أم", "والدا"),
        ("ابن", "نجل", "ابنة", "بنت", "كريمة", "نجلة", "أبناء", "أنجال", "أولاد"),
        ("حفيد", "حفيدة", "أحفاد"),
        ("جد", "جدة"),
        ("عم", "عمة", "خال", "خالة"),
    )
)
"""Of whom «متى توفيت زوجة …» asks: an article without any word of the kind says nothing of her."""
_ALSO_OTHERS = frozenset(
    fold(word)
    for word in [
        "ابن", "بنت", "أب", "أبو", "أم", "أخ", "أخو", "كريمة", "حرم", "جد", "جدة", "عم", "خال",
        "أبناء", "أولاد", "أشقاء", "إخوة", "أحفاد", "أنجال",
    ]
)  # fmt: skip
"""Words of kin that are names or other things too: «ابن خلدون», «أم كلثوم», «أبناء المدينة»."""
_HIS_KIN = re.compile("(?:زوج|ارمل|عقيل|قرين|شقيق|والد|نجل|حفيد)ت?(?:ه|ها|هم|هما)")
"""«زوجته», and «زوجة» itself."""
_ASKS = frozenset(split_words("أي أية كم بأي لأي بكم هو هي"))


@dataclass(frozen=True, slots=True)
class Name:
    """Words that tell one person, place or thing from its like.

    Attributes:
        terms: What an article must have that is about what has this name.
        heads: What the name stands behind: «شاعر», «محافظة», «خط»; empty behind «من هو».
        rivals: Terms that name another one of its kind in its place; None where any word may.
        titles: Heads that tell another person of the same name: «الدكتور» for a poet.
        kin: Terms for who is asked about, of which an article must have one: «زوجة», «أرملة».
    """

    terms: tuple[str, ...]
    heads: tuple[str, ...] = ()
    rivals: frozenset[str] | None = None
    titles: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()

    def is_excluded(self, terms: Sequence[str]) -> bool:
        """Tell whether a text is about another one of the same kind.

        It is where it has not the whole name, in any known spelling, and has another name in its
        place, or nothing of a name that was asked for by itself.

        Args:
            terms: Of the text, in order.
        """
        if self.kin:
            return self.kin.isdisjoint(terms)
        if self.rivals is not None:
            behind = [
                term for place in self._find_heads(terms) for term in terms[place : place + 3]
            ]
            return not self.rivals.isdisjoint(behind) and self.terms[0] not in behind
        if all(_has_term(term, terms) for term in self.terms):
            return self._is_namesake(terms)
        if not self.heads:
            return sum(_has_term(term, terms) for term in self.terms) < _FEWEST_OF_A_NAME
        places = self._find_heads(terms)
        return bool(places) and not any(_is_same(terms[n], self.terms[-1]) for n in places)

    def _find_heads(self, terms: Sequence[str]) -> list[int]:
        """Return the places behind every head of a text."""
        return [n + 1 for n, term in enumerate(terms[:-1]) if term in self.heads]

    def _is_namesake(self, terms: Sequence[str]) -> bool:
        """Tell whether who has the name is something else, and nobody what was asked for."""
        before = {one for one, other in pairwise(terms) if _is_same(other, self.terms[0])}
        return not self.titles.isdisjoint(before) and set(self.heads).isdisjoint(terms)


def _has_term(term: str, terms: Sequence[str]) -> bool:
    return any(_is_same(term, other) for other in terms)


def _is_same(term: str, other: str) -> bool:
    """Tell whether two terms are one name; short ones must be written alike («سلمى», «سالم»)."""
    if term == other:
        return True
    bare = skeleton(term)
    return len(bare) > _SHORT_SKELETON and bare == skeleton(other)


def find_names(spoken: Sequence[str]) -> tuple[Name, ...]:
    """Return the names in a question.

    Args:
        spoken: Its folded words, in order.

    >>> [name.terms for name in find_names(["متي", "توفي", "الشاعر", "منذر", "القاسم"])]
    [('منذر', 'قاسم')]
    >>> [name.terms for name in find_names(["كم", "محطه", "في", "خط", "المترو", "الثالث"])]
    [('ثالث',), ('مترو',)]
    """
    spoken = name_words(spoken)
    found = (*_find_names_behind_heads(spoken), *_find_ordinals(spoken), *_find_kin(spoken))
    return tuple(dict.fromkeys(found))


def name_words(spoken: Sequence[str]) -> list[str]:
    """Return folded words with names and ordinals of several words as one, however written.

    >>> name_words(["عبد", "الله", "بن", "سالم"]), name_words(["الدوره", "الثانيه", "عشره"])
    (['عبدالله', 'سالم'], ['الدوره', '#12'])
    """
    spoken = " ".join(spoken).replace(" و ال", " وال").split()
    found: list[str] = []
    for place, word in enumerate(spoken):
        before = spoken[place - 1] if place else ""
        after = spoken[place + 1] if place + 1 < len(spoken) else ""
        unit = _UNIT.fullmatch(before)
        if unit and found and (ten := _TEN.fullmatch(word)):
            tens = 1 if ten[1] else 2 + _TENS.index(ten[2])
            found[-1] = f"#{10 * tens + 1 + _UNITS.index(unit[1])}"
        elif found and found[-1] in {"عبد", "وعبد", "لعبد"} and word.startswith("ال"):
            found[-1] += word
        elif word in {"بن", "ابن"} and before and not _is_son(word, before, after):
            continue
        elif (digits := _DIGITS.fullmatch(word)) and _is_ordinal(found, after):
            number = int(digits[1])
            if before == "رقم":
                found.pop()
            found.append(f"#{number}" if number > 10 else LOW_ORDINALS[number])
        else:
            found.append(word)
    return found


def _is_son(word: str, before: str, after: str) -> bool:
    """Tell «ابن الشاعر» from the «ابن» inside a name."""
    if is_function_word(before):
        return True
    return word == "ابن" and after.startswith("ال") and after in _load_heads()["person"]


def _is_ordinal(before: Sequence[str], after: str) -> bool:
    """Tell whether digits tell which one: «الخط 3», «الدورة رقم 12», and not how many."""
    if after and not is_function_word(after):
        return False
    words = [*before][-3:]
    if words and words[-1] == "رقم":
        words.pop()
    counted = len(words) > 1 and words[-2] in {"عدد", "بلغ"}
    return bool(words) and not counted and _is_numbered(words[-1])


def _is_numbered(word: str) -> bool:
    return word.startswith("ال") or word in _load_heads()["numbered"]


def find_years(spoken: Sequence[str]) -> frozenset[str]:
    """Return the years in a question or a text."""
    return frozenset(word for word in spoken if _YEAR.fullmatch(word))


def years_in_words(text: str) -> frozenset[str]:
    """Return the years that a text says in words.

    >>> sorted(years_in_words("فاز عام ألفين وتسعة عشر بعد مئة يوم"))
    ['2019']
    """
    folded = fold(text)
    found = (n.value for n in find_numbers(text) if _YEAR_BEFORE.search(folded[: n.start][-10:]))
    return find_years([*found])


def _find_names_behind_heads(spoken: Sequence[str]) -> Iterator[Name]:
    kinds = _load_heads()
    for place, word in enumerate(spoken[:-1]):
        following = spoken[place + 1 :]
        asked_for = place > 0 and spoken[place - 1] in _ASKS  # «أي مدينة», «من هي محافظة البنك»
        alone = word in _LIFE or _is_who_question(spoken, place)
        if word in kinds["person"] or alone:
            most = _MAX_FULL_NAME_WORDS if word in _LIFE else _MAX_PERSON_WORDS
            name = _parse_person(following[:most])
            if len(name) > 1:
                heads = (term_of(word),) if word in kinds["person"] else ()
                yield Name(name, heads, titles=_load_titles() if heads else frozenset())
        elif word in kinds["place"] and not asked_for and not _is_plain(following[0]):
            # «جامعة الملك سعود» is no «جامعة الملك خالد».
            titled = following[0].startswith("ال") and following[0] in kinds["person"]
            parts = following[: 2 if titled else 1]
            yield Name(tuple(map(term_of, parts)), (term_of(word),))


def _is_plain(word: str) -> bool:
    """Tell whether a word names nothing: a function word, an adjective without the article."""
    return is_function_word(word) or bool(_ADJECTIVE.fullmatch(word))


def _is_who_question(spoken: Sequence[str], place: int) -> bool:
    """Tell whether a word is the «هو» of «من هو», with nothing but a name behind it."""
    behind = len(spoken) - place - 1
    return place == 1 and spoken[0] == "من" and spoken[1] in _IS and 2 <= behind <= _MAX_NAME_WORDS


def _parse_person(following: Sequence[str]) -> tuple[str, ...]:
    """Return the terms of a first name and what belongs to it: «منذر القاسم»."""
    kinds, name = _load_heads(), list[str]()
    for word in following:
        definite = word.startswith("ال")
        known = any(word in known_words for known_words in kinds.values())
        if is_function_word(word) or known or (definite and not name):
            break
        name.append(term_of(word))
        if definite:
            break
    return tuple(name)


def _find_ordinals(spoken: Sequence[str]) -> Iterator[Name]:
    for place, word in enumerate(spoken):
        before = [w for w in spoken[max(0, place - 2) : place] if not is_function_word(w)]
        term = term_of(word) if word.startswith("ال") else ""
        if not before or not (word in _HIGH_ORDINALS or term in _ORDINALS | _COLOURS):
            continue
        colours = _COLOURS if term in _COLOURS else frozenset[str]()
        heads = tuple(map(term_of, before))
        yield Name((term or word,), heads, _ORDINALS | _HIGH_ORDINALS | colours)
        # «خط الترام الثاني» is no line of the metro.
        if len(before) > 1 and before[0] in _load_heads()["numbered"] and _is_numbered(before[1]):
            yield Name(heads[1:], heads[:1])


def _find_kin(spoken: Sequence[str]) -> Iterator[Name]:
    """Find «متى توفيت زوجة الشاعر», «أين ولد والده»: somebody else than who is named."""
    persons = _load_heads()["person"]
    for place, (before, word) in enumerate(pairwise(spoken)):
        after = spoken[place + 2] if place + 2 < len(spoken) else ""
        titled = after.startswith("ال") and after in persons
        of_somebody = bool(after) and word not in _ALSO_OTHERS and not is_function_word(after)
        if before in _LIFE and (titled or of_somebody or _HIS_KIN.fullmatch(word)):
            term = term_of(word)
            yield from (Name((), kin=kind) for kind in _load_kin() if term in kind)


@cache
def _load_kin() -> tuple[frozenset[str], ...]:
    """Return the terms for each kind of kin."""
    return tuple(frozenset(map(term_of, kind)) for kind in _KIN)


@cache
def _load_titles() -> frozenset[str]:
    """Return the terms of the words for persons."""
    return frozenset(map(term_of, _load_heads()["person"]))


@cache
def _load_heads() -> dict[str, frozenset[str]]:
    """Return the folded words of each kind; those of persons and roles with the article too."""
    found = read_heads()
    for kind in ("person", "role"):
        found[kind] |= {f"ال{word}" for word in found[kind]}
    return {kind: frozenset(heads) for kind, heads in found.items()}


def read_heads() -> dict[str, set[str]]:
    """Return the folded words of each kind, ``person``, ``place`` and so on, as listed."""
    found: dict[str, set[str]] = {"person": set(), "place": set(), "role": set(), "numbered": set()}
    for line in read_lines("language/heads.tsv"):
        if line.strip():
            kind, *heads = line.split()
            found[kind].update(map(fold, heads))
    return found
