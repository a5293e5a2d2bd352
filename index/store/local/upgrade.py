"""Bring an index of format 3 to this one: the same vectors in fewer bytes, nothing embedded again.

A new database is written beside the old one, with search files of its own, and takes its name at
once: who is killed on the way has the old index still.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.embedding.rotation import compute_rotation
from index.embedding.vectors import FloatMatrix
from index.embedding.word_vectors import VERSION, load_codebook, pack_rows
from index.errors import IndexLockedError
from index.folder import DATABASE, publish_path
from index.store.local.codes import encode_vectors
from index.store.local.connections import (
    checkpoint,
    connect,
    connect_for_reading,
    report_write_errors,
)
from index.store.local.generation import Generation, remove_stale
from index.store.local.publication import write_generation
from index.store.local.rows import count_rows, get_meta, load_manifest, make_database, set_meta
from index.store.manifest import FORMAT, Manifest

OLD_FORMAT = 3
_OLD_WORDS = "words-1"
_LEVELS = np.array([-1.510, -0.4528, 0.4528, 1.510], np.float32)
"""What two bits of ``words-1`` stand for, lowest bits first."""
_CHUNKS = 512
"""Chunks read at once: their word vectors take 70 MB. Chosen."""
_ARTICLE = (
    "key, id, hash, text_hash, family, title, source, date, author, url, origin, terms, indexed"
)


def needs_upgrade(path: Path) -> bool:
    """Tell whether a database is of the format before this one."""
    connection = connect_for_reading(path).connection
    try:
        return bool(_read_manifest(connection).get("format") == OLD_FORMAT)
    finally:
        connection.close()


def upgrade_database(folder: Path) -> None:
    """Put a database of this format in the place of one of format 3; the right to write is held.

    Raises:
        IndexLockedError: Another process reads the index.
        IndexWriteError: There is no room.
    """
    path, staged = folder / DATABASE, folder / f"{DATABASE}.tmp"
    checkpoint(path)
    log = path.with_name(f"{DATABASE}-wal")
    if log.exists() and log.stat().st_size:
        raise IndexLockedError(f"another process is reading {folder}; stop it, then run this again")
    parts = [folder / f"{staged.name}{end}" for end in ("-wal", "-shm")]
    try:
        with report_write_errors(folder):
            with connect(path) as old:
                manifest = _upgrade_manifest(_read_manifest(old))
            make_database(staged, manifest)
            with connect(staged) as connection:
                connection.execute("ATTACH ? AS old", (str(path),))
                connection.execute("BEGIN")
                _copy_rows(connection, repack=manifest.embedder.revision.endswith(VERSION))
                connection.execute("COMMIT")
                number = _publish(connection, folder)
            for part in (*parts, log, folder / f"{DATABASE}-shm"):
                part.unlink(missing_ok=True)
            publish_path(staged, path)
            remove_stale(folder, keep={number})
    except BaseException:
        for part in (staged, *parts):
            part.unlink(missing_ok=True)
        raise


def _read_manifest(connection: sqlite3.Connection) -> dict[str, object]:
    found: dict[str, object] = json.loads(get_meta(connection, "manifest") or "{}")
    return found


def _upgrade_manifest(fields: dict[str, object]) -> Manifest:
    found = Manifest.from_json(json.dumps({**fields, "format": FORMAT}))
    revision = found.embedder.revision
    if revision.endswith(_OLD_WORDS):
        revision = revision.removesuffix(_OLD_WORDS) + VERSION
    return replace(found, embedder=replace(found.embedder, revision=revision))


def _copy_rows(connection: sqlite3.Connection, *, repack: bool) -> None:
    for name in ("chunk_count", "term_count", "revision", "updated", "generation"):
        value = connection.execute("SELECT value FROM old.meta WHERE key = ?", (name,)).fetchone()
        if value:
            set_meta(connection, name, value[0])
    connection.execute(
        f"INSERT INTO articles ({_ARTICLE}, text)"  # noqa: S608
        f" SELECT {_ARTICLE}, deflate(text) FROM old.articles ORDER BY key"
    )
    for table in ("bands", "files", "document_frequencies"):
        connection.execute(f"INSERT INTO {table} SELECT * FROM old.{table}")  # noqa: S608
    connection.executemany(
        'INSERT INTO chunks (key, article, start, "end", hash, terms, vector, words)'
        " VALUES (?, ?, ?, ?, ?, deflate(?), ?, ?)",
        _convert_chunks(connection, repack=repack),
    )
    # Keys of chunks and articles that are gone are not used again.
    connection.execute("DELETE FROM sqlite_sequence")
    connection.execute("INSERT INTO sqlite_sequence SELECT name, seq FROM old.sqlite_sequence")


def _convert_chunks(
    connection: sqlite3.Connection, *, repack: bool
) -> Iterator[tuple[int | str | bytes, ...]]:
    cursor = connection.cursor().execute(
        'SELECT key, article, start, "end", hash, terms, vector, words FROM old.chunks ORDER BY key'
    )
    while rows := cursor.fetchmany(_CHUNKS):
        vectors = np.stack([np.frombuffer(row[6], "<f2") for row in rows]).astype(np.float32)
        words = [row[7] for row in rows]
        if repack:
            words = _repack(words, vectors.shape[1])
        for row, codes, packed in zip(rows, encode_vectors(vectors), words, strict=True):
            yield (*row[:6], codes.tobytes(), packed)


def _repack(words: list[bytes], dimension: int) -> list[bytes]:
    """Return word vectors of two bits a dimension as they are packed now."""
    packed = pack_rows(_unpack_two_bits(b"".join(words), dimension))
    ends = np.cumsum([4 * len(data) // dimension for data in words])
    starts = [0, *ends[:-1]]
    return [packed[a:b].tobytes() for a, b in zip(starts, ends, strict=True)]


def _unpack_two_bits(data: bytes, dimension: int) -> FloatMatrix:
    codes = np.frombuffer(data, np.uint8)[:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3
    rows = _LEVELS[codes].reshape(-1, dimension)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found: FloatMatrix = rows @ compute_rotation(dimension).T @ load_codebook().basis
    return found


def _publish(connection: sqlite3.Connection, folder: Path) -> int:
    """Write search files over the new rows, and name them; return their number."""
    previous = Generation.from_json(get_meta(connection, "generation"))
    top = count_rows(connection, "SELECT coalesce(max(key), 0) FROM chunks")
    chunks = count_rows(connection, "SELECT count(*) FROM chunks")
    dimension = load_manifest(connection).dimension
    upcoming = write_generation(
        connection, folder, Generation(previous.number + 1, top, chunks), dimension=dimension
    )
    set_meta(connection, "generation", upcoming.to_json())
    connection.execute("DETACH old")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return upcoming.number
