"""How likely it is that a slip of the keyboard turned one word into another."""

from __future__ import annotations

from itertools import groupby

_SLIP = 5.0
"""Natural logarithm of how much rarer two slips in a word are than one."""

_USUAL = 2.0
"""Off for the slips that make up most: swapped neighbours, a letter doubled or not, a wrong vowel."""

_FIRST_LETTER = 2.5
"""On for a wrong first letter: writers rarely miss it (Pollock and Zamora, "Automatic spelling correction in
scientific and scholarly text", CACM 1984: 3% and 8% of errors)."""

_VOWELS = str.maketrans("aeiouy", "......")


def slip_cost(written: str, meant: str) -> float:
    """Minus the logarithm of the probability of the slip, up to a constant; lower is likelier."""
    from rapidfuzz.distance import OSA

    cost = _SLIP * OSA.distance(written, meant)
    if written[0] != meant[0]:
        cost += _FIRST_LETTER
    if is_usual_slip(written, meant):
        cost -= _USUAL
    return cost


def is_usual_slip(written: str, meant: str) -> bool:
    """Whether it is one of the commonest slips, however many letters it changed."""
    return (
        has_same_letters(written, meant)
        or _undoubled(written) == _undoubled(meant)
        or written.translate(_VOWELS) == meant.translate(_VOWELS)
    )


def is_single_slip(written: str, meant: str) -> bool:
    """Whether one letter is too many, too few or wrong, or two neighbours are swapped."""
    from rapidfuzz.distance import OSA

    return OSA.distance(written, meant) == 1


def lacks_a_letter(written: str, meant: str) -> bool:
    """Whether all letters stand in order and one is missing."""
    return any(meant[:at] + meant[at + 1 :] == written for at in range(len(meant)))


def has_same_letters(written: str, meant: str) -> bool:
    """Whether letters only changed places."""
    return sorted(written) == sorted(meant)


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))
