"""What programs are told: over HTTP, by OpenAI's own client, over the samples."""

import json
import threading
import time
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection

import httpx
import openai
import pytest
import uvicorn
from browser import free_port
from fakes import Dies, Silent, model_server
from starlette.applications import Starlette

from rag import Assistant
from rag.settings import load_settings
from rag.writing.setup import Setup
from ui.web.access import Access, RateLimit
from ui.web.indexes import Indexes
from ui.web.passwords import compute_hash
from ui.web.programs import build_routes

QUESTION = "من أخرج فيلم آخر الصيادين؟"
SENTENCE = "فاز فيلم «آخر الصيادين» للمخرجة اللبنانية ريم شاهين بالجائزة الكبرى في مهرجان قرطاج"
BOTH = f"{QUESTION} وبماذا فاز؟"


@pytest.fixture(scope="module")
def client(address):
    with openai.OpenAI(base_url=f"{address}v1", api_key="none", max_retries=0) as opened:
        yield opened


@pytest.fixture(scope="module")
def web(address):
    with httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


def completed(client, *said, **options):
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    return client.chat.completions.create(model="index", messages=messages, **options)


def text_of(chunks):
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def test_the_models_are_the_indexes(client):
    assert [model.id for model in client.models.list()] == ["index"]
    assert client.models.retrieve("index").owned_by == "jawab"
    with pytest.raises(openai.NotFoundError, match="there are: index") as refused:
        client.models.retrieve("gpt-4o")
    assert refused.value.code == "model_not_found"


def test_an_answer_comes_with_what_each_mark_cites(client, web):
    reply = completed(client, BOTH)
    (choice,) = reply.choices
    asked = web.post("api/ask", json={"question": BOTH}).json()
    assert choice.message.content == asked["text"]
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    told = reply.jawab
    assert told["sentences"] == asked["sentences"]
    assert told["citations"] == asked["citations"]
    assert told["found"]
    assert "passages" not in told
    cited = {f"[{one['number']}]": one for one in told["citations"]}
    marks = [one.url_citation for one in choice.message.annotations]
    assert len(marks) == sum(len(sentence["citations"]) for sentence in told["sentences"]) >= 2
    for mark in marks:
        one = cited[choice.message.content[mark.start_index : mark.end_index]]
        assert (mark.title, mark.url) == (one["title"], one["url"])


def test_the_pieces_of_a_stream_are_the_whole_answer(client):
    whole = completed(client, BOTH)
    chunks = list(completed(client, BOTH, stream=True, stream_options={"include_usage": True}))
    *_, last, usage = chunks
    assert text_of(chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop"
    assert last.jawab["citations"] == whole.jawab["citations"]
    assert last.choices[0].delta.annotations == [
        one.model_dump() for one in whole.choices[0].message.annotations
    ]
    assert (usage.choices, usage.usage) == ([], whole.usage)
    assert len({chunk.id for chunk in chunks}) == 1


def test_usage_counts_what_was_said_and_what_is_replied(client, assistant):
    reply = completed(client, QUESTION)
    read, written = assistant.index.embedder.count_tokens(
        [QUESTION, reply.choices[0].message.content]
    )
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (read, written)
    assert reply.usage.total_tokens == read + written


def test_a_stream_ends_as_openai_ends_it(web):
    asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    reply = web.post("v1/chat/completions", json=asked)
    assert reply.headers["content-type"].startswith("text/event-stream")
    *events, done, end = reply.text.split("\n\n")
    assert (done, end) == ("data: [DONE]", "")
    assert all(
        json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk"
        for event in events
    )


def test_earlier_messages_are_the_conversation(client):
    told = completed(client, "من هي سارة حداد؟", "لاعبة شطرنج [1].", "كم عمرها؟").jawab
    assert told["standalone_question"] == "كم عمرها؟ (سارة حداد)"
    parts = [{"type": "text", "text": QUESTION}]
    messages = [
        {"role": "system", "content": "أجب بالإنجليزية."},
        {"role": "user", "content": parts},
    ]
    reply = client.chat.completions.create(model="", messages=messages, temperature=1)
    assert "ريم شاهين" in reply.choices[0].message.content
    assert reply.model == "index"


def test_filters_are_further_fields(client, web):
    for narrow in ({"until": "2020-01-01"}, {"since": "2030-01-01"}, {"articles": ["متحف-الموصل"]}):
        assert not completed(client, QUESTION, extra_body=narrow).jawab["found"]
    nobody = {"question": QUESTION, "sources": ["لا أحد"]}
    assert not web.post("api/ask", json=nobody).json()["found"]
    assert web.post("api/search", json=nobody).json()["passages"] == []


def test_sources_stand_below_the_text_where_they_are_wanted(client):
    bare = completed(client, BOTH).choices[0].message.content
    with_list = completed(client, BOTH, extra_body={"list_sources": True})
    text, (first, *_) = with_list.choices[0].message.content, with_list.jawab["citations"]
    head, _, listed = text.partition("\n\n**المصادر**\n\n")
    assert head == bare
    assert listed.startswith(f"1. «{first['title']}»")
    assert len(listed.splitlines()) == len(with_list.jawab["citations"])
    stream = completed(client, BOTH, stream=True, extra_body={"list_sources": True})
    assert text_of(stream) == text
    asked = completed(client, BOTH, text, "ومتى؟").jawab["standalone_question"]
    assert asked == completed(client, BOTH, bare, "ومتى؟").jawab["standalone_question"]


@pytest.mark.parametrize("streamed", [False, True])
def test_the_text_ends_before_a_stop_sequence(client, streamed):
    whole = completed(client, BOTH).choices[0].message.content
    reply = completed(client, BOTH, stop=["", "[2]"], stream=streamed)
    text = text_of(reply) if streamed else reply.choices[0].message.content
    assert text == whole.partition("[2]")[0]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"messages": []}, "nothing to answer"),
        ({"messages": [{"role": "user", "content": None}]}, "empty"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "only text is read"),
        ({"messages": [{"role": "user", "content": "ج" * 3000}]}, "2,000|2000"),
        ({"messages": "سؤال"}, "messages: "),
        ({"k": 51}, "k must be a whole number from 1 to 50, not 51"),
        ({"k": True}, "k must be a whole number from 1 to 50, not True"),
        ({"since": "غدًا"}, "since must be a day such as 2025-03-01"),
        ({"sources": 3}, "sources: "),
        ({"n": 2}, "send n = 1"),
        ({"response_format": {"type": "json_object"}}, "leave response_format out"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_what_cannot_be_answered_is_an_error_of_openai(client, wrong, told, streamed):
    with pytest.raises(openai.BadRequestError, match=told) as refused:
        completed(client, QUESTION, stream=streamed, extra_body=wrong)
    assert refused.value.type == "invalid_request_error"


def test_plain_requests_search_and_list(web):
    found = web.post("api/search", json={"question": QUESTION, "k": 3}).json()
    assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3]
    assert found["passages"][0]["article_id"] == "فيلم-الصيادين"
    asked = {"words": "حريق المصنع", "order": "oldest", "size": 2}
    listed = web.get("api/articles", params=asked).json()
    assert listed["total"] == 3
    assert [row["date"] for row in listed["articles"]] == ["2025-03-04", "2025-03-06"]
    told = {"question": "كم عمرها؟", "history": [["من هي سارة حداد؟", "لاعبة شطرنج [1]."]]}
    answer = web.post("api/ask", json=told).json()
    assert answer["standalone_question"] == "كم عمرها؟ (سارة حداد)"


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("api/ask", {"question": " "}, 400, "empty"),
        ("api/ask", {"question": QUESTION, "source": "x"}, 400, "source: Extra inputs"),
        ("api/ask", {"question": QUESTION, "history": [["س"]]}, 400, "history.0"),
        ("api/ask", [], 400, "body: "),
        ("api/search", {"question": QUESTION, "k": 0}, 400, "k must be"),
        ("api/search", {"question": QUESTION, "index": "other"}, 404, "there are: index"),
        ("api/ask", {"question": QUESTION, "sources": ["س"] * 1001}, 400, "sources"),
        ("api/nothing", {}, 404, "Not Found"),
        ("api/articles", {}, 405, "Method Not Allowed"),
        ("api/ask", {"question": "س" * 5_000_000}, 413, "send less"),
    ],
)
def test_a_plain_request_that_is_wrong_is_told_why(web, path, body, status, told):
    reply = web.post(path, json=body)
    assert reply.status_code == status
    assert told in reply.json()["error"]["message"]


def test_wrong_orders_and_broken_json_are_told(web):
    assert "size" in web.get("api/articles", params={"order": "size"}).json()["error"]["message"]
    broken = web.post("api/ask", content="{", headers={"content-type": "application/json"})
    assert (broken.status_code, broken.json()["error"]["type"]) == (400, "invalid_request_error")


def test_the_ways_are_described(web):
    described = web.get("api/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/chat/completions", "/v1/models", "/v1/models/{model}",
        "/api/ask", "/api/search", "/api/articles", "/api/news",
    }  # fmt: skip
    k = described["components"]["schemas"]["Question"]["properties"]["k"]
    assert (k["minimum"], k["maximum"]) == (1, 50)
    assert "passages" in k["description"]


def test_health_tells_that_indexes_can_be_read_and_nothing_else(web, assistant):
    with assistant.index.store.read() as reader:
        assert web.get("healthz").json() == {"status": "ok", "generations": [reader.generation]}


@contextmanager
def serving(assistant, access=None):
    """Serve what programs ask alone, in this process."""
    app = Starlette(routes=build_routes(Indexes([assistant]), access or Access(), RateLimit(0)))
    port = free_port()
    config = uvicorn.Config(app, port=port, ws="none", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def written(assistant):
    """Serve what programs ask of a model that says what a script says; yield a client."""
    with ExitStack() as stack:

        def start(script):
            base, _ = stack.enter_context(model_server(script))
            settings = load_settings(
                index=str(assistant.index.store.place), model="openai:scripted", base_url=base
            )
            writing = Assistant(assistant.index, Setup.load(settings))
            address = stack.enter_context(serving(writing))
            return stack.enter_context(httpx.Client(base_url=address, timeout=20))

        yield start


def openai_of(web):
    return openai.OpenAI(base_url=f"{web.base_url}v1", api_key="none", max_retries=0)


def test_what_a_model_writes_comes_sentence_by_sentence(written, assistant):
    quoted = assistant.answer(BOTH)
    with openai_of(written(lambda _: quoted.text)) as client:
        reply = client.chat.completions.create(
            model="", messages=[{"role": "user", "content": BOTH}], stream=True
        )
        chunks = list(reply)
    pieces = [c.choices[0].delta.content for c in chunks if c.choices[0].delta.content]
    assert len(pieces) == len(quoted.sentences) > 1
    assert "".join(pieces) == quoted.text
    assert chunks[-1].jawab["model"] == "openai:scripted"


def test_a_stream_whose_words_no_longer_hold_ends_in_an_error(written, assistant):
    quoted = assistant.answer(BOTH).text
    second = quoted.partition("[1]. ")[2]
    with openai_of(written(lambda _: Dies(f"{second} {second} {quoted}"))) as client:
        asked = {"model": "", "messages": [{"role": "user", "content": QUESTION}]}
        with pytest.raises(openai.APIError, match="no longer holds"):
            list(client.chat.completions.create(**asked, stream=True))
        whole = client.chat.completions.create(**asked)
    assert whole.jawab["model"] == "extractive"
    assert "scripted" in whole.jawab["notice"]


@pytest.mark.parametrize("streamed", [True, False])
def test_whoever_goes_away_frees_the_place(written, streamed):
    """While the model still thinks: four are answered at once, the fifth waits."""
    thinking, hold = [], threading.Event()

    def think(messages):
        thinking.append(messages)
        hold.wait(60)
        return 500

    web = written(think)
    asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": streamed}

    def begin():
        connection = HTTPConnection(web.base_url.host, web.base_url.port)
        kind = {"content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(asked), kind)
        return connection

    def gets_a_place(seconds):
        further = {"json": {**asked, "stream": True}, "timeout": seconds}
        try:
            with web.stream("POST", "v1/chat/completions", **further) as reply:
                return reply.status_code == 200
        except httpx.ReadTimeout:
            return False

    try:
        four = [begin() for _ in range(4)]
        while len(thinking) < 4:
            time.sleep(0.05)
        assert not gets_a_place(1)
        for connection in four:
            connection.close()
        assert gets_a_place(30)
    finally:
        hold.set()


@pytest.mark.parametrize("streamed", [True, False])
def test_whoever_goes_away_closes_the_models_connection(written, streamed):
    """Before its first word, and between two sentences."""
    quoted = f"{SENTENCE} [1]. ونال بطله" if streamed else ""
    silent = [Silent(quoted) for _ in range(5)]
    replies = iter(silent)
    web = written(lambda _: next(replies))
    asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": streamed}
    kind = {"content-type": "application/json"}
    opened = []
    for reply in silent[:4]:
        connection = HTTPConnection(web.base_url.host, web.base_url.port)
        connection.request("POST", "/v1/chat/completions", json.dumps(asked), kind)
        assert reply.asked.wait(30)
        opened.append(connection)
    assert not any(reply.closed.wait(0.2) for reply in silent)
    for connection in opened:
        connection.close()
    assert all(reply.closed.wait(30) for reply in silent[:4])
    with web.stream("POST", "v1/chat/completions", json={**asked, "stream": True}) as reply:
        assert reply.status_code == 200
        assert silent[4].asked.wait(30)
    assert silent[4].closed.wait(30)


@pytest.fixture(scope="module")
def token_files():
    return {"bot": compute_hash("t-1"), "desk": compute_hash("t-2")}


def asked_with(address, token, path="v1/models"):
    headers = {"authorization": token} if token else {}
    return httpx.get(f"{address}{path}", headers=headers, timeout=20)


def test_programs_need_a_token_where_there_are_tokens_or_users(assistant, token_files):
    with serving(assistant, Access(tokens=token_files)) as address:
        for token in ("Bearer t-1", "bearer t-2", "Bearer t-2"):
            assert asked_with(address, token).status_code == 200
        for token in ("", "Bearer", "Bearer t-3", "Basic t-1", "t-1"):
            refused = asked_with(address, token)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
            assert refused.json()["error"]["code"] == "invalid_api_key"
        assert asked_with(address, "", "api/openapi.json").status_code == 401
        assert asked_with(address, "", "healthz").status_code == 200
    with serving(assistant, Access(readers={"قارئ": compute_hash("سر")})) as address:
        refused = asked_with(address, "Bearer سر".encode())
        assert refused.status_code == 401
        assert "--token NAME:FILE" in refused.json()["error"]["message"]


def test_tokens_cannot_be_tried_without_end(assistant, token_files, monkeypatch):
    monkeypatch.setattr("ui.web.tokens._TRIES", 3)
    with serving(assistant, Access(tokens=token_files)) as address:
        assert asked_with(address, "Bearer t-1").status_code == 200
        tried = [asked_with(address, f"Bearer {n}").status_code for n in range(3)]
        assert tried == [401, 401, 429]
        assert asked_with(address, "Bearer t-1").status_code == 200  # known by now


def test_a_wrong_field_is_named_as_it_was_sent(web):
    for wrong in (5, [{"type": "text", "text": 3}]):
        body = {"messages": [{"role": "user", "content": wrong}]}
        told = web.post("v1/chat/completions", json=body).json()["error"]
        assert told["param"] == "messages.0.content"


def test_null_for_stream_asks_for_the_whole_answer(web):
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": None}
    assert web.post("v1/chat/completions", json=body).json()["object"] == "chat.completion"
