"""Make questions from sentences of news: something is taken out and asked for.

A clause of the news begins with its verb («أوقفت الشرطة 12 شخصا في صفاقس يوم الأحد»), so that the
question word can stand before it and the rest stays as it is: «كم شخصا أوقفت الشرطة …؟», «أين
أوقفت …؟», «متى أوقفت …؟». What is asked for is in the clause itself, not behind an «أن» or «الذي».
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.news_words import NewsWords, Token, tokens_of
from index.arabic.dates import MONTH_NAME, WEEKDAYS
from index.arabic.numbers import is_number_word
from index.arabic.sentences import Span, sentence_spans
from index.arabic.words import fold, split_words
from rag.language.questions import is_function_word

_MARK = re.compile(r"[،,.؛:!؟?()\[\]…\n]|-\s")
_QUOTE = re.compile(r'["«“”]([^"«»“”\n]{3,60})["»“”]')
_CUTS = frozenset(
    split_words(
        "حيث فيما وفق وفقا حسب بحسب وحسب وذلك وهو وهي علما إذ كما بينما مضيفا مشيرا مؤكدا موضحا"
        " مبينا معتبرا قائلا مشيرة مضيفة مؤكدة معبرا مشددا مبرزا واصفا لكن ولكن فقد وقد"
    )
)
"""Words with which something else begins."""
_THAT = frozenset(split_words("أن إن بأن بان ان أنه إنه أنها إنها بأنه بأنها أنهم بأنهم إنهم"))
_WHICH = frozenset(split_words("الذي التي الذين اللذين اللتين اللاتي"))
_POINTING = frozenset(
    split_words(
        "هذا هذه ذلك تلك نفس نفسه نفسها ذاته ذاتها المذكور المذكورة له لها عنه عنها منه منها بدوره"
        " بدورها كذلك أيضا الأخير الأخيرة هؤلاء عليه عليها فيه فيها جانبه جهته جهتها"
    )
)
"""Words that mean something said before, without which nobody understands the question."""
_PREPOSITIONS = frozenset(split_words("في من منذ خلال إلى على عن بعد قبل بين حوالي نحو"))
_ABOUT = frozenset(split_words("حوالي نحو قرابة زهاء"))
_MORE = frozenset(split_words("أكثر أقل أزيد"))
_DAY = "|".join(map(fold, WEEKDAYS))
_PART = "صباح|مساء|فجر|ظهر|عشيه|ليله|عصر|بعد ظهر|منتصف نهار"
_NEAR = "يوم|اليوم|امس|يوم امس|غدا|يوم غد|بعد غد"
_DATE = rf"\d{{1,2}} (?:من )?(?:{MONTH_NAME})(?!\w)(?: الجاري| \d{{4}})?"
_TIME = re.compile(
    rf"(?:(?:في|خلال) )?(?:(?:{_PART}) )?(?:(?:{_NEAR}) )?"
    rf"(?:(?P<day>{_DAY})(?!\w)(?: الماضي| المنقضي| القادم| المقبل)?(?:(?: الموافق ل|،)? ?{_DATE})?"
    rf"|(?:من )?{_DATE}"
    rf"|(?P<year>(?:سنه|عام) (?:19|20)\d\d)"
    rf"|(?P<month>شهر (?:{MONTH_NAME})(?: \d{{4}})?))(?!\w)"
)
_REASON = re.compile(
    r"(?<!\w)(?:بسبب|نتيجه|جراء|من جراء|بهدف|من اجل|احتجاجا علي|علي خلفيه|نظرا ل\w+|بغرض|قصد"
    r"|تنديدا ب\w+) (?=\w)"
)
_WHEN = frozenset(
    {*map(fold, WEEKDAYS), *split_words("اليوم أمس يوم صباح مساء فجر ظهر ليلة عشية إثر خلال")}
)
_MONTH = re.compile(MONTH_NAME)
_AMOUNTS = frozenset(split_words("بلغ بلغت يبلغ تبلغ"))
_SHORTEST, _LONGEST = 5, 26
"""Words of a clause."""


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question made from a text.

    Attributes:
        text: The question.
        answer: Where the text has what is asked for.
        sentence: Where the sentence is that it was made from.
        kind: What is asked for.
        way: How it was made.
    """

    text: str
    answer: Span
    sentence: Span
    kind: str
    way: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text that begins with a verb.

    Attributes:
        text: The whole text.
        words: Of the clause.
        simple: How many of them stand before «أن», «الذي» or another verb.
        sentence: Where its sentence is.
    """

    text: str
    words: Sequence[Token]
    simple: int
    sentence: Span

    def without(self, first: int, after: int, *, to: int | None = None) -> str:
        """Return the clause without some of its words."""
        to = len(self.words) if to is None else to
        parts = [self.between(0, first), self.between(after, to)]
        return " ".join(part for part in parts if part)

    def between(self, first: int, after: int) -> str:
        """Return the text of some words."""
        if first >= after:
            return ""
        return self.text[self.words[first].start : self.words[after - 1].end]

    def span(self, first: int, after: int) -> Span:
        """Return the place of some words."""
        return Span(self.words[first].start, self.words[after - 1].end)

    def ask(self, question: str, first: int, after: int, kind: str, way: str) -> Cloze:
        """Return a question whose answer are some words."""
        return Cloze(question, self.span(first, after), self.sentence, kind, way)


Maker = Callable[[Clause, NewsWords], Iterator[Cloze]]


def make_cloze_questions(text: str, words: NewsWords) -> list[Cloze]:
    """Return every question that is made from a text."""
    return [
        question
        for clause in find_clauses(text, words)
        for maker in MAKERS
        for question in maker(clause, words)
        if _stands_alone(question.text)
        and (question.kind == "what" or _is_complete(question.text, clause.words[0].key, words))
    ]


def find_clauses(text: str, words: NewsWords) -> Iterator[Clause]:
    """Yield the clauses of a text that begin with a verb."""
    for start, end in sentence_spans(text):
        rest = [
            token._replace(start=token.start + start, end=token.end + start)
            for token in tokens_of(text[start:end])
        ]
        first = True
        while len(rest) >= _SHORTEST:
            tokens = _without_opening(rest, words)
            length = _clause_length(text, tokens, words) if tokens else 1
            clause = Clause(
                text, tokens[:length], _simple(tokens[:length], words), Span(start, end)
            )
            if tokens and _says_who(clause, words, first=first):
                yield clause
            rest, first = (tokens or rest)[length:], False


def _says_who(clause: Clause, words: NewsWords, *, first: bool) -> bool:
    """Tell whether a clause begins with a verb and one who does it, not «he»."""
    tokens = clause.words
    if not _SHORTEST <= len(tokens) <= _LONGEST or not words.is_verb(tokens[0].key):
        return False
    if not first and tokens[0].key in _WHEN:
        return False  # «ظهر الأربعاء»
    return not ((not first or words.complement(tokens[0].key)) and is_function_word(tokens[1].key))


def _simple(tokens: Sequence[Token], words: NewsWords) -> int:
    return next((n for n, t in enumerate(tokens) if n and _opens(t, words)), len(tokens))


def _opens(word: Token, words: NewsWords) -> bool:
    """Tell whether a clause inside the clause begins with a word."""
    return word.key in _THAT or word.key in _WHICH or words.is_verb(word.key)


def _is_complete(question: str, verb: str, words: NewsWords) -> bool:
    """Tell whether a verb has what it needs in a question."""
    needed = words.complement(verb)
    keys = {token.key for token in tokens_of(question)}
    attached = needed == "ب" and any(key[0] == "ب" and len(key) > 3 for key in keys)
    return not needed or needed in keys or attached or (needed == "ان" and bool(_THAT & keys))


def _without_opening(tokens: list[Token], words: NewsWords) -> list[Token]:
    """Leave out «و», «وقد» and «كما» before the verb."""
    while tokens and tokens[0].key in {"و", "قد", "هذا"} | _CUTS:
        tokens = tokens[1:]
    if tokens:
        bare = words.without_and(tokens[0].key)
        if bare != tokens[0].key:
            first = tokens[0]
            tokens = [Token(first.text[1:], bare, first.start + 1, first.end), *tokens[1:]]
    return tokens


def _clause_length(text: str, tokens: Sequence[Token], words: NewsWords) -> int:
    that = False
    for place in range(1, len(tokens)):
        between = text[tokens[place - 1].end : tokens[place].start]
        word = tokens[place].key
        joined = word == "و" or (word[0] == "و" and words.is_verb(word[1:]))
        if (
            _MARK.search(between)
            or word in _CUTS
            or (joined and not that and words.is_verb(word[1:]))
        ):
            return place
        that |= word in _THAT
    return len(tokens)


def _stands_alone(question: str) -> bool:
    keys = [token.key for token in tokens_of(question)]
    content = [key for key in keys if not is_function_word(key)]
    if not keys or is_function_word(keys[-1]) or keys[-1] in _PREPOSITIONS | {"غايه", "مستوي"}:
        return False
    if keys[-1].isdigit() and len(keys[-1]) < 4:
        return False  # the rest of it stood behind a mark: 17:00
    quotes = sum(question.count(mark) for mark in '"“”«»')
    return len(content) >= 4 and not _POINTING.intersection(keys) and quotes % 2 == 0


def _ask_when(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    found = _find_time(clause)
    if not found:
        return
    first, after, match = found
    rest = clause.without(first, after)
    yield clause.ask(f"متى {rest}؟", first, after, "when", "when")
    if match["day"] and words.is_verb(clause.words[0].key):
        yield clause.ask(f"في أي يوم {rest}؟", first, after, "when", "which day")
    if match["year"]:
        word = clause.words[after - 2].text
        yield clause.ask(f"في أي {word} {rest}؟", after - 1, after, "when", "which year")


def _find_time(clause: Clause) -> tuple[int, int, re.Match[str]] | None:
    """Return the first time in the clause itself: its words and what was found."""
    folded, starts = _fold_words(clause.words[: clause.simple])
    found = next((m for m in _TIME.finditer(folded) if m.start() in starts), None)
    if not found:
        return None
    first = starts[found.start()]
    after = first + len(found[0].split())
    before = clause.words[first - 1]
    hanging = before.key in _PREPOSITIONS | {"و", "حتي", "غايه"} or before.key[0].isdigit()
    if first == 0 or after > clause.simple or hanging:
        return None
    return first, after, found


def _fold_words(words: Sequence[Token]) -> tuple[str, dict[int, int]]:
    """Return the folded words with one space between them, and where each begins."""
    starts, parts, at = {}, [], 0
    for place, word in enumerate(words):
        starts[at] = place
        parts.append(word.key)
        at += len(word.key) + 1
    return " ".join(parts), starts


def _ask_where(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    for first in range(2, clause.simple):
        found = _place_length(clause, words, first)
        if found:
            name, after, head = found
            rest = clause.without(first, after)
            answer = first + 1 if clause.words[first].key == "في" else first
            yield clause.ask(f"أين {rest}؟", answer, after, "where", "where")
            if head:
                preposition = "في" if answer > first else ""
                word = clause.words[name - 1].text.removeprefix("" if preposition else "ب")
                yield clause.ask(f"في أي {word} {rest}؟", name, after, "where", "which place")
            return


def _place_length(clause: Clause, words: NewsWords, first: int) -> tuple[int, int, bool] | None:
    """Return where the name begins and ends of «في مدينة صفاقس», «بصفاقس», and if it has a head."""
    tokens, at = clause.words, first
    if tokens[at].key == "في":
        at += 1
        attached = False
    elif tokens[at].key[0] == "ب" and tokens[at].key[1:] in words.place_heads:
        attached = True
    else:
        return None
    if at >= clause.simple:
        return None
    head = attached or tokens[at].key in words.place_heads
    name = at + 1 if head else at
    after = _name_end(clause, words, name)
    while after and after < clause.simple - 1 and tokens[after].key in words.place_heads:
        after = _name_end(clause, words, after + 1)
    return (name, after, head) if after else None


def _name_end(clause: Clause, words: NewsWords, name: int) -> int:
    """Return where the name of a place ends that begins with a word; 0 where it is not one."""
    tokens = clause.words
    if name >= clause.simple or tokens[name].key not in words.places:
        return 0
    after = name + 1
    if after < clause.simple and words.goes_on(tokens[name].key):
        after += 1
    while after < clause.simple and words.is_tied(tokens[after - 1].key, tokens[after].key):
        after += 1
    if after == len(tokens):
        return after
    following = tokens[after].key
    described = following.startswith("ال") and tokens[name].key.startswith("ال")
    listed = following[0] == "و" and following not in {"وسط"}
    return 0 if described or listed else after


def _ask_how_many(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    tokens = clause.words
    for first in range(1, clause.simple):
        after = first
        while after < clause.simple and _is_number(tokens[after], after > first):
            after += 1
        if after == first or after >= len(tokens):
            continue
        noun = tokens[after]
        if tokens[first].key.isdigit() and 1900 <= int(tokens[first].key) <= 2030:
            continue
        begin = _begin_of_number(tokens, first)
        if tokens[0].key in _AMOUNTS and begin > 1:
            if _MONTH.fullmatch(noun.key) or noun.start == tokens[after - 1].end:
                return
            unit = noun.key.isalpha() and noun.key[0] != "و" and not is_function_word(noun.key)
            end = after + 1 if unit else after
            yield clause.ask(
                f"كم {clause.between(0, begin)}؟", first, end, "how many", "amounts to"
            )
            return
        singular = words.singular(noun)
        if (
            not singular
            or not _ends(tokens, after + 1, words)
            or noun.start - tokens[after - 1].end != 1
        ):
            return
        if noun.key.startswith("ال") or tokens[begin - 1].key in {"ال", "العمر", "بين", "و"}:
            return
        lead = _leading(clause, words, begin)
        if lead is None:
            return
        moved = f"{clause.between(lead, begin)} " if lead < begin else ""
        rest = clause.without(lead, after + 1)
        yield clause.ask(f"{moved}كم {singular} {rest}؟", first, after + 1, "how many", "how many")
        return


def _begin_of_number(tokens: Sequence[Token], first: int) -> int:
    """Return where what is said of a number begins: «حوالي», «أكثر من»."""
    if tokens[first - 1].key in _ABOUT:
        return first - 1
    more = first > 2 and tokens[first - 1].key == "من" and tokens[first - 2].key in _MORE
    return first - 2 if more else first


def _ends(tokens: Sequence[Token], at: int, words: NewsWords) -> bool:
    """Tell whether what stands before a place is over there."""
    if at >= len(tokens):
        return True
    key = tokens[at].key
    joined = len(key) > 3 and key[0] in "بو"
    return is_function_word(key) or joined or words.is_verb(key) or key in _WHEN


def _is_number(token: Token, inside: bool) -> bool:
    if token.key[0].isdigit():
        return not inside
    return is_number_word(token.key) and (
        not token.key.startswith("ال") or token.key in {"الف", "الاف"}
    )


def _leading(clause: Clause, words: NewsWords, at: int) -> int | None:
    """Return where what goes before «كم» begins: «عن مقتل كم شخصا»; None where it can't be told."""
    before = clause.words[at - 1]
    if before.text.endswith(("ه", "ها", "هم")) or is_number_word(before.key):
        return None
    if before.key in _PREPOSITIONS:
        return at - 1
    if at == 1 or before.key.startswith("ال") or before.key in words.places:
        return at
    noun = not before.key.startswith(("ال", "ب", "ل")) and not is_function_word(before.key)
    if noun and at >= 2 and clause.words[at - 2].key in _PREPOSITIONS:
        return at - 2
    if before.key[0] in "بل" and len(before.key) > 3:
        return at - 1
    return None


def _ask_who(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    """Ask for the person who acts: «فاز نجيب بلهادي ب…», «أكد وزير الصحة سعيد العايدي أن …»."""
    tokens = clause.words
    for at in range(1, min(8, clause.simple)):
        length = words.name_length(tokens, at)
        if not length:
            continue
        if at + length > clause.simple or not _ends(tokens, at + length, words):
            return
        role = (
            at > 1
            and (tokens[1].key in words.person_heads)
            and all(t.key not in _PREPOSITIONS for t in tokens[1:at])
        )
        if at == 1 or role:
            verb = _of_a_man(tokens[0], words)
            rest = clause.between(at + length, len(tokens))
            yield clause.ask(f"من {verb} {rest}؟", at, at + length, "who", "who did")
        if role and at > 2 and len(tokens) - at - length > 2:
            yield from _ask_who_is(clause, at, length)
        return


def _ask_who_is(clause: Clause, at: int, length: int) -> Iterator[Cloze]:
    role = clause.between(1, at)
    rest = clause.between(at + length, len(clause.words))
    who = "التي" if clause.words[1].key.endswith("ه") else "الذي"
    question = f"ما اسم {role} {who} {clause.words[0].text} {rest}؟"
    yield clause.ask(question, at, at + length, "who", "name of the role")


def _of_a_man(verb: Token, words: NewsWords) -> str:
    """Return a verb as it follows «من»: «أعلن» for «أعلنت»."""
    bare = verb.key.removesuffix("ت")
    if verb.key.endswith("ت") and words.is_verb(bare):
        return verb.text[:-1]
    return verb.text


def _ask_which(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    """Ask for the one that acts: «أعلنت وزارة الداخلية أن …» is «أي وزارة أعلنت أن …؟»."""
    tokens = clause.words
    verb, noun, of = tokens[0].key, tokens[1], tokens[2]
    woman = noun.key.endswith("ه") and verb.endswith("ت") and verb not in _AMOUNTS
    if not woman or noun.key.startswith("ال") or noun.key in words.person_heads:
        return
    done_to = words.complement(verb) == "ب" and noun.key[0] == "ب"  # «قامت بمعاينة الجثة»
    if done_to or not of.key.startswith("ال") or of.start - noun.end != 1:
        return
    after = 3
    while after < clause.simple and _describes(tokens[after].key):
        after += 1
    goes_on = after < len(tokens) and (
        tokens[after].key in _WHICH or tokens[after].key.startswith("و")
    )
    if not goes_on and _ends(tokens, after, words):
        rest = clause.between(after, len(tokens))
        question = f"أي {noun.text} {tokens[0].text} {rest}؟"
        yield clause.ask(question, 1, after, "which", "which")


def _describes(word: str) -> bool:
    return word.startswith(("ال", "وال")) and word not in _WHEN


def _ask_which_title(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    """Ask for what stands in quotes behind its kind: «في أي برنامج …؟»."""
    tokens = clause.words
    for quote in _QUOTE.finditer(clause.text, tokens[0].start, tokens[-1].end + 1):
        inside = [
            n for n, t in enumerate(tokens) if quote.start(1) <= t.start and t.end <= quote.end(1)
        ]
        if not inside or inside[0] < 2 or inside[-1] >= clause.simple:
            continue
        first, after = inside[0], inside[-1] + 1
        kind, before = tokens[first - 1], tokens[first - 2]
        plain = (
            kind.key.startswith("ال") or is_function_word(kind.key) or not words.is_titled(kind.key)
        )
        if plain or quote.start() - kind.end > 1 or not _ends(tokens, after, words):
            continue
        tail = clause.between(after, len(tokens))
        if before.key in _PREPOSITIONS and first > 3:
            question = f"{before.text} أي {kind.text} {clause.between(0, first - 2)} {tail}؟"
            yield clause.ask(question, first, after, "which", "which title")
        elif first == 2:
            question = f"أي {kind.text} {tokens[0].text} {tail}؟"
            yield clause.ask(question, first, after, "which", "which title")
        return


def _ask_what(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    """Ask for what was said, or what stands behind «عن», «إلى» and «على» at the end."""
    tokens = clause.words
    needed = words.complement(tokens[0].key)
    if needed in _ASKED:
        at = next((n for n, t in enumerate(tokens) if t.key == needed), 0)
        if 2 <= at <= clause.simple and 2 <= len(tokens) - at <= 11 and not _find_time(clause):
            question = f"{_ASKED[needed]} {clause.between(0, at)}؟"
            yield clause.ask(question, at + 1, len(tokens), "what", "behind a preposition")
    that = clause.simple
    said = that < len(tokens) - 3 and tokens[that].key in {"ان", "بان"} and 2 <= that <= 10
    if needed == "ان" and said and not tokens[that - 1].key.endswith(("قوله", "قول", "مفاده")):
        question = f"ماذا {clause.between(0, that)}؟"
        yield clause.ask(question, that + 1, len(tokens), "what", "what was said")


_ASKED = {"عن": "عن ماذا", "الي": "إلى ماذا", "علي": "على ماذا"}


def _ask_why(clause: Clause, words: NewsWords) -> Iterator[Cloze]:
    folded, starts = _fold_words(clause.words[: clause.simple])
    found = next((m for m in _REASON.finditer(folded) if m.start() in starts), None)
    if not found:
        return
    first = starts[found.start()]
    speaks = words.complement(clause.words[0].key) == "ان"
    if first >= 3 and len(clause.words) - first >= 4 and not speaks:
        rest = clause.between(0, first)
        yield clause.ask(f"لماذا {rest}؟", first, len(clause.words), "why", "why")


MAKERS: Sequence[Maker] = (
    _ask_when,
    _ask_where,
    _ask_how_many,
    _ask_who,
    _ask_which,
    _ask_which_title,
    _ask_what,
    _ask_why,
)
