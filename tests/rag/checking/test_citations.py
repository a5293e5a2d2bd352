import pytest

from rag.checking.citations import parse_citations, strip_citations


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("كما في [٢] ثم [1].", [2, 1]),
        ("[0] و [9]", [9]),
        ("معًا [1، 2] و[3,4]", [1, 2, 3, 4]),
        ("مكرر [1][1]", [1]),
        ("【3】 و【4†source】", [3, 4]),
        ("من [2–6] و[9-8]", [2, 3, 4, 5, 6, 8, 9]),
        ("نعم (المصدر 2) و[المقطع ٣] و(المصدران: 4 و5)", [2, 3, 4, 5]),
        ("yes [^2], [Source 3], (passages 4 and 5)", [2, 3, 4, 5]),
        ("ليس [رقمًا] ولا (1) ولا [2015] ولا (87) كبسولة", []),
    ],
)
def test_numbers_are_read_however_a_model_writes_them(text, numbers):
    assert parse_citations(text) == numbers
    assert bool(numbers) == (strip_citations(text) != text)
