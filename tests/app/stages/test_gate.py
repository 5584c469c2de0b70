"""Whatever way an answer is cut into pieces, what is shown is what masking the whole would show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.stages.gate import Gate
from safety.policy import Policy
from safety.profiles import answer_policy
from safety.redaction import mask

WORDS = "The reader of the page finds its answer in the text of the day and goes on with it."
PASSWORD = "Tr0ub4dor3x9Q"
TOKEN = "aB3dE5fG7hJ9kL1mN2pQ4rS6"
GITHUB = "ghp_" + TOKEN + "tU8vW0xY2zA4"
JWT = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV"
)
AZURE = "AccountKey=" + "aB3+" * 21 + "dE==" + " "
CARD = "4111 1111 1111 1111"
IBAN = "GB82 WEST 1234 5698 7654 32"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEabc1234567890\n" * 8 + "-----END RSA PRIVATE KEY-----"
LONG_ADDRESS_PASSWORD = "postgres://admin:" + "aB3dE5fG" * 12 + "@db.example/x"

GUILTY = {
    "a vendor's key": f"Use {GITHUB} to sign in.",
    "a signed token, longer than what is held back": f"Send {JWT} along.",
    "a key of a hundred characters": f"Connect with {AZURE}now.",
    "a password behind its word": f"The password is {PASSWORD} for now.",
    "a long password inside an address": f"Open {LONG_ADDRESS_PASSWORD} now.",
    "a card": f"Pay with {CARD} today.",
    "an account number": f"Send it to {IBAN} today.",
    "a private key": f"Keep this:\n{PEM}\nand tell nobody.",
    "a token, its line speaks of keys before it": f"The api key stands here. {WORDS * 4} {TOKEN} it is.",
    "a token, its line speaks of keys behind it": f"Take {TOKEN} with you. {WORDS * 4} It is the api key.",
    "the same card twice": f"Pay with {CARD} or again {CARD} here.",
    "two cards": f"Pay with {CARD} or 5500 0000 0000 0004 here.",
}
INNOCENT = {
    "prose": WORDS * 5,
    "a long word": "x" * 300 + " and more",
    "a random token on a line that speaks of no keys": f"The part is {TOKEN} here. {WORDS}\nNext line.",
    "a checksum": f"The api key has the sha256 checksum {TOKEN} as it says.",
}
SECRETS = [GITHUB, JWT, AZURE.strip(), PASSWORD, "aB3dE5fG" * 12, CARD, IBAN, "MIIEabc1234567890"]


def pieces_of(text: str, cuts: Sequence[int], policy: Policy | None = None) -> tuple[list[str], Gate]:
    """The text let through piece by piece."""
    gate = Gate(policy or answer_policy())
    shown: list[str] = []
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(borders):
        gate.add(text[start:end])
        shown.append(gate.release())
    shown.append(gate.release(everything=True))
    return shown, gate


def masked(text: str) -> str:
    return mask(text, answer_policy().judge(text)).text


@pytest.mark.parametrize("text", [*GUILTY.values(), *INNOCENT.values()], ids=[*GUILTY, *INNOCENT])
@pytest.mark.parametrize("step", [1, 3, 7, 50, 10_000])
def test_pieces_joined_are_the_whole_masked(text: str, step: int) -> None:
    text = f"{WORDS}\n{text} {WORDS}"

    shown, gate = pieces_of(text, range(step, len(text), step))

    assert "".join(shown) == gate.released == masked(text)


@pytest.mark.parametrize("text", GUILTY.values(), ids=GUILTY)
def test_the_guilty_examples_are_guilty(text: str) -> None:
    assert masked(text) != text


TEXTS = st.lists(
    st.sampled_from(
        [
            *GUILTY.values(),
            *INNOCENT.values(),
            WORDS,
            "key",
            "password:",
            "\n",
            "sha256 ",
            TOKEN,
            ". ",
            "tel ",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 3000), max_size=60))
@example(text=GUILTY["a token, its line speaks of keys behind it"], cuts=list(range(0, 500, 5)))
def test_however_a_text_is_cut_it_comes_out_as_if_masked_at_once(text: str, cuts: list[int]) -> None:
    shown, _ = pieces_of(text, cuts)

    assert "".join(shown) == masked(text)


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, cuts=st.lists(st.integers(0, 3000), max_size=60))
def test_nothing_shown_on_the_way_holds_what_is_masked_in_the_end(text: str, cuts: list[int]) -> None:
    hidden = [secret for secret in SECRETS if secret in text and secret not in masked(text)]

    shown, _ = pieces_of(text, cuts)

    so_far = ""
    for piece in shown:
        so_far += piece
        assert not any(secret in so_far for secret in hidden)


def test_the_same_value_keeps_its_placeholder_and_two_values_share_none() -> None:
    shown, _ = pieces_of(f"{CARD} {WORDS}\n{CARD} {WORDS}\n5500 0000 0000 0004 {WORDS}\n", range(0, 400, 9))

    text = "".join(shown)
    assert text.count("<CREDIT_CARD_1>") == 2
    assert text.count("<CREDIT_CARD_2>") == 1


def test_a_placeholder_of_the_prompt_is_not_given_to_another_value() -> None:
    gate = Gate(answer_policy(), reserved="Charge <CREDIT_CARD_1>.")
    gate.add(f"Not that one but {CARD}.")

    assert gate.release(everything=True) == "Not that one but <CREDIT_CARD_2>."


def test_findings_say_where_their_placeholder_stands() -> None:
    _, gate = pieces_of(f"{WORDS}\nUse {GITHUB} and {CARD}.\n{WORDS}", range(0, 300, 11))

    named = {gate.released[finding.start : finding.end] for finding in gate.findings}
    assert named == {"<API_KEY_1>", "<CREDIT_CARD_1>"}


def test_a_value_that_the_documents_hold_is_shown() -> None:
    shown, _ = pieces_of(f"Pay with {CARD} today.", [4, 9], answer_policy(f"The card is {CARD}."))

    assert "".join(shown) == f"Pay with {CARD} today."


def test_prose_is_not_held_back_for_long() -> None:
    gate = Gate(answer_policy())
    gate.add(WORDS * 5)

    assert len(gate.release()) > len(WORDS) * 5 - 100


def test_text_without_spaces_between_words_flows() -> None:
    gate = Gate(answer_policy())
    gate.add("每天的餐费补贴是五十二欧元。" * 20)

    assert len(gate.release()) > 150


def test_nothing_of_the_text_is_in_its_repr() -> None:
    gate = Gate(answer_policy(), reserved="Tarnholm")
    gate.add(f"Tarnholm {CARD} ")
    gate.release(everything=True)

    assert "Tarnholm" not in repr(gate)
    assert "4111" not in repr(gate)


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("It goes round and round in this very same sentence. " * 3, True),
        ("It goes round and round in this very same sentence. " * 2, False),
        (WORDS, False),
    ],
    ids=["three times", "twice", "once"],
)
def test_a_circle_is_noticed_at_its_third_round(text: str, repeats: bool) -> None:
    gate = Gate(answer_policy())
    gate.add(text)

    assert gate.repeats() is repeats
