"""The reports tab, for editors: what was asked, refused and disliked, by week."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from ui.web import numbers
from ui.web.feedback import Feedback
from ui.web.feedback_report import (
    Event,
    Repeated,
    Week,
    count_weeks,
    most_frequent,
    read_events,
    to_csv,
)
from ui.web.markup import attribute, bdi, escape
from ui.web.render import notice
from ui.web.served import Served

_MAX_WEEKS = 26
"""Weeks that are shown, and _MAX_QUESTIONS of each list; chosen, the file for spreadsheets has
all."""
_MAX_QUESTIONS = 20
_HEADINGS = ("الأسبوع من", "الأسئلة", "بلا إجابة", "أفادت", "لم تُفد")
_FORBIDDEN = notice("warn", "لا يُسمح بالاطّلاع على التقارير هنا.")
_RECORDED = "تُسجَّل أسئلة الصفحة بلا أسماء، ويُقال ذلك للقراء تحت مربّع السؤال."
_NOT_RECORDED = (
    "لا تُسجَّل الأسئلة هنا، فلا يُعرف منها إلا ما أبدى القراء رأيهم فيه. تُسجَّل بلا أسماء إذا شُغّل الخادم"
    ' بالخيار <code dir="ltr">--record-questions</code>.'
)
_NOTHING = '<p class="art-none">لا شيء هنا بعد.</p>'
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class FeedbackTab:
    """Reports on the chosen index, for those who edit it.

    Args:
        served: Who may edit which index.
        feedback: What was written down, by the index's name.
    """

    def __init__(self, served: Served, feedback: Mapping[str, Feedback]) -> None:
        self._served = served
        self._feedback = feedback

    def build(self, picker: gr.Dropdown, file: gr.Textbox, save_file: str) -> None:
        """Create the tab and connect it; called among the tabs.

        Args:
            picker: Holds the name of the chosen index.
            file: Takes a file for the browser to save.
            save_file: The browser's code that saves it.
        """
        self._tab = gr.Tab("التقارير", elem_id="tab-reports", visible=False)
        with self._tab:
            report = gr.HTML(elem_id="reports", apply_default_css=False)
            download = gr.Button("تنزيل الكل (CSV)", elem_id="reports-csv", size="sm")
        self._tab.select(self._show, [picker], [report], **_PRIVATE)
        picker.change(self._show, [picker], [report], **_PRIVATE)
        download.click(self._export, [picker], [file], **_PRIVATE).then(
            None, [file], None, js=save_file
        )

    def load(self, page: gr.Blocks) -> None:
        """Offer the tab to those who edit anything."""
        page.load(self._offer, None, [self._tab], **_PRIVATE)

    def _offer(self, request: gr.Request) -> Any:
        return gr.Tab(visible=self._served.may_edit_any(request))

    def _read(self, index: str, request: gr.Request) -> list[Event] | None:
        """Return what happened, or None for those who may not know."""
        if not self._served.may_edit(index, request):
            return None
        feedback = self._feedback[self._served.seen_by(request).known(index)]
        return read_events(feedback.questions, feedback.path)

    def _show(self, index: str, request: gr.Request) -> str:
        events = self._read(index, request)
        if events is None:
            return _FORBIDDEN
        name = self._served.seen_by(request).known(index)
        return report(events, name, recorded=self._served.settings.record_questions == "on")

    def _export(self, index: str, request: gr.Request) -> str:
        events = self._read(index, request)
        if events is None:
            gr.Warning("لا يُسمح بالاطّلاع على التقارير هنا.", duration=5)
            return ""
        name = self._served.seen_by(request).known(index)
        content = base64.b64encode(to_csv(events).encode()).decode("ascii")
        file = {"name": f"{name}.csv", "type": "text/csv", "base64": content}
        return json.dumps(file, ensure_ascii=False)


def report(events: Sequence[Event], index: str, *, recorded: bool) -> str:
    """Return what happened as HTML.

    Args:
        events: The oldest first.
        index: Name of the index, for links to questions.
        recorded: Whether questions are written down.
    """
    told = f'<p class="hint">{_RECORDED if recorded else _NOT_RECORDED}</p>'
    if not events:
        return told + _NOTHING
    lists = (
        ("أسئلة بقيت بلا إجابة", most_frequent(events, "refused", _MAX_QUESTIONS)),
        ("أسئلة لم تُفد إجاباتها", most_frequent(events, "disliked", _MAX_QUESTIONS)),
    )
    return told + _table(count_weeks(events)) + "".join(_list(*one, index) for one in lists)


def _table(weeks: Sequence[Week]) -> str:
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    rows = "".join(_row(week) for week in weeks[:_MAX_WEEKS])
    return (
        '<table class="rep-weeks"><caption>كل أسبوع</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(week: Week) -> str:
    asked = (week.asked, week.refused) if week.asked else (None, None)  # not recorded then
    counts = (*asked, week.liked, week.disliked)
    cells = "".join(f"<td>{'–' if count is None else f'{count:,}'}</td>" for count in counts)
    return f'<tr><th scope="row">{numbers.date(week.first_day)}</th>{cells}</tr>'


def _list(title: str, questions: Sequence[Repeated], index: str) -> str:
    items = "".join(_item(question, index) for question in questions)
    return f"<h2>{title}</h2>{f'<ol class=rep-list>{items}</ol>' if items else _NOTHING}"


def _item(repeated: Repeated, index: str) -> str:
    link = urlencode({"q": repeated.question, "index": index})
    about = [numbers.times(repeated.times), f"آخرها {numbers.date(repeated.last_day)}"]
    told = " · ".join(map(escape, [*about, *repeated.reasons]))
    return (
        f'<li><a href="./?{attribute(link)}" target="_blank" rel="noopener">'
        f"{bdi(repeated.question)}</a><small>{told}</small></li>"
    )
