"""Read the letters of a picture with the program tesseract, where it is installed.

What comes back is where every word stands, like the letters of a PDF page: columns, lines and
paragraphs are found by the same rules.
"""

import csv
import io
import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from index.articles.readers.pdf_layout import Page
from index.articles.readers.pdf_lines import Glyph
from index.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 300
"""Dots an inch that tesseract is made for."""
MAX_PIXELS = 60_000_000
"""Of a picture: a page of A3 at 300 dots an inch has 17 million. Chosen, not measured."""
OCR_SECONDS = 3_600
_SECONDS = 120
"""For one file, and for one page of it. Chosen: a page of a newspaper takes ten."""
_WIDTH = 1_000
_MAX_SKEW, _COARSE, _FINE = 5.0, 0.5, 0.1
_LEAST_SKEW = 0.2
"""Pixels of the width at which the skew of a page is looked for, and degrees: how far it may be
turned, in which steps that is looked for, and from where it is turned back."""
_LEAST_CONFIDENCE = 50.0
"""Percent of certainty that tesseract tells of the letters of a page, in the mean, below which it
is taken for no text. Of the damaged pages of ``benchmarks.scans`` it is 75 and more. Chosen."""
_OPTIONS = ("-l", "ara", "--dpi", str(DPI), "--psm", "3", "tsv")
_CELL, _REACH = 16, 9
"""Pixels of a cell, and cells across which the brightest is taken for paper: wider than letters."""
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PLACE = ("left", "top", "width", "height")
_SIGNS = str.maketrans(",;?", "،؛؟")
_LATIN_SIGN = re.compile(r"(?<=[\u0621-\u0652\d»\")\]])[,;?]+(?=\s+[\u0621-\u064a«]|$)")
"""Signs that tesseract writes in their Latin form before Arabic letters."""


class _Word(NamedTuple):
    """A word, where it stands in pixels from the top left, and how sure tesseract is of it."""

    line: tuple[str, ...]
    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float


@cache
def require_tesseract() -> str:
    """Return the path of tesseract.

    Raises:
        InputError: It is not installed, or cannot read Arabic.
    """
    program = shutil.which("tesseract")
    known = _run([program, "--list-langs"], b"").decode().split() if program else []
    if program is None or "ara" not in known:
        raise InputError(
            "needs the program tesseract with its Arabic letters to read pictures of text; install"
            " it: apt install tesseract-ocr tesseract-ocr-ara"
        )
    return program


def recognise(picture: "Image") -> Page:
    """Return the lines of a picture of a page; none where it shows hardly any text.

    Args:
        picture: At ``DPI`` dots an inch, or about as many.

    Raises:
        InputError: tesseract is missing, or fails.
    """
    program = require_tesseract()
    data = io.BytesIO()
    straighten(even_light(picture.convert("L"))).save(data, "PNG")
    command = [program, "stdin", "stdout", *_OPTIONS]
    words = list(_parse(_run(command, data.getvalue()).decode("utf-8", "replace")))
    letters = sum(len(word.text) for word in words)
    certainty = sum(word.confidence * len(word.text) for word in words)
    if certainty < _LEAST_CONFIDENCE * letters:
        return Page([])
    return Page(list(_join_lines(words, picture.height)))


def even_light(grey: "Image") -> "Image":
    """Return a picture in shades of grey whose paper is white everywhere.

    With one threshold for the whole page letters in the shadow of a fold are lost.
    """
    import numpy as np
    from PIL import Image, ImageFilter

    size = (max(1, grey.width // _CELL), max(1, grey.height // _CELL))
    small = grey.resize(size, Image.Resampling.BOX)
    paper = small.filter(ImageFilter.MaxFilter(_REACH)).filter(ImageFilter.GaussianBlur(_REACH / 2))
    light = np.asarray(paper.resize(grey.size, Image.Resampling.BICUBIC), np.float32)
    shown = np.asarray(grey, np.float32) * (255 / np.maximum(light, 1))
    return Image.fromarray(np.minimum(shown, 255).astype(np.uint8))


def straighten(grey: "Image") -> "Image":
    """Return a picture in shades of grey whose lines run level.

    Of the angles tried, that is right under which the rows of the picture differ most: lines of
    text and the white between them.
    """
    if (angle := find_skew(grey)) == 0.0:
        return grey
    from PIL import Image

    return grey.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


def find_skew(grey: "Image") -> float:
    """Return by how many degrees a picture must be turned against the clock; 0 for hardly any."""
    import numpy as np
    from PIL import Image, ImageOps

    small = ImageOps.invert(grey.resize((_WIDTH, max(1, grey.height * _WIDTH // grey.width))))

    def contrast(angle: float) -> float:
        turned = np.asarray(small.rotate(angle, Image.Resampling.BILINEAR), np.float32)
        return float(np.diff(turned.sum(axis=1)).std())

    def best(angles: Sequence[float]) -> float:
        return max(angles, key=contrast)

    steps = round(_MAX_SKEW / _COARSE)
    coarse = best([n * _COARSE for n in range(-steps, steps + 1)])
    near = round(_COARSE / _FINE)
    fine = best([coarse + n * _FINE for n in range(-near, near + 1)])
    return fine if abs(fine) >= _LEAST_SKEW else 0.0


def _run(command: Sequence[str], data: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the program that was found, bytes of a picture
            command,
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            # With threads tesseract is hardly faster, and takes every processor.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"takes over {_SECONDS} s a page to read; split it") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise InputError(f"is a picture that tesseract cannot read: {said}")
    return done.stdout


def _parse(table: str) -> Iterator[_Word]:
    """Yield the words of tesseract's table, each line from its beginning."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = _MARKS.sub("", row["text"] or "").strip()
        if row["level"] == "5" and text:
            line = (row["block_num"], row["par_num"], row["line_num"])
            left, top, width, height = (int(row[name]) for name in _PLACE)
            yield _Word(line, text, left, top, width, height, float(row["conf"]))


def _join_lines(words: Sequence[_Word], height: int) -> Iterator[Glyph]:
    """Yield every line as one glyph on the bottom of its words."""
    scale = 72 / DPI
    heights: dict[tuple[str, ...], list[int]] = {}
    for word in words:
        heights.setdefault(word.line[:2], []).append(word.height)
    for _, line in groupby(words, key=lambda word: word.line):
        shown = list(line)
        text = " ".join(word.text for word in shown)
        bottom = statistics.median(word.top + word.height for word in shown)
        yield Glyph(
            _LATIN_SIGN.sub(lambda found: found[0].translate(_SIGNS), text),
            min(word.left for word in shown) * scale,
            max(word.left + word.width for word in shown) * scale,
            (height - bottom) * scale,
            # A line without tall letters is no smaller than the others of its paragraph.
            statistics.median(heights[shown[0].line[:2]]) * scale,
            is_line=True,
        )
