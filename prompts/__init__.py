"""Prompts are TOML files beside this module; code fills named placeholders and knows no wording.

A change of wording is a new ``version``. The rendered prompts are golden files in ``tests/data``.
"""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Prompt", "PromptError", "load_phrases", "load_prompt"]


class PromptError(Exception):
    """A prompt file is missing, incomplete or names placeholders nobody fills."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system and a user message with ``$placeholders``.

    Attributes:
        name: File name without its ending.
        version: Raised with every change of wording.
        system: Instructions to the model.
        user: The message to fill.
        placeholders: Names the file declares; exactly those occur in ``user``.
        outlines: What an answer of each form looks like; empty where a prompt asks for one form.
    """

    name: str
    version: int
    system: str
    user: str
    placeholders: frozenset[str]
    outlines: Mapping[str, str] = field(default_factory=dict)

    def fill(self, **values: str) -> tuple[str, str]:
        """Return the system and the user message with every placeholder filled.

        Raises:
            PromptError: A placeholder has no value, or a value no placeholder.
        """
        if set(values) != self.placeholders:
            raise PromptError(
                f"prompt {self.name!r} takes {sorted(self.placeholders)}, not {sorted(values)}"
            )
        return self.system, string.Template(self.user).substitute(values)


@cache
def load_prompt(name: str) -> Prompt:
    """Read and check a prompt file.

    Raises:
        PromptError: It is missing, lacks a key, or its placeholders are not those it declares.
    """
    content = _read(name)
    try:
        prompt = Prompt(
            name=name,
            version=content["version"],
            system=content["system"].strip(),
            user=content["user"].strip(),
            placeholders=frozenset(content["placeholders"]),
            outlines=content.get("outlines", {}),
        )
    except KeyError as error:
        raise PromptError(f"prompt {name!r} lacks {error}") from None
    used = set(string.Template(prompt.user).get_identifiers())
    if used != prompt.placeholders:
        raise PromptError(
            f"prompt {name!r} declares {sorted(prompt.placeholders)} but uses {sorted(used)}"
        )
    return prompt


@cache
def load_phrases(language: str) -> dict[str, str]:
    """Return the fixed sentences of the assistant in ``ar`` or ``en``.

    Raises:
        PromptError: There are none in that language.
    """
    phrases = _read("phrases")
    if language not in phrases:
        raise PromptError(f"no phrases in {language!r}; there are {sorted(phrases)}")
    return dict(phrases[language])


def _read(name: str) -> dict[str, Any]:
    file = resources.files("prompts").joinpath(f"{name}.toml")
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PromptError(f"there is no prompt {name!r}") from None
