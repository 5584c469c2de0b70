"""Fits system text, evidence, earlier exchanges and the question into the model's window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from app.stages.evidence_text import GENERAL_SYSTEM, SYSTEM, as_said, with_evidence
from app.stages.stage import Channel
from app.turn import Budget, QuoteReady, Turn
from grounding.conflicts import conflicts
from grounding.passages import Passage
from grounding.quotes import Quote, quote
from models.engine import ChatMessage, Engine, EngineDescription, GenerationRequest
from models.token_budget import Room, fit

LEAST_DOCUMENT_TOKENS = 120
"""However slowly the model reads: with less there is nothing to answer from."""

COMPARED = 12
"""Sentences among which disagreements are looked for."""


def unlimited(model: EngineDescription) -> float | None:
    """The pace of a model that nobody has to wait for."""
    del model
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """How much of everything goes into a request."""

    quotes: int
    """Sentences."""

    document_tokens: int
    earlier_exchanges: int
    answer_tokens: int
    temperature: float
    repeat_penalty: float
    first_token_seconds: float = 3.0
    pace: Callable[[EngineDescription], float | None] = field(default=unlimited, repr=False)
    """Prompt tokens that a model reads per second on this machine; None if only the window limits them."""

    style: Literal["generated", "quote"] = "generated"


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Counts with the model's own tokenizer; what does not fit is left out whole and listed."""

    engine: Engine
    limits: RequestLimits

    name: ClassVar[str] = "build_request"
    needs: ClassVar[frozenset[str]] = frozenset({"screened", "standalone", "passages", "answerability"})
    fills: ClassVar[frozenset[str]] = frozenset(
        {"request", "quotes", "shown", "budget", "model", "conflicts"}
    )

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `request`, what it quotes, `conflicts`, `budget` and `model`; announce the best quote.

        Where the quote is to be the answer, no model is asked and there is no request.
        """
        question = turn.retrieval.searched or turn.standalone or turn.screened
        turn, quotes = self._evidence(turn, question)
        if quotes:
            channel.announce(QuoteReady(quotes[0]))
        if self.limits.style == "quote" and turn.from_documents:
            return replace(turn, quotes=quotes[:1], shown=_holding(turn.passages, quotes[:1]))
        return self._requested(turn, question, quotes)

    def _evidence(self, turn: Turn, question: str) -> tuple[Turn, tuple[Quote, ...]]:
        """The turn with what the documents disagree about, and the sentences to be read, best first."""
        if not turn.from_documents:
            return turn, ()
        found = quote(question, turn.passages, limit=max(COMPARED, self.limits.quotes))
        disputed = conflicts(question, found[:COMPARED], turn.passages)
        # A small model given both numbers takes either; the outdated one is told apart from the answer.
        outdated = {conflict.other for conflict in disputed if conflict.is_settled}
        current = tuple(one for one in found if one not in outdated)
        return replace(turn, conflicts=disputed), current[: self.limits.quotes]

    def _requested(self, turn: Turn, question: str, quotes: tuple[Quote, ...]) -> Turn:
        model = self.engine.describe()
        # An independent question is answered better without what was said before it.
        leans, most = question != turn.screened or not turn.from_documents, self.limits.earlier_exchanges
        earlier = turn.earlier[-most:] if leans and most else ()
        asked_for, system = (question, SYSTEM) if turn.from_documents else (turn.screened, GENERAL_SYSTEM)

        def render(number: int, exchanges: int) -> tuple[ChatMessage, ...]:
            history: list[ChatMessage] = []
            for exchange in earlier[len(earlier) - exchanges :]:
                said = as_said(exchange.answer)
                history += [ChatMessage("user", exchange.prompt), ChatMessage("assistant", said)]
            asked = with_evidence(asked_for, quotes[:number]) if turn.from_documents else asked_for
            return (ChatMessage("system", system), *history, ChatMessage("user", asked))

        # A model's window may be smaller than settings for another model expect.
        reserved = min(self.limits.answer_tokens, model.context // 2)
        documents = self._readable(model, self.engine.count_tokens(render(0, 0)))
        begun = turn.begun.rstrip()
        room = Room(context=model.context, reserved=reserved + self._length(begun), documents=documents)
        fitted = fit(render, self.engine.count_tokens, quotes=len(quotes), exchanges=len(earlier), room=room)
        request = GenerationRequest(
            messages=render(fitted.quotes, fitted.exchanges),
            max_tokens=reserved,
            begun=begun,
            temperature=self.limits.temperature,
            repeat_penalty=self.limits.repeat_penalty,
        )
        given = quotes[: fitted.quotes]
        budget = Budget(
            context=model.context,
            system=fitted.system,
            documents=fitted.documents,
            history=fitted.history,
            prompt=fitted.prompt,
            reserved=reserved,
            left_out=_left_out(turn, quotes, given, fitted.exchanges),
        )
        shown = _holding(turn.passages, given)
        return replace(turn, request=request, quotes=given, shown=shown, budget=budget, model=model)

    def _length(self, begun: str) -> int:
        """Tokens that a begun answer takes, at most: as a message of its own it counts a little more."""
        return self.engine.count_tokens((ChatMessage("user", begun),)) if begun else 0

    def _readable(self, model: EngineDescription, bare: int) -> int:
        """How many tokens of quotes are read in time, beside `bare` tokens without which nothing goes."""
        pace = self.limits.pace(model)
        if pace is None:
            return self.limits.document_tokens
        in_time = int(pace * self.limits.first_token_seconds) - bare
        return min(max(in_time, LEAST_DOCUMENT_TOKENS), self.limits.document_tokens)


def _holding(passages: Sequence[Passage], quotes: Sequence[Quote]) -> tuple[Passage, ...]:
    """The passages that the quotes stand in."""
    return tuple(one for one in passages if any(each.passage == one.id for each in quotes))


def _left_out(turn: Turn, quotes: Sequence[Quote], given: Sequence[Quote], exchanges: int) -> tuple[str, ...]:
    quoted = {one.passage for one in given}
    names = [_name(passage) for passage in turn.passages if passage.id not in quoted]
    dropped = Counter(one.passage for one in quotes[len(given) :] if one.passage in quoted)
    names += [
        f"{_counted(dropped[passage.id], 'sentence')} of {_name(passage)}"
        for passage in turn.passages
        if dropped[passage.id]
    ]
    if older := len(turn.earlier) - exchanges:
        names.append(_counted(older, "earlier exchange"))
    return tuple(names)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _name(passage: Passage) -> str:
    place = passage.heading[-1] if passage.heading else f"page {passage.page}" if passage.page else ""
    return f"{passage.title}, {place}" if place else passage.title
