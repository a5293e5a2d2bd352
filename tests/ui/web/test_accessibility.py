"""Every state of the page in light and dark, on a desktop and a phone, as axe-core sees it."""

import pytest

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect
Walk = pytest.importorskip("accessibility", reason="axe is missing").Walk

QUESTION = "من أخرج فيلم آخر الصيادين؟"
ANSWERED = {
    "a fact": QUESTION,
    "figures that differ": "كم عدد المصابين في حريق مصنع الرمال؟",
    "a list": "ما هي الجوائز التي فاز بها فيلم آخر الصيادين؟",
    "a comparison": "قارن بين عدد المصابين في حريق مصنع الرمال وعدد القطع في متحف الموصل",
    "a timeline": "كيف تغيّرت حصيلة المصابين في حريق مصنع الرمال؟",
    "a summary": "لخّص ما حدث في حريق مصنع الرمال",
    "a refusal": "من كتب رواية موسم الهجرة إلى الشمال؟",
}


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_state_is_accessible(open_page, address, device):
    walk = Walk(open_page(address, device))
    ask_within_a_filter(walk)
    ask_what_has_every_kind_of_answer(walk)
    look_at_sources(walk, hovers=device == "desktop")
    look_at_conversations(walk)
    look_at_articles_and_settings(walk)
    assert walk.found == {}


def ask_within_a_filter(walk):
    page = walk.page
    page.locator("#chat .examples:not([role])").wait_for()
    walk.look("empty")
    # axe measures no placeholders: they have the colour of the dim text that it does measure.
    assert page.locator("#q textarea").evaluate(
        "e => getComputedStyle(e, '::placeholder').color === getComputedStyle(document.querySelector('.hint')).color"
    )
    page.get_by_text("تضييق البحث", exact=True).click()
    page.fill("#f-since input[type=date]", "2026-01-02")
    page.fill("#f-until input[type=date]", "2026-01-01")
    page.fill("#f-title input", "حريق")
    page.wait_for_selector("#f-found [data-pick]")
    expect(page.get_by_role("alert")).to_be_visible()
    walk.look("a filter")
    walk.chat.ask(QUESTION)
    walk.look("nothing within the filter")
    page.click("#new-btn")
    page.locator("#chat .examples:not([role])").wait_for()
    page.get_by_text("تضييق البحث", exact=True).click()


def ask_what_has_every_kind_of_answer(walk):
    page, chat = walk.page, walk.chat
    chat.turns = 0
    for kind, question in ANSWERED.items():
        chat.ask(question)
        walk.look(kind, "#chat")
    chat.answer.get_by_label("لم تُفدني").click()
    chat.answer.locator(".extra-feedback").wait_for()
    walk.look("what is wrong with an answer", "#chat")
    page.locator("#chat .user-row").last.get_by_label("تعديل").click()
    page.get_by_label("تعديل السؤال").fill("What did NATO قال?")
    expect(page.get_by_label("تعديل السؤال")).to_have_attribute("dir", "ltr")
    walk.look("a question that is changed", "#chat")
    page.get_by_label("إلغاء", exact=True).click()
    page.eval_on_selector_all("#chat details", "all => all.forEach(e => { e.open = true; })")
    walk.look("what was folded", "#chat")


def look_at_sources(walk, *, hovers):
    page = walk.page
    page.locator("[data-testid=toast-text]").wait_for(state="detached")  # thanks for what is wrong
    cite = page.locator("#chat a.cite").first
    cite.click()
    walk.look("a source")
    page.locator(".src-turn.is-active .src-whole").first.click()
    page.locator("dialog.art-whole").wait_for()
    walk.look("a whole article", "dialog.art-whole")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    if hovers:
        cite.hover()
        page.locator("#cite-preview").wait_for()
        walk.look("a preview of a source")


def look_at_conversations(walk):
    page = walk.page
    page.click("#list-btn")
    shown = page.locator("#conversations")
    shown.locator("summary").first.click()
    walk.look("conversations, and how to export one")
    shown.locator("[data-do=delete]").first.click()
    walk.look("a deletion to confirm", "#conversations")
    shown.locator("[data-do=rename]").first.click()
    walk.look("a conversation that is renamed", "#conversations")
    page.keyboard.press("Escape")
    page.fill("#conversations input[type=search]", "لا وجود لهذا")
    walk.look("no conversation", "#conversations")
    shown.get_by_label("إغلاق القائمة").click()


def look_at_articles_and_settings(walk):
    page = walk.page
    page.get_by_role("tab", name="المقالات").click()
    page.wait_for_selector(".art-table")
    walk.look("articles")
    page.locator("[data-remove]").first.click()
    walk.look("an article to delete", "#art-table .armed")
    page.get_by_role("tab", name="إضافة رابط").click()
    walk.look("an address to add", "#art-add")
    page.get_by_role("tab", name="لصق نص").click()
    page.click("#art-paste")
    page.locator("#art-told .notice").wait_for()
    walk.look("a text to paste, and a warning", {"include": [["#art-add"], ["#art-told"]]})
    page.get_by_text("صيانة").click()
    page.fill("#art-words :is(input, textarea)", "لا وجود لهذا")
    page.locator(".art-none").wait_for()
    walk.look("no article, and upkeep", "#tab-articles")
    page.get_by_role("tab", name="الإعدادات").click()
    page.wait_for_selector("#set-save")
    walk.look("settings")
