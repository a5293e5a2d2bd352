"""The table [access] of jawab.toml."""

import pytest

from rag.errors import SettingsError
from rag.rights import Rights, parse_rights
from rag.settings import Settings, load_settings


def test_groups_are_their_members_and_names_are_composed():
    table = {
        "groups": {"desk": ["e\u0301", " سارة "]},
        "ask": {"news": ["@desk", "ali"], "laws": ["*"]},
        "edit": {"news": ["ali"]},
    }
    rights = parse_rights(table, "here")
    assert rights.ask == {"news": {"\u00e9", "سارة", "ali"}, "laws": {"*"}}
    assert rights.edit == {"news": {"ali"}}


def test_settings_without_rights_say_nothing(tmp_path):
    assert not Settings().access
    file = tmp_path / "jawab.toml"
    file.write_text('[access.edit]\nnews = ["ali"]\n', encoding="utf-8")
    settings = load_settings(file, {})
    assert settings.access == Rights(edit={"news": frozenset({"ali"})})
    assert hash(settings) == hash(load_settings(file, {}))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('access = "ali"', r"access in .* must be a table"),
        ('[access]\nask = ["ali"]', r"access\.ask in .* must be a table"),
        ('[access.read]\nnews = ["ali"]', r"unknown table \[access\.read\] .*ask, edit, groups"),
        ('[access.ask]\nnews = "ali"', "must be a list of names"),
        ("[access.ask]\nnews = [3]", "must be a list of names"),
        ("[access.ask]\nnews = []", "names nobody"),
        ('[access.ask]\nnews = ["ali", " "]', "names nobody"),
        ('[access.ask]\nnews = ["@desk"]', r"no group '@desk'.*add it to \[access\.groups\]"),
        ('[access.groups]\ndesk = ["ali"]\n[access.ask]\nnews = ["@desc"]', "did you mean @desk"),
        ('[access.groups]\ndesk = ["@all"]', "may name people and programs"),
        ('[access.groups]\ndesk = ["*"]', "may name people and programs"),
        ("[access.groups]\ndesk = []", "names nobody"),
        ('[access.ask]\nnews = ["token:"]', "token:NAME"),
        ('[access.ask]\nnews = ["token: a b"]', "without spaces"),
        ('[access.groups]\ndesk = ["token:a b"]', "without spaces"),
    ],
)
def test_what_is_no_right_is_refused(tmp_path, wrong, told):
    file = tmp_path / "jawab.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingsError, match=told):
        load_settings(file, {})


def test_rights_are_not_set_by_the_environment():
    with pytest.raises(SettingsError, match="must be a table"):
        load_settings(environment={"JAWAB_ACCESS": "ali"})


def test_a_group_is_found_however_its_name_is_composed():
    table = {"ask": {"news": ["@cafe\u0301"]}, "groups": {" caf\u00e9": ["ali"]}}
    assert parse_rights(table, "here").ask == {"news": frozenset({"ali"})}
