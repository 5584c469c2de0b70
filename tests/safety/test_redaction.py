"""What must not be seen is replaced by placeholders, all of it, and comes back only to its owner."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.profiles import prompt_policy
from safety.redaction import mask, restore
from safety.verdict import Action, Finding, Verdict


def masked(start: int, end: int, category: str = "secret") -> Finding:
    return Finding("test", Action.MASK, "reason", start, end, category)


def finds(*findings: Finding) -> Verdict:
    return Verdict(findings)


texts = st.text(st.characters(exclude_characters="<>"), min_size=1, max_size=60)
spans = st.lists(
    st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.sampled_from(["email", "secret"])), max_size=6
)


@given(texts, spans)
def test_restoring_gives_back_the_text(text: str, found: list[tuple[int, int, str]]) -> None:
    result = mask(text, finds(*(masked(*span) for span in found)))

    assert restore(result.text, result.placeholders) == text


@given(texts, spans)
def test_nothing_inside_a_span_is_left(text: str, found: list[tuple[int, int, str]]) -> None:
    result = mask(text, finds(*(masked(*span) for span in found)))

    hidden = {at for start, end, _ in found for at in range(max(start, 0), min(end, len(text)))}
    visible = "".join(character for at, character in enumerate(text) if at not in hidden)
    kept = result.text
    for placeholder in result.placeholders:
        kept = kept.replace(placeholder, "")
    assert kept == visible


@pytest.mark.parametrize(
    ("findings", "shown"),
    [
        pytest.param([masked(3, 6)], "a: <SECRET_1> b: 456 c: 123", id="one value"),
        pytest.param([masked(3, 6), masked(10, 13)], "a: <SECRET_1> b: <SECRET_2> c: 123", id="two values"),
        pytest.param(
            [masked(3, 6), masked(17, 20)], "a: <SECRET_1> b: 456 c: <SECRET_1>", id="one value twice"
        ),
        pytest.param(
            [masked(3, 10), masked(5, 13, "email")],
            "a: <EMAIL_1> c: 123",
            id="overlaps become one, validated kind",
        ),
        pytest.param(
            [masked(3, 5, "phone"), masked(4, 13, "secret")],
            "a: <SECRET_1> c: 123",
            id="else the longer names it",
        ),
        pytest.param(
            [Finding("t", Action.WARN, "r", 3, 6, "email")],
            "a: 123 b: 456 c: 123",
            id="warnings mask nothing",
        ),
        pytest.param([masked(17, 99)], "a: 123 b: 456 c: <SECRET_1>", id="a span beyond the end is clipped"),
    ],
)
def test_mask_findings_become_placeholders(findings: list[Finding], shown: str) -> None:
    assert mask("a: 123 b: 456 c: 123", finds(*findings)).text == shown


def test_a_value_keeps_its_placeholder_through_a_conversation() -> None:
    first = mask("one", finds(masked(0, 3)))
    second = mask("two one", finds(masked(0, 3), masked(4, 7)), first.placeholders)

    assert second.text == "<SECRET_2> <SECRET_1>"
    assert restore(second.text, second.placeholders) == "two one"


def test_a_placeholder_that_a_person_typed_stands_for_nothing() -> None:
    result = mask("<SECRET_1> 123", finds(masked(11, 14)))

    assert result.text == "<SECRET_1> <SECRET_2>"
    assert restore(result.text, result.placeholders) == "<SECRET_1> 123"


def test_a_masked_text_has_nothing_left_to_mask() -> None:
    text = "password: hunter2!x, card 4111 1111 1111 1111, token ghp_0123456789abcdefghijABCDEFGHIJ012345"

    once = mask(text, prompt_policy().judge(text))
    twice = mask(once.text, prompt_policy().judge(once.text))

    assert once.text == "password: <SECRET_1>, card <CREDIT_CARD_1>, token <API_KEY_1>"
    assert twice.text == once.text


def test_neither_text_nor_values_are_in_its_repr() -> None:
    assert "123" not in repr(mask("a 123", finds(masked(2, 5))))
