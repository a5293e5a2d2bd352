"""Example questions made of what is indexed, so that each can be answered."""

import re
from collections.abc import Sequence

from index.articles.article import Article
from ui.web.markup import quoted

_MAX_TITLE = 70


def example_questions(articles: Sequence[Article], count: int = 4) -> list[str]:
    """Return questions about articles with a headline, from different sources where possible."""
    chosen: dict[str, str] = {}
    others: list[str] = []
    for article in articles:
        title = re.sub(r"\s+", " ", article.title).strip()
        plain = not re.search(r"[<>{}$\\`]", title)
        if plain and not title.endswith("…") and len(title) <= _MAX_TITLE:
            chosen.setdefault(article.source or article.id, title)
            others.append(title)
    titles = dict.fromkeys([*chosen.values(), *others])
    return [f"لخّص مقال {quoted(title)}" for title in list(titles)[:count]]
