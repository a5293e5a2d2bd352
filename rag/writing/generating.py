"""The writer that asks a chat model: passages + prompt -> text, streamed -> checked sentences."""

import collections.abc
import datetime as dt
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import Runnable, RunnableLambda

from index.arabic.words import fold
from index.embedding.contract import Embedder
from index.errors import JawabError, take_first_line
from prompts import Prompt, load_phrases, load_prompt
from rag.checking.citations import strip_citations
from rag.checking.claims import Claim
from rag.checking.grounding import LONG_CLAIM_WORDS, find_supports
from rag.checking.refusals import is_refusal, speaks_of_passages, split_refusal, strip_phrase
from rag.checking.splitting import ClaimSplitter
from rag.checking.verdicts import LINK, Check, Checker, Verdict
from rag.clock import read_day
from rag.errors import ModelError
from rag.language.followup import History
from rag.language.questions import is_arabic
from rag.language.relative_dates import spell_date
from rag.language.statements import Token, read_statement, tokens_match
from rag.reading.passages import number_passages
from rag.reading.reading import Reading
from rag.writing.stopping import Stop, iterate, wait_for
from rag.writing.writer import AFRESH, Doubt, Written, quote_nearest

if TYPE_CHECKING:
    from rag.writing.second_opinion import SecondOpinion

logger = logging.getLogger(__name__)
_Asked = TypeVar("_Asked")

MAX_CHARACTERS = 6_000
"""Of a model's answer; one that goes on is cut there. Chosen, not measured: small
models may repeat themselves without end."""
MAX_THOUGHTS = 60_000
"""Characters of an answer and all that was thought aloud before it."""
_MOST_TURNS = 6
"""Of a conversation that a question is rewritten from. Chosen: what it leans on is near."""
_THOUGHT_BEGINS = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_THOUGHT_TAG = re.compile(rf"{_THOUGHT_BEGINS.pattern}|{_THOUGHT_ENDS.pattern}", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


_FEWEST_OF_AN_ORDER = 4
"""Words of a sentence that can only be one of the orders repeated. Chosen."""
_LEAST_OF_AN_ORDER = 0.7
"""Share of such a sentence's pairs of words that the orders have too: small models leave out a word
or are cut off. Chosen; no claim of benchmarks/claims has more than 0.1."""
_POLARITY = re.compile(r"^(?:نعم|لا|كلا|أجل|yes|no)\s*(?:[،,:.!-]\s*|$)", re.IGNORECASE)
"""What begins an answer to «هل»: with any true sentence behind it, it may be false."""


class Generator:
    """Lets a chat model write, and checks every sentence before it is passed on."""

    def __init__(
        self,
        model: BaseChatModel,
        name: str,
        embedder: Embedder,
        stop: Stop | None = None,
        second_opinion: "SecondOpinion | None" = None,
        read_day: Callable[[], dt.date] = read_day,
    ) -> None:
        self.model = model
        self.name = name
        self._stop = stop or Stop()
        self._embedder = embedder
        self._second_opinion = second_opinion
        self._prompt = load_prompt("answer")
        self._read_day = read_day

    def write(self, reading: Reading) -> collections.abc.Generator[Written, None, bool]:
        """Yield the model's sentences as they are complete; return whether it refused.

        Raises:
            ModelError: The model failed.
        """
        held: list[Written] = []  # a refusal, until it is known whether an answer follows
        begun = False
        for written in self._check(reading):
            if written is AFRESH:
                held, begun = [], False
                yield written
            elif begun or not (held or written.verdict is Verdict.DECLINED):
                begun = True
                yield written
            else:
                held.append(written)
                if _is_answer(held):
                    begun = True
                    yield from held
                    held = []
        return bool(held)

    def _check(self, reading: Reading) -> Iterator[Written]:
        """Yield the model's sentences, checked, as they are complete."""
        today = self._read_day()
        orders = _Orders(self._prompt, reading, today)
        splitter, checker = ClaimSplitter(), self._make_checker(reading, orders)
        asked = build_answer_chain(self._prompt, self.model, today)
        for piece in stream_text(asked, reading, self._stop):
            if piece is None:
                splitter, checker = ClaimSplitter(), self._make_checker(reading, orders)
                yield AFRESH
            else:
                yield from checker.check(splitter.feed(piece))
        yield from checker.check(splitter.finish())

    def _make_checker(self, reading: Reading, orders: "_Orders") -> "_Checker":
        doubts = self._second_opinion is not None
        return _Checker(reading, self._embedder, orders, doubts=doubts)

    def review(self, reading: Reading, written: Sequence[Written]) -> list[Written]:
        """Return the sentences after a second opinion, where one is to be asked for."""
        if self._second_opinion is None:
            return list(written)
        return self._second_opinion.review(reading, written)

    def rewrite(self, question: str, history: History) -> str | None:
        """Return a follow-up so that it stands alone; None where the model did not manage."""
        try:
            return rewrite_question(
                load_prompt("rewrite"), self.model, question, history, self._stop
            )
        except ModelError as error:
            logger.warning("the model did not rewrite the follow-up: %s", error)
            return None


class _Checker:
    """Judges each claim of a model; none comes twice."""

    def __init__(
        self, reading: Reading, embedder: Embedder, orders: "_Orders", *, doubts: bool
    ) -> None:
        self._doubts = doubts
        self._question = reading.question.statement
        self._passages = reading.passages
        self._embedder = embedder
        self._checker = Checker(reading.passages, embedder)
        self._orders = orders
        self._asked = fold(reading.question.standalone)
        self._not_found = load_phrases(reading.question.language)["not_found"]
        self._said: set[str] = set()
        self._lead = " "

    def check(self, claims: Iterable[Claim]) -> Iterator[Written]:
        """Yield the claims with what the articles say of them, without what claims nothing."""
        for claim in chain.from_iterable(map(self._part, claims)):
            key = fold(f"{claim.label} {claim.text}")
            lead = self._lead if claim.lead == " " else claim.lead
            written = None if key in self._said else self._write(claim, lead)
            if written is None:
                self._lead = lead
                continue
            self._said.add(key)
            self._lead = " "
            yield written

    def _part(self, claim: Claim) -> Iterator[Claim]:
        """Yield a refusal, and what a sentence claims beside it: «…، وقد بلغت كلفته …»."""
        refused, rest = split_refusal(claim.text)
        is_phrase = strip_phrase(claim.text, self._not_found) != claim.text
        if is_phrase or not (refused and rest):
            yield claim
            return
        yield replace(claim, text=refused, numbers=(), literal="")
        yield replace(claim, text=rest, lead=" ", label="", heading="", literal="")

    def _write(self, claim: Claim, lead: str) -> Written | None:
        if (rest := strip_phrase(claim.text, self._not_found)) != claim.text:
            claim = replace(claim, text=rest, literal="")
        heading = claim.heading if self._is_no_claim(claim.heading) else ""
        if is_refusal(claim.text) and not self._is_cited(claim):
            return Written(claim.text, (), lead, claim.label, heading, Verdict.DECLINED)
        if self._repeats_orders(claim.text):
            return None
        claim = _strip_polarity(claim)
        if not claim.text:
            return None
        claim, check = self._judge(claim)
        supported = check.verdict is Verdict.SUPPORTED
        is_contradicted = check.verdict is Verdict.CONTRADICTED
        if not supported and (claim.is_aside or self._says_nothing(claim)):
            return None
        return Written(
            self._restore_spacing(claim.text, check),
            check.supports,
            lead,
            claim.label,
            heading,
            check.verdict,
            reason=quote_nearest(check, self._passages) if is_contradicted else "",
            is_related=check.is_related,
            doubt=self._doubt(claim, check),
            is_cited=bool(claim.numbers),
        )

    def _is_cited(self, claim: Claim) -> bool:
        """Tell whether an article says it: «لا تذكر المقالات …» may be a sentence of one."""
        return bool(claim.numbers) and self._checker.check(claim).verdict is Verdict.SUPPORTED

    def _doubt(self, claim: Claim, check: Check) -> Doubt | None:
        """Return what a second opinion is asked about, where one is."""
        if not (self._doubts and check.is_open):
            return None
        text = f"{claim.label}: {claim.text}" if claim.label else claim.text
        return Doubt(text, claim.numbers, check)

    def _repeats_orders(self, text: str) -> bool:
        """Tell whether a sentence is the question or one of the orders that the model was given."""
        said = fold(text).strip(" .")
        asked = said.rsplit(":", 1)[-1].strip() == self._asked
        return asked or said == fold(self._not_found).strip(" .") or self._orders.have(said)

    def _judge(self, claim: Claim) -> tuple[Claim, Check]:
        """Return the words of a claim that are supported, else all of them, and what was found.

        Its label is claimed with it, unless it only names the claim in words that are neither read
        nor asked («الخلاصة»); what is a sentence without it stays without it.
        """
        if claim.literal:
            literal = replace(claim, text=claim.literal)
            if find_supports(literal, self._passages, self._embedder):
                return literal, self._checker.check(literal)
        if not claim.label:
            return claim, self._checker.check(claim)
        check = self._checker.check(replace(claim, text=f"{claim.label}: {claim.text}"))
        is_told = self._is_spoken_of(claim.label, claim.numbers)
        if check.verdict is Verdict.SUPPORTED and is_told:
            return claim, check
        is_long = len(read_statement(claim.text).matter) >= LONG_CLAIM_WORDS
        if is_long or not is_told:
            bare = replace(claim, label="")
            return bare, self._checker.check(bare)
        return claim, check

    def _is_no_claim(self, heading: str) -> bool:
        """Tell whether a heading claims nothing that is not asked or read.

        A question does not, nor does a single word.
        """
        words = read_statement(heading).matter
        if LINK.search(heading) or _POLARITY.match(heading):
            return False
        if heading.endswith(("؟", "?")) or (len(words) <= 1 and not any(w.exact for w in words)):
            return True
        if all(_is_among(word, self._question.tokens) for word in words):
            return True
        return self._checker.check(Claim(heading, (), "")).verdict is Verdict.SUPPORTED

    def _says_nothing(self, claim: Claim) -> bool:
        """Tell whether a claim is about nothing that is asked or read, as «آمل أن يفيد هذا»."""
        return not claim.numbers and is_arabic(claim.text) and not self._is_spoken_of(claim.text)

    def _is_spoken_of(self, text: str, numbers: Sequence[int] = ()) -> bool:
        """Tell whether some word of a text is asked or read, in the passages of some numbers."""
        cited = [self._passages[n - 1] for n in numbers if n <= len(self._passages)]
        told = cited or self._passages
        read = [words for p in told for words in (p.article.title, p.text)]
        known = [self._question, *map(read_statement, read)]
        words = read_statement(text).matter
        return any(_is_among(word, told.tokens) for word in words for told in known)

    def _restore_spacing(self, text: str, check: Check) -> str:
        """Return a quote in the article's own spacing, anything else as the model wrote it."""
        if check.verdict is not Verdict.SUPPORTED or len(check.supports) != 1:
            return text
        quote = quote_nearest(check, self._passages)
        # The model's own marks are gone from its text, and with them the «[3]» of an article.
        spoken, said = (words.rstrip(".").split() for words in (text, strip_citations(quote)))
        return quote if spoken == said else text


def _strip_polarity(claim: Claim) -> Claim:
    """Return a claim without «نعم» or «لا» before it, which nothing can check."""
    label = "" if _POLARITY.fullmatch(claim.label) else claim.label
    return replace(claim, text=_POLARITY.sub("", claim.text, count=1), label=label)


def _is_among(word: Token, tokens: Iterable[Token]) -> bool:
    return any(tokens_match(word, other) for other in tokens)


def _is_answer(held: Sequence[Written]) -> bool:
    """Tell whether something that follows a refusal answers: a remark about nothing does not."""
    others = [written for written in held if written.verdict is not Verdict.DECLINED]
    return len(others) > 1 or any(map(_may_answer, others))


def _may_answer(written: Written) -> bool:
    if written.verdict is Verdict.UNSURE:
        return written.is_cited and not speaks_of_passages(written.text)
    return written.verdict is Verdict.SUPPORTED


def build_answer_chain(
    prompt: Prompt, model: BaseChatModel, today: dt.date
) -> Runnable[Reading, str]:
    """Return the chain from what was read to the text of an answer."""

    def to_messages(reading: Reading) -> list[BaseMessage]:
        system, user = render(prompt, reading, today)
        return [SystemMessage(system), HumanMessage(user)]

    return RunnableLambda(to_messages) | model | StrOutputParser()


def render(prompt: Prompt, reading: Reading, today: dt.date) -> tuple[str, str]:
    """Return the system and user message for what was read, on a day."""
    question = " ".join(reading.question.standalone.split())
    passages = number_passages(reading.passages, reading.question.language, reading.groups)
    return _fill(prompt, reading, today, _outline(prompt, reading), question, passages)


class _Orders:
    """What a model is told to do, beside the question and the passages."""

    def __init__(self, prompt: Prompt, reading: Reading, today: dt.date) -> None:
        self._told = " ".join(_fill(prompt, reading, today, _outline(prompt, reading)))
        self._told = fold(strip_citations(self._told))
        # Without the parts of the question, whose words an answer says again.
        bare = " ".join(_fill(prompt, reading, today, prompt.outlines[reading.question.form.value]))
        self._pairs = set(_pair_words(fold(strip_citations(bare))))

    def have(self, said: str) -> bool:
        """Tell whether a sentence, folded, is one of them, nearly word for word."""
        if len(said.split()) < _FEWEST_OF_AN_ORDER:
            return False
        pairs = _pair_words(said)
        shared = sum(pair in self._pairs for pair in pairs)
        return said in self._told or shared >= _LEAST_OF_AN_ORDER * max(len(pairs), 1)


def _pair_words(text: str) -> list[tuple[str, str]]:
    return list(pairwise(re.findall(r"\w+", text)))


def _fill(
    prompt: Prompt,
    reading: Reading,
    today: dt.date,
    outline: str,
    question: str = "",
    passages: str = "",
) -> tuple[str, str]:
    phrases = load_phrases(reading.question.language)
    return prompt.fill(
        question=question,
        passages=passages,
        outline=outline,
        today=f"{spell_date(today.isoformat())} ({today.isoformat()})",
        language=phrases["language"],
        not_found=phrases["not_found"],
    )


def _outline(prompt: Prompt, reading: Reading) -> str:
    """Say which form of answer is wanted, and of what parts."""
    question, outlines = reading.question, prompt.outlines
    lines = [outlines[question.form.value]]
    if reading.length != "normal":
        lines.append(outlines[reading.length])
    if question.parts:
        parts = "؛ ".join(part.side or part.asked for part in question.parts)
        lines.append(outlines["parts"].format(parts=parts))
    if reading.missing:
        lines.append(outlines["missing"].format(missing="؛ ".join(reading.missing)))
    return " ".join(" ".join(lines).split())


def stream_text(chain: Runnable[_Asked, str], asked: _Asked, stop: Stop) -> Iterator[str | None]:
    """Yield the pieces of a model's answer; None where all before it was thought aloud.

    Raises:
        ModelError: The model failed; providers raise errors of many kinds.
        AnswerStoppedError: Nobody waits for the answer any longer.
    """
    length = 0
    try:
        for piece in _strip_thoughts(iterate(chain.astream(asked), stop)):
            yield piece
            length = 0 if piece is None else length + len(piece)
            if length > MAX_CHARACTERS:
                return
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_describe_error(error)) from error


def _strip_thoughts(pieces: Iterable[str]) -> Iterator[str | None]:
    """Leave out what a reasoning model thinks aloud between ``<think>`` and ``</think>``.

    Some models begin to think before they write: where a thought ends that did not begin, None
    says that all before it was one.
    """
    text, shown, thinking = "", 0, False
    for piece in pieces:
        text += piece
        if len(text) > MAX_THOUGHTS:
            break
        while found := (_THOUGHT_ENDS if thinking else _THOUGHT_TAG).search(text, shown):
            if _THOUGHT_BEGINS.fullmatch(found[0]):
                if found.start() > shown:
                    yield text[shown : found.start()]
                thinking = True
            else:
                if not thinking:
                    yield None
                thinking = False
            shown = found.end()
        # What may still become a tag waits for the next piece.
        tag = text.rfind("<", shown)
        safe = tag if tag >= 0 and len(text) - tag < _LONGEST_TAG else len(text)
        if not thinking and safe > shown:
            yield text[shown:safe]
            shown = safe
    if not thinking and shown < len(text):
        yield text[shown:]


def rewrite_question(
    prompt: Prompt, model: BaseChatModel, question: str, history: History, stop: Stop
) -> str | None:
    """Ask a model to make a follow-up stand alone; None when its reply cannot be one.

    Raises:
        ModelError: The model failed.
        AnswerStoppedError: Nobody waits for the answer any longer.
    """
    turns = "\n".join(
        f"س: {asked}\nج: {' '.join(text.split())[:600]}" for asked, text in history[-_MOST_TURNS:]
    )
    system, user = prompt.fill(history=turns, question=question)
    try:
        messages = [SystemMessage(system), HumanMessage(user)]
        said = wait_for(lambda: model.ainvoke(messages), stop).text
        pieces = list(_strip_thoughts([said]))
    except JawabError:
        raise
    except Exception as error:
        raise ModelError(_describe_error(error)) from error
    last_thought = max((n for n, piece in enumerate(pieces, 1) if piece is None), default=0)
    reply = "".join(piece or "" for piece in pieces[last_thought:])
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    if len(lines) != 1 or not 3 <= len(lines[0]) <= 300:
        return None
    return lines[0]


def _describe_error(error: Exception) -> str:
    text = take_first_line(error)
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__
