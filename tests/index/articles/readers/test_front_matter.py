"""Fields above a text as people write them by hand, and rules between which there is only text."""

import pytest

from index.articles.readers.reading import read_articles

TEXT = "فتح المرفأ أبوابه بعد العاصفة. وخرجت المراكب الصغيرة أولًا."


def read(tmp_path, content, name="a.txt"):
    (tmp_path / name).write_bytes(content.encode())
    (article,) = read_articles([tmp_path / name])
    return article


def lines(article):
    return [line for line in article.text.split("\n") if line]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize(
    "prose",
    [
        "الصحفي: لماذا تأخر المشروع؟\nالوزير: لأن المقاول انسحب.",
        "الصحفي: متى يفتتح المرفأ\nالوزير: في الشهر القادم",
        "الكاتب: في الخريف\nالمحرر: وكم نسخة\nالقارئ: لم يبق شيء\nالقارئ: نفد كله",
        "الصحفي: مرحبًا بك\nالوزير: أهلًا",
        "المراسل: هل تضرر السد؟",
        "المصدر: قالت وزارة الأشغال أمس إن الجسر لم يكتمل.",
        "التفاصيل: غرقت ثلاثة مراكب قرب الرصيف",
        "التاريخ: معلم الناس كلهم بلا أجر.",
        "المكان: رصيف الصيادين\nالوقت: الفجر",
        "تنبيه: الطريق مغلق حتى إشعار آخر.",
        "قال الربان: رأينا ضوءًا.",
    ],
)
def test_people_who_speak_between_two_rules_are_text(tmp_path, name, prose):
    article = read(tmp_path, f"---\n{prose}\n---\n{TEXT}", name)
    assert [article.title, *lines(article)][-len(prose.split("\n")) - 1 :] == [
        *prose.split("\n"),
        TEXT,
    ]
    assert not any((article.author, article.source, article.date))


def test_an_interview_below_a_lone_rule_is_text(tmp_path):
    talk = "الصحفي: لماذا تأخر المشروع؟\nالوزير: لأن المقاول انسحب."
    assert lines(read(tmp_path, f"---\n{talk}\n\n{TEXT}")) == [*talk.split("\n"), TEXT]


def test_what_people_say_below_real_fields_is_text(tmp_path):
    head = "العنوان: حوار مع الوزير\nالصحفي: لماذا تأخر المشروع؟\nالوزير: المقاول انسحب"
    article = read(tmp_path, f"---\n{head}\n---\n{TEXT}")
    assert (article.title, article.author) == ("حوار مع الوزير", "")
    assert lines(article) == [*head.split("\n")[1:], TEXT]


@pytest.mark.parametrize("rule", ["---", "***", "- - -", "* * *", "___", "-----", "==="])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_rules_around_prose_are_no_text_and_take_none(tmp_path, rule, name):
    prose = "أعلن المرفأ: العمل مستمر. ولا إصابات."
    article = read(tmp_path, f"{rule}\n\n{prose}\n\n{rule}\n\n{TEXT}", name)
    assert lines(article) == [prose, TEXT]


def test_a_table_of_markdown_is_a_line_per_row(tmp_path):
    table = "| البند | الكلفة |\n|:---|---:|\n| **الرصيف**: الأول | 12 |\n| الرافعة | 12 |"
    for content in (f"{TEXT}\n\n{table}", f"---\n\n{TEXT}\n\n{table}\n\n---\n"):
        assert lines(read(tmp_path, content, "a.md")) == [
            TEXT,
            "البند | الكلفة",
            "الرصيف: الأول | 12",
            "الرافعة | 12",
        ]


def test_equal_cells_of_a_table_of_markdown_stay_two(tmp_path):
    table = "| الوحدة | الأهلي |\n| --- | --- |\n| 2 | 2 |\n| أ\\|ب |  |"
    assert lines(read(tmp_path, f"{TEXT}\n\n{table}\n", "a.md"))[1:] == [
        "الوحدة | الأهلي",
        "2 | 2",
        "أ|ب",
    ]


def test_an_empty_cell_of_a_table_of_markdown_keeps_the_columns(tmp_path):
    table = (
        "| البند | الكلفة | العدد |\n|---|---|---|\n| | 50 | 7 |\n| الجسر | | 20 |\n| السوق | 5 | |"
    )
    assert lines(read(tmp_path, f"{TEXT}\n\n{table}\n| | | |\n", "a.md"))[1:] == [
        "البند | الكلفة | العدد",
        "– | 50 | 7",
        "الجسر | – | 20",
        "السوق | 5 | –",
    ]


FIELDS = ("عودة المرفأ: تفاصيل", "2025-02-03", "وكالة الساحل", "ليلى حداد")


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: {0}\ndate: {1}\nsource: {2}\nauthor: {3}\n---\n",
        "---\r\ntitle: {0}\r\ndate: 3 فبراير، 2025\r\nsource: {2}\r\nauthor: {3}\r\n---\r\n",
        "\ufeff---\nالعنوان: {0}\nالتاريخ: ٣/٢/٢٠٢٥\nالمصدر: {2}\nالكاتب: {3}\n---\n",
        "---\ntitle:\t{0}\n\tdate:\t{1}\n\tsource: {2}\n\tauthor: {3}\n---\n",
        '---\ntitle: "{0}\ndate: "{1}"\nsource: \'{2}\nauthor: "{3}\n---\n',
        "---\n\"title\": '{0}'\ndate : 3 شباط، 2025\nsource: {2}\nauthor: [{3}]\n---\n",
        "---\nالعنوان： {0}\nالتاريخ: الاثنين، 3 شباط 2025\nالمصدر: {2}\nالكاتب:\n- {3}\n---\n",
        "---\ntitle: {0}\ndate: {1}T23:30:00+03:00\nsource: {2} # وكالة\nauthor:\n  - {3}\n---\n",
        '+++\ntitle = "{0}"\ndate = {1}\nsource = "{2}"\nauthor = "{3}"\n+++\n',
        "---\ntitle: {0}\ndate: {1}\nsource: {2}\nauthor: {3}\n\n",
        "---\ntitle: >\n  عودة المرفأ:\n  تفاصيل\ndate: {1}\nsource: {2}\nauthor: {3}\n...\n",
        "---\ntitle: {0}\ndate: {1}\ntags: سياسة، اقتصاد، [بحر\nsource: {2}\nauthor: {3}\n---\n",
    ],
)
def test_fields_are_read_however_they_are_written_by_hand(tmp_path, head):
    article = read(tmp_path, head.format(*FIELDS) + TEXT, "a.md")
    assert (article.title, article.date, article.source, article.author) == FIELDS
    assert article.text == TEXT


@pytest.mark.parametrize(
    "title",
    [
        "عاجل: حريق: ثلاثة جرحى",
        '"الأمواج" تغلق المرفأ',
        '"الأمواج": فيلم جديد',
        "@الصياد يكتب",
        "[عاجل] حريق في المرفأ",
        "{ظل} رواية جديدة",
        "!لا للحرب",
        "*نجمة* في البحر",
        "&المرفأ",
        "%50 من السكان",
        "`رمز`",
        "- شرطة أولًا",
        "? سؤال",
        "حريق #المرفأ",
        "«الموج: لا يهدأ»",
        "الساعة 10:30 افتتاح",
        "هل يعود الصيادون؟",
        "نعم",
        "2025",
    ],
)
def test_a_headline_is_as_it_is_written(tmp_path, title):
    article = read(tmp_path, f"---\ntitle: {title}\nsource: وكالة\n---\n{TEXT}", "a.md")
    assert (article.title, article.source, article.text) == (title, "وكالة", TEXT)


def test_other_fields_beside_those_of_an_article_are_no_text(tmp_path):
    head = "العنوان: خبر\nالقسم: رياضة\nالوسوم: سباق، بحر\nlayout: post\nالكاتب: ليلى"
    article = read(tmp_path, f"---\n{head}\n---\n{TEXT}")
    assert (article.title, article.author, article.text) == ("خبر", "ليلى", TEXT)


def test_several_authors_may_be_listed_with_arabic_commas(tmp_path):
    for value in ("ليلى، سامي", "[ليلى, سامي]", "\n  - ليلى\n  - سامي"):
        article = read(tmp_path, f"---\ntitle: خبر\nauthor: {value}\n---\n{TEXT}", "a.md")
        assert article.author == "ليلى، سامي"


def test_a_source_may_end_with_a_full_stop(tmp_path):
    for source in ("أ. ف. ب.", "Reuters Inc."):
        article = read(tmp_path, f"---\nالمصدر: {source}\n---\n{TEXT}")
        assert (article.source, article.text) == (source, TEXT)


def test_aliases_of_yaml_make_nothing_grow(tmp_path):
    """Six lines of aliases stand for half a million words."""
    bomb = ["title:", "  - &a0 [كلمة]"]
    bomb += [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 7)]
    article = read(tmp_path, "\n".join(["---", *bomb, "---", TEXT]), "a.md")
    assert len(article.title) < 1_000
    assert article.text == TEXT
