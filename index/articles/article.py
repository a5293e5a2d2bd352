"""An article: a text with a title and, when they are known, its date, source and address."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

_PART = "::"
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
    """

    id: str
    title: str
    text: str
    source: str = ""
    date: str = ""
    author: str = ""
    url: str = ""
    origin: str = ""

    @property
    def content_hash(self) -> str:
        """Hash of everything a reader can see; changes exactly when the article does."""
        fields = (self.title, self.text, self.source, self.date, self.author, self.url)
        return _hash(fields)

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


def titled(title: str, text: str) -> tuple[str, str]:
    r"""Return a title on one line with its body; without a title the text's headline is taken.

    >>> titled("عنوان\n الخبر", "نص."), titled("", "عنوان\nقال الوزير.")
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


def distinguish(article: Article, taken_by: str | None) -> Article:
    """Give the article another id when its id already belongs to another origin."""
    if taken_by is None or taken_by == article.origin:
        return article
    suffix = hashlib.sha256(article.origin.encode()).hexdigest()[:6]
    return replace(article, id=f"{article.id}-{suffix}")


def place_in(origin: str, part: object) -> str:
    """Return the origin of a record, or of a file in an archive."""
    return f"{origin}{_PART}{part}"


def file_of(origin: str) -> str:
    """Return the file or address of an origin, without what stands in it.

    >>> file_of(place_in("/news/a.jsonl", 7))
    '/news/a.jsonl'
    """
    return origin.split(_PART, 1)[0]
