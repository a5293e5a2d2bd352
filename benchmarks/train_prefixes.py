"""Find the words that begin with a letter of their own that looks like a prefix.

    python -m benchmarks.train_prefixes --data ../shared/data

Writes ``index/arabic/own_letters.txt`` from the words of ANT, ARCD and TyDi, and measures it on
those of NoMIRACL and Belebele. What tells is what stands before a word: «ال» never stands before a
clitic, nor «ب» before «و», so «الوزارات» and «بواشنطن» show that «و» belongs to the word.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.datasets import DEFAULT, read
from index.arabic import affixes
from index.arabic.affixes import load_own_letters, strip_suffixes
from index.arabic.words import fold, stem, term_of

_LIST = Path(affixes.__file__).with_name("own_letters.txt")
_TRAINED_ON = (
    ("antcorpus", "articles.jsonl"), ("arcd", "passages.jsonl"),
    ("tydiqa-goldp-ar-dev", "passages.jsonl"),
)  # fmt: skip
_HELD_OUT = (("nomiracl-ar", "passages.jsonl"), ("belebele-ar", "passages.jsonl"))
_WORD = re.compile("[\u0621-\u064a]+")
_ARTICLES = ("ال", "وال", "بال", "كال", "فال")
# Clitics stand in one order, «و» or «ف» first; «لل» is «ل» and the article.
_BEFORE = {"و": "بلكوف", "ب": "بلك", "ل": "بك", "ك": "بل", "ف": "بلك"}
_CLITIC = 0.1
"""How often a clitic stands before a word, at most, for each time the word stands alone."""
_FEWEST = 2
_NAMES = (
    "كاليفورنيا كالسيوم كالكوتا كالغاري فالنسيا فالنتاين فالنتينو فالكون بالتيمور باليرمو بالونات"
    " والتر والاس والستريت ولنغتون وارسو ويلينغتون لوزان لشبونة ليتوانيا ليختنشتاين ليبيريا ليسوتو"
    " بلغراد بوخارست بودابست بوينس بيونغيانغ بوتسوانا بوروندي بنوم برشلونة بوغوتا بروناي بوليفيا"
    " بنغلاديش لاتفيا لوكسمبورغ ليون لاغوس وارن وارنر وليام وودورد لوقا"
    " وائل والي وليد وسام وسيم وحيد وديع وجدي وهيب وداد وصال وفيق وجيه وهبي وصفي"
    " بيروت بلال باسم باسل بسام بدر بهاء بهجت بديع برهان بكري بكين لؤي لطفي لبيب لقمان ليث"
    " لوسي إلياس ألفت بالزاك وسادة"
    " كواكب كلارك كوستا كوكايين كوباني كوليت كلوديا كليمونتين فلوران فولتا فلتان فبركة كبار كبريات"
    " واحد وهمي وفيات وجبات وظيفي وجه وقت وحد وكلاء ويلات"
    " والد إلهام ألكسندر إليزابيث ألاسكا ألبانيا ألبرت ألفريد ألكسي ألبوم ألمنيوم ألوان ألغام ألعاب"
)
"""Names and other words that stand without an article: the texts have too few of them, or, as of
«والدين», more that are written alike."""
Words = Mapping[str, int]


def main() -> None:
    """Write the list; print what it changes on other texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT)
    data = parser.parse_args().data
    held_out = count_words(data, _HELD_OUT)
    found = find_own_letters(count_words(data, _TRAINED_ON))
    for known in (frozenset[str](), found):
        _write(known)
        print(json.dumps({"words of the list": len(known), **_measured(held_out)}))


def count_words(data: Path, files: tuple[tuple[str, str], ...]) -> Counter[str]:
    """Return how often each folded Arabic word occurs."""
    words: Counter[str] = Counter()
    for parts in files:
        for row in read(data, *parts):
            words.update(_WORD.findall(fold(f"{row['title']}\n{row['text']}")))
    return words


def find_own_letters(words: Words) -> frozenset[str]:
    """Return the stems whose first letters are their own."""
    whole, shown = _families(words)
    found = {term for term, times in shown.items() if _is_own(term, times, whole, shown)}
    _write(found)
    against = _against(words)
    names = {strip_suffixes(fold(name)) for name in _NAMES.split()}
    return frozenset({term for term in found if against[term] <= 0} | names)


def _families(words: Words) -> tuple[Counter[str], Counter[str]]:
    """Return how often each stem occurs alone, and behind what shows its first letter."""
    whole: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for word, times in words.items():
        whole[_bare(word)] += times
        for rest in _shown_in(word, words):
            shown[_bare(rest)] += times
    return whole, shown


def _shown_in(word: str, words: Words) -> Iterator[str]:
    """Yield what stands in a word behind a prefix that no other prefix may follow."""
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) >= 3:
            yield word[len(article) :]
            return
    if word.startswith("لال") and len(word) >= 6:
        yield word[1:]
        return
    for clitic in ("", "و", "ف"):
        rest = word[len(clitic) :]
        if word.startswith(clitic) and len(rest) >= 4 and rest[0] in _BEFORE.get(rest[1], ""):
            yield from {rest[1:]} & words.keys()
            return


def _is_own(term: str, times: int, whole: Words, shown: Words) -> bool:
    if len(term) < 3 or times < _FEWEST:
        return False
    if term.startswith("ال"):
        return True
    if not (term[0] in "وبل" or (term[0] in "فك" and term[1:3] == "ال")):
        return False
    cuts = [term[1:], *([term[3:]] if term[1:3] == "ال" else [])]
    rival = max(whole.get(cut, 0) + shown.get(cut, 0) for cut in cuts)
    return times > _CLITIC * rival


def _against(words: Words) -> Counter[str]:
    """Return by how much the words that a stem is found in speak against it."""
    against: Counter[str] = Counter()
    for word in words:
        forms = [word, *(["ل" + word[2:]] if word.startswith("لل") else [])]
        for form in forms:
            if form[:1] in "وبل" and affixes.has_own_first_letters(form):
                rest = form[1:]
                for_it = sum(words.get(before + form, 0) for before in ("ال", "وال", "ب", "ل"))
                rival = words.get("ال" + rest, 0) + words.get("وال" + rest, 0)
                share = 1 if form is not word else _CLITIC
                against[strip_suffixes(form)] += share * (rival + words.get(rest, 0)) - for_it
    return against


def _bare(word: str) -> str:
    return strip_suffixes(word) if len(word) > 3 else word


def _write(known: Collection[str]) -> None:
    """Write the list, and let the stemmer read it."""
    head = [line for line in _LIST.read_text("utf-8").split("\n") if line.startswith("#")]
    _LIST.write_text("\n".join([*head, *sorted(known)]) + "\n", "utf-8")
    load_own_letters.cache_clear()
    stem.cache_clear()


def _measured(words: Words) -> dict[str, str]:
    """Return how many words meet those that they are forms of, or that they join."""
    definite = {w: words.get("ال" + w, 0) + words.get("وال" + w, 0) for w in words}
    own = [
        w
        for w, times in definite.items()
        if len(w) >= 5 and w[0] in "وبل" and times >= _FEWEST and _rival(w, words) * 0.1 < times
    ]
    joined = [
        w
        for w, times in definite.items()
        if len(w) >= 6
        and w[0] in "وبل"
        and not w.startswith(("وال", "بال", "لل"))
        and not times
        and definite.get(w[1:], 0) >= _FEWEST
    ]
    twice = [w for w in words if w.startswith("لل") and len(w) >= 5]
    return {
        "own letter, with and without «ال»": _met((w, "ال" + w) for w in own),
        "clitic, with and without": _met((w, w[1:]) for w in joined),
        "«لل» before «ل»": _met((w, "الل" + w[2:]) for w in twice if "الل" + w[2:] in words),
        "«لل» before others": _met(
            (w, "ال" + w[2:]) for w in twice if "ال" + w[2:] in words and "الل" + w[2:] not in words
        ),
    }


def _rival(word: str, words: Words) -> int:
    return words.get(word[1:], 0) + words.get("ال" + word[1:], 0)


def _met(pairs: Iterable[tuple[str, str]]) -> str:
    met = [term_of(one) == term_of(other) for one, other in pairs]
    return f"{sum(met)} of {len(met)}"


if __name__ == "__main__":
    main()
