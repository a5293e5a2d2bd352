"""What programs may ask of the server, over the samples, with the model that ships."""

import json
import urllib.request

import pytest
from browser import called

QUESTION = "من أخرج فيلم آخر الصيادين؟"


def test_programs_ask_over_http(address):
    answer = called(address, "ask", QUESTION, 5, [], "", "", "", "", "")
    assert "ريم شاهين" in answer["text"]
    assert answer["schema_version"] == 2


def test_the_endpoints_are_offered_to_programs_and_nothing_else(address):
    with urllib.request.urlopen(f"{address}gradio_api/info", timeout=30) as reply:
        info = json.load(reply)
    assert list(info["named_endpoints"]) == ["/ask", "/search", "/articles", "/statistics"]
    ask = {p["parameter_name"]: p for p in info["named_endpoints"]["/ask"]["parameters"]}
    assert set(ask) == {
        "question", "k", "history", "source", "since", "until", "article", "index",
    }  # fmt: skip
    assert ask["question"]["python_type"]["type"] == "str"


def test_programs_ask_in_conversations_and_within_dates(address):
    history = [["من هي سارة حداد؟", "لاعبة شطرنج [1]."]]
    answer = called(address, "ask", "كم عمرها؟", 8, history, "", "", "", "", "")
    assert answer["standalone_question"] == "كم عمرها؟ (سارة حداد)"
    none = called(address, "ask", QUESTION, 8, [], "", "2026-01-01", "", "", "")
    assert not none["found"]
    wrong = called(address, "ask", QUESTION, 8, [], "", "غدًا", "", "", "")
    assert "2025-03-01" in wrong["error"]


def test_programs_search_and_list(address):
    found = called(address, "search", QUESTION, 3, "", "", "", "", "")
    assert len(found["passages"]) == 3
    assert found["passages"][0]["article_id"] == "فيلم-الصيادين"
    listed = called(address, "articles", "حريق المصنع", "", "oldest", 1, 2, "")
    assert listed["total"] == 3
    assert [row["date"] for row in listed["articles"]] == ["2025-03-04", "2025-03-06"]
    assert "orders" in called(address, "articles", "", "", "newest", 1, 1, "")
    assert "error" in called(address, "articles", "", "", "size", 1, 1, "")
    assert called(address, "statistics", "")["articles"] == 28


@pytest.mark.parametrize("k", [0, -1, 7.9, 51, 10**9, "8", None, True])
def test_a_number_of_passages_that_is_none_is_an_error(address, k):
    wanted = f"k must be a whole number from 1 to 50, not {k!r}"
    assert called(address, "search", QUESTION, k, "", "", "", "", "") == {"error": wanted}
    assert called(address, "ask", QUESTION, k, [], "", "", "", "", "") == {"error": wanted}


def test_one_article_can_be_asked_alone(address):
    other = called(address, "ask", QUESTION, 8, [], "", "", "", "متحف-الموصل", "")
    assert not other["found"]
    own = called(address, "ask", QUESTION, 8, [], "", "", "", "فيلم-الصيادين", "")
    assert {passage["article_id"] for passage in own["passages"]} == {"فيلم-الصيادين"}


@pytest.mark.slow
def test_several_indexes_are_asked_by_name(two_indexes):
    counted = called(two_indexes, "statistics", "birds")
    assert (counted["articles"], counted["indexes"]) == (1, ["index", "birds"])
    asked = ["كم منظارًا في مرصد الطيور؟", 8, [], "", "", "", ""]
    assert "26 منظارًا" in called(two_indexes, "ask", *asked, "birds")["text"]
    assert not called(two_indexes, "ask", *asked, "index")["found"]
    assert "index, birds" in called(two_indexes, "ask", *asked, "other")["error"]


def test_the_python_client_fills_in_what_is_left_out(address):
    from gradio_client import Client

    client = Client(address, verbose=False, analytics_enabled=False)
    try:
        answer = client.predict(QUESTION, api_name="/ask")
        only = client.predict(QUESTION, article="متحف-الموصل", api_name="/ask")
    finally:
        client.close()
    assert "ريم شاهين" in answer["text"]
    assert not only["found"]
