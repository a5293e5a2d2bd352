"""BM25 as others do it, in memory: split at spaces, or folded and stemmed by Snowball."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from index.arabic.words import split_words
from index.search import ranking
from index.store.bm25 import compute_idf
from rag.evaluation.retrieval import DEPTH, Ranked

Analyser = Callable[[str], list[str]]


def snowball() -> Analyser:
    """Return the analyser that folds and then stems with Snowball."""
    import snowballstemmer

    stemmer = snowballstemmer.stemmer("arabic")
    return lambda text: stemmer.stemWords(split_words(text))


def bm25(passages: Mapping[str, str], questions: Sequence[str], analyser: Analyser) -> list[Ranked]:
    """Return the best passages for each question, by Okapi BM25 with Jawab's constants."""
    counts = {key: Counter(analyser(text)) for key, text in passages.items()}
    average = sum(count.total() for count in counts.values()) / len(counts)
    postings: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, count in counts.items():
        damping = ranking.K1 * (1 - ranking.B + ranking.B * count.total() / average)
        for term, n in count.items():
            postings[term].append((key, n * (ranking.K1 + 1) / (n + damping)))
    runs = []
    for question in questions:
        scores: Counter[str] = Counter()
        for term in set(analyser(question)):
            rarity = compute_idf(len(postings.get(term, ())), len(passages))
            for key, value in postings.get(term, ()):
                scores[key] += rarity * value
        runs.append([key for key, _ in scores.most_common(2 * DEPTH)])
    return runs
