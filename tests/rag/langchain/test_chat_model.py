"""The chat model for chains of one's own: LangChain's suites, and what an answer carries."""

import copy
import pickle  # noqa: TID251  what other processes are sent
from contextlib import ExitStack

import pytest
from checks import check_citations
from fakes import Dies, model_server
from langchain.agents import create_agent
from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    HumanMessage,
    HumanMessageChunk,
    SystemMessage,
    ToolMessage,
)
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from index import build_index
from index.errors import IndexNotFoundError, InputError
from rag import Filter, SettingsError
from rag.convenience import load_assistant
from rag.errors import ModelError
from rag.langchain.chat_model import ChatJawab, split_turns, truncate_at_stop

H, A, S = HumanMessage, AIMessage, SystemMessage
FILM = "من أخرج فيلم آخر الصيادين؟"


def sum_of(pieces):
    first, *rest = pieces
    return sum(rest, first)


class _WithoutTools:
    @property
    def chat_model_class(self):
        return ChatJawab

    @property
    def has_tool_calling(self):
        return False  # an answer is what the articles say; it calls nothing

    @property
    def has_structured_output(self):
        return False


class TestUnit(_WithoutTools, ChatModelUnitTests):
    @property
    def chat_model_params(self):
        return {"index": "my-index"}

    @property
    def init_from_env_params(self):
        environment = {"JAWAB_MODEL": "ollama:qwen3:4b", "JAWAB_CAUTION": "careful"}
        return environment, {"index": "my-index"}, {"index": "my-index", "caution": None}


@pytest.fixture(scope="module")
def greetings(tmp_path_factory):
    """An index that can answer what LangChain's suites say."""
    folder = tmp_path_factory.mktemp("greetings")
    (folder / "greetings.txt").write_text(
        "Hello, hi and hey\n\nHello is how people greet one another in English. Hey is what friends"
        " say. Hi is shorter than hello. How are you is what people ask after they say hello.",
        encoding="utf-8",
    )
    build_index([folder], folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def greeter():
    """The address of a language model that says one thing."""
    with model_server(lambda _: "Hello is how people greet one another in English [1].") as served:
        yield served[0]


@pytest.mark.slow
class TestQuoting(_WithoutTools, ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def over_greetings(self, greetings, greeter):
        self._params = {"index": greetings, "base_url": greeter}

    @property
    def chat_model_params(self):
        return self._params

    @property
    def model_override_value(self):
        return "openai:scripted"


class TestGenerating(TestQuoting):
    """The same, written by a language model."""

    @property
    def chat_model_params(self):
        return {**self._params, "model": "openai:scripted"}

    @property
    def model_override_value(self):
        return "extractive"


def test_the_suites_are_answered_and_not_refused(greetings):
    chat = ChatJawab(index=greetings)
    for said in ("Hello", "Hey", "hi", "how are you"):
        assert chat.invoke(said).response_metadata["found"]


def test_an_answer_carries_its_citations(sample_index, assistant):
    reply = ChatJawab(index=sample_index).invoke(FILM)
    answer = assistant.answer(FILM)
    assert reply.text == answer.text
    assert "[1]" in reply.text
    told = reply.response_metadata
    assert told["citations"] == answer.to_dict()["citations"]
    assert told["sentences"] == answer.to_dict()["sentences"]
    assert (told["found"], told["refusal"], told["model_name"]) == (True, None, "extractive")
    check_citations(answer, sample_index)


def test_a_refusal_is_a_reply_that_says_so(sample_index):
    reply = ChatJawab(index=sample_index).invoke("من كتب رواية موسم الهجرة إلى الشمال؟")
    assert reply.text.startswith("لم أجد في المقالات المفهرسة من كتب رواية")
    told = reply.response_metadata
    assert (told["found"], told["refusal"], told["citations"]) == (False, "no_evidence", [])


def test_what_was_said_before_completes_a_follow_up(sample_index):
    chat = ChatJawab(index=sample_index)
    first = chat.invoke(FILM)
    messages = [SystemMessage("أجب."), HumanMessage(FILM), first, HumanMessage("وبماذا فاز؟")]
    reply = chat.invoke(messages)
    assert reply.response_metadata["found"]
    assert "الصيادين" in reply.response_metadata["standalone_question"]
    assert reply.response_metadata["question"] == "وبماذا فاز؟"


def test_a_stream_adds_up_to_the_reply(sample_index):
    chat = ChatJawab(index=sample_index)
    whole = chat.invoke(FILM)
    added = sum_of(chat.stream(FILM))
    assert added.text == whole.text
    assert added.usage_metadata == whole.usage_metadata
    assert added.response_metadata["citations"] == whole.response_metadata["citations"]


async def test_replies_can_be_awaited_together(sample_index):
    chat = ChatJawab(index=sample_index)
    whole = chat.invoke(FILM).text
    assert {(await found).text for found in [chat.ainvoke(FILM), chat.ainvoke(FILM)]} == {whole}
    assert "".join([piece.text async for piece in chat.astream(FILM)]) == whole
    assert [reply.text for reply in await chat.abatch([FILM] * 4)] == [whole] * 4


@pytest.fixture
def scripted(sample_index):
    """Return a chat over the samples whose language model says what it is given, and requests."""
    with ExitStack() as servers:

        def start(said, **options):
            address, requests = servers.enter_context(model_server(lambda _: said))
            served = {"model": "openai:scripted", "base_url": address}
            return ChatJawab(index=sample_index, **served, **options), requests

        yield start


def test_what_a_language_model_writes_is_streamed_by_checked_sentence(sample_index, scripted):
    quoted = ChatJawab(index=sample_index).invoke(f"{FILM} وبماذا فاز؟")
    chat, requests = scripted(f"{quoted.text} واسم المنتج فلان الفلاني [1].")
    pieces = [piece.text for piece in chat.stream(FILM) if piece.text]
    reply = chat.invoke(FILM)
    assert len(requests) == 2
    assert len(pieces) == len(reply.response_metadata["citations"]) > 2
    assert "".join(pieces) == reply.text
    assert reply.text.startswith(quoted.text)
    assert reply.text.endswith("(غير مؤكَّد)")
    assert reply.response_metadata["model_name"] == "openai:scripted"


def test_a_language_model_that_is_down_leaves_quotes_and_a_notice(scripted):
    chat, _ = scripted(500)
    for reply in (chat.invoke(FILM), sum_of(chat.stream(FILM))):
        assert "ريم شاهين" in reply.text
        assert reply.response_metadata["model_name"] == "extractive"
        assert "scripted" in reply.response_metadata["notice"]


def test_a_stream_that_would_have_to_take_words_back_fails(sample_index, scripted):
    quoted = ChatJawab(index=sample_index).invoke(f"{FILM} وبماذا فاز؟").text
    second = quoted.partition("[1]. ")[2]
    chat, _ = scripted(Dies(f"{second} {second} {quoted}"))
    with pytest.raises(ModelError, match="no longer holds"):
        list(chat.stream(FILM))
    assert chat.invoke(FILM).response_metadata["model_name"] == "extractive"


def test_a_follow_up_is_put_to_a_language_model_as_one_question(scripted):
    chat, requests = scripted("لا أعرف")
    chat.invoke([HumanMessage(FILM), AIMessage("ريم شاهين [1]."), HumanMessage("وبماذا فاز؟")])
    told = requests[0]["messages"][-1]["content"]
    assert FILM in told
    assert "ريم شاهين" in told


def test_one_call_may_name_its_own_model_passages_and_articles(sample_index, scripted):
    chat, requests = scripted("لا أعرف")
    reply = chat.invoke(FILM, model="extractive")
    assert (reply.response_metadata["model_name"], requests) == ("extractive", [])
    chat = ChatJawab(index=sample_index)
    elsewhere = Filter(articles=("قطع-المياه",))
    assert not chat.invoke(FILM, where=elsewhere).response_metadata["found"]
    assert (
        not ChatJawab(index=sample_index, where=elsewhere).invoke(FILM).response_metadata["found"]
    )
    assert chat.bind(k=1).invoke(FILM).response_metadata["found"]


def test_all_that_answer_from_one_index_share_its_embedder(sample_index, scripted):
    chat, _ = scripted("لا أعرف")
    used = (
        load_assistant(chat.settings),
        load_assistant(ChatJawab(index=sample_index, k=3).settings),
    )
    assert used[0].index.embedder is used[1].index.embedder
    assert used[0].settings.model == "openai:scripted"
    assert used[1].settings.k == 3
    assert load_assistant(chat.settings) is used[0]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_reply_ends_before_a_stop_sequence(sample_index, streamed):
    chat = ChatJawab(index=sample_index, stop=["[1]"], streaming=streamed)
    whole = ChatJawab(index=sample_index).invoke(FILM).text
    assert chat.invoke(FILM).text == whole.partition("[1]")[0]
    assert chat.invoke(FILM, stop=["ريم"]).text == whole.partition("ريم")[0]
    assert "".join(piece.text for piece in chat.stream(FILM)) == whole.partition("[1]")[0]


def test_the_first_stop_sequence_counts():
    assert truncate_at_stop("abc", ["c", "b"]) == "a"
    assert (
        truncate_at_stop("abc", ["x"])
        == truncate_at_stop("abc", [])
        == truncate_at_stop("abc", None)
        == "abc"
    )


def test_usage_counts_what_was_said_and_what_is_replied(sample_index, assistant):
    chat = ChatJawab(index=sample_index)
    messages = [HumanMessage("من هي سارة حداد؟"), AIMessage("لا أعرف."), HumanMessage(FILM)]
    reply = chat.invoke(messages)
    count = assistant.index.embedder.count_tokens
    usage = reply.usage_metadata
    assert usage["input_tokens"] == sum(count([message.text for message in messages]))
    assert usage["output_tokens"] == sum(count([reply.text]))
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


@pytest.mark.parametrize(
    ("messages", "question", "history"),
    [
        ([H("س")], "س", []),
        ([S("أمر"), H("س"), S("أمر")], "س", []),
        ([H("س"), A("ج"), H("ص")], "ص", [("س", "ج")]),
        ([H("س"), H("ش"), A("ج"), A("د"), H("ص")], "ص", [("س", ""), ("ش", "ج\nد")]),
        ([A("أهلًا"), H("س")], "س", []),
        ([H("س"), A(""), ToolMessage("نتيجة", tool_call_id="1")], "س", []),
        ([H("س"), A([{"type": "text", "text": "ج"}]), H([{"type": "text", "text": "ص"}])], "ص", [("س", "ج")]),
        ([H([{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]), A("ج"), H("ص")], "ص", [("", "ج")]),
        ([ChatMessage("س", role="user"), ChatMessage("ج", role="assistant"), ChatMessage("ص", role="human")], "ص", [("س", "ج")]),
        ([HumanMessageChunk(content="س"), AIMessageChunk(content="ج"), H("ص")], "ص", [("س", "ج")]),
    ],
)  # fmt: skip
def test_messages_are_turns(messages, question, history):
    assert split_turns(messages) == (question, history)


@pytest.mark.parametrize("messages", [[], [S("أمر")], [A("أهلًا")], [H("س"), A("ج")]])
def test_without_an_open_question_there_is_nothing_to_answer(messages):
    with pytest.raises(InputError, match="nothing to answer"):
        split_turns(messages)


def test_a_picture_is_not_passed_over():
    picture = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
    with pytest.raises(InputError, match="image"):
        split_turns([H([{"type": "text", "text": "ما هذا؟"}, picture])])


def test_an_unusable_question_is_an_error(sample_index):
    for question in ("  ", "س" * 2001):
        with pytest.raises(InputError, match="question"):
            ChatJawab(index=sample_index).invoke(question)


def test_an_index_is_looked_for_when_something_is_asked(tmp_path):
    chat = ChatJawab(index=tmp_path)
    with pytest.raises(IndexNotFoundError):
        chat.invoke(FILM)


def test_settings_come_from_the_environment_and_are_checked_at_once(monkeypatch):
    monkeypatch.setenv("JAWAB_CAUTION", "careful")
    assert ChatJawab().settings.caution == "careful"
    assert ChatJawab(caution="lenient").settings.caution == "lenient"
    with pytest.raises(SettingsError, match="caution"):
        ChatJawab(caution="none")


def test_what_is_misspelt_is_an_error(sample_index):
    with pytest.raises(ValueError, match="indx"):
        ChatJawab(indx=sample_index)
    with pytest.raises(TypeError, match="modle"):
        ChatJawab(index=sample_index).invoke(FILM, modle="extractive")


def test_a_used_chat_model_can_be_copied_and_sent_to_another_process(sample_index):
    chat = ChatJawab(index=sample_index, where=Filter(articles=("فيلم-الصيادين",)))
    text = chat.invoke(FILM).text
    for other in (copy.deepcopy(chat), pickle.loads(pickle.dumps(chat)), chat.model_copy()):
        assert other == chat
        assert other.invoke(FILM).text == text


def test_a_cache_tells_models_apart_by_all_that_an_answer_depends_on(sample_index):
    options = [{}, {"k": 3}, {"where": Filter(articles=("قطع-المياه",))}, {"stop": ["."]}]
    texts = {ChatJawab(index=sample_index, **chosen)._get_llm_string() for chosen in options}
    assert len(texts) == len(options)
    cache = InMemoryCache()
    found = [
        ChatJawab(index=sample_index, cache=cache, **chosen).invoke(FILM) for chosen in options * 2
    ]
    assert len({reply.text for reply in found}) == len(options)


def test_a_cache_of_all_models_is_not_asked(sample_index):
    cache = InMemoryCache()
    set_llm_cache(cache)
    try:
        ChatJawab(index=sample_index).invoke(FILM)
    finally:
        set_llm_cache(None)
    assert cache._cache == {}


def test_a_chain_of_ones_own_holds_a_conversation(sample_index):
    prompt = ChatPromptTemplate.from_messages(
        [("system", "أنت مساعد مهذب."), MessagesPlaceholder("before"), ("human", "{question}")]
    )
    chain = prompt | ChatJawab(index=sample_index) | StrOutputParser()
    first = chain.invoke({"before": [], "question": FILM})
    before = [("human", FILM), ("ai", first)]
    assert "مهرجان قرطاج" in chain.invoke({"before": before, "question": "وبماذا فاز؟"})


def test_an_agent_without_tools_answers(sample_index):
    agent = create_agent(ChatJawab(index=sample_index), system_prompt="أجب.")
    *_, last = agent.invoke({"messages": [("human", FILM)]})["messages"]
    assert "ريم شاهين" in last.text
    assert last.response_metadata["citations"]


def test_the_window_of_a_model_can_be_set():
    assert ChatJawab(window=16_384).settings.window == 16_384
