import datetime as dt

import pytest

from index.arabic.datelines import dateline
from index.arabic.dates import months_in, parse_date


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


@pytest.mark.parametrize(
    "month", ["يناير", "كانون الثاني", "جانفي", "January", "كانون الثاني/ يناير"]
)
def test_months_have_three_traditions(month):
    assert parse_date(f"5 {month} 2024") == "2024-01-05"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("عنوان\nالأحد 14 مارس 2025\nنص", "2025-03-14"),
        ("عنوان\nنشر في: 14/3/2025\nنص", "2025-03-14"),
        ("عنوان\nافتتح الجسر في 14 مارس 2025\nنص", ""),
        ("عنوان\nأ\nب\nج\n14 مارس 2025", ""),
    ],
)
def test_only_a_date_that_stands_alone_near_the_top_dates_an_article(text, day):
    assert dateline(text) == day


@pytest.mark.parametrize(
    ("question", "months"),
    [
        ("ماذا قرر المجلس في مارس ٢٠١٧؟", ["2017-03"]),
        ("وماذا جرى بجانفي 2016 وكانون الأول/ديسمبر 2018؟", ["2016-01", "2018-12"]),
        ("من فاز بالكأس عام 2016؟", ["2016"]),
        ("ماذا قرر في فبراير من عام 2024؟", ["2024-02"]),
        ("ماذا قرر في أيار من العام ٢٠٢٠؟", ["2020-05"]),
        ("ماذا قرر في يناير (كانون الثاني) 2024؟", ["2024-01"]),
        ("ماذا قرر في أكتوبر-تشرين الأول 2023؟", ["2023-10"]),
        ("كم بلغ عدد السكان؟ هل هو 20170؟", []),
        ("ما الذي حدث في آب؟", []),
    ],
)
def test_months_and_years_of_a_question(question, months):
    assert months_in(question) == months
