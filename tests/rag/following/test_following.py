"""Saved questions are asked of new articles alone, and told once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from xml.etree import ElementTree as ET

import feedparser
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from browser import free_port

from index import add_articles, build_index
from index.errors import InputError
from index.store.local import rows
from rag import Assistant
from rag.following import questions as saving
from rag.following import sending
from rag.following.asking import ask_saved
from rag.following.feeds import format_news
from rag.following.questions import SavedQuestions, format_time
from rag.following.running import follow_up
from rag.following.sending import run_command, send_mail
from rag.settings import FollowSettings, SettingsError, load_settings

QUESTION = "كم بلغت كلفة جسر النهر؟"
OLD = "افتتاح جسر النهر\n\nافتتح الوزير كمال رستم جسر النهر يوم الأحد. بلغت كلفة جسر النهر 12 مليون دينار."
NEW = "تعديل كلفة الجسر\n\nأعلنت الوزارة أن كلفة جسر النهر بلغت 15 مليون دينار بعد توسعة المداخل."
OTHER = "أمطار غزيرة\n\nهطلت أمطار غزيرة على الساحل فجر الاثنين. ولم تقع إصابات بين السكان."


@pytest.fixture
def place(tmp_path, bundled):
    (tmp_path / "قديم.txt").write_text(OLD, encoding="utf-8")
    build_index([tmp_path / "قديم.txt"], tmp_path / "index", embedder=bundled)
    return tmp_path / "index"


@pytest.fixture
def assistant(place, bundled):
    opened = Assistant.open(place)
    opened.index.embedder = bundled
    return opened


def just_after():
    """The time at which questions are saved: the index writes times to the second."""
    return datetime.now(UTC) + timedelta(seconds=2)


@pytest.fixture
def saved(place):
    """Questions saved a moment after the articles came; what comes in a test counts as later."""
    questions = SavedQuestions(str(place), now=just_after)
    questions.add(QUESTION)
    return questions


@pytest.fixture
def come(place, bundled, monkeypatch):
    """Let articles come, each time an hour later; return the time a minute after."""
    came = 0

    def come(**texts):
        nonlocal came
        came += 1
        later = datetime.now(UTC) + timedelta(hours=came)
        monkeypatch.setattr(rows, "now", lambda: later.isoformat(timespec="seconds"))
        files = [place.parent / f"{name}.txt" for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(text, encoding="utf-8")
        add_articles(files, place, embedder=bundled)
        return lambda: later + timedelta(minutes=1)

    return come


def test_only_what_came_since_a_question_was_saved_is_news(saved, assistant, come):
    assert ask_saved(assistant, saved, now=just_after) == []
    now = come(مطر=OTHER)
    assert ask_saved(assistant, saved, now=now) == []
    now = come(جديد=NEW)
    (news,) = ask_saved(assistant, saved, now=now)
    assert [quote.article_id for quote in news.quotes] == ["جديد"]
    assert news.quotes[0].quote in NEW
    assert "15 مليون" in news.text
    assert ask_saved(assistant, saved, now=now) == []
    assert [one.id for one in saved.news()] == [news.id]


def test_a_reprint_of_what_was_told_or_was_there_before_is_no_news(saved, assistant, come):
    reprint = OLD.replace("افتتاح جسر النهر\n", "الوزير يفتتح جسر النهر\n", 1)
    now = come(نقل=f"---\nsource: الوكالة\n---\n{reprint}")
    assert ask_saved(assistant, saved, now=now) == []
    now = come(جديد=NEW)
    assert len(ask_saved(assistant, saved, now=now)) == 1
    again = f"---\nsource: صحيفة أخرى\n---\n{NEW}"
    now = come(نقل2=again)
    assert ask_saved(assistant, saved, now=now) == []


def test_news_beside_a_reprint_are_told_alone(saved, assistant, come):
    reprint = f"---\nsource: الوكالة\n---\n{OLD}"
    now = come(نقل=reprint, جديد=NEW)
    (news,) = ask_saved(assistant, saved, now=now)
    assert {quote.article_id for quote in news.quotes} == {"جديد"}


def test_a_question_that_a_model_fails_at_is_asked_again_of_the_same_articles(
    place, assistant, come
):
    questions = SavedQuestions(str(place), now=just_after)
    questions.add("من صمّم جسر النهر؟")
    now = come(جديد=NEW)
    broken = Assistant.open(place, model="openai:x", base_url="http://127.0.0.1:9/v1", timeout=3)
    broken.index.embedder = assistant.index.embedder
    assert ask_saved(broken, questions, now=now) == []
    assert questions.list()[0].asked == ""
    ask_saved(assistant, questions, now=now)
    assert questions.list()[0].asked == format_time(now())


def test_a_question_that_cannot_be_asked_stops_no_other(
    place, assistant, come, monkeypatch, caplog
):
    questions = SavedQuestions(str(place), now=just_after)
    questions.add("من صمّم جسر النهر؟")
    questions.add(QUESTION)
    now = come(جديد=NEW)
    ask = Assistant.answer

    def trip(self, question, **options):
        if question != QUESTION:
            raise OverflowError("date value out of range")
        return ask(self, question, **options)

    monkeypatch.setattr(Assistant, "answer", trip)
    (news,) = ask_saved(assistant, questions, now=now)
    assert news.question == QUESTION
    assert [bool(one.asked) for one in questions.list()] == [False, True]
    assert "«من صمّم جسر النهر؟» is asked later: OverflowError: date value" in caplog.text


def test_a_question_may_be_asked_of_some_publishers_alone(place, assistant, come):
    questions = SavedQuestions(str(place), now=just_after)
    questions.add(QUESTION, sources=["الوكالة"])
    now = come(جديد=NEW)
    assert ask_saved(assistant, questions, now=now) == []
    now = come(وكالة=f"---\nsource: الوكالة\n---\n{NEW.replace('15', '17')}")
    (news,) = ask_saved(assistant, questions, now=now)
    assert "17 مليون" in news.text


def test_questions_are_saved_found_and_removed(place, monkeypatch):
    questions = SavedQuestions(str(place))
    first = questions.add(f"  {QUESTION} ")
    assert questions.list() == (first,)
    assert questions.find(QUESTION) == questions.find(first.id) == first
    with pytest.raises(InputError, match="saved already"):
        questions.add(QUESTION)
    with pytest.raises(InputError, match="empty"):
        questions.add(" ")
    questions.remove(first)
    with pytest.raises(InputError, match="jawab follow list"):
        questions.find(first.id)
    monkeypatch.setattr(saving, "MAX_QUESTIONS", 3)
    for n in range(3):
        questions.add(f"سؤال رقم {n}")
    with pytest.raises(InputError, match="remove one first"):
        questions.add("سؤال آخر")


@pytest.fixture
def news(saved, assistant, come):
    now = come(جديد=f"---\nurl: https://a.example/?x=1&y=2\n---\n{NEW}")
    return ask_saved(assistant, saved, ways=("exec",), now=now)


def test_news_are_told_as_rss_and_json(news):
    ET.fromstring(format_news(news, "rss"))  # it is XML to every program
    feed = feedparser.parse(format_news(news, "rss"))
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.title.startswith(QUESTION)
    assert entry.link == "https://a.example/?x=1&y=2"
    assert f"«{news[0].quotes[0].quote}»" in entry.description
    (row,) = json.loads(format_news(news, "json"))["news"]
    assert row["quotes"][0]["quote"] in NEW
    assert "unsent" not in row
    with pytest.raises(InputError, match="no format 'pdf'"):
        format_news(news, "pdf")


class Mailbox:
    """A mail server on this machine."""

    def __init__(self):
        self.messages = []
        self.refuses = False

    async def handle_DATA(self, _, __, envelope):  # noqa: N802  as the server calls it
        if self.refuses:
            return "451 later"
        self.messages.append(
            (envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default))
        )
        return "250 OK"


@pytest.fixture
def mail():
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.settings = FollowSettings(
        email="desk@news.example", sender="jawab@news.example",
        smtp=f"127.0.0.1:{controller.port}", smtp_security="none",
    )  # fmt: skip
    yield box
    controller.stop()


def test_news_go_to_a_command_and_by_mail_once_and_again_where_that_failed(
    saved, assistant, come, mail, tmp_path
):
    got = tmp_path / "got.jsonl"
    command = f"cat >> {got} && echo >> {got}"
    settings = FollowSettings(
        **{
            name: getattr(mail.settings, name)
            for name in ("email", "sender", "smtp", "smtp_security")
        }
        | {"exec": command, "rss": str(tmp_path / "news.xml"), "json": str(tmp_path / "news.data")}
    )
    mail.refuses = True
    now = come(جديد=NEW)
    done = follow_up(assistant, saved, settings, now=now)
    assert (len(done.news), done.failed) == (1, 1)
    mail.refuses = False
    for _ in range(2):
        assert follow_up(assistant, saved, settings, now=now).failed == 0
    (line,) = got.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["news"][0]["question"] == QUESTION
    ((to, message),) = mail.messages
    assert to == ["desk@news.example"]
    assert message["subject"] == f"جديد: {QUESTION}"
    assert "15 مليون دينار" in message.get_content()
    assert "15 مليون" in (tmp_path / "news.xml").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "news.data").read_text(encoding="utf-8"))["news"]


def test_several_who_follow_at_once_tell_news_once(saved, place, assistant, come, tmp_path):
    now = come(جديد=NEW)
    got = tmp_path / "got.jsonl"
    settings = FollowSettings(exec=f"cat >> {got} && echo >> {got} && sleep 0.3")

    def follow(_):
        return follow_up(assistant, SavedQuestions(str(place)), settings, now=now)

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(follow, range(3)))
    assert sum(len(one.news) for one in done) == 1
    assert len(got.read_text(encoding="utf-8").splitlines()) == 1


def test_a_command_or_mail_server_that_fails_is_told(news):
    with pytest.raises(InputError, match="ends with 3: broken"):
        run_command("echo broken >&2; exit 3", news)
    nobody = FollowSettings(email="a@b.example", smtp="127.0.0.1:9", smtp_security="none")
    with pytest.raises(InputError, match=r"127\.0\.0\.1:9 takes no message"):
        send_mail(nobody, news, "")


def test_a_command_that_leaves_something_running_is_not_waited_for(news, tmp_path):
    began = time.monotonic()
    run_command(f"cat > {tmp_path / 'got'}; sleep 30 &", news)
    assert time.monotonic() - began < 10
    assert json.loads((tmp_path / "got").read_text(encoding="utf-8"))["news"]


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(news, tmp_path, monkeypatch):
    monkeypatch.setattr(sending, "_SECONDS", 0.3)
    with pytest.raises(InputError, match="takes over"):
        run_command(f"(sleep 1; touch {tmp_path / 'alive'}) & sleep 30", news)
    time.sleep(1.2)
    assert not (tmp_path / "alive").exists()


def test_a_password_that_no_mail_server_takes_is_told(news):
    box = Mailbox()
    login = Controller(
        box, hostname="127.0.0.1", port=free_port(), auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )  # fmt: skip
    login.start()
    settings = FollowSettings(
        email="a@b.example", smtp=f"127.0.0.1:{login.port}", smtp_user="desk", smtp_security="none"
    )
    with pytest.raises(InputError, match="takes no message"):
        send_mail(settings, news, "كلمة")
    login.stop()


def test_files_of_news_are_true_after_a_question_was_removed(saved, assistant, come, tmp_path):
    settings = FollowSettings(json=str(tmp_path / "news.json"))
    now = come(جديد=NEW)
    follow_up(assistant, saved, settings, now=now)
    saved.remove(saved.list()[0])
    follow_up(assistant, saved, settings, now=now)
    assert json.loads((tmp_path / "news.json").read_text(encoding="utf-8")) == {"news": []}


def test_asking_ends_when_it_is_told_to_and_goes_on_the_next_time(saved, assistant, come):
    now = come(جديد=NEW)
    settings = FollowSettings(exec="exit 1")
    assert follow_up(assistant, saved, settings, now=now, is_stopped=lambda: True).news == ()
    done = follow_up(assistant, saved, settings, now=now)
    assert (len(done.news), done.failed) == (1, 1)


def test_a_password_is_not_sent_without_encryption_unless_that_is_said(news, mail):
    """The server here offers no STARTTLS: with the settings as they come nothing is sent."""
    settings = FollowSettings(email="a@b.example", smtp=mail.settings.smtp, smtp_user="desk")
    with pytest.raises(InputError, match="STARTTLS"):
        send_mail(settings, news, "secret")
    assert mail.messages == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('smtp = "mail.example"', "a host and a port"),
        ('smtp_security = "ssl"', "starttls, tls, none"),
        ('email = "desk"', "an e-mail address"),
        ('mail = "a@b"', "did you mean 'email'"),
    ],
)
def test_settings_of_sending_are_checked(tmp_path, line, told):
    file = tmp_path / "jawab.toml"
    file.write_text(f"[follow]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_settings(file, {})
