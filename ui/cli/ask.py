"""`jawab ask`: one question, one answer with its sources."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from index.errors import InputError
from index.limits import MAX_READ
from prompts import load_phrases
from ui.cli.console import (
    IndexOption,
    JsonOption,
    ModelOption,
    RerankerOption,
    errors,
    output,
    print_json,
)
from ui.cli.progress import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.store.contract import Filter
    from rag.answers import Answer, Point, Sentence
    from rag.assistant import Assistant

_READ_FROM_PICTURE = "قراءة آلية من صورة · OCR"


def ask(
    question: Annotated[str, typer.Argument(help="The question, in Arabic or another language.")],
    index: IndexOption = None,
    k: Annotated[
        int | None, typer.Option("-k", help="Passages to read.", min=1, max=MAX_READ)
    ] = None,
    model: ModelOption = None,
    base_url: Annotated[str | None, typer.Option(help="Address of the model's server.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait for the model.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Only articles of this source; may be repeated.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only articles from this day on.")] = None,
    until: Annotated[str | None, typer.Option(help="Only articles up to this day.")] = None,
    article: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this article (jawab index list); may be repeated."),
    ] = None,
    length: Annotated[
        str | None, typer.Option(help="How much to tell: short, normal or long.")
    ] = None,
    reranker: RerankerOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why each passage ranked where it did.")
    ] = False,
    docx: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write the answer to this Word file, its quotes as footnotes."
            " · ملف Word للإجابة، والاقتباسات حواشيه",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the articles; sources below.

    Exit code 1 when the chosen model failed; the articles are then quoted instead.

    Example: jawab ask "من وقّع إعلان باريس؟" --index my-index
    """
    from rag.errors import ModelError

    chosen = {
        "k": k, "model": model, "base_url": base_url, "timeout": timeout, "length": length,
        "reranker": reranker,
    }  # fmt: skip
    from ui.filters import filter_of
    from ui.source_names import name_sources

    no_day = "--{name} must be a day such as 2025-03-01, not {day!r}"
    if docx is not None and not docx.parent.is_dir():
        raise InputError(f"{docx.parent} is no folder; make it, or name another file")
    where = filter_of(source, since, until, articles=article, wrong=no_day)
    from rag.assistant import Assistant

    try:
        assistant = Assistant.open(index, **chosen)
    except ModelError as error:
        _report_failure(str(error))
        assistant = Assistant.open(index, **{**chosen, "model": "extractive"})
        failed = True
    else:
        failed = False
    if as_json:
        with Waiting(errors()):
            answer = assistant.answer(question, filter=where)
        print_json(answer.to_dict())
    else:
        answer = _stream(assistant.stream(question, filter=where))
        _print_sources(name_sources(answer, assistant.settings.sources))
        if explain:
            _print_scores(answer)
    if docx is not None:
        _save_word_file(name_sources(answer, assistant.settings.sources), where, assistant, docx)
    if answer.error:
        _report_failure(answer.error)
    if failed or answer.error:
        raise typer.Exit(1)


def _save_word_file(answer: "Answer", where: "Filter", assistant: "Assistant", path: Path) -> None:
    """Write an answer to a Word file.

    Raises:
        InputError: The file cannot be written.
    """
    from ui.web.conversations import Conversation, new_id, title_of
    from ui.web.render import Turn
    from ui.web.word_export import to_docx

    scope = ""
    if where:
        from ui.web.filter_fields import describe_filter

        scope = describe_filter(where, assistant.index.store, assistant.settings.sources)
    asked, now = answer.question, datetime.now().astimezone().isoformat(timespec="seconds")
    turns = (Turn(new_id(), asked, answer, 0, where, scope),)
    written = to_docx(Conversation(new_id(), title_of(asked), "", now, turns))
    try:
        path.write_bytes(written)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
    errors().print(Text(f"كُتب الملف · written: {path}"))


def _stream(answers: "Iterable[Answer]") -> "Answer":
    """Print the answer as it grows, or by its parts where it is quoted; return the whole one."""
    from rag.writing.quoting import EXTRACTIVE

    console, shown, last = output(), "", None
    with Waiting(errors()) as waiting:
        for answer in answers:
            last = answer
            if answer.model == EXTRACTIVE and answer.found:
                continue  # it comes whole, and its parts are printed below
            text = answer.settled_text
            if not text:
                waiting.tell_writing()
                continue
            waiting.stop()  # it would write over a line that is not at its end
            if text.startswith(shown):
                console.print(Text(text[len(shown) :]), end="")
            else:  # the model failed after some sentences; its quoted replacement starts afresh
                console.print()
                console.print(Text(text), end="")
            shown = text
    if last is None:
        raise RuntimeError("the assistant gave no answer")
    if shown or not last.found:
        console.print()
    if last.model == EXTRACTIVE and last.found:
        _print_points(last)
    return last


def _print_points(answer: "Answer") -> None:
    """Print a quoted answer: the few words, then the clause of each quote, who says it and when."""
    from itertools import groupby

    from rag.answers import group_versions
    from rag.language.forms import Form

    console = output()
    if answer.short:
        console.print(Text(answer.short, style="bold"))
    sided = answer.kind == Form.COMPARISON.value
    dated = answer.kind == Form.TIMELINE.value
    first = [sentence for sentence in answer.sentences if not sentence.is_further]
    told = dict(zip(first, answer.points, strict=True))
    for group in group_versions(first):
        if group[0].is_version and not sided:
            _print_versions(answer, group)
            continue
        points = [told[sentence] for sentence in group]
        for side, alike in groupby(points, key=lambda point: point.label if sided else ""):
            if side:
                console.print(Text(side, style="bold"))
            for point in alike:
                console.print(_line(point, sided=sided, dated=dated))
    if answer.further:
        console.print()
        console.print(Text(f"{load_phrases('ar')['further']}:", style="bold"))
    for point in answer.further:
        console.print(_line(point, sided=sided, dated=dated))


def _line(point: "Point", *, sided: bool, dated: bool) -> Text:
    said = f"{point.label}: " if point.label and not sided else ""
    day = f"{point.date} · " if dated and point.date else ""
    marks = "".join(f"[{number}]" for number in point.citations)
    return Text.assemble("- ", (day, "cyan"), f"{said}{point.text} ", (marks, "cyan"))


def _print_versions(answer: "Answer", group: "list[Sentence]") -> None:
    """Print a table of what articles say that differ: what, when, who."""
    from rich import box
    from rich.table import Table

    from rag.answers import find_caption, list_versions
    from ui.web.answer_card import VERSION_TITLES

    caption = find_caption(group, answer.opening)
    table = Table(title=Text(caption), title_justify="left", box=box.SIMPLE_HEAD)
    for name in VERSION_TITLES:
        table.add_column(name)
    for value, label, citation in list_versions(group, answer.citations):
        said = Text.assemble((value or citation.shown, "bold" if value else ""))
        if label:
            said.append(f" ({label})")
        source = Text.assemble(citation.source or citation.title, (f" [{citation.number}]", "cyan"))
        table.add_row(said, Text(citation.date), source)
    output().print(table)


def _print_sources(answer: "Answer") -> None:
    console = output()
    if answer.standalone_question != answer.question:
        console.print(Text(f"فهمتُ سؤالك هكذا: {answer.standalone_question}", style="dim"))
    if answer.notice:
        console.print(Text(answer.notice, style="yellow"))
    if answer.incomplete:
        console.print(Text(load_phrases("ar")["incomplete"], style="yellow"))
    if not answer.citations:
        return
    console.print()
    console.print(Text("المصادر", style="bold"))
    for citation in answer.citations:
        about = [citation.title, citation.source, citation.date, citation.url]
        about += [_READ_FROM_PICTURE] if citation.ocr else []
        head = " — ".join(part for part in about if part)
        console.print(Text.assemble((f"[{citation.number}] ", "bold cyan"), head))
        console.print(Text(f"    «{citation.quote}»", style="dim"))
        for words, date in citation.relative_dates:
            console.print(Text(f"    «{words}»: {date}", style="dim"))
        for reprint in citation.reprints:
            also = " — ".join(filter(None, (reprint.source, reprint.title, reprint.date)))
            console.print(Text(f"    نُشر أيضًا: {also}", style="dim"))
        place = f"    {citation.article_id} [{citation.start}:{citation.end}]"
        console.print(Text(place, style="dim"))


def _print_scores(answer: "Answer") -> None:
    """Print what each feature added to the score of each passage that was read."""
    if not answer.passages:
        return
    from rich.table import Table

    parts = list(answer.passages[0].scores)
    table = Table(box=None, pad_edge=False, title="الترتيب · ranking", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("article")
    for name in ("score", *parts):
        table.add_column(name, justify="right")
    for passage in answer.passages:
        place = f"{passage.article.id} [{passage.chunk.start}:{passage.chunk.end}]"
        values = (passage.score, *(passage.scores[name] for name in parts))
        table.add_row(str(passage.rank), Text(place), *(f"{value:.3f}" for value in values))
    console = output()
    console.print()
    console.print(table)


def _report_failure(reason: str) -> None:
    console = errors()
    console.print(Text(f"تعذّر استعمال النموذج، وهذا جواب مقتبس من المقالات بدلًا منه: {reason}"))
    console.print(Text(f"The model failed; the articles are quoted instead: {reason}"))
