"""Near duplicates are found among others, and their signatures do not depend on how a text was cut."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.library.kinship import NEAR, PERMUTATIONS, likeness, near_duplicates, nearest, signature

WORDS = [f"word{number}" for number in range(2_000)]


def text(seed: int, words: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=words)


def with_changes(words: list[str], every: int) -> list[str]:
    return [f"other{place}" if place % every == 0 else word for place, word in enumerate(words)]


@given(st.lists(st.sampled_from(WORDS[:50]), max_size=40), st.integers(0, 40))
def test_the_cuts_of_a_text_do_not_matter(words: list[str], cut: int) -> None:
    whole = signature([" ".join(words)])

    assert signature([" ".join(words[:cut]), " ".join(words[cut:])]) == whole
    assert likeness(whole.rows, whole.rows) == 1.0


def test_capitals_and_marks_do_not_matter() -> None:
    assert signature(["Five days, of LEAVE!"]) == signature(["five days of leave"])


@pytest.mark.parametrize(
    ("words", "changed_every"), [pytest.param(400, 2), pytest.param(400, 10), pytest.param(2_000, 40)]
)
def test_the_estimate_is_near_the_true_likeness(words: int, changed_every: int) -> None:
    before = text(1, words)
    after = with_changes(before, changed_every)
    rows = [{" ".join(one[at : at + 3]) for at in range(len(one) - 2)} for one in (before, after)]
    true = len(rows[0] & rows[1]) / len(rows[0] | rows[1])

    estimate = likeness(signature([" ".join(before)]).rows, signature([" ".join(after)]).rows)

    assert estimate == pytest.approx(true, abs=0.14), "three standard errors"


def test_near_duplicates_are_found_among_many_others() -> None:
    library = {f"d{seed}": signature([" ".join(text(seed))]) for seed in range(200)}
    library["edited"] = signature([" ".join(with_changes(text(7), 200))])

    [pair] = near_duplicates(library)

    assert (pair.first, pair.second) == ("d7", "edited")
    assert NEAR <= pair.likeness < 1
    edited = library.pop("edited")
    found = nearest(edited, library)
    assert found is not None
    assert found.second == "d7"


def test_a_text_that_is_alone_is_near_nothing() -> None:
    library = {f"d{seed}": signature([" ".join(text(seed))]) for seed in range(20)}

    assert near_duplicates(library) == ()
    assert nearest(signature([" ".join(text(99))]), library) is None
    assert nearest(signature(["text"]), {}) is None


def test_a_signature_has_one_size() -> None:
    for words in ([], ["one"], text(1, 5_000)):
        one = signature([" ".join(words)])
        assert len(one.rows) == len(one.words) == PERMUTATIONS * 4
