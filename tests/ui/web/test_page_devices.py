"""The page on kinds of devices: language, direction, layout, access, in a real browser."""

import io
import re
import unicodedata

import pytest
from browser import behind_proxy, served
from pdfminer.high_level import extract_text

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect

QUESTION = "من أخرج فيلم آخر الصيادين؟"


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


def test_on_a_phone_the_sources_are_a_sheet(open_page, address):
    chat = open_page(address, "phone")
    chat.ask(QUESTION)
    panel = chat.page.locator("#src-col")
    expect(panel).to_be_hidden()
    cite, column = chat.answer.locator("a.cite").first, chat.page.locator("#chat-col")
    cite.tap()
    expect(chat.page.get_by_role("dialog", name="المصادر")).to_be_visible()
    assert column.evaluate("column => column.inert")
    assert panel.bounding_box()["width"] == 390
    assert not chat.page.locator("#cite-preview").is_visible()
    chat.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    cite.tap()
    chat.page.locator(".src-close").click()
    expect(cite).to_be_focused()
    assert not column.evaluate("column => column.inert")
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_chosen_theme_stays(open_page, address):
    chat = open_page(address, "dark")
    assert chat.page.evaluate("document.body.classList.contains('dark')")
    chat.page.click("#theme-btn")
    again = chat.page.context.new_page()
    again.goto(address)
    again.wait_for_selector("#chat")
    assert not again.evaluate("document.body.classList.contains('dark')")


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_nothing_is_cut_off_at_twice_the_size(open_page, address, device):
    """A zoom of 200 % halves the window that the page sees."""
    size = {"desktop": (640, 400), "phone": (195, 422)}[device]
    chat = open_page(address, device, viewport={"width": size[0], "height": size[1]})
    chat.ask(QUESTION)
    page = chat.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#q textarea").scroll_into_view_if_needed()
    expect(page.locator("#q textarea")).to_be_in_viewport()
    chat.answer.locator("a.cite").first.click()
    expect(page.locator(".src-card.is-hit mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    for button in page.locator("#hdr button").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]


def test_who_wants_no_motion_gets_none(open_page, address):
    moving = """() => [...document.querySelectorAll('#src-col, #cite-preview, .src-card')]
        .filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"""
    still = open_page(address, "phone")
    still.ask(QUESTION)
    assert still.page.evaluate(moving) == 0
    other = open_page(address, "phone", reduced_motion="no-preference")
    assert other.page.evaluate(moving) == 1


def test_a_question_can_be_typed_once_the_page_is_there(open_page, address):
    chat = open_page(address, ready="#chat .example")
    expect(chat.page.locator("#q textarea")).to_be_enabled()


def test_the_page_works_behind_a_path_of_a_proxy(open_page, sample_index, tmp_path):
    with (
        served(sample_index, tmp_path / "log", "--root-path", "/jawab") as inner,
        behind_proxy(inner, "/jawab") as address,
    ):
        chat = open_page(address)
        chat.ask(QUESTION)
        assert chat.page.evaluate("document.fonts.check('16px \"IBM Plex Sans Arabic\"', 'ع')")
        chat.answer.locator("a.cite").first.click()
        assert "ريم شاهين" in chat.page.inner_text(".src-card.is-hit mark")
        chat.page.close()


def test_the_tabs_fit_a_phone(open_page, address):
    page = open_page(address, "phone").page
    for tab, shown in (("المقالات", ".art-table"), ("الإعدادات", "#set-save")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_selector(shown)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_the_box_and_closes_what_is_open(chat):
    page = chat.page
    chat.ask(QUESTION)
    page.locator("#chat a.cite").first.focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.querySelector('#q textarea')")
    page.keyboard.type("سطر")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("آخر")
    expect(page.locator("#q textarea")).to_have_value("سطر\nآخر")
    page.click("#list-btn")
    page.keyboard.press("Escape")
    expect(page.locator("#conversations")).to_be_hidden()


def test_on_paper_the_page_is_light_and_has_the_sources_of_every_answer(open_page, address):
    chat = open_page(address, "dark")
    chat.ask(QUESTION)
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    page = chat.page
    page.emulate_media(media="print")
    white = page.evaluate(
        "getComputedStyle(document.querySelector('.gradio-container')).background"
    )
    assert white.startswith("rgb(255, 255, 255)")
    for section in page.locator(".src-turn").all():
        expect(section).to_be_visible()
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#hdr button").first).to_be_hidden()


def words_of(text):
    """Return the words of a text that have no signs above letters: a PDF sets those apart."""
    found = re.findall("[\\w\u064b-\u0652]+", unicodedata.normalize("NFKC", text))
    return {word for word in found if re.fullmatch(r"[^\W\d_]{4,}", word)}


def test_a_pdf_has_every_answer_followed_by_all_of_its_sources(chat):
    questions = (
        QUESTION, "كم عدد المصابين في حريق مصنع الرمال؟", "كم ثمن تذكرة الحافلة الكهربائية؟",
        "متى جاء هدف الفوز في نهائي كأس الاتحاد؟",
    )  # fmt: skip
    for question in questions:
        chat.ask(question)
    page = chat.page
    quotes = page.eval_on_selector_all("#sources blockquote", "all => all.map(e => e.textContent)")
    page.evaluate(
        """() => addEventListener('beforeprint', () => { window.order = [...document.querySelectorAll(
        '#chat :is(.user-row, .src-turn)')].map(e => e.matches('.src-turn')); })"""
    )
    lines = extract_text(io.BytesIO(page.pdf(format="A4"))).splitlines()
    printed = words_of("\n".join(line[::-1] for line in lines))  # letters lie left to right
    assert [words_of(quote) - printed for quote in quotes] == [set()] * len(quotes)
    assert words_of("الفهرس العنوان") <= printed
    assert any(chat.page.url.split("?")[0] in line for line in lines)
    assert page.evaluate("order") == [False, True] * len(questions)
    expect(page.locator("#chat .src-turn, .paper-head")).to_have_count(0)
    page.emulate_media(media="print")
    assert "underline" in page.locator(".src-card mark").first.evaluate(
        "mark => getComputedStyle(mark).textDecoration"
    )
    page.emulate_media(media="screen")
