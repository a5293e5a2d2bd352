"""Leave out the passages that are about the like of what a question asks about."""

from collections.abc import Sequence

from index.arabic.words import split_words, term_of
from index.articles.article import Article
from index.search.search import Passage
from rag.language.names import find_years, name_words
from rag.question import Question


def filter_by_names(question: Question, passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages that may be about what a question names.

    Left out are those whose article has another person, place or ordinal in its place, and those
    that have years, in the text or in the article's date, but not the one asked for.
    """
    if not question.names and not question.years:
        return list(passages)
    articles = {passage.article.id: passage.article for passage in passages}
    others = {name for name, article in articles.items() if _is_about_another(question, article)}
    return [passage for passage in passages if passage.article.id not in others]


def _is_about_another(question: Question, article: Article) -> bool:
    spoken = split_words(f"{article.title}\n{article.text}")
    years = find_years([*spoken, article.date[:4]])
    if years and question.years and question.years.isdisjoint(years):
        return True
    terms = [term_of(word) for word in name_words(spoken)] if question.names else []
    return any(name.is_excluded(terms) for name in question.names)
