"""What becomes of an answer whose model fails where too little speaks for quotes."""

import pytest
from passages import TEXT, passages_of

from index.arabic.sentences import Span
from prompts import load_phrases
from rag.answers import Answer
from rag.checking.grounding import Support
from rag.checking.verdicts import Check, Verdict
from rag.clock import Clock
from rag.errors import ModelError
from rag.question import understand
from rag.reading.reading import Reading
from rag.settings import Settings
from rag.writing.composition import Composition
from rag.writing.writer import Doubt, Written
from ui.web import render

TOLD = "كلفة الجسر بلغت 12 مليون دينار"
CHECKED = Written(TOLD, (Support(0, Span(0, len(TEXT)), 1.0),))
OPEN = Written("أخرى", (), verdict=Verdict.UNSURE, doubt=Doubt("أخرى", (1,), Check(Verdict.UNSURE)))


class Fails:
    """Writes some sentences before it fails."""

    name = "openai:scripted"

    def __init__(self, *written):
        self.written = written

    def write(self, _reading):
        yield from self.written
        raise ModelError("no connection")


class Silent(Fails):
    """Writes nothing."""

    def write(self, _reading):
        yield from ()


def compose(*written, writer=Fails, **settings):
    question = understand("كم بلغت كلفة الجسر؟")
    passages = passages_of(TEXT)
    begun = Answer(question.asked, question.standalone, passages=tuple(passages), model=Fails.name)
    reading = Reading(question, passages)
    composition = Composition(begun, reading, Clock(), Settings(**settings), may_quote=False)
    return [*composition.compose(writer(*written))][-1]


@pytest.mark.parametrize("unsupported", ["remove", "mark"])
def test_sentences_that_came_before_a_model_failed_stay(unsupported):
    answer = compose(CHECKED, OPEN, unsupported=unsupported)
    assert (answer.found, answer.error, answer.model) == (True, "no connection", Fails.name)
    assert [sentence.text for sentence in answer.sentences] == [TOLD, "أخرى"]
    assert not any(sentence.is_open for sentence in answer.sentences)
    assert "no connection" in answer.notice


def test_a_refusal_after_a_model_failed_says_so_and_speaks_of_no_quotes():
    answer = compose()
    assert (answer.found, answer.refusal, answer.error) == (False, "no_evidence", "no connection")
    reason = "no connection."
    told = load_phrases("ar")["model_broke_off"].format(model=Fails.name, reason=reason)
    assert answer.notice == told
    assert "مقتبس" not in told
    assert "no connection" in render.refusal(answer)


def test_a_refusal_after_a_model_wrote_nothing_speaks_of_no_quotes():
    answer = compose(writer=Silent)
    assert (answer.found, answer.refusal) == (False, "no_evidence")
    assert answer.notice == load_phrases("ar")["model_said_nothing"].format(model=Silent.name)
