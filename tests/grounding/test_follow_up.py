"""A question that leans on the last one is completed; every other one is left exactly as it is."""

from __future__ import annotations

import pytest

from grounding.entity_linker import EntityLinker
from grounding.follow_up import follow_up, stand_alone

pytestmark = pytest.mark.real

HOTEL = [("What is the hotel limit in Paris?", "140 euros.")]
PTO = "How many days of PTO do full-time employees get per year?"
FINANCE = [("Who is the head of finance?", "The head of finance is Anna Schmidt.")]


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    return EntityLinker()


@pytest.mark.parametrize(
    ("earlier", "question", "complete"),
    [
        pytest.param(HOTEL, "What about London?", "What is the hotel limit in London?", id="another place"),
        pytest.param(HOTEL, "and in Berlin?", "What is the hotel limit in Berlin?", id="and in"),
        pytest.param(
            HOTEL,
            "What about contractors?",
            "What is the hotel limit in Paris for contractors?",
            id="for others",
        ),
        pytest.param(HOTEL, "For interns?", "What is the hotel limit in Paris for interns?", id="a fragment"),
        pytest.param(
            HOTEL, "Does it include breakfast?", "Does the hotel limit in Paris include breakfast?", id="it"
        ),
        pytest.param(HOTEL, "Why?", "What is the hotel limit in Paris, why?", id="a bare word"),
        pytest.param(HOTEL, "Tell me more.", "What is the hotel limit in Paris?", id="more of the same"),
        pytest.param(
            FINANCE, "When was she hired?", "When was Anna Schmidt hired?", id="a person from the answer"
        ),
        pytest.param(
            [*HOTEL, ("What about London?", "150 euros.")],
            "And in Rome?",
            "What is the hotel limit in Rome?",
            id="a chain",
        ),
        pytest.param(
            [("Where can I buy common stocks and preferred stocks?", "At a bank.")],
            "Who sells those?",
            "Who sells common stocks and preferred stocks?",
            id="several things",
        ),
        pytest.param(
            [("Which manager approves the travel request?", "The line manager.")],
            "How long does it take?",
            "How long does the travel request take?",
            id="not what was itself asked for",
        ),
        pytest.param(
            [
                ("Is there an expense form for trips?", "Yes."),
                ("Which is the latest?", "The first."),
            ],
            "Where is it kept?",
            "Where is the expense form for trips kept?",
            id="a topic from two questions before",
        ),
        pytest.param(
            HOTEL,
            "Do contractors get it too?",
            "Do contractors get the hotel limit in Paris too?",
            id="number",
        ),
        pytest.param(
            [("How many days of parental leave do new employees get?", "60 days.")],
            "Can they carry it over?",
            "Can new employees carry parental leave over?",
            id="two pronouns",
        ),
        pytest.param(
            HOTEL, "same for interns?", "What is the hotel limit in Paris for interns?", id="the same for"
        ),
        pytest.param(
            [(PTO, "27 days."), ("and for contractors?", "None.")],
            "and for interns?",
            "How many days of PTO do full-time employees get per year for interns?",
            id="one addition takes the place of the other",
        ),
        pytest.param(
            [(PTO, "27 days."), ("and for contractors?", "None."), ("what about interns?", "Some.")],
            "And in 2024?",
            "How many days of PTO do full-time employees get per year for interns in 2024?",
            id="an addition of another kind stays",
        ),
        pytest.param(
            [("How much is refunded for a hotel night?", "140 euros."), ("And in winter?", "140 euros.")],
            "And in London?",
            "How much is refunded for a hotel night in winter in London?",
            id="a place is no season",
        ),
        pytest.param(
            [(PTO, "27 days.")],
            "and for part-time employees?",
            "How many days of PTO do part-time employees get per year?",
            id="others of the same name",
        ),
        pytest.param(
            [(PTO, "27 days."), ("and for contractors?", "None.")],
            "and part-time employees?",
            "How many days of PTO do part-time employees get per year?",
            id="others of the same name, after an addition",
        ),
        pytest.param(
            [(PTO, "27 days."), ("and in 2024?", "25 days.")],
            "and part-time employees?",
            "How many days of PTO do part-time employees get per year in 2024?",
            id="others of the same name, in the same year",
        ),
        pytest.param(
            HOTEL,
            "What about the meal limit?",
            "What is the meal limit in Paris?",
            id="another limit",
        ),
        pytest.param(
            [("How many vacation days do employees get?", "27.")],
            "And sick days?",
            "How many sick days do employees get?",
            id="other days",
        ),
        pytest.param(
            [("How many days do employees get?", "27.")],
            "And sick days?",
            "How many days do employees get for sick days?",
            id="what is itself asked for stays",
        ),
        pytest.param(
            [("How do the Kilbarra shifts differ from the Delfzand shifts?", "They overlap.")],
            "And the night shifts?",
            "How do the Kilbarra shifts differ from the Delfzand shifts for the night shifts?",
            id="two of that name",
        ),
        pytest.param(HOTEL, "Anything else?", "What is the hotel limit in Paris?", id="anything else"),
        pytest.param(HOTEL, "And in Paris?", "What is the hotel limit in Paris?", id="the same place again"),
        pytest.param(
            HOTEL, "And if I am ill?", "What is the hotel limit in Paris if I am ill?", id="a condition"
        ),
        pytest.param(
            [("What are the vacation rules?", "See the handbook.")],
            "Who approves them?",
            "Who approves the vacation rules?",
            id="them",
        ),
        pytest.param(
            [("Is there a transport allowance?", "Yes.")],
            "Is it available for contractors?",
            "Is the transport allowance available for contractors?",
            id="it, available for somebody",
        ),
    ],
)
def test_what_leans_is_completed(
    linker: EntityLinker, earlier: list[tuple[str, str]], question: str, complete: str
) -> None:
    assert stand_alone(question, earlier, linker) == complete


@pytest.mark.parametrize(
    "question",
    [
        "How many vacation days do new employees get?",
        "Is it possible to work from home?",
        "How long does it take to get reimbursed?",
        "What does the travel policy say about trains that are late?",
        "And who signs the contract?",
        "parental leave",
        "That was not my question.",
        "Is this the best hotel for a week?",
        "How can a member complain about their plan?",
        "Is it true that trains are preferred?",
        "Is it okay if I fly?",
        "It is now possible to carry vacation days over, is that right?",
        "Is it in general a good idea to travel by train?",
        "When does this year's window close?",
        "Which documents do new employees bring on their first day?",
        "",
    ],
)
def test_what_stands_alone_is_left_alone(linker: EntityLinker, question: str) -> None:
    assert stand_alone(question, HOTEL, linker) == question


def test_without_a_conversation_nothing_is_added(linker: EntityLinker) -> None:
    assert stand_alone("What about London?", [], linker) == "What about London?"


def test_a_long_conversation_is_followed_back_only_so_far(linker: EntityLinker) -> None:
    chain = [*HOTEL, *[("Why?", "Because.")] * 500]

    assert stand_alone("Why?", chain, linker)


@pytest.mark.parametrize("question", ["What about London?", "Does it include breakfast?", "Why?"])
def test_a_completed_question_sent_again_is_searched_for_as_it_is(
    linker: EntityLinker, question: str
) -> None:
    complete = stand_alone(question, HOTEL, linker)

    assert stand_alone(complete, HOTEL, linker) == complete
    assert not follow_up(complete, HOTEL, linker).leans


def test_the_nouns_of_the_last_question_go_along_with_a_short_one(linker: EntityLinker) -> None:
    found = follow_up("Who pays the taxi?", HOTEL, linker)

    assert (found.text, found.leans) == ("Who pays the taxi?", False)
    assert found.context == "hotel limit Paris"
    assert found.last == HOTEL[-1][0]


def test_what_the_question_has_already_does_not_go_along(linker: EntityLinker) -> None:
    found = follow_up("What about London?", HOTEL, linker)

    assert found.text == "What is the hotel limit in London?"
    assert (found.leans, found.context) == (True, "Paris")


def test_nothing_goes_along_with_a_full_question_about_something_else(linker: EntityLinker) -> None:
    question = "How many vacation days do new employees get in their first year?"
    found = follow_up(question, HOTEL, linker)

    assert (found.text, found.leans, found.context, found.last) == (question, False, "", "")


def test_the_first_question_has_no_context(linker: EntityLinker) -> None:
    assert not follow_up("Who pays the taxi?", [], linker).context
