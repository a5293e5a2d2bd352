"""Tables of PDF documents: a row is a line, under its heading on every page."""

import pytest
from documents import table_pdf

from index.articles.readers.reading import read_articles

ABOVE = "أعلنت اللجنة نتائج السباق أمس."
HEADING = ["الفريق", "له", "عليه"]
ROWS = [
    HEADING,
    ["الوحدة", "2", "2"],
    ["الأهلي", "31", "7"],
    ["النصر", "12", "12"],
    ["الهلال", "5", "40"],
]
LINES = [" | ".join(row) for row in ROWS]


def lines(tmp_path, data):
    (tmp_path / "a.pdf").write_bytes(data)
    (article,) = read_articles([tmp_path])
    whole = (
        article.text
        if article.text.startswith(article.title)
        else f"{article.title}\n{article.text}"
    )
    return [line for line in whole.split("\n") if line]


@pytest.mark.parametrize("ruled", [True, False])
def test_a_row_is_a_line_and_equal_cells_stay_two(tmp_path, ruled):
    assert lines(tmp_path, table_pdf(ROWS, ruled=ruled, above=ABOVE)) == [ABOVE, *LINES]


@pytest.mark.slow
@pytest.mark.parametrize("repeated", [True, False])
def test_every_page_has_the_heading_of_its_table(tmp_path, repeated):
    found = lines(tmp_path, table_pdf(ROWS, per_page=2, above=ABOVE, repeated=repeated))
    assert found == [ABOVE, *LINES[:3], LINES[0], *LINES[3:]]


@pytest.mark.slow
def test_rows_that_stand_on_every_page_are_kept(tmp_path):
    rows = [HEADING, *(["الوحدة", "2", "2"] for _ in range(6))]
    found = lines(tmp_path, table_pdf(rows, per_page=2, above=ABOVE))
    assert found.count("الوحدة | 2 | 2") == 6


HOLES = [["", "50", "7"], ["الجسر", "", "20"], ["السوق", "50", ""]]
KEPT = ["– | 50 | 7", "الجسر | – | 20", "السوق | 50 | –"]


@pytest.mark.slow
@pytest.mark.parametrize("ruled", [True, False])
def test_an_empty_cell_keeps_the_column_of_those_after_it(tmp_path, ruled):
    assert lines(tmp_path, table_pdf([*ROWS, *HOLES], ruled=ruled)) == [*LINES, *KEPT]


@pytest.mark.slow
@pytest.mark.parametrize("hole", [0, 1, 2])
def test_a_row_with_an_empty_cell_alone_on_a_page_has_its_heading(tmp_path, hole):
    rows = [*ROWS[:3], HOLES[hole]]
    found = lines(tmp_path, table_pdf(rows, per_page=2, repeated=False))
    assert found == [*LINES[:3], LINES[0], KEPT[hole]]
