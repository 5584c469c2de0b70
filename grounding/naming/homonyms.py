"""Which of several things of one name is meant: by context, then by a fixed rule, else none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grounding.naming.mention_rules import AGREEING_LABELS, family_of
from grounding.naming.name_forms import Form, forms_of
from grounding.text.words import content_stems

if TYPE_CHECKING:
    from grounding.entity_catalogue import CatalogueEntry

_MOST_WORDS = 4
"""Context words that count; more of the same prove nothing new."""

_WORD_WEIGHT = 2
_LABEL_WEIGHT = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that a mention may stand for, and why it may."""

    entry: CatalogueEntry
    form: Form = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was meant; None if that stays open."""

    entry: CatalogueEntry | None
    reason: str


def decide(candidates: Sequence[Candidate], *, context: str, label: str) -> Decision:
    """The entry that a mention means.

    Args:
        candidates: at least one; those the rules accepted.
        context: the text around the mention, without it.
        label: spaCy's label of the mention, or empty.
    """
    if len(candidates) == 1:
        return Decision(candidates[0].entry, candidates[0].reason)
    words = set(content_stems(context))
    scored = sorted(
        ((_evidence(one.entry, words, label), one) for one in candidates),
        key=lambda pair: (-pair[0], pair[1].form.strength, not pair[1].form.of_name, pair[1].entry.id),
    )
    (best, first), (next_best, second) = scored[0], scored[1]
    if best > next_best:
        return Decision(first.entry, "of several of this name, the one the context speaks of")
    if _share_classes(first.entry, second.entry):
        return Decision(first.entry, "share classes of one firm; the first by id")
    if first.form.of_name and not second.form.of_name:
        return Decision(first.entry, "of several, the one whose own name it is")
    return Decision(None, f"{len(candidates)} entries have this name and nothing decides between them")


def _evidence(entry: CatalogueEntry, words: set[str], label: str) -> int:
    about = {word for text in (entry.description, *entry.names, entry.kind) for word in content_stems(text)}
    agrees = label in AGREEING_LABELS[family_of(entry.kind)]
    return _WORD_WEIGHT * min(len(about & words), _MOST_WORDS) + _LABEL_WEIGHT * agrees


def _share_classes(left: CatalogueEntry, right: CatalogueEntry) -> bool:
    if left.kind != right.kind:
        return False
    left_forms = {form.words for form in forms_of(left.name, left.kind, of_name=True)}
    right_forms = {form.words for form in forms_of(right.name, right.kind, of_name=True)}
    marked = all("class" in entry.name.casefold() for entry in (left, right))
    return marked and bool(left_forms & right_forms)
