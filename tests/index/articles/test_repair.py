import pytest

from index.articles.repair import repair
from index.articles.visual import looks_reversed, to_logical, turn_around

TEXT = "قال الوزير: «الجسر يخدم ألف سيارة». كلفته 12.5 مليون، أمّا الأثر فلا."


def misread(text, right, wrong):
    """Decode bytes as browsers do: a byte that windows-1252 lacks becomes a control character."""
    found = []
    for byte in text.encode(right):
        try:
            found.append(bytes([byte]).decode(wrong))
        except UnicodeDecodeError:
            found.append(chr(byte))
    return "".join(found)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("utf-8", "cp1252"),
        ("utf-8", "latin-1"),
        ("utf-8", "cp1256"),
        ("cp1256", "cp1252"),
        ("cp1256", "latin-1"),
    ],
)
def test_mojibake_is_undone(right, wrong):
    assert repair(f"عنوان\n{misread(TEXT, right, wrong)}") == f"عنوان\n{TEXT}"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "ظطظط غير مفهوم: ظ§",
        "À côté de la forêt, l'été dernier, où êtes-vous allés?",
        "ÇA VA",
        "Straße, Ø 12 mm, Ùber",
        "صلى الله عليه وسلم ﷺ وقيمته 5 ﷼",
        "ـــ تطويل ــ وحركاتٌ كاملةٌ ٢٠٢٥",
        "",
    ],
)
def test_what_is_not_certain_stays_as_it_is(text):
    assert repair(text) == text


@pytest.mark.parametrize(
    ("forms", "letters"),
    [
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("ﺍﻟﺴﻼﻡ ﻋﻠﻴﻜﻢ", "السلام عليكم"),
        ("ﻣﺪﺭّﺱ", "مدرّس"),
        ("پﮋﮔ", "پژگ"),
    ],
)
def test_presentation_forms_become_letters(forms, letters):
    assert repair(forms) == letters


def test_backward_text_is_turned_around():
    from bidi.algorithm import get_display

    lines = "وقف الوزير على الجسر الجديد في المدينة القديمة.\nوصلت القافلة إلى الحدود عام 2025 (المرحلة الأولى)."
    shown = "\n".join(get_display(line) for line in lines.split("\n"))
    assert looks_reversed(shown)
    assert not looks_reversed(lines)
    assert repair(shown) == lines


def test_backward_text_in_presentation_forms_is_turned_around_before_ligatures_are_taken_apart():
    import arabic_reshaper
    from bidi.algorithm import get_display

    line = "وقف الوزير على الجسر الجديد في المدينة القديمة لا الأولى."
    assert repair(get_display(arabic_reshaper.reshape(line))) == line


@pytest.mark.parametrize(
    "line",
    [
        "في عام 2025 بلغت النسبة 12.5% من 1,000 طن",
        "قال (أحمد) إن شركة Siemens AG في Berlin باعت 3 قطارات",
        "الموعد 14/3/2024 الساعة 10:30 صباحًا",
        "بدأ «مؤتمر كوفيد-19» أمس",
        "English only (really)",
    ],
)
def test_a_line_shown_by_the_rules_of_unicode_is_read_back(line):
    from bidi.algorithm import get_display

    assert turn_around(get_display(line)) == line


def test_a_ligature_stays_together():
    assert to_logical([".", "لا", "و", "أ"], mirrored=True) == "أولا."
