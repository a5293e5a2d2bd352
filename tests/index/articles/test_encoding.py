"""Damaged bytes and mixed encodings of a text: they cost no more than themselves."""

import json

import pytest

from index.articles.encoding import decode
from index.articles.readers.base import ReadFailure
from index.articles.readers.reading import read_articles

LINES = ["عاد الصيادون إلى المرفأ فجرًا.", "وبلغ الصيد «40 طنًا» من السمك.", "وأغلق السوق عند الظهر."]


def encoded(*lines):
    return b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)


@pytest.mark.parametrize(
    "damage",
    [b"\xff", b"\xc3", b"\xd8", b"\xe2\x80", b"\xed\xa0\x80", b"\x80\x80", b"\xf8\x88\x80\x80\x80"],
)
@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_bad_byte_costs_its_line_at_most(damage, place):
    line = LINES[1].encode()
    found = decode(encoded(LINES[0], line[:place] + damage + line[place:], LINES[2])).split("\n")
    assert len(found) == 3
    assert [found[0], found[2]] == [LINES[0], LINES[2]]
    assert "40" in found[1]


def test_a_line_of_another_encoding_is_read_in_its_own():
    data = encoded(LINES[0], LINES[1].encode("cp1256"), LINES[2], *LINES)
    assert decode(data).split("\n")[:3] == LINES


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1256", "utf-16-le"])
def test_line_ends_and_marks_are_no_letters(end, encoding):
    assert decode(end.join(LINES).encode(encoding)).split("\n") == LINES


def test_a_zero_byte_is_damage_and_many_are_no_text(tmp_path):
    assert decode(encoded(LINES[0], LINES[1] + "\0", LINES[2])).split("\n") == LINES
    (tmp_path / "a.txt").write_bytes(encoded(*LINES) + b"\0\x01\x02" * 200)
    (failure,) = read_articles([tmp_path])
    assert isinstance(failure, ReadFailure)
    assert "binary data" in failure.reason


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_mark_of_a_file_that_was_put_behind_another_costs_no_record(tmp_path, end):
    records = [json.dumps({"title": f"خبر {n}", "text": line}) for n, line in enumerate(LINES)]
    (tmp_path / "a.jsonl").write_text(
        "\ufeff" + f"{end}\ufeff".join(records), encoding="utf-8", newline=""
    )
    assert [article.text for article in read_articles([tmp_path])] == LINES


def test_no_number_of_a_table_that_became_json_is_no_text(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        f'{{"title": "خبر", "text": "{LINES[0]}", "source": NaN}}\n{{"title": "خبر", "text": NaN}}',
        encoding="utf-8",
    )
    article, failure = read_articles([tmp_path])
    assert (article.text, article.source) == (LINES[0], "")
    assert failure.reason == "line 2: has no text"
