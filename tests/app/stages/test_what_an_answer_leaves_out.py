"""What the documents do not support does not pass for an answer; what is left out is told, and kept."""

from __future__ import annotations

import pytest

from app.stages.check_answer import CheckAnswer
from app.stages.polish_answer import CONTRADICTED, UNSUPPORTED, PolishAnswer
from app.turn import Turn
from grounding.passages import Passage
from grounding.quotes import quote
from grounding.support import JudgedSentence
from tests.app.scripted import MEALS, QUESTION, Heard, Knows, assistant
from tests.app.stages.test_stages import ended, turn_of

OLD = Passage(
    id="c-2024",
    document_id="d-2024",
    document="travel_policy_2024.txt",
    title="Travel Policy 2024",
    text="Hotel costs are refunded up to 120 euros per night. The policy has 4 pages.",
)
NEW = Passage(
    id="c-2026",
    document_id="d-2026",
    document="travel_and_expenses_2026.docx",
    title="Travel and Expenses Policy 2026",
    text="Hotel costs are refunded up to 140 euros per night, since 1 February 2026.",
)
RULES = Passage(
    id="c-rules",
    document_id="d-2026",
    document="travel_and_expenses_2026.docx",
    title="Travel and Expenses Policy 2026",
    text="Meals with customers are refunded up to 65 euros per person."
    " Gifts to customers are limited to 40 euros per person.",
)
HOTEL_QUESTION = "Up to how many euros per night are hotel costs refunded in 2024?"


def finished(question: str, generated: str, *passages: Passage) -> Turn:
    """What the line makes of a model's words."""
    turn = turn_of(
        question,
        standalone=question,
        passages=passages,
        shown=passages,
        quotes=quote(question, passages, limit=3),
        generated=generated,
        usage=ended("end"),
    )
    heard = Heard()
    return PolishAnswer().run(CheckAnswer(Knows()).run(turn, heard.channel), heard.channel)


def left_out(turn: Turn) -> list[str]:
    return [one.text for one in turn.sentences if not one.shown]


@pytest.mark.parametrize(
    "generated",
    [
        pytest.param("Hotel costs are refunded up to 140 euros per night.", id="the number of another year"),
        pytest.param("In 2024, up to 140 euros per night are refunded.", id="with the year of the question"),
        pytest.param("140 euros per night.", id="hardly a sentence"),
    ],
)
def test_the_quote_wins_over_a_number_of_another_year(generated: str) -> None:
    turn = finished(HOTEL_QUESTION, generated, NEW, OLD)

    assert turn.answer == 'Your documents say: "Hotel costs are refunded up to 120 euros per night."'
    assert [one.citations for one in turn.sentences if one.shown] == [("c-2024",)]
    assert left_out(turn) == [generated]
    assert turn.notices == (CONTRADICTED,)


def test_the_quote_wins_over_the_number_of_another_rule_in_its_passage() -> None:
    turn = finished(
        "How much may a meal with customers cost per person?",
        "Meals with customers are limited to 40 euros per person.",
        RULES,
    )

    assert turn.answer == f'Your documents say: "{RULES.text.partition(" Gifts")[0]}"'
    assert turn.notices == (CONTRADICTED,)


@pytest.mark.parametrize(
    ("question", "generated"),
    [
        pytest.param(HOTEL_QUESTION, "It was 120 euros per night.", id="the number of the quote"),
        pytest.param(
            "Up to how many euros per night are hotel costs refunded?",
            "Hotel costs are refunded up to 120 euros per night.",
            id="nothing in the question speaks for either number",
        ),
        pytest.param(HOTEL_QUESTION, "The policy has 4 pages.", id="a number of another kind"),
    ],
)
def test_a_supported_answer_stands_where_no_number_speaks_against_it(question: str, generated: str) -> None:
    turn = finished(question, generated, NEW, OLD)

    assert turn.answer == generated
    assert CONTRADICTED not in turn.notices


def test_of_a_right_and_a_contradicted_sentence_the_contradicted_one_is_marked() -> None:
    right = "Hotel costs are refunded up to 120 euros per night."
    turn = finished(HOTEL_QUESTION, f"{right} Hotel costs are refunded up to 140 euros per night.", NEW, OLD)

    assert [one.support for one in turn.sentences] == ["supported", "not_found"]
    assert turn.sentences[1].reasons == (
        "the quoted sentence says “120 euros” of what was asked, not “140 euros”",
    )
    assert turn.answer.startswith(right)


TRUE = "The daily meal allowance is 52 euros."
INVENTED = ("Lunch is served at noon.", "Wine is free.", "The canteen seats ninety guests.")


def test_a_long_tail_that_nothing_supports_is_left_out_and_kept_aside() -> None:
    turn = finished(QUESTION, " ".join([TRUE, *INVENTED]), MEALS)

    assert turn.answer == TRUE
    assert left_out(turn) == [*INVENTED]
    assert turn.notices == (
        "3 sentences at the end that your documents do not support were left out; the JSON record has them.",
    )


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([TRUE, *INVENTED[:2]], id="two sentences, which a reader can judge"),
        pytest.param([*INVENTED, TRUE], id="before the sentence that holds"),
        pytest.param([TRUE, *INVENTED, "Breakfast is never refunded."], id="between sentences that hold"),
    ],
)
def test_other_unsupported_sentences_stay_and_are_marked(parts: list[str]) -> None:
    turn = finished(QUESTION, " ".join(parts), MEALS)

    assert turn.answer == " ".join(parts)
    assert {one.text for one in turn.sentences if one.support == "not_found"} >= {*parts} & {*INVENTED[:2]}
    assert turn.notices == ()


@pytest.mark.parametrize(
    ("generated", "answer"),
    [
        pytest.param(f"{TRUE} {TRUE} Breakfast is never refunded.", f"{TRUE} Breakfast is never refunded.",
                     id="in a line"),
        pytest.param(f"- {TRUE}\n- {TRUE}\n- Breakfast is never refunded.",
                     f"- {TRUE}\n- Breakfast is never refunded.", id="in a list"),
        pytest.param(f"{TRUE}\n\nThe **daily** meal allowance is 52 euros [1].", TRUE,
                     id="with emphasis and a mark"),
    ],
)  # fmt: skip
def test_a_repeated_sentence_goes(generated: str, answer: str) -> None:
    turn = finished(QUESTION, generated, MEALS)

    assert turn.answer == answer
    assert left_out(turn) == [TRUE]
    assert turn.notices == (
        "1 sentence that only repeated an earlier one was left out; the JSON record has it.",
    )


def test_an_answer_that_only_repeats_the_question_gives_way_to_the_quote() -> None:
    turn = finished(QUESTION, "The daily meal allowance is a daily meal allowance.", MEALS)

    assert f'Your documents say: "{TRUE}"' in turn.answer
    assert turn.sentences[0].reasons == ("only repeats the question",)


def test_what_a_person_stopped_is_shown_as_far_as_it_came() -> None:
    sentences = (JudgedSentence("It is so.", support="not_found"),)
    turn = turn_of(
        generated="It is so.", sentences=sentences, usage=ended("stopped"), outcome="stopped",
        quotes=quote(QUESTION, [MEALS], limit=1),
    )  # fmt: skip

    assert PolishAnswer().run(turn, Heard().channel).answer == "It is so."


def test_what_was_left_out_is_in_the_record_with_its_verdict() -> None:
    result = assistant("The allowance of the moon is 97 euros.").ask(QUESTION, None, Heard().channel)

    assert [one.support for one in result.sentences] == ["supported"]
    assert [(one.text, one.support) for one in result.left_out] == [
        ("The allowance of the moon is 97 euros.", "not_found")
    ]
    assert UNSUPPORTED in result.notices


def test_a_disagreement_is_recorded_with_both_statements() -> None:
    said = "Hotel costs are refunded up to 140 euros per night."
    knows = Knows(passages=(OLD, NEW))

    result = assistant(said, knows=knows).ask(
        "Up to how many euros are hotel costs refunded per night?", None, Heard().channel
    )

    [conflict] = result.conflicts
    assert (conflict.preferred, conflict.preferred_text) == (NEW.id, NEW.text)
    assert (conflict.other, conflict.other_text) == (OLD.id, OLD.text.partition(" The policy")[0])
