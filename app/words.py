"""A list of 2,048 short words that are hard to confuse (BIP 39, English); the only door to `mnemonic`."""

from __future__ import annotations

BITS = 11
"""Of one word."""


def listed() -> list[str]:
    """The words, in their order."""
    from mnemonic import Mnemonic

    return list(Mnemonic("english").wordlist)


def words_of(value: bytes, number: int) -> str:
    """The first `number` times eleven bits of a value as words, to be noted on paper and compared."""
    whole, bits, words = int.from_bytes(value, "big"), len(value) * 8, listed()
    if number * BITS > bits:
        raise ValueError("the value is too short for so many words")
    places = (bits - BITS * (at + 1) for at in range(number))
    return " ".join(words[whole >> place & (1 << BITS) - 1] for place in places)
