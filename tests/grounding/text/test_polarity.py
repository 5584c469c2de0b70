"""A sentence that says the opposite is no support, however many words it shares."""

from __future__ import annotations

import pytest

from grounding.text.polarity import contradiction


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("Alcohol is reimbursed.", "Alcohol is not reimbursed.", id="a negation lost"),
        pytest.param("Breakfast is not included.", "Breakfast is included.", id="a negation added"),
        pytest.param("Pets are allowed.", "Pets are prohibited.", id="an opposite word"),
        pytest.param("The training is optional.", "The training is mandatory.", id="another opposite"),
        pytest.param("Returns are never accepted.", "Returns are accepted.", id="never"),
        pytest.param(
            "Breakfast is not included.",
            "Breakfast is included and must not be claimed.",
            id="beside the denial of another thing",
        ),
        pytest.param(
            "If approval is not obtained, the plan may cover it.",
            "If approval is not obtained, the plan may not cover it.",
            id="one of two negations lost",
        ),
        pytest.param(
            "It must be filed after the journey.", "It must be filed before the journey.", id="order in time"
        ),
    ],
)
def test_opposites_contradict(claim: str, source: str) -> None:
    assert contradiction(claim, source)
    assert contradiction(source, claim)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        pytest.param("Alcohol is not reimbursed.", "Alcohol is never reimbursed.", id="the same negation"),
        pytest.param(
            "No, alcohol is not reimbursed.", "Alcohol is not reimbursed.", id="an answer's no denies nothing"
        ),
        pytest.param("Yes, breakfast is included.", "Breakfast is included.", id="nor does its yes"),
        pytest.param(
            "You may carry over five days.", "You may carry over no more than five days.", id="a limit"
        ),
        pytest.param(
            "Rooms are refunded with approval.",
            "Rooms are not refunded unless approval is given.",
            id="a condition",
        ),
        pytest.param("Pets are not allowed.", "Pets are prohibited.", id="not the opposite is the same"),
        pytest.param("The office opens at 8.", "The canteen is not cheap.", id="another matter"),
        pytest.param(
            "If you are uncomfortable with a term, do not sign.",
            "If you are not comfortable with a term, do not sign.",
            id="a negation inside a word",
        ),
        pytest.param(
            "With 20% down you avoid paying mortgage insurance.",
            "With 20% down you do not have to pay mortgage insurance.",
            id="a word that denies",
        ),
        pytest.param(
            "Some plans require help from sales.",
            "Those plans are not selectable because they require help from sales.",
            id="a negation ends with its clause",
        ),
        pytest.param(
            "The bank cannot go after you where loans are non-recourse.",
            "Where mortgages are non-recourse loans, the bank is not allowed to go after you at all.",
            id="denied in another place",
        ),
    ],
)
def test_the_same_in_other_words_does_not(claim: str, source: str) -> None:
    assert not contradiction(claim, source)
