"""Everything that can go wrong with an index, each error saying what to do.

JawabError
├── InputError              a file, folder or setting that cannot be used
├── EmbedderError           the embedder could not be loaded
├── RerankerError           the reranker could not be loaded, or is none
└── SearchIndexError
    ├── IndexNotFoundError  the folder holds no index
    ├── IndexMismatchError  it was built with another embedder, format or analyser
    ├── IndexDamagedError   the database itself cannot be read
    ├── IndexLockedError    another process is writing
    ├── IndexWriteError     the disk is full, or the folder may not be written to
    └── ShardAwayError      a part of the index does not answer
        └── StateLostError  it stopped answering while it was read; asking again may help
"""


class JawabError(Exception):
    """Base of every error Jawab raises on purpose; its text is meant for the user."""


class InputError(JawabError):
    """Something the user gave cannot be used."""


class RerankerError(JawabError):
    """A reranker cannot be loaded or is none."""


class EmbedderError(JawabError):
    """The embedder is unknown, missing or could not be loaded."""


class SearchIndexError(JawabError):
    """Base of the errors about one index folder."""


class IndexNotFoundError(SearchIndexError):
    """The folder holds no index."""


class IndexMismatchError(SearchIndexError):
    """The index was built with something else than what is asked for now."""


class IndexDamagedError(SearchIndexError):
    """The index database cannot be read; nothing derived can replace it."""


class IndexLockedError(SearchIndexError):
    """Another process is writing to this index."""


class IndexWriteError(SearchIndexError):
    """Nothing more could be written; what was stored before is whole."""


class ShardAwayError(SearchIndexError):
    """A part of the index does not answer."""


class StateLostError(ShardAwayError):
    """A part of the index stopped answering while a state of it was read; ask again."""


def take_first_line(error: Exception) -> str:
    """Return the first line of what an error says; libraries put pages of advice below it."""
    return str(error).strip().split("\n", 1)[0]


def put_on_one_line(error: Exception) -> str:
    """Return what an error says on one line, 200 characters at most. Chosen, not measured."""
    return " ".join(str(error).split())[:200]
