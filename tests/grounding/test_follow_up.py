"""A question that leans on the last one is completed; every other one is left exactly as it is."""

from __future__ import annotations

import pytest

from grounding.entity_linker import EntityLinker
from grounding.follow_up import stand_alone

pytestmark = pytest.mark.real

HOTEL = [("What is the hotel limit in Paris?", "140 euros.")]
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
