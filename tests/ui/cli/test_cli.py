"""The `jawab` command, run as people run it."""

import html
import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec

import pytest
from conftest import ARTICLES, ROOT, SAMPLES
from fakes import Silent, Slow, model_server

from index.articles.readers.word import read_docx

pytestmark = pytest.mark.slow  # each starts a process of its own


def jawab(*arguments, env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **(env or {})},
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("ask",),
        ("chat",),
        ("eval",),
        ("sources",),
        ("watch",),
        *[("follow", name) for name in ("add", "list", "remove", "run", "export")],
        *[("cluster", name) for name in ("start", "status", "stop")],
        *[
            ("index", name)
            for name in (
                "build",
                "add",
                "remove",
                "list",
                "info",
                "verify",
                "rebuild",
                "migrate",
                "backup",
            )
        ],
    ],
)
def test_every_command_explains_itself_with_an_example(command):
    done = jawab(*command, "--help")
    assert done.returncode == 0
    assert not command or "Example: jawab" in done.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['jawab', '--help']\n"
        "try:\n    from ui.__main__ import main; main()\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'faiss', 'langchain_core', 'numpy', 'tantivy'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "HEAVY []" in done.stdout


@pytest.mark.slow
def test_the_life_of_an_index(tmp_path):
    folder, index = tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "bad.json").write_text("{", encoding="utf-8")
    options = ("--index", index)

    done = jawab("index", "build", folder, *options)
    assert done.returncode == 0, done.stderr
    assert "3 added" in done.stdout
    assert "bad.json" in done.stdout

    assert "nothing to embed" in jawab("index", "build", folder, *options).stdout
    assert jawab("index", "build", folder, "--strict", *options).returncode == 1
    assert len(json.loads(jawab("index", "list", "--json", *options).stdout)) == 3
    assert jawab("index", "remove", "مطر", *options).returncode == 0
    assert json.loads(jawab("index", "info", "--json", *options).stdout)["articles"] == 2
    assert jawab("index", "add", folder / "مطر.txt", *options).returncode == 0
    assert "سليم" in jawab("index", "verify", *options).stdout

    for path in index.glob("v-*.faiss"):
        path.unlink()
    assert jawab("index", "verify", *options).returncode == 1
    assert jawab("index", "rebuild", *options).returncode == 0
    assert jawab("index", "verify", *options).returncode == 0


def test_ask_prints_the_answer_and_its_sources(sample_index, tmp_path):
    named = '[sources]\n"مجلة أوراق" = "أوراق"\n'
    (tmp_path / "jawab.toml").write_text(named, encoding="utf-8")
    done = jawab("ask", "من أخرج فيلم آخر الصيادين؟", "--index", sample_index, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer, _, sources = done.stdout.partition("المصادر")
    assert "ريم شاهين" in answer
    assert "[1]" in answer
    assert " — أوراق — 2025-11-02" in sources


def test_ask_writes_a_word_file_of_what_was_asked_where(sample_index, tmp_path):
    asked = ("ask", "من أخرج فيلم آخر الصيادين؟", "--index", sample_index)
    done = jawab(*asked, "--since", "2025-01-01", "--docx", tmp_path / "جواب.docx")
    assert done.returncode == 0, done.stderr
    (article,) = read_docx((tmp_path / "جواب.docx").read_bytes())
    assert article.title == asked[1]
    assert "البحث محصور في: منذ 1 يناير" in article.text
    assert "ريم شاهين" in article.text
    done = jawab(*asked, "--docx", tmp_path / "nowhere" / "a.docx")
    assert done.returncode == 1
    assert "is no folder" in done.stderr


@pytest.mark.slow
def test_ask_explains_its_ranking_and_prints_what_differs_as_a_table(sample_index):
    asked = "كم عدد المصابين في حريق مصنع الرمال؟"
    done = jawab("ask", asked, "--index", sample_index, "--explain")
    table = done.stdout.split("المصادر\n")[0]
    assert table.index("متى قيل") < table.index("2025-04-10") < table.index("2025-03-06")
    assert table.index("[1]") < table.index("(حصيلة سابقة)") < table.index("[2]")
    head, first = done.stdout.split("ranking", 1)[1].strip().split("\n")[:2]
    assert head.split()[:4] == ["#", "article", "score", "cosine"]
    numbers = [float(cell) for cell in first.split()[3:]]
    assert numbers[0] == pytest.approx(sum(numbers[1:]), abs=0.005)


@pytest.mark.slow
def test_ask_prints_json_with_its_letters(sample_index):
    done = jawab("ask", "ما عاصمة كندا؟", "--json", env={"JAWAB_INDEX": str(sample_index)})
    assert done.returncode == 0
    assert "\\u" not in done.stdout
    assert json.loads(done.stdout)["refusal"] == "no_evidence"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("ask", "سؤال", "--index", "nowhere"), 1, "jawab index build"),
        (("ask", "سؤال", "--index", "nowhere", "--since", "قريبا"), 1, "--since must be a day"),
        (("ask", ""), 1, "jawab index build"),
        (("ask", "سؤال", "-k", "0"), 2, "-k"),
        (("index", "build", "nowhere"), 1, "does not exist"),
        pytest.param(
            ("chat", "--auth", "user", "--index", "nowhere"), 2, "--auth", marks=pytest.mark.slow
        ),
        (("nothing",), 2, "No such command"),
        (("eval", "nowhere.jsonl"), 1, "nowhere"),
    ],
)
def test_wrong_use_says_what_to_do(tmp_path, arguments, code, message):
    done = jawab(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr


def test_an_unknown_setting_is_refused(tmp_path):
    done = jawab("index", "list", env={"JAWAB_INDX": "x"}, cwd=tmp_path)
    assert done.returncode == 1
    assert "did you mean 'index'" in done.stderr


@pytest.mark.skipif(not find_spec("langchain_openai"), reason="jawab[openai] is missing")
@pytest.mark.slow
def test_a_dead_model_server_exits_with_1_and_quotes_the_articles(sample_index):
    started = time.monotonic()
    done = jawab(
        *("ask", "من أخرج فيلم آخر الصيادين؟", "--index", sample_index, "--model", "openai:x"),
        *("--base-url", "http://127.0.0.1:9/v1", "--timeout", "5"),
    )
    assert done.returncode == 1
    assert time.monotonic() - started < 60
    assert "تعذّر استعمال النموذج" in done.stderr
    assert "The model failed" in done.stderr
    assert "ريم شاهين" in done.stdout


@pytest.mark.slow
def test_eval_measures_retrieval_and_answers(sample_index, tmp_path):
    questions = ROOT / "ui" / "samples" / "questions.jsonl"
    report = tmp_path / "out" / "samples"
    done = jawab("eval", questions, "--index", sample_index, "--json", "--report", report)
    found = json.loads(done.stdout)
    (retrieved,), (answered,) = found["retrieval"]["rows"], found["answers"]["rows"]
    assert retrieved["questions"] >= 60
    assert retrieved["metrics"]["R@1"][0] >= 0.9
    assert answered["metrics"]["hit"][0] >= 0.9
    assert answered["metrics"]["quotes exact"] == [1, 1, 1]
    assert "| quotes exact | 1.000 [1.000, 1.000] |" in report.with_suffix(".md").read_text("utf-8")
    page = report.with_suffix(".html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "<script" not in page
    assert all(html.escape(one["question"]) in page for one in found["answers"]["wrong"])


@pytest.mark.slow
def test_eval_takes_several_sets_and_compares(sample_index, tmp_path):
    mine = tmp_path / "mine.jsonl"
    mine.write_text(
        '{"question": "من أخرج فيلم آخر الصيادين؟", "article": "فيلم-الصيادين"}', encoding="utf-8"
    )
    more = tmp_path / "more.jsonl"
    more.write_text(mine.read_text(encoding="utf-8"), encoding="utf-8")
    report = tmp_path / "both"
    done = jawab("eval", mine, more, "--index", sample_index, "--compare", "--report", report)
    told = report.with_suffix(".md").read_text(encoding="utf-8")
    assert {line.split()[1] for line in told.splitlines() if "| 1.000 [" in line} >= {
        "mine", "more", "pooled"
    }  # fmt: skip
    for name in ("jawab", "words alone", "vectors alone", "rank fusion", "score fusion"):
        assert told.count(f"| {name} |") == 3
    assert "mistakes: 0" in done.stdout


@pytest.mark.slow
def test_eval_of_questions_without_articles_measures_answers_alone(sample_index, tmp_path):
    mine = tmp_path / "mine.jsonl"
    mine.write_text('{"question": "ما عاصمة اليابان؟", "answerable": false}', encoding="utf-8")
    done = jawab("eval", mine, "--index", sample_index, "--json")
    found = json.loads(done.stdout)
    assert found["retrieval"] is None
    assert found["answers"]["rows"][0]["unanswerable"] == 1


def test_samples_are_found_where_the_readme_says():
    assert SAMPLES.is_dir()


@pytest.mark.slow
def test_an_index_is_backed_up_migrated_and_rebuilt(folder, tmp_path):
    index = tmp_path / "index"
    assert jawab("index", "build", folder, "--index", index, "--quiet").returncode == 0
    done = jawab("index", "backup", tmp_path / "copy", "--index", index)
    assert (done.returncode, "MiB" in done.stdout) == (0, True)
    done = jawab("index", "migrate", "--index", index, "--json")
    assert json.loads(done.stdout) == {"chunks": 3}
    assert jawab("index", "rebuild", "--index", index).returncode == 0
    for place in (index, tmp_path / "copy"):
        assert "whole: 3 articles" in jawab("index", "verify", "--index", place).stdout


@pytest.mark.slow
def test_an_index_is_shared_out_and_brought_together(folder, tmp_path):
    index = tmp_path / "index"
    done = jawab("index", "build", folder, "--index", index, "--shards", 2, "--json")
    assert json.loads(done.stdout)["added"] == 3
    for shards in (3, 1):
        done = jawab("index", "migrate", "--index", index, "--shards", shards, "--json")
        assert json.loads(done.stdout) == {"chunks": 3}
        assert "whole: 3 articles" in jawab("index", "verify", "--index", index).stdout
    done = jawab("index", "build", folder, "--index", index, "--shards", 2)
    assert (done.returncode, "jawab index migrate --shards 2" in done.stderr) == (1, True)


@pytest.mark.slow
def test_renamed_and_copied_files_are_named_in_the_summary(folder, tmp_path):
    index = tmp_path / "index"
    jawab("index", "build", folder, "--index", index)
    (folder / "مطر.txt").rename(folder / "عاصفة.txt")
    (folder / "نسخة.txt").write_text(ARTICLES["جسر"], encoding="utf-8")
    done = jawab("index", "build", folder, "--index", index)
    assert "1 renamed" in done.stdout
    assert "نسخة.txt: the same as جسر" in done.stdout


def test_columns_are_named_on_the_command(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("story\nوصل القطار إلى المحطة.\n", encoding="utf-8")
    index = ("--index", tmp_path / "index")
    done = jawab("index", "build", table, *index, "--column", "text=story", "--json")
    assert json.loads(done.stdout)["added"] == 1
    assert jawab("index", "build", table, *index, "--column", "text").returncode == 2
    done = jawab("index", "build", table, *index, "--column", "body=story")
    assert (done.returncode, "no field 'body'" in done.stderr) == (1, True)


def test_a_private_address_is_refused_and_nothing_read_is_a_failure(tmp_path):
    done = jawab("index", "add", "http://127.0.0.1:9/x", "--index", tmp_path / "index")
    assert (done.returncode, "--allow-private" in done.stdout) == (1, True)


@contextmanager
def at_a_terminal(*arguments):
    """Run the command with its messages on a terminal; yield it and what reads there."""
    screen, side = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm"}
    command = [sys.executable, "-m", "ui", *map(str, arguments)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=side, text=True, env=environment
    )
    os.close(side)
    seen, came = bytearray(), threading.Condition()

    def read():  # all the time, as a terminal does: one that does not holds the process up
        with suppress(OSError):
            while piece := os.read(screen, 4096):
                with came:
                    seen.extend(piece)
                    came.notify_all()

    def read_until(words):
        with came:
            assert came.wait_for(lambda: words.encode() in seen, 60), seen.decode(errors="replace")
            return seen.decode(errors="replace")

    reading = threading.Thread(target=read)
    reading.start()
    try:
        yield process, read_until
    finally:
        process.kill()
        process.communicate()
        reading.join(30)
        os.close(screen)


@pytest.mark.skipif(not find_spec("langchain_openai"), reason="jawab[openai] is missing")
def test_ask_tells_a_terminal_how_long_the_model_takes_and_stops_it(sample_index):
    reply = Silent()
    with model_server(lambda _: reply) as (base, _):
        asked = ("ask", "من أخرج فيلم آخر الصيادين؟", "--index", sample_index)
        model = ("--model", "openai:x", "--base-url", base)
        with at_a_terminal(*asked, *model) as (process, read_until):
            assert "يجري البحث" in read_until("يكتب النموذج")
            read_until("2 ث · s")
            assert reply.asked.wait(30)
            process.send_signal(signal.SIGINT)
            assert reply.closed.wait(30)
            assert process.wait(10) == 130
            assert process.stdout.read() == ""


@pytest.mark.skipif(not find_spec("langchain_openai"), reason="jawab[openai] is missing")
def test_ask_tells_nothing_of_that_where_it_is_piped(sample_index):
    with model_server(lambda _: Slow("فاز الفيلم [1].")) as (base, _):
        done = jawab(
            *("ask", "من أخرج فيلم آخر الصيادين؟", "--index", sample_index),
            *("--model", "openai:x", "--base-url", base),
        )
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("options", "settings", "told"),
    [
        (["--auth-header", "X-User"], "", "go together"),
        (["--trusted-proxy", "10.0.0.5"], "", "go together"),
        (["--auth-header", "X-User", "--trusted-proxy", "proxy"], "", "is no address"),
        (["--auth-header", "X-User", "--trusted-proxy", "10.0.0.5", "--mcp"], "", "leave out --mcp"),
        (["--auth-header", "X-User", "--trusted-proxy", "10.0.0.5", "--auth", "a:b"], "", "not both"),
        ([], '[access.ask]\nindex = ["ali"]', "nobody here has a name"),
        (["--auth-header", "X-User", "--trusted-proxy", "10.0.0.5"],
         '[access.ask]\nlaws = ["ali"]', "names the index 'laws', which is not served"),
    ],
)  # fmt: skip
def test_chat_says_what_is_wrong_with_who_may_come_in(
    sample_index, tmp_path, options, settings, told
):
    (tmp_path / "jawab.toml").write_text(settings, encoding="utf-8")
    done = jawab("chat", "--index", sample_index, *options, cwd=tmp_path)
    assert done.returncode in {1, 2}
    assert told in " ".join(done.stderr.replace("│", " ").split())
