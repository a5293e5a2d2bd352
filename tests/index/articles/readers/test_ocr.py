"""Pictures of text, read with tesseract where it is installed."""

import io
import shutil
import sqlite3
from difflib import SequenceMatcher

import documents
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from index import build_index
from index.articles.readers import ocr
from index.articles.readers.base import PassedOver, ReadFailure, ReadOptions
from index.articles.readers.reading import read_articles
from index.errors import InputError
from index.store.opening import open_store

TITLE = "افتتاح السوق القديم"
TEXT = "افتتح المحافظ السوق القديم صباح الأحد بعد ترميم طويل."
MORE = ["وقال مدير السوق إن المتاجر تفتح كل يوم إلى المساء.", "وحضر الحفل عدد كبير من السكان."]
READ = ReadOptions(ocr=True)
needs_tesseract = pytest.mark.skipif(
    not shutil.which("tesseract"), reason="tesseract is not installed"
)


@pytest.fixture(scope="module")
def page():
    """The upper part of a page at 200 dots an inch."""
    pdf = pypdfium2.PdfDocument(documents.shaped_pdf([TITLE, TEXT, *MORE]))
    drawn = pdf[0].render(scale=200 / 72, grayscale=True).to_pil()
    return drawn.crop((0, 0, drawn.width, drawn.height // 5))


def encoded(picture, kind, **options):
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def scan(page):
    """A PDF that holds nothing but a picture."""
    return encoded(page, "PDF", resolution=200)


def written(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def one(path, options=READ):
    (found,) = read_articles([path], options)
    return found


@needs_tesseract
@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("b.PDF", "PDF"), ("c.jpg", "JPEG")])
def test_a_picture_of_text_is_read_and_marked(tmp_path, page, name, kind):
    data = scan(page) if kind == "PDF" else encoded(page, kind)
    article = one(written(tmp_path, name, data))
    assert not isinstance(article, ReadFailure), article.reason
    assert (article.title, article.ocr) == (TITLE, True)
    # Which letters are mistaken differs by version of tesseract; python -m benchmarks.scans counts.
    alike = SequenceMatcher(None, " ".join(article.text.split()), " ".join([TEXT, *MORE]))
    assert alike.ratio() > 0.95


def holds_nearly(text, part):
    same = SequenceMatcher(None, text, part, autojunk=False).get_matching_blocks()
    return sum(block.size for block in same) > 0.9 * len(part)


@needs_tesseract
def test_every_picture_of_a_tiff_is_a_page(tmp_path, page):
    data = encoded(page, "TIFF", save_all=True, append_images=[page])
    assert one(written(tmp_path, "a.tif", data)).text.count("المحافظ") == 2


@needs_tesseract
def test_of_a_pdf_only_pages_without_letters_are_read_as_pictures(tmp_path, page):
    both = pypdfium2.PdfDocument.new()
    both.import_pages(pypdfium2.PdfDocument(documents.shaped_pdf(["خبر الجسر", "وصل الوفد."])))
    both.import_pages(pypdfium2.PdfDocument(scan(page)))
    data = io.BytesIO()
    both.save(data)
    path = written(tmp_path, "a.pdf", data.getvalue())
    article, plain = one(path), one(path, ReadOptions())
    assert article.ocr
    assert article.text.split("\n")[0].startswith("وصل الوفد.")
    assert holds_nearly(article.text, TEXT)
    assert not plain.ocr
    assert not holds_nearly(plain.text, TEXT)
    assert not one(written(tmp_path, "b.pdf", documents.shaped_pdf([TITLE, TEXT]))).ocr


@needs_tesseract
def test_a_picture_without_text_is_reported(tmp_path):
    blank = encoded(Image.new("L", (600, 300), 255), "PNG")
    assert "shows no text" in one(written(tmp_path, "a.png", blank)).reason
    assert "no readable picture" in one(written(tmp_path, "b.png", b"no picture")).reason


def test_pictures_are_passed_over_unless_they_are_asked_for(tmp_path):
    path = written(tmp_path, "a.png", b"x")
    (tmp_path / "b.zip").write_bytes(documents.zipped({"c.jpg": b"x"}))
    found = [item for item in read_articles([tmp_path]) if isinstance(item, PassedOver)]
    assert [item.kind for item in found] == [".png", ".jpg"]
    assert "--ocr" in one(path, ReadOptions()).reason
    assert "--ocr" in one(written(tmp_path, "a.pdf", documents.picture_pdf()), ReadOptions()).reason


def test_without_tesseract_it_is_said_what_to_install(tmp_path, embedder, monkeypatch):
    ocr.require_tesseract.cache_clear()
    monkeypatch.setattr(ocr.shutil, "which", lambda _: None)
    with pytest.raises(InputError, match="apt install tesseract-ocr tesseract-ocr-ara"):
        build_index([tmp_path], tmp_path / "index", embedder=embedder, ocr=True)
    assert not (tmp_path / "index").exists()


@needs_tesseract
def test_an_index_knows_what_was_read_from_a_picture(tmp_path, page, embedder):
    folder, index = tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    written(folder, "صورة.png", encoded(page, "PNG"))
    (folder / "خبر.txt").write_text(f"خبر\n{TEXT}", encoding="utf-8")
    assert build_index([folder], index, embedder=embedder, ocr=True).added == 2
    store = open_store(index)
    assert (store.get_article("صورة").ocr, store.get_article("خبر").ocr) == (True, False)
    assert not store.verify().problems
    # Pictures that are not read this time are not gone.
    again = build_index([folder], index, embedder=embedder)
    assert (again.removed, again.kinds_passed_over) == (0, {".png": 1})
    (folder / "صورة.png").unlink()
    assert build_index([folder], index, embedder=embedder).removed == 1
    with sqlite3.connect(index / "store.db") as database:
        marks = database.execute("SELECT count(*) FROM meta WHERE key LIKE 'ocr:%'")
        assert marks.fetchone() == (0,)


@pytest.mark.parametrize("degrees", [-3.0, -0.5, 0.0, 2.0])
def test_the_skew_of_a_page_is_found(degrees):
    page = Image.new("L", (1200, 900), 255)
    for line in range(60, 840, 60):
        for word in range(80, 1050, 130):
            ImageDraw.Draw(page).rectangle((word, line, word + 100, line + 24), fill=0)
    turned = page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    assert abs(ocr.find_skew(turned) + degrees) <= 0.15


def test_a_shadow_is_taken_from_the_paper_and_letters_stay():
    page = Image.linear_gradient("L").resize((800, 800)).point(lambda shade: 90 + shade // 2)
    ImageDraw.Draw(page).rectangle((100, 20, 110, 780), fill=20)
    lit = ocr.even_light(page)
    assert min(lit.getpixel((x, y)) for x in (40, 400, 760) for y in (20, 400, 780)) > 200
    assert max(lit.getpixel((105, y)) for y in (40, 400, 760)) < 90


def test_signs_in_latin_form_become_arabic_before_arabic():
    rows = ["level\tblock_num\tpar_num\tline_num\tleft\ttop\twidth\theight\tconf\ttext"]
    words = ("وصل", "الوفد,", "عام", "1987,", "ثم", "\u200f12,5", "km,", "x;")
    rows += [f"5\t1\t1\t1\t{900 - 90 * n}\t10\t80\t40\t90\t{word}" for n, word in enumerate(words)]
    (line,) = ocr._join_lines(list(ocr._parse("\n".join(rows))), 100)
    assert line.text == "وصل الوفد، عام 1987، ثم 12,5 km, x;"
