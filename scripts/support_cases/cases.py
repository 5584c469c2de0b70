"""Draws sentences from the libraries and makes the cases; the same seed makes the same cases."""

# ruff: noqa: S311 - the same seed must draw the same sentences; nothing here is a secret
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from grounding.chunking import sentences
from grounding.entity_linker import EntityLinker
from grounding.passages import Passage
from support_cases.material import Case, Library, plain_sentences, shown_with
from support_cases.true_sentences import PARAPHRASES, statement
from support_cases.wrong_sentences import WRONGS, Surroundings

SEED = 20261122


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sentence of a passage, parsed."""

    library: Library
    place: int
    doc: Any

    @property
    def unit(self) -> str:
        return self.library.passages[self.place].id


def cases(libraries: Sequence[Library], linker: EntityLinker, per_library: int) -> list[Case]:
    """About `per_library` sentences of each library, each true, in other words, and wrong in many ways."""
    drawn = [one for library in libraries for one in _drawn(library, linker, per_library)]
    names, pool = _foreign(drawn)
    made: list[Case] = []
    for number, one in enumerate(drawn):
        shown = shown_with(one.library, one.place)
        made += _true(one, shown, cites=number % 2 == 0)
        around = Surroundings(
            passage="\n".join(f"{passage.title}\n{passage.text}" for passage in shown),
            foreign_names=names[one.library.name] | _names_here(shown, linker),
            foreign_sentences=pool[one.library.name],
            chance=Random(f"{SEED}:{number}"),
        )
        made += _wrong(one, shown, around, cites=number % 2 == 0)
    for library in libraries:
        made += _answers(library, per_library)
    return made


def _drawn(library: Library, linker: EntityLinker, most: int) -> Iterator[_Drawn]:
    chance = Random(f"{SEED}:{library.name}")
    found = [
        (place, sentence)
        for place, passage in enumerate(library.passages)
        for sentence in plain_sentences(sentences(passage.text))
    ]
    for place, sentence in chance.sample(found, min(most, len(found))):
        doc = linker.parse(sentence)
        roots = [token for token in doc if token.dep_ == "ROOT"]
        subjects = [child for child in roots[0].children if child.dep_ in {"nsubj", "nsubjpass"}]
        if len(roots) == 1 and roots[0].pos_ in {"VERB", "AUX"} and subjects:
            yield _Drawn(library, place, doc)


def _true(one: _Drawn, shown: tuple[Passage, ...], *, cites: bool) -> Iterator[Case]:
    yield Case("verbatim", one.doc.text, shown, cites, one.library.name, one.unit)
    for kind, rule in PARAPHRASES.items():
        if text := rule(one.doc):
            yield Case(kind, text, shown, cites, one.library.name, one.unit)


def _wrong(one: _Drawn, shown: tuple[Passage, ...], around: Surroundings, *, cites: bool) -> Iterator[Case]:
    for kind, rules in WRONGS.items():
        for name, rule in rules.items():
            text = rule(one.doc, around)
            if text and text != one.doc.text:
                yield Case(
                    f"{kind}: {name}" if name else kind, text, shown, cites, one.library.name, one.unit
                )


def _answers(library: Library, most: int) -> Iterator[Case]:
    asked = list(library.questions)
    Random(f"{SEED}:questions").shuffle(asked)
    made = 0
    for number, (question, answer, place) in enumerate(asked):
        text = statement(question, answer)
        if text and made < most // 2:
            made += 1
            shown = shown_with(library, place)
            yield Case("question and answer", text, shown, number % 2 == 0, library.name, shown[0].id)


def _foreign(drawn: Sequence[_Drawn]) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[Any]]]:
    """Names by label and sentences, by library; the rules see to it that they are absent."""
    names: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    pool: dict[str, list[Any]] = defaultdict(list)
    for one in drawn:
        pool[one.library.name].append(one.doc)
        for entity in one.doc.ents:
            if entity.text[:1].isupper() and entity.text.replace(" ", "").isalpha():
                names[one.library.name][entity.label_].add(entity.text)
    return (
        {library: {label: sorted(held) for label, held in by.items()} for library, by in names.items()},
        dict(pool),
    )


def _names_here(shown: Sequence[Passage], linker: EntityLinker) -> dict[str, list[str]]:
    here: dict[str, set[str]] = defaultdict(set)
    for passage in shown[:2]:
        for entity in linker.parse(passage.text).ents:
            if entity.text[:1].isupper() and entity.text.replace(" ", "").isalpha():
                here[f"here {entity.label_}"].add(entity.text)
    return {label: sorted(held) for label, held in here.items()}
