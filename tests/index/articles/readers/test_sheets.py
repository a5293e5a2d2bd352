"""Spreadsheets of Microsoft's formats: what is shown, and what is only called so."""

import io
import time
import zipfile

import documents
import pytest
from workbooks import workbook

from index.articles.readers import apart, slides, spreadsheets
from index.articles.readers.base import ReadFailure
from index.articles.readers.reading import read_articles
from index.articles.readers.sheet_rows import Sheet, sheet_lines
from index.articles.readers.tables import read_table
from index.errors import InputError

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000)


def sheet(data):
    (found,) = spreadsheets.read_directly(data)["sheets"]
    return Sheet(*found)


def changed(data, old, new):
    """Return a .xlsx file with something in its sheet put in another's place."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert old in parts[name]
    return documents.zipped({**parts, name: parts[name].replace(old, new)})


def read(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_articles([path]))


def test_rows_of_equal_cells_keep_them_all():
    found = sheet(workbook(["أ", "ب", "ج"], [2, 2, 2], ["فاز", "فاز", "فاز"]))
    assert sheet_lines(found.rows, found.spanned) == (
        [],
        ["أ: 2 | ب: 2 | ج: 2", "أ: فاز | ب: فاز | ج: فاز"],
    )
    found = sheet(workbook([2, 2], [3, 1]))
    assert sheet_lines(found.rows, found.spanned) == ([], ["2 | 2", "3 | 1"])


def test_a_merged_cell_over_a_row_is_told_once():
    data = workbook(["نتائج"], ["أ", "ب"], [1, 2], ["الإياب"], [3, 3])
    data = merged(data, "A1:B1", "A4:B4")
    found = sheet(data)
    assert found.spanned == [0, 3]
    assert sheet_lines(found.rows, found.spanned) == (
        ["نتائج"],
        ["أ: 1 | ب: 2", "الإياب", "أ: 3 | ب: 3"],
    )


def merged(data, *ranges):
    cells = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    return changed(data, "</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>")


@pytest.mark.parametrize(
    ("rows", "ranges"),
    [
        ([["أ", "ب"], ["", "ج"]], ["B2:C2", "A1:A2"]),
        ([["أ", "", "", "ب"]], ["B1:C1"]),
        ([["أ", "", "ب", ""]], ["A1:B1", "C1:D1"]),
    ],
)
def test_a_merged_cell_beside_others_is_not_all_of_a_row(rows, ranges):
    assert sheet(merged(workbook(*rows), *ranges)).spanned == []


def test_hidden_rows_and_columns_are_left_out():
    data = workbook(["أ", "ب", "ج"], [1, 2, 3], [4, 5, 6])
    data = changed(data, '<row r="2">', '<row r="2" hidden="1">')
    columns = '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
    assert sheet(changed(data, "<sheetData>", columns)).rows == [["أ", "ج"], ["4", "6"]]


def test_a_page_that_is_called_a_spreadsheet_is_read_as_one(tmp_path):
    rows = "".join(
        f"<tr><td>{city}</td><td>{count}</td></tr>"
        for city, count in (("المدينة", "السكان"), ("بغداد", "7682136"), ("البصرة", "1448000"))
    )
    page = f"<html xmlns:x='urn:x'><head><meta charset='utf-8'></head><body><table>{rows}</table></body></html>"
    for name, data in (("a.xls", page), ("b.xls", f"<table>{rows}</table>"), ("c.xls", page.encode("utf-16"))):  # fmt: skip
        (article,) = read(tmp_path, name, data)
        assert not isinstance(article, ReadFailure), article.reason
        assert "بغداد | 7682136" in article.text


def test_xml_that_is_no_page_is_no_spreadsheet(tmp_path):
    (failure,) = read(tmp_path, "a.xls", '<?xml version="1.0"?><Workbook>نص</Workbook>')
    assert "is no readable spreadsheet" in failure.reason


@pytest.mark.parametrize("ending", [".pptx", ".docx", ".odt"])
def test_a_locked_file_says_so(tmp_path, ending):
    (failure,) = read(tmp_path, f"a{ending}", OLD_OFFICE)
    assert "locked with a password" in failure.reason


def test_a_wide_row_takes_no_more_time_for_each_cell():
    rows = [[f"كلمة {row} {column}" for column in range(16_384)] for row in range(31)]
    start = time.process_time()
    assert read_table(rows, {}) is None
    above, lines = sheet_lines([*rows, *([["نص", "آخر"]] * 100_000)])
    assert (above, len(lines)) == ([], 100_030)
    assert time.process_time() - start < 20  # minutes where every column is looked at in every row


def test_nothing_in_the_working_folder_is_run(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('run')", "utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"is no readable \.pptx file"):
        apart.read_apart(slides.__name__, b"PK")
