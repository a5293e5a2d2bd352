"""What counts as a wrong answer, and as a torn one, while parts of a cluster are killed."""

import pytest

from benchmarks.kills import judge

TEXTS = {"a": "افتتح الجسر.", "b": "هطل المطر."}
WHOLE = ["a", 0, 5, "افتتح", 12.5, 0]
EXPECTED = {"base": [[WHOLE]], "all": [[WHOLE, ["b", 0, 3, "هطل", 3.0, 1]]]}
CALM = [(0, 10, "base")]


def told(*passages, begun=1, incomplete=False):
    return {
        "question": 0,
        "begun": begun,
        "ended": begun + 1,
        "incomplete": incomplete,
        "passages": list(passages),
    }


def count(*answers, spans=CALM):
    return {
        name: number for name, number in judge(answers, spans, EXPECTED, TEXTS).items() if number
    }


def test_the_expected_answer_is_right():
    assert count(told(WHOLE)) == {"answers": 1, "compared": 1}
    assert count(told([*WHOLE[:4], 12.501, 0])) == {"answers": 1, "compared": 1}


@pytest.mark.parametrize(
    "passages",
    [(), (["b", 0, 3, "هطل", 12.5, 0],), ([*WHOLE[:4], 13.0, 0],), ([*WHOLE[:5], 1],)],
)
def test_another_answer_is_wrong_where_nothing_is_written(passages):
    assert count(told(*passages))["wrong"] == 1
    assert "wrong" not in count(told(*passages, begun=20))
    assert "wrong" not in count(told(*passages, incomplete=True))


@pytest.mark.parametrize(
    "passages",
    [(["a", 0, 5, "افتتحت", 12.5, 0],), (["c", 0, 5, "افتتح", 12.5, 0],), (WHOLE, WHOLE)],
)
def test_a_passage_that_is_no_piece_of_its_article_is_torn_whenever_it_comes(passages):
    assert count(told(*passages, begun=20))["torn"] == 1
    assert count(told(*passages, begun=20, incomplete=True))["torn"] == 1


def test_a_question_that_was_lost_is_counted():
    assert count({"question": 0, "begun": 1, "ended": 2, "error": "StateLostError()"}) == {
        "StateLostError": 1
    }
