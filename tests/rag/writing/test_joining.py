"""Answers to the parts of a question become one answer, over the samples."""

from dataclasses import replace

import pytest
from checks import check_citations

from prompts import load_phrases
from rag.answers import Answer, Citation, Sentence
from rag.writing.joining import join_answers

TWO = "كم تلميذًا سيحصل على وجبات ساخنة مجانية، وأين عُرضت القطع الأثرية في الموصل؟"


@pytest.mark.slow
def test_each_part_is_answered_from_its_own_article(assistant, sample_index):
    answer = assistant.answer(TWO)
    assert answer.found
    assert "84 ألف تلميذ" in answer.text
    assert "قاعة الآشوريين" in answer.text
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    check_citations(answer, sample_index)


@pytest.mark.slow
def test_what_answers_two_parts_is_quoted_once_and_only_what_is_quoted_is_cited(assistant):
    one, other = map(
        assistant.answer, ("من أخرج فيلم آخر الصيادين؟", "متى يُعرض فيلم آخر الصيادين في لبنان؟")
    )
    joined = join_answers(one, [one, other, one], load_phrases("ar"), {})
    texts = [sentence.text for sentence in joined.sentences]
    said = {sentence.text for sentence in (*one.sentences, *other.sentences)}
    assert sorted(texts) == sorted(said)
    used = {number for sentence in joined.sentences for number in sentence.citations}
    assert used == {citation.number for citation in joined.citations}
    assert sorted(used) == list(range(1, len(joined.citations) + 1))


def test_what_parts_tell_more_stands_together_behind_them():
    said = Citation(1, "أ", "ع", "", "", "", "قيل.", 0, 4, 1.0)

    def part(number):
        cited = (replace(said, start=number), replace(said, number=2, start=9 + number))
        told = (
            Sentence(f"قيل {number}.", (1,), 1.0),
            Sentence(f"وزيد {number}.", (2,), 1.0, lead="\n\nالمزيد:\n- ", is_further=True),
        )
        return Answer("؟", "؟", "", told, cited, found=True)

    parts = [part(0), part(1)]
    joined = join_answers(parts[0], parts, load_phrases("ar"), {})
    assert joined.text == "قيل 0 [1].\nقيل 1 [3].\n\nالمزيد:\n- وزيد 0 [2].\n- وزيد 1 [4]."
    assert len(joined.further) == 2


def test_their_heading_stands_also_where_the_first_of_them_was_quoted_before():
    cited = tuple(Citation(n, "أ", "ع", "", "", "", "قيل.", n, n + 4, 1.0) for n in (1, 2, 3))
    first = (Sentence("وزيد.", (1,), 1.0),)
    second = (
        Sentence("قيل.", (1,), 1.0),
        Sentence("وزيد.", (2,), 1.0, lead="\n\nالمزيد:\n- 1 مارس: ", is_further=True),
        Sentence("وبقي.", (3,), 1.0, lead="\n- 2 مارس: ", is_further=True),
    )
    parts = [Answer("؟", "؟", "", told, cited, found=True) for told in (first, second)]
    joined = join_answers(parts[0], parts, load_phrases("ar"), {})
    assert joined.text.endswith("\n\nالمزيد:\n- 2 مارس: وبقي [2].")


@pytest.mark.slow
def test_articles_that_differ_on_one_part_are_told_there(assistant):
    answer = assistant.answer("متى بني سد الوادي الأخضر، وكم عدد المصابين في حريق مصنع الرمال؟")
    assert answer.differs
    assert "تغيّر هذا مع الوقت" in answer.text
    assert answer.text.index("1987") < answer.text.index("تغيّر هذا مع الوقت")
    assert answer.short is None


@pytest.mark.slow
def test_the_few_words_of_all_parts_are_given_or_none(reading_assistant):
    both = reading_assistant.answer(
        "كم تلميذًا سيحصل على وجبات ساخنة مجانية، وكم قطعة أثرية عرضت في قاعة الآشوريين بالموصل؟"
    )
    assert both.short.count("؛") == 1
    assert "84 ألف" in both.short
    assert "92" in both.short
    one = reading_assistant.answer(
        "كم تلميذًا سيحصل على وجبات ساخنة مجانية، ولماذا اندلع حريق مصنع الدهانات؟"
    )
    assert one.found
    assert one.short is None


@pytest.mark.slow
def test_the_same_few_words_do_not_answer_two_parts(reading_assistant):
    one = reading_assistant.answer("كم تلميذًا سيحصل على وجبات ساخنة مجانية؟")
    assert one.short
    assert join_answers(one, [one, one], load_phrases("ar"), {}).short is None


@pytest.mark.slow
def test_a_part_that_no_article_answers_is_told(assistant):
    answer = assistant.answer("متى بني سد الوادي الأخضر، ومتى تأسست جامعة طوكيو في اليابان؟")
    assert answer.found
    assert "1987" in answer.text
    assert "متى تأسست جامعة طوكيو" in answer.notice


@pytest.mark.slow
def test_it_does_not_matter_which_part_no_article_answers(assistant):
    answer = assistant.answer("متى تأسست جامعة طوكيو في اليابان، ومتى بني سد الوادي الأخضر؟")
    assert answer.found
    assert answer.refusal is None
    assert "1987" in answer.text
    assert answer.notice.endswith("متى تأسست جامعة طوكيو في اليابان؟")


@pytest.mark.slow
def test_nothing_found_for_any_part_is_a_refusal(assistant):
    answer = assistant.answer("متى تأسست جامعة طوكيو في اليابان، وكم عدد سكان جزيرة غرينلاند؟")
    assert not answer.found
    assert answer.refusal == "no_evidence"
    assert answer.citations == ()


@pytest.mark.slow
def test_the_answer_grows_and_its_first_state_has_no_text(assistant):
    states = list(assistant.stream(TWO))
    assert states[0].text == ""
    assert states[0].passages
    assert states[-1].found
    assert {state.question for state in states} == {TWO}


def test_versions_and_sentences_of_a_side_are_not_told_again_by_the_next():
    cited = tuple(Citation(n, "أ", "ع", "", "", "", "قيل.", n, n + 4, 1.0) for n in (1, 2, 3))
    versions = tuple(Sentence(f"قيل {n}.", (n,), 1.0, is_version=True) for n in (1, 2))
    part = Answer("؟", "؟", "", versions, cited, found=True, differs=True, opening="تختلف:")
    joined = join_answers(part, [part, part], load_phrases("ar"), {})
    assert [sentence.text for sentence in joined.sentences] == ["قيل 1.", "قيل 2."]
    one = Answer(
        "؟", "؟", "", tuple(Sentence(f"{n}.", (n,), 1.0) for n in (1, 2)), cited, found=True
    )
    other = replace(one, sentences=tuple(Sentence(f"{n}.", (n,), 1.0) for n in (3, 2)))
    joined = join_answers(one, [one, other], load_phrases("ar"), {}, ["أ", "ب"])
    assert [(s.label, s.text) for s in joined.sentences] == [("أ", "1."), ("أ", "2."), ("ب", "3.")]
