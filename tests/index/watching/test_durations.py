"""Lengths of time are read as people write them."""

import pytest

from index.errors import InputError
from index.watching.durations import DAY, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1800), ("2 h", 7200), ("4w", 28 * DAY), ("36500d", 36500 * DAY)]
)
def test_a_length_of_time_is_read_and_written(text, seconds):
    assert parse_duration(text) == seconds
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "0m", "1y", "-1d", "36501d", "999999w", "999999d", 30, None])
def test_what_is_no_length_of_time_or_longer_than_calendars_count_is_refused(text):
    with pytest.raises(InputError, match="must be"):
        parse_duration(text)
