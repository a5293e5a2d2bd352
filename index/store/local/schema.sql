-- The database is the truth. Everything else in the folder can be made from it again.

-- A row of chunks takes about 3,000 bytes: of small pages much would stay empty.
PRAGMA page_size = 32768;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- AUTOINCREMENT: a key is never used twice, so nothing derived can take one row for another.
CREATE TABLE articles (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    hash      TEXT NOT NULL,         -- of everything a reader can see
    text_hash TEXT NOT NULL,         -- of title and text alone
    family    INTEGER NOT NULL,      -- the same for an article and its reprints
    title     TEXT NOT NULL,
    text      BLOB NOT NULL,         -- UTF-8, deflated (zlib, dictionary.txt)
    source    TEXT NOT NULL,
    date      TEXT NOT NULL,
    author    TEXT NOT NULL,
    url       TEXT NOT NULL,
    origin    TEXT NOT NULL,
    terms     TEXT NOT NULL,         -- analysed title, space-separated
    indexed   TEXT NOT NULL          -- UTC time at which its text came, ISO 8601
);
CREATE INDEX articles_origin ON articles (origin);
CREATE INDEX articles_family ON articles (family);
CREATE INDEX articles_date ON articles (date);
CREATE INDEX articles_source ON articles (source);

-- Articles whose signatures share a band are compared: they may be reprints of one another.
CREATE TABLE bands (
    band    INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (band, article)
) WITHOUT ROWID;

-- Files that were read without a failure, so that unchanged ones need not be read again.
CREATE TABLE files (
    path   TEXT PRIMARY KEY,
    digest TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE chunks (
    key     INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (key),
    start   INTEGER NOT NULL,        -- characters into articles.text, half-open
    "end"   INTEGER NOT NULL,
    hash    TEXT NOT NULL,           -- of the text that was embedded
    terms   BLOB NOT NULL,           -- analysed text, space-separated, in order, deflated
    vector  BLOB NOT NULL,           -- int8 a dimension, rotated
    words   BLOB NOT NULL            -- 24 bytes for every word, or empty
);
CREATE INDEX chunks_article ON chunks (article);
CREATE INDEX chunks_hash ON chunks (hash);

-- How many chunks (title included) hold a term; skeletons are kept under '~' || skeleton.
CREATE TABLE document_frequencies (
    term  TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;

-- Chunks that the published generation knows but that are gone.
CREATE TABLE removed_chunks (
    key INTEGER PRIMARY KEY
);
