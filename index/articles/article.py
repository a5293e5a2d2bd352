"""An article: a text with a title and, when they are known, its date, source and address."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from index.articles.file_names import path_of, printable_path

_PART = "::"
_FILE = re.compile(rf"(https?://\[[^\]]*\])?.*?(?={_PART}|\Z)", re.DOTALL | re.IGNORECASE)
_PERCENT = re.compile("%(25|3A)")
_SUFFIX = 6
"""Hexadecimal digits that tell apart articles of one id: of 100 of them two agree once in 3,400."""
_DISTINCT = re.compile(rf"(.+)-[0-9a-f]{{{_SUFFIX}}}", re.DOTALL)
# Chosen, not measured: longer than a headline, and about as long as one.
_TITLE_LENGTH = 120
_DERIVED_TITLE_WORDS = 12
_SENTENCE_MARKS = re.compile(r"[.!?؟؛…:]$")


@dataclass(frozen=True, slots=True)
class Article:
    r"""One article as it was read.

    Attributes:
        id: Stable name inside one index; the same origin keeps its id when its text changes.
        title: Headline; for a text without one, its opening words followed by «…».
        text: The body, as written; line ends are ``\n``. All offsets count its characters.
        source: Publisher, or "" when unknown.
        date: Day of publication as ``YYYY-MM-DD``, or "" when unknown. Never the day of indexing.
        author: Byline, or "".
        url: Public address (http or https), or "".
        origin: Where it was read: an absolute path or an address; then, for each file inside an
            archive and each record, ``::`` and its name or number.
        ocr: Whether it, or a part of it, was read from a picture of text, so that letters and
            figures may be wrong.
    """

    id: str
    title: str
    text: str
    source: str = ""
    date: str = ""
    author: str = ""
    url: str = ""
    origin: str = ""
    ocr: bool = False

    @property
    def content_hash(self) -> str:
        """Hash of everything a reader can see; changes exactly when the article does."""
        fields = (self.title, self.text, self.source, self.date, self.author, self.url)
        return _hash((*fields, "ocr") if self.ocr else fields)

    @property
    def text_hash(self) -> str:
        """Hash of title and text: the same for one article at two addresses."""
        return _hash((self.title, self.text))

    @property
    def publisher(self) -> str:
        """The source, else the host of the address, else ""."""
        return self.source or (urlsplit(self.url).hostname or "").removeprefix("www.")


def _hash(fields: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()[:32]


def split_title(text: str) -> tuple[str, str]:
    """Split a text into its headline and body.

    The first line is a headline when it is short, does not end like a sentence and has a body
    below it. A text without one keeps its body whole and gets its opening words as a title.

    Returns:
        The title and the body; the body is an exact part of ``text``.
    """
    text = text.strip()
    first, _, rest = text.partition("\n")
    first = first.strip()
    if rest.strip() and len(first) <= _TITLE_LENGTH and not _SENTENCE_MARKS.search(first):
        return first, rest.strip()
    return opening_words(text), text


def fill_title(title: str, text: str) -> tuple[str, str]:
    r"""Return a title on one line with its body; without a title the text's headline is taken.

    >>> fill_title("عنوان\n الخبر", "نص."), fill_title("", "عنوان\nقال الوزير.")
    (('عنوان الخبر', 'نص.'), ('عنوان', 'قال الوزير.'))
    """
    title = " ".join(title.split())
    return (title, text) if title else split_title(text)


def opening_words(text: str) -> str:
    """Name an untitled text by its first words.

    >>> opening_words("قال الوزير إن الجسر سيفتح.")
    'قال الوزير إن الجسر سيفتح.'
    """
    first_line = text.strip().split("\n", 1)[0]
    spoken = first_line.split()
    if len(spoken) <= _DERIVED_TITLE_WORDS:
        return " ".join(spoken)
    return " ".join(spoken[:_DERIVED_TITLE_WORDS]).rstrip("،,؛:.") + "…"


def distinct_id(article_id: str, origin: str) -> str:
    """Return the id of an article whose own id belongs to another origin."""
    return f"{article_id}-{hashlib.sha256(origin.encode()).hexdigest()[:_SUFFIX]}"


def plain_id(article_id: str) -> str:
    """Return the id that ``distinct_id`` made another of; "" where it made none of the kind.

    >>> plain_id(distinct_id("a/b", "/news/a/b.txt")), plain_id("a-b")
    ('a/b', '')
    """
    found = _DISTINCT.fullmatch(article_id)
    return found[1] if found else ""


def origin_of(path: Path) -> str:
    """Return the origin of a file: its absolute path, in printable form.

    Where it has what marks a record, its colons are written in percent signs, as in addresses.

    >>> file_of(place_in(origin_of(Path("/news/a::b.jsonl")), 7))
    '/news/a:%3Ab.jsonl'
    """
    text = printable_path(str(path))
    if _PART not in text and not text.endswith(":") and not _PERCENT.search(text):
        return text
    return _escape_parts(text.replace("%", "%25"))


def origin_of_address(url: str) -> str:
    """Return the origin of a web address, which is the same address.

    >>> origin_of_address("http://[::1]/a::b"), file_of("http://[::1]/a:%3Ab::7")
    ('http://[::1]/a:%3Ab', 'http://[::1]/a:%3Ab')
    """
    host = _FILE.match(url)
    end = host.end(1) if host and host[1] else 0
    return url[:end] + _escape_parts(url[end:])


def _escape_parts(text: str) -> str:
    text = text.replace(_PART, ":%3A")
    return f"{text[:-1]}%3A" if text.endswith(":") else text


def locate(origin: str) -> Path | None:
    """Return the file of an origin; None for an address.

    >>> locate(place_in(origin_of(Path("/news/a::b.jsonl")), 7))
    PosixPath('/news/a::b.jsonl')
    """
    file = file_of(origin)
    if "://" in file:
        return None
    return Path(path_of(_PERCENT.sub(lambda sign: chr(int(sign[1], 16)), file)))


def place_in(origin: str, part: object) -> str:
    """Return the origin of a record, or of a file in an archive."""
    return f"{origin}{_PART}{part}"


def file_of(origin: str) -> str:
    """Return the file or address of an origin, without what stands in it.

    >>> file_of(place_in("/news/a.jsonl", 7))
    '/news/a.jsonl'
    """
    found = _FILE.match(origin)
    return found[0] if found else origin
