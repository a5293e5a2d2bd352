"""Every format an article may come in, made by the programs people make it with."""

import json
import subprocess
import zlib

import documents
import pytest
from browser import FLAGS, chromium
from documents import FONT, REPORT

from index.articles.readers import apart, archives
from index.articles.readers.base import FileReader, ReadFailure, ReadOptions
from index.articles.readers.formats import READERS
from index.articles.readers.reading import read_articles

TEXT = "قال الوزير إن الجسر سيفتح غدًا أمام السيارات. وشكر العمال على عملهم."


def read(tmp_path, name, data, **options):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_articles([path], **options))


def one(tmp_path, name, data):
    (article,) = read(tmp_path, name, data)
    assert not isinstance(article, ReadFailure), article.reason
    return article


def reason(tmp_path, name, data):
    (failure,) = read(tmp_path, name, data)
    assert isinstance(failure, ReadFailure)
    return failure.reason


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        documents.shaped_pdf,
        documents.visual_pdf,
        lambda: documents.visual_pdf(forms=False),
    ],
    ids=["shaped", "visual order, presentation forms", "visual order, plain letters"],
)
def test_a_pdf_is_read_in_reading_order_with_its_numbers_and_brackets(tmp_path, make):
    article = one(tmp_path, "a.pdf", make())
    assert article.title == REPORT[0]
    assert " ".join(article.text.split()) == " ".join(REPORT[1:])


def test_columns_of_a_pdf_are_read_from_right_to_left(tmp_path):
    lines = [
        "عنوان عريض فوق العمودين كليهما في هذه الصفحة",
        *(f"هذه الجملة رقم {n} من المقال وهي تملأ سطرين أو ثلاثة في العمود." for n in range(1, 9)),
    ]
    article = one(tmp_path, "a.pdf", documents.visual_pdf(lines, columns=2))
    assert article.title == lines[0]
    assert " ".join(article.text.split()) == " ".join(lines[1:])


@pytest.mark.slow
def test_the_title_of_a_pdf_is_its_heading_and_its_date_is_never_the_day_it_was_saved(tmp_path):
    article = one(tmp_path, "a.pdf", documents.shaped_pdf(title="Microsoft Word - x.docx"))
    assert (article.title, article.date) == (REPORT[0], "")
    dated = [REPORT[0], "الأحد 14 مارس 2025", *REPORT[1:]]
    assert one(tmp_path, "b.pdf", documents.shaped_pdf(dated)).date == "2025-03-14"


@pytest.mark.slow
def test_lines_that_stand_on_every_page_of_a_pdf_are_left_out(tmp_path):
    pages = [
        ["جريدة المدينة", f"هذا نص {word} وفيه خبر لا يتكرر.", f"صفحة {number}"]
        for number, word in enumerate(("البحر", "الجبل", "السهل", "الوادي"), start=1)
    ]
    text = one(tmp_path, "a.pdf", documents.shaped_pdf(*pages)).text
    assert "جريدة" not in text
    assert text.count("هذا نص") == 4
    assert "صفحة" not in text


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")
def test_a_page_printed_by_a_browser_is_read(tmp_path):
    lines = "".join(f"<p>{line}</p>" for line in REPORT)
    source, printed = tmp_path / "page.html", tmp_path / "printed.pdf"
    source.write_text(
        f'<html dir="rtl" lang="ar"><meta charset="utf-8"><style>@font-face {{font-family: plex;'
        f" src: url({FONT})}} body {{font-family: plex; width: 500px}}</style>{lines}</html>",
        encoding="utf-8",
    )
    subprocess.run(
        [chromium(), "--headless", *FLAGS, f"--print-to-pdf={printed}", "--no-pdf-header-footer",
         source.as_uri()],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    article = one(tmp_path, "a.pdf", printed.read_bytes())
    assert " ".join(f"{article.title} {article.text}".split()) == " ".join(REPORT)


@pytest.mark.slow
def test_a_scanned_pdf_says_that_it_needs_ocr(tmp_path):
    assert "--ocr" in reason(tmp_path, "a.pdf", documents.picture_pdf())


@pytest.mark.parametrize("data", [b"%PDF-1.7 nothing", b"", b"\x00" * 1000])
def test_a_damaged_pdf_is_reported(tmp_path, data):
    assert reason(tmp_path, "a.pdf", data)


@pytest.mark.slow
def test_a_pdf_that_takes_too_long_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    assert "takes over" in reason(tmp_path, "a.pdf", documents.shaped_pdf())


@pytest.mark.slow
def test_a_pdf_that_unpacks_to_too_much_does_not_take_the_memory(tmp_path):
    packing = zlib.compressobj(1)
    spaces = b" " * 10_000_000
    packed = zlib.compress(b"".join(packing.compress(spaces) for _ in range(320)) + packing.flush())
    head = f"<< /Length {len(packed)} /Filter [/FlateDecode /FlateDecode] >>"
    body = (
        b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n"
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj\n"
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >> endobj\n"
        b"4 0 obj " + head.encode() + b"\nstream\n" + packed + b"\nendstream endobj\n"
        b"trailer << /Root 1 0 R >>\n"
    )
    assert len(body) < 1_000_000
    assert reason(tmp_path, "a.pdf", body)


def test_a_word_document_keeps_heading_paragraphs_and_tables(tmp_path):
    paragraphs = [("Title", "افتتاح الجسر"), (None, "14 مارس 2025"), (None, TEXT)]
    table = [("البند", "الكلفة"), ("الجسر", "12 مليونًا")]
    data = documents.docx(paragraphs, title="خاصية", author="ليلى", table=table)
    article = one(tmp_path, "a.docx", data)
    assert (article.title, article.author, article.date) == ("افتتاح الجسر", "ليلى", "2025-03-14")
    assert article.text == f"14 مارس 2025\n{TEXT}\nالبند | الكلفة\nالجسر | 12 مليونًا"


def test_the_library_that_made_a_document_is_not_its_author(tmp_path):
    assert not one(tmp_path, "a.docx", documents.docx([(None, TEXT)], author="python-docx")).author


def test_every_chapter_of_a_book_is_an_article(tmp_path):
    metadata = (
        "<dc:title>تاريخ الجسور</dc:title><dc:creator>سامي</dc:creator>"
        "<dc:date>2019-05-01</dc:date><dc:publisher>دار النهر</dc:publisher>"
    )
    chapters = [f"<h1>الثاني</h1><p>{TEXT}</p>", f"<h1>الأول</h1><div>{TEXT}</div>", "<img/>"]
    first, second = read(tmp_path, "a.epub", documents.epub(chapters, metadata=metadata))
    assert (first.title, second.title) == ("تاريخ الجسور — الأول", "تاريخ الجسور — الثاني")
    assert (first.text, first.author, first.source) == (TEXT, "سامي", "دار النهر")
    assert (first.date, first.id, second.id) == ("2019-05-01", "a#1", "a#2")


def test_an_archive_is_read_like_a_folder(tmp_path):
    files = {
        "news/b.txt": f"عنوان\n\n{TEXT}",
        "a.jsonl": json.dumps({"text": TEXT}),
        "image.png": b"x",
        ".hidden.txt": TEXT,
        "__MACOSX/a.txt": TEXT,
        "bad.json": "{",
        "inner.zip": documents.zipped({"c.txt": TEXT}),
    }
    found = read(tmp_path, "all.zip", documents.zipped(files))
    assert {getattr(item, "id", None) for item in found} == {
        "all/a#1", "all/inner/c", "all/news/b", None,
    }  # fmt: skip
    (failure,) = [item for item in found if isinstance(item, ReadFailure)]
    assert failure.origin.endswith("all.zip::bad.json")


@pytest.mark.parametrize("ending", [".zip", ".docx", ".epub"])
def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch, ending):
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1_000_000)
    monkeypatch.setattr(archives, "MAX_DOCUMENT", 1_000_000)
    monkeypatch.setattr(archives.require_modest, "__defaults__", (1_000_000,))
    bomb = documents.zipped({"a.txt": b"\0" * 5_000_000})
    assert len(bomb) < 10_000
    assert "unpacks to over" in reason(tmp_path, f"a{ending}", bomb)


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path):
    bomb = bytearray(documents.zipped({"a.txt": TEXT * 100_000}))
    size = len((TEXT * 100_000).encode()).to_bytes(4, "little")
    small = (10).to_bytes(4, "little")
    assert bomb.count(size) == 2
    (failure,) = read(tmp_path, "a.zip", bytes(bomb.replace(size, small)))
    assert "cannot be unpacked" in failure.reason


def test_xml_that_multiplies_itself_is_refused(tmp_path):
    entities = '<!ENTITY a0 "ها">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><package>&a11;</package>'
    book = documents.zipped(
        {
            "META-INF/container.xml": '<container><rootfile full-path="b.opf"/></container>',
            "b.opf": bomb,
        }
    )
    assert reason(tmp_path, "a.epub", book)
    feed = bomb.replace("<package>&a11;</package>", "<rss><channel>&a11;</channel></rss>")
    assert reason(tmp_path, "a.rss", feed)


def test_what_a_library_trips_over_does_not_stop_the_others(tmp_path):
    broken = documents.zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="a" Type="x" Target="nowhere"/></Relationships>',
        }
    )
    (tmp_path / "a.docx").write_bytes(broken)
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    failure, article = read_articles([tmp_path])
    assert failure.origin.endswith("a.docx")
    assert article.text == TEXT


def test_any_error_of_a_reader_is_a_failure_of_that_file_alone(tmp_path, monkeypatch):
    def trip(_):
        raise ZeroDivisionError("inside a library")

    monkeypatch.setitem(READERS, ".pdf", FileReader((".pdf",), trip))
    assert "ZeroDivisionError: inside a library" in reason(tmp_path, "a.pdf", b"x")


@pytest.mark.parametrize("ending", [".docx", ".epub", ".zip"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"not a zip"])
def test_a_damaged_archive_is_reported(tmp_path, ending, data):
    assert "no readable" in reason(tmp_path, f"a{ending}", data)


def test_a_locked_archive_is_reported(tmp_path):
    data = bytearray(documents.zipped({"a.txt": TEXT}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert "password" in reason(tmp_path, "a.zip", bytes(data))


RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>صحيفة النهر</title>
<item><title>الخبر &lt;b&gt;الأول&lt;/b&gt;</title><link>https://n.example/1</link>
<pubDate>Sun, 14 Mar 2025 10:00:00 GMT</pubDate><description>موجز</description>
<content:encoded><![CDATA[<p>%s</p><script>alert(1)</script>]]></content:encoded></item>
<item><title>الثاني</title><link>https://n.example/2</link></item></channel></rss>"""


def test_a_feed_in_a_file_gives_what_it_holds_itself(tmp_path):
    first, second = read(tmp_path, "a.rss", RSS % TEXT)
    assert (first.title, first.text, first.source) == ("الخبر الأول", TEXT, "صحيفة النهر")
    assert (first.date, first.url) == ("2025-03-14", "https://n.example/1")
    assert second.reason == "has no text"


def test_an_atom_feed_is_read_too(tmp_path):
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>وكالة</title><entry><title>خبر</title>'
        f"<link href='https://n.example/3'/><updated>2025-02-01T00:00:00Z</updated>"
        f"<author><name>ليلى</name></author><content type='html'>&lt;p&gt;{TEXT}&lt;/p&gt;</content>"
        "</entry></feed>"
    )
    article = one(tmp_path, "a.atom", atom)
    assert (article.text, article.author, article.date) == (TEXT, "ليلى", "2025-02-01")


def test_something_else_is_no_feed(tmp_path):
    assert "no RSS or Atom feed" in reason(tmp_path, "a.xml", "<html><p>x</p></html>")


def test_a_feed_that_is_the_path_of_another_opens_nothing(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(RSS % TEXT, encoding="utf-8")
    for path in (str(secret), secret.as_uri()):
        assert "no RSS or Atom feed" in reason(tmp_path, "a.rss", path)


PAGE = """<html lang="ar"><head><title>x</title>{head}</head><body><nav>القائمة الرئيسية</nav>
<article><h1>افتتاح الجسر الجديد</h1>{paragraphs}</article></body></html>"""


def page(head):
    paragraphs = "".join(f"<p>{TEXT} وهذه الفقرة رقم {n} من الخبر.</p>" for n in range(5))
    return PAGE.format(head=head, paragraphs=paragraphs)


def test_a_page_says_in_json_ld_who_wrote_it_when_and_where(tmp_path):
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "افتتاح الجسر الجديد",
        "datePublished": "2025-03-14T08:00:00+03:00",
        "author": {"@type": "Person", "name": "ليلى حداد"},
        "publisher": {"@type": "Organization", "name": "صحيفة النهر"},
        "url": "https://n.example/bridge",
    }
    head = f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    article = one(
        tmp_path, "a.html", page(head + '<link rel="canonical" href="https://n.example/bridge">')
    )
    assert (article.title, article.date) == ("افتتاح الجسر الجديد", "2025-03-14")
    assert (article.author, article.source) == ("ليلى حداد", "صحيفة النهر")
    assert article.url == "https://n.example/bridge"
    assert "القائمة" not in article.text


def test_a_page_says_in_meta_tags_who_wrote_it_when_and_where(tmp_path):
    head = (
        '<meta property="og:title" content="افتتاح الجسر الجديد">'
        '<meta property="article:published_time" content="2025-03-14">'
        '<meta property="og:site_name" content="صحيفة النهر"><meta name="author" content="ليلى حداد">'
    )
    article = one(tmp_path, "a.html", page(head))
    assert (article.date, article.author, article.source) == (
        "2025-03-14",
        "ليلى حداد",
        "صحيفة النهر",
    )


@pytest.mark.parametrize(
    ("extra", "day"),
    [
        ("<footer>© 2026 جميع الحقوق محفوظة</footer>", ""),
        ("<aside>أخبار أخرى: 12/03/2020</aside>", ""),
        ('<time datetime="2025-03-14">أمس</time>', "2025-03-14"),
    ],
)
def test_a_page_is_not_dated_by_its_footer_or_by_other_news(tmp_path, extra, day):
    article = one(tmp_path, "a.html", page("").replace("</body>", f"{extra}</body>"))
    assert article.date == day


def test_a_page_says_which_encoding_it_is_in(tmp_path):
    data = page('<meta charset="windows-1256">').encode("cp1256")
    assert TEXT in one(tmp_path, "a.html", data).text


def test_columns_are_called_in_front_matter_what_the_user_says(tmp_path):
    data = f"---\nhed: عنوان\nwhen: 2025-01-02\n---\n{TEXT}"
    (article,) = read(
        tmp_path, "a.md", data, options=ReadOptions(columns={"title": "hed", "date": "when"})
    )
    assert (article.title, article.date) == ("عنوان", "2025-01-02")
