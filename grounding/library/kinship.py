"""Documents that nearly equal each other, told by MinHash signatures of their words.

A signature estimates the Jaccard likeness of two sets (Broder, 1997): the share of `PERMUTATIONS` places in
which two signatures agree. Its standard error is at most 0.045, and 0.036 at a likeness of 0.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped] # has no type information

PERMUTATIONS = 128
SHINGLE = 3
"""Words in a row that make one member of the set."""

NEAR = 0.8
"""Likeness of word rows from which two documents are near duplicates."""

ALIKE = 0.4
"""Likeness of single words from which two documents with one name can be editions of each other."""

_WORDS_LIMIT = 200_000
"""Words of a document that are looked at."""

_WORD = re.compile(r"\w+")
_SEED = 1


@dataclass(frozen=True, slots=True)
class Signature:
    """What a document is compared by; as large for every document, and its text cannot be read from it."""

    rows: bytes = field(repr=False)
    """Of rows of `SHINGLE` words; PERMUTATIONS unsigned 32-bit numbers, little-endian."""

    words: bytes = field(repr=False)
    """Of single words."""


@dataclass(frozen=True, slots=True)
class Near:
    """Two documents that nearly equal each other."""

    first: str
    second: str
    likeness: float
    """From NEAR to 1."""


def signature(texts: Iterable[str]) -> Signature:
    """The signature of a document whose paragraphs are `texts`; the cuts between them do not matter."""
    words = list(islice(_words(texts), _WORDS_LIMIT))
    rows = {" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}
    return Signature(_packed(rows), _packed(set(words)))


def likeness(one: bytes, other: bytes) -> float:
    """Estimated Jaccard likeness of two packed sets, 0 to 1."""
    return float(np.mean(np.frombuffer(one, dtype="<u4") == np.frombuffer(other, dtype="<u4")))


def nearest(signature: Signature, others: Mapping[str, Signature]) -> Near | None:
    """The one of `others` that is most like `signature`, if it is a near duplicate; `first` is empty."""
    if not others:
        return None
    rows = np.frombuffer(b"".join(one.rows for one in others.values()), dtype="<u4")
    shares = (rows.reshape(len(others), PERMUTATIONS) == np.frombuffer(signature.rows, dtype="<u4")).mean(
        axis=1
    )
    best = int(shares.argmax())
    return Near("", list(others)[best], float(shares[best])) if shares[best] >= NEAR else None


def near_duplicates(signatures: Mapping[str, Signature]) -> tuple[Near, ...]:
    """Every pair of near duplicates, the most alike first; pairs come in the order of `signatures`.

    Candidates come from locality-sensitive hashing: no pair above NEAR is compared in vain, and one near the
    threshold may be missed.
    """
    index = MinHashLSH(threshold=NEAR - 0.05, num_perm=PERMUTATIONS)
    found: list[Near] = []
    for name, one in signatures.items():
        unpacked = MinHash(
            num_perm=PERMUTATIONS,
            seed=_SEED,
            scheme="affine32",
            hashvalues=np.frombuffer(one.rows, dtype="<u4"),
        )
        for other in index.query(unpacked):
            share = likeness(one.rows, signatures[other].rows)
            if share >= NEAR:
                found.append(Near(other, name, share))
        index.insert(name, unpacked)
    return tuple(sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second)))


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from (match.group().casefold() for match in _WORD.finditer(text))


def _packed(members: set[str]) -> bytes:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme="affine32")
    sketch.update_batch([member.encode() for member in members])
    return np.asarray(sketch.hashvalues, dtype="<u4").tobytes()
