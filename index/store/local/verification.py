"""Check that the local store is whole: its database, its offsets, and the files derived from it."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.embedding.word_vectors import DIMENSIONS_PER_BYTE
from index.store.local.catalogue import COLUMNS, make_article
from index.store.local.codes import inflate
from index.store.local.generation import (
    Generation,
    GenerationDamagedError,
    compute_checksum,
    open_generation,
)
from index.store.local.rows import Changes, get_meta, load_manifest
from index.store.verification import Verification, count_misplaced

_MADE_AGAIN = "the next search or `jawab index rebuild` makes them again"


def verify_database(connection: sqlite3.Connection, folder: Path) -> Verification:
    """Check one state of the database, and the search files it names.

    Rows, hashes of articles and of embedded texts (and with them all offsets), counts of terms,
    checksums of the search files, and that vectors and terms are those of the chunks.

    Args:
        connection: Inside a read transaction.
        folder: Of the index.
    """
    dimension = load_manifest(connection).dimension
    if unreadable := list(_check_texts(connection)):  # nothing more can be read of them
        return _tell_unreadable(connection, unreadable)
    problems = [
        *_check_rows(connection, dimension),
        *_check_contents(connection),
        *_check_terms(connection),
    ]
    keys = {key for (key,) in connection.execute("SELECT key FROM chunks")}
    removed = {key for (key,) in connection.execute("SELECT key FROM removed_chunks")}
    (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
    generation = Generation.from_json(get_meta(connection, "generation"))
    if generation.number:
        expected = {key for key in keys | removed if key <= generation.max_key}
        problems += _check_files(folder, generation, expected)
    return Verification(articles, len(keys), generation.chunks, tuple(problems))


def _check_texts(connection: sqlite3.Connection) -> Iterator[str]:
    """Name the articles of which a text, or the words of a chunk, is not whole."""
    damaged: set[str] = set()
    for sql in (
        "SELECT id, text FROM articles",
        "SELECT a.id, c.terms FROM chunks c JOIN articles a ON a.key = c.article",
    ):
        for id_, data in connection.execute(sql):
            try:
                inflate(data)
            except (ValueError, TypeError):
                damaged.add(id_)
    for id_ in sorted(damaged):
        yield f"database: article {id_} is damaged; put a backup in the place of the index"


def _tell_unreadable(connection: sqlite3.Connection, problems: list[str]) -> Verification:
    counts = [
        int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
        for table in ("articles", "chunks")
    ]
    generation = Generation.from_json(get_meta(connection, "generation"))
    return Verification(counts[0], counts[1], generation.chunks, tuple(problems))


def _check_files(folder: Path, generation: Generation, expected: set[int]) -> Iterator[str]:
    try:
        opened = open_generation(folder, generation)
    except GenerationDamagedError as error:
        yield f"search files: {error}; {_MADE_AGAIN}"
        return
    for name, known in generation.checksums.items():
        if compute_checksum(folder / name) != known:
            yield f"search files: {name} is not as it was written; {_MADE_AGAIN}"
    if set(opened.dense.keys().tolist()) != expected:
        yield f"search files: the vectors are not those of the database; {_MADE_AGAIN}"
    if set(opened.lexical.keys()) != expected:
        yield f"search files: the terms are not those of the database; {_MADE_AGAIN}"


def _check_rows(connection: sqlite3.Connection, dimension: int) -> Iterator[str]:
    per_word = max(1, dimension // DIMENSIONS_PER_BYTE)
    checks = {
        "chunks without an article": (
            "SELECT count(*) FROM chunks WHERE article NOT IN (SELECT key FROM articles)"
        ),
        "articles without a chunk": (
            "SELECT count(*) FROM articles WHERE key NOT IN (SELECT article FROM chunks)"
        ),
        "chunks whose offsets are outside their article": (
            'SELECT count(*) FROM chunks c JOIN articles a ON a.key = c.article WHERE c."end" >'
            ' length(inflate(a.text)) OR c.start >= c."end" OR c.start < 0'
        ),
        "chunks with a vector of the wrong length": (
            f"SELECT count(*) FROM chunks WHERE length(vector) <> {dimension}"  # noqa: S608
        ),
        "chunks with word vectors of a wrong length": (
            f"SELECT count(*) FROM chunks WHERE length(words) % {per_word} <> 0"  # noqa: S608
        ),
        "articles in no band of reprints": (
            "SELECT count(*) FROM articles WHERE key NOT IN (SELECT article FROM bands)"
        ),
    }
    (integrity,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if integrity != "ok":
        yield f"database: {integrity}"
    for what, sql in checks.items():
        (count,) = connection.execute(sql).fetchone()
        if count:
            yield f"database: {count} {what}"


def _check_contents(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that articles are as they were stored, and chunks where their vectors say."""
    changed = misplaced = 0
    for key, hash_, *fields in connection.execute(
        f"SELECT key, hash, {COLUMNS} FROM articles"  # noqa: S608
    ):
        article = make_article(fields)
        changed += article.content_hash != hash_
        misplaced += count_misplaced(
            article,
            connection.execute('SELECT start, "end", hash FROM chunks WHERE article = ?', (key,)),
        )
    if changed:
        yield f"database: {changed} articles are not as they were stored"
    if misplaced:
        yield f"database: {misplaced} chunks are not what was embedded for them"


def _check_terms(connection: sqlite3.Connection) -> Iterator[str]:
    """Count the terms again and compare with what ranking uses."""
    counted = Changes()
    for title, terms in connection.execute(
        "SELECT a.terms, inflate(c.terms) FROM chunks c JOIN articles a ON a.key = c.article"
    ):
        counted.count(title.split(), terms.split(), +1)
    stored = Counter(dict(connection.execute("SELECT term, count FROM document_frequencies")))
    totals = [int(get_meta(connection, name) or 0) for name in ("chunk_count", "term_count")]
    if stored != counted.frequencies:
        yield "database: the counts of terms are off"
    if totals != [counted.chunks, counted.terms]:
        yield "database: the counts of chunks are off"
