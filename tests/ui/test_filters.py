"""Which articles may be used, as users say it."""

import pytest

from ui.filters import filter_of


@pytest.mark.parametrize(
    ("until", "day"), [("9999-12-31", "9999-12-31"), ("٣١ مارس ٢٠٢٥", "2025-03-31")]
)
def test_the_end_of_a_filter_may_be_in_any_year(until, day):
    assert filter_of((), "0001-01-01", until) == filter_of((), "0001-01-01", day)
    assert filter_of((), "0001-01-01", until).until == day
