"""The articles and settings tabs, in a real browser over a copy of the sample index."""

import json
import re
import shutil
import threading

import pytest
from browser import chromium, served
from sites import PAGE, html, site

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tab")


@pytest.fixture(scope="module")
def address(sample_index, folder):
    if chromium() is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    shutil.copytree(sample_index, folder / "index")
    with served(folder / "index", folder / "chat.log", "--allow-private") as found:
        yield found


@pytest.fixture
def tab(open_page, address):
    page = open_page(address).page
    page.get_by_role("tab", name="المقالات").click()
    page.wait_for_selector(".art-table")
    yield page
    page.close()


def test_what_is_indexed_is_counted_and_drawn(tab):
    shown = tab.inner_text(".art-stats")
    assert "28" in shown
    assert "11 فبراير/شباط 2025" in shown or "2025" in shown
    assert tab.locator(".art-time rect").count() >= 10
    assert tab.locator(".art-table tbody tr").count() == 28


def test_titles_are_searched_in_any_form(tab):
    tab.fill("#art-words :is(input, textarea)", "المصانع حرائق")
    expect(tab.locator(".art-table tbody tr")).not_to_have_count(28)
    tab.fill("#art-words :is(input, textarea)", "حريق مصنع")
    expect(tab.locator(".art-table tbody tr")).to_have_count(3)


def test_a_hostile_title_is_shown_as_text(tab):
    assert tab.evaluate("window.__xss === undefined")
    assert "<script>" in tab.inner_text(".art-table")
    assert tab.locator(".art-table script, .art-table img").count() == 0


def test_text_is_added_asked_about_and_removed(open_page, address):
    chat = open_page(address)
    page = chat.page
    page.get_by_role("tab", name="المقالات").click()
    page.get_by_role("tab", name="لصق نص").click()
    page.fill("#art-title :is(input, textarea)", "افتتاح مرصد الطيور في بحيرة النخيل")
    page.fill("#art-date :is(input, textarea)", "2025-12-01")
    page.fill(
        "#art-text textarea",
        "افتتح وزير البيئة كمال رستم مرصد الطيور في بحيرة النخيل. ويضم المرصد 26 منظارًا.",
    )
    page.click("#art-paste")
    expect(page.locator("#art-told")).to_contain_text("أُضيف مقال واحد")
    expect(page.locator(".art-table")).to_contain_text("مرصد الطيور")
    page.get_by_role("tab", name="المحادثة").click()
    chat.ask("كم منظارًا يضم مرصد الطيور؟")
    assert "26 منظارًا" in chat.answer.inner_text()
    page.get_by_role("tab", name="المقالات").click()
    remove = page.locator(".art-table tr", has_text="مرصد الطيور").locator("[data-remove]")
    remove.scroll_into_view_if_needed()
    before = [button.bounding_box() for button in remove.locator("xpath=../button").all()]
    remove.click()
    expect(remove).to_have_text("تأكيد الحذف")
    assert [b.bounding_box() for b in remove.locator("xpath=../button").all()] == before
    assert remove.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(179, 38, 30)"
    remove.click()
    expect(page.locator("#art-told")).to_contain_text("حُذف مقال واحد")
    expect(page.locator(".art-table")).not_to_contain_text("مرصد الطيور")
    page.close()


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_added(tab, tmp_path):
    good, bad = tmp_path / "جسر.txt", tmp_path / "تالف.docx"
    good.write_text("افتتاح الجسر\n\nافتتح الوزير الجسر الجديد صباح اليوم.", encoding="utf-8")
    bad.write_bytes(b"this is no document")
    tab.set_input_files("#art-files input[type=file]", [good, bad])
    expect(tab.locator("#art-told")).to_contain_text("أُضيف مقال واحد", timeout=30_000)
    expect(tab.locator("#art-told li")).to_have_count(1)


def test_a_feed_brings_its_articles_and_says_what_it_could_not_read(tab):
    items = "".join(
        f"<item><title>تدشين جسر النخيل {n}</title><link>{{address}}/{n}</link></item>"
        for n in range(3)
    )
    pages = {f"/{n}": html(PAGE) for n in range(2)}
    with site(pages) as (address, _):
        feed = f"<rss version='2.0'><channel><title>صحيفة الجسور</title>{items}</channel></rss>"
        feed = feed.replace("{address}", address)
        pages["/feed"] = (200, {"Content-Type": "application/rss+xml"}, feed)
        tab.get_by_role("tab", name="إضافة رابط").click()
        tab.fill("#art-url :is(input, textarea)", f"{address}/feed")
        tab.click("#art-fetch")
        expect(tab.locator("#art-told")).to_contain_text("أُضيف", timeout=30_000)
    expect(tab.locator("#art-told li")).to_have_count(1)
    tab.fill("#art-words :is(input, textarea)", "تدشين جسر النخيل")
    expect(tab.locator(".art-table tbody tr").first).to_contain_text("صحيفة الجسور")


def test_a_job_is_shown_to_all_and_what_comes_after_it_waits(open_page, address):
    asked, go_on = threading.Event(), threading.Event()

    def answer_late(handler):
        asked.set()
        go_on.wait(60)
        handler.send_error(404)

    try:
        with site({"/late": answer_late}) as (other, _):
            first = open_page(address).page
            first.get_by_role("tab", name="المقالات").click()
            first.get_by_role("tab", name="إضافة رابط").click()
            first.fill("#art-url :is(input, textarea)", f"{other}/late")
            first.click("#art-fetch")
            assert asked.wait(30)
            second = open_page(address).page  # as the first would be after a reload
            expect(second.locator("#indexing")).to_contain_text("قيد الفهرسة: 0 من 1 — يمكن السؤال")
            second.get_by_role("tab", name="المقالات").click()
            expect(second.locator("#art-job .art-bar")).to_be_visible()
            expect(second.locator("#art-job [data-stop]")).to_be_visible()
            colour = (
                "selector => getComputedStyle(document.querySelector(selector)).backgroundColor"
            )
            bar = second.evaluate(colour, ".art-bar span")
            assert bar == second.evaluate(colour, ".logo") != second.evaluate(colour, ".art-bar")
            second.get_by_role("tab", name="لصق نص").click()
            second.fill("#art-text textarea", "افتتح الوزير كمال رستم مرصد البجع في البحيرة.")
            second.click("#art-paste")
            expect(second.locator("#art-told")).to_have_text(
                "تجري فهرسة أخرى الآن؛ سيُضاف نصّك بعدها."
            )
            assert "البجع" in second.input_value("#art-text textarea")
            go_on.set()
            expect(second.locator("#art-told")).to_contain_text("✓ أُضيف مقال واحد.")
            expect(second.locator("#art-text textarea")).to_have_value("")
            expect(second.locator("#art-job .art-bar")).to_have_count(0)
            told = first.locator("#art-told")
            expect(first.locator(".art-table")).to_contain_text("البجع")
            expect(first.locator("#art-url :is(input, textarea)")).to_have_value(f"{other}/late")
            # On a machine with much else to do the address has been given up by now.
            expect(told).to_contain_text(
                re.compile(r"لا توجد صفحة في هذا الرابط \(404\)\.|لم يُجب الموقع")
            )
            technical = re.compile("the server answers 404|takes over 30 s")
            assert not technical.search(told.inner_text())
            first.get_by_text("التفاصيل التقنية").click()
            expect(told).to_contain_text(technical)
            asked.clear()
            go_on.clear()
            first.click("#art-fetch")
            assert asked.wait(30)
            second.locator("#art-job [data-stop]").click()
            expect(second.locator("#art-job")).to_contain_text("جارٍ الإيقاف")
            go_on.set()
            expect(told).to_contain_text("أُوقفت الفهرسة.")
    finally:
        go_on.set()


def test_an_article_of_the_list_is_asked_about(open_page, address):
    chat = open_page(address)
    chat.page.get_by_role("tab", name="المقالات").click()
    row = chat.page.locator(".art-table tr", has_text="آخر الصيادين")
    row.get_by_text("اسأل عنه").click()
    expect(chat.page.locator(".chip")).to_contain_text("آخر الصيادين")
    expect(chat.page.locator("#q textarea")).to_be_visible()
    chat.ask("من أخرجه؟")
    assert "ريم شاهين" in chat.answer.inner_text()
    chat.page.close()


def test_settings_are_tried_and_kept(open_page, address):
    page = open_page(address).page
    page.get_by_role("tab", name="الإعدادات").click()
    page.fill("#set-model :is(input, textarea)", "openai:none")
    page.fill("#set-address :is(input, textarea)", "http://127.0.0.1:9/v1")
    page.click("#set-test")
    expect(page.locator("#set-told")).to_contain_text("لم ينجح الاتصال", timeout=30_000)
    page.fill("#set-model :is(input, textarea)", "extractive")
    page.fill("#set-address :is(input, textarea)", "")
    page.get_by_label("حذر", exact=True).check()
    page.get_by_label("موجزة", exact=True).check()
    page.get_by_label("بكلماتها وبسؤال النموذج مرة ثانية", exact=True).check()
    page.click("#set-save")
    expect(page.locator("#set-told")).to_contain_text("حُفظت الإعدادات")
    page.reload()
    page.get_by_role("tab", name="الإعدادات").click()
    expect(page.get_by_label("حذر", exact=True)).to_be_checked()
    expect(page.get_by_label("موجزة", exact=True)).to_be_checked()
    expect(page.locator("#set-model :is(input, textarea)")).to_have_value("extractive")
    page.close()


def test_what_is_wrong_with_an_answer_is_written_down(open_page, address, folder):
    chat = open_page(address)
    chat.ask("من أخرج فيلم آخر الصيادين؟")
    buttons = chat.page.locator("#chat .message-buttons").last
    expect(buttons.get_by_label("أفادتني")).to_be_visible()
    buttons.get_by_label("لم تُفدني").click()
    expect(chat.page.locator(".toast-title")).to_have_text("تمّ")
    expect(chat.page.locator(".toast-body")).to_contain_text("حُفظت الملاحظة")
    chat.page.get_by_text("المصدر لا يدعم الإجابة").last.click()
    expect(chat.page.locator(".extra-feedback-option[style*=bold]")).to_have_count(1)
    chat.page.wait_for_timeout(500)
    expect(chat.page.locator(".toast-title")).to_have_count(1)  # thanked once
    lines = (folder / "index-feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["", "المصدر لا يدعم الإجابة"]
    told = json.loads(lines[-1])
    assert told["reason"] == "المصدر لا يدعم الإجابة"
    assert not told["good"]
    assert told["question"] == "من أخرج فيلم آخر الصيادين؟"
    assert told["articles"] == ["فيلم-الصيادين"]
    chat.page.close()
