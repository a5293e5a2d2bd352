"""Split what a model writes into claims: sentences, items of lists, cells of tables.

A text is read while it comes. However it is cut into pieces, the claims are the same.
"""

import re
from dataclasses import replace

from rag.checking.citations import find_references, parse_citations, read_bare_marks
from rag.checking.claims import Claim, make_claim
from rag.checking.markup import (
    Line,
    count_settled,
    find_heading,
    is_bold,
    is_fence,
    is_row,
    is_rule,
    read_line,
    split_label,
    split_sentences,
)
from rag.checking.tables import Table

_HAS_WORDS = re.compile(r"[^\[【(<|]*[^\W\d_]")
"""A line that is more than marks."""


def split_claims(text: str) -> list[Claim]:
    r"""Split a model's whole text into sentences with what each cites.

    >>> [(c.lead, c.label, c.text, c.numbers) for c in split_claims("- **الطول:** 72 كلم [2].")]
    [('\n- ', 'الطول', '72 كلم.', (2,))]
    """
    splitter = ClaimSplitter()
    return [*splitter.feed(text), *splitter.finish()]


class ClaimSplitter:
    """Reads a model's text piece by piece."""

    def __init__(self) -> None:
        self._line = ""
        """The line under way."""
        self._told = 0
        """Sentences of it that were passed on."""
        self._ready: list[Claim] = []
        self._held: Claim | None = None
        """The last claim: its marks may follow on a line of their own."""
        self._is_title = False
        """Whether that is an item in bold, below which its text may stand."""
        self._heading = ""
        self._is_heading_bold = False
        self._gap = "\n\n"
        self._in_list = False
        self._number = 0
        """Of the last numbered item."""
        self._in_references = False
        self._said = 0
        self._table = Table()

    def feed(self, text: str) -> list[Claim]:
        """Return the claims that are complete with some more text."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._end_line(line)
        self._read_line_under_way()
        return self._take()

    def finish(self) -> list[Claim]:
        """Return the claims that are complete because the text ends."""
        line, self._line = self._line, ""
        self._end_line(line)
        self._end_table()
        if self._is_heading_bold or not self._said:
            self._tell_heading()
        self._release()
        return self._take()

    def _take(self) -> list[Claim]:
        ready, self._ready = self._ready, []
        return ready

    def _read_line_under_way(self) -> None:
        """Pass on the sentences of a line that stay as they are however it goes on."""
        begun = self._line.lstrip()
        if not begun or begun[0] in "#|`~":
            return
        if _HAS_WORDS.match(begun) and not (self._is_title and self._line[0].isspace()):
            self._release()
        sentences = split_sentences(self._read(self._line).body)
        if len(sentences) > self._told + 1 and not is_row(self._line):
            count = count_settled(sentences)
            if count > self._told:
                self._tell_line(self._line, count)

    def _read(self, line: str) -> Line:
        return read_line(line, self._number)

    def _end_line(self, line: str) -> None:
        bare = self._read(line).body
        if self._told:
            self._tell_line(line)
        elif not line.strip():
            self._gap = "\n\n"
            self._end_table()
        elif is_rule(bare) or is_row(line):
            self._add_row(bare)
        elif not is_fence(line):
            self._end_table()
            self._read_whole_line(line, bare)
        self._told = 0

    def _read_whole_line(self, line: str, bare: str) -> None:
        heading = "" if self._read(line).is_item else find_heading(line)
        marks = read_bare_marks(bare) if bare[0] in "[【(" else []
        if marks:
            self._cite(marks)
        elif heading and not parse_citations(line):
            self._head(heading, is_bold=not bare.startswith("#"))
        else:
            self._tell_line(line)

    def _tell_line(self, line: str, count: int | None = None) -> None:
        """Pass on the next sentences of a line, up to some; without a count the line is whole."""
        read = self._read(line)
        if self._told == 0:
            self._end_table()
        lead, label = self._open(read) if self._told == 0 else (" ", "")
        sentences = split_sentences(read.body)
        title = read.is_item and is_bold(read.body) and not read.body.endswith(":")
        for sentence in sentences[self._told : count]:
            self._tell(sentence, lead, label, is_title=title)
            lead, label = " ", ""
            self._told += 1

    def _open(self, line: Line) -> tuple[str, str]:
        """Return what stands before a line, and what it is about where that stood above it."""
        nested = self._in_list and line.indent > 1
        gap, self._gap = self._gap, "\n"
        title = self._held if self._is_title and nested else None
        if title:
            self._held, self._is_title = None, False
        if line.is_item:
            if title:
                self._head(title.text, is_bold=False)
            self._in_list = True
            number = "" if nested or not line.number else f"{line.number}. "
            self._number = line.number or self._number
            return f"\n{'  ' if nested else ''}{number or '- '}", ""
        if title:
            return title.lead, title.text
        self._in_list = nested
        return " " if nested else gap, ""

    def _tell(self, sentence: str, lead: str, label: str, *, is_title: bool) -> None:
        if self._in_references and find_references(sentence):
            return
        own, sentence = split_label(sentence)
        claim = make_claim(sentence, lead, own or label)
        if not re.search(r"\w", claim.text):
            if claim.label:
                self._head(claim.label, is_bold=False)
            elif self._told == 0:
                self._cite(claim.numbers)
        elif claim.text.endswith(":") and not claim.numbers:
            self._head(claim.text, is_bold=False)
        else:
            self._put(claim)
            self._is_title = is_title and not claim.numbers and not claim.label

    def _put(self, claim: Claim) -> None:
        """Hold a claim, with the heading above it, until another comes."""
        self._release()
        lead = claim.lead if self._said or claim.lead.strip() else ""
        self._held = replace(claim, lead=lead, heading=self._heading)
        self._heading, self._said = "", self._said + 1

    def _head(self, heading: str, *, is_bold: bool) -> None:
        self._release()
        if self._is_heading_bold:
            self._tell_heading()
        self._heading, self._is_heading_bold = heading.strip(" :"), is_bold
        self._in_references = bool(find_references(self._heading))
        self._gap = "\n\n"

    def _tell_heading(self) -> None:
        heading, self._heading = self._heading, ""
        if heading and not self._in_references:
            self._put(replace(make_claim(heading, "\n\n"), is_aside=True))

    def _cite(self, numbers: tuple[int, ...] | list[int]) -> None:
        if self._held:
            cited = dict.fromkeys((*self._held.numbers, *numbers))
            self._held = replace(self._held, numbers=tuple(cited))

    def _release(self) -> None:
        if self._held:
            self._ready.append(self._held)
        self._held, self._is_title = None, False

    def _add_row(self, line: str) -> None:
        for claim in self._table.add(line):
            self._put(claim)
        self._gap, self._in_list = "\n\n", False

    def _end_table(self) -> None:
        for claim in self._table.end():
            self._put(claim)
