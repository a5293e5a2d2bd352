"""Read pictures of text: files of pictures, and pages of PDF files that hold no letters."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.arabic.datelines import dateline
from index.articles.article import Article, split_title
from index.articles.readers.apart import read_apart
from index.articles.readers.ocr import (
    DPI,
    MAX_PIXELS,
    OCR_SECONDS,
    recognise,
    require_tesseract,
)
from index.articles.readers.pdf_layout import paragraphs
from index.articles.readers.values import clean
from index.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

_WIDE = 1_800
"""Pixels from which a picture is large enough to be read as it is: a page of A4 at 220 dots an
inch. Smaller ones are enlarged, by four at most. Chosen."""
_MOST = 4


def read_picture(data: bytes, *, ocr: bool = False) -> Iterator[Article]:
    """Read the text that a picture shows.

    Args:
        data: The file: PNG, JPEG or TIFF, of which every picture is a page.
        ocr: Whether pictures are read.

    Raises:
        InputError: They are not, tesseract is missing, or there is no picture or no text.
    """
    if not ocr:
        raise InputError("is a picture; read its text with --ocr")
    require_tesseract()
    text = clean("\n".join(read_apart(__name__, data, seconds=OCR_SECONDS)))
    title, body = split_title(text)
    yield Article(id="", title=title, text=body, date=dateline(text), ocr=True)


def read_directly(data: bytes) -> list[str]:
    """Return the paragraphs that a picture shows, read without limits.

    Raises:
        InputError: It is none, is too large, or shows no text.
    """
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InputError(f"is a picture of over {MAX_PIXELS:,} pixels; make it smaller")
            pages = [
                recognise(_enlarge(_on_white(ImageOps.exif_transpose(frame))))
                for frame in ImageSequence.Iterator(picture)
            ]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InputError(f"is no readable picture: {error}") from None
    if not any(page.glyphs for page in pages):
        raise InputError("is a picture that shows no text, or none that can be read")
    return [paragraph.text for paragraph in paragraphs(pages)]


def _on_white(picture: "Image") -> "Image":
    """Return a picture in shades of grey; what shows through is white."""
    from PIL import Image

    if "transparency" not in picture.info and "A" not in picture.getbands():
        return picture.convert("L")
    shown = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("L")


def _enlarge(picture: "Image") -> "Image":
    times = min(_MOST, _WIDE / picture.width)
    if times <= 1:
        return picture
    return picture.resize((round(picture.width * times), round(picture.height * times)))


def draw_page(data: bytes, number: int) -> "Image":
    """Return a page of a PDF file as a picture in shades of grey.

    Raises:
        InputError: pypdfium2 is not installed, or cannot draw it.
    """
    pdfium = _load_pdfium()
    try:
        page = pdfium.PdfDocument(data)[number]
        width, height = page.get_size()
        scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        drawn: Image = page.render(scale=scale, grayscale=True).to_pil()
    except pdfium.PdfiumError as error:
        raise InputError(f"is no readable PDF file: {error}") from None
    return drawn


def _load_pdfium() -> Any:
    try:
        import pypdfium2
    except ImportError:
        raise InputError(
            "needs the package pypdfium2 to read pictures of text: pip install 'jawab[ocr]'"
        ) from None
    return pypdfium2
