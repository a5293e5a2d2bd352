"""`jawab follow`: questions that are asked again of new articles."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.console import IndexOption, JsonOption, errors, output, plain, print_json

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.following.questions import News, SavedQuestions
    from rag.settings import Settings

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 300.0
"""Until what could not be asked or sent is tried again where no articles come. Chosen."""
_LOOK_SECONDS = 0.5
_STOP_SECONDS = 10.0
"""That a question which is being asked is waited for at the end. Chosen."""

app = typer.Typer(
    help="Save questions that are asked again of new articles. · أسئلة محفوظة تُسأل المقالاتُ"
    " الجديدة عنها.",
    no_args_is_help=True,
)

NamedQuestion = Annotated[
    str, typer.Argument(metavar="QUESTION", help="Its number or text, as the list shows it.")
]


@app.command("add")
def add(
    question: Annotated[str, typer.Argument(help="The question, as for: jawab ask.")],
    source: Annotated[
        list[str] | None, typer.Option(help="Only articles of this source; may be repeated.")
    ] = None,
    index: IndexOption = None,
) -> None:
    """Save a question; articles that are there already are no news.

    It is asked by `jawab watch` whenever articles came, and by `jawab follow run`.

    Example: jawab follow add "ماذا قال وزير النقل عن الجسر؟" --index my-index
    """
    saved = _questions(index).add(question, sources=source or ())
    output().print(f"حُفظ · saved {saved.id}: {saved.text}", markup=False)


@app.command("list")
def list_questions(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List the saved questions, and how much is new.

    Example: jawab follow list --index my-index
    """
    from rich.table import Table
    from rich.text import Text

    questions = _questions(index)
    news = questions.news()
    rows = [
        {
            "id": one.id,
            "question": one.text,
            "sources": list(one.sources),
            "saved": one.saved,
            "asked": one.asked or None,
            "news": sum(found.question_id == one.id for found in news),
        }
        for one in questions.list()
    ]
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("id", "asked", "news", "question"):
        table.add_column(column, justify="right" if column == "news" else "left")
    for row in rows:
        cells = (row["id"], row["asked"] or "never", row["news"], row["question"])
        table.add_row(*(Text(str(cell)) for cell in cells))
    output().print(table)


@app.command("remove")
def remove(question: NamedQuestion, index: IndexOption = None) -> None:
    """Ask a question no more; its news go too.

    Example: jawab follow remove 1f3a5b7c --index my-index
    """
    questions = _questions(index)
    found = questions.find(question)
    questions.remove(found)
    output().print(f"حُذف · removed {found.text}", markup=False)


@app.command("run")
def run(
    index: IndexOption = None,
    exec_: Annotated[
        str | None,
        typer.Option("--exec", metavar="CMD", help="A command that gets news as JSON on stdin."),
    ] = None,
    email: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Who gets news by e-mail; the server is in \\[follow]."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    r"""Ask the saved questions of the articles that came since the last time.

    Where \[follow] in jawab.toml names a command, an address or files, news go there.
    Exit code 1 when they could not be sent or written; that is tried again the next time.

    Example: jawab follow run --exec "notify-news" --index my-index
    """
    settings = _settings(index)
    given = {"exec": exec_, "email": email}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = replace(settings, follow=replace(settings.follow, **chosen))
    follower = Follower(settings)
    failed = follower.run(quiet=as_json)
    if as_json:
        print_json([one.to_dict() for one in follower.news])
    if failed:
        raise typer.Exit(1)


@app.command("export")
def export(
    path: Annotated[
        Path | None, typer.Argument(help="The file to write; without it the news are printed.")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="rss or json.")] = "rss",
    index: IndexOption = None,
) -> None:
    """Write the news of saved questions as RSS or JSON.

    Example: jawab follow export news.xml --index my-index
    """
    from rag.following.feeds import format_news, write_news

    news = _questions(index).news()
    if path is None:
        typer.echo(format_news(news, kind), nl=False)
    else:
        write_news(news, path, kind)


class Follower:
    """Asks saved questions of an index that is opened when the first is asked."""

    def __init__(
        self, settings: "Settings", is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        from rag.following.questions import SavedQuestions

        self._settings = settings
        self._is_stopped = is_stopped
        self._questions = SavedQuestions(settings.index)
        self._assistant: Assistant | None = None
        self.news: tuple[News, ...] = ()

    def run(self, *, quiet: bool) -> bool:
        """Ask, print what is new, send it; tell whether sending failed."""
        from rag.assistant import Assistant
        from rag.following.running import follow_up

        if not self._questions.list():
            return False
        self._assistant = self._assistant or Assistant.from_settings(self._settings)
        done = follow_up(
            self._assistant, self._questions, self._settings.follow, is_stopped=self._is_stopped
        )
        self.news = done.news
        for one in () if quiet else done.news:
            _print_news(one)
        return done.failed > 0


class FollowingThread:
    """Asks saved questions beside what goes on: at once, when articles came, and by the clock.

    A model may take minutes, and watching is not to wait for it nor to end with it.
    """

    def __init__(self, settings: "Settings", *, quiet: bool) -> None:
        self._quiet = quiet
        self._stopped, self._woken = threading.Event(), threading.Event()
        self._is_last = False
        self._follower = Follower(settings, self._stopped.is_set)
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)

    def start(self) -> None:
        """Ask now, and from now on."""
        self._thread.start()

    def wake(self) -> None:
        """Ask, since articles came."""
        self._woken.set()

    def stop(self) -> None:
        """Come to an end soon: no other question is asked."""
        self._stopped.set()
        self._woken.set()

    def finish(self) -> None:
        """Ask once more, unless stopped, and come to an end."""
        self._is_last = True
        self._woken.set()
        if self._thread.ident is None:
            self._thread.start()
        while self._thread.is_alive() and not self._stopped.is_set():
            self._thread.join(_LOOK_SECONDS)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            is_last = self._is_last
            self._woken.clear()
            self._follow()
            if is_last:
                return
            self._woken.wait(_AGAIN_SECONDS)

    def _follow(self) -> None:
        try:
            self._follower.run(quiet=self._quiet)
        except Exception as error:  # articles go on coming
            logger.debug("asking saved questions", exc_info=True)
            errors().print("[yellow]لم تُسأل الأسئلة المحفوظة · saved questions wait[/] ", end="")
            errors().print(plain(str(error)) or type(error).__name__, markup=False)


def _print_news(news: "News") -> None:
    from rich.text import Text

    from rag.following.feeds import describe_news

    console = output()
    console.print(Text.assemble(("جديد · new ", "bold green"), plain(news.question)))
    console.print(Text(plain(describe_news(news))))


def _settings(index: str | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(index=index)


def _questions(index: str | None) -> "SavedQuestions":
    from index.errors import IndexNotFoundError
    from index.store.opening import holds_store
    from rag.following.questions import SavedQuestions

    place = _settings(index).index
    if not holds_store(place):
        raise IndexNotFoundError(
            f"no index in {place}; build one: jawab index build PATH --index {place}"
        )
    return SavedQuestions(place)
