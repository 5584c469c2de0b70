"""Answers as people and models write them, over real passages: true ones, and ones that are not.

MTRAG's reference answers lie beside the passages they were written from, Contoso's beside the pages they cite
and the pages around those. Not every word of them is in there: what is counted as a doubt may be a right one.
"""

# ruff: noqa: S311 - the same seed must draw the same answers; nothing here is a secret
from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from grounding.chunking import chunk
from grounding.citations import place
from grounding.entity_linker import EntityLinker
from grounding.loaders.registry import load
from grounding.passages import Passage
from support_cases.wrong_sentences import Surroundings, negated, new_name, new_number

SEED = 20261122
_ALTERED = {"number changed": new_number, "name changed": new_name, "negated": negated}


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its answer and what it was written from."""

    group: str
    """Conversation or document: halves are split by this, and what is untrue is drawn from the same one."""

    text: str = field(repr=False)
    shown: tuple[Passage, ...] = field(repr=False)
    around: frozenset[str] = frozenset()
    """Ids of passages that another answer must not rest on, to count as another matter."""


@dataclass(frozen=True, slots=True)
class NaturalCase:
    """An answer, what it is, and the passages it is held against."""

    kind: str
    """"true", "of another turn", "sentence added", or what was altered in one of its sentences."""

    text: str = field(repr=False)
    shown: tuple[Passage, ...] = field(repr=False)
    wrong: tuple[str, ...] = field(default=(), repr=False)
    """Those of its sentences that are not true; the rest are."""

    origin: str = ""
    group: str = ""


def conversations(folder: Path) -> list[Answered]:
    """MTRAG's answerable turns."""
    passages = {
        row["id"]: _passage(row["id"], row["title"], row["text"]) for row in _lines(folder / "passages.jsonl")
    }
    return [
        Answered(
            task["id"].partition("<")[0],
            task["reference_answer"],
            tuple(passages[name] for name in task["relevant"]),
            frozenset(task["relevant"]),
        )
        for task in _lines(folder / "tasks.jsonl")
        if task["relevant"] and task["answerability"] == "answerable"
    ]


def cited_pages(folder: Path) -> list[Answered]:
    """Contoso's answers that cite pages, with these pages and one more on either side."""
    asked = [row for row in _lines(folder / "questions.jsonl") if row["pages"]]
    pages = {name: _pages(folder / "files" / name) for name in {row["pages"][0]["file"] for row in asked}}
    found = []
    for row in asked:
        name = row["pages"][0]["file"]
        cited = {page["page"] for page in row["pages"] if page["file"] == name}
        near = {number + step for number in cited for step in (-1, 0, 1)} & pages[name].keys()
        shown = tuple(pages[name][number] for number in sorted(near))
        found.append(Answered(name, row["reference_answer"], shown, frozenset(one.id for one in shown)))
    return found


def natural_cases(origin: str, answers: Sequence[Answered], linker: EntityLinker) -> Iterator[NaturalCase]:
    """Each answer as it is, and untrue in several ways; the same seed makes the same ones."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for one in answers:
        groups[one.group].append(one)
    names = _names(answers, linker)
    for number, one in enumerate(answers):
        chance = Random(f"{SEED}:{origin}:{number}")
        yield NaturalCase("true", one.text, one.shown, (), origin, one.group)
        others = [other for other in groups[one.group] if not other.around & one.around]
        if others:
            other = chance.choice(others)
            wrong = _sentences(other.text)
            yield NaturalCase("of another turn", other.text, one.shown, wrong, origin, one.group)
            added = chance.choice(wrong)
            text = f"{one.text.rstrip()} {added}"
            yield NaturalCase("sentence added", text, one.shown, (added,), origin, one.group)
        around = Surroundings(
            "\n".join(f"{passage.title}\n{passage.text}" for passage in one.shown), names, (), chance
        )
        yield from _altered(one, origin, linker, around)


def _altered(one: Answered, origin: str, linker: EntityLinker, around: Surroundings) -> Iterator[NaturalCase]:
    whole = _sentences(one.text)
    for kind, rule in _ALTERED.items():
        for sentence in around.chance.sample(whole, len(whole)):
            doc = linker.parse(sentence)
            changed = rule(doc, around) if any(token.dep_ == "ROOT" for token in doc) else ""
            if changed and changed != sentence and sentence in one.text:
                text = one.text.replace(sentence, changed, 1)
                wrong = tuple(said for said in _sentences(text) if said not in whole)
                yield NaturalCase(kind, text, one.shown, wrong, origin, one.group)
                break


def _names(answers: Sequence[Answered], linker: EntityLinker) -> dict[str, Sequence[str]]:
    """Names of all answers by label; the rule sees to it that they are absent where they are put."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in answers:
        for entity in linker.parse(one.text).ents:
            if entity.text[:1].isupper() and entity.text.replace(" ", "").isalpha():
                found[entity.label_].add(entity.text)
    return {label: sorted(held) for label, held in found.items()}


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in place(text, ()) if sentence.kind == "text")


def _pages(file: Path) -> dict[int, Passage]:
    loaded = load("pdf", file.read_bytes(), name=file.name)
    texts: dict[int, list[str]] = defaultdict(list)
    for piece in chunk(loaded, version=file.name, count_tokens=lambda text: len(text.split())):
        texts[piece.page or 0].append(piece.text)
    return {
        number: _passage(f"{file.name}#{number}", loaded.title, "\n".join(held))
        for number, held in texts.items()
    }


def _passage(name: str, title: str, text: str) -> Passage:
    return Passage(id=name, document_id=name, document=name, title=title, text=text)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
