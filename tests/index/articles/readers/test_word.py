"""Word documents read as Word shows them with every change accepted: all of it, and once."""

import pytest
from documents import word

from index.articles.readers.reading import read_articles

LEAD = "زار الوفد المصنع الجديد صباح الخميس."


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def deleted(text):
    return f'<w:del w:id="1"><w:r><w:delText xml:space="preserve">{text}</w:delText></w:r></w:del>'


def inserted(text):
    return f'<w:ins w:id="2">{run(text)}</w:ins>'


def paragraph(inside, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def table(*rows):
    return "<w:tbl>" + "".join(rows) + "</w:tbl>"


def cell(inside):
    return f"<w:tc>{inside}</w:tc>"


def row(*texts, properties=""):
    inside = "".join(cell(paragraph(run(text))) for text in texts)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def control(inside):
    return f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


def box(inside):
    """A text box as Word stores it: a drawing, and what programs before 2010 show instead."""
    content = f"<w:txbxContent>{inside}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox>"
        "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def field(instruction, result):
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def lines(tmp_path, body, **parts):
    (tmp_path / "a.docx").write_bytes(word(paragraph(run(LEAD)) + body, **parts))
    (article,) = read_articles([tmp_path / "a.docx"])
    first, *others = article.text.split("\n")
    assert first == LEAD
    return others


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (paragraph(run("وظّف ") + deleted("40") + inserted("70") + run(" عاملًا.")), ["وظّف 70 عاملًا."]),
        (paragraph(run("وظّف 7") + inserted("0") + deleted("5") + run(" عاملًا.")), ["وظّف 70 عاملًا."]),
        (paragraph(deleted("حُذفت الفقرة كلها.")), []),
        (paragraph(inserted("أضيفت الفقرة كلها.")), ["أضيفت الفقرة كلها."]),
        (
            paragraph(f'<w:ins w:id="3">{deleted("أضيف ثم حُذف")}</w:ins>' + run("بقي هذا.")),
            ["بقي هذا."],
        ),
        (
            paragraph(f"<w:moveFrom>{run('نُقلت الجملة.')}</w:moveFrom>" + run("وبقيت هذه. "))
            + paragraph(f"<w:moveTo>{run('نُقلت الجملة.')}</w:moveTo>"),
            ["وبقيت هذه.", "نُقلت الجملة."],
        ),
        (
            paragraph(run("بلغ الإنتاج "), "<w:rPr><w:del/></w:rPr>") + paragraph(run("90 طنًا.")),
            ["بلغ الإنتاج 90 طنًا."],
        ),
        (
            paragraph(run("سطر أول."), "<w:rPr><w:ins/></w:rPr>") + paragraph(run("سطر ثان.")),
            ["سطر أول.", "سطر ثان."],
        ),
        (
            paragraph(
                '<w:commentRangeStart w:id="0"/>'
                + run("بلغ الربح 5 ملايين.")
                + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
            ),
            ["بلغ الربح 5 ملايين."],
        ),
        (
            table(
                row("البند", "العدد"),
                row("قديم", "1", properties="<w:del/>"),
                row("جديد", "2", properties="<w:ins/>"),
            ),
            ["البند | العدد", "جديد | 2"],
        ),
        (
            paragraph(run("نص باق ") + run("ومشطوب", "<w:strike/>") + run("ومخفي", "<w:vanish/>")),
            ["نص باق"],
        ),
    ],
    ids=[
        "number", "half a number", "paragraph deleted", "paragraph inserted", "inserted and deleted",
        "moved", "end of a paragraph deleted", "end of a paragraph inserted", "comment", "rows",
        "struck out and hidden",
    ],
)  # fmt: skip
def test_changes_are_accepted(tmp_path, body, shown):
    comments = f'<w:comment w:id="0">{paragraph(run("راجع الرقم"))}</w:comment>'
    assert lines(tmp_path, body, comments=comments) == shown


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (field(' HYPERLINK "http://a.example" ', run("هنا")), "انظر هنا."),
        (field(" PAGE ", ""), "انظر ."),
        (field(" IF 1 ", field(" REF x ", run("الجدول 3"))), "انظر الجدول 3."),
        (f'<w:fldSimple w:instr=" DATE ">{run("الملحق")}</w:fldSimple>', "انظر الملحق."),
        (field(" REF x ", deleted("الجدول 2") + inserted("الجدول 3")), "انظر الجدول 3."),
        (f"<w:hyperlink>{run('ال')}{run('موقع')}</w:hyperlink>", "انظر الموقع."),
    ],
    ids=["link", "without a result", "nested", "simple", "tracked", "runs that part a word"],
)
def test_of_a_field_only_its_result_is_text(tmp_path, inside, shown):
    assert lines(tmp_path, paragraph(run("انظر ") + inside + run("."))) == [shown]


PULLED = "ينتج المصنع 90 سيارة في اليوم."


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (paragraph(run("قال المدير.") + box(paragraph(run(PULLED)))), ["قال المدير.", PULLED]),
        (paragraph(box(control(paragraph(run(PULLED))))), [PULLED]),
        (control(paragraph(box(paragraph(run(PULLED))))), [PULLED]),
        (
            paragraph(box(paragraph(run("أول.")) + paragraph(run("ثان.")))) + paragraph(run("ثالث.")),
            ["أول.", "ثان.", "ثالث."],
        ),
        (paragraph(box(table(row("سيارات", "90"), row("شاحنات", "90")))), ["سيارات | 90", "شاحنات | 90"]),
        (
            table("<w:tr>" + cell(paragraph(box(paragraph(run(PULLED))))) + "</w:tr>"),
            [PULLED],
        ),
        (paragraph(box(paragraph(run(PULLED)))) * 2, [PULLED, PULLED]),
        (
            paragraph(
                "<w:r><w:pict><v:shape><v:textbox><w:txbxContent>"
                f"{paragraph(run(PULLED))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
            ),
            [PULLED],
        ),
        (paragraph(box(paragraph(deleted("80 سيارة.") + inserted("90 سيارة.")))), ["90 سيارة."]),
    ],
    ids=["beside text", "control inside", "inside a control", "two paragraphs", "table inside",
         "in a table", "two equal boxes", "only the old form", "tracked"],
)  # fmt: skip
def test_a_text_box_stands_after_its_paragraph_once(tmp_path, body, shown):
    assert lines(tmp_path, body) == shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (control(paragraph(run("أول.")) + paragraph(run("ثان."))), ["أول.", "ثان."]),
        (control(control(control(paragraph(run("عميق."))))), ["عميق."]),
        (
            paragraph(run("الرقم ") + control(run("77") + control(run("14"))) + run(".")),
            ["الرقم 7714."],
        ),
        (control(table(row("البند", "12"))), ["البند | 12"]),
        (table(control(row("البند", "12")), row("غيره", "12")), ["البند | 12", "غيره | 12"]),
        (
            table(
                "<w:tr>"
                + control(cell(paragraph(run("البند"))))
                + cell(control(paragraph(run("12"))))
                + "</w:tr>"
            ),
            ["البند | 12"],
        ),
        (
            "<w:customXml>"
            + paragraph(f"<w:smartTag>{run('ذكي.')}</w:smartTag>")
            + "</w:customXml>",
            ["ذكي."],
        ),
        (
            control(paragraph(run("كتب ") + deleted("سالم") + inserted("ليلى") + run("."))),
            ["كتب ليلى."],
        ),
    ],
    ids=["block", "nested", "inside a line", "table", "row", "cell", "custom XML", "tracked"],
)
def test_what_is_in_content_controls_is_text_in_its_place(tmp_path, body, shown):
    assert lines(tmp_path, body + paragraph(run("خاتمة."))) == [*shown, "خاتمة."]


def test_notes_stand_below_the_text_in_its_order(tmp_path):
    def note(number, text):
        return f'<w:footnote w:id="{number}">{paragraph(text)}</w:footnote>'

    notes = (
        '<w:footnote w:id="-1" w:type="separator"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        + note(2, control(run("حاشية أولى.")))
        + note(1, deleted("قديمة.") + inserted("حاشية ثانية."))
        + note(3, run("لا يشير إليها شيء."))
    )
    body = paragraph(
        run("ذُكر هذا") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run(" وذاك")
        + '<w:r><w:footnoteReference w:id="1"/></w:r>' + run(".")
    )  # fmt: skip
    assert lines(tmp_path, body, footnotes=notes) == [
        "ذُكر هذا وذاك.",
        "حاشية أولى.",
        "حاشية ثانية.",
    ]


def test_equal_cells_of_a_row_stay_two(tmp_path):
    assert lines(tmp_path, table(row("الوحدة", "الأهلي"), row("2", "2"))) == [
        "الوحدة | الأهلي",
        "2 | 2",
    ]


def test_a_break_parts_lines_and_a_soft_hyphen_or_bookmark_no_word(tmp_path):
    inside = (
        run("عدد العمال:")
        + "<w:r><w:br/></w:r>"
        + run("5")
        + '<w:bookmarkStart w:id="0"/>'
        + run("0")
    )
    assert lines(tmp_path, paragraph(inside)) == ["عدد العمال:", "50"]


def spanning(text, properties):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"


def test_cells_of_a_word_table_keep_their_columns(tmp_path):
    wide = spanning("المجموع", '<w:gridSpan w:val="2"/>')
    inside = [
        row("المشروع", "الكلفة", "العدد"),
        row("الجسر", "", "20"),
        f"<w:tr>{wide}{cell(paragraph(run('27')))}</w:tr>",
        row("50", "7", properties='<w:gridBefore w:val="1"/>'),
        row("", "", ""),
        row("الشمال", "", ""),
    ]
    assert lines(tmp_path, table(*inside)) == [
        "المشروع | الكلفة | العدد",
        "الجسر | – | 20",
        "المجموع | المجموع | 27",
        "– | 50 | 7",
        "الشمال",
    ]


def test_borders_drawn_a_little_apart_make_no_columns(tmp_path):
    def wide(first, second, texts):
        spans = (f'<w:gridSpan w:val="{width}"/>' for width in (first, second))
        return f"<w:tr>{''.join(map(spanning, texts, spans))}</w:tr>"

    inside = [
        wide(3, 1, ("البند", "العدد")),
        wide(1, 3, ("الجسر", "20")),
        wide(2, 2, ("السوق", "7")),
    ]
    assert lines(tmp_path, table(*inside)) == ["البند | العدد", "الجسر | 20", "السوق | 7"]


def test_words_in_a_cell_that_another_spans_are_kept(tmp_path):
    first = spanning("أ", '<w:hMerge w:val="restart"/>')
    second = spanning("ب", "<w:hMerge/>")
    body = table(f"<w:tr>{first}{second}{spanning('ج', '')}</w:tr>")
    assert lines(tmp_path, body)[-1] == "أ / ب | ج"
