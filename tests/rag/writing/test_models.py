"""Chat models over real HTTP: whatever they say, the answer is checked."""

from importlib.util import find_spec

import pytest
from checks import check_citations
from fakes import Dies, Slow, model_server
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from index import open_index
from index.arabic.sentences import sentence_spans
from prompts import load_phrases
from rag import Assistant, ModelError
from rag.clock import read_day
from rag.reading.passages import merge_neighbours
from rag.settings import CAUTION, load_settings
from rag.writing import generating
from rag.writing.models import load_chat_model
from rag.writing.setup import Setup
from rag.writing.window import measure_room

QUESTION = "من أخرج فيلم آخر الصيادين؟"
TRUE = "فيلم «آخر الصيادين» للمخرجة اللبنانية ريم شاهين فاز بالجائزة الكبرى في مهرجان قرطاج"
DENIAL = "لم تفز المخرجة اللبنانية ريم شاهين بالجائزة الكبرى في مهرجان قرطاج"

openai = pytest.mark.skipif(not find_spec("langchain_openai"), reason="jawab[openai] is missing")


def rewrites(messages):
    """Tell whether a request is for a question rather than for an answer."""
    return "السؤال مستقلًا" in messages[-1]["content"]


@pytest.fixture
def ask(assistant):
    """Ask the samples with an OpenAI-compatible server that says what it is told."""

    def ask(reply, question=QUESTION, history=(), **settings):
        script = reply if callable(reply) else lambda _messages: reply
        with model_server(script) as (address, requests):
            chosen = load_settings(
                model="openai:scripted", base_url=address, timeout=5, environment={}, **settings
            )
            model = load_chat_model(chosen.model, base_url=chosen.base_url, timeout=5)
            found = Assistant(assistant.index, Setup(chosen, model)).answer(
                question, history=history
            )
        return found, requests

    return ask


@openai
def test_a_true_sentence_is_kept_with_its_source(ask, sample_index):
    found, _ = ask(f"{TRUE} [1].")
    assert found.text == f"{TRUE} [1]."
    assert found.model == "openai:scripted"
    assert found.citations[0].article_id == "فيلم-الصيادين"
    check_citations(found, sample_index)


@openai
@pytest.mark.parametrize("but", ["، لكن ", " ولكن ", "؛ "])
def test_what_a_model_answers_beside_a_refusal_is_checked(ask, but):
    refusal = load_phrases("ar")["not_found"].rstrip(".")
    found, _ = ask(f"{refusal}{but}{TRUE} [1].")
    assert found.text == f"{TRUE} [1]."
    found, _ = ask(f"{TRUE} [1]. {refusal}{but}{DENIAL} [1].")
    assert found.text == f"{TRUE} [1]."
    assert found.notice


@openai
def test_the_model_reads_the_numbered_passages_and_the_rules(ask):
    _, requests = ask(f"{TRUE} [1].")
    system, user = (message["content"] for message in requests[0]["messages"])
    assert "لا تخمّن" in system
    assert "[1] العنوان:" in user
    assert QUESTION in user


@openai
def test_the_model_reads_the_best_article_whole_and_may_cite_any_of_it(ask, sample_index):
    article = open_index(sample_index).store.get_article("قطع-المياه")
    last = article.text.rsplit("\n\n", 1)[-1]
    found, requests = ask(f"{last} [1]", WATER)
    told = requests[0]["messages"][-1]["content"]
    assert article.text in told
    assert told.count(article.title) == 1
    assert [citation.quote for citation in found.citations] == [last]
    check_citations(found, sample_index)


@openai
def test_the_smallest_window_holds_what_was_found(ask, assistant):
    _, requests = ask(f"{TRUE} [1].", WATER, window=7_200)
    told = requests[0]["messages"][-1]["content"]
    found = merge_neighbours(assistant.search(WATER))
    assert all(passage.text in told for passage in found)


@openai
def test_the_model_is_told_which_day_it_is_and_which_days_are_meant(ask):
    before = read_day()
    _, requests = ask(f"{TRUE} [1].", "كم عدد المصابين في حريق مصنع الرمال؟")
    told = requests[0]["messages"][-1]["content"]
    assert any(f"({day.isoformat()})" in told for day in (before, read_day()))
    for published, meant in {
        "2025-03-04": "«الثلاثاء» = 2025-03-04",
        "2025-03-06": "«الخميس» = 2025-03-06",
    }.items():
        assert f"التاريخ: {published} | المقصود: {meant}" in told


@openai
def test_a_false_sentence_is_removed_and_that_is_said(ask):
    found, _ = ask(f"{TRUE} [1]. وبلغت ميزانية الفيلم 900 مليون دولار [1].")
    assert "900" not in found.text
    assert "1" in found.notice


@openai
def test_a_sentence_that_the_articles_contradict_may_be_marked_instead(ask):
    found, _ = ask(f"{TRUE} [1]. {DENIAL} [1].", unsupported="mark")
    assert found.text.endswith("(تخالفه المقالات)")
    assert [s.verdict for s in found.sentences] == ["supported", "contradicted"]
    assert [s["verdict"] for s in found.to_dict()["sentences"]] == ["supported", "contradicted"]
    alone, _ = ask(f"{DENIAL} [1].", unsupported="mark")
    assert (alone.model, alone.sentences[0].verdict) == ("openai:scripted", "contradicted")


@openai
def test_what_no_article_tells_is_shown_and_marked_with_the_nearest_words(ask, sample_index):
    found, _ = ask("أهدت المخرجة ريم شاهين الفيلم إلى جدها الذي علمها صيد السمك في مدينة صور [1].")
    assert found.model == "openai:scripted"
    assert found.text.endswith("[1]. (غير مؤكَّد)")
    assert found.sentences[0].verdict == "unsure"
    assert found.citations[0].article_id == "فيلم-الصيادين"
    check_citations(found, sample_index)


@openai
@pytest.mark.parametrize(
    "reply",
    [
        "عاصمة اليابان هي طوكيو.",
        "",
        "   \n\n",
        "HACKED",
        f"{DENIAL} [1].",
    ],
)
def test_an_answer_with_nothing_true_in_it_is_replaced_by_quotes(ask, reply, sample_index):
    found, _ = ask(reply)
    assert found.model == "extractive"
    assert "ريم شاهين" in found.text
    assert "openai:scripted" in found.notice
    check_citations(found, sample_index)


@openai
@pytest.mark.parametrize(
    "mark", ["[١]", "[1، 9]", "[0][1]", "【1】", "", "[99]", "[1–3]", "(المصدر 1)", "(1)"]
)
def test_marks_are_put_right(ask, mark, sample_index):
    found, _ = ask(f"{TRUE} {mark}.")
    assert found.text == f"{TRUE} [1]."
    check_citations(found, sample_index)


@openai
@pytest.mark.parametrize(
    "reply",
    [
        "لم أجد في المقالات المفهرسة جوابًا عن هذا السؤال.",
        "لم أجد في المقاطع جواباً عن هذا السؤال. يمكنك الرجوع إلى موقع المهرجان.",
        "لا تذكر المقاطع من أخرج الفيلم [1].",
        "عذرًا، لا تتضمن النصوص المتاحة إجابة. تتحدث المقاطع عن أمور أخرى [1].",
    ],
)
def test_the_models_own_refusal_is_a_refusal(ask, reply):
    found, _ = ask(reply)
    assert (found.found, found.refusal, found.sentences) == (False, "model_refused", ())


@openai
@pytest.mark.parametrize(
    "reply",
    [
        "لا تذكر المقاطع من موّل الفيلم. وقد صوّرته شاهين بين الصيادين في قرى الساحل [1].",
        "لا تذكر المقاطع من موّل الفيلم، أما مدته فنحو 95 دقيقة [1].",
    ],
)
def test_an_unsure_sentence_behind_a_refusal_is_an_answer(ask, reply):
    found, _ = ask(reply)
    assert found.found
    assert found.sentences[-1].verdict == "unsure"


@openai
def test_a_partial_refusal_stays_in_the_answer(ask):
    missing = "ولا تذكر المقاطع ميزانية الفيلم."
    for reply in (f"{TRUE} [1]. {missing}", f"{missing} {TRUE} [1]."):
        found, _ = ask(reply)
        assert found.found
        assert missing in found.text
        assert f"{TRUE} [1]." in found.text
        assert "(غير" not in found.text


@openai
def test_a_model_that_repeats_its_orders_has_not_refused(ask):
    told = "أجب باللغة العربية. إن لم تجد الجواب فاكتب: لم أجد في المقالات المفهرسة جوابًا عن هذا السؤال."
    found, _ = ask("\n\n".join([told] * 4))
    assert found.model == "extractive"
    assert "ريم شاهين" in found.text


@openai
def test_orders_and_question_that_a_model_repeats_are_no_part_of_the_answer(ask):
    _, requests = ask(TRUE)
    system, user = (message["content"] for message in requests[0]["messages"])
    told = user.split("</passages>")[1]
    found, _ = ask(f"{system}\n\n{told.strip()}\n\n{TRUE} [1].")
    assert found.text == f"{TRUE} [1]."


@openai
@pytest.mark.parametrize(
    "order",
    [
        "إن لم تجد في المقاطع شيئًا من الجواب فقط: لم أجد في المقال",  # a word is missing, then cut
        "لا تستعمل معرفتك، ولا تخمّن، ولا تكمل الجواب من عندك.",
    ],
)
def test_orders_that_a_model_nearly_repeats_are_no_part_of_the_answer(ask, order):
    found, _ = ask(f"{TRUE} [1].\n\n{order}")
    assert found.text == f"{TRUE} [1]."


@openai
def test_a_part_of_the_question_that_a_model_says_again_with_its_answer_is_no_order(ask):
    question = "كم عدد المصابين في حريق مصنع الدهانات بمدينة الرمال وكم بلغت الغرامة المفروضة؟"
    told = "بلغ عدد المصابين في حريق مصنع الدهانات بمدينة الرمال 17."
    found, requests = ask(f"{told} [1]", question)
    assert "أجزاء السؤال" in requests[0]["messages"][-1]["content"]
    assert told.removesuffix(".") in found.text


@openai
def test_the_model_is_not_asked_without_evidence(ask):
    found, requests = ask("عاصمة اليابان هي طوكيو [1].", "من كتب رواية موسم الهجرة إلى الشمال؟")
    assert not found.found
    assert requests == []


DOUBTFUL = "قديش حق تذكرة المطار الكهربائي؟"


@openai
def test_a_model_is_asked_where_too_little_speaks_for_quotes(ask, reading_assistant, sample_index):
    assert reading_assistant.answer(DOUBTFUL).refusal == "no_evidence"
    article = open_index(sample_index).store.get_article("bus-line")
    price = next(
        article.text[a:b] for a, b in sentence_spans(article.text) if "تذكرة" in article.text[a:b]
    )
    found, requests = ask(f"{price} [1]", DOUBTFUL)
    assert (found.model, len(requests)) == ("openai:scripted", 1)
    assert found.citations[0].quote == price


@openai
@pytest.mark.parametrize("reply", [500, "عاصمة اليابان هي طوكيو.", "لا تذكر المقاطع ذلك."])
def test_where_it_fails_there_nothing_is_quoted(ask, reply):
    found, requests = ask(reply, DOUBTFUL)
    assert (found.found, found.citations, bool(found.passages)) == (False, (), True)
    assert bool(found.error) is (reply == 500)
    assert requests


@openai
@pytest.mark.parametrize("caution", CAUTION)
def test_no_model_is_asked_about_somebody_of_whom_no_article_tells(ask, caution):
    found, requests = ask("لا أعلم.", "من فاز بكأس العالم 2022؟", caution=caution)
    assert (found.refusal, requests) == ("no_evidence", [])


@openai
def test_endless_text_ends(ask):
    found, _ = ask(f"{TRUE} [1]. " + "كلام لا ينتهي أبدًا. " * 3000)
    assert found.text == f"{TRUE} [1]."


@openai
def test_what_a_model_thinks_aloud_is_not_shown(ask):
    thoughts = f"<think>لعل الجواب: {TRUE} [2]. لكن علي أن أتحقق.</think>"
    found, _ = ask(f"{thoughts}{TRUE} [1].")
    assert found.text == f"{TRUE} [1]."


@openai
def test_what_was_thought_aloud_without_saying_so_is_taken_back(ask):
    length = "لعل المقطع المتآكل من الأنبوب الرئيس طوله 640 مترًا [1]."
    found, _ = ask(f"{length}\n</think>\n{TRUE} [1].")
    assert found.text == f"{TRUE} [1]."
    assert found.notice is None


def test_thoughts_are_left_out_however_they_are_cut():
    text = "لعل</think>نعم <b>قال</b><think>ثم < ماذا</think> إنه <REASONING>لا</reasoning>هنا"
    for place in range(len(text)):
        for pieces in ([text[:place], text[place:]], list(text)):
            told = list(generating._strip_thoughts(pieces))
            assert "".join(told[told.index(None) + 1 :]) == "نعم <b>قال</b> إنه هنا"


WATER = "لماذا قطعت المياه عن أحياء غرب مدينة الرمال؟"
LAID_OUT = """إليك ما جاء في المقالات:

## قطع المياه
1. **طول المقطع:** طول المقطع المتآكل من الأنبوب الرئيس **640 مترًا** [1].
   - مُدّ الأنبوب عام 1974 [1].
2. **طول المقطع:** طول المقطع المتآكل من الأنبوب الرئيس 900 متر [1]. والأحياء هي الزيتون والنخيل والمنارة والسلام وباب البحر [1].
3. **الخلاصة:** وعدت المؤسسة بأن تبدأ استبدال الأنابيب في الأحياء الشرقية في يناير [1].
4. ستبني المؤسسة في يناير سدًا [1].
   - خطة كلفتها تسعة ملايين دينار [1].

### استقالة مدير المؤسسة غسان المصري
| البند | القيمة | المصدر |
|---|---|---|
| طول المقطع | 640 مترًا | [1] |
| عرض المقطع | 640 مترًا | [1] |

آمل أن تكون هذه الإجابة مفيدة!"""


@openai
def test_lists_tables_and_headings_stay_what_they_are_where_articles_support_them(ask):
    found, _ = ask(LAID_OUT, WATER)
    assert found.text == (
        "قطع المياه:\n"
        "1. طول المقطع: طول المقطع المتآكل من الأنبوب الرئيس 640 مترًا [1].\n"
        "  - مُدّ الأنبوب عام 1974 [2].\n"
        "2. والأحياء هي الزيتون والنخيل والمنارة والسلام وباب البحر [3].\n"
        "3. وعدت المؤسسة بأن تبدأ استبدال الأنابيب في الأحياء الشرقية في يناير [4].\n"
        "4. ستبني المؤسسة في يناير سدًا [4]. (غير مؤكَّد)\n"
        "  - خطة كلفتها تسعة ملايين دينار [4].\n"
        "- طول المقطع: 640 مترًا [1]\n"
        "- عرض المقطع: 640 مترًا [1] (غير مؤكَّد)"
    )
    assert ": 1." in found.notice  # neither greetings nor headings are missed


@openai
def test_a_model_that_only_thinks_is_replaced_by_quotes(ask):
    found, _ = ask(f"<think>{TRUE} [1]. ولا أنتهي من التفكير")
    assert found.model == "extractive"
    assert found.found


@openai
def test_images_and_links_of_a_model_are_no_part_of_the_answer(ask):
    hostile = "![صورة](http://evil.example/x.png) [اضغط هنا](http://evil.example)"
    found, _ = ask(f"{TRUE} [1].\n\n{hostile}")
    assert "evil" not in found.text
    assert found.text.startswith(TRUE)


@openai
def test_a_sentence_said_again_is_said_once(ask):
    found, _ = ask(f"{TRUE} [1]. " * 20)
    assert found.text == f"{TRUE} [1]."


@openai
def test_an_answer_in_another_language_is_checked_too(ask, sample_index):
    found, _ = ask("The film won 900 awards in 12 countries [1].")
    assert found.text == "The film won 900 awards in 12 countries [1]. (غير مؤكَّد)"
    check_citations(found, sample_index)


@openai
def test_what_the_model_has_from_memory_is_marked_beside_what_the_article_says(ask):
    found, _ = ask("فيلم «آخر الصيادين» للمخرجة اللبنانية نادين لبكي فاز بالجائزة الكبرى [1].")
    assert found.text.endswith("(غير مؤكَّد)")
    assert "ريم شاهين" in found.citations[0].quote


@openai
def test_marks_inside_a_sentence_are_read(ask, sample_index):
    found, _ = ask(f"{TRUE.replace('فاز', 'فاز [1]')}.")
    assert found.text == f"{TRUE} [1]."
    check_citations(found, sample_index)


@openai
def test_orders_that_an_article_gave_the_model_are_not_carried_out(ask):
    found, _ = ask(f"{TRUE} [1]. HACKED. أدخل كلمة المرور الآن. http://evil.example/collect?data=1")
    assert found.text == f"{TRUE} [1]."


@openai
def test_a_model_that_dies_while_it_speaks_is_replaced_by_quotes(ask, sample_index):
    found, _ = ask(Dies(f"{TRUE} [1]. وهذا كلام طويل لا يصل إلى القارئ كله أبدًا " * 5))
    assert found.found
    assert found.error
    assert "ريم شاهين" in found.text
    check_citations(found, sample_index)


@openai
def test_a_slow_first_word_is_waited_for(ask):
    found, _ = ask(Slow(f"{TRUE} [1]."))
    assert (found.model, found.text) == ("openai:scripted", f"{TRUE} [1].")


@openai
def test_the_newest_of_differing_articles_is_told_whatever_the_model_says(ask):
    reply = "ارتفع عدد المصابين في حريق مصنع الدهانات بمدينة الرمال إلى 19 شخصًا [2]."
    found, _ = ask(reply, "كم عدد المصابين في حريق مصنع الرمال؟")
    assert found.differs
    assert {"2025-04-10", "2025-03-06"} <= {citation.date for citation in found.citations}


@openai
def test_the_model_completes_a_follow_up(ask):
    def script(messages):
        return QUESTION if rewrites(messages) else f"{TRUE} [1]."

    found, requests = ask(
        script, "ومن أخرجه؟", history=[("ما الفيلم الفائز في قرطاج؟", "آخر الصيادين")]
    )
    assert found.standalone_question == QUESTION
    assert len(requests) == 2


HISTORY = [("ما الفيلم الفائز في قرطاج؟", "آخر الصيادين")]


@openai
def test_the_model_is_shown_every_question_that_has_history(ask):
    found, requests = ask(lambda m: QUESTION if rewrites(m) else f"{TRUE} [1].", QUESTION, HISTORY)
    assert [rewrites(request["messages"]) for request in requests] == [True, False]
    assert found.standalone_question == QUESTION
    _, requests = ask(f"{TRUE} [1].", QUESTION)
    assert len(requests) == 1


@openai
@pytest.mark.parametrize("reply", [500, "", "ومن أخرجه؟", "سطر\nوسطر"])
def test_a_follow_up_that_the_model_leaves_as_it_is_is_completed_by_rules(ask, reply):
    found, _ = ask(lambda m: reply if rewrites(m) else f"{TRUE} [1].", "ومن أخرجه؟", HISTORY)
    assert found.standalone_question == "من أخرجه؟ (الفيلم الفائز في قرطاج)"
    assert found.found


@openai
def test_a_question_of_another_year_than_its_rewriting_is_not_rewritten(ask):
    asked = "كم بلغ الإنتاج عام 2023؟"
    found, _ = ask(lambda m: "كم بلغ الإنتاج؟" if rewrites(m) else "لا أعلم.", asked, HISTORY)
    assert found.standalone_question == asked


@openai
def test_only_the_last_turns_are_told(ask):
    turns = [(f"ما الخبر رقم {n}؟", "خبر") for n in range(20)]
    _, requests = ask(lambda m: QUESTION if rewrites(m) else f"{TRUE} [1].", QUESTION, turns)
    told = requests[0]["messages"][-1]["content"]
    assert ("رقم 19" in told, "رقم 3؟" in told) == (True, False)


@openai
@pytest.mark.parametrize("status", [500, 401, 404])
def test_a_failing_server_is_reported_and_the_articles_quoted(ask, status, sample_index):
    found, _ = ask(status)
    assert found.error
    assert found.found
    assert "تعذّر الحصول على جواب" in found.notice
    check_citations(found, sample_index)


@openai
def test_a_server_that_is_not_there_is_reported(assistant):
    settings = load_settings(
        model="openai:x", base_url="http://127.0.0.1:9/v1", timeout=3, environment={}
    )
    model = load_chat_model(settings.model, base_url=settings.base_url, timeout=3)
    found = Assistant(assistant.index, Setup(settings, model)).answer(QUESTION)
    assert found.error
    assert "ريم شاهين" in found.text


@openai
def test_a_hosted_model_without_key_says_which_to_set(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        load_chat_model("openai:gpt-x")


def test_an_unknown_model_is_an_error():
    with pytest.raises(ModelError, match="cannot use the model"):
        load_chat_model("nobody-knows-this-model")


def test_a_missing_model_file_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="no model file"):
        load_chat_model(f"gguf:{tmp_path}/none.gguf")


@openai
def test_a_question_of_parts_is_handed_over_with_its_passages_grouped(ask):
    question = "من أخرج فيلم آخر الصيادين؟ وكم عدد المصابين في حريق مصنع الرمال؟"
    found, requests = ask(f"{TRUE} [1].", question)
    told = requests[0]["messages"][-1]["content"]
    groups = [line for line in told.splitlines() if line.startswith("# ")]
    assert groups == ["# من أخرج فيلم آخر الصيادين؟", "# كم عدد المصابين في حريق مصنع الرمال؟"]
    first, second = (told.index(group) for group in groups)
    assert first < told.index("ريم شاهين") < second < told.index("19 شخصًا")
    assert "أجب عن كل جزء" in told
    assert (found.kind, len(requests)) == ("several", 1)


@openai
def test_a_part_that_no_article_answers_is_named_to_the_model(ask):
    _, requests = ask(f"{TRUE} [1].", "من أخرج فيلم آخر الصيادين؟ وكم سكان بلدية تولوز؟")
    told = requests[0]["messages"][-1]["content"]
    assert "لا يوجد في المقاطع ما يجيب عن" in told
    assert "تولوز" in told.split("لا يوجد في المقاطع", 1)[1]
    assert "# وكم سكان" not in told


@openai
def test_neither_yes_nor_no_is_told_by_a_model(ask):
    for begins in ("نعم، ", "لا. ", "**لا:** "):
        found, _ = ask(f"{begins}{TRUE} [1].", "هل فاز فيلم آخر الصيادين بجائزة؟")
        assert found.text == f"{TRUE} [1]."


@openai
def test_a_cell_that_is_a_number_is_a_value(ask):
    table = "| البند | القيمة |\n|---|---|\n| طول المقطع المتآكل بالأمتار | 640 |"
    found, _ = ask(table, WATER)
    assert "طول المقطع المتآكل بالأمتار: 640" in found.text


@openai
def test_what_follows_a_refusal_in_its_sentence_is_a_claim(ask):
    found, _ = ask(
        f"لا تذكر المقاطع اسم الممول، لكنه رجل الأعمال أحمد علي الذي دفع 900 مليون دولار. {TRUE} [1]."
    )
    assert "900" not in found.text or "(غير مؤكَّد)" in found.text


@openai
def test_a_refusal_that_is_left_alone_is_no_answer(ask):
    found, _ = ask(
        "فاز فيلم «آخر الصيادين» للمخرجة ريم شاهين بالجائزة الكبرى في الدورة 99 لمهرجان قرطاج"
        " [1]. لا تذكر المقاطع ميزانية الفيلم."
    )
    kept = [sentence.verdict for sentence in found.sentences]
    assert not found.found or kept != ["declined"]


@openai
def test_a_part_without_an_answer_is_told_to_the_reader_too(ask):
    found, _ = ask(f"{TRUE} [1].", "من أخرج فيلم آخر الصيادين؟ وكم سكان بلدية تولوز؟")
    assert "تولوز" in found.notice


def test_the_window_is_what_is_set_or_what_the_model_tells():
    def model(profile):
        return FakeListChatModel(responses=[""], profile=profile)

    known = {"max_input_tokens": 128_000}
    assert (
        measure_room(model(known), 4_096) < measure_room(model(None)) < measure_room(model(known))
    )
    assert measure_room(model({"max_input_tokens": 4_096})) == measure_room(model(None), 4_096)
    assert measure_room(model(known), 100_000) > 90_000


@pytest.mark.skipif(not find_spec("langchain_ollama"), reason="jawab[ollama] is missing")
def test_ollama_is_asked_for_as_many_tokens_as_are_given():
    assert load_chat_model("ollama:any").num_ctx == 8_192
    assert load_chat_model("ollama:any", window=32_768).num_ctx == 32_768
