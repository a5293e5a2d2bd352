"""The spellings, plurals, months and digits under which people look for one thing."""

from collections import Counter

import pytest
from conftest import ROOT

from index import build_index, open_index
from index.arabic.words import analyse

DATA = ROOT / "tests" / "data"
FRAME = "نشرت الصحيفة المحلية في عددها الأخير خبرًا قصيرًا ورد فيه ذكر {} ولم تزد عليه شيئًا."


def rows(name):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


VARIANTS, APART = rows("variants.tsv"), rows("apart.tsv")


def indexed(folder, subjects, embedder):
    """One short article for every subject; nothing else tells them apart."""
    articles = folder / "articles"
    articles.mkdir()
    for number, subject in enumerate(subjects):
        (articles / f"{number}.txt").write_text(FRAME.format(subject), encoding="utf-8")
    build_index([articles], folder / "index", embedder=embedder)
    return open_index(folder / "index", embedder=embedder)


def first(index, subject):
    return index.search(f"هل لديكم معلومات عن {subject}؟", k=1)[0].article.id


def test_the_lists_are_as_long_as_promised():
    assert len(VARIANTS) >= 150
    assert len(APART) >= 40
    assert len({frozenset(pair) for _, *pair in VARIANTS}) == len(VARIANTS)


@pytest.mark.slow
def test_both_spellings_find_the_same_article_first(tmp_path, bundled):
    groups = {}
    for _, one, other in VARIANTS:
        merged = groups.get(one, {one}) | groups.get(other, {other})
        groups |= dict.fromkeys(merged, merged)
    subjects = {min(group): None for group in groups.values()}
    index = indexed(tmp_path, subjects, bundled)
    missed = [
        (kind, one, other)
        for kind, one, other in VARIANTS
        if first(index, one) != first(index, other)
    ]
    counts = Counter(kind for kind, *_ in VARIANTS)
    print(f"{len(VARIANTS) - len(missed)} of {len(VARIANTS)} pairs", dict(counts), missed)
    assert len(missed) <= 0.05 * len(VARIANTS), missed


@pytest.mark.slow
def test_words_that_only_look_alike_find_their_own_article_first(tmp_path, bundled):
    subjects = list(dict.fromkeys(word for pair in APART for word in pair))
    index = indexed(tmp_path, subjects, bundled)
    place = {subject: str(number) for number, subject in enumerate(subjects)}
    missed = [word for pair in APART for word in pair if first(index, word) != place[word]]
    assert missed == []


@pytest.mark.parametrize(("one", "other"), APART)
def test_words_that_only_look_alike_are_different_terms(one, other):
    assert analyse(one) != analyse(other)
