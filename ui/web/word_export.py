"""Turn a conversation into a Word document: every answer, and its quotes as footnotes."""

from collections.abc import Iterator, Sequence

from index.articles.copies import Reprint
from prompts import load_phrases
from rag.answers import Answer, Citation, Sentence, group_versions, list_versions
from ui.web import numbers
from ui.web.answer_card import OCR_MARK, VERSION_TITLES
from ui.web.conversations import Conversation, title_of
from ui.web.markup import quoted
from ui.web.render import safe_url, scope_line
from ui.web.word_file import Note, Run, WordFile, Words

_ALSO = "نُشر أيضًا: "


def to_docx(conversation: Conversation) -> bytes:
    """Return a conversation as a .docx file that runs from right to left."""
    document = WordFile(_line(conversation.title), conversation.updated)
    if not _is_told_by(conversation):
        document.add_paragraph(Words(_line(conversation.title)), style="Title")
    day = numbers.date(conversation.updated[:10]) if conversation.updated else ""
    if about := " · ".join(filter(None, (conversation.index, day))):
        document.add_paragraph(Words(_line(about)), style="Subtitle")
    for turn in conversation.turns:
        document.add_paragraph(Words(_line(turn.question)), style="Heading1")
        if scope := scope_line(turn):
            document.add_paragraph(Words(_line(scope), is_italic=True))
        _add_answer(document, turn.answer)
    return document.save()


def _is_told_by(conversation: Conversation) -> bool:
    """Tell whether the one question of a conversation is its title too."""
    return [conversation.title] == [title_of(turn.question) for turn in conversation.turns]


def _add_answer(document: WordFile, answer: Answer) -> None:
    if answer.incomplete:
        document.add_paragraph(Words(load_phrases("ar")["incomplete"], is_italic=True))
    if answer.notice:
        document.add_paragraph(Words(answer.notice, is_italic=True))
    if not answer.found:
        for line in filter(None, answer.text.split("\n")):
            document.add_paragraph(Words(line))
        return
    if answer.standalone_question != answer.question:
        understood = f"فهمتُ سؤالك هكذا: {_line(answer.standalone_question)}"
        document.add_paragraph(Words(understood, is_italic=True))
    for line in filter(None, (answer.short, answer.opening)):
        document.add_paragraph(Words(_line(line), is_bold=True))
    notes = {citation.number: _note(citation) for citation in answer.citations}
    for group in group_versions(answer.sentences):
        if group[0].is_version:
            _add_versions(document, group, answer.citations, notes)
        else:
            _add_text(document, group, notes)


def _add_versions(
    document: WordFile,
    group: Sequence[Sentence],
    citations: Sequence[Citation],
    notes: dict[int, Note],
) -> None:
    """Add a table of what articles say that differ."""
    for words in group[0].place.above:
        document.add_paragraph(Words(_line(words)), style="Heading2")
    rows: list[tuple[list[Run], ...]] = []
    for value, label, citation in list_versions(group, citations):
        said: list[Run] = [Words(_line(value or citation.shown), is_bold=bool(value))]
        called: list[Run] = [Words(f" ({_line(label)})")] if label else []
        source: list[Run] = [
            Words(_line(citation.source or citation.title)),
            notes[citation.number],
        ]
        rows.append(([*said, *called], [Words(numbers.date(citation.date))], source))
    document.add_table(VERSION_TITLES, rows)


def _add_text(document: WordFile, sentences: Sequence[Sentence], notes: dict[int, Note]) -> None:
    """Add sentences with their marks, each in its place among the others."""
    waiting: list[Run] = []
    item = ""

    def end() -> None:
        if waiting and item:
            number = item.strip(" -.")
            level = (len(item) - len(item.lstrip())) // 2
            document.add_item(*waiting, level=level, number=int(number) if number else 0)
        elif waiting:
            document.add_paragraph(*waiting)
        waiting.clear()

    for sentence in sentences:
        place = sentence.place
        if place.is_new or place.above:
            end()
            item = place.item
            for words in place.above:
                document.add_paragraph(Words(_line(words)), style="Heading2")
        elif waiting:
            waiting.append(Words(" "))
        else:
            item = place.item
        if place.words:
            waiting.append(Words(f"{_line(place.words)} ", is_bold=True))
        waiting += _runs(sentence, notes)
    end()


def _runs(sentence: Sentence, notes: dict[int, Note]) -> Iterator[Run]:
    """Yield the words of a sentence and, right behind the word before them, its footnotes."""
    for segment in sentence.segments():
        if isinstance(segment, str):
            yield Words(segment.rstrip(" ") if sentence.citations else segment)
        elif segment in notes:  # a conversation that others kept may say anything
            yield notes[segment]


def _note(citation: Citation) -> Note:
    """Return what stands below the page: the article, and its words that are quoted."""
    about = [quoted(_line(citation.title)), _line(citation.source), numbers.date(citation.date)]
    about += [OCR_MARK] if citation.ocr else []
    head = [Words(" — ".join(filter(None, about)))]
    if url := safe_url(citation.url):
        head += [Words(" — "), Words(url, link=url)]
    told = [Words(f"«{words}»: {numbers.date(day)}") for words, day in citation.relative_dates]
    also = [Words(_ALSO + " — ".join(_about(one))) for one in citation.reprints]
    lines = [Words(quoted(_line(citation.quote))), *told, *also]
    return Note((tuple(head), *((line,) for line in lines)))


def _about(reprint: Reprint) -> list[str]:
    day = numbers.date(reprint.date) if reprint.date else ""
    return list(filter(None, (_line(reprint.source), _line(reprint.title), day)))


def _line(text: str) -> str:
    return " ".join(text.split())
