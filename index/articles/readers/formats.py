"""List the formats that are read; a new one is a function in this package and a line here."""

from index.articles.readers.base import FileReader
from index.articles.readers.documents import read_markdown, read_text
from index.articles.readers.epub import read_epub
from index.articles.readers.feeds import read_feed
from index.articles.readers.json_records import read_json, read_json_lines
from index.articles.readers.old_word import read_doc
from index.articles.readers.opendocument import read_odt
from index.articles.readers.pages import read_html
from index.articles.readers.pdf import read_pdf
from index.articles.readers.pictures import read_picture
from index.articles.readers.rtf import read_rtf
from index.articles.readers.slides import read_pptx
from index.articles.readers.spreadsheets import read_spreadsheet
from index.articles.readers.subtitles import read_subtitles
from index.articles.readers.tables import read_csv
from index.articles.readers.word import read_docx

READERS_VERSION = "7"
"""Changes whenever the same file may be read differently."""

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""Files that are read only where that is asked for."""

_READERS = (
    FileReader((".txt", ".text"), read_text, named=True),
    FileReader((".md", ".markdown"), read_markdown, named=True),
    FileReader((".html", ".htm", ".xhtml", ".shtml"), read_html),
    FileReader((".pdf",), read_pdf, ocr=True),
    FileReader((".docx",), read_docx),
    FileReader((".doc",), read_doc),
    FileReader((".odt",), read_odt),
    FileReader((".rtf",), read_rtf),
    FileReader((".pptx",), read_pptx),
    FileReader((".xlsx", ".xlsm", ".xls", ".ods"), read_spreadsheet, named=True, several=True),
    FileReader((".srt", ".vtt"), read_subtitles),
    FileReader((".epub",), read_epub, several=True),
    FileReader((".jsonl", ".ndjson"), read_json_lines, named=True, several=True),
    FileReader((".json",), read_json, named=True, several=True),
    FileReader((".csv", ".tsv"), read_csv, named=True, several=True),
    FileReader((".rss", ".atom", ".xml"), read_feed, several=True),
    FileReader(PICTURES, read_picture, ocr=True),
)

READERS = {ending: reader for reader in _READERS for ending in reader.endings}
"""File ending -> what reads it."""

ARCHIVE = ".zip"
FORMATS = (*(ending for ending in READERS if ending not in PICTURES), ARCHIVE)
"""File endings that can be read."""


def is_read(ending: str, *, ocr: bool) -> bool:
    """Tell whether files of an ending are read, which pictures are only where ``ocr`` says so."""
    return ending in FORMATS or (ocr and ending in PICTURES)
