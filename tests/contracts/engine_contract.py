"""What every engine must do. Subclass it once per engine; add no engine-specific test."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

import pytest

from models.engine import ChatMessage, Engine, Finished, GenerationEvent, GenerationRequest, Piece
from models.errors import PromptTooLongError

MESSAGES = (
    ChatMessage("system", "You are helpful."),
    ChatMessage("user", "Count from one to two hundred, in words."),
)
LONG_ANSWER = 120
"""Tokens; long enough that a stop comes in between."""


def ask(*, tokens: int = 12, messages: tuple[ChatMessage, ...] = MESSAGES) -> GenerationRequest:
    return GenerationRequest(messages=messages, max_tokens=tokens, seed=1)


def spoken(events: Iterable[GenerationEvent]) -> tuple[str, Finished]:
    """The joined answer, and how it ended; the ending is the last event and the only one of its kind."""
    *pieces, finished = events
    assert isinstance(finished, Finished)
    assert all(isinstance(piece, Piece) for piece in pieces)
    return "".join(piece.text for piece in pieces if isinstance(piece, Piece)), finished


class EngineContract:
    @pytest.fixture
    def engine(self) -> Engine:
        raise NotImplementedError("return the engine under test; it answers with many words")

    def prompt_of(self, engine: Engine, tokens: int) -> tuple[ChatMessage, ...]:
        """A message whose rendered length is exactly `tokens`: " a" is one token more each time."""
        base = engine.count_tokens((ChatMessage("user", "a"),))
        prompt = (ChatMessage("user", "a" + " a" * (tokens - base)),)
        assert engine.count_tokens(prompt) == tokens
        return prompt

    def test_warming_twice_is_harmless(self, engine: Engine) -> None:
        assert engine.warm() == engine.warm() == engine.describe()

    def test_the_description_keeps_its_promises(self, engine: Engine) -> None:
        described = engine.describe()

        assert described.context > 0
        assert 0 <= described.offloaded <= described.layers
        assert (described.reason == "") == (described.offloaded == described.layers > 0)

    def test_the_same_seed_gives_the_same_answer(self, engine: Engine) -> None:
        first, second = (spoken(engine.stream(ask()))[0] for _ in range(2))

        assert first == second != ""

    def test_a_temperature_keeps_to_its_seed_too(self, engine: Engine) -> None:
        request = GenerationRequest(messages=MESSAGES, max_tokens=12, temperature=0.9, seed=7)
        first, second = (spoken(engine.stream(request))[0] for _ in range(2))

        assert first == second

    def test_an_abandoned_answer_leaves_the_engine_usable(self, engine: Engine) -> None:
        complete, _ = spoken(engine.stream(ask()))
        next(iter(engine.stream(ask(tokens=LONG_ANSWER))))

        assert spoken(engine.stream(ask()))[0] == complete

    def test_a_stream_that_is_held_but_not_read_does_not_block_the_next(self, engine: Engine) -> None:
        complete, _ = spoken(engine.stream(ask()))
        held = iter(engine.stream(ask(tokens=LONG_ANSWER)))
        next(held)

        assert engine.count_tokens(MESSAGES) > 0
        assert spoken(engine.stream(ask()))[0] == complete

    def test_the_reported_prompt_is_as_long_as_counted(self, engine: Engine) -> None:
        counted = engine.count_tokens(MESSAGES)
        _, finished = spoken(engine.stream(ask()))

        assert finished.prompt_tokens == counted

    @pytest.mark.parametrize("tokens", [0, 1, 5])
    def test_never_more_tokens_than_allowed(self, engine: Engine, tokens: int) -> None:
        answer, finished = spoken(engine.stream(ask(tokens=tokens)))

        assert finished.generated_tokens == tokens
        assert finished.reason == "length"
        assert bool(answer) == bool(tokens)

    def test_an_identical_second_prompt_is_not_read_again(self, engine: Engine) -> None:
        spoken(engine.stream(ask()))
        _, finished = spoken(engine.stream(ask()))

        assert 0 < finished.reused_tokens <= finished.prompt_tokens
        assert finished.reused_tokens >= finished.prompt_tokens - 8

    def test_a_different_prompt_is_answered_as_if_it_were_the_first(self, engine: Engine) -> None:
        alone, _ = spoken(engine.stream(ask()))
        spoken(engine.stream(ask(messages=(ChatMessage("user", "Name three colours."),))))

        assert spoken(engine.stream(ask()))[0] == alone

    def test_stop_from_another_thread_ends_the_stream(self, engine: Engine) -> None:
        stream = iter(engine.stream(ask(tokens=LONG_ANSWER)))
        next(stream)
        other = threading.Thread(target=engine.stop)
        other.start()
        other.join()
        _, finished = spoken(stream)

        assert finished.reason == "stopped"
        assert finished.generated_tokens < LONG_ANSWER

    def test_stop_while_idle_does_not_touch_the_next_answer(self, engine: Engine) -> None:
        complete, _ = spoken(engine.stream(ask()))
        engine.stop()
        answer, finished = spoken(engine.stream(ask()))

        assert answer == complete
        assert finished.reason != "stopped"

    def test_a_prompt_that_leaves_room_for_one_token_gets_one(self, engine: Engine) -> None:
        context = engine.describe().context
        messages = self.prompt_of(engine, context - 1)
        _, finished = spoken(engine.stream(ask(messages=messages, tokens=50)))

        assert finished.prompt_tokens == context - 1
        assert finished.generated_tokens <= 1

    @pytest.mark.parametrize("over", [0, 1, "ten times"])
    def test_a_prompt_that_leaves_no_room_is_refused_before_the_first_piece(
        self, engine: Engine, over: int | str
    ) -> None:
        context = engine.describe().context
        length = context + over if isinstance(over, int) else 10 * context
        messages = self.prompt_of(engine, length)
        with pytest.raises(PromptTooLongError) as refusal:
            next(iter(engine.stream(ask(messages=messages))))

        assert refusal.value.remedy
        assert spoken(engine.stream(ask()))[0], "the engine answers the next question"

    def test_an_answer_goes_on_from_what_it_begins_with(self, engine: Engine) -> None:
        """As if the engine had said it itself; it is not said again, and it counts to the prompt."""
        whole, finished = spoken(engine.stream(ask(tokens=16)))
        begun = whole[: whole.index(" ", len(whole) // 3)]

        rest, continued = spoken(engine.stream(replace(ask(tokens=16), begun=begun)))

        assert (begun + rest).startswith(whole)
        assert continued.prompt_tokens > finished.prompt_tokens
