"""OpenDocument files as other programs than LibreOffice write them, too."""

import documents
import pytest

from index.articles.readers import opendocument, spreadsheets
from index.articles.readers.sheet_rows import Sheet, sheet_lines
from index.articles.readers.word_text import Line
from index.errors import InputError

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name if name != "svg" else "svg-compatible"}:1.0"'
    for name in ("office", "style", "text", "table", "svg", "draw")
)


def style(name, properties="", family="paragraph", parent="Standard"):
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"<style:text-properties {properties}/></style:style>"
    )


def package(body, automatic="", common="", others=""):
    return documents.zipped(
        {
            "content.xml": f"<office:document-content {SPACES}><office:automatic-styles>{automatic}"
            f"</office:automatic-styles><office:body>{body}</office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {SPACES}><office:styles>{common}</office:styles>"
            f"<office:automatic-styles>{others}</office:automatic-styles></office:document-styles>",
        }
    )


def text(body, **styles):
    found = opendocument.read_directly(package(f"<office:text>{body}</office:text>", **styles))
    lines = [Line(*line) for line in found["lines"]]
    return "\n".join(line.text for line in lines)


def sheet(rows):
    data = package(
        f'<office:spreadsheet><table:table table:name="x">{rows}</table:table></office:spreadsheet>'
    )
    (found,) = spreadsheets.read_directly(data)["sheets"]
    return Sheet(*found)


def row(*cells, more=""):
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def cell(text="", more=""):
    shown = f"<text:p>{text}</text:p>" if text else ""
    return f"<table:table-cell {more}>{shown}</table:table-cell>"


def spanning(text, rows=1, columns=1):
    spans = f'table:number-rows-spanned="{rows}" table:number-columns-spanned="{columns}"'
    return cell(text, spans)


def repeated(rows=0, columns=0):
    counts = {"rows": rows, "columns": columns}
    return " ".join(f'table:number-{kind}-repeated="{n}"' for kind, n in counts.items() if n)


COVERED = "<table:covered-table-cell/>"
HIDES = 'text:display="none"'


def test_a_field_for_the_title_is_shown_and_the_title_of_a_picture_is_not():
    body = (
        "<text:p>تقرير <text:title>السوق</text:title>"
        "<draw:a><svg:title>وصف</svg:title><svg:desc>صورة</svg:desc></draw:a></text:p>"
    )
    assert text(body) == "تقرير السوق"


def test_a_style_of_headers_hides_nothing_in_the_text_that_has_its_name():
    body = '<text:p text:style-name="P1">نص.</text:p>'
    assert text(body, automatic=style("P1"), others=style("P1", HIDES)) == "نص."
    assert text(body, others=style("P1", HIDES)) == "نص."


def test_a_style_of_another_family_hides_nothing():
    body = (
        '<text:p text:style-name="a">نص <text:span text:style-name="a">مخفي</text:span>.</text:p>'
    )
    assert text(body, automatic=style("a") + style("a", HIDES, family="text")) == "نص ."


@pytest.mark.parametrize(
    ("properties", "shown"),
    [("", "ب."), ('text:display="true"', "أ\nب."), ('style:text-position="super"', "ب.")],
)
def test_a_style_hides_what_the_styles_above_it_hide(properties, shown):
    body = '<text:p text:style-name="P1">أ</text:p><text:p>ب.</text:p>'
    common = style("Base", HIDES) + style("Middle", parent="Base")
    assert text(body, automatic=style("P1", properties, parent="Middle"), common=common) == shown


def test_styles_above_one_another_in_a_circle_end():
    body = '<text:p text:style-name="a">نص.</text:p>'
    assert text(body, common=style("a", parent="b") + style("b", parent="a")) == "نص."


def test_a_cell_that_spans_rows_stands_in_rows_that_are_stored_as_one():
    rows = (
        row(cell("م"), cell("ب"))
        + row(spanning("أ", rows=4), cell("1"))
        + row(COVERED, cell("2"), more=repeated(rows=3))
        + row(cell("ج"), cell("3"))
    )
    assert sheet(rows).rows == [["م", "ب"], ["أ", "1"], *[["أ", "2"]] * 3, ["ج", "3"]]


def test_blank_rows_that_are_stored_as_one_end_what_spans_them():
    rows = (
        row(cell("م"), cell("ب"))
        + row(spanning("", rows=3), cell("1"))
        + row(COVERED, cell(), more=repeated(rows=2))
        + row(cell("ج"), cell("3"))
    )
    assert [one for one in sheet(rows).rows if one] == [["م", "ب"], ["", "1"], ["ج", "3"]]


def test_a_title_over_all_columns_is_told_once_and_equal_cells_are_all_told():
    rows = (
        row(spanning("نتائج", rows=2, columns=3), COVERED, COVERED)
        + row(COVERED, COVERED, COVERED)
        + row(*map(cell, ("أ", "ب", "ج")))
        + row(*map(cell, ("فاز", "فاز", "فاز")))
        + row(spanning("الإياب", columns=3), COVERED, COVERED)
        + row(cell("2", repeated(columns=3)))
    )
    found = sheet(rows)
    assert sheet_lines(found.rows, found.spanned) == (
        ["نتائج"],
        ["أ: فاز | ب: فاز | ج: فاز", "الإياب", "أ: 2 | ب: 2 | ج: 2"],
    )


def test_hidden_rows_and_columns_are_left_out():
    column = '<table:table-column table:visibility="{}" {}/>'
    rows = (
        column.format("visible", "")
        + column.format("collapse", repeated(columns=2))
        + row(*map(cell, "أبجد"))
        + row(*map(cell, "1234"), more='table:visibility="collapse"')
        + row(*map(cell, "5678"), more='table:visibility="filter"')
        + row(*map(cell, "9876"))
    )
    assert sheet(rows).rows == [["أ", "د"], ["9", "6"]]


def test_a_cell_that_is_struck_out_keeps_its_place():
    struck = style("c", 'style:text-line-through-style="solid"', family="table-cell")
    body = row(cell("أ"), cell("ب", 'table:style-name="c"'), cell("ج"))
    data = package(
        f"<office:spreadsheet><table:table>{body}</table:table></office:spreadsheet>",
        automatic=struck,
    )
    ((_, rows, _),) = spreadsheets.read_directly(data)["sheets"]
    assert rows == [["أ", "", "ج"]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('office:value-type="float" office:value="0.30000000000000004"', "0.3"),
        ('office:value-type="percentage" office:value="0.025"', "2.5%"),
        ('office:value-type="currency" office:value="12" office:currency="IQD"', "12 IQD"),
        ('office:value-type="date" office:date-value="2025-03-14T00:00:00"', "2025-03-14"),
        ('office:value-type="date" office:date-value="2025-03-14T08:30:00"', "2025-03-14 08:30:00"),
        ('office:value-type="time" office:time-value="PT08H30M00S"', "08:30:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "✓"),
        ('office:value-type="string" office:string-value="نص"', "نص"),
    ],
)
def test_a_cell_without_words_says_its_value(value, shown):
    assert sheet(row(cell("أ"), cell("", value))).rows == [["أ", shown]]


def test_a_row_wider_than_any_program_has_is_refused():
    with pytest.raises(InputError, match="over 16,384 columns"):
        sheet(row(cell("أ", repeated(columns=9_999_999))))
    assert sheet(row(cell("أ"), cell("", repeated(columns=9_999_999)))).rows == [["أ"]]


def test_a_table_in_a_text_has_limits_too():
    table = f"<table:table>{row(cell('أ', repeated(columns=9_999)), more=repeated(rows=9_999))}</table:table>"
    with pytest.raises(InputError, match="cells; split it"):
        text(table)
