"""Conversations that stay: kept by a browser, read back, exported."""

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from browser import served
from kept_conversations import HOSTILE, answered, conversation
from passages import TEXT, passages_of

from index.arabic.dates import MONTHS
from index.articles.article import Article
from index.articles.readers.word import read_docx
from index.errors import InputError
from index.store.contract import Filter
from rag.answers import Answer, Sentence
from ui.web import render
from ui.web.answering import replay_messages
from ui.web.conversations import read_conversation, title_of, to_markdown
from ui.web.render import Turn

QUESTION = "من أخرج فيلم آخر الصيادين؟"


def test_a_conversation_read_back_looks_the_same():
    kept = conversation(answered(), answered("ثانٍ"))
    again = read_conversation(kept.to_json())
    assert (again.id, again.title, again.index, again.updated) == (
        kept.id, kept.title, kept.index, kept.updated,
    )  # fmt: skip
    for before, after in zip(kept.turns, again.turns, strict=True):
        same = Turn(before.id, after.question, after.answer, before.position)
        assert render.panel([same]) == render.panel([before])
        assert render.whole_answer(same) == render.whole_answer(before)


def test_a_filter_is_kept_with_its_question_shown_and_exported():
    where, scope = (
        Filter(("صحيفة",), since="2025-02-01", articles=("9",)),
        "صحيفة <b>، منذ 1 فبراير",
    )
    kept = conversation(answered(), answered(), filter=where, scope=scope)
    told = read_conversation(kept.to_json()).turns
    assert [(turn.filter, turn.scope) for turn in told] == [(where, scope)] * 2
    shown = replay_messages(list(told))
    assert [shown[turn.position]["role"] for turn in told] == ["user", "user"]
    title = shown[told[1].position + 1]["metadata"]["title"]
    assert title == "البحث محصور في: صحيفة &lt;b>، منذ 1 فبراير"
    assert "## سؤال؟\n\n_البحث محصور في: صحيفة \\<b>، منذ 1 فبراير_\n" in to_markdown(kept)


def test_only_the_passages_that_are_shown_are_kept():
    (passage,) = passages_of(TEXT)
    cited = answered()
    more = Answer(**{
        **{name: getattr(cited, name) for name in cited.__slots__},
        "passages": (*cited.passages, *[type(passage)(
            type(passage.chunk)("other", 0, 3, "نصص"), Article("other", "آخر", "نصص"), 0.1, n + 2
        ) for n in range(5)]),
    })  # fmt: skip
    kept = json.loads(conversation(more).to_json())
    assert len(kept["turns"][0]["answer"]["passages"]) == 1


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"id": "t1"}', '{"id": "t", "title": "", "turns": 5}',
     '{"id": "t", "title": "", "turns": [{"question": "", "answer": {"citations": "x"}}]}'],
)  # fmt: skip
def test_what_is_no_conversation_is_refused(text):
    with pytest.raises(InputError, match="غير صالحة"):
        read_conversation(text)


def test_a_conversation_that_was_tampered_with_stays_text():
    kept = json.loads(conversation(answered()).to_json())
    (turn,) = kept["turns"]
    turn["question"] = HOSTILE
    turn["answer"].update(question=HOSTILE, text=f"{HOSTILE} [1].", notice=HOSTILE, short=HOSTILE)
    turn["answer"]["sentences"][0].update(text=HOSTILE, lead=HOSTILE, note=HOSTILE)
    turn["answer"]["citations"][0].update(title=HOSTILE, quote=HOSTILE, url="javascript:alert(1)")
    turn["answer"]["passages"][0].update(text=HOSTILE, title=HOSTILE)
    (read,) = read_conversation(json.dumps(kept)).turns
    shown = render.panel([read]) + render.whole_answer(read)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "javascript:" not in shown


def test_a_long_question_becomes_a_short_title():
    assert title_of("ما\n هذا؟") == "ما هذا؟"
    assert len(title_of("كلمة " * 100)) == 80


def test_a_conversation_is_exported_with_its_sources():
    told = to_markdown(conversation(answered("عن «عنوان»")))
    assert told.startswith(
        "# عنوان المحادثة\n\nأخبار · 2026-01-02\n\n## سؤال؟\n\n**الوفد**\n\nوصل الوفد [1]."
    )
    assert "1. «عن “عنوان”» — صحيفة — 15 فبراير/شباط 2025 — <https://a.example/1>" in told
    assert f"> {TEXT[:30].strip()}" in told


def test_lists_and_headings_are_exported_as_such():
    leads = ["", "\n\nالأرقام:\n1. الطول: ", " ", "\n  - ", "\n2. ", "\n\n"]
    said = tuple(Sentence(f"جملة {n}.", (1,), 1.0, lead=lead) for n, lead in enumerate(leads))
    told = to_markdown(conversation(replace(answered(), sentences=said)))
    assert (
        "جملة 0 [1].\n\n**الأرقام:**\n\n1. **الطول:** جملة 1 [1]. جملة 2 [1].\n    - جملة 3 [1].\n"
        "2. جملة 4 [1].\n\nجملة 5 [1].\n\n**المصادر**"
    ) in told


def test_what_was_folded_is_folded_again():
    (said,) = answered().sentences
    more = replace(said, text="وعاد الوفد.", lead="\n\nالمزيد عن القصة:\n- ", is_further=True)
    kept = conversation(replace(answered(), sentences=(said, more)))
    (turn,) = read_conversation(kept.to_json()).turns
    assert [sentence.is_further for sentence in turn.answer.sentences] == [False, True]
    assert "**المزيد عن القصة:**\n\n- وعاد الوفد [1]." in to_markdown(kept)


def test_what_differs_is_exported_as_a_table():
    (sentence,), (cited,) = (
        answered().sentences,
        answered(
            "عنوان",
        ).citations,
    )
    known = replace(cited, source="وكالة | <b>", answer_start=0, answer_end=5)
    older = replace(cited, number=2, article_id="8", date="2025-01-15")
    said = (replace(sentence, is_version=True), replace(sentence, citations=(2,), is_version=True, label="قيل سابقًا"))  # fmt: skip
    answer = replace(answered(), sentences=said, citations=(known, older), opening="تغيّر هذا:")
    kept = read_conversation(conversation(replace(answer, differs=True)).to_json())
    assert (
        "**تغيّر هذا:**\n\n| ما قيل | متى قيل | المصدر |\n| --- | --- | --- |\n"
        f"| **{TEXT[:5]}** | 15 فبراير/شباط 2025 | وكالة \\| \\<b> [1] |\n"
        f"| {TEXT[:30].strip()} (قيل سابقًا) | 15 يناير/كانون الثاني 2025 | صحيفة [2] |"
    ) in to_markdown(kept)


def test_an_exported_conversation_holds_no_markup_of_others():
    told = to_markdown(conversation(answered(HOSTILE)))
    assert "\\<script>" in told
    assert " <img" not in told


class TestInTheBrowser:
    def opened_list(self, chat):
        chat.page.click("#list-btn")
        return chat.page.locator("#conversations")

    def test_conversations_are_listed_newest_first_and_opened_again(self, open_page, address):
        chat = open_page(address)
        chat.ask(QUESTION)
        chat.ask("وبماذا فاز؟")
        chat.page.click("#new-btn")
        chat.page.wait_for_selector("#chat .examples")
        chat.turns = 0
        chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
        rows = self.opened_list(chat).locator(".conversation")
        rows.nth(1).wait_for()
        assert [row.split("\n")[0] for row in rows.all_inner_texts()] == [
            "كم ثمن تذكرة الحافلة الكهربائية؟", QUESTION,
        ]  # fmt: skip
        assert "سؤالان" in rows.last.inner_text()
        names = chat.page.evaluate(
            """() => [...Array(12).keys()].map(n => window.jawab.writtenDate(new Date(2026, n, 1, 13, 5)))"""
        )
        assert names == [f"1 {month} 2026، 1:05 م" for month in MONTHS]
        rows.last.click()
        chat.page.wait_for_function("document.querySelectorAll('#chat .user-row').length === 2")
        chat.page.locator("#chat a.cite").first.click()
        assert "ريم شاهين" in chat.page.inner_text(".src-card.is-hit mark")
        chat.turns = 2
        chat.ask("وأين سيعرض الفيلم؟")
        self.opened_list(chat)
        chat.page.wait_for_function(
            "document.querySelector('#conversations .conversation').innerText.includes('3 أسئلة')"
        )
        assert rows.count() == 2

    def test_a_conversation_survives_a_restart_of_the_server(
        self, open_page, sample_index, tmp_path
    ):
        with served(sample_index, tmp_path / "log") as address:
            chat = open_page(address)
            chat.ask(QUESTION)
            chat.page.wait_for_function(
                "Object.keys(localStorage).some(key => key.startsWith('jawab-conv'))"
            )
        with served(sample_index, tmp_path / "log", port=urlsplit(address).port):
            chat.page.reload()
            chat.page.wait_for_selector("#chat .user-row")
            assert "ريم شاهين" in chat.answer.inner_text()
            chat.turns = 1
            chat.ask("وبماذا فاز؟")
            assert "فهمتُ سؤالك هكذا" in chat.answer.inner_text()
            chat.page.close()
        # While the server was away, the page could not reach it.
        chat.console[:] = [line for line in chat.console if "ERR_" not in line]

    def test_a_conversation_is_renamed_searched_and_deleted(self, open_page, address):
        chat = open_page(address)
        chat.ask(QUESTION)
        page, shown = chat.page, self.opened_list(chat)
        shown.get_by_text("تسمية").click()
        page.fill("#conversations li input", "عن السينما")
        page.keyboard.press("Enter")
        assert shown.locator(".conversation").inner_text().startswith("عن السينما")
        page.keyboard.press("Escape")
        chat.ask("وبماذا فاز؟")
        self.opened_list(chat)
        assert shown.locator(".conversation").inner_text().startswith("عن السينما")
        page.fill("#conversations input[type=search]", "لا وجود لهذا")
        assert shown.locator(".conversation").count() == 0
        page.fill("#conversations input[type=search]", "سينما  الصَّيّادِين")
        assert shown.locator(".conversation").count() == 1
        page.fill("#conversations input[type=search]", "اللبنانيه ريم شاهين")  # in an answer
        assert shown.locator(".group").all_inner_texts() == ["اليوم"]
        remove = shown.get_by_text("حذف")
        remove.click()
        shown.get_by_text("تأكيد الحذف").click()
        assert "لا توجد محادثة" in shown.inner_text()
        page.fill("#conversations input[type=search]", "")
        assert "لا توجد محادثات محفوظة" in shown.inner_text()

    def test_a_conversation_is_saved_as_a_file(self, open_page, address):
        chat = open_page(address)
        chat.ask(QUESTION)
        shown = self.opened_list(chat)
        shown.get_by_text("تصدير").click()
        with chat.page.expect_download() as markdown:
            shown.get_by_text("Markdown").click()
        assert shown.get_by_text("JSON").is_hidden()
        shown.get_by_text("تصدير").click()
        with chat.page.expect_download() as word:
            shown.get_by_text("Word").click()
        shown.get_by_text("تصدير").click()
        with chat.page.expect_download() as as_json:
            shown.get_by_text("JSON").click()
        assert markdown.value.suggested_filename == "من أخرج فيلم آخر الصيادين؟.md"
        told = markdown.value.path().read_text(encoding="utf-8")
        assert f"## {QUESTION}" in told
        assert "https://awraq.example/culture/last-fishermen" in told
        assert word.value.suggested_filename == "من أخرج فيلم آخر الصيادين؟.docx"
        (read,) = read_docx(word.value.path().read_bytes())
        assert read.title == QUESTION
        assert "ريم شاهين" in read.text
        kept = json.loads(as_json.value.path().read_text(encoding="utf-8"))
        (citation, *_) = kept["turns"][0]["answer"]["citations"]
        assert "ريم شاهين" in citation["quote"]
