"""Whatever is asked for, the request fits; what is left out is left out whole, exchanges before quotes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.chat_template import ChatTemplate
from models.engine import ChatMessage
from models.errors import PromptTooLongError
from models.scripted_engine import ScriptedEngine
from models.token_budget import Room, fit
from tests.models.test_chat_template import CHATML, GEMMA, LLAMA_2, MISTRAL

COUNT = ScriptedEngine("").count_tokens
lengths = st.lists(st.integers(0, 40), max_size=9)


class Case:
    """A request of words: a system text, a question, quotes and exchanges of given lengths."""

    def __init__(
        self, quotes: list[int], exchanges: list[int], *, system: int = 7, question: int = 5
    ) -> None:
        self.quotes, self.exchanges = quotes, exchanges
        self.system, self.question = system, question

    def render(self, quotes: int, exchanges: int) -> Sequence[ChatMessage]:
        history: list[ChatMessage] = []
        for length in self.exchanges[len(self.exchanges) - exchanges :]:
            history += [ChatMessage("user", "h " * length), ChatMessage("assistant", "a " * length)]
        quoted = "q " * sum(self.quotes[:quotes])
        return (
            ChatMessage("system", "s " * self.system),
            *history,
            ChatMessage("user", quoted + "p " * self.question),
        )

    def length(self, quotes: int, exchanges: int) -> int:
        return COUNT(self.render(quotes, exchanges))


@given(lengths, lengths, st.integers(30, 400), st.integers(0, 100), st.integers(0, 200))
def test_the_best_request_that_fits(
    quotes: list[int], exchanges: list[int], context: int, reserved: int, documents: int
) -> None:
    case = Case(quotes, exchanges)
    available = context - reserved
    bare = case.length(0, 0)
    assume(bare <= available)
    room = Room(context=context, reserved=reserved, documents=documents)
    fitted = fit(case.render, COUNT, quotes=len(quotes), exchanges=len(exchanges), room=room)

    ceiling = min(available, bare + documents)
    most_quotes = max(n for n in range(len(quotes) + 1) if case.length(n, 0) <= ceiling)
    most_exchanges = max(n for n in range(len(exchanges) + 1) if case.length(most_quotes, n) <= available)
    assert (fitted.quotes, fitted.exchanges) == (most_quotes, most_exchanges), "as if each number were tried"
    assert fitted.total == case.length(fitted.quotes, fitted.exchanges) <= available
    assert fitted.documents <= documents
    assert min(fitted.system, fitted.documents, fitted.history, fitted.prompt) >= 0


@given(lengths, lengths)
def test_with_room_for_all_everything_goes_in(quotes: list[int], exchanges: list[int]) -> None:
    case = Case(quotes, exchanges)
    room = Room(context=10_000, reserved=100, documents=10_000)
    fitted = fit(case.render, COUNT, quotes=len(quotes), exchanges=len(exchanges), room=room)

    assert (fitted.quotes, fitted.exchanges) == (len(quotes), len(exchanges))


def test_quotes_go_in_before_exchanges() -> None:
    case = Case([20], [8])
    room = Room(context=case.length(1, 0) + 5, reserved=0, documents=100)

    assert (fitted := fit(case.render, COUNT, quotes=1, exchanges=1, room=room)).quotes == 1
    assert fitted.exchanges == 0


@pytest.mark.parametrize(("spare", "fits"), [(-1, False), (0, True), (1, True)])
def test_system_text_and_question_are_never_cut(spare: int, *, fits: bool) -> None:
    case = Case([3], [3])
    room = Room(context=case.length(0, 0) + 50 + spare, reserved=50, documents=100)
    if fits:
        assert fit(case.render, COUNT, quotes=1, exchanges=1, room=room).prompt > 0
    else:
        with pytest.raises(PromptTooLongError) as refusal:
            fit(case.render, COUNT, quotes=1, exchanges=1, room=room)
        assert refusal.value.remedy


@pytest.mark.parametrize(
    "source", [CHATML, LLAMA_2, MISTRAL, GEMMA], ids=["ChatML", "Llama 2", "Mistral", "Gemma"]
)
def test_every_family_can_be_measured(source: str) -> None:
    """Some templates refuse a chat without a question, others one without a system message."""
    template = ChatTemplate(source, bos="<s>", eos="</s>")

    def count(messages: Sequence[ChatMessage]) -> int:
        return sum(len(segment.text.split()) for segment in template.segments(messages))

    case = Case([5, 5], [3, 3], system=11)
    room = Room(context=1_000, reserved=100, documents=500)
    fitted = fit(case.render, count, quotes=2, exchanges=2, room=room)

    assert fitted.total == count(case.render(2, 2))
    assert fitted.system in {10, 11}, "the system text's own words; one may touch the template's"
    assert fitted.documents == 10
