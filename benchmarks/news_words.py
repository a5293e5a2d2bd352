"""What a collection of Arabic news teaches of its own words: which are verbs, names, places.

There are no lists. A verb of the past stands at the beginning of sentences and takes «ت» for a
woman («أعلن», «أعلنت»); a person's first name stands behind «السيد» and «الوزير»; a place's name
behind «مدينة»; a plural and its singular («أشخاص», «شخصًا») share their consonants and are counted
by different numbers.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.arabic.numbers import is_number_word
from index.arabic.sentences import sentence_spans
from index.arabic.words import fold, split_words
from rag.language.names import read_heads
from rag.language.questions import is_function_word

WORD = re.compile(r"(?:[^\W\d_][\u0640\u064b-\u0652\u0670]*)+|\d+(?:[.,٫٬]\d+)*")
_WEAK = re.compile("[اويىءأإآؤئةه]")
_LEADING = re.compile(r"^(?:و|ف)(?=\w{3})")
_TITLE = re.compile(r"(\w{3,}) [\"«“]([^\"«»“”\n]{3,60})[\"»”]")
_MIN_SEEN = 4
_COMPLEMENTS = {
    "ان": "ان",
    "بان": "ان",
    "انه": "ان",
    "انها": "ان",
    "من": "من",
    "علي": "علي",
    "الي": "الي",
    "عن": "عن",
}
"""Words that a verb may need to say anything, as which they count."""
_FEW = frozenset(
    split_words("ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة ثلاث أربع خمس ست سبع ثماني تسع عشر")
)


class Token(NamedTuple):
    """A word of a text.

    Attributes:
        text: As written.
        key: Folded.
        start: Where it begins.
        end: Where it ends.
    """

    text: str
    key: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """Return the words and numbers of a text with their places."""
    found = (Token(m[0], _fold_word(m[0]), m.start(), m.end()) for m in WORD.finditer(text))
    return [token for token in found if token.key]


@lru_cache(maxsize=200_000)
def _fold_word(word: str) -> str:
    return fold(word)


class NewsWords:
    """Verbs, names of persons and places, and singulars, learned from texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Count the words of the texts."""
        self._counts: Counter[str] = Counter()
        self._begun: Counter[str] = Counter()
        self._after: dict[str, Counter[str]] = defaultdict(Counter)
        self._behind_roles: Counter[str] = Counter()
        self._few: Counter[str] = Counter()
        self._many: dict[str, Counter[str]] = defaultdict(Counter)
        self._said: dict[str, Counter[str]] = defaultdict(Counter)
        heads = read_heads()
        self.person_heads = heads["person"] | {f"ال{word}" for word in heads["person"]}
        self.place_heads = heads["place"]
        self._titles: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for kind, title in _TITLE.findall(text):
                self._titles[fold(kind)][fold(title)] += 1
            for start, end in sentence_spans(text):
                self._count(tokens_of(text[start:end]))
        self._opening: Counter[str] = Counter()
        for word, seen in self._begun.items():
            self._opening[self.without_and(word)] += seen
        self.verbs = self._learn_verbs()
        self.places = self._learn_places()
        self.first_names = self._learn_first_names()
        self._singulars = self._learn_singulars()

    def _count(self, words: Sequence[Token]) -> None:
        self._begun.update(word.key for word in words[:1])
        self._counts.update(word.key for word in words)
        if words:
            near = {_COMPLEMENTS[w.key] for w in words[1:16] if w.key in _COMPLEMENTS}
            near |= {"ب" for w in words[1:16] if w.key[0] == "ب" and len(w.key) > 3}
            self._said[_of_both(words[0].key)].update([*near, ""])
        for one, other in pairwise(words):
            if other.start - one.end == 1:
                self._after[one.key][other.key] += 1
                if one.key in _FEW or (one.key.isdigit() and 3 <= int(one.key) <= 10):
                    self._few[other.key] += 1
                elif one.key.isdigit() and 11 <= int(one.key) < 1000:
                    self._many[_consonants(other.key)][other.text] += 1
        for role, of, name in zip(words, words[1:], words[2:], strict=False):
            if (
                role.key in self.person_heads
                and of.key.startswith("ال")
                and name.start - of.end == 1
            ):
                self._behind_roles[name.key] += 1

    def without_and(self, word: str) -> str:
        """Return a folded word without its «و»: «وأكد» and «وأكدت», but not «واصل»."""
        bare = _LEADING.sub("", word)
        as_verb = self._counts[bare] >= 2 and (bare.endswith("ت") or self._counts[f"{bare}ت"] > 0)
        return bare if as_verb or self._counts[bare] > self._counts[word] else word

    def _learn_verbs(self) -> frozenset[str]:
        """Return verbs of the past, both genders, and of the present and future."""
        found = set()
        for word, opening in self._opening.items():
            if len(word) < 3 or opening < _MIN_SEEN or is_function_word(word):
                continue
            woman = f"{word}ت" if not word.endswith("ي") else f"{word[:-1]}ت"
            if self._opening[woman] >= 2 and opening >= 0.08 * self._counts[word]:
                found |= {word, woman}
            for he, she in (("ي", "ت"), ("سي", "ست")):
                other = she + word.removeprefix(he)
                if word.startswith(he) and self._opening[other] >= 2 and len(word) > 3:
                    found |= {word, other}
        return frozenset(word for word in found if not word.startswith("ال"))

    def _learn_first_names(self) -> frozenset[str]:
        behind = Counter(self._behind_roles)
        for head in self.person_heads:
            if head.startswith("ال"):
                behind.update(self._after[head])
        return frozenset(w for w, seen in behind.items() if self._is_first_name(w, seen))

    def _is_first_name(self, word: str, seen: int) -> bool:
        total = self._counts[word]
        attached = word[0] in "بلوف" and self._counts[word[1:]] > total
        known = is_function_word(word) or word in self.verbs or word in self.places
        known = known or is_number_word(word) or word in self.person_heads
        plain = attached or known or word.startswith(("ال", "لل", "وال", "بال"))
        return (
            seen >= max(_MIN_SEEN, 0.06 * total) and word.isalpha() and len(word) > 2 and not plain
        )

    def _learn_places(self) -> frozenset[str]:
        behind: Counter[str] = Counter()
        for head in self.place_heads:
            for clitic in ("", "ب", "ل", "و"):
                behind.update(self._after[clitic + head])
        return frozenset(word for word, seen in behind.items() if self._is_place(word, seen))

    def _is_place(self, word: str, seen: int) -> bool:
        total = self._counts[word]
        inside = self._after["في"][word] + self._counts[f"ب{word}"] + self._counts[f"ب{word[2:]}"]
        adjective = not word.startswith("ال") and word.endswith("يه")
        plain = adjective or is_function_word(word) or word in self.person_heads
        return word.isalpha() and not plain and seen >= max(_MIN_SEEN, 0.06 * total) <= inside * 2

    def _learn_singulars(self) -> dict[str, str]:
        found = {}
        for plural, seen in self._few.items():
            forms = self._many.get(_consonants(plural), Counter())
            fitting = [
                (times, form)
                for form, times in forms.items()
                if form.endswith(("ا", "ة")) and _is_regular(plural, fold(form))
            ]
            if seen >= _MIN_SEEN and fitting and max(fitting)[0] >= 3 and plural.isalpha():
                found[plural] = max(fitting)[1]
        return found

    def is_verb(self, word: str) -> bool:
        """Tell whether a folded word is known as a verb."""
        return word in self.verbs

    def complement(self, verb: str) -> str:
        """Return the word that a verb nearly always needs: «تمكن» «من», «قال» «ان»; or ""."""
        said = self._said[_of_both(verb)] + self._said[_of_both(f"و{verb}")]
        seen = said.pop("", 0)
        certain = 0.9 * seen if said["ب"] == max(said.values(), default=0) else 0.65 * seen
        word, times = said.most_common(1)[0] if said else ("", 0)
        return word if seen >= _MIN_SEEN and times >= certain else ""

    def goes_on(self, word: str) -> bool:
        """Tell whether a folded word is hardly ever the last of a name: «سيدي», «عين»."""
        more = sum(n for w, n in self._after[word].items() if not is_function_word(w))
        return more >= 0.85 * self._counts[word]

    def is_titled(self, kind: str) -> bool:
        """Tell whether things of a kind have titles of their own: «فيلم», not «مراسل»."""
        titles = self._titles[kind]
        return len(titles) >= max(2, 0.3 * titles.total())

    def singular(self, noun: Token) -> str:
        """Return what «كم» is followed by for a noun that is counted; "" where it is unknown."""
        if len(noun.key) < 3 or not noun.text.isalpha() or noun.key.endswith("يا"):
            return ""
        if noun.key in self._singulars:
            return self._singulars[noun.key]
        if noun.text.endswith(("ا", "ة", "ًا")):
            return noun.text if self._many[_consonants(noun.key)][noun.text] > 1 else ""
        return f"{noun.text}ا" if self._counts[f"{noun.key}ا"] >= 2 else ""

    def name_length(self, words: Sequence[Token], at: int) -> int:
        """Return how many words from a place on are a person's name; 0 where none begins."""
        if at >= len(words) or words[at].key not in self.first_names:
            return 0
        length = 1
        while length < 4 and at + length < len(words) and self._goes_on(words, at, length):
            length += 1
        last = words[at + length - 1].key
        return length if length > 1 and last not in {"بن", "عبد", "ابو", "بو", "ابن"} else 0

    def _goes_on(self, words: Sequence[Token], at: int, length: int) -> bool:
        before, word = words[at + length - 1], words[at + length]
        if word.start - before.end != 1 or not word.key.isalpha():
            return False
        if before.key in {"بن", "عبد", "ابو", "بو", "ابن"} or word.key in {"بن", "عبد"}:
            return True
        plain = is_function_word(word.key) or self.is_verb(word.key) or is_number_word(word.key)
        return not plain and (length == 1 or self.is_tied(before.key, word.key))

    def is_tied(self, one: str, other: str) -> bool:
        """Tell whether a word is mostly followed by another one: «سيدي بوزيد»."""
        return self._after[one][other] >= max(2, 0.5 * self._counts[one])


def _consonants(word: str) -> str:
    bare = _WEAK.sub("", word.removeprefix("ال"))
    return bare.removesuffix("ت") if len(bare) > 2 else bare


def _of_both(verb: str) -> str:
    """Return one form for both genders of a folded verb."""
    return verb.removesuffix("ت") if len(verb) > 3 else verb


def _is_regular(plural: str, singular: str) -> bool:
    """Tell whether a folded singular may be that of a plural with the same consonants."""
    if plural.endswith("ات"):
        return singular[:-1] == plural[:-2]
    return singular[0] == plural.removeprefix("ا")[0]
