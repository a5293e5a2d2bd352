"""Read tables: an article per row."""

import csv
import io
from collections.abc import Iterator, Mapping

from index.articles.article import Article
from index.articles.encoding import decode
from index.articles.readers.fields import article_from
from index.errors import InputError

csv.field_size_limit(64 * 1024 * 1024)


def read_csv(data: bytes, columns: Mapping[str, str]) -> Iterator[Article]:
    """Read a table whose first row names its columns; the delimiter is , ; or tab.

    Raises:
        InputError: It has no column that holds the text.
    """
    text = decode(data)
    header = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in rows:
            yield article_from({name: row[name] for name in row if name}, columns)
    except csv.Error as error:
        raise InputError(f"is not a valid table: {error}, line {rows.line_num}") from None
