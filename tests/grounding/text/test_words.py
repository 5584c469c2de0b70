"""Words are compared without their endings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.text.numerals import numeral_value, with_digits
from grounding.text.words import content_stems, one_edit_apart, stem


@pytest.mark.parametrize(
    "family",
    [
        ("reimburse", "reimbursed", "reimbursing", "reimbursement", "reimburses"),
        ("policy", "policies"),
        ("apply", "applies", "applied"),
        ("cancel", "cancelled", "cancellation"),
        ("locate", "located", "location", "locations"),
        ("approve", "approved", "approves", "approving"),
        ("invoice", "invoices", "invoice's"),
    ],
    ids=lambda family: family[0],
)
def test_forms_of_a_word_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(("left", "right"), [("hotel", "host"), ("days", "date"), ("bill", "bile")])
def test_different_words_do_not(left: str, right: str) -> None:
    assert stem(left) != stem(right)


def test_words_that_say_nothing_are_left_out() -> None:
    assert content_stems("What is the maximum that you can spend on a hotel?") == [
        "maximum",
        "spend",
        "hotel",
    ]


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("password", "pasword", True),
        ("charcter", "character", True),
        ("recieve", "receive", True),
        ("hotel", "hovel", True),
        ("hotel", "hotel", False),
        ("hotel", "motif", False),
        ("day", "days", True),
        ("abcd", "badc", False),
    ],
)
def test_one_slip_of_the_finger_is_recognised(left: str, right: str, *, near: bool) -> None:
    assert one_edit_apart(left, right) is near
    assert one_edit_apart(right, left) is near


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_it_agrees_with_the_definition(left: str, right: str) -> None:
    letters = "abc"
    cuts = [(left[:at], left[at:]) for at in range(len(left) + 1)]
    edits = {head + tail[1:] for head, tail in cuts if tail}
    edits |= {head + other + tail[1:] for head, tail in cuts if tail for other in letters}
    edits |= {head + other + tail for head, tail in cuts for other in letters}
    edits |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}

    assert one_edit_apart(left, right) is (right in edits - {left})


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("twenty-five", 25),
        ("twelve hundred", 1200),
        ("a hundred and twenty", 120),
        ("two thousand and six", 2006),
        ("three million", 3_000_000),
        ("nineteen", 19),
        ("two five", None),
        ("ten two", None),
    ],
)
def test_numbers_in_words_have_a_value(words: str, value: int | None) -> None:
    assert numeral_value(words) == value


def test_numbers_are_written_in_one_way_for_comparing() -> None:
    assert (
        with_digits("Twelve hundred of 1,200 in two years, one of them")
        == "1200 of 1200 in 2 years, one of them"
    )
