"""Which articles tell the story that the best sentence is of.

A linear model of two features; its weights are in ``story.json`` with what they were fitted on, by
``benchmarks/train_story.py``.
"""

from collections.abc import Mapping, Sequence

from index.search.search import Passage
from rag.language.package_data import read_weights
from rag.language.statements import find_matter
from rag.reading.relevance import ScoredSentence

STORY = ("score", "shared")
"""What tells whether an article is of the same story: how far its best sentence scores below the
best of all, and the largest share of one of its sentences that the best sentence's article has."""
_FEWEST = 5
"""Terms that a sentence is counted to have at least: a short one shares much by chance. Chosen."""


def keep_story(
    passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> list[ScoredSentence]:
    """Return the sentences of those articles that tell the same story as the best one.

    Args:
        passages: Those that the sentences are of.
        sentences: Best first; at least one.
    """
    weights = read_weights("reading/story.json")
    best = passages[sentences[0].passage].article.id
    kept = {best} | {
        article
        for article, values in compare_articles(passages, sentences).items()
        if sum(weights[name] * values[name] for name in STORY) >= weights["least"]
    }
    return [s for s in sentences if passages[s.passage].article.id in kept]


def compare_articles(
    passages: Sequence[Passage], sentences: Sequence[ScoredSentence]
) -> Mapping[str, dict[str, float]]:
    """Return how near each article is to that of the best sentence, by its id; see ``STORY``.

    Args:
        passages: Those that the sentences are of.
        sentences: Best first; at least one.
    """
    first = sentences[0]
    best = passages[first.passage].article
    told = find_matter(best.title).union(
        *(find_matter(s.text) for s in sentences if passages[s.passage].article.id == best.id)
    )
    found: dict[str, dict[str, float]] = {}
    for sentence in sentences:  # the first one of an article is its best
        terms = find_matter(sentence.text)
        shared = len(terms & told) / max(_FEWEST, len(terms))
        article = passages[sentence.passage].article.id
        values = found.setdefault(article, {"score": sentence.score - first.score, "shared": 0.0})
        values["shared"] = max(values["shared"], shared)
    return found
