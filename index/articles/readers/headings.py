"""Tell which field of an article a heading or key names: «تاريخ النشر (هجري)» is its date.

A name fits a field when it has a word for the field, and beside it only words that say nothing
else: «عنوان الخبر» and ``article_title`` are titles, «عنوان الصورة» and ``image_title`` are none.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from index.arabic.words import fold

_SURE = {
    "id": "id uuid identifier معرف",
    "title": "title headline headlines titre عنوان مانشيت",
    "text": "text body content texte contenu corps fulltext paragraphs نص متن محتوى مضمون تفاصيل"
    " فقرات",
    "source": "source publisher agency newspaper journal outlet editeur مصدر صحيفة جريدة ناشر وكالة"
    " مجلة",
    "date": "date pubdate published publication datetime تاريخ time timestamp created",
    "author": "author authors byline writer reporter journalist creator auteur journaliste كاتب"
    " مؤلف محرر مراسل صحفي صحافي",
    "url": "url link permalink lien uri href رابط",
}
"""Words for each field, those to take first before others."""
_LESS_SURE = {
    "id": "guid رقمخبر رقممقال رقممقالة رقمتعريفي",
    "title": "name subject خبر مقال مقالة موضوع اسم",
    "text": "html plaintext blocks article story news post خبر مقال مقالة مادة قصة موضوع تقرير",
    "source": "site website channel media موقع قناة وسيلة",
    "date": "posted issued day نشر يوم",
    "url": "mainentityofpage guid",
}
"""Taken when no name of the record has a word of those above: a record's «الخبر» is its text, or
its title where «التفاصيل» are the text."""
_LEAD = "lead lede intro introduction standfirst chapo chapeau مقدمة تمهيد توطئة استهلال"
"""Words for what stands before a text, in a field of its own."""
_BESIDE = {
    "": "web article story news post item main full complete the of a de du des la le l ar arabic"
    " arabe og dc خبر مقال مقالة مادة موضوع تقرير قصة كامل كاملة كاملا رئيسي رئيسية أصلي أصلية"
    " صحفي صحفية عربي عربية بالعربية",
    "text": "html plain raw clean rendered elements نصي",
    "source": "name nom news اسم إعلام إعلامية إخبارية إخباري أنباء جهة",
    "date": "publish publishing pub parution first display posted post creation on at day utc iso"
    " gmt gregorian نشر إصدار كتابة إضافة يوم وقت ووقت في ميلادي ميلادية م hijri هجري هجرية هـ",
    "author": "name nom by اسم",
    "url": "page source canonical original short address عنوان مصدر صفحة موقع إلكتروني مباشر",
}
"""Words that may stand beside those of a field, of any field first."""
_SECOND_CHOICE = (
    "en english anglais fr french francais انجليزي انجليزية بالانجليزية فرنسي فرنسية بالفرنسية"
    " hijri هجري هجرية هـ"
)
"""In names that are taken after all others: of a translation, or of a Hijri date."""

FIELDS = tuple(_SURE)
"""Fields of an article that a record may have."""

SURE_NAMES = tuple(
    name
    for words in _SURE.values()
    for word in words.split()
    for name in ((word,) if word.isascii() else (word, f"ال{word}"))
)
"""Names that say for certain that a line is a field: «العنوان: …»."""


def _normalize(text: str) -> str:
    """Give a word one spelling, also without accents and hamzas."""
    plain = unicodedata.normalize("NFKD", text)
    return fold("".join(char for char in plain if not unicodedata.combining(char)))


def _normalize_words(words: str) -> tuple[str, ...]:
    return tuple(map(_normalize, words.split()))


_HEADS = {
    (field, sure): _normalize_words(table.get(field, ""))
    for field in FIELDS
    for sure, table in ((True, _SURE), (False, _LESS_SURE))
} | {("lead", True): _normalize_words(_LEAD)}
_HEAD_WORDS = frozenset(word for words in _HEADS.values() for word in words)
_LATE = frozenset(_normalize_words(_SECOND_CHOICE))
_ALLOWED = {
    field: frozenset(_normalize_words(f"{_BESIDE['']} {_BESIDE.get(field, '')} {_SECOND_CHOICE}"))
    for field in (*FIELDS, "lead")
}
_LANGUAGES = _LATE | frozenset(_normalize_words("ar arabic arabe عربي عربية بالعربية"))
_LONGEST = 100
"""Letters of a name; what is longer is a text, where the row of headings is looked for."""
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")
_ARTICLE = re.compile(r"^(?:و?ال|لل)(?=\w\w)")
_LETTERS = re.compile(r"[^\W\d_]+")


class _Rank(NamedTuple):
    """How well a name fits; the least is the best."""

    late: bool
    word: int
    others: int


def names_of(
    names: Iterable[str], columns: Mapping[str, str] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return which of some names hold each field, the best first.

    Args:
        names: Headings of a table or keys of a record.
        columns: Field -> its name, where the user says so; no other name is taken then.
    """
    return _names_of(tuple(dict.fromkeys(names)), tuple(sorted((columns or {}).items())))


@lru_cache(maxsize=4096)
def leads_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of some names hold what stands before a text."""
    return _best(names, "lead", sure=True)


def is_of_a_language(name: str) -> bool:
    """Tell whether a name says in which language its field is: the text may be there in another."""
    return not _LANGUAGES.isdisjoint(_words(name))


@lru_cache(maxsize=4096)
def _names_of(
    names: tuple[str, ...], columns: tuple[tuple[str, str], ...]
) -> Mapping[str, tuple[str, ...]]:
    said = dict(columns)
    known = tuple(filter(_has_head, names))
    found = {
        field: _match_column(names, said[field])
        if field in said
        else _best(known, field, sure=True)
        for field in FIELDS
    }
    for field in ("text", *FIELDS):
        if not found[field] and field not in said:
            taken = {name for others in found.values() for name in others}
            left = tuple(name for name in known if name not in taken)
            best = _best(left, field, sure=False)
            found[field] = best[:1] if field == "text" else best
    return found


def _has_head(name: str) -> bool:
    """Tell whether a name has a word for a field: few of a wide table have, others cost no more."""
    if len(name) > _LONGEST:
        return False
    both = _words(name), _words(_BRACKETS.sub(" ", name))
    return any("".join(one) in _HEAD_WORDS or not _HEAD_WORDS.isdisjoint(one) for one in both)


def _match_column(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the names a user means: the very one, or those that differ in spelling only."""
    wanted = _normalize(name).split()
    return tuple(one for one in names if one == name) or tuple(
        one for one in names if _normalize(one).split() == wanted
    )


def _best(names: tuple[str, ...], field: str, *, sure: bool) -> tuple[str, ...]:
    ranks = {name: rank for name in names if (rank := _rank(name, field, sure=sure)) is not None}
    return tuple(sorted(ranks, key=lambda name: ranks[name]))


def _rank(name: str, field: str, *, sure: bool) -> _Rank | None:
    if len(name) > _LONGEST:
        return None
    return _rank_words(_words(name), field, sure=sure) or _rank_words(
        _words(_BRACKETS.sub(" ", name)), field, sure=sure, late=bool(_LATE & set(_words(name)))
    )


@lru_cache(maxsize=2**16)
def _words(name: str) -> tuple[str, ...]:
    words = _LETTERS.findall(_normalize(_HUMP.sub(" ", name)))
    return tuple(_ARTICLE.sub("", word) for word in words)


def _rank_words(
    words: tuple[str, ...], field: str, *, sure: bool, late: bool = False
) -> _Rank | None:
    heads = _HEADS[field, sure]
    whole = ("".join(words),)
    words = whole if whole[0] in heads else words
    places = [heads.index(word) for word in words if word in heads]
    others = [word for word in words if word not in heads]
    if not places or not _ALLOWED[field].issuperset(others):
        return None
    return _Rank(late or not _LATE.isdisjoint(others), min(places), len(others))
