import datetime as dt

import pytest

from index.dates import month_number, parse_date


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-04", "2025-03-04"),
        ("2025-03-04T23:59:00+03:00", "2025-03-04"),
        ("٤/٣/٢٠٢٥", "2025-03-04"),
        ("24 فبراير/ شباط 2022", "2022-02-24"),
        ("18 جانفي 2017", "2017-01-18"),
        ("5 كانون الأول 2024", "2024-12-05"),
        ("March 4, 2025", "2025-03-04"),
        ("Tue, 04 Mar 2025 10:00:00 GMT", "2025-03-04"),
        (dt.date(2025, 3, 4), "2025-03-04"),
        (1741046400, "2025-03-04"),
        ("2025-13-40", ""),
        ("قريبًا", ""),
        (None, ""),
    ],
)
def test_a_date_is_read_however_it_is_written(written, day):
    assert parse_date(written) == day


def test_months_have_three_traditions():
    assert {month_number(name) for name in ("يناير", "كانون الثاني", "جانفي", "January")} == {1}
