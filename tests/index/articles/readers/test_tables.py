"""Tables as spreadsheet programs, exports and hands write them."""

import shutil

import pytest
from conftest import SHARED

from index import build_index
from index.articles.article import Article
from index.articles.readers.base import ReadFailure, ReadOptions
from index.articles.readers.reading import read_articles

TEXT = "فازت الناقة «شهلا» بالسباق وقطعت المسافة في تسع دقائق."
HEADINGS = "العنوان;النص;التاريخ;المصدر"
ROW = f"سباق الهجن;{TEXT};3/2/2024;صحيفة البادية"
OTHER = "معرض التمور;استقبل المعرض عشرين ألف زائر.;4/2/2024;صحيفة البادية"
TABLE = f"{HEADINGS}\n{ROW}\n{OTHER}\n"


def read(tmp_path, data, name="a.csv", **columns):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_articles([path], ReadOptions(columns=columns)))


def assert_both_articles(found):
    assert all(isinstance(article, Article) for article in found), found
    assert [(a.title, a.date, a.source) for a in found] == [
        ("سباق الهجن", "2024-02-03", "صحيفة البادية"),
        ("معرض التمور", "2024-02-04", "صحيفة البادية"),
    ]
    assert found[0].text == TEXT


@pytest.mark.parametrize("delimiter", list(",;\t|؛،"))
def test_columns_may_be_parted_by_any_usual_sign(tmp_path, delimiter):
    table = TABLE.replace(",", "").replace(";", delimiter)
    assert_both_articles(read(tmp_path, table))


@pytest.mark.parametrize(
    "data",
    [
        f"sep=;\n{TABLE}".replace("\n", "\r\n").encode("cp1256"),
        f"\ufeffsep=;\n{TABLE}".encode(),
        f"SEP=;;;;\n{TABLE}".encode(),
        f'"sep=;"\n{TABLE}'.encode(),
        f"sep=\t\n{TABLE}".replace(";", "\t").replace("\n", "\r\n").encode("utf-16"),
        f"sep=|\n\n{TABLE}".replace(";", "|").encode(),
    ],
    ids=["windows-1256", "mark", "capitals", "quoted", "tab in UTF-16", "bar, then an empty line"],
)
def test_a_line_for_spreadsheets_that_names_the_delimiter_is_no_heading(tmp_path, data):
    assert_both_articles(read(tmp_path, data))


@pytest.mark.parametrize(
    "above",
    [
        "\n",
        "\n\n  \n",
        ";;;\n",
        "تقرير الأخبار لشهر فبراير;;;\n\n",
        "تقرير الأخبار\nمن 1 إلى 29 فبراير\n",
        "وكالة البادية للأنباء; ; ;\nتاريخ التصدير;1/3/2024;;\n",
    ],
)
def test_empty_lines_and_titles_may_stand_above_the_headings(tmp_path, above):
    assert_both_articles(read(tmp_path, above + TABLE))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256", "iso8859_6"]
)
def test_tables_are_read_in_every_encoding_they_are_saved_in(tmp_path, encoding):
    table = TABLE.replace("«", "").replace("»", "")
    found = read(tmp_path, table.replace(";", "\t").encode(encoding), "a.tsv")
    assert [article.title for article in found] == ["سباق الهجن", "معرض التمور"]


@pytest.mark.parametrize(
    "headings",
    [
        "عنوان الخبر;نص الخبر;تاريخ النشر;اسم الصحيفة",
        "العنـوان;النصّ;التأريخ;المَصدر",
        "عُنوان المقالة;محتوى المقالة كاملاً;تاريخ النشر (ميلادي);الناشر",
        "الخبر;التفاصيل;التاريخ م;الجريدة",
        "الموضوع;المقال;يوم النشر;اسم الموقع",
        "Title;Body Text;Published At;Newspaper",
        "news_headline;article_text;publish_date;news_source",
        "articleTitle;fullText;datePublished;publisherName",
        "Titre de l'article;Texte;Date de parution;Éditeur",
        "TITRE;CONTENU;DATE DE PUBLICATION;JOURNAL",
        "العنوان الرئيسي;المتن;تاريخ ووقت النشر;وكالة الأنباء",
        "عنوان الموضوع;النص الكامل للخبر;تاريخ النشر;اسم الصحيفة",
        "الصورة;العنوان (Title);النص (Text);التاريخ (Date)",
    ],
)
def test_headings_are_known_in_every_usual_wording(tmp_path, headings):
    rows = [ROW, OTHER]
    if headings.startswith("الصورة"):
        headings, rows = f"{headings};المصدر", [f"x.jpg;{row}" for row in rows]
    assert_both_articles(read(tmp_path, "\n".join([headings, *rows])))


def test_a_heading_that_says_something_else_is_no_field(tmp_path):
    table = f"عنوان الصورة;العنوان;نص الصورة;النص;تاريخ التحديث;رابط المصدر\nص;ع;ص;{TEXT};1/1/2030;https://a.example/1\n"
    (article,) = read(tmp_path, table)
    assert (article.title, article.text, article.date) == ("ع", TEXT, "")
    assert (article.source, article.url) == ("", "https://a.example/1")


def test_the_gregorian_date_is_taken_where_both_are_given(tmp_path):
    table = f"العنوان;النص;التاريخ (هجري);التاريخ (ميلادي)\nأ;{TEXT};15/09/1446;15/3/2025\n"
    (article,) = read(tmp_path, table)
    assert article.date == "2025-03-15"


def test_a_table_without_a_text_is_reported_once_with_the_option_that_helps(tmp_path):
    rows = "".join(f"{n};الجسر {n};{TEXT} {n}\n" for n in range(5))
    data = f"م;الاسم;الملخص الصحفي\n{rows}"
    (failure,) = read(tmp_path, data)
    assert isinstance(failure, ReadFailure)
    assert "م، الاسم، الملخص الصحفي" in failure.reason
    assert "--column text='الملخص الصحفي'" in failure.reason
    found = read(tmp_path, data, text="الملخص الصحفى")
    assert [article.text for article in found] == [f"{TEXT} {n}" for n in range(5)]


def test_a_column_that_is_not_there_is_reported_once(tmp_path):
    (failure,) = read(tmp_path, TABLE, text="body_ar")
    assert "'body_ar'" in failure.reason
    assert "العنوان، النص، التاريخ، المصدر" in failure.reason
    assert "--column text=النص" in failure.reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"زائد;{TEXT};1/2/2024;س;خلية", "5 cells"),
        (f'أ;"{TEXT};1/2/2024;س', "never closed"),
        (f'"أ;{TEXT};1/2/2024;س', "never closed"),
        (f'أ; "{TEXT}; 1/2/2024; س', "never closed"),
        ("أ;;1/2/2024;س", "has no text"),
        ("المجموع: 2", "has no text"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_rows_after_it_live(tmp_path, row, reason):
    quoted = OTHER.replace("4/2/2024", ' "4/2/2024" ')
    found = read(tmp_path, f"{HEADINGS}\n{row}\n{ROW}\n{quoted}\n")
    assert isinstance(found[0], ReadFailure)
    assert found[0].reason.startswith("line 2: ")
    assert reason in found[0].reason
    assert_both_articles(found[1:])


def test_lines_are_counted_through_cells_of_several_lines(tmp_path):
    long = 'أ;"سطر\nسطر ثان\nسطر ثالث";1/2/2024;س'
    found = read(tmp_path, f"{HEADINGS}\n{long}\nب;ج;1/2/2024;س;زائد\n{ROW}\n{OTHER}\n")
    assert found[0].text == "سطر\nسطر ثان\nسطر ثالث"
    assert found[1].reason.startswith("line 5: ")
    assert_both_articles(found[2:])


def test_one_bad_byte_costs_its_row(tmp_path):
    bad = ROW.encode().replace("فازت".encode(), b"\xe1")
    found = read(tmp_path, f"{HEADINGS}\n".encode() + bad + f"\n{ROW}\n{OTHER}\n".encode())
    assert found[0].reason == "line 2: the byte 0xE1 is no UTF-8; save it as UTF-8"
    assert_both_articles(found[1:])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"قال ""نعم""; ومضى."', 'قال "نعم"; ومضى.'),
        ('"قال "نعم" ومضى."', 'قال "نعم" ومضى.'),
        ('"نعم" قال الوزير', '"نعم" قال الوزير'),
        ('قال "نعم"', 'قال "نعم"'),
        ('"نعم" و"لا"', '"نعم" و"لا"'),
        ('"قال; "نعم" ومضى"', 'قال; "نعم" ومضى'),
        ('"سطر، وفيه "اقتباس" قصير\nوسطر"', 'سطر، وفيه "اقتباس" قصير\nوسطر'),
        ("<p>فقرة أولى.</p><p>فقرة ثانية.</p>", "فقرة أولى.\nفقرة ثانية."),
    ],
)
def test_quotes_and_markup_in_a_cell_are_what_their_writer_meant(tmp_path, cell, text):
    found = read(tmp_path, f"العنوان;النص\nأ;{cell}\nب;{TEXT}\n")
    assert [article.text for article in found] == [text, TEXT]


def test_equal_headings_lose_no_part_of_the_text(tmp_path):
    (article,) = read(tmp_path, "العنوان;النص;النص\nأ;جزء أول.;جزء ثان.\n")
    assert article.text == "جزء أول.\nجزء ثان."


def test_a_table_of_one_column_keeps_the_commas_of_its_texts(tmp_path):
    found = read(tmp_path, "النص\nقال الوزير، أمس, إن الجسر؛ مفتوح.\nخبر; ثان\n")
    assert [article.text for article in found] == [
        "قال الوزير، أمس, إن الجسر؛ مفتوح.",
        "خبر; ثان",
    ]


@pytest.mark.parametrize("nothing", ["NULL", r"\N", "nan", "None", "#N/A"])
def test_what_exports_write_for_nothing_is_nothing(tmp_path, nothing):
    table = f"العنوان;النص;المصدر;الكاتب\nأ;{TEXT};{nothing};{nothing}\nب;{nothing};س;ك\n"
    article, failure = read(tmp_path, table)
    assert (article.source, article.author) == ("", "")
    assert failure.reason == "line 3: has no text"


def test_headings_that_are_repeated_and_rules_are_no_rows(tmp_path):
    assert_both_articles(read(tmp_path, f"{HEADINGS}\n{ROW}\n\n{HEADINGS}\n;;;\n{OTHER}\n"))
    markdown = "| العنوان | النص |\n|---|:--|\n| أ | ب ج |\n"
    assert [article.text for article in read(tmp_path, markdown)] == ["ب ج"]


@pytest.mark.parametrize("data", ["", "\n\n", HEADINGS])
def test_a_table_without_rows_says_so(tmp_path, data):
    (failure,) = read(tmp_path, data)
    assert failure.reason == "holds no article"


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared cases here")
def test_the_shared_tables_are_read(tmp_path):
    folder = shutil.copytree(
        SHARED / "cases" / "12-table-of-a-spreadsheet" / "articles", tmp_path / "articles"
    )
    found = list(read_articles([folder]))
    assert len(found) == 2 * len(list(folder.iterdir()))
    for first in range(0, len(found), 2):
        pair = found[first : first + 2]
        assert [(a.title, a.date, a.source) for a in pair] == [
            ("سباق الهجن", "2024-02-03", "صحيفة البادية"),
            ("معرض التمور", "2024-02-04", "صحيفة البادية"),
        ]


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (f'="سباق ""الهجن""";"=""{TEXT}""";="3/2/2024";س', 'سباق "الهجن"'),
        (f'"سباق \\"الهجن; الكبير\\"";{TEXT};3/2/2024;س', 'سباق "الهجن; الكبير"'),
        (f'"سباق" ;"{TEXT}" ; 3/2/2024 ;س', "سباق"),
    ],
    ids=["formula", "backslash", "blanks"],
)
def test_cells_are_read_however_programs_keep_them_text(tmp_path, row, title):
    article, *others = read(tmp_path, f"{HEADINGS}\n{row}\n{ROW}\n{OTHER}\n")
    assert (article.title, article.text, article.date) == (title, TEXT, "2024-02-03")
    assert_both_articles(others)


def test_a_quote_that_is_never_closed_in_the_headings_is_reported_there(tmp_path):
    (failure,) = read(tmp_path, f'جدول\n"{HEADINGS}\n{ROW}\n{OTHER}\n')
    assert failure.reason.startswith('line 2: a quote (") is never closed')


def test_the_mark_of_dos_at_the_end_of_a_file_is_no_row(tmp_path):
    assert_both_articles(read(tmp_path, f"{HEADINGS}\r\n{ROW}\r\n{OTHER}\r\n\x1a"))


def test_rows_with_equal_cells_and_equal_rows_are_articles_of_their_own(tmp_path, embedder):
    rows = ["عاجل;عاجل;3/2/2024;عاجل", ROW, f"نسخة {ROW}"]
    found = read(tmp_path, "\n".join([HEADINGS, *rows]))
    assert (found[0].title, found[0].source) == ("عاجل", "عاجل")
    report = build_index([tmp_path / "a.csv"], tmp_path / "index", embedder=embedder)
    assert (report.added, report.duplicates, report.failures) == (3, (), ())


def test_a_lead_in_a_column_of_its_own_stands_before_the_text(tmp_path):
    lead = "يعود السباق بعد 12 عامًا."
    table = f"العنوان;مقدمة الخبر;نص الخبر\nأ;{lead};{TEXT}\nب;;{TEXT}\nج;{TEXT};{TEXT} {lead}\n"
    found = [article.text for article in read(tmp_path, table)]
    assert found == [f"{lead}\n{TEXT}", TEXT, f"{TEXT} {lead}"]
