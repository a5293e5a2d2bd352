import pytest

from index.arabic.sentences import Span
from rag.language.clauses import MOST_WORDS, choose_clause, find_speaker


def show(text, answer="", most=MOST_WORDS):
    place = text.index(answer) if answer else 0
    span = Span(place, place + len(answer)) if answer else None
    shown = choose_clause(text, Span(0, len(text)), span, most=most)
    return text[shown.span.start : shown.span.end], shown.speaker


LONG = (
    "قال وزير النقل خلال زيارة إلى الموقع، إن الجسر الذي يربط الضفتين سيفتتح في شهر مايو المقبل، "
    "مشيرا إلى أن كلفة الأشغال بلغت ثلاثة ملايين دينار منها مليون على كاهل الدولة، وأن الشركة تعهدت بصيانته مدة عشر سنوات."
)


@pytest.mark.parametrize("answer", ["مايو المقبل", "ثلاثة ملايين دينار", "عشر سنوات"])
def test_the_clause_with_the_answering_words_is_shown_as_it_stands(answer):
    shown, _ = show(LONG, answer, most=16)
    assert answer in shown
    assert shown in LONG
    assert len(shown.split()) <= 16


def test_who_speaks_is_not_shown_without_what_is_said():
    text = (
        "قال وزير النقل سالم علي خلال زيارة إلى الموقع، إن الجسر سيفتتح قريبا، وذلك " + "كما " * 20
    )
    assert "سيفتتح" in show(text, "وزير النقل", most=16)[0]


@pytest.mark.parametrize("answer", ["", "سالم علي", "أربع سنوات"])
def test_nor_where_it_stands_behind_a_colon(answer):
    said = "«لا يجوز أن يبقى الجسر مغلقا بعد كل هذه الأشغال التي دامت أربع سنوات»."
    text = f"وقال رئيس نقابة سائقي الشاحنات الكبيرة سالم علي: {said}"
    place = text.index(answer) if answer else 0
    span = Span(place, place + len(answer)) if answer else None
    found = choose_clause(text, Span(0, len(text)), span, lambda _: 0.0, 14).span
    assert said.rstrip(".") in text[found.start : found.end]


def test_a_short_sentence_is_shown_whole():
    text = "افتتح الجسر أمس بحضور الوالي."
    assert show(text) == (text, "")


@pytest.mark.parametrize(
    ("text", "shown", "speaker"),
    [
        ("وأضاف أن الأشغال تنتهي في مايو المقبل.", "الأشغال تنتهي في مايو المقبل.", ""),
        (
            "وأكد وزير الصحة علي بن سالم أن المستشفى يفتح غدا أبوابه.",
            "المستشفى يفتح غدا أبوابه.",
            "وزير الصحة علي بن سالم",
        ),
        ("كما تقرر غلق الطريق أمام الشاحنات.", "تقرر غلق الطريق أمام الشاحنات.", ""),
        ("تونس - وات - افتتح الجسر أمس بحضور الوالي.", "افتتح الجسر أمس بحضور الوالي.", ""),
    ],
)
def test_no_connective_speaker_or_dateline_begins_what_is_shown(text, shown, speaker):
    assert show(text) == (shown, speaker)


@pytest.mark.parametrize(
    ("text", "answer", "kept"),
    [
        (
            "نفى الوزير في تصريح للإذاعة نقلته وكالات الأنباء مساء أمس الأحد أن يكون الجسر قد انهار، وأن يكون أي عامل قد أصيب.",
            "أي عامل قد أصيب",
            "نفى",
        ),
        (
            "تصرف المنحة للعائلات كلها قبل نهاية الشهر الجاري عبر مكاتب البريد في جميع الولايات، إذا وافق البرلمان على الميزانية.",
            "المنحة",
            "إذا",
        ),
        (
            "لم تسجل المصالح الطبية في المستشفى الجامعي خلال الأيام الثلاثة الماضية، رغم كثرة الزوار، أي حالة وفاة جديدة بالمرض.",
            "حالة وفاة",
            "لم",
        ),
    ],
)
def test_what_denies_or_conditions_is_never_cut_away(text, answer, kept):
    assert kept in show(text, answer, most=10)[0]


def test_quotations_and_numbers_stay_whole():
    text = (
        "وبلغت المساحة المحروقة وفق بيان الحماية المدنية الصادر صباح اليوم 3،5 هكتارات من الغابات، "
        "ووصف الوالي ما جرى بأنه «كارثة، لم نر مثلها» ودعا السكان إلى الحذر خلال الأيام القادمة."
    )
    assert "3،5 هكتارات" in show(text, "3،5", most=8)[0]
    assert "«كارثة، لم نر مثلها»" in show(text, "كارثة", most=8)[0]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("وقال رئيس البلدية في تصريح صحفي إن الأشغال متوقفة.", "رئيس البلدية"),
        ("وأضاف ذات المصدر أن الأشغال متوقفة.", ""),
        ("وقالت المهندسة سلمى عمار للصحفيين: «الأشغال متوقفة».", "المهندسة سلمى عمار"),
        ("وقال سامي بن علي قائلا: «الأشغال متوقفة».", "سامي بن علي"),
        ("وقال المصدر: «الأشغال متوقفة».", ""),
        ("قائمة الأشغال: «الجسر» و«النفق».", ""),
        ("توقفت الأشغال أمس.", ""),
    ],
)
def test_who_speaks_is_told_where_it_is_plain(text, speaker):
    assert find_speaker(text) == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("وأوضحت أنه من المنتظر أن يفتح الجسر غدا.", ""),
        ('وقال الرئيس المنتهية ولايته "كنا نعرف أن الجسر يهتز".', ""),
        ("وأكد وزير النقل سالم علي السبت 6 ماي 2017 أن الجسر آمن.", "وزير النقل سالم علي"),
        ("وذكرت هذه التقارير أن الجسر آمن.", ""),
        ("وقال القيادي السابق في حركة الجسور سالم علي إن الجسر آمن.", ""),
        ("وقال وزير النقل في تصريح إن الجسر آمن.", "وزير النقل"),
    ],
)
def test_a_speaker_is_told_by_his_name_or_office_alone(text, speaker):
    assert find_speaker(text) == speaker


def test_no_cut_falls_into_a_time_of_day():
    text = (
        "تدور المباراة يوم السبت 3 جوان على الساعة 19:45 في العاصمة كارديف " + "أمام الجمهور " * 9
    )
    assert "19:45" in show(text, "كارديف", most=10)[0]


def test_a_value_is_shown_with_its_label():
    text = "الصنف الثاني : تكون الزيادة الشهرية الخام 30 دينارا *الصنف الثالث : تكون الزيادة الشهرية الخام 25 دينارا *الصنف الرابع : 20"
    shown, _ = show(text, "25 دينارا", most=8)
    assert "الصنف الثالث" in shown
    assert "30" not in shown


def test_no_bracket_begins_what_is_shown_and_no_particle_ends_it():
    text = (
        "أعلنت الشركة في بيان صدر مساء أمس (08:15 بتوقيت غرينتش) أن المصنع لا يشكل خطرا على السكان و "
        "التي تعيش حوله منذ سنوات طويلة وفق ما جاء في تقرير وزارة البيئة الأخير"
    )
    shown, _ = show(text, "لا يشكل خطرا على السكان", most=12)
    assert not shown.startswith("(")
    assert shown.endswith("السكان")
