"""The tab of what is new: saved questions, and what new articles say to them."""

from typing import Any

import gradio as gr

from index.errors import JawabError
from rag.following.questions import SavedQuestions
from rag.question import MAX_QUESTION
from ui.web.access import Access
from ui.web.errors import failure
from ui.web.events import event_data
from ui.web.followed_view import feed_link, list_news, list_questions
from ui.web.render import notice
from ui.web.served import Served

_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_REMOVE = """
element.addEventListener('click', event => {
  const data = event.target.closest('[data-unfollow]')?.dataset;
  if (data) trigger('unfollow', {id: data.unfollow});
});
"""


class FollowedPart:
    """Saved questions of the chosen index."""

    def __init__(self, served: Served, access: Access) -> None:
        self._served = served
        self._links = access.proxy is not None or not access.asks_for_token

    def build(self, tab: gr.Tab, picker: gr.Dropdown) -> None:
        """Create the components and connect them; called inside the tab.

        Args:
            tab: It; what is in it is shown anew whenever it is chosen.
            picker: Holds the name of the chosen index.
        """
        news = gr.HTML(elem_id="news", apply_default_css=False)
        with gr.Column(elem_id="follow-add") as adding, gr.Row():
            box = gr.Textbox(
                label="سؤال يُعاد كلما جاءت مقالات", rtl=True, max_length=MAX_QUESTION,
                elem_id="follow-q",
            )  # fmt: skip
            save = gr.Button("حفظ السؤال", elem_id="follow-save", scale=0)
        told = gr.HTML(elem_id="follow-told", apply_default_css=False)
        listed = gr.HTML(elem_id="follow-list", apply_default_css=False, js_on_load=_REMOVE)
        shown = [news, listed, adding]
        for event in (tab.select, picker.change):
            event(self._show, [picker], shown, queue=False, **_PRIVATE)
        for asked in (save.click, box.submit):
            asked(self._save, [picker, box], [told, box, *shown], **_PRIVATE)
        listed.unfollow(self._remove, [picker], [told, *shown], **_PRIVATE)

    def _show(self, index: str, request: gr.Request) -> tuple[Any, ...]:
        """Return news, questions, and what they are changed with for those who may."""
        seen = self._served.seen_by(request)
        name = seen.known(index)
        questions = SavedQuestions(seen[name].index.store.place)
        news, editable = questions.news(), self._served.may_edit(index, request)
        link = feed_link(name) if self._links else ""
        return (
            list_news(news, self._served.settings.sources) + link,
            list_questions(questions.list(), news, editable=editable),
            gr.Column(visible=editable),
        )

    def _save(self, index: str, text: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            told = save_question(self._served, index, text or "", (), request)
        except JawabError as error:
            return failure("لم يُحفظ السؤال.", error), gr.skip(), *[gr.skip()] * 3
        return notice("info", told), "", *self._show(index, request)

    def _remove(self, index: str, asked: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        if not self._served.may_edit(index, request):
            return notice("warn", _REFUSED), *[gr.skip()] * 3
        questions = SavedQuestions(self._served.seen_by(request)[index].index.store.place)
        try:
            questions.remove(questions.find(str(event_data(asked).get("id"))))
        except JawabError as error:
            return failure("لم يتم ذلك.", error), *[gr.skip()] * 3
        return "", *self._show(index, request)


_REFUSED = "لا يُسمح بحفظ الأسئلة هنا."


def save_question(
    served: Served, index: str, text: str, sources: tuple[str, ...], request: gr.Request
) -> str:
    """Save a question for whoever may edit an index; return what to say.

    Args:
        served: The indexes.
        index: Name of the one that is chosen.
        text: The question, which stands alone.
        sources: Publishers it is asked of; none for all.
        request: Of the visitor.

    Raises:
        InputError: It cannot be saved.
        IndexWriteError: It cannot be written.
    """
    if not served.may_edit(index, request):
        return _REFUSED
    SavedQuestions(served.seen_by(request)[index].index.store.place).add(text, sources=sources)
    return "✓ حُفظ السؤال، ويُسأل عنه كلُّ جديد."
