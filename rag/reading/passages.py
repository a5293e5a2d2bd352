"""Prepare passages for reading: neighbours become one, numbered for the prompt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.articles.chunking import Chunk
from index.search.search import Passage
from prompts import load_phrases
from rag.language.relative_dates import find_relative_dates


def merge_neighbours(passages: Sequence[Passage]) -> list[Passage]:
    """Join passages of one article that overlap or touch; the rank of the best stays.

    Neighbouring chunks share a sentence, which nobody should read twice.
    """
    merged: list[Passage] = []
    for passage in passages:
        for position, other in enumerate(merged):
            if _are_neighbours(passage, other):
                merged[position] = _merge(other, passage)
                break
        else:
            merged.append(passage)
    ranked = enumerate(merged, start=1)
    joined = [replace(passage, rank=rank) for rank, passage in ranked]
    return joined if len(joined) == len(passages) else merge_neighbours(joined)


def _are_neighbours(one: Passage, other: Passage) -> bool:
    if one.article.id != other.article.id:
        return False
    first, second = sorted((one.chunk, other.chunk), key=lambda chunk: chunk.start)
    between = one.article.text[first.end : second.start]
    return second.start <= first.end or not between.strip()


def _merge(better: Passage, other: Passage) -> Passage:
    start = min(better.chunk.start, other.chunk.start)
    end = max(better.chunk.end, other.chunk.end)
    chunk = Chunk(better.article.id, start, end, better.article.text[start:end])
    words = better.words.merge(other.words) if better.words and other.words else None
    return replace(better, chunk=chunk, words=words)


def number_passages(
    passages: Sequence[Passage], language: str, headings: Mapping[int, str] | None = None
) -> str:
    """Return the passages as a model reads them: numbered, with title, source and date.

    Beside the date stands which day, month or year «أمس» and the like in the passage mean.

    Args:
        passages: In the order they are numbered.
        language: Of the words around them.
        headings: What stands above a group of passages, by the position of its first, from 0.
    """
    words = load_phrases(language)
    blocks = []
    for number, passage in enumerate(passages, start=1):
        if heading := (headings or {}).get(number - 1):
            blocks.append(f"# {_to_line(heading)}")
        article = passage.article
        head = (
            f"[{number}] {words['title']}: {_to_line(article.title)}"
            f" | {words['source']}: {_to_line(article.source) or words['unknown']}"
            f" | {words['date']}: {article.date or words['unknown']}"
        )
        if meant := find_relative_dates(passage.text, article.date):
            told = "، ".join(f"«{_to_line(one.words)}» = {one.date}" for one in meant)
            head += f" | {words['meant']}: {told}"
        blocks.append(f"{head}\n{_escape(passage.text)}")
    return "\n\n".join(blocks)


def _to_line(text: str) -> str:
    return _escape(" ".join(text.split()))


def _escape(text: str) -> str:
    """Keep a text from closing the block it stands in."""
    return text.replace("</passages", "< /passages").replace("<passages", "< passages")
