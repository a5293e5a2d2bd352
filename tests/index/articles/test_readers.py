import json

import pytest
from conftest import SAMPLES

from index.articles.article import Article
from index.articles.readers.base import PassedOver, ReadFailure
from index.articles.readers.reading import read_articles
from index.errors import InputError

TEXT = "قال الوزير إن الجسر سيفتح غدًا. وشكر العمال."


def read(path):
    return list(read_articles([path]))


def one(path):
    (article,) = read(path)
    return article


def write(tmp_path, name, content, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return path


def test_first_line_of_a_text_is_its_title(tmp_path):
    article = one(write(tmp_path, "a.txt", f"افتتاح الجسر\n\n{TEXT}"))
    assert (article.title, article.text, article.id) == ("افتتاح الجسر", TEXT, "a")


def test_a_text_without_headline_keeps_its_body_whole(tmp_path):
    text = f"{TEXT}\nوعاد إلى مكتبه بعد جولة طويلة في الأحياء المجاورة للنهر."
    article = one(write(tmp_path, "a.txt", text))
    assert article.text == text
    assert article.text.startswith(article.title.rstrip("…"))


def test_front_matter_gives_title_date_source_and_url(tmp_path):
    head = "---\ntitle: عنوان\ndate: ١٥/١٠/٢٠٢٥\nsource: صحيفة\nurl: https://a.example/1\n---\n"
    article = one(write(tmp_path, "a.md", head + TEXT))
    assert (article.title, article.date, article.source) == ("عنوان", "2025-10-15", "صحيفة")
    assert (article.url, article.text) == ("https://a.example/1", TEXT)


def test_markdown_heading_is_the_title_and_marks_are_taken_off(tmp_path):
    article = one(write(tmp_path, "a.md", f"# **عنوان**\n\n- {TEXT} [رابط](http://x.example)"))
    assert article.text == f"{TEXT} رابط"


def test_an_article_without_date_gets_none(tmp_path):
    assert not one(write(tmp_path, "a.txt", TEXT)).date


def test_a_web_page_is_read_without_its_menu():
    article = one(SAMPLES / "نتنياهو-الكهرباء.html")
    assert article.title == "نتنياهو يعلن خطة لربط الكهرباء مع قبرص واليونان"
    assert (article.date, article.source) == ("2025-02-11", "شبكة الأفق")
    assert "الرئيسية" not in article.text
    assert "جميع الحقوق" not in article.text


def test_json_fields_may_be_named_in_arabic(tmp_path):
    record = {"العنوان": "عنوان", "النص": TEXT, "التاريخ": "12 سبتمبر 2025", "المصدر": "وكالة"}
    article = one(write(tmp_path, "a.json", json.dumps(record)))
    assert (article.title, article.date, article.source) == ("عنوان", "2025-09-12", "وكالة")


def test_every_record_of_a_table_is_an_article(tmp_path):
    table = f'id;title;text\nx;أول;"{TEXT}"\n;ثان;"{TEXT}\nسطر"\n'
    articles = read(write(tmp_path, "a.csv", table))
    assert [(a.id, a.title) for a in articles] == [("x", "أول"), ("a#2", "ثان")]
    assert articles[1].text.endswith("سطر")


def test_one_bad_line_does_not_stop_the_others(tmp_path):
    good = json.dumps({"id": "x", "text": TEXT})
    found = read(
        write(
            tmp_path,
            "a.jsonl",
            f"{good}\nnot json\n[1]\n{good.replace(chr(34) + 'x', chr(34) + 'y')}",
        )
    )
    assert [getattr(item, "id", None) for item in found] == ["x", None, None, "y"]
    reasons = [item.reason for item in found if isinstance(item, ReadFailure)]
    assert reasons == [
        "line 2: is not valid JSON: Expecting value, column 1",
        "line 3: is no object",
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"\x00\x01\x02", "binary"),
        ("a.txt", b"", "has no text"),
        ("a.json", b"{", "not valid JSON"),
        ("a.json", b"3", "neither an object"),
        ("a.html", b"<html><body></body></html>", "no article text"),
        ("a.pdf2", b"x", "unknown format"),
    ],
)
def test_an_unreadable_file_says_why(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    (failure,) = read(path)
    assert isinstance(failure, ReadFailure)
    assert reason in failure.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256", "iso8859_6"])
def test_the_encodings_of_arabic_newsrooms_are_read(tmp_path, encoding):
    article = one(write(tmp_path, "a.txt", f"عنوان الخبر\r\n\r\n{TEXT * 5}", encoding))
    assert (
        article.text == TEXT * 5 if "غدًا" in article.text else article.text.startswith("قال الوزير")
    )
    assert article.title == "عنوان الخبر"


def test_a_missing_path_is_an_error(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "nothing")


def test_hidden_and_foreign_files_of_a_folder_are_passed_over(tmp_path):
    write(tmp_path, ".hidden.txt", TEXT)
    write(tmp_path, "image.png", "x")
    write(tmp_path, "a.txt", TEXT)
    found = read(tmp_path)
    assert [item.kind for item in found if isinstance(item, PassedOver)] == [".png"]
    assert [item.id for item in found if isinstance(item, Article)] == ["a"]


def test_a_script_address_is_no_url(tmp_path):
    record = {"title": "ع", "text": TEXT, "url": "javascript:alert(1)"}
    assert not one(write(tmp_path, "a.json", json.dumps(record))).url


def test_samples_are_as_many_and_as_long_as_promised():
    articles = read(SAMPLES)
    assert len(articles) >= 25
    assert all(150 <= len(article.text.split()) <= 400 for article in articles)
    assert len({path.suffix for path in SAMPLES.iterdir()}) == 6
