"""Fits system text, quotes, earlier exchanges and the question into the model's window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Budget, Turn
from grounding.passages import Passage
from grounding.quotes import Quote, quote
from models.engine import ChatMessage, Engine, GenerationRequest
from models.token_budget import Room, fit
from safety.checks.template_tokens import without_template_tokens

SYSTEM = "You are a helpful assistant. Answer the question with a short sentence taken from the text."


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """How much of everything goes into a request."""

    quotes: int
    document_tokens: int
    earlier_exchanges: int
    answer_tokens: int
    temperature: float
    repeat_penalty: float


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """Counts with the model's own tokenizer; what does not fit is left out whole and listed."""

    engine: Engine
    limits: RequestLimits

    name: ClassVar[str] = "build_request"
    needs: ClassVar[frozenset[str]] = frozenset({"screened", "standalone", "passages", "answerability"})
    fills: ClassVar[frozenset[str]] = frozenset({"request", "quotes", "shown", "budget", "model"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `request`, what it quotes, `budget` and `model`."""
        del channel
        model = self.engine.describe()
        question = turn.standalone or turn.screened
        quotes = quote(question, turn.passages, limit=self.limits.quotes)
        # An independent question is answered better without what was said before it.
        leans = question != turn.screened
        most = self.limits.earlier_exchanges
        earlier = turn.earlier[-most:] if leans and most else ()

        def render(number: int, exchanges: int) -> tuple[ChatMessage, ...]:
            history: list[ChatMessage] = []
            for exchange in earlier[len(earlier) - exchanges :]:
                history += [ChatMessage("user", exchange.prompt), ChatMessage("assistant", exchange.answer)]
            asked = ChatMessage("user", _with_quotes(question, quotes[:number]))
            return (ChatMessage("system", SYSTEM), *history, asked)

        # A model's window may be smaller than settings for another model expect.
        reserved = min(self.limits.answer_tokens, model.context // 2)
        room = Room(context=model.context, reserved=reserved, documents=self.limits.document_tokens)
        fitted = fit(render, self.engine.count_tokens, quotes=len(quotes), exchanges=len(earlier), room=room)
        request = GenerationRequest(
            messages=render(fitted.quotes, fitted.exchanges),
            max_tokens=reserved,
            temperature=self.limits.temperature,
            repeat_penalty=self.limits.repeat_penalty,
        )
        given = quotes[: fitted.quotes]
        shown = tuple(one for one in turn.passages if any(each.passage == one.id for each in given))
        budget = Budget(
            context=model.context,
            system=fitted.system,
            documents=fitted.documents,
            history=fitted.history,
            prompt=fitted.prompt,
            reserved=reserved,
            left_out=_left_out(turn, quotes, given, fitted.exchanges),
        )
        return replace(turn, request=request, quotes=given, shown=shown, budget=budget, model=model)


def _with_quotes(question: str, quotes: tuple[Quote, ...]) -> str:
    """Quotes first, best first, the question after them: what stands last is followed best."""
    text = "\n".join(without_template_tokens(one.text) for one in quotes)
    return f"{text}\n\nQuestion: {question}" if text else f"Question: {question}"


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
