"""What went wrong, in Arabic; what the program itself says stays folded below it."""

import re
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from index.errors import JawabError
from rag.answers import Answer
from ui.web.markup import direction
from ui.web.render import notice

UNEXPECTED = "حدث خطأ غير متوقَّع. يمكن إعادة المحاولة، وإن تكرّر فإبلاغ المشرف."
_LINE = re.compile(r"line (\d+): ")


def describe_error(error: Exception) -> str:
    """Return what went wrong: by what the error says, else by its class."""
    if not isinstance(error, JawabError):
        return UNEXPECTED
    if known := _find_reason(str(error)):
        return known
    if direction(str(error)) == "rtl":
        return str(error)
    classes = _load()["classes"]
    names = (kind.__name__ for kind in type(error).__mro__)
    return str(next(classes[name] for name in names if name in classes))


def describe_reason(reason: str) -> str:
    """Return why an article could not be read."""
    line = _LINE.match(reason)
    place = f"السطر {line[1]}: " if line else ""
    return place + (_find_reason(reason) or "تعذّرت القراءة.")


def translate_notice(answer: Answer) -> Answer:
    """Return an answer whose notice is in the language of the page, not in the question's."""
    notice = _find_reason(answer.notice or "")
    return replace(answer, notice=notice) if notice else answer


def failure(title: str, error: Exception) -> str:
    """Return a box that says what failed and why."""
    if not isinstance(error, JawabError):
        return notice("error", title, UNEXPECTED)
    reason, told = describe_error(error), str(error)
    return notice("error", title, reason, details="" if told == reason else told)


def _find_reason(text: str) -> str:
    """Return the Arabic of a reason, or ""."""
    for pattern, arabic in _load()["reasons"].items():
        if found := re.search(pattern, text):
            return str(arabic).format(*found.groups())
    return ""


@cache
def _load() -> dict[str, Any]:
    file = resources.files("ui.web").joinpath("errors.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
