"""The shared cases of documents, feeds, front matter and dates: each is read as its README says."""

import pytest
from conftest import SHARED, tsv_rows

from index.articles.article import Article
from index.articles.readers.reading import read_articles

CASES = SHARED / "cases"
DATES = "09-dates-with-an-arabic-comma"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="no shared cases here")


def articles_of(case):
    found = list(read_articles([CASES / case / "articles"]))
    assert all(isinstance(article, Article) for article in found), found
    return {article.id: article for article in found}


def lines(article):
    return [line for line in article.text.split("\n") if line]


def test_a_word_document_is_read_with_its_tracked_changes_accepted():
    report = articles_of("03-word-tracked-insertion")["ميزانية"]
    assert lines(report)[-1] == "بلغت كلفة المشروع 65 مليون دولار."


def test_every_sentence_of_a_word_document_is_read_once():
    found = articles_of("04-word-text-box-and-control")
    sentence = "تنتج المحطة 90 ألف متر مكعب من الماء يوميًا."
    assert found["تحلية"].text.count(sentence) == 1
    assert lines(found["رخصة"])[1:] == [
        "مدير المحطة هو المهندس سالم الوهيبي.",
        "ورقم الرخصة 7714 سارٍ حتى نهاية العام.",
    ]


def test_a_line_break_of_a_feed_or_a_book_parts_lines():
    found = articles_of("06-line-breaks-in-feeds-and-books")
    assert lines(found["نهر#1"])[:2] == [
        "افتُتح السد الجديد يوم السبت",
        "وبلغت كلفته 80 مليون درهم",
    ]
    assert lines(found["نهر#2"]) == ["عدد المحلات:", "50", "20 منها مغلق"]
    assert lines(found["نهر#3"]) == ["الوحدة | 3", "الأهلي | 1"]
    assert {"للمدينة سبعة أبواب", "أقدمها باب البحر"} <= set(lines(found["مدينة#1"]))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("أحياء", "انقطع التيار عن حي الزيتون مساء الثلاثاء وبقيت خمسة أحياء بلا ماء."),
        ("اجتماع", "قال المدير: ارتفع الإنتاج إلى 500 طن."),
        ("سفينة", "تنويه: هذا النص منقول عن نشرة المرفأ الأسبوعية."),
        ("كهرباء", "نبأ عاجل: انقطع التيار عن حي الزيتون مساء الثلاثاء."),
    ],
)
def test_prose_between_two_rules_stays_in_the_text(name, first):
    article = articles_of("07-rule-at-the-start-is-no-front-matter")[name]
    assert lines(article)[0] == first
    assert len(lines(article)) >= 2
    assert "---" not in article.text


@pytest.mark.parametrize(
    ("name", "title", "date", "source"),
    [
        ("ضباب", "عاجل: إغلاق مطار الساحل بسبب الضباب", "2025-01-12", "وكالة الساحل"),
        ("مراسل", "@المراسل يكتب من الحدود", "", ""),
        ("معبر", "تقرير", "", "وكالة"),
        ("وزيرة", '"الوزيرة" تزور المدرسة الجديدة', "", ""),
    ],
)
def test_front_matter_is_read_as_its_writer_meant_it(name, title, date, source):
    article = articles_of("08-colon-in-a-title")[name]
    assert (article.title, article.date, article.source) == (title, date, source)


def test_a_date_is_read_however_a_newspaper_writes_it():
    rows = tsv_rows(CASES / DATES / "dates.tsv")
    found = articles_of(DATES)
    assert rows
    assert {name: found[name].date for name, _ in rows} == dict(rows)
