"""A box opens with its own key, in its own place, unaltered - or not at all."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from app.vault import envelope
from app.vault.envelope import MAX_RECORD_BYTES, OVERHEAD, fields, pad, padded_size, seal, unpad, unseal
from app.vault.errors import CipherMissingError, RecordTooLargeError, RecordUnreadableError

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
AAD = b"here"
records = st.binary(max_size=6_000)


@given(records, st.binary(max_size=100))
def test_what_was_sealed_is_what_comes_back(record: bytes, aad: bytes) -> None:
    assert unpad(unseal(seal(pad(record), key=KEY, aad=aad), key=KEY, aad=aad)) == record


def test_no_single_bit_of_a_record_can_be_flipped_unnoticed() -> None:
    sealed = seal(pad(b"x" * 1_500), key=KEY, aad=AAD)
    undetected = 0
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << (bit % 8)
        try:
            unseal(bytes(altered), key=KEY, aad=AAD)
        except RecordUnreadableError:
            continue
        undetected += 1

    assert (len(sealed) * 8, undetected) == ((2048 + OVERHEAD) * 8, 0)


def test_no_single_bit_of_the_place_can_be_flipped_unnoticed() -> None:
    aad = fields(b"msg/1", b"v" * 16, b"c" * 16, bytes(8))
    sealed = seal(b"hello", key=KEY, aad=aad)
    for bit in range(len(aad) * 8):
        altered = bytearray(aad)
        altered[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises(RecordUnreadableError):
            unseal(sealed, key=KEY, aad=bytes(altered))


@given(st.binary(max_size=200))
def test_bytes_that_nobody_sealed_do_not_open(box: bytes) -> None:
    with pytest.raises(RecordUnreadableError):
        unseal(box, key=KEY, aad=AAD)


def test_every_failure_says_the_same() -> None:
    sealed = seal(b"hello", key=KEY, aad=AAD)
    said = set()
    for box, key, aad in ((sealed, OTHER_KEY, AAD), (sealed, KEY, b"there"), (sealed[:-1], KEY, AAD)):
        with pytest.raises(RecordUnreadableError) as refusal:
            unseal(box, key=key, aad=aad)
        said.add((str(refusal.value), refusal.value.__cause__))

    assert len(said) == 1


def test_the_same_text_never_gives_the_same_box() -> None:
    assert len({seal(b"hello", key=KEY, aad=AAD) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("length", "size"),
    [(1, 256), (256, 256), (257, 512), (2049, 4096), (4096, 4096), (4097, 4608), (8192, 8192), (8193, 9216)],
)
def test_padding_goes_to_the_next_step(length: int, size: int) -> None:
    assert padded_size(length) == size


@given(st.integers(1, 2**25))
def test_padding_never_cuts_and_costs_at_most_an_eighth_above_4_kib(length: int) -> None:
    size = padded_size(length)

    assert size >= length
    assert padded_size(size) == size
    assert length <= 4096 or size <= length * 9 / 8 + 1


def test_a_record_above_the_ceiling_is_refused() -> None:
    with pytest.raises(RecordTooLargeError):
        pad(bytes(MAX_RECORD_BYTES + 1))


@given(st.lists(st.binary(max_size=9), max_size=5), st.lists(st.binary(max_size=9), max_size=5))
def test_two_different_lists_never_give_the_same_associated_data(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (fields(*one) == fields(*other)) == (one == other)


def test_a_missing_cipher_is_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_key: bytes) -> None:
        raise UnsupportedAlgorithm("AES-GCM-SIV is not supported by this version of OpenSSL")

    monkeypatch.setattr(envelope, "AESGCMSIV", absent)

    with pytest.raises(CipherMissingError) as refusal:
        envelope.require_cipher()
    assert refusal.value.remedy
