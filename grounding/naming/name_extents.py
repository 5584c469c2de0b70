"""Where in a text a name begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grounding.entities import LinkedMention
from grounding.naming.name_forms import LEGAL_SUFFIXES, Written

_WIDEST_GAP = 8
_WITHIN_NAME = re.compile(r"(?:[\s\-‐-―'’`.!/]|, )*&?(?:[\s\-‐-―'’`.!/])*")


def is_one_name(text: str, left: Written, right: Written) -> bool:
    """Whether two words are one name as far as what is between them goes; a line break may be."""
    between = text[left.end : right.start]
    # The bound also keeps a long run of blanks from making the pattern slow.
    if len(between) > _WIDEST_GAP or "\n\n" in between or not _WITHIN_NAME.fullmatch(between):
        return False
    if ", " in between:
        return right.word in LEGAL_SUFFIXES
    # A full stop ends a sentence unless it abbreviates.
    return ". " not in between or left.end - left.start <= 4  # noqa: PLR2004 - "St.", "Co.", "Bros."


def extent(text: str, words: Sequence[Written], first: int, end: int) -> tuple[int, int]:
    """Where the words from `first` to before `end` stand, with a legal suffix that follows them."""
    while (
        end < len(words)
        and words[end].word in LEGAL_SUFFIXES
        and text[words[end].start].isupper()
        and re.fullmatch(r",?\s", text[words[end - 1].end : words[end].start])
    ):
        end += 1
    return words[first].start, words[end - 1].end


def without_overlaps(found: list[LinkedMention]) -> tuple[LinkedMention, ...]:
    """Catalogued before others, dates with a value next, long before short, first before last."""
    kept: list[LinkedMention] = []
    for mention in sorted(found, key=_rank):
        entity = mention.entity
        if not any(entity.start < other.entity.end and other.entity.start < entity.end for other in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda mention: mention.entity.start))


def _rank(mention: LinkedMention) -> tuple[bool, bool, int, int, str]:
    entity = mention.entity
    return (mention.kind is None, entity.value is None, entity.start - entity.end, entity.start, entity.label)
