"""An answer as a whole: markers that name ids, and one verdict and score from those of its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grounding.support import JudgedSentence, Support

_NAMED = re.compile(r"\[(?P<ids>[^\[\]\n]{1,400})\](?!\()")


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The sentences of an answer and what they come to."""

    verdict: Support
    """Supported if every sentence that can be checked is; not_found if one is not found; else partly."""

    score: float
    """That of the worst sentence that can be checked, 0 to 1; 1 if there is none: it claims nothing."""

    sentences: tuple[JudgedSentence, ...] = field(repr=False)


def judged_answer(sentences: Sequence[JudgedSentence]) -> JudgedAnswer:
    """The whole is as good as its worst part: one invented sentence makes an answer unfit to be relied on."""
    checked = [sentence for sentence in sentences if sentence.support != "not_checked"]
    if not checked:
        return JudgedAnswer("not_checked", 1.0, tuple(sentences))
    held = {sentence.support for sentence in checked}
    verdict: Support = "not_found" if "not_found" in held else "partly" if "partly" in held else "supported"
    return JudgedAnswer(verdict, min(sentence.score for sentence in checked), tuple(sentences))


def with_positions(answer: str, ids: Sequence[str]) -> str:
    """The answer with markers such as ``[policy-7]`` turned into positions, ``[2]``, counted from 1.

    Ids that are bare numbers are left alone: a number in brackets is a position. A bracket of which
    one part is no id is left alone too.
    """
    place = {name: number for number, name in enumerate(ids, start=1) if not name.isdigit()}

    def numbered(found: re.Match[str]) -> str:
        if found["ids"] in place:
            return f"[{place[found['ids']]}]"
        parts = [part.strip() for part in re.split(r"[,;]", found["ids"])]
        known = all(part in place for part in parts)
        return f"[{', '.join(str(place[part]) for part in parts)}]" if known else found[0]

    return _NAMED.sub(numbered, answer)
