"""What publishers are called where an answer or a list shows them (setting ``sources``)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from index.articles.article import Article
from index.articles.copies import Reprint

if TYPE_CHECKING:
    from rag.answers import Answer, Citation

Sourced = TypeVar("Sourced", "Citation", Article, Reprint)


def name_source(item: Sourced, names: Mapping[str, str]) -> Sourced:
    """Return an article, a citation or a reprint with the name of its publisher."""
    return replace(item, source=names.get(item.source, item.source))


def name_sources(answer: "Answer", names: Mapping[str, str]) -> "Answer":
    """Return an answer with the names of its publishers.

    Args:
        answer: With the publishers as they are written in the articles.
        names: Publisher as in the articles -> what it is called.
    """
    if not names:
        return answer

    def name_all(reprints: tuple[Reprint, ...]) -> tuple[Reprint, ...]:
        return tuple(name_source(reprint, names) for reprint in reprints)

    return replace(
        answer,
        citations=tuple(
            replace(name_source(citation, names), reprints=name_all(citation.reprints))
            for citation in answer.citations
        ),
        passages=tuple(
            replace(
                passage,
                article=name_source(passage.article, names),
                reprints=name_all(passage.reprints),
            )
            for passage in answer.passages
        ),
    )
