"""Rich Text Format as Word, LibreOffice and simple programs write it."""

import time

import pytest

from index import build_index, open_index
from index.articles.readers.base import ReadFailure
from index.articles.readers.reading import read_articles
from index.articles.readers.rtf import read_directly

FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset178 Arial;}}"


def rtf(body, header=r"\deff0"):
    return rf"{{\rtf1\ansi\ansicpg1252{header}{FONTS}{body}}}".encode("latin-1")


def coded(text):
    return "".join(f"\\'{byte:02x}" for byte in text.encode("cp1256"))


def lines(data):
    return [line.text for line in read_directly(data)["lines"]]


def test_halves_of_signs_in_a_title_are_joined(tmp_path):
    (tmp_path / "a.rtf").write_bytes(
        rtf(r"{\info{\title \u-10179?\u-8704? \u-10179?.}{\author \u-8704?x}} a b.\par")
    )
    (article,) = read_articles([tmp_path])
    assert (article.title, article.author) == ("😀 .", "x")


@pytest.mark.parametrize("title", [r"\u-10179?\u-8704?", r"\u-10179?", r"\u-8704? \u-10179?"])
def test_a_file_with_half_a_sign_stops_no_other(folder, tmp_path, embedder, title):
    (folder / "bad.rtf").write_bytes(rtf(rf"{{\info{{\title {title}}}}} a b\u-10179?.\par"))
    report = build_index([folder], tmp_path / "new", embedder=embedder)
    assert (report.added, report.failures) == (4, ())
    assert open_index(tmp_path / "new", embedder=embedder)


def test_an_address_with_half_a_sign_is_read_in_any_format(tmp_path):
    (tmp_path / "a.json").write_text(
        '{"id": "a\\ud800", "url": "https://a.example/\\udfff", "text": "نص الخبر."}', "utf-8"
    )
    (article,) = read_articles([tmp_path])
    assert not isinstance(article, ReadFailure)
    assert f"{article.id}{article.url}{article.origin}".encode()


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (r"\deff1", r"{0}\par"),
        (r"\deff1", r"{{{0}\plain}}\par"),
        (r"\deff0\adeff1", r"\plain\rtlch {0}\par"),
        (r"\deff0", r"\ltrch \af0 \rtlch \f1 {0}\par"),  # as RTF 1.9.1 has it
        (r"\deff0", r"\rtlch \af0 \ltrch \f1 {0}\par"),
        (r"\deff0", r"\rtlch\f1 {0}\par"),
        (r"\deff0", r"\f1\rtlch {0}\par"),
        (r"\deff0", r"\ltrch\loch\f0 \rtlch\af1 {0}\par"),  # as LibreOffice writes it
        (r"\deff0", r"\rtlch\af1 \ltrch\hich\af0\loch\f0\dbch\af0 {{\rtlch {0}}}\par"),
        (r"\deff0", r"\ltrch\fcs0 \f0 \rtlch\fcs1 \af1 {0}\par"),  # as Word writes it
        (r"\deff0", r"\rtlch\fcs0 \f0 \ltrch\fcs1 \af1 {0}\par"),
    ],
)
def test_arabic_letters_are_those_of_the_font_of_their_run(header, body):
    assert lines(rtf(body.format(coded("الجسر")), header)) == ["الجسر"]


def test_latin_letters_are_those_of_the_font_of_their_run():
    body = r"\rtlch\fcs1 \af1 \ltrch\fcs0 \f0 caf\'e9 \rtlch \af0 \ltrch \f0 \'e9t\'e9.\par"
    assert lines(rtf(body)) == ["café été."]


def test_words_in_a_cell_that_another_spans_are_kept():
    row = r"\trowd\clmgf\cellx1\clmrg\cellx2\cellx3\intbl A\cell B\cell C\cell\row"
    assert lines(rtf(row + r"\pard d.\par")) == ["A / B | C", "d."]


def test_a_table_in_a_cell_changes_no_merges_of_the_outer_row():
    row = r"\trowd\clmgf\cellx1\clmrg\cellx2\cellx3\intbl A\cell\cell C{\*\nesttableprops\trowd\cellx9\nestrow}\cell\row"
    assert lines(rtf(row + r"\pard d.\par")) == ["A | C", "d."]


def test_a_negative_count_of_signs_to_skip_eats_no_text():
    assert lines(rtf(r"\uc-5\u1575 bcd\'65fg.\par")) == ["اbcdefg."]


def test_a_long_paragraph_takes_no_more_time_for_each_letter():
    def seconds(letters):
        data = rtf(r"\u1575?" * letters + r"\par")
        start = time.process_time()
        read_directly(data)
        return time.process_time() - start

    # Twenty times as long; some eighty times where the paragraph is copied for every letter.
    assert seconds(600_000) < 50 * seconds(30_000)


@pytest.mark.parametrize("end", [r"\par ", r"\par {\b x", r"\par {\pict\bin999 ab", r"\par \'"])
def test_a_file_that_ends_in_the_middle_is_read_as_far_as_it_goes_and_told(tmp_path, end):
    file = tmp_path / "a.rtf"
    file.write_bytes(rtf(r"first line\par second line")[:-1] + end.encode())
    article, failure = read_articles([file])
    assert article.text.startswith("second line")
    assert failure == ReadFailure(
        article.origin, "ends in the middle: what came after it is missing"
    )


def test_a_file_that_ends_with_its_group_is_whole(tmp_path):
    (tmp_path / "a.rtf").write_bytes(rtf(r"first line\par second line") + b"\r\n")
    (article,) = read_articles([tmp_path])
    assert article.text == "second line"
