"""The page in a real browser, over the samples, with the model that ships."""

import re

import pytest
from browser import served, until

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect

QUESTION = "من أخرج فيلم آخر الصيادين؟"


def test_a_citation_opens_its_source_with_the_quote_marked(chat):
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()
    chat.answer.locator("a.cite").first.click()
    card = chat.page.locator(".src-card.is-hit")
    expect(card).to_have_count(1)
    assert "ريم شاهين" in card.locator("mark").inner_text()
    assert "2 نوفمبر/تشرين الثاني 2025" in card.inner_text()
    expect(card).to_be_focused()
    assert "#src" not in chat.page.url


def test_the_first_turn_keeps_its_sources_after_the_second(chat):
    chat.ask(QUESTION)
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    chat.page.locator("#chat a.cite").first.click()
    assert "آخر الصيادين" in chat.page.inner_text(".src-turn.is-active .src-q")


def test_a_question_is_shown_at_once_and_its_answer_read_from_the_beginning(chat):
    chat.ask(QUESTION)
    page, held, question = chat.page, [], "كم ثمن تذكرة الحافلة الكهربائية؟"
    page.wait_for_function("sessionStorage.getItem('jawab-current-conversation')")
    # The server hears nothing yet.
    page.route("**/queue/join**", lambda route: held.append(route))  # noqa: PLW0108
    page.fill("#q textarea", question)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#echo")).to_have_text(question)
    expect(page.locator("#q textarea")).to_have_css("color", "rgba(0, 0, 0, 0)")
    until(page, lambda: held)
    page.wait_for_timeout(500)  # a second one would come
    assert len(held) == 1
    held[0].continue_()
    page.unroute("**/queue/join**")
    chat.wait()
    expect(page.locator("#echo")).to_have_count(0)
    place = page.evaluate(
        """() => document.querySelectorAll('#chat .user-row')[1].getBoundingClientRect().top
        - document.querySelector('#chat').getBoundingClientRect().top"""
    )
    assert 0 <= place < 12


def test_a_follow_up_shows_how_it_was_understood(chat):
    chat.ask("متى جاء هدف الفوز في نهائي كأس الاتحاد؟")
    chat.ask("ومن سجله؟")
    assert "فهمتُ سؤالك هكذا" in chat.answer.inner_text()
    assert "كريم العياري" in chat.answer.inner_text()


def test_a_refusal_says_so_and_shows_the_nearest(chat):
    chat.ask("من كتب رواية موسم الهجرة إلى الشمال؟")
    assert "لم أجد في المقالات المفهرسة" in chat.answer.inner_text()
    expect(chat.page.locator(".src-turn.is-active .src-note")).to_be_visible()
    assert chat.page.locator(".src-turn.is-active mark").count() == 0


def test_an_empty_question_is_not_asked_of_a_fresh_page_or_a_kept_conversation(
    open_page, sample_index, tmp_path
):
    log = tmp_path / "log"
    with served(sample_index, log) as address:  # the first that this server is asked
        chat = open_page(address)
        page = chat.page
        page.locator("#q textarea").press("Enter")
        expect(page.locator(".toast-title")).to_have_text("تنبيه")
        chat.ask(QUESTION)
        page.wait_for_function("sessionStorage.getItem('jawab-current-conversation')")
        page.reload()
        expect(page.locator("#chat .message-row")).to_have_count(2)
        page.locator("#q textarea").press("Enter")
        expect(page.locator(".toast-wrap")).to_contain_text("سؤال")
        page.wait_for_timeout(1000)
        expect(page.locator("#chat .message-row")).to_have_count(2)
        expect(page.locator("#chat")).not_to_contain_text("#src")
        page.close()
    assert "Error" not in log.read_text(encoding="utf-8")


def test_an_example_is_asked_by_a_click(chat):
    chat.page.locator("#chat .example").first.click()
    chat.wait()
    assert chat.answer.inner_text()


def test_hostile_titles_and_questions_stay_text(chat):
    chat.ask("من فاز بمسابقة أمن المعلومات في صفاقس؟ <img src=x onerror='window.__xss=3'>")
    page = chat.page
    assert page.evaluate("window.__xss === undefined")
    assert page.locator("#chat .prose img, #sources img, #sources script").count() == 0
    assert "<script>" in page.inner_text("#sources")
    assert "<img src=x" in page.inner_text("#chat .user-row")


def test_copying_gives_plain_text_with_marks(chat):
    chat.ask(QUESTION)
    chat.answer.locator("button[aria-label*='نسخ']").first.click()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied
    assert "#src" not in copied
    assert "\\" not in copied
    answer, _, sources = copied.partition("المصادر:")
    assert answer
    assert sources.strip().startswith("[1] فيلم «آخر الصيادين» يفوز بالجائزة الكبرى")
    assert "مجلة أوراق · 2 نوفمبر/تشرين الثاني 2025" in sources
    assert "https://awraq.example/culture/last-fishermen" in sources


def test_without_a_clipboard_copying_works_and_else_shows_the_link(open_page, address):
    chat = open_page(address)
    context = chat.page.context
    context.add_init_script("""Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});
        document.addEventListener('copy', () => { window.copied = document.activeElement.value; });""")
    page = chat.page
    page.reload()
    page.wait_for_selector("#chat .example")
    chat.ask(QUESTION)
    chat.answer.locator("button[aria-label*='نسخ']").first.click()
    page.wait_for_function("window.copied")
    assert re.search(r"\[1\][\s\S]*المصادر:\n\[1\] فيلم", page.evaluate("copied"))
    assert "#src" not in page.evaluate("copied")
    share = chat.answer.locator(".share")
    share.evaluate("""button => {
        window.said = [];  // it says so for two seconds
        new MutationObserver(() => said.push(button.textContent)).observe(button, {childList: true});
    }""")
    share.click()
    page.wait_for_function("said.includes('نُسخ الرابط')")
    assert page.evaluate("copied").startswith(f"{address}?q=")
    page.evaluate("document.execCommand = () => false")
    expect(share).to_have_text("رابط السؤال")
    share.click()
    field = page.locator(".src-link")
    expect(field).to_be_focused()
    assert field.evaluate("f => f.value.slice(f.selectionStart, f.selectionEnd)").startswith(
        address
    )


def test_what_can_be_done_with_an_answer_is_said_in_words(chat):
    chat.ask(QUESTION)
    buttons = chat.answer.locator(".message-buttons button:visible")
    expect(buttons).to_have_count(6)
    names = buttons.evaluate_all(
        """all => all.map(e => e.textContent.trim() || getComputedStyle(e, '::after').content)"""
    )
    assert names == [
        '"نسخ مع المصادر"', "رابط السؤال", '"إعادة المحاولة"', '"تراجع"', '"لم تُفدني"', '"أفادتني"',
    ]  # fmt: skip
    assert all(button.bounding_box()["height"] >= 32 for button in buttons.all())
    assert chat.answer.locator(".extra-feedback").is_hidden()
    chat.answer.get_by_label("لم تُفدني").click()
    expect(chat.answer.get_by_text("لا تجيب عن السؤال")).to_be_visible()
    expect(chat.answer.get_by_label("لم تُفدني")).to_have_attribute("aria-pressed", "true")


def test_a_link_to_a_question_fills_the_box(chat, open_page, address):
    chat.ask(QUESTION)
    chat.answer.locator(".share").click()
    link = chat.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}?q=")
    other = open_page(address, path=link.removeprefix(address))
    expect(other.page.locator("#q textarea")).to_have_value(QUESTION)
    other.ask(QUESTION)
    assert "ريم شاهين" in other.answer.inner_text()


def test_a_new_chat_is_empty(chat):
    chat.ask(QUESTION)
    chat.page.click("#new-btn")
    expect(chat.page.locator("#chat .message-row")).to_have_count(0)
    expect(chat.page.locator("#sources .src-card")).to_have_count(0)


def test_a_failing_model_and_a_server_that_went_away_are_told(open_page, sample_index, tmp_path):
    pytest.importorskip("langchain_openai", reason="jawab[openai] is missing")
    options = ("--model", "openai:x", "--base-url", "http://127.0.0.1:9/v1")
    with served(sample_index, tmp_path / "log", *options) as address:
        chat = open_page(address)
        chat.ask(QUESTION)
        shown = chat.page.inner_text("#chat")
    assert "تعذّر الوصول إلى النموذج" in shown
    assert "ريم شاهين" in shown  # the articles are quoted
    assert "إعادة المحاولة" in shown
    chat.page.fill("#q textarea", QUESTION)
    chat.page.keyboard.press("Enter")
    expect(chat.page.locator(".toast-wrap")).to_contain_text("انقطع الاتصال بالخادم")
    chat.page.close()
    chat.console.clear()  # that the server could not be reached


def test_a_citation_shows_what_it_rests_on_before_it_is_opened(chat):
    chat.ask(QUESTION)
    chat.page.locator("#chat a.cite").first.hover()
    preview = chat.page.locator("#cite-preview")
    expect(preview).to_be_visible()
    expect(preview).to_contain_text("مهرجان قرطاج")
    expect(preview).to_contain_text("2 نوفمبر/تشرين الثاني 2025")
    expect(preview.locator("bdi").first).to_be_visible()  # names keep their place beside dates
    assert preview.evaluate("card => getComputedStyle(card).boxSizing") == "border-box"
    assert chat.page.locator("#chat a.cite").first.get_attribute("title") is None
    chat.page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    chat.page.locator("#chat a.cite").first.click()
    expect(chat.page.locator(".src-card.is-hit")).to_be_focused()
    expect(preview).to_be_hidden()


def test_a_whole_article_opens_at_the_quote(chat):
    chat.ask(QUESTION)
    chat.page.locator(".src-turn.is-active .src-whole").first.click()
    dialog = chat.page.locator("dialog.art-whole")
    expect(dialog).to_be_visible()
    expect(dialog.locator("mark")).to_be_in_viewport()
    assert "ريم شاهين" in dialog.locator("mark").inner_text()
    assert "لا توجد فيها قاعات سينما" in dialog.inner_text()
    dialog.locator(".whole-close").click()
    expect(dialog).to_be_hidden()


def test_a_suggested_question_can_be_answered(chat):
    chat.ask("كم عدد المصابين في حريق مصنع الرمال؟")
    offered = chat.page.locator("#chat .options button", has_text="وماذا قال محافظ الرمال")
    offered.click()
    chat.wait()
    assert "63 مصنعًا" in chat.answer.inner_text()


def test_articles_that_differ_are_told_with_their_dates(chat):
    chat.ask("كم عدد المصابين في حريق مصنع الرمال؟")
    told = chat.answer.inner_text()
    assert "تغيّر هذا مع الوقت" in told
    assert told.index("10 أبريل/نيسان 2025") < told.index("6 مارس/آذار 2025")
    assert chat.answer.locator("table tbody tr").count() == 2
    assert not chat.answer.locator(".ans-card").first.is_visible()
    chat.answer.locator("summary").first.click()
    assert chat.answer.locator(".ans-card").first.is_visible()
    chat.answer.locator("button[aria-label*='نسخ']").first.click()
    rows = chat.page.evaluate("navigator.clipboard.readText()").split("\n")[1:3]
    assert [row.split(" · ")[1:] for row in rows] == [
        ["10 أبريل/نيسان 2025", "وكالة أنباء الساحل [1]"],
        ["6 مارس/آذار 2025", "صحيفة الميناء [2]"],
    ]
