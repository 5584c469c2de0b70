"""The cost of a guess is bounded before it is paid, and fitted to the machine."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path

import pytest

from app.vault import opening, slots
from app.vault.errors import CostRefusedError, VaultError, WrongPassphraseError
from app.vault.keys import FLOOR, KdfCost, VaultKeys, calibrated, derive
from app.vault.slots import Slot, make, open_slot
from tests.app.vault.makings import edited, opened

VAULT, ROOT = b"v" * 16, bytearray(b"r" * 32)


@pytest.mark.parametrize(
    "cost",
    [
        pytest.param(KdfCost(8, 3, 1), id="8 KiB"),
        pytest.param(KdfCost(64 * 1024 - 1, 3, 1), id="just below 64 MiB"),
        pytest.param(KdfCost(64 * 1024 * 1024, 3, 1), id="64 GiB"),
        pytest.param(KdfCost(65536, 2, 1), id="two passes"),
        pytest.param(KdfCost(65536, 0, 1), id="no pass"),
        pytest.param(KdfCost(65536, 11, 1), id="eleven passes"),
        pytest.param(KdfCost(65536, 3, 0), id="no lane"),
        pytest.param(KdfCost(65536, 3, 255), id="255 lanes"),
    ],
)
def test_a_cost_outside_the_range_is_refused_before_memory_is_taken(cost: KdfCost) -> None:
    tracemalloc.start()
    with pytest.raises(CostRefusedError):
        derive("passphrase", bytes(16), cost)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20 * 2**20


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(lambda _: 0.8, KdfCost(), id="just right"),
        pytest.param(lambda _: 0.2, KdfCost(passes=10), id="a fast machine gets more passes"),
        pytest.param(lambda _: 0.001, KdfCost(passes=10), id="but never above the ceiling"),
        pytest.param(lambda c: c.memory / 2**17, KdfCost(memory=2**17), id="a slow one gets less memory"),
        pytest.param(lambda _: 60.0, KdfCost(memory=2**16), id="but never below the floor"),
        pytest.param(
            lambda c: math.inf if c.memory > 2**16 else 1.0,
            KdfCost(memory=2**16),
            id="or one short of memory",
        ),
    ],
)
def test_the_cost_is_fitted(seconds, expected: KdfCost) -> None:  # type: ignore[no-untyped-def]  # lambdas
    assert calibrated(seconds) == expected


def test_a_slot_opens_with_its_passphrase_only() -> None:
    slot = make(VAULT, ROOT, "correct horse", FLOOR)

    assert open_slot(VAULT, slot, "correct horse") == ROOT
    assert open_slot(VAULT, slot, "correct hors") is None


def test_no_bit_of_a_slot_can_be_flipped_unnoticed() -> None:
    """With a keyring's key, so that every flip can be tried; the passphrase slot has vectors of its own."""
    key = b"k" * 32
    stored = make(VAULT, ROOT, key, None).to_bytes()
    slot_id = b"s" * 16
    for bit in range(len(stored) * 8):
        altered = bytearray(stored)
        altered[bit // 8] ^= 1 << (bit % 8)
        try:
            root = open_slot(VAULT, Slot.from_bytes(slot_id, bytes(altered)), key)
        except VaultError:
            continue
        assert root is None, f"bit {bit}"


def test_working_keys_differ_and_are_overwritten() -> None:
    keys = VaultKeys(bytearray(b"r" * 32))
    held = [keys.root, keys.wrap, keys.meta, keys.head]

    assert len({bytes(key) for key in held}) == 4
    keys.wipe()
    assert all(key == bytes(32) for key in held)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        pytest.param(4, (8).to_bytes(4, "big"), id="memory lowered"),
        pytest.param(4, (2**26).to_bytes(4, "big"), id="memory raised"),
        pytest.param(8, bytes(4), id="no pass"),
        pytest.param(12, (255).to_bytes(4, "big"), id="255 lanes"),
    ],
)
def test_forged_costs_in_a_vault_are_refused(folder: Path, at: int, value: bytes) -> None:
    _alter_passphrase_slot(folder, at, value)

    with pytest.raises(CostRefusedError):
        opening.open_vault(folder, "any passphrase at all")
    with opened(folder) as (vault, _):
        assert vault.entries() == []


@pytest.mark.parametrize(
    ("at", "value"),
    [
        pytest.param(4, (8).to_bytes(4, "big"), id="memory of 8 KiB"),
        pytest.param(4, (64 * 2**20).to_bytes(4, "big"), id="memory of 64 GiB"),
        pytest.param(8, bytes(4), id="no pass"),
        pytest.param(8, b"\xff" * 4, id="passes without end"),
        pytest.param(12, (255).to_bytes(4, "big"), id="255 lanes"),
        pytest.param(0, b"\x02", id="an unknown format"),
        pytest.param(1, b"\x02", id="an unknown suite"),
        pytest.param(3, b"\x07", id="an unknown key derivation"),
        pytest.param(3, bytes(13), id="no key derivation for a passphrase"),
    ],
)
def test_no_forged_header_reaches_the_key_derivation(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int, value: bytes
) -> None:
    _alter_passphrase_slot(folder, at, value)
    derived: list[object] = []
    monkeypatch.setattr(slots, "derive", lambda *given: derived.append(given))

    with pytest.raises(VaultError) as refusal:
        opening.open_vault(folder, "any passphrase at all")

    assert derived == []
    assert not isinstance(refusal.value, WrongPassphraseError)


def test_no_more_than_four_slots_are_tried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with edited(folder) as file:
        [(body,)] = file.execute("SELECT body FROM slot WHERE substr(body, 3, 1) = x'01'").fetchall()
        file.executemany("INSERT INTO slot VALUES (?, ?)", [(bytes([at]) * 16, body) for at in range(20)])
    tried: list[object] = []

    def count(*given: object) -> bytearray:
        tried.append(given)
        return bytearray(32)

    monkeypatch.setattr(slots, "derive", count)

    with pytest.raises(WrongPassphraseError):
        opening.open_vault(folder, "any passphrase at all")
    assert len(tried) == 3, "beside the slot of the keyring"


def test_another_salt_is_a_wrong_passphrase(folder: Path) -> None:
    _alter_passphrase_slot(folder, 16, bytes(16))

    with pytest.raises(WrongPassphraseError):
        opening.open_vault(folder, "any passphrase at all")


def _alter_passphrase_slot(folder: Path, at: int, value: bytes) -> None:
    with edited(folder) as file:
        for slot_id, body in file.execute("SELECT id, body FROM slot").fetchall():
            if body[2] == 1:
                altered = body[:at] + value + body[at + len(value) :]
                file.execute("UPDATE slot SET body = ? WHERE id = ?", (altered, slot_id))
