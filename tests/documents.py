"""Make the files that tests read, with the libraries people make them with."""

import io
import json
import subprocess
import sys
import zipfile
from importlib import resources

FONT = resources.files("fontpkg_ibm_plex_sans_arabic").joinpath(
    "files/IBMPlexSansArabic-Regular.ttf"
)
REPORT = [
    "افتتاح الجسر الجديد على نهر دجلة",
    "افتتح الوزير صباح الأحد ٢٠٢٥ جسر النهر الجديد، وبلغت كلفة الجسر 12.5 مليون دينار (نحو 3 ملايين دولار).",
    "وقال الوزير: «الجسر يخدم ألف سيارة في اليوم». وأضاف أن شركة Siemens AG ستتولى الصيانة حتى 2030، وأن لا تأخير في المشروع.",
    "وبلغت نسبة الإنجاز 95% بحسب البيان الصادر يوم 14/3/2024.",
]


def shaped_pdf(*pages, title=""):
    """A PDF whose text is shaped by HarfBuzz, as browsers and office programs do."""
    return _made("_shape", pages=pages or [REPORT], title=title)


def visual_pdf(lines=REPORT, *, forms=True, columns=1):
    """A PDF whose letters are listed as they look, from left to right, as old programs do."""
    return _made("_show", lines=lines, forms=forms, columns=columns)


def table_pdf(rows, *, ruled=True, per_page=0, above="", repeated=True):
    """A PDF of a table, its first row the heading, which every page repeats or only the first has.

    Args:
        rows: The cells of every row, from right to left.
        ruled: Whether lines are drawn around the cells.
        per_page: Rows on a page besides the heading; 0 for one page.
        above: A paragraph over the table.
        repeated: Whether every page has the heading.
    """
    return _made(
        "_tabulate", rows=rows, ruled=ruled, per_page=per_page, above=above, repeated=repeated
    )


def picture_pdf():
    """A PDF that holds no letters, like a scan."""
    return _made("_draw")


def _made(maker, **options):
    """Make a file in a process of its own: uharfbuzz and xllamacpp cannot be in one."""
    done = subprocess.run(
        [sys.executable, __file__, maker],
        input=json.dumps(options).encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout


def _shape(pages, title):
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_title(title)
    pdf.add_font("plex", "", str(FONT))
    pdf.set_text_shaping(True)
    for lines in pages:
        pdf.add_page()
        for number, line in enumerate(lines):
            pdf.set_font("plex", size=14 if number or len(pages) > 1 else 20)
            pdf.multi_cell(0, 10, line, align="R", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _show(lines, forms, columns):
    import arabic_reshaper
    from bidi.algorithm import get_display
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("plex", str(FONT)))
    held = io.BytesIO()
    page = canvas.Canvas(held)
    width = 500 / columns
    heights = [760] * columns
    for number, line in enumerate(lines):
        column = 0 if columns == 1 or not number else (number - 1) * columns // (len(lines) - 1)
        size = 12 if number else 18
        page.setFont("plex", size)
        for row in _rows(line, 9 if columns == 1 or not number else 5):
            shown = get_display(arabic_reshaper.reshape(row) if forms else row)
            page.drawRightString(550 - column * width, heights[column], shown)
            heights[column] -= 20
            if not number:
                heights = [heights[0]] * columns
    page.save()
    return held.getvalue()


def _tabulate(rows, ruled, per_page, above, repeated):
    import arabic_reshaper
    from bidi.algorithm import get_display
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("plex", str(FONT)))
    held = io.BytesIO()
    page = canvas.Canvas(held)
    heading, *body = rows
    per_page = per_page or len(body)
    for start in range(0, len(body), per_page):
        page.setFont("plex", 12)
        if above and not start:
            page.drawRightString(540, 780, get_display(arabic_reshaper.reshape(above)))
        shown = body[start : start + per_page]
        for number, row in enumerate([heading, *shown] if repeated or not start else shown):
            for column, cell in enumerate(row):
                right, bottom = 545 - column * 130, 720 - number * 24
                if ruled:
                    page.rect(right - 130, bottom - 7, 130, 24)
                page.drawRightString(right - 6, bottom, get_display(arabic_reshaper.reshape(cell)))
        page.showPage()
    page.save()
    return held.getvalue()


def _rows(line, words):
    parts = line.split()
    return [" ".join(parts[start : start + words]) for start in range(0, len(parts), words)]


def _draw():
    from reportlab.pdfgen import canvas

    held = io.BytesIO()
    page = canvas.Canvas(held)
    page.rect(100, 100, 200, 200, fill=1)
    page.save()
    return held.getvalue()


def docx(paragraphs, *, title="", author="", table=()):
    """A Word document."""
    import docx as word

    document = word.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


_WORD_SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}


def word(body, **parts):
    """A Word document of raw markup, and of other parts by name (``footnotes``)."""
    spaces = " ".join(f'xmlns:{short}="{space}"' for short, space in _WORD_SPACES.items())
    pages = {"document": f"<w:body>{body}</w:body>", **parts}
    return zipped(
        {
            f"word/{name}.xml": f"<w:{name} {spaces}>{inside}</w:{name}>"
            for name, inside in pages.items()
        }
    )


def epub(chapters, *, metadata=""):
    """An EPUB book of chapters, given as the inside of their bodies."""
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata><manifest>'
        + "".join(
            f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>'
            for n in range(len(chapters))
        )
        + "</manifest><spine>"
        + "".join(f'<itemref idref="c{n}"/>' for n in reversed(range(len(chapters))))
        + "</spine></package>"
    )
    container = (
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    pages = {
        f"OEBPS/text/c{n}.xhtml": '<?xml version="1.0" encoding="utf-8"?>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'
        for n, body in enumerate(chapters)
    }
    return zipped({"META-INF/container.xml": container, "OEBPS/book.opf": package, **pages})


def odt(text):
    """An OpenDocument text of one paragraph."""
    names = 'xmlns:office="urn:o" xmlns:text="urn:t"'
    body = f"<office:body><office:text><text:p>{text}</text:p></office:text></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
        }
    )


def zipped(files):
    """An archive of files, given by name."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(globals()[sys.argv[1]](**json.loads(sys.stdin.read())))
