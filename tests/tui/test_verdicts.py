"""What the check found is counted in one line, and told sentence by sentence with its reasons."""

from __future__ import annotations

import pytest

from app.contract import AskShape, ConflictShape, SentenceShape
from app.tui.answer_text import to_copy
from app.tui.verdicts import offer, summary, verdicts
from tests.tui.answers import SENTENCES, TRAVEL_2024, TRAVEL_2026, Script, result_of
from tests.tui.conftest import Opener
from tests.tui.scripted_desk import ScriptedDesk

FIRM = SENTENCES[0]
DOUBTED = SentenceShape(
    text="The allowance is 99 euros.",
    citations=[TRAVEL_2026.id],
    support="partly",
    reasons=["“99” is not in the passage"],
)
ANSWER = f"{FIRM.text} {DOUBTED.text}"
DOUBTFUL = Script(answer=ANSWER, sentences=(FIRM, DOUBTED), passages=(TRAVEL_2026, TRAVEL_2024))

NEW, OLD = "The allowance is 52 euros.", "The allowance is 45 euros."
REASON = '"Policy 2026" is newer than "Policy 2024"'
DISAGREEMENT = f'Your documents disagree: "{NEW}" stands against "{OLD}"; {REASON}.'


def test_reasons_are_hinted_at_only_where_a_sentence_is_marked() -> None:
    assert summary([FIRM, DOUBTED]) == "Sentences: 1 supported, 1 partly (~) · F2: why"
    assert summary([FIRM]) == "Sentences: 1 supported"
    assert summary([]) == ""


def test_the_entry_says_how_many_it_warns_of() -> None:
    assert offer([FIRM, DOUBTED]) == "Why 1 sentence is marked"
    assert offer([FIRM, FIRM]) == "How 2 sentences were checked"


def test_marked_sentences_come_first_with_their_reasons() -> None:
    told = verdicts([FIRM, DOUBTED], {TRAVEL_2026.id: 1}).plain

    assert told.startswith("~ only partly [1]\nThe allowance is 99 euros.\n  “99” is not in the passage")
    assert "✓ supported [1]" in told


@pytest.mark.asyncio
async def test_the_reasons_are_read_among_the_sources(window: Opener) -> None:
    async with window(ScriptedDesk(ordinary=DOUBTFUL)) as seen:
        await seen.chatting()
        await seen.answered("What is the allowance?")
        await seen.press("f2")
        await seen.sees("Why 1 sentence is marked")
        await seen.press("end")
        await seen.sees("“99” is not in the passage")


@pytest.mark.asyncio
@pytest.mark.parametrize("width", [80, 120])
async def test_what_the_answer_rests_on_is_brought_into_sight(window: Opener, width: int) -> None:
    long = TRAVEL_2026.model_copy(update={"text": "Hotels are another matter.\n" * 60 + TRAVEL_2026.text})
    script = Script(answer=FIRM.text, sentences=(FIRM,), passages=(long,))
    async with window(ScriptedDesk(ordinary=script), size=(width, 36)) as seen:
        await seen.chatting()
        await seen.answered("What is the allowance?")
        await seen.press("f2")
        await seen.until(lambda: "is reduced" in seen.text)


def _disagreeing(sentence: str) -> AskShape:
    judged = SentenceShape(text=sentence, citations=[TRAVEL_2026.id, TRAVEL_2024.id], support="supported")
    script = Script(answer=sentence, sentences=(judged,), passages=(TRAVEL_2026, TRAVEL_2024))
    result = result_of(script, "allowance?", conversation="c", turn="t", written=sentence)
    conflict = ConflictShape(
        what="",
        preferred=TRAVEL_2026.id,
        other=TRAVEL_2024.id,
        preferred_text=NEW,
        other_text=OLD,
        reason=REASON,
    )
    return result.model_copy(update={"conflicts": [conflict]})


def test_the_sides_of_a_disagreement_stand_below_each_other_with_their_sources() -> None:
    copied = to_copy(_disagreeing(DISAGREEMENT))

    assert copied.startswith(
        f'**Your documents disagree:**\n\n- "{NEW}" [1]\n- "{OLD}" [2]\n\n{REASON}.\n\nSources:'
    )


def test_a_sentence_that_only_speaks_of_disagreement_stays_as_it_is() -> None:
    assert to_copy(_disagreeing("Your documents disagree.")).startswith("Your documents disagree. [1][2]")


def test_what_the_answer_does_not_show_stands_below_with_its_verdict() -> None:
    told = verdicts([FIRM], {TRAVEL_2026.id: 1}, [DOUBTED]).plain

    above, below = told.split("Left out of the answer")
    assert "99 euros" not in above
    assert "99 euros" in below
    assert offer([FIRM], 1) == "How 1 sentence was checked · 1 left out"
    assert offer([], 2) == "2 sentences left out"


@pytest.mark.asyncio
async def test_left_out_sentences_are_read_among_the_sources_also_without_any(window: Opener) -> None:
    script = Script(answer="", sentences=(), passages=(), left_out=(DOUBTED,))
    async with window(ScriptedDesk(ordinary=script)) as seen:
        await seen.chatting()
        await seen.answered("What is the allowance?")
        await seen.press("f2")
        await seen.sees("1 sentence left out")
        await seen.sees("The allowance is 99 euros.")
