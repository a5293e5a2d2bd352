"""Office files, as LibreOffice saves them (``tests/make_office_files.py``) and as others do."""

import io
import shutil
import zipfile

import documents
import make_office_files
import pytest
from make_office_files import FOLDER
from workbooks import SHEET, packed_sheet, workbook

from index.articles.readers import apart, archives, old_word, opendocument, slides, spreadsheets
from index.articles.readers import rtf as rtf_reader
from index.articles.readers.base import ReadFailure, ReadOptions
from index.articles.readers.reading import read_articles
from index.articles.readers.word import read_docx
from index.errors import InputError

REPORT = """بغداد، الأحد 14 مارس 2025
افتتح المحافظ السوق القديم بعد ترميم دام ٣ أعوام، وبلغت كلفته 12.5 مليون دينار.
يضم السوق «خان الزيت» و(خان القطن).
القسم | المتاجر | الإيجار
العطارة | 42 | 300 ألف
النحاس | – | 250 ألف
وقال مدير السوق سامر النجار إن المتاجر تفتح يوميًا حتى العاشرة مساءً.
إطار: الدخول مجاني للجميع.
بدأ الترميم في نيسان 2022."""
CITIES = """المدينة: بغداد | السكان: 7682136 | النمو: 2.5% | تاريخ التعداد: {day} | الضعف: 15364272
المدينة: البصرة | السكان: 1448000.5 | تاريخ التعداد: {day}"""
BUDGET = "القطاع: الصحة | عام 2024 المخصص: 900 | عام 2024 المنفق: 870"
SLIDES = """تنتهي التوسعة في عام 2027.
تبلغ الكلفة ٤٠ مليون دينار.
الرصيف | الطول
الشمالي | 350 مترًا
ملاحظة: وافق المجلس على الخطة في آذار.
المراحل
تبدأ المرحلة الأولى في حزيران
وتشمل الرصيف الشمالي."""
HIDDEN = ("مخفي", "مشطوب", "المحذوفة")


def read(path, **options):
    return list(read_articles([path], ReadOptions(**options)))


def one(path):
    (article,) = read(path)
    assert not isinstance(article, ReadFailure), article.reason
    return article


def written(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def reason(tmp_path, name, data):
    (failure,) = read(written(tmp_path, name, data))
    assert isinstance(failure, ReadFailure)
    return failure.reason


@pytest.mark.parametrize("ending", ["odt", "docx"])
def test_a_report_is_read_as_it_is_shown_with_its_notes_last(ending):
    article = one(FOLDER / f"report.{ending}")
    assert (article.title, article.author) == ("افتتاح السوق القديم", "ليلى حداد")
    assert article.text == REPORT


def test_a_report_in_rich_text_is_read_with_its_notes_last():
    article = one(FOLDER / "report.rtf")
    assert (article.title, article.author) == ("افتتاح السوق القديم", "ليلى حداد")
    # LibreOffice writes neither what hides a text into this format nor what strikes it out.
    assert article.text.replace("نص مخفي لا يُعرض.مشطوب.", "") == REPORT


@pytest.mark.skipif(not shutil.which("antiword"), reason="antiword is not installed")
def test_an_old_word_document_is_read_with_its_rows_and_notes():
    article = one(FOLDER / "report.doc")
    assert article.title == "افتتاح السوق القديم"
    lines = [line for line in REPORT.split("\n") if "كلفته" not in line]
    assert [line for line in article.text.split("\n") if line in lines] == [
        *lines[:-2],
        lines[-1],
        lines[-2],
    ]


def test_without_antiword_an_old_document_says_what_to_install(monkeypatch):
    monkeypatch.setattr(old_word.shutil, "which", lambda _: None)
    (failure,) = read(FOLDER / "report.doc")
    assert "apt install antiword" in failure.reason


def test_brackets_of_an_old_document_stay_unless_they_are_marks_of_its_notes():
    """As antiword writes it: the notes stand below a rule, each behind its number."""
    body = "نُشر [2019] ثم [٢٠٢٠] تقرير[1] عن المادة [7] وملحق[2].\n|أ[1]|[3]|\n[4] مراجع"
    notes = "-----------------------\n[1]ملاحظة عن [2019].\n[2]أخرى.\n"
    assert [line.text for line in old_word._lines(f"{body}\n{notes}")] == [
        "نُشر [2019] ثم [٢٠٢٠] تقرير عن المادة [7] وملحق.",
        "أ | [3]",
        "[4] مراجع",
        "ملاحظة عن [2019].",
        "أخرى.",
    ]
    assert [line.text for line in old_word._lines("نص [1].")] == ["نص [1]."]


@pytest.mark.parametrize(("name", "ending"), [("a.doc", "rtf"), ("b.doc", "docx")])
def test_what_is_only_called_doc_is_read_as_what_it_is(tmp_path, name, ending):
    path = written(tmp_path, name, (FOLDER / f"report.{ending}").read_bytes())
    assert one(path).text == one(FOLDER / f"report.{ending}").text


@pytest.mark.parametrize(
    ("ending", "day"), [("ods", "20/11/2024"), ("xlsx", "2024-11-20"), ("xls", "2024-11-20")]
)
def test_every_row_of_a_sheet_says_what_its_cells_are(ending, day):
    cities, budget = read(FOLDER / f"cities.{ending}")
    assert cities.title == "سكان المدن الكبرى — المدن"
    shown = CITIES.format(day=day)
    # Old Excel files are read without the form in which numbers are shown.
    assert cities.text == (shown.replace("2.5%", "0.025") if ending == "xls" else shown)
    assert budget.text == BUDGET
    assert budget.title.endswith("الميزانية")
    assert [item.id for item in (cities, budget)] == ["cities#1", "cities#2"]
    assert cities.author == ("" if ending == "xls" else "دائرة الإحصاء")


def test_slides_are_read_in_order_with_tables_and_notes_and_without_hidden_ones():
    article = one(FOLDER / "harbour.pptx")
    assert (article.title, article.author) == ("خطة توسعة الميناء", "سامر النجار")
    assert article.text == SLIDES


@pytest.mark.parametrize("ending", ["odt", "docx", "ods", "xlsx", "xls", "pptx"])
def test_nothing_hidden_is_read(ending):
    (path,) = FOLDER.glob(f"*.{ending}")
    assert not any(word in item.text for item in read(path) for word in HIDDEN)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_what_this_libreoffice_saves_is_read_like_the_files_that_are_here(tmp_path):
    for path in make_office_files.make(tmp_path):
        if path.suffix != ".doc" or shutil.which("antiword"):
            assert [item.text for item in read(path)] == [
                item.text for item in read(FOLDER / path.name)
            ]


def test_a_sheet_of_articles_is_read_row_by_row(tmp_path):
    data = workbook(
        ["العنوان", "النص", "التاريخ"],
        ["جسر", "افتتح الوزير الجسر.", "2025-03-14"],
        ["سوق", "نُقل السوق إلى الساحة.", ""],
    )
    first, second = read(written(tmp_path, "a.xlsx", data))
    assert (first.title, first.text, first.date) == ("جسر", "افتتح الوزير الجسر.", "2025-03-14")
    assert (second.title, second.id) == ("سوق", "a#2")


def test_a_column_of_remarks_makes_no_articles_of_figures_unless_it_is_named(tmp_path):
    rows = ["المدينة", "السكان", "النص"], ["بغداد", 7, "عاصمة العراق."]
    path = written(tmp_path, "a.xlsx", workbook(*rows))
    assert one(path).text == "المدينة: بغداد | السكان: 7 | النص: عاصمة العراق."
    (article,) = read(path, columns={"text": "النص"})
    assert article.text == "عاصمة العراق."


def test_a_sheet_without_headings_keeps_its_rows(tmp_path):
    data = workbook(["بغداد", 7, 3], ["البصرة", 1.5, 0.1 + 0.2])
    assert one(written(tmp_path, "a.xlsx", data)).text == "بغداد | 7 | 3\nالبصرة | 1.5 | 0.3"


def test_years_are_headings(tmp_path):
    data = workbook(["المحافظة", 2023, 2024], ["ذي قار", 5, 6])
    assert one(written(tmp_path, "a.xlsx", data)).text == "المحافظة: ذي قار | 2023: 5 | 2024: 6"


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods", ".pptx", ".odt", ".rtf", ".doc"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"not an office file"])
def test_a_damaged_office_file_is_reported(tmp_path, ending, data):
    if ending != ".doc" or shutil.which("antiword"):
        assert "is no readable" in reason(tmp_path, f"a{ending}", data)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (rtf_reader, "report.rtf"),
        (opendocument, "report.odt"),
        (slides, "harbour.pptx"),
        (spreadsheets, "cities.ods"),
    ],
)
def test_an_office_file_is_read_in_a_process_of_its_own(monkeypatch, module, name):
    monkeypatch.setattr(module, "read_directly", None)
    assert all(item.text for item in read(FOLDER / name))


def test_a_sheet_that_says_it_is_huge_costs_only_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 20)
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "takes too much" in reason(tmp_path, "a.xlsx", packed_sheet(SHEET.format(rows=far)))


def test_a_repeated_row_that_fills_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(opendocument, "MAX_CELLS", 1_000)
    office = 'xmlns:office="urn:o" xmlns:table="urn:t" xmlns:text="urn:x"'
    sheet = (
        f"<office:body {office}><office:spreadsheet><table:table><table:table-row"
        ' table:number-rows-repeated="1048576"><table:table-cell><text:p>نص</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body>"
    )
    data = documents.zipped({"content.xml": f"<x>{sheet}</x>"})
    with pytest.raises(InputError, match="has over 1,000 cells"):
        spreadsheets.read_directly(data)


@pytest.mark.parametrize(
    "read_document",
    [spreadsheets.read_directly, opendocument.read_directly, slides.read_directly, read_docx],
)
def test_a_document_that_unpacks_to_too_much_for_its_size_is_refused(monkeypatch, read_document):
    monkeypatch.setattr(archives, "FREE", 1_000)
    bomb = documents.zipped({"content.xml": b" " * 5_000_000})
    with pytest.raises(InputError, match="times its size"):
        list(read_document(bomb))


def test_a_locked_document_says_so(tmp_path):
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    data = documents.zipped({"META-INF/manifest.xml": manifest, "content.xml": b"\x01"})
    assert "password" in reason(tmp_path, "a.odt", data)
    assert "password" in reason(tmp_path, "a.ods", data)


def rtf(body):
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset178 Arial;}}{\info{\title x}}"
    return rf"{{\rtf1\ansi\ansicpg1252\deff0{fonts}{body}}}"


def coded(text):
    return "".join(f"\\'{byte:02x}" for byte in text.encode("cp1256"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rf"\f1 {coded('افتتح الجسر.')}\par", "افتتح الجسر."),
        (rf"\ltrch\f0 \rtlch\af1 {coded('الجسر')}\ltrch 12\par", "الجسر12"),
        (r"\u1575?\u1604?\u1580?\u1587?\u1585?.\par", "الجسر."),
        (r"\uc2\u1575\'3f\'3f\u1604ab.\par", "ال."),
        (r"\u-10179?\u-8704? .\par", "😀 ."),
        (r"a{\v b}c{\deleted d}{\strike e}\v f\v0 g.\par", "acg."),
        (r"a{\header h}{\*\unknown u}{\pict 00ff}{\pict\bin4 }}{{}b.\par", "ab."),
        (r"m{\super 2} 10{\super 6}.\par", "m² 10^6."),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}.\par", "link."),
        (r"one\line two.\par three{\footnote note.\par}.\par", "one\ntwo.\nthree.\nnote."),
        (
            r"\trowd\cellx1\clvmgf\cellx2\intbl a\cell b\cell\row\trowd\cellx1\clvmrg\cellx2\intbl c\cell\cell\row\pard d.\par",
            "a | b\nc | b\nd.",
        ),
        (r"\trowd\clmgf\cellx1\clmrg\cellx2\cellx3\intbl a\cell\cell b\cell\row\pard d.\par", "a | b\nd."),
        (r"{\upr{old}{\*\ud{new}}} \{x\}\~\_y\emdash.\par", "new {x}\u00a0-y—."),
        ("a.\\par }}}}} \\cell\\row {", "a."),
    ],
)  # fmt: skip
def test_rich_text_is_read_as_word_shows_it(tmp_path, body, text):
    path = written(tmp_path, "a.rtf", rtf(body).encode("latin-1"))
    assert one(path).text == text


SRT = """1
00:00:01,000 --> 00:00:03,000
<i>افتتح المحافظ السوق</i>

2
00:00:03,100 --> 00:00:05,000
{\\an8}القديم صباح الأحد.
3
00:00:10,000 --> 00:00:12,000
- متى يفتح؟
- في العاشرة

00:00:30,000 --> 00:00:32,000
ثم عاد الوفد.
"""
VTT = """WEBVTT - نشرة المساء
Kind: captions

STYLE
::cue { color: red }

NOTE ملاحظة للمحرر
سطر آخر

intro
00:01.000 --> 00:03.000 align:start
<v ليلى حداد>افتتح المحافظ &amp; الوزير

00:03.000 --> 00:05.000
<v ليلى حداد>افتتح المحافظ &amp; الوزير
<00:03.500><c>السوق.</c>
"""


def test_subtitles_become_the_sentences_that_are_said(tmp_path):
    article = one(written(tmp_path, "a.srt", SRT))
    assert article.text.split("\n") == [
        "افتتح المحافظ السوق القديم صباح الأحد.",
        "متى يفتح؟",
        "في العاشرة",
        "ثم عاد الوفد.",
    ]


def test_subtitles_of_the_web_have_a_title_and_speakers_and_no_remarks(tmp_path):
    article = one(written(tmp_path, "a.vtt", VTT))
    assert (article.title, article.text) == (
        "نشرة المساء",
        "ليلى حداد: افتتح المحافظ & الوزير السوق.",
    )


def test_a_text_without_times_is_no_subtitles(tmp_path):
    assert "holds no subtitles" in reason(tmp_path, "a.srt", "نص")


def test_a_spreadsheet_in_an_archive_is_read_with_it(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.write(FOLDER / "cities.xls", "جداول/مدن.xls")
    found = read(written(tmp_path, "a.zip", data.getvalue()))
    assert [item.id for item in found] == ["a/جداول/مدن#1", "a/جداول/مدن#2"]
    assert found[0].origin.endswith("a.zip::جداول/مدن.xls::1")
