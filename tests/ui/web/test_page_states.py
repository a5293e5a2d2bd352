"""What the page shows while things go on and when they fail, in a real browser."""

import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from browser import served
from fakes import Silent, model_server

from index import build_index

expect = pytest.importorskip(
    "playwright.sync_api", reason="playwright is missing (make test installs it)"
).expect
Walk = pytest.importorskip("accessibility", reason="axe is missing").Walk
pytest.importorskip("langchain_openai", reason="jawab[openai] is missing (make test installs it)")

QUESTION = "من أخرج فيلم آخر الصيادين؟"
SENTENCE = "فاز فيلم «آخر الصيادين» للمخرجة اللبنانية ريم شاهين بالجائزة الكبرى في مهرجان قرطاج"
MODEL = ("--model", "openai:scripted", "--base-url")


@pytest.fixture(scope="module")
def script():
    """What the model says; a test puts its own reply in."""
    return {"reply": f"{SENTENCE} [1]."}


@pytest.fixture(scope="module")
def model(script):
    def reply(messages):
        said = script["reply"]
        return said(messages) if callable(said) else said

    with model_server(reply) as (address, _):
        yield address


@pytest.fixture(scope="module")
def address(sample_index, tmp_path_factory, model):
    log = tmp_path_factory.mktemp("log") / "chat.log"
    with served(sample_index, log, *MODEL, model) as found:
        yield found


@pytest.fixture
def chat(open_page, address, script):
    script["reply"] = f"{SENTENCE} [1]."
    return open_page(address)


def send(chat, question=QUESTION):
    chat.page.fill("#q textarea", question)
    chat.page.keyboard.press("Enter")


def hold(script):
    """Let the model begin its answer only when what is returned is set."""
    go_on = threading.Event()

    def reply(_):
        go_on.wait(60)
        return f"{SENTENCE} [1]."

    script["reply"] = reply
    return go_on


def test_what_a_model_writes_is_shown_and_copied_as_it_is_laid_out(chat, script):
    actor = "ونال بطله الممثل الهاوي حنا البحري جائزة أفضل ممثل"
    script["reply"] = f"## الفيلم\n1. **المخرجة:** {SENTENCE} [1].\n   - {actor} (المصدر 1)."
    chat.ask(QUESTION)
    answer = chat.answer.locator(".ans")
    assert answer.locator("ol > li > p").inner_text().startswith(f"المخرجة: {SENTENCE}")
    assert answer.locator("ol strong").inner_text() == "المخرجة:"
    assert actor in answer.locator("ol > li > ul > li").inner_text()
    assert "*" not in answer.inner_text()
    cite = answer.locator("a.cite").first
    # Behind the full stop, and never alone at the beginning of a line.
    assert cite.evaluate("e => e.parentElement.firstChild.data").endswith(".\u00a0")
    assert cite.evaluate("e => getComputedStyle(e.parentElement).whiteSpace") == "nowrap"
    cite.click()
    assert "ريم شاهين" in chat.page.inner_text(".src-card.is-hit mark")
    chat.answer.locator("button[aria-label*='نسخ']").first.click()
    copied = chat.page.evaluate("navigator.clipboard.readText()").partition("\n\n")[0]
    assert copied == f"الفيلم:\n1. المخرجة: {SENTENCE}. [1]\n  - {actor}. [1]"


def test_sources_are_there_before_the_answer(chat, script):
    expect(chat.page.locator("#hint")).to_contain_text("قد تخطئ النماذج اللغوية")
    go_on = hold(script)
    send(chat)
    expect(chat.page.locator("#sources .src-card").first).to_be_visible()
    expect(chat.page.locator("#chat")).to_contain_text("يكتب النموذج الإجابة…")
    assert SENTENCE not in chat.page.inner_text("#chat")
    expect(chat.page.locator("#chat")).to_contain_text("بحثتُ في 28 مقالًا، ووجدتُ")
    go_on.set()
    chat.wait()
    assert SENTENCE in chat.answer.inner_text()
    expect(chat.page.locator("#chat")).not_to_contain_text("يكتب النموذج")


def test_an_answer_is_stopped_and_the_next_is_whole(chat, script):
    go_on = hold(script)
    send(chat)
    chat.page.wait_for_selector("#q .stop-button")
    expect(chat.page.locator("#sources .src-card").first).to_be_visible()
    chat.page.click("#q .stop-button")
    expect(chat.page.locator("#chat .notice")).to_have_text("أُوقفت الإجابة.")
    chat.page.wait_for_selector("#q .submit-button")
    script["reply"] = f"{SENTENCE} [1]."
    chat.turns = 1
    chat.ask(QUESTION)
    assert SENTENCE in chat.answer.inner_text()
    expect(chat.page.locator("#chat .notice")).to_have_count(1)
    go_on.set()


def test_what_is_stopped_frees_its_place_and_its_model_at_once(chat, script):
    """Two questions are answered at a time; a third begins when two were stopped."""
    stopped = [Silent(), Silent(f"{SENTENCE} [1]. ونال بطله"), Silent()]
    for n, reply in enumerate(stopped):
        script["reply"] = reply
        send(chat)
        chat.page.wait_for_selector("#q .stop-button")
        assert reply.asked.wait(20)
        if reply:
            expect(chat.page.locator("#chat")).to_contain_text(SENTENCE)
        if n < 2:
            chat.page.click("#q .stop-button")
        else:
            chat.page.click("#new-btn")
        assert reply.closed.wait(30)
        chat.page.wait_for_selector("#q .submit-button")


def test_whoever_closes_the_page_closes_the_models_connection(chat, script):
    script["reply"] = reply = Silent()
    send(chat)
    assert reply.asked.wait(20)
    chat.page.close()
    assert reply.closed.wait(30)


def test_how_long_the_model_takes_is_seen_and_not_read_out(chat, script):
    """Before its first sentence and behind one."""
    for reply in (Silent(), Silent(f"{SENTENCE} [1]. ونال بطله")):
        script["reply"] = reply
        send(chat)
        line = chat.page.locator("#chat .thought-group p[data-seconds]")
        expect(line).to_have_attribute("data-seconds", "2 ث")
        expect(line).to_have_attribute("data-seconds", "3 ث")
        assert line.inner_text() == "يكتب النموذج الإجابة…"
        shown = line.evaluate("e => getComputedStyle(e, '::after').content")
        assert "3 ث" in shown or "4 ث" in shown
        assert shown.endswith('/ ""')
        assert (SENTENCE in chat.page.inner_text("#chat")) == bool(reply)
        chat.page.click("#q .stop-button")
        chat.page.wait_for_selector("#q .submit-button")
        expect(line).to_have_count(0)


def test_a_second_question_waits_for_the_first(chat, script):
    go_on = hold(script)
    send(chat)
    chat.page.wait_for_selector("#q .stop-button")
    send(chat, "سؤال ثانٍ؟")
    expect(chat.page.locator(".toast-wrap")).to_contain_text("لم تكتمل الإجابة الحالية")
    go_on.set()
    chat.wait()
    expect(chat.page.locator("#chat .user-row")).to_have_count(1)
    expect(chat.page.locator("#q textarea")).to_have_value("سؤال ثانٍ؟")


def test_a_new_chat_while_an_answer_comes_stays_empty(chat, script):
    go_on = hold(script)
    send(chat)
    expect(chat.page.locator("#sources .src-card").first).to_be_visible()
    chat.page.click("#new-btn")
    chat.page.wait_for_selector("#chat .examples")
    go_on.set()
    chat.page.wait_for_timeout(1000)
    expect(chat.page.locator("#chat .message-row")).to_have_count(0)
    expect(chat.page.locator("#sources .src-card")).to_have_count(0)


def test_a_conversation_opened_while_an_answer_comes_stays_as_it_was(chat, script):
    chat.ask(QUESTION)
    chat.page.wait_for_function(
        "Object.keys(localStorage).some(key => key.startsWith('jawab-conv'))"
    )
    chat.page.click("#new-btn")
    chat.page.wait_for_selector("#chat .examples")
    go_on = hold(script)
    send(chat, "كم ثمن تذكرة الحافلة الكهربائية؟")
    expect(chat.page.locator("#sources .src-card").first).to_be_visible()
    chat.page.click("#list-btn")
    chat.page.locator("#conversations .conversation", has_text=QUESTION).click()
    expect(chat.page.locator("#chat .user-row")).to_have_text(re.compile("آخر الصيادين"))
    go_on.set()
    chat.page.wait_for_timeout(1000)
    expect(chat.page.locator("#chat .user-row")).to_have_count(1)
    script["reply"] = f"{SENTENCE} [1]."
    chat.turns = 1
    chat.ask(QUESTION)
    assert SENTENCE in chat.answer.inner_text()


def test_a_question_is_changed_and_asked_again(chat):
    chat.ask(QUESTION)
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    chat.page.locator("#chat .user-row").first.get_by_label("تعديل").click()
    chat.page.fill("#chat textarea.edit-textarea", "من أخرج «آخر الصيادين» (الفيلم)؟")
    chat.page.locator("#chat").get_by_label("إرسال").click()
    chat.turns = 0
    chat.wait()
    assert chat.page.inner_text("#chat .user-row").strip() == "من أخرج «آخر الصيادين» (الفيلم)؟"
    chat.page.locator("#chat").get_by_label("تعديل").click()
    field = chat.page.locator("#chat textarea.edit-textarea")
    assert field.input_value() == "من أخرج «آخر الصيادين» (الفيلم)؟"


def test_a_question_is_taken_back(chat):
    chat.ask(QUESTION)
    chat.ask("كم ثمن تذكرة الحافلة الكهربائية؟")
    chat.page.locator("#chat").get_by_label("تراجع").last.click()
    expect(chat.page.locator("#chat .user-row")).to_have_count(1)
    expect(chat.page.locator("#q textarea")).to_have_value("كم ثمن تذكرة الحافلة الكهربائية؟")
    expect(chat.page.locator(".src-turn.is-active .src-q")).to_contain_text("آخر الصيادين")


def test_the_same_question_is_asked_again(chat, script):
    script["reply"] = "كلام لا أصل له في أي مقال [1]."
    chat.ask(QUESTION)
    assert SENTENCE not in chat.answer.locator("p").last.inner_text()
    script["reply"] = f"{SENTENCE} [1]."
    chat.page.locator("#chat").get_by_label("إعادة المحاولة").last.click()
    expect(chat.answer).to_contain_text(SENTENCE)


def test_what_no_article_says_is_shown_and_marked(chat, script):
    script["reply"] = f"{SENTENCE} [1]. ومُنع الفيلم في تسع دول بقرار قضائي [1]."
    chat.ask(QUESTION)
    shown = chat.answer.inner_text()
    assert SENTENCE in shown
    assert shown.index("تسع دول") < shown.index("(غير مؤكَّد)")
    assert shown.count("(غير مؤكَّد)") == 1


def test_a_hostile_answer_stays_text(chat, script):
    script["reply"] = (
        f"{SENTENCE} [1] [9] ![x](http://evil.example/?q=1) [اضغط](http://evil.example)"
        " <img src=x onerror=window.__xss=1> <script>window.__xss=2</script>"
        " https://evil.example www.evil.example.\n\n"
        "## <img src=x onerror=window.__xss=3>\n- **<script>window.__xss=4</script>:** "
        f"ونال بطله الممثل الهاوي حنا البحري جائزة أفضل ممثل <svg onload=window.__xss=5> [1]."
    )
    chat.ask(QUESTION)
    page = chat.page
    assert page.evaluate("window.__xss === undefined")
    assert page.locator("#chat .prose :is(img, script, form, iframe)").count() == 0
    links = page.eval_on_selector_all(
        "#chat .prose a", "all => all.map(a => a.getAttribute('href'))"
    )
    assert all(link.startswith("#src-") for link in links)
    assert "[9]" not in page.inner_text("#chat .bot-row >> nth=-1")


def test_several_ask_at_once_and_all_are_answered(open_page, address, script):
    go_on = hold(script)
    chats = [open_page(address) for _ in range(3)]
    for chat in chats[:2]:  # two are answered at a time
        send(chat)
        expect(chat.page.locator("#sources .src-card").first).to_be_visible()
    send(chats[2])
    expect(chats[2].page.locator("#chat")).to_contain_text("في انتظار الدور…")
    go_on.set()
    for chat in chats:
        chat.wait()
        assert SENTENCE in chat.answer.inner_text()


def test_one_reader_does_not_see_what_another_asks(open_page, address, script):
    script["reply"] = f"{SENTENCE} [1]."
    one, other = open_page(address), open_page(address)
    one.ask(QUESTION)
    assert other.page.locator("#chat .message-row").count() == 0
    other.page.click("#list-btn")
    assert "لا توجد محادثات محفوظة" in other.page.inner_text("#conversations")


def test_what_no_article_tells_is_shown_and_marked(open_page, address, script):
    script["reply"] = f"{SENTENCE} [1]. ومُنع الفيلم في دول عدة بقرار قضائي [1]."
    chat = open_page(address)
    chat.ask(QUESTION)
    assert "بقرار قضائي" in chat.answer.inner_text()
    assert "(غير مؤكَّد)" in chat.answer.inner_text()


def test_articles_are_asked_while_others_are_added(open_page, sample_index, bundled, tmp_path):
    shutil.copytree(sample_index, tmp_path / "index")
    more = tmp_path / "more"
    more.mkdir()
    for n in range(40):
        text = (
            f"خبر رقم {n}\n\nافتتحت البلدية الحديقة رقم {n} في الحي الغربي وحضر {n + 3} ضيوف. " * 4
        )
        (more / f"خبر-{n}.txt").write_text(text, encoding="utf-8")
    with served(tmp_path / "index", tmp_path / "log") as address:
        chat = open_page(address)
        with ThreadPoolExecutor(1) as own:
            building = own.submit(build_index, [more], tmp_path / "index", embedder=bundled)
            while not building.done():
                chat.ask(QUESTION)
                assert "ريم شاهين" in chat.answer.inner_text()
        assert building.result().added == 40
        chat.ask("كم ضيفًا حضر افتتاح الحديقة رقم 27؟")
        assert "30" in chat.answer.inner_text()
        chat.page.close()


def test_an_empty_index_is_asked_after_its_first_article(open_page, tmp_path):
    with served(tmp_path / "index", tmp_path / "log") as address:
        chat = open_page(address)
        page = chat.page
        assert "لا توجد مقالات بعد" in page.inner_text("#chat")
        assert page.locator("#q textarea").is_disabled()
        walk = Walk(chat)
        walk.look("empty")
        page.get_by_role("tab", name="المقالات").click()
        expect(page.locator("#art-stats")).to_contain_text("لا توجد مقالات بعد")
        expect(page.locator("#art-table, #art-pages")).not_to_be_visible()
        walk.look("no articles")
        assert walk.found == {}
        page.get_by_role("tab", name="لصق نص").click()
        page.fill("#art-title :is(input, textarea)", "افتتاح مرصد الطيور")
        page.fill("#art-text textarea", "افتتح الوزير كمال رستم مرصد الطيور، وفيه 26 منظارًا.")
        page.click("#art-paste")
        expect(page.locator("#art-told")).to_contain_text("أُضيف مقال واحد", timeout=30_000)
        page.get_by_role("tab", name="المحادثة").click()
        expect(page.locator("#q textarea")).to_be_enabled()
        expect(page.locator("#chat .example")).to_have_count(1)
        assert "فهرس جديد فارغ" in (tmp_path / "log").read_text(encoding="utf-8")
        chat.ask("كم منظارًا في مرصد الطيور؟")
        assert "26 منظارًا" in chat.answer.inner_text()
        page.close()
