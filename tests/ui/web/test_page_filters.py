"""Which articles a question may use, chosen on the page, in a real browser."""

import pytest

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect

QUESTION = "من أخرج فيلم آخر الصيادين؟"


@pytest.fixture
def chat(open_page, two_indexes):
    chat = open_page(two_indexes)
    chat.page.get_by_text("تضييق البحث", exact=True).click()
    return chat


def test_answers_may_be_taken_from_some_articles_only(chat):
    page, scope = chat.page, "منذ 1 نوفمبر/تشرين الثاني 2025"
    page.locator("#f-since input[type=date]").fill("2025-11-01")
    page.locator("#f-until input[type=date]").fill("2025-10-01")
    expect(page.get_by_role("alert")).to_have_text(
        "تاريخ البداية بعد تاريخ النهاية، فلا مقال بينهما."
    )
    page.fill("#f-until input", "")
    expect(page.get_by_role("alert")).to_have_count(0)
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()
    expect(page.locator("#chat")).to_contain_text(f"بحثتُ في 3 مقالات ({scope})، ووجدتُ")
    chat.ask("من كتب رواية موسم الهجرة إلى الشمال؟")
    expect(page.locator("#chat .options")).to_contain_text("توسيع البحث")
    page.wait_for_function("Object.values(localStorage).some(kept => kept.includes('موسم الهجرة'))")
    page.reload()
    expect(page.locator("#chat")).to_contain_text(f"البحث محصور في: {scope}")
    expect(page.locator(".chip")).to_have_text("من 1 نوفمبر/تشرين الثاني 2025✕")
    expect(page.locator("#chat .options")).to_contain_text("توسيع البحث")
    chat.answer.locator(".share").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.click("#new-btn")
    expect(page.locator(".chip")).to_have_count(0)
    page.goto(link)
    expect(page.locator("#q textarea")).to_have_value("من كتب رواية موسم الهجرة إلى الشمال؟")
    expect(page.locator(".chip")).to_have_text("من 1 نوفمبر/تشرين الثاني 2025✕")


def test_a_link_to_what_is_gone_from_the_index_says_that_it_was_narrower(chat, two_indexes):
    page, asked = chat.page, "كم منظارًا في مرصد الطيور؟"
    for gone in ("source=صحيفة أُغلقت", "article=gone"):
        page.goto(f"{two_indexes}?q={asked}&since=2025-01-01&index=index&{gone}")
        expect(page.locator("#q textarea")).to_have_value(asked)
        expect(page.locator(".toast-body")).to_contain_text("لم يعد في الفهرس")
        expect(page.locator(".chip")).to_have_text("من 1 يناير/كانون الثاني 2025✕")
    page.goto(f"{two_indexes}?q={asked}&source=مجلة أوراق&index=index")
    expect(page.locator(".chip")).to_have_text("مجلة أوراق✕")
    expect(page.locator(".toast-body")).to_have_count(0)


def test_a_search_in_no_article_is_told_and_widened(chat):
    page = chat.page
    page.fill("#f-since :is(input, textarea)", "2027-01-01")
    chat.ask(QUESTION)
    expect(page.locator("#chat .notice")).to_contain_text("لا مقال يطابق التضييق.")
    expect(page.locator("#chat")).not_to_contain_text("28")
    expect(page.locator("#sources .src-note")).to_have_count(0)
    page.locator("#chat .options button", has_text="توسيع البحث").click()
    expect(page.locator("#chat")).to_contain_text("ريم شاهين")
    expect(page.locator("#chat .user-row")).to_have_count(1)
    expect(page.locator(".chip")).to_have_count(0)


def test_an_article_is_chosen_by_a_word_of_its_title(chat):
    page = chat.page
    page.fill("#f-title :is(input, textarea)", "حافلات")
    page.locator("[data-pick]").first.click()
    expect(page.locator(".chip")).to_contain_text("حافلات")
    chat.ask(QUESTION)
    assert "لم أجد" in chat.answer.inner_text()
    page.click(".chip")
    expect(page.locator(".chip")).to_have_count(0)
    chat.ask(QUESTION)
    assert "ريم شاهين" in chat.answer.inner_text()


def test_what_was_chosen_is_shown_as_chips_and_taken_back(chat):
    page = chat.page
    page.fill("#f-since :is(input, textarea)", "2025-03-01")
    expect(page.locator(".chip")).to_have_text("من 1 مارس/آذار 2025✕")
    page.locator("#f-sources input").click()
    page.get_by_role("option", name="مجلة أوراق").click()
    expect(page.locator(".chip")).to_have_count(2)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="إلغاء: مجلة أوراق").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("button", name="إلغاء: من 1 مارس").click()
    expect(page.locator("#f-since :is(input, textarea)")).to_have_value("")


def test_one_source_is_asked_alone(chat):
    chat.ask(QUESTION)
    chat.page.locator(".src-turn.is-active [data-only]").first.click()
    expect(chat.page.locator(".chip")).to_contain_text("آخر الصيادين")
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    assert "لم أجد" in chat.answer.inner_text()


def test_another_index_is_chosen(chat):
    page = chat.page
    chat.ask(QUESTION)
    page.fill("#f-since :is(input, textarea)", "2025-03-01")
    page.locator("#picker input").click()
    page.get_by_role("option", name="birds").click()
    expect(page.locator("#chat .message-row")).to_have_count(0)
    expect(page.locator("#chat .example")).to_have_count(1)
    expect(page.locator(".chip")).to_have_count(0)
    chat.turns = 0
    chat.ask("كم منظارًا في مرصد الطيور؟")
    assert "26 منظارًا" in chat.answer.inner_text()
    page.get_by_role("tab", name="المقالات").click()
    expect(page.locator(".art-table tbody tr")).to_have_count(1)
    page.get_by_role("tab", name="المحادثة").click()
    page.click("#list-btn")
    page.locator("#conversations .conversation", has_text=QUESTION).click()
    expect(page.locator("#picker input")).to_have_value("index")
    expect(page.locator("#chat")).to_contain_text("ريم شاهين")
