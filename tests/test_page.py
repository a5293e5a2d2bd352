"""The page in a real browser, over the samples, with the model that ships."""

import re

import pytest
from browser import served

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "من أخرج فيلم آخر الصيادين؟"


@pytest.fixture(scope="module")
def address(sample_index, tmp_path_factory):
    with served(sample_index, tmp_path_factory.mktemp("log") / "chat.log") as found:
        yield found


@pytest.fixture
def chat(open_page, address):
    return open_page(address)


def test_an_english_browser_gets_an_arabic_page_right_to_left(chat):
    page = chat.page
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    assert page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'ع')")
    latin = set(re.findall("[A-Za-z]{3,}", page.inner_text("gradio-app")))
    assert not latin
    wrong = page.evaluate(
        """() => [...document.querySelectorAll('gradio-app *')]
        .filter(e => e.offsetParent && getComputedStyle(e).direction === 'ltr'
          && !e.closest('svg, [dir=ltr], code, pre, bdi')).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert wrong == []


def test_every_button_has_an_arabic_name(chat):
    chat.ask(QUESTION)
    expect(chat.page.locator("#q .submit-button")).to_have_attribute("aria-label", "إرسال السؤال")
    names = chat.page.evaluate(
        """() => [...document.querySelectorAll('gradio-app button')].filter(e => e.offsetParent && !e.closest('[inert]'))
        .map(e => e.getAttribute('aria-label') || e.innerText || e.title)"""
    )
    assert [name for name in names if not re.search("[\u0600-\u06ff]", name)] == []


def test_the_layout_fits_the_window(chat):
    boxes = {
        name: chat.page.locator(name).bounding_box() for name in ("#chat", "#composer", "#src-col")
    }
    assert boxes["#composer"]["height"] < 90
    assert boxes["#chat"]["height"] > 450
    assert boxes["#src-col"]["x"] < boxes["#chat"]["x"]
    assert chat.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_citation_opens_its_source_with_the_quote_marked(chat):
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()
    chat.answer.locator("a.cite").first.click()
    card = chat.page.locator(".src-card.is-hit")
    expect(card).to_have_count(1)
    assert "ريم شاهين" in card.locator("mark").inner_text()
    assert "2 نوفمبر/تشرين الثاني 2025" in card.inner_text()
    assert card.evaluate("card => card === document.activeElement")
    assert "#src" not in chat.page.url


def test_the_first_turn_keeps_its_sources_after_the_second(chat):
    chat.ask(QUESTION)
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    chat.page.locator("#chat a.cite").first.click()
    assert "آخر الصيادين" in chat.page.inner_text(".src-turn.is-active .src-q")


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


def test_an_empty_question_is_not_asked(chat):
    chat.page.locator("#q textarea").press("Enter")
    expect(chat.page.locator(".toast-wrap")).to_contain_text("اكتب سؤالًا")
    assert chat.page.locator("#chat .message-row").count() == 0


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


def test_a_mixed_question_reads_in_the_right_order(chat):
    chat.ask("ما مؤتمر ميونيخ 2025 (NATO)؟")
    places = chat.page.evaluate(
        """() => { const text = document.querySelector('#chat .user-row .prose p').firstChild;
        const range = document.createRange();
        const middle = c => { const i = text.data.lastIndexOf(c); range.setStart(text, i);
          range.setEnd(text, i + 1); const box = range.getBoundingClientRect();
          return (box.left + box.right) / 2; };
        return ['ي', '2', '(', 'O', 'N', ')', '؟'].map(middle); }"""
    )
    assert places == sorted(places, reverse=True)


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


def test_a_link_to_a_question_fills_the_box(chat, open_page, address):
    chat.ask(QUESTION)
    chat.page.locator(".src-turn.is-active [data-share]").click()
    link = chat.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}?q=")
    other = open_page(address)
    other.page.goto(link)
    expect(other.page.locator("#q textarea")).to_have_value(QUESTION)
    other.ask(QUESTION)
    assert "ريم شاهين" in other.answer.inner_text()


def test_a_new_chat_is_empty(chat):
    chat.ask(QUESTION)
    chat.page.click("#new-btn")
    expect(chat.page.locator("#chat .message-row")).to_have_count(0)
    expect(chat.page.locator("#sources .src-card")).to_have_count(0)


def test_on_a_phone_the_sources_are_a_sheet(open_page, address):
    chat = open_page(address, "phone")
    chat.ask(QUESTION)
    panel = chat.page.locator("#src-col")
    expect(panel).to_be_hidden()
    chat.answer.locator("a.cite").first.click()
    expect(panel).to_be_visible()
    assert panel.bounding_box()["width"] == 390
    chat.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_chosen_theme_stays(open_page, address):
    chat = open_page(address, "dark")
    assert chat.page.evaluate("document.body.classList.contains('dark')")
    chat.page.click("#theme-btn")
    chat.page.reload()
    chat.page.wait_for_selector("#chat")
    assert not chat.page.evaluate("document.body.classList.contains('dark')")


@pytest.mark.parametrize("device", ["desktop", "dark"])
def test_the_page_is_accessible(open_page, address, device):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    chat = open_page(address, device)
    chat.ask(QUESTION)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = axe.Axe().run(chat.page, options=rules).response["violations"]
    assert [(v["id"], [node["html"][:100] for node in v["nodes"]]) for v in found] == []


def test_a_failing_model_is_said_and_the_articles_quoted(open_page, sample_index, tmp_path):
    pytest.importorskip("langchain_openai", reason="jawab[openai] is missing")
    options = ("--model", "openai:x", "--base-url", "http://127.0.0.1:9/v1")
    with served(sample_index, tmp_path / "log", *options) as address:
        chat = open_page(address)
        chat.ask(QUESTION)
        shown = chat.answer.inner_text()
        chat.page.close()
    assert "تعذّر استعمال النموذج" in shown
    assert "ريم شاهين" in shown


def test_a_citation_shows_what_it_rests_on_before_it_is_opened(chat):
    chat.ask(QUESTION)
    chat.page.locator("#chat a.cite").first.hover()
    preview = chat.page.locator("#cite-preview")
    expect(preview).to_be_visible()
    expect(preview).to_contain_text("مهرجان قرطاج")
    expect(preview).to_contain_text("2 نوفمبر/تشرين الثاني 2025")
    chat.page.keyboard.press("Escape")
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


def test_answers_may_be_taken_from_some_articles_only(chat):
    chat.page.get_by_text("ابحث في بعض المقالات فقط").click()
    chat.page.fill("#f-since :is(input, textarea)", "2026-01-01")
    chat.ask(QUESTION)
    assert "لم أجد" in chat.answer.inner_text()
    chat.page.fill("#f-since :is(input, textarea)", "2025-11-01")
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()
    chat.page.fill("#f-since :is(input, textarea)", "غدًا")
    chat.ask(QUESTION)
    assert "ليس تاريخًا" in chat.answer.inner_text()


def test_a_suggested_question_can_be_answered(chat):
    chat.ask("كم عدد المصابين في حريق مصنع الرمال؟")
    chat.page.locator("#chat .options button").first.click()
    chat.wait()
    assert "ماذا جاء في خبر" in chat.page.locator("#chat .user-row").last.inner_text()
    assert "لم أجد" not in chat.answer.inner_text()


def test_articles_that_differ_are_told_with_their_dates(chat):
    chat.ask("كم عدد المصابين في حريق مصنع الرمال؟")
    told = chat.answer.inner_text()
    assert "تختلف المقالات في هذا" in told
    assert told.index("10 أبريل/نيسان 2025") < told.index("6 مارس/آذار 2025")
