"""Tell what a WordPress site shows its readers from what else its exports and its JSON hold."""

from collections.abc import Mapping
from typing import Any

from index.articles.readers.base import PassedOver, Withdrawn

_PUBLISHED = "publish"
_NO_ARTICLES = frozenset({
    "attachment", "nav_menu_item", "revision", "custom_css", "customize_changeset",
    "oembed_cache", "user_request", "wp_block", "wp_font_face", "wp_font_family",
    "wp_global_styles", "wp_navigation", "wp_template", "wp_template_part",
})  # fmt: skip
"""Types of posts that WordPress itself keeps other things in; pages and a site's own types are
articles."""


def unread_post(kind: str, status: str, *, has_password: bool) -> Withdrawn | PassedOver | None:
    """Return what is told of a post that is not read; None for one that is.

    Args:
        kind: Its type, such as ``post`` or ``attachment``; "" where none is said.
        status: Such as ``publish``, ``draft`` or ``trash``; "" where none is said.
        has_password: Whether only those who know one may read it.
    """
    if kind in _NO_ARTICLES:
        return PassedOver("", f"WordPress {kind}")
    if status not in {"", _PUBLISHED}:
        return Withdrawn("", f"is not published: {status}")
    if has_password:
        return Withdrawn("", "is not published: it has a password")
    return None


def unread_entry(entry: Mapping[str, Any]) -> Withdrawn | PassedOver | None:
    """Return what is told of an entry of an export that is not read; None for any other."""
    kind, status, password = (
        str(entry.get(f"wp_{name}") or "").strip()
        for name in ("post_type", "status", "post_password")
    )
    return unread_post(kind, status, has_password=bool(password))


def unread_record(record: Mapping[str, Any]) -> Withdrawn | PassedOver | None:
    """Return what is told of a record that is not read; None for any other.

    It is looked at where it has the form of WordPress, as its programs give it (``title.rendered``)
    or as its database does (``post_title``): elsewhere a status may mean anything.
    """
    if "post_content" in record:
        kind, status, password = map(record.get, ("post_type", "post_status", "post_password"))
    elif any(_is_rendered(record.get(name)) for name in ("title", "content")):
        kind, status, password = map(record.get, ("type", "status", "password"))
    else:
        return None
    return unread_post(_text(kind), _text(status), has_password=bool(_text(password)))


def _is_rendered(value: Any) -> bool:
    return isinstance(value, dict) and ("rendered" in value or "raw" in value)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
