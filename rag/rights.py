"""Who may ask and who may edit which index: the table ``[access]`` of ``jawab.toml``."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import SettingsError

EVERYONE = "*"
PROGRAM = "token:"
"""Begins the name of a program that asks with a token."""
_GROUP = "@"
_PARTS = ("ask", "edit", "groups")

Named = Mapping[str, frozenset[str]]
"""Index or group -> names of people and, with ``token:`` before them, of programs."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what with which index.

    Attributes:
        ask: Index -> those who may ask it, ``*`` for everyone who signs in; None where nothing is
            said, and everyone may ask each.
        edit: Index -> those who may change its articles; None where nothing is said.
    """

    ask: Named | None = None
    edit: Named | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is said."""
        return self.ask is not None or self.edit is not None


def normalize_name(name: str) -> str:
    """Return a name as names are compared: composed (NFC), without space around it."""
    return unicodedata.normalize("NFC", name).strip()


def is_reserved(name: str) -> bool:
    """Tell whether a name means something else than a person in these lists."""
    return name == EVERYONE or name.startswith((_GROUP, PROGRAM))


def parse_rights(table: Any, where: str) -> Rights:
    """Return what the table ``[access]`` says, with the people of each group in its place.

    Args:
        table: As it was read.
        where: Where it stands, for the message.

    Raises:
        SettingsError: A key or group is unknown, a list empty or no list of names.
    """
    if not isinstance(table, dict):
        raise SettingsError(
            f"access {where} must be a table: [access.ask] names for each index who may ask it"
        )
    if unknown := [name for name in table if name not in _PARTS]:
        raise SettingsError(
            f"unknown table [access.{unknown[0]}] {where}; there are {', '.join(_PARTS)}"
        )
    parts = {name: _parse_part(name, part, where) for name, part in table.items()}
    groups = parts.pop("groups", {})
    for group, names in groups.items():
        if wrong := sorted(filter(_is_no_member, names)):
            raise SettingsError(
                f"the group {group!r} {where} has {wrong[0]!r} in it; it may name people and"
                f" programs ({PROGRAM}NAME)"
            )
    return Rights(
        **{
            name: {index: _expand(names, groups, where) for index, names in part.items()}
            for name, part in parts.items()
        }
    )


def _parse_part(part: str, table: Any, where: str) -> dict[str, frozenset[str]]:
    """Read the names that each line of ``[access.ask]``, ``edit`` or ``groups`` gives."""
    if not isinstance(table, dict):
        raise SettingsError(f'access.{part} {where} must be a table with lines such as x = ["ali"]')
    read: dict[str, frozenset[str]] = {}
    for key, names in table.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise SettingsError(
                f'{key!r} of [access.{part}] {where} must be a list of names such as ["ali"],'
                f" not {names!r}"
            )
        called = normalize_name(key) if part == "groups" else key
        found = frozenset(map(normalize_name, names))
        if not found or "" in found:
            raise SettingsError(
                f"{key!r} of [access.{part}] {where} names nobody; write names, or"
                ' "*" for everyone who signs in'
            )
        if wrong := sorted(filter(_is_no_program, found)):
            raise SettingsError(
                f"{key!r} of [access.{part}] {where} has {wrong[0]!r} in it; write {PROGRAM}NAME"
                " with a name without spaces"
            )
        read[called] = read.get(called, frozenset()) | found
    return read


def _is_no_program(name: str) -> bool:
    program = name.removeprefix(PROGRAM)
    return program not in {name, *program.split()}


def _is_no_member(name: str) -> bool:
    return is_reserved(name) and not name.startswith(PROGRAM)


def _expand(names: Iterable[str], groups: Named, where: str) -> frozenset[str]:
    """Return names with the members of a group in the place of its name."""
    found: set[str] = set()
    for name in names:
        group = name.removeprefix(_GROUP)
        if group == name:
            found.add(name)
        elif group in groups:
            found |= groups[group]
        else:
            near = difflib.get_close_matches(group, groups, n=1)
            hint = f"did you mean {_GROUP}{near[0]}?" if near else "add it to [access.groups]"
            raise SettingsError(f"there is no group {name!r} {where}; {hint}")
    return frozenset(found)
