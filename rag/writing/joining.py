"""Join the answers to the parts of a question: one list of sources, a paragraph for each part."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.search.search import Passage
from rag.answers import Answer, Citation, Sentence, find_or_add
from rag.language.parts import strip_conjunction


def join_answers(
    begun: Answer,
    parts: Sequence[Answer],
    phrases: Mapping[str, str],
    timings: dict[str, float],
    sides: Sequence[str] = (),
) -> Answer:
    """Return one answer of those to the parts of a question, at least one of which was found.

    Args:
        begun: The answer to the whole question as it was begun.
        parts: The answers to its parts, in order; those that were refused are told in the notice.
        phrases: The assistant's own words, in the language of the answer.
        timings: Milliseconds by stage so far.
        sides: Of a comparison, what each part is about; its sentences stand behind that.
    """
    about = sides or [""] * len(parts)
    found = [(part, side) for part, side in zip(parts, about, strict=True) if part.found]
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    further: list[Sentence] = []
    for part, side in found:
        cited = {citation.number: citation for citation in part.citations}
        said = {sentence.text for sentence in (*sentences, *further)}
        # Versions stand together, unless all of them did before; a side has its best sentence.
        is_whole = part.differs and not said.issuperset(s.text for s in part.sentences)
        new = [
            replace(
                s,
                citations=tuple(find_or_add(citations, cited[n]) for n in s.citations),
                label=side or s.label,
            )
            for n, s in enumerate(part.sentences)
            if (side and n == 0) or is_whole or s.text not in said
        ]
        further += _place_further([s for s in new if s.is_further], part, is_first=not further)
        new = [sentence for sentence in new if not sentence.is_further]
        if new:
            opening = f"{part.opening}\n" if part.differs else f"{side}: " if side else ""
            new[0] = replace(new[0], lead=f"\n{opening}{new[0].lead.lstrip()}")
        sentences += new
    answers = [part for part, _ in found]
    return replace(
        begun,
        passages=join_passages(answers),
        sentences=(*sentences, *further),
        citations=tuple(citations),
        differs=any(part.differs for part in answers),
        found=True,
        refusal=None,
        evidence=max(part.evidence for part in answers),
        short=_join_short(parts, sides),
        notice=_tell_refused(parts, phrases, sides),
        timings=timings,
    ).with_text()


def _place_further(more: list[Sentence], part: Answer, *, is_first: bool) -> list[Sentence]:
    """Return what a part tells more, under the heading that stands once above that of all parts."""
    if not more:
        return []
    heading = next(s.lead for s in part.sentences if s.is_further).rpartition("\n")[0]
    item = more[0].lead.rpartition("\n")[2]
    lead = f"{heading}\n{item}" if is_first else f"\n{item}"
    return [replace(more[0], lead=lead), *more[1:]]


def join_passages(parts: Sequence[Answer]) -> tuple[Passage, ...]:
    """Return the passages that were read for any part, each once, the best of each part first."""
    ordered = sorted((passage for part in parts for passage in part.passages), key=lambda p: p.rank)
    return tuple({(p.article.id, p.chunk.start, p.chunk.end): p for p in ordered}.values())


def _join_short(parts: Sequence[Answer], sides: Sequence[str]) -> str | None:
    """Return the few words of all parts; of some alone they would pass for the answer to all."""
    short = [part.short for part in parts if part.short]
    if len(short) < len(parts):
        return None
    if sides:
        return "؛ ".join(f"{side}: {words}" for side, words in zip(sides, short, strict=True))
    return "؛ ".join(short) if len(set(short)) == len(parts) else None


def _tell_refused(
    parts: Sequence[Answer], phrases: Mapping[str, str], sides: Sequence[str]
) -> str | None:
    """Say which parts, or which side, no article answers."""
    asked = sides or [strip_conjunction(part.question) for part in parts]
    missing = [words for words, part in zip(asked, parts, strict=True) if not part.found]
    return tell_missing(missing, phrases)


def tell_missing(parts: Sequence[str], phrases: Mapping[str, str]) -> str | None:
    """Say that no article answers some parts of a question; nothing where there are none."""
    return phrases["part_not_found"].format(parts="، ".join(parts)) if parts else None
