"""Whatever goes wrong is told in Arabic on the page."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import index
import rag
from index.articles.readers.base import PassedOver, ReadFailure
from index.building.reports import BuildReport
from index.errors import IndexWriteError, InputError, JawabError
from prompts import load_phrases
from rag.answers import Answer
from ui.web import articles_view, errors

ROOT = Path(__file__).resolve().parents[3]
READ_FAILURES = {"InputError", "FetchError", "ReadFailure", "Withdrawn"}
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"PDF", "Word", "RSS", "Atom", "JSON", "CSV", "RTF", "ZIP", "Excel", "PowerPoint", "OpenDocument", "antiword", "UTF", "OCR", "docx", "doc", "https", "text"}  # fmt: skip


def classes():
    """Return every class of error that is raised on purpose."""
    for package in (index, rag):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith(("errors", "rag.convenience")):
                importlib.import_module(found.name)
    found, left = [], [JawabError]
    while left:
        found.append(left.pop())
        left += found[-1].__subclasses__()
    return [kind for kind in found if not kind.__module__.startswith(("tests", "test_"))]


def said(node):
    """Return the text that an expression makes, an x where something is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(said(part) for part in node.values)
    return "7" if isinstance(node, ast.FormattedValue) else ""


def reasons():
    """Return every reason for which an article is not read, as the code says it."""
    files = sorted((ROOT / "index" / "articles").rglob("*.py"))
    for path in [*files, ROOT / "index" / "building" / "intake.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id in READ_FAILURES:
                text = said(node.args[-1])
                text = text if re.search("[a-z]{3}", text) else ""
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr):
                text = said(node.value)  # of the functions that say what is wrong with a part
                text = text if re.match(r"(has|cannot|is|the byte) ", text) else ""
            else:
                continue
            if text:
                yield f"{path.name}: {text}"


def is_arabic(text):
    return bool(re.search("[\u0600-\u06ff]", text)) and set(LATIN.findall(text)) <= NAMES


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_class_of_error_has_an_arabic_text(kind):
    assert is_arabic(errors.describe_error(kind("something of /srv/news went wrong")))


@pytest.mark.parametrize("reason", sorted(set(reasons())))
def test_every_reason_not_to_read_an_article_has_an_arabic_text(reason):
    told = errors.describe_reason(reason.partition(": ")[2])
    assert is_arabic(told)
    assert told != "تعذّرت القراءة." or "cannot be read" in reason


def test_there_are_many_reasons():
    assert len(set(reasons())) > 50


def test_a_failure_shows_its_arabic_text_and_folds_what_the_program_says():
    shown = errors.failure("لم يتم ذلك.", IndexWriteError("/srv/news cannot be written to"))
    before, _, folded = shown.partition("<details>")
    assert "تعذّرت الكتابة في الفهرس" in before
    assert not LATIN.search(re.sub("<[^>]*>", "", before))
    assert "/srv/news" in folded
    assert "<details>" not in errors.failure("لم يتم ذلك.", RuntimeError("secret"))
    assert "<details>" not in errors.failure("لم يتم ذلك.", InputError("هذه المحادثة غير صالحة."))


def test_a_report_has_a_tick_only_where_nothing_failed():
    failed = ReadFailure("/srv/uploads/1f/bad.doc", "unknown format '.doc'; use .txt .text")
    shown = articles_view.report(BuildReport(added=1, failures=(failed,)))
    before = shown.partition("<details>")[0]
    assert "✓" not in shown
    assert "تعذّرت قراءة مقال واحد" in before
    assert '<bdi dir="ltr">bad.doc</bdi><p>صيغة الملف غير معروفة' in before
    assert "/srv" not in shown
    assert "✓ أُضيف مقال واحد." in articles_view.report(BuildReport(added=1))
    passed = articles_view.report(BuildReport(added=3, passed_over=(PassedOver("a.x", ".x"),)))
    assert "✓" not in passed
    assert "أُضيفت 3 مقالات، لا يُقرأ نوع ملف واحد" in passed


def test_what_an_address_was_refused_for_is_told_without_the_option_of_the_command():
    reason = (
        "127.0.0.1 is an address of this machine or its network; if you trust it: --allow-private"
    )
    failed = ReadFailure("http://127.0.0.1:9/none", reason)
    before = articles_view.report(BuildReport(failures=(failed,))).partition("<details>")[0]
    assert '<bdi dir="ltr">http://127.0.0.1:9/none</bdi><p>هذا عنوان في الشبكة الداخلية' in before
    assert "allow-private" not in before


@pytest.mark.parametrize(
    "name", ["model_unsupported", "model_said_nothing", "part_not_found", "removed"]
)
def test_what_an_answer_to_an_english_question_remarks_is_told_in_arabic(name):
    notice = load_phrases("en")[name].format(model="x", parts="7", count=3)
    told = errors.translate_notice(Answer("?", "?", notice=notice)).notice
    assert is_arabic(told)
    kept = {"part_not_found": ": 7", "removed": ": 3."}
    assert kept.get(name, "«x»") in told
    assert ("مقتبسة" in told) == (name == "model_unsupported")
    assert errors.translate_notice(Answer("?", "?", notice="تنبيه")).notice == "تنبيه"
