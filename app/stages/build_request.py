"""Fits system text, quotes, earlier exchanges and the question into the model's window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from app.stages.stage import Channel
from app.turn import Budget, Turn
from grounding.passages import Passage
from models.engine import ChatMessage, Engine, GenerationRequest
from models.token_budget import Room, fit
from safety.checks.template_tokens import without_template_tokens

SYSTEM = (
    "You answer questions of employees from the company's documents. Use only the sources below. "
    "Answer in one or two short sentences and repeat names, numbers and dates exactly as they stand there."
)


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
    fills: ClassVar[frozenset[str]] = frozenset({"request", "shown", "budget", "model"})

    def run(self, turn: Turn, channel: Channel) -> Turn:
        """Fill `request`, `shown`, `budget` and `model`."""
        del channel
        model = self.engine.describe()
        quotes = turn.passages[: self.limits.quotes]
        earlier = turn.earlier[-self.limits.earlier_exchanges :] if self.limits.earlier_exchanges else ()

        def render(number: int, exchanges: int) -> tuple[ChatMessage, ...]:
            history: list[ChatMessage] = []
            for exchange in earlier[len(earlier) - exchanges :]:
                history += [ChatMessage("user", exchange.prompt), ChatMessage("assistant", exchange.answer)]
            question = _question(turn, quotes[:number])
            return (ChatMessage("system", SYSTEM), *history, ChatMessage("user", question))

        room = Room(
            context=model.context, reserved=self.limits.answer_tokens, documents=self.limits.document_tokens
        )
        fitted = fit(render, self.engine.count_tokens, quotes=len(quotes), exchanges=len(earlier), room=room)
        request = GenerationRequest(
            messages=render(fitted.quotes, fitted.exchanges),
            max_tokens=self.limits.answer_tokens,
            temperature=self.limits.temperature,
            repeat_penalty=self.limits.repeat_penalty,
        )
        left_out = [_name(passage) for passage in turn.passages[fitted.quotes :]]
        left_out += [
            f"an earlier exchange ({n + 1} back)" for n in range(fitted.exchanges, len(turn.earlier))
        ]
        budget = Budget(
            context=model.context,
            system=fitted.system,
            documents=fitted.documents,
            history=fitted.history,
            prompt=fitted.prompt,
            reserved=self.limits.answer_tokens,
            left_out=tuple(left_out),
        )
        return replace(
            turn, request=request, shown=turn.passages[: fitted.quotes], budget=budget, model=model
        )


def _question(turn: Turn, quotes: tuple[Passage, ...]) -> str:
    """Sources first, the question after them: what stands last is followed best."""
    sources = "\n\n".join(
        f"[{number}] {_name(passage)}\n{without_template_tokens(passage.text)}"
        for number, passage in enumerate(quotes, start=1)
    )
    question = turn.standalone or turn.screened
    return f"Sources:\n\n{sources}\n\nQuestion: {question}" if sources else f"Question: {question}"


def _name(passage: Passage) -> str:
    place = passage.heading[-1] if passage.heading else f"page {passage.page}" if passage.page else ""
    return f"{passage.title}, {place}" if place else passage.title
