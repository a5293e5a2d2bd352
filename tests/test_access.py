"""Who may open the page, who may change things, how often one may ask; and the index over MCP."""

import asyncio
from types import SimpleNamespace

import pytest
from browser import called, served

from ui.web.access import Access, RateLimit, visitor_of
from ui.web.passwords import hashed

QUESTION = "من أخرج فيلم آخر الصيادين؟"


@pytest.fixture(scope="module")
def access():
    return Access({"محرر": hashed("سر")}, {"قارئ": hashed("سر آخر")}, "0.0.0.0")


def asked_by(user):
    return SimpleNamespace(username=user, client=SimpleNamespace(host="10.0.0.7"))


def test_only_known_users_with_their_own_password_come_in(access):
    assert access.allows("محرر", "سر")
    assert access.allows("قارئ", "سر آخر")
    assert not access.allows("قارئ", "سر")
    assert not access.allows("غريب", "سر")


def test_only_editors_may_change_things(access):
    assert access.may_edit(asked_by("محرر"))
    assert not access.may_edit(asked_by("قارئ"))


def test_without_users_things_may_be_changed_from_this_machine_alone():
    assert Access().may_edit(asked_by(None))
    assert not Access(host="0.0.0.0").may_edit(asked_by(None))


def test_a_visitor_may_ask_so_often():
    limit = RateLimit(2)
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    assert all(RateLimit(0).allows("a") for _ in range(1000))


def test_a_visitor_is_the_user_or_the_address():
    assert visitor_of(asked_by("قارئ")) == "قارئ"
    assert visitor_of(asked_by(None)) == "10.0.0.7"
    assert visitor_of(None) == ""


def test_programs_that_ask_too_often_are_told(sample_index, tmp_path):
    with served(sample_index, tmp_path / "log", "--rate", "1") as address:
        data = [QUESTION, 8, [], "", "", ""]
        assert called(address, "ask", *data)["found"]
        assert "too many questions" in called(address, "ask", *data)["error"]


def test_assistants_use_the_index_over_mcp(sample_index, tmp_path):
    pytest.importorskip("mcp", reason="jawab[mcp] is missing (make test installs it)")
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def used(address):
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            told = await session.call_tool("ask", {"question": QUESTION})
            return [tool.name for tool in tools.tools], told.content[0].text

    with served(sample_index, tmp_path / "log", "--mcp") as address:
        names, told = asyncio.run(used(address))
    assert names == ["ask", "search", "articles", "statistics"]
    assert "ريم شاهين" in told
