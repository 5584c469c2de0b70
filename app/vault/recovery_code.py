"""The recovery code: 32 random bytes as 14 groups of four letters and digits, to print and to type.

The layout is specified in FORMAT.md: base32 (RFC 4648) of the bytes and their CRC-24 (RFC 4880, 6.1).

Promises
    * Every wrong character, every exchange of neighbours, and any damage within four neighbouring
      characters is noticed: a CRC finds all bursts up to its own length.
    * Case, blanks and dashes do not matter; 0 is read as O, 1 as I, 8 as B, which base32 does not have.
    * An error never contains the code or a part of it.

Not promised
    * Any stretching: the code carries 256 random bits, which nobody guesses.
    * That the group named as wrong is the only one.
"""

from __future__ import annotations

import base64
import unicodedata
from itertools import islice

from app.vault.envelope import KEY_BYTES
from app.vault.errors import RecoveryCodeError
from app.vault.slots import RecoveryKey

GROUPS = 14
_GROUP = 4
_CRC_BYTES = 3
_LENGTH = GROUPS * _GROUP
_LONGEST = 1000
"""Characters typed, blanks and all, above which nothing is looked at."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LOOK_ALIKES = str.maketrans("018", "OIB")
_CRC_START, _CRC_POLYNOMIAL = 0xB704CE, 0x1864CFB


def code_of(key: bytes) -> str:
    """What is printed for 32 bytes: groups of four, joined by dashes."""
    if len(key) != KEY_BYTES:
        raise ValueError("a recovery key has 32 bytes")
    text = base64.b32encode(key + _crc24(key)).decode()
    return "-".join(text[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def key_of(code: str) -> RecoveryKey:
    """What a typed code stands for. Raises RecoveryCodeError."""
    text = _cleaned(code)
    for at, letter in enumerate(text):
        if letter not in _ALPHABET:
            raise _wrong(at)
    if len(text) != _LENGTH:
        raise RecoveryCodeError(f"A recovery code has {_LENGTH} letters and digits; {len(text)} were given.")
    if not _holds(text):
        raise _wrong(_only_repair(text))
    return RecoveryKey(_bytes_of(text)[:KEY_BYTES])


def _cleaned(code: str) -> str:
    if len(code) > _LONGEST:
        raise RecoveryCodeError("This is too long for a recovery code.")
    folded = unicodedata.normalize("NFKC", code).upper().translate(_LOOK_ALIKES)
    return "".join(
        one
        for one in folded
        if one != "_" and unicodedata.category(one)[0] not in "ZC" and unicodedata.category(one) != "Pd"
    )


def _wrong(at: int | None) -> RecoveryCodeError:
    if at is None:
        return RecoveryCodeError("The recovery code has a mistake in it.")
    group = at // _GROUP + 1
    return RecoveryCodeError(f"The recovery code has a mistake, as it seems in group {group}.", group)


def _only_repair(text: str) -> int | None:
    """Where the one wrong character or exchange of neighbours is; None if that is not what happened."""
    letters = ((at, f"{text[:at]}{letter}{text[at + 1 :]}") for at in range(_LENGTH) for letter in _ALPHABET)
    exchanges = ((at, f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}") for at in range(_LENGTH - 1))
    found = [
        at for tries in (letters, exchanges) for at in islice((at for at, one in tries if _holds(one)), 2)
    ]
    return found[0] if len(found) == 1 else None


def _holds(text: str) -> bool:
    whole = _bytes_of(text)
    return _crc24(whole[:KEY_BYTES]) == whole[KEY_BYTES:]


def _bytes_of(text: str) -> bytes:
    return base64.b32decode(text)


def _crc24(content: bytes) -> bytes:
    """RFC 4880, section 6.1."""
    crc = _CRC_START
    for byte in content:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= _CRC_POLYNOMIAL
    return crc.to_bytes(_CRC_BYTES, "big")
