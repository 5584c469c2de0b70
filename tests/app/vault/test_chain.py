"""The vault head is the same however its rows came, and another for any other rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import chain
from app.vault.envelope import unseal
from app.vault.errors import RecordUnreadableError
from app.vault.records import Binding, open_chain, seal_behind
from tests.app.vault import stranger

# Few names, so that rows are often replaced and taken away, some of them in one bucket.
names = st.sampled_from([bytes([first]) + bytes([last]) * 15 for first in (0, 7, 255) for last in range(4)])
changes = st.lists(st.tuples(names, st.none() | st.binary(max_size=4)), max_size=40)


def tabled(steps: list[tuple[bytes, bytes | None]]) -> tuple[chain.TableDigest, dict[bytes, bytes]]:
    """The digest after each step was asked for, as commits do, and the rows that are left."""
    table, rows = chain.TableDigest(), dict[bytes, bytes]()
    for name, content in steps:
        rows.pop(name, None)
        if content is not None:
            rows[name] = chain.row_digest(name, b"", content)
        table.put(name, rows.get(name))
        table.digest()
    return table, rows


@given(changes)
def test_a_table_that_was_changed_step_by_step_is_as_one_made_at_once(
    steps: list[tuple[bytes, bytes | None]],
) -> None:
    table, rows = tabled(steps)

    assert table.digest() == stranger.table_of(list(rows.values()))


@given(changes, changes)
def test_other_rows_give_another_digest(
    one: list[tuple[bytes, bytes | None]], other: list[tuple[bytes, bytes | None]]
) -> None:
    (first, rows), (second, others) = tabled(one), tabled(other)

    assert (first.digest() == second.digest()) == (rows == others)


def test_no_bit_of_what_binds_a_record_can_be_flipped_unnoticed() -> None:
    """Vault, conversation, sequence, key version and link: every bit of each, for a record of 1,500 bytes."""
    whole = Binding(b"v" * 16, b"c" * 16, 5, bytearray(b"k" * 32))
    [sealed], _ = seal_behind(whole, [b"x" * 1_500], 9, b"p" * 32)
    place = whole.place(9, b"p" * 32)
    for bit in range(len(place) * 8):
        altered = bytearray(place)
        altered[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(RecordUnreadableError):
            unseal(sealed.box, key=whole.key, aad=bytes(altered))


def test_a_mark_of_a_lost_record_keeps_its_place_and_opens_as_nothing() -> None:
    binding = Binding(b"v" * 16, b"c" * 16, 1, bytearray(32))
    sealed, tip = seal_behind(binding, [b"one", None, b"three"], 0, chain.GENESIS)

    assert open_chain(binding, sealed, tip) == [b"one", None, b"three"]
    assert len({len(one.box) for one in sealed}) == 1
