"""Conversations as Word files, read back by another library and by our own reader."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from kept_conversations import HOSTILE, answered, conversation
from lxml import etree

from index.articles.readers.word import read_docx
from index.store.contract import Filter
from prompts import load_phrases
from rag.answers import Sentence
from ui.cli.ask import _save_word_file
from ui.web.word_export import to_docx
from ui.web.word_file import WordFile, Words

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNDERSTOOD = "فهمتُ سؤالك هكذا: سؤال؟ (تمامه)"


def part(data, name):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def texts(tree):
    return ["".join(p.itertext()) for p in tree.iter(f"{W}p")]


def opened(data):
    return docx.Document(io.BytesIO(data))


def test_an_answer_is_a_heading_its_words_and_footnotes():
    data = to_docx(
        conversation(answered("عن «عنوان»"), replace(answered("ثانٍ"), question="وماذا؟"))
    )
    shown = opened(data)
    assert [(p.style.name, p.text) for p in shown.paragraphs] == [
        ("Title", "عنوان المحادثة"),
        ("Subtitle", "أخبار · 2 يناير/كانون الثاني 2026"),
        ("Heading 1", "سؤال؟"),
        ("Normal", UNDERSTOOD),
        ("Normal", "الوفد"),
        ("Normal", "وصل الوفد."),
        ("Heading 1", "وماذا؟"),
        ("Normal", UNDERSTOOD),
        ("Normal", "الوفد"),
        ("Normal", "وصل الوفد."),
    ]
    assert shown.core_properties.title == "عنوان المحادثة"
    marks = list(part(data, "word/document.xml").iter(f"{W}footnoteReference"))
    assert [mark.get(f"{W}id") for mark in marks] == ["1", "2"]
    notes = texts(part(data, "word/footnotes.xml"))[2:]
    assert notes[0].strip().startswith("«عن “عنوان”» — صحيفة — 15 فبراير/شباط 2025 — ")
    assert notes[0].endswith("https://a.example/1")
    assert notes[1].startswith("«افتتح وزير النقل")
    assert notes[2:4] == [
        "«أمس»: 14 فبراير/شباط 2025",
        "نُشر أيضًا: وكالة — نسخة — 16 فبراير/شباط 2025",
    ]


def test_a_quote_that_stands_twice_has_one_footnote():
    said = tuple(Sentence(f"جملة {n}.", (1,), 1.0) for n in range(3))
    data = to_docx(conversation(replace(answered(), sentences=said)))
    body = part(data, "word/document.xml")
    assert len(list(body.iter(f"{W}footnoteReference"))) == 1
    fields = [one.get(f"{W}instr") for one in body.iter(f"{W}fldSimple")]
    assert fields == [" NOTEREF _Note1 \\f \\h "] * 2
    (bookmark,) = body.iter(f"{W}bookmarkStart")
    assert bookmark.get(f"{W}name") == "_Note1"


def test_lists_keep_their_numbers_and_levels():
    leads = ["", "\n\nالأرقام:\n1. الطول: ", " ", "\n  - ", "\n2. ", "\n\n", "\n1. "]
    said = tuple(Sentence(f"جملة {n}.", (1,), 1.0, lead=lead) for n, lead in enumerate(leads))
    data = to_docx(conversation(replace(answered(), sentences=said)))
    shown = [
        (p.text.partition(".")[0], *(int(v) for v in p._p.xpath("./w:pPr/w:numPr/*/@w:val")))
        for p in opened(data).paragraphs
        if "جملة" in p.text
    ]
    assert shown == [
        ("جملة 0",), ("الطول: جملة 1", 0, 2), ("جملة 3", 1, 1), ("جملة 4", 0, 2),
        ("جملة 5",), ("جملة 6", 0, 3),
    ]  # fmt: skip


def test_what_differs_is_a_table_from_right_to_left():
    (sentence,), (cited,) = answered().sentences, answered().citations
    older = replace(cited, number=2, article_id="8", date="2025-01-15")
    said = (replace(sentence, is_version=True), replace(sentence, citations=(2,), is_version=True, label="قيل سابقًا"))  # fmt: skip
    answer = replace(answered(), sentences=said, citations=(cited, older), differs=True)
    data = to_docx(conversation(answer))
    (table,) = opened(data).tables
    assert table._tbl.xpath("./w:tblPr/w:bidiVisual")
    assert [cell.text for cell in table.rows[0].cells] == ["ما قيل", "متى قيل", "المصدر"]
    assert table.rows[2].cells[0].text.endswith("(قيل سابقًا)")
    assert len(list(part(data, "word/document.xml").iter(f"{W}footnoteReference"))) == 2


def test_arabic_runs_from_right_to_left_and_latin_does_not():
    file = WordFile("x")
    file.add_paragraph(Words("قال NATO في 2025-03-14 نعم"))
    file.add_paragraph(Words("English only."))
    first, second = opened(file.save()).paragraphs
    runs = [(r.text, not r._r.xpath("./w:rPr/w:rtl/@w:val")) for r in first.runs]
    assert runs == [("قال ", True), ("NATO", False), (" في ", True), ("\u200e2025-03-14", False), (" نعم", True)]  # fmt: skip
    assert second._p.xpath("./w:pPr/w:bidi/@w:val") == ["0"]
    styles = opened(file.save()).styles
    assert styles["Normal"].element.xpath("./w:pPr/w:bidi")
    assert styles.element.xpath(".//w:lang/@w:bidi") == ["ar-SA"]


@pytest.mark.parametrize("text", [HOSTILE, 'أ" \\h "ب', "\0\ud800\x0b نص", "]]>&amp;"])
def test_text_of_others_stays_text(text):
    changed = replace(answered(text).citations[0], url=f"https://a.example/{text}", quote=text)
    answer = replace(answered(text), citations=(changed,), short=text, opening=text)
    data = to_docx(conversation(replace(answer, question=text)))
    assert opened(data).paragraphs
    for field in part(data, "word/footnotes.xml").iter(f"{W}fldSimple"):
        assert field.get(f"{W}instr").count('"') == 2


def test_the_same_conversation_makes_the_same_file():
    assert to_docx(conversation(answered())) == to_docx(conversation(answered()))


def test_a_refusal_is_told_and_our_reader_reads_the_file():
    refused = replace(answered(), found=False, text="لا إجابة في المقالات.\nأقربها: «عنوان».")
    (article,) = read_docx(to_docx(conversation(answered(), refused)))
    assert article.title == "عنوان المحادثة"
    assert article.text.split("\n")[1:6] == [
        "سؤال؟", UNDERSTOOD, "الوفد", "وصل الوفد.", "سؤال؟",
    ]  # fmt: skip
    assert "لا إجابة في المقالات." in article.text


def numbered(data):
    """Return the numbers that Word shows before the items of a file: list by list, level by level."""
    numbers = part(data, "word/numbering.xml")
    starts = {
        (n.get(f"{W}numId"), o.get(f"{W}ilvl")): int(o.find(f"{W}startOverride").get(f"{W}val"))
        for n in numbers.iter(f"{W}num")
        for o in n.iter(f"{W}lvlOverride")
    }
    shown, last = [], {}
    for paragraph in part(data, "word/document.xml").iter(f"{W}p"):
        place = paragraph.find(f"{W}pPr/{W}numPr")
        if place is not None:
            key = (place[1].get(f"{W}val"), place[0].get(f"{W}val"))
            last[key] = last.get(key, starts.get(key, 1) - 1) + 1
            shown.append((int(key[1]), last[key]))
    return shown


@pytest.mark.parametrize(
    "items",
    [
        [(0, 1), (1, 1), (0, 2)],
        [(0, 1), (1, 1), (1, 2), (0, 2), (1, 1), (0, 3)],
        [(0, 3), (1, 5), (2, 1), (1, 6), (0, 4)],
        [(0, 1), (0, 2), (0, 1), (0, 5)],
        [(1, 1), (0, 2), (1, 2)],
    ],
)
def test_items_have_the_numbers_they_were_given_at_every_level(items):
    file = WordFile("x")
    for level, number in items:
        file.add_item(Words("بند"), level=level, number=number)
    assert numbered(file.save()) == items


def test_lists_in_one_another_go_no_deeper_than_word_has_them():
    file = WordFile("x")
    file.add_item(Words("بند"), level=30, number=1)
    data = file.save()
    known = {one.get(f"{W}ilvl") for one in part(data, "word/numbering.xml").iter(f"{W}lvl")}
    (used,) = part(data, "word/document.xml").iter(f"{W}ilvl")
    assert used.get(f"{W}val") == "8"
    assert known == set("012345678")


@pytest.mark.parametrize(
    ("updated", "created"),
    [
        ("2026-01-02T06:04:05+03:00", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05.123456", "2026-01-02T03:04:05+00:00"),
        ("أمس", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-13-45", None),
    ],
)
def test_the_time_of_a_conversation_is_one_or_is_left_out(updated, created):
    data = to_docx(replace(conversation(answered()), updated=updated))
    found = opened(data).core_properties.created if b"dcterms:created" in core(data) else None
    assert (found.isoformat() if found else None) == created


def core(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("docProps/core.xml")


@pytest.mark.parametrize("is_version", [False, True])
def test_marks_without_citations_are_left_out(is_version):
    said = tuple(Sentence(f"جملة {n}.", (n,), 1.0, is_version=is_version) for n in (1, 7))
    data = to_docx(conversation(replace(answered(), sentences=said)))
    assert len(list(part(data, "word/document.xml").iter(f"{W}footnoteReference"))) == 1


@pytest.mark.parametrize("found", [True, False])
def test_an_answer_of_a_part_of_the_index_says_so(found):
    answer = replace(answered(), incomplete=True, found=found)
    assert load_phrases("ar")["incomplete"] in texts(
        part(to_docx(conversation(answer)), "word/document.xml")
    )
    whole = to_docx(conversation(replace(answer, incomplete=False)))
    assert load_phrases("ar")["incomplete"] not in texts(part(whole, "word/document.xml"))


def test_an_asked_question_is_saved_with_the_warning_that_a_part_did_not_answer(tmp_path):
    answer = replace(answered(), incomplete=True)
    _save_word_file(answer, Filter(), None, tmp_path / "a.docx")
    (article,) = read_docx((tmp_path / "a.docx").read_bytes())
    assert load_phrases("ar")["incomplete"] in article.text.split("\n")
