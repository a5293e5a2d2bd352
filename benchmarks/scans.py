"""Measure how well pages that were damaged as scans are come back from OCR.

    python -m benchmarks.scans                # writes benchmarks/results/scans.json

Pages of the sample articles are set, drawn at 300 dots an inch, damaged in known ways, and read
with tesseract. The error is the edit distance to the text over its length, in letters (CER).
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from index.articles.article import Article
from index.articles.readers import ocr
from index.articles.readers.pdf_layout import Page, paragraphs
from index.articles.readers.reading import read_articles

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
FONT = "IBMPlexSansArabic-Regular.ttf"
RESULTS = ROOT / "benchmarks" / "results" / "scans.json"
_LENGTHS = range(700, 1_100)
"""Characters of the articles that are set: less than a page."""

Damage = Callable[[Image.Image], Image.Image]


def _turn(degrees: float) -> Damage:
    return lambda page: page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def _add_noise(deviation: float) -> Damage:
    def add(page: Image.Image) -> Image.Image:
        drawn = np.asarray(page, np.float32)
        noise = np.random.default_rng(1).normal(0, deviation, drawn.shape)
        return Image.fromarray(np.clip(drawn + noise, 0, 255).astype(np.uint8))

    return add


def _speckle(share: float) -> Damage:
    def add(page: Image.Image) -> Image.Image:
        drawn, chosen = np.array(page), np.random.default_rng(1)
        places = chosen.random(drawn.shape) < share
        drawn[places] = chosen.integers(0, 2, int(places.sum())) * 255
        return Image.fromarray(drawn)

    return add


def _blur(radius: float) -> Damage:
    return lambda page: page.filter(ImageFilter.GaussianBlur(radius))


def _scan_at(dpi: int) -> Damage:
    def scan(page: Image.Image) -> Image.Image:
        size = (page.width * dpi // ocr.DPI, page.height * dpi // ocr.DPI)
        return page.resize(size, Image.Resampling.BOX).resize(page.size, Image.Resampling.BICUBIC)

    return scan


def _compress(quality: int) -> Damage:
    def compress(page: Image.Image) -> Image.Image:
        data = io.BytesIO()
        page.save(data, "JPEG", quality=quality)
        return Image.open(data).convert("L")

    return compress


def _shade(page: Image.Image) -> Image.Image:
    """Darken a page towards its fold, as a book on a scanner is."""
    drawn = np.asarray(page, np.float32)
    light = np.linspace(1.0, 0.35, page.width, dtype=np.float32)
    return Image.fromarray((drawn * light).astype(np.uint8))


def _worn(page: Image.Image) -> Image.Image:
    return _compress(30)(_add_noise(25)(_blur(1.5)(_turn(1.3)(page))))


DAMAGES: dict[str, Damage] = {
    "none": lambda page: page,
    "turned 1°": _turn(1),
    "turned -3°": _turn(-3),
    "noise, deviation 40": _add_noise(40),
    "speckles, 1 %": _speckle(0.01),
    "blur, 2.5 pixels": _blur(2.5),
    "150 dots an inch": _scan_at(150),
    "100 dots an inch": _scan_at(100),
    "JPEG, quality 12": _compress(12),
    "shadow of a fold": _shade,
    "turned, blur, noise and JPEG": _worn,
}


def draw_page(article: Article, *, columns: int = 1) -> Image.Image:
    """Return a page of A4 with the text of an article, drawn by PDFium."""
    import pypdfium2

    command = [sys.executable, "-m", "benchmarks.scans", "--set", str(columns)]
    lines = [article.title, *filter(None, article.text.split("\n"))]
    # uharfbuzz, which shapes the letters, cannot be in one process with some models.
    done = subprocess.run(  # noqa: S603
        command, input=json.dumps(lines).encode(), capture_output=True, check=True, cwd=ROOT
    )
    page = pypdfium2.PdfDocument(done.stdout)[0]
    drawn: Image.Image = page.render(scale=ocr.DPI / 72, grayscale=True).to_pil()
    return drawn


def _set(lines: list[str], columns: int) -> bytes:
    """Return a PDF of lines, the first larger; the others in columns."""
    from importlib import resources

    from fpdf import FPDF

    pdf = FPDF()
    font = resources.files("fontpkg_ibm_plex_sans_arabic").joinpath(f"files/{FONT}")
    pdf.add_font("plex", "", str(font))
    pdf.set_text_shaping(True)
    pdf.add_page()
    pdf.set_font("plex", size=20)
    pdf.multi_cell(0, 12, lines[0], align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("plex", size=13)
    gap, top, each = 10, pdf.get_y() + 4, -(-len(lines[1:]) // columns)
    width = (pdf.epw - gap * (columns - 1)) / columns
    for column in range(columns):
        pdf.set_y(top)
        left = pdf.l_margin + pdf.epw - width - column * (width + gap)
        for line in lines[1 + column * each : 1 + (column + 1) * each]:
            pdf.set_x(left)
            pdf.multi_cell(width, 8, line, align="R", new_x="LEFT", new_y="NEXT")
    return bytes(pdf.output())


def count_errors(truth: str, read: str) -> float:
    """Return the edit distance over the length of the truth; white space counts as one space."""
    told, given = " ".join(truth.split()), " ".join(read.split())
    letters = np.array([ord(letter) for letter in given])
    steps = np.arange(len(given) + 1)
    row: NDArray[np.int64] = steps
    for number, letter in enumerate(told, start=1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))
        # A letter too many costs one more than the place before it, however far that is.
        row = np.minimum.accumulate(np.concatenate(([number], changed)) - steps) + steps
    return float(row[-1]) / len(told)


def _read(page: Page) -> str:
    return "\n".join(p.text for p in paragraphs([page])) if page.glyphs else ""


def _without_straightening(picture: Image.Image) -> Page:
    straighten, ocr.straighten = ocr.straighten, lambda page: page
    try:
        return ocr.recognise(picture)
    finally:
        ocr.straighten = straighten


def measure(articles: int) -> dict[str, object]:
    """Return the error by kind of damage, over some articles."""
    chosen = [
        found
        for found in read_articles([ROOT / "ui" / "samples" / "articles"])
        if isinstance(found, Article) and len(found.text) in _LENGTHS
        and not any(letter.isascii() and letter.isalpha() for letter in found.text)
    ][:articles]  # fmt: skip
    rows: dict[str, dict[str, float]] = {}
    for columns in (1, 2):
        pages = [(a, draw_page(a, columns=columns)) for a in chosen]
        kinds = DAMAGES if columns == 1 else {name: DAMAGES[name] for name in ("none", "turned 1°")}
        for name, damage in kinds.items():
            label = name if columns == 1 else f"two columns, {name}"
            rows[label] = _measure_damage(pages, damage)
            print(f"{label:32}", *(f"{key} {value:.4f}" for key, value in rows[label].items()))
    return {"articles": len(chosen), "damages": rows}


def _measure_damage(pages: list[tuple[Article, Image.Image]], damage: Damage) -> dict[str, float]:
    errors, plain, seconds = [], [], []
    for article, page in pages:
        truth, damaged = f"{article.title}\n{article.text}", damage(page)
        started = time.perf_counter()
        read = ocr.recognise(damaged)
        seconds.append(time.perf_counter() - started)
        errors.append(count_errors(truth, _read(read)))
        plain.append(count_errors(truth, _read(_without_straightening(damaged))))
    return {
        "cer": round(statistics.mean(errors), 4),
        "cer_not_straightened": round(statistics.mean(plain), 4),
        "seconds": round(statistics.mean(seconds), 1),
    }


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=5, help="pages of each kind")
    parser.add_argument("--set", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.set:
        sys.stdout.buffer.write(_set(json.load(sys.stdin), options.set))
        return
    found = measure(options.articles)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
