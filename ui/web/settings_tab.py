"""The settings tab: what answers are written with, until the server is started again."""

from dataclasses import replace
from typing import Any

import gradio as gr

from index.errors import JawabError
from rag.settings import Settings
from rag.writing.models import greet
from rag.writing.quoting import EXTRACTIVE
from ui.web.errors import failure
from ui.web.render import notice
from ui.web.served import Served

CAUTION = [("حذر", "careful"), ("متوازن", "balanced"), ("متساهل", "lenient")]
LENGTH = [("موجزة", "short"), ("معتدلة", "normal"), ("مفصّلة", "long")]
UNSUPPORTED = [("تُحذف", "remove"), ("تُعرض معلَّمة", "mark")]
VERIFY = [("بكلماتها", "words"), ("بكلماتها وبسؤال النموذج مرة ثانية", "model")]
_MODELS = (
    "\u2066extractive\u2069: اقتباس حرفي بلا نموذج. أو:"
    " \u2066ollama:…  openai:…  anthropic:…  gguf:/path\u2069"
)
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class SettingsTab:
    """The settings that every index is asked with, shared by everyone who asks."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def build(self) -> None:
        """Create the components and connect them; called inside a tab.

        They hold the defaults: what is chosen is told to nobody but those who may change it.
        """
        settings = Settings()
        with gr.Column(elem_id="set-all") as self._all:
            gr.HTML(
                '<p class="hint">تسري على جميع المستخدمين حتى إعادة تشغيل الخادم؛ ولتثبيتها تُكتب في'
                ' <code dir="ltr">jawab.toml</code>. وتُكتب هناك أسماء المصادر كما تُعرض: '
                '<code dir="ltr">[sources]</code> ثم '
                '<code dir="ltr">aljazirah = "<bdi>الجزيرة</bdi>"</code>.</p>',
                apply_default_css=False,
            )
            k = gr.Slider(1, 30, settings.k, step=1, label="عدد المقاطع المقروءة", elem_id="set-k")
            caution = gr.Radio(
                CAUTION, value=settings.caution, label="درجة الحذر", rtl=True,
                elem_id="set-caution", info="حذر: يعتذر أكثر. متساهل: يجيب أكثر وقد يخطئ.",
            )  # fmt: skip
            length = gr.Radio(
                LENGTH, value=settings.length, label="طول الإجابة", rtl=True, elem_id="set-length"
            )
            unsupported = gr.Radio(
                UNSUPPORTED, value=settings.unsupported, rtl=True, elem_id="set-unsupported",
                label="جمل النموذج التي تخالفها المقالات",
            )  # fmt: skip
            verify = gr.Radio(
                VERIFY, value=settings.verify, label="فحص جمل النموذج", rtl=True,
                elem_id="set-verify",
                info="سؤال النموذج نداء واحد بعد الإجابة، عما ليس في المقالات بحرفه.",
            )  # fmt: skip
            model = gr.Textbox(
                label="النموذج اللغوي", elem_classes="ltr", elem_id="set-model", info=_MODELS
            )
            address = gr.Textbox(
                label="عنوان خادم النموذج", placeholder="http://127.0.0.1:8080/v1",
                elem_classes="ltr", elem_id="set-address",
            )  # fmt: skip
            with gr.Row():
                test = gr.Button("اختبار الاتصال", elem_id="set-test")
                save = gr.Button("حفظ", variant="primary", elem_id="set-save")
        told = gr.HTML(elem_id="set-told", apply_default_css=False)
        test.click(self._test, [model, address], [told], concurrency_id="llm", **_PRIVATE)
        self._fields = [k, caution, length, unsupported, verify, model, address]
        save.click(self._save, self._fields, [told], concurrency_id="llm", **_PRIVATE)
        self._told = told

    def load(self, page: gr.Blocks) -> None:
        """Show the settings to those who may change them."""
        shown = [self._all, self._told, *self._fields]
        page.load(self._show_tab, None, shown, queue=False, **_PRIVATE)

    def _show_tab(self, request: gr.Request) -> list[Any]:
        if not self._served.may_edit_all(request):
            return [gr.Column(visible=False), _FORBIDDEN, *[gr.skip()] * len(self._fields)]
        now = self._served.settings
        values = [now.k, now.caution, now.length, now.unsupported, now.verify]
        values += [now.model, now.base_url]
        return [gr.Column(visible=True), "", *values]

    def _test(self, model: str, address: str, request: gr.Request) -> str:
        if not self._served.may_edit_all(request):
            return _FORBIDDEN
        try:
            said = _test_model(model, address, self._served.settings)
        except JawabError as error:
            return failure("لم ينجح الاتصال.", error)
        return notice("info", "✓ نجح الاتصال.", said)

    def _save(
        self,
        k: float,
        caution: str,
        length: str,
        unsupported: str,
        verify: str,
        model: str,
        address: str,
        request: gr.Request,
    ) -> str:
        if not self._served.may_edit_all(request):
            return _FORBIDDEN
        chosen = replace(
            self._served.settings,
            k=int(k),
            caution=caution,
            length=length,
            unsupported=unsupported,
            verify=verify,
            model=(model or EXTRACTIVE).strip(),
            base_url=(address or "").strip(),
        )
        try:
            self._served.use(chosen)
        except JawabError as error:
            return failure("لم تُحفظ الإعدادات.", error)
        return notice("info", "✓ حُفظت الإعدادات.")


_FORBIDDEN = notice("warn", "لا يُسمح بتغيير الإعدادات هنا.")


def _test_model(model: str, address: str, settings: Settings) -> str:
    """Let a model say something; the extractive one has nothing to connect to."""
    name = (model or EXTRACTIVE).strip()
    if name == EXTRACTIVE:
        return "تُقتبس الإجابة من المقالات، ولا حاجة إلى خادم."
    return greet(name, base_url=(address or "").strip(), timeout=settings.timeout)
