"""A recovery code can be typed from paper, and no slip of the hand passes for it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.vault.errors import RecoveryCodeError
from app.vault.recovery_code import code_of, key_of

KEY = bytes(range(7, 39))
CODE = code_of(KEY)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
keys = st.binary(min_size=32, max_size=32)


@given(keys)
def test_what_was_printed_is_what_is_read(key: bytes) -> None:
    assert key_of(code_of(key)).key == key


def test_it_is_fourteen_groups_of_four() -> None:
    assert [len(group) for group in CODE.split("-")] == [4] * 14


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(CODE.lower(), id="small letters"),
        pytest.param(CODE.replace("-", " "), id="blanks"),
        pytest.param(CODE.replace("-", ""), id="in one piece"),
        pytest.param(f"\n {CODE} \t\n".replace("-", " \u2013 "), id="long dashes and line ends"),
        pytest.param(CODE.replace("O", "0").replace("I", "1").replace("B", "8"), id="digits that look alike"),
    ],
)
def test_the_way_it_is_typed_does_not_matter(typed: str) -> None:
    assert key_of(typed).key == KEY


@pytest.mark.parametrize("at", range(56))
def test_every_single_wrong_character_is_noticed(at: int) -> None:
    plain = CODE.replace("-", "")
    wrong = [plain[:at] + letter + plain[at + 1 :] for letter in LETTERS.replace(plain[at], "")]

    for typed in wrong:
        key = base64.b32decode(typed)[:32]
        assert code_of(key).replace("-", "") != typed
    with pytest.raises(RecoveryCodeError):
        key_of(wrong[0])


@settings(max_examples=30)
@given(keys, st.integers(0, 54))
def test_every_exchange_of_neighbours_is_noticed(key: bytes, at: int) -> None:
    plain = code_of(key).replace("-", "")
    exchanged = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    if exchanged == plain:
        return

    with pytest.raises(RecoveryCodeError):
        key_of(exchanged)


@pytest.mark.parametrize("at", [0, 9, 31, 55])
def test_the_group_of_a_single_slip_is_named(at: int) -> None:
    plain = CODE.replace("-", "")
    letter = "A" if plain[at] != "A" else "B"

    with pytest.raises(RecoveryCodeError) as refusal:
        key_of(plain[:at] + letter + plain[at + 1 :])

    assert refusal.value.group == at // 4 + 1


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param(CODE[:-5], None, id="a group short"),
        pytest.param(CODE + "-AAAA", None, id="a group too many"),
        pytest.param(CODE[::-1], None, id="something else altogether"),
        pytest.param("A" * 2_000, None, id="far too long"),
        pytest.param("!" + CODE[1:], 1, id="a sign that no code has"),
        pytest.param(CODE[:-1] + "9", 14, id="a nine, which no code has"),
    ],
)
def test_what_is_no_code_is_refused_without_repeating_it(typed: str, group: int | None) -> None:
    with pytest.raises(RecoveryCodeError) as refusal:
        key_of(typed)

    assert refusal.value.group == group
    said = str(refusal.value) + refusal.value.remedy
    assert not any(part in said for part in CODE.split("-"))
