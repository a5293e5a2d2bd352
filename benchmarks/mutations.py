"""Make claims that passages support, and claims that they do not, from sentences of articles.

A mutated claim is a real sentence with one thing changed so that it becomes false; a faithful one
is a real sentence told otherwise. Every change is a function of a sentence and a source of chance;
it returns None where the sentence gives no occasion.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from index.arabic.words import analyse

_MONTHS = (
    ("يناير", "كانون الثاني", "جانفي"), ("فبراير", "شباط", "فيفري"), ("مارس", "آذار", "مارس"),
    ("أبريل", "نيسان", "أفريل"), ("مايو", "أيار", "ماي"), ("يونيو", "حزيران", "جوان"),
    ("يوليو", "تموز", "جويلية"), ("أغسطس", "آب", "أوت"), ("سبتمبر", "أيلول", "سبتمبر"),
    ("أكتوبر", "تشرين الأول", "أكتوبر"), ("نوفمبر", "تشرين الثاني", "نوفمبر"),
    ("ديسمبر", "كانون الأول", "ديسمبر"),
)  # fmt: skip
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS) for name in names}
_SAFE_MONTHS = sorted(
    _MONTH_OF.keys() - {"آب", "ماي", "مارس", "أوت", "أيار"}, key=len, reverse=True
)
_MONTH = re.compile(rf"(?<!\w)({'|'.join(_SAFE_MONTHS)})(?!\w)(?!\s*/)")
_WEEKDAYS = ("السبت", "الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة")
_WEEKDAY = re.compile(rf"(?<=يوم )({'|'.join(_WEEKDAYS)})(?!\w)")
_YEAR = re.compile(r"(?<![\d.,])(1[0-9]\d\d|20[0-2]\d)(?![\d.,])")
_NUMBER = re.compile(r"(?<![\d.,/\[-])(?<!\w\w)\d+(?:[.,]\d+)?(?![\d.,/\]-])")
_SAYS = "قال|أكد|أكّد|صرح|صرّح|أعلن|أوضح|أفاد|ذكر|شدد|كشف|اعتبر|أضاف"
_SPEECH = re.compile(
    rf"(?<!\w)(?P<says>(?:و|كما )?(?:{_SAYS})ت?) (?P<who>(?:[^\W\d]+ ){{1,6}}?[^\W\d]+)"
    r"(?P<date>،? (?:اليوم|أمس) [^،.]{3,40}،?)? (?P<that>إن|أن|بأن|إنّ|أنّ|ان) (?P<what>[^.]{25,})"
)
_NO_SPEAKER = re.compile(
    r"(?<!\w)(?:[إأا]ن\w*|لا|لم|لن|نفس\w*|ذات|المصدر\w*|المتحدث|مشيرا|إلى|الى|على|في|عن|من|هذا|هذه|كما|قد|بعد|خلال|أمس"
    r"|اليوم|عقب|بدوره|إن|مضيفا|قائلا|له|لها)(?!\w)"
)
_DENIED = re.compile(
    r"(?:^|\s)(?:نفى|نفت|ينفي|تنفي|استبعد|استبعدت|نافيا|نافية)"
    r" (?:[^\W\d]+ ){0,7}?(?:أن|إن|أنّ|ان) (?P<rest>[^،.؛]{20,})"
)
_NOT_SO = re.compile(
    r"(?:لا صحة ل\w+|ليس صحيحا أن|لم (?:يقل|يؤكد|يعلن|يثبت|يذكر|يتبين)\w*"
    r" (?:[^\W\d]+ ){0,5}?(?:أن|إن)) (?P<rest>[^،.؛]{20,})"
)
_CONDITION = re.compile(
    r"(?:^|\s)(?:و|ف)?(?:إذا|لو|في حال|شريطة أن|بشرط أن) (?P<rest>(?:[^\W\d]+ ){3,}[^\W\d]+)"
)
_NEGATOR = re.compile(r"(?<!\w)(?P<neg>لم|لن|لا|ليس|ليست|غير) (?P<word>\w{3,})")
_KEPT = re.compile(r"^(?:يزال|تزال|سيما|بد|شك|أحد|أقل|يقل|تقل|غرار|صحة|إلا|بأس|أن|يوجد|وجود)")
_PRESENT = "عتبر|عد|قع|مكن|وجد|شكل|مثل|بلغ|ضم|حتوي|ستخدم|عمل|عيش|حد|صل"
_PAST_VERBS = "وُلد|ولد|توفي|فاز|فازت|بدأ|بدأت|وقع|وقعت|حصل|حصلت|انتهت|انتهى|قام|قامت"
_AFFIRMED = (
    (r"(?<!\w)(كان|كانت|يكن) (?=\w)", "لم {0} "),
    (rf"(?<!\w)((?:ي|ت)(?:{_PRESENT})\w*) ", "لا {0} "),
    (r"(?<!\w)(?:و)?(هو|هي) (?=\w)", "ليس {0} "),
    (r"(?<!\w)(?:تم|تمت) (?=\w)", "لم يتم "),
    (r"(?<!\w)(سي\w{3,}|ست\w{4,}) ", "لن {0} "),
    (rf"(?<!\w)({_PAST_VERBS}) ", "لم يحدث أن {0} "),
)  # fmt: skip
_DENIED_BEFORE = re.compile(r"(?:لا|لم|لن|ليس|ما|إذا|لو)\s*$")
_PAST = {"كان": "يكن", "كانت": "تكن", "يكن": "يكن"}

_WORDS = {
    "قال": "صرّح", "أكد": "شدّد على", "عام": "سنة", "سنة": "عام", "بلغ": "وصل إلى",
    "حوالي": "نحو", "نحو": "قرابة", "أيضا": "كذلك", "أيضاً": "كذلك", "بعد": "عقب",
    "بسبب": "نتيجة", "خلال": "أثناء", "كما": "كذلك", "لكن": "غير أن", "تم": "جرى",
    "يعتبر": "يُعدّ", "تعتبر": "تُعدّ", "يقع": "يوجد", "تقع": "توجد", "حيث": "إذ", "أعلن": "أفاد",
    "عبر": "من خلال", "ضمن": "في إطار", "بهدف": "من أجل", "وفق": "بحسب", "حسب": "وفق",
}  # fmt: skip
_TAIL = re.compile(
    r"^(.{30,}?)،? ((?:في|منذ|خلال|عام|يوم|بعد|قبل) (?:عام |سنة |شهر |يوم )?[\w /]{4,40})$"
)
_LOOSE = re.compile(r"(?<!\w)(?:ليست?|لا|لم|لن|غير|أو|و|ما|انتهت)$")
_PERCENT = re.compile(r"^في الم\w*ة")


def _pairs(text: str) -> dict[str, str]:
    """Read «old→new» pairs."""
    return dict(pair.split("→") for pair in text.split())


_SYNONYMS = _pairs(
    "ارتفع→زاد ارتفعت→زادت بدأ→انطلق بدأت→انطلقت أكبر→أضخم شارك→ساهم افتتح→دشن فاز→ظفر"
    " مدينة→بلدة دولة→بلد شركة→مؤسسة منع→حظر وصل→بلغ يضم→يحتوي تضم→تشمل أسس→أنشأ الحرب→النزاع"
    " زيادة→ارتفاع عدد→مجموع سكان→أهالي كبير→ضخم كبيرة→ضخمة قديم→عتيق مهم→بارز مختلف→متنوع"
    " يستخدم→يستعمل تستخدم→تستعمل مات→توفي حصل→نال حصلت→نالت العديد→الكثير الأشخاص→الأفراد"
    " إيقاف→توقيف القبض→الإيقاف هجوم→اعتداء تحديد→تعيين"
)
_OPPOSITES = _pairs(
    "ارتفع→انخفض ارتفعت→تراجعت بدأ→انتهى بدأت→توقفت أكبر→أصغر أعلى→أدنى أكثر→أقل فاز→خسر"
    " شمال→جنوب شرق→غرب الأولى→الأخيرة قديم→حديث جديدة→قديمة كبير→ضئيل كبيرة→محدودة"
    " دخول→مغادرة منع→إباحة رفض→تأييد ارتفاع→هبوط زيادة→تقليص نجح→أخفق ولد→مات"
)
_NATIONS = _pairs(
    "الفرنسي→الألماني الفرنسية→الألمانية الأمريكي→الروسي الأمريكية→الروسية التونسي→الجزائري"
    " التونسية→المغربية الليبية→السورية التركي→الإيراني المصري→السعودي البريطانية→الإيطالية"
)
_TAIL = re.compile(
    r"^(.{30,}?)،? ((?:في|منذ|خلال|عام|يوم|بعد|قبل) (?:عام |سنة |شهر |يوم )?[\w /]{4,40})$"
)
_LOOSE = re.compile(r"(?<!\w)(?:ليست?|لا|لم|لن|غير|أو|و|ما|انتهت)$")
_PERCENT = re.compile(r"^في الم\w*ة")
_SYNONYMS = dict(
    pair.split("→")
    for pair in [
        "ارتفع→زاد",
        "ارتفعت→زادت",
        "بدأ→انطلق",
        "بدأت→انطلقت",
        "أكبر→أضخم",
        "شارك→ساهم",
        "افتتح→دشن",
        "فاز→ظفر",
        "مدينة→بلدة",
        "دولة→بلد",
        "شركة→مؤسسة",
        "منع→حظر",
        "وصل→بلغ",
        "يضم→يحتوي",
        "تضم→تشمل",
        "أسس→أنشأ",
        "الحرب→النزاع",
        "زيادة→ارتفاع",
        "عدد→مجموع",
        "سكان→أهالي",
        "كبير→ضخم",
        "كبيرة→ضخمة",
        "قديم→عتيق",
        "مهم→بارز",
        "مختلف→متنوع",
        "يستخدم→يستعمل",
        "تستخدم→تستعمل",
        "مات→توفي",
        "حصل→نال",
        "حصلت→نالت",
        "العديد→الكثير",
        "الأشخاص→الأفراد",
        "إيقاف→توقيف",
        "القبض→الإيقاف",
        "هجوم→اعتداء",
        "تحديد→تعيين",
    ]
)
_OPPOSITES = dict(
    pair.split("→")
    for pair in [
        "ارتفع→انخفض",
        "ارتفعت→تراجعت",
        "بدأ→انتهى",
        "بدأت→توقفت",
        "أكبر→أصغر",
        "أعلى→أدنى",
        "أكثر→أقل",
        "فاز→خسر",
        "شمال→جنوب",
        "شرق→غرب",
        "الأولى→الأخيرة",
        "قديم→حديث",
        "جديدة→قديمة",
        "كبير→ضئيل",
        "كبيرة→محدودة",
        "دخول→مغادرة",
        "منع→إباحة",
        "رفض→تأييد",
        "ارتفاع→هبوط",
        "زيادة→تقليص",
        "نجح→أخفق",
        "ولد→مات",
    ]
)
_NATIONS = dict(
    pair.split("→")
    for pair in [
        "الفرنسي→الألماني",
        "الفرنسية→الألمانية",
        "الأمريكي→الروسي",
        "الأمريكية→الروسية",
        "التونسي→الجزائري",
        "التونسية→المغربية",
        "الليبية→السورية",
        "التركي→الإيراني",
        "المصري→السعودي",
        "البريطانية→الإيطالية",
    ]
)
_DIGIT_SETS = ("0123456789", "٠١٢٣٤٥٦٧٨٩")
_SPOKEN = {
    2: "اثنان", 3: "ثلاثة", 4: "أربعة", 5: "خمسة", 6: "ستة", 7: "سبعة", 8: "ثمانية", 9: "تسعة",
    10: "عشرة", 20: "عشرون", 30: "ثلاثون", 40: "أربعون", 50: "خمسون", 60: "ستون", 70: "سبعون",
    80: "ثمانون", 90: "تسعون", 100: "مئة", 1000: "ألف",
}  # fmt: skip


class Names(NamedTuple):
    """Names to swap, each with those of its kind.

    Attributes:
        people: Of persons.
        places: Of places.
        speakers: Of those who speak in the news, as they are introduced there.
    """

    people: Sequence[str]
    places: Sequence[str]
    speakers: Sequence[str]


class Occasion(NamedTuple):
    """A sentence of an article to make a claim from.

    Attributes:
        sentence: Its words.
        nearby: What else the passages say; wrong names are taken from there first.
        name: A name in the sentence, or "".
        place: Whether that name is a place's.
    """

    sentence: str
    nearby: str
    name: str = ""
    place: bool = False


Change = Callable[[Occasion, Names, random.Random], str | None]


def _number_changed(case: Occasion, names: Names, chance: random.Random) -> str | None:
    found = [n for n in _NUMBER.finditer(case.sentence) if not _YEAR.fullmatch(n[0])]
    if not found:
        return None
    old = chance.choice(found)
    value = old[0]
    position = chance.randrange(len(value))
    while not value[position].isdigit():
        position = chance.randrange(len(value))
    digit = chance.choice([d for d in "123456789" if d != value[position]])
    options = [value[:position] + digit + value[position + 1 :]]
    if value.isdigit():
        options.append(value + "0")
    new = chance.choice(options)
    return _replaced(case.sentence, old.span(), new)


def _name_swapped(case: Occasion, names: Names, chance: random.Random) -> str | None:
    if not case.name or case.sentence.count(case.name) != 1:
        return None
    pool = names.places if case.place else names.people
    said = set(analyse(case.sentence))
    others = [name for name in pool if not said & set(analyse(name))]
    near = [name for name in others if name in case.nearby]
    return case.sentence.replace(case.name, chance.choice(near or others))


def _negation_flipped(case: Occasion, names: Names, chance: random.Random) -> str | None:
    denials = [n for n in _NEGATOR.finditer(case.sentence) if not _KEPT.match(n["word"])]
    if len(denials) == 1 and denials[0]["neg"] in {"لم", "لا", "لن", "ليس", "ليست"}:
        return _replaced(case.sentence, denials[0].span("neg"), "").replace("  ", " ").strip()
    if denials:
        return None
    for pattern, denial in _AFFIRMED:
        found = re.search(pattern, case.sentence)
        if found and not _DENIED_BEFORE.search(case.sentence[: found.start()]):
            word = found[1] if found.groups() else ""
            return _replaced(case.sentence, found.span(), denial.format(_PAST.get(word, word)))
    return None


def _date_moved(case: Occasion, names: Names, chance: random.Random) -> str | None:
    options: list[str] = []
    if month := _MONTH.search(case.sentence):
        number = _MONTH_OF[month[1]]
        other = (number + chance.choice((1, 2, 3, 5, 7, 11))) % 12
        style = _MONTHS[number].index(month[1])
        options.append(_replaced(case.sentence, month.span(), _MONTHS[other][style]))
    if weekday := _WEEKDAY.search(case.sentence):
        other_day = chance.choice([day for day in _WEEKDAYS if day != weekday[1]])
        options.append(_replaced(case.sentence, weekday.span(), other_day))
    if year := _YEAR.search(case.sentence):
        moved = str(int(year[1]) + chance.choice((-10, -3, -1, 1, 2, 10)))
        if moved not in case.sentence:
            options.append(_replaced(case.sentence, year.span(), moved))
    return chance.choice(options) if options else None


def _speaker_swapped(case: Occasion, names: Names, chance: random.Random) -> str | None:
    speech = _SPEECH.search(case.sentence)
    if not speech or not speakers_in(speech[0]):
        return None
    others = [n for n in names.speakers if not set(n.split()) & set(case.sentence.split())]
    near = [name for name in others if name in case.nearby]
    return _replaced(case.sentence, speech.span("who"), chance.choice(near or others))


def _quote_truncated(case: Occasion, names: Names, chance: random.Random) -> str | None:
    for pattern in (_DENIED, _NOT_SO, _CONDITION):
        found = pattern.search(case.sentence)
        if found and not _CONDITION.search(found["rest"]):
            return found["rest"].strip() + "."
    return None


def _verbatim(case: Occasion, names: Names, chance: random.Random) -> str | None:
    return case.sentence


def _reordered(case: Occasion, names: Names, chance: random.Random) -> str | None:
    """Move a phrase of place or time from the end to the beginning."""
    body = case.sentence.rstrip(". ")
    tail = _TAIL.match(body)
    if not tail or _LOOSE.search(tail[1]) or _PERCENT.search(tail[2]):
        return None
    return f"{tail[2]}، {tail[1]}."


def _paraphrased(case: Occasion, names: Names, chance: random.Random) -> str | None:
    """Say it with other words for what is not the matter itself."""
    if speech := _SPEECH.match(case.sentence):
        who, what = speech["who"], speech["what"]
        return f"بحسب {who}، فإن {what.rstrip('. ')}."
    changed = 0
    words = []
    for word in re.sub(r"\s*\([^()]{0,40}\)", "", case.sentence).split(" "):
        if word in _WORDS and changed < 3:
            words.append(_WORDS[word])
            changed += 1
        else:
            words.append(word)
    return " ".join(words) if changed else None


def _exchanged(words: Mapping[str, str]) -> Change:
    """Return the change that puts another word in the place of one that is listed."""
    pattern = re.compile(rf"(?<!\w)({'|'.join(words)})(?!\w)")

    def change(case: Occasion, names: Names, chance: random.Random) -> str | None:
        found = pattern.search(case.sentence)
        if not found or words[found[1]] in case.sentence:
            return None
        return _replaced(case.sentence, found.span(), words[found[1]])

    return change


def _other_spelling(case: Occasion, names: Names, chance: random.Random) -> str | None:
    text = case.sentence
    for old, new in (
        ("أ", "ا"),
        ("إ", "ا"),
        ("ة ", "ه "),
        ("ى ", "ي "),
        ("ترامب", "ترمب"),
        ("أميرك", "أمريك"),
    ):
        if chance.random() < 0.7:
            text = text.replace(old, new)
    return text if text != case.sentence else None


def _other_digits(case: Occasion, names: Names, chance: random.Random) -> str | None:
    """Write digits in the other script, small numbers in words, months by another name."""
    text = case.sentence
    if month := _MONTH.search(text):
        others = [n for n in _MONTHS[_MONTH_OF[month[1]]] if n != month[1]]
        if others:
            text = _replaced(text, month.span(), chance.choice(others))
    small = [
        n for n in re.finditer(r"(?<![\d.,/-])\d{1,4}(?![\d.,/%-])", text) if int(n[0]) in _SPOKEN
    ]
    if small and chance.random() < 0.5:
        text = _replaced(text, small[0].span(), _SPOKEN[int(small[0][0])])
    else:
        text = text.replace("%", " في المئة").translate(str.maketrans(*_DIGIT_SETS))
    return text if text != case.sentence else None


def _replaced(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


MUTATIONS: Mapping[str, Change] = {
    "number changed": _number_changed,
    "name swapped": _name_swapped,
    "negation flipped": _negation_flipped,
    "date moved": _date_moved,
    "speaker swapped": _speaker_swapped,
    "quote truncated": _quote_truncated,
    "opposite said": _exchanged(_OPPOSITES),
    "nation swapped": _exchanged(_NATIONS),
}
"""What makes a claim false."""

FAITHFUL: Mapping[str, Change] = {
    "verbatim": _verbatim,
    "re-ordered": _reordered,
    "paraphrased": _paraphrased,
    "other spelling": _other_spelling,
    "other digits": _other_digits,
    "a synonym": _exchanged(_SYNONYMS),
}
"""What leaves a claim true."""


def speakers_in(text: str) -> list[str]:
    """Return those who are said to have said something, as far as their names look like ones."""
    return [
        found["who"]
        for found in _SPEECH.finditer(text)
        if " " in found["who"] and not _NO_SPEAKER.search(found["who"])
    ]


def reverses(text: str) -> bool:
    """Tell whether part of a sentence, taken alone, says what the whole does not."""
    return any(pattern.search(text) for pattern in (_DENIED, _NOT_SO, _CONDITION))
