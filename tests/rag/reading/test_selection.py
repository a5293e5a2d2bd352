import pytest

from index import build_index
from rag.language.forms import Form

FIRE = {
    "أولى": "اندلع حريق كبير في مصنع الورق بمدينة النخيل فجر السبت.\nبلغت الحصيلة الأولى للمصابين في حريق مصنع الورق 4 عمال نقلوا إلى المستشفى.\nاقرأ أيضًا: أخبار أخرى من المدينة",
    "ثانية": "ارتفعت حصيلة المصابين في حريق مصنع الورق إلى 9 عمال بحسب المستشفى.\nأمر الوالي بفتح تحقيق في أسباب حريق مصنع الورق.\nاقرأ أيضًا: أخبار أخرى من المدينة",
    "ثالثة": "بلغت حصيلة المصابين في حريق مصنع الورق 11 عاملا غادر أغلبهم المستشفى.\nقدرت إدارة مصنع الورق خسائر الحريق بثلاثة ملايين دينار.",
}
DATES = {"أولى": "2025-03-01", "ثانية": "2025-03-02", "ثالثة": "2025-03-04"}


@pytest.fixture(scope="module")
def told(assistant, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fire")
    for name, text in FIRE.items():
        head = f"---\ntitle: خبر {name}\ndate: {DATES[name]}\nsource: الصدى\n---\n"
        (folder / f"{name}.md").write_text(head + text, encoding="utf-8")
    build_index([folder], folder / "index")
    return assistant.beside(folder / "index")


def test_what_changed_is_told_in_rows_by_date(told):
    answer = told.answer("كيف تغيّرت حصيلة المصابين في حريق مصنع الورق؟")
    assert answer.kind == Form.TIMELINE.value
    assert [point.date for point in answer.points] == sorted(point.date for point in answer.points)
    assert all(figure in answer.text for figure in ("4 عمال", "9 عمال", "11 عاملا"))
    assert answer.text.startswith("- 1 مارس/آذار 2025: ")


def test_a_story_is_told_over_its_articles_without_repetition(told):
    answer = told.answer("لخّص ما حدث في حريق مصنع الورق")
    assert answer.kind == Form.SUMMARY.value
    assert {citation.article_id for citation in answer.citations} >= {"أولى", "ثانية", "ثالثة"}
    said = [sentence.text for sentence in answer.sentences]
    assert len(set(said)) == len(said)
    assert "تحقيق" in answer.text
    assert "ثلاثة ملايين" in answer.text


def test_what_a_source_puts_under_each_article_is_not_quoted(told):
    for question in ("لخّص ما حدث في حريق مصنع الورق", "ما أخبار المدينة الأخرى؟"):
        assert "اقرأ أيضًا" not in told.answer(question).text


def test_what_is_shown_stands_in_what_is_cited(told):
    answer = told.answer("كم خسائر حريق مصنع الورق؟")
    for citation in answer.citations:
        assert citation.start <= citation.shown_start < citation.shown_end <= citation.end
        assert citation.shown.strip("…") in citation.quote
    assert [set(point) for point in answer.to_dict()["points"]] == [
        {"text", "citations", "label", "date"}
    ] * len(answer.sentences)


def test_sides_that_would_be_told_the_same_are_not_told_apart(assistant):
    asked = "قارن بين التقرير الأول والنهائي في عدد مصابي حريق مصنع الرمال"
    answer = assistant.answer(asked)
    assert answer.found
    quoted = [(citation.article_id, citation.start) for citation in answer.citations]
    assert len(set(quoted)) == len(answer.points)
    assert not any(point.label.startswith("التقرير الأول") for point in answer.points)


def test_a_comparison_says_which_side_is_missing(told):
    answer = told.answer("قارن بين خسائر حريق مصنع الورق وخسائر غرق السفينة زنوبيا")
    assert answer.kind == Form.COMPARISON.value
    assert {point.label for point in answer.points} == {"خسائر حريق مصنع الورق"}
    assert answer.notice is not None
    assert "السفينة زنوبيا" in answer.notice
