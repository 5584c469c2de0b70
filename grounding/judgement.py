"""How well a library answers an administrator's own questions: the question file, and the figures.

A question file holds one JSON object a line: `id`, `question`, `relevant` (paths, file names or ids of the
documents that answer it) and, for a follow-up, `turns` (`speaker` "user" or "agent", `text`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from grounding.errors import QuestionsUnusableError

MOST_BYTES = 16 << 20
MOST_QUESTIONS = 10_000
_LONGEST_TEXT = 20_000
"""Characters of a question or a turn."""

_MOST_LISTED = 200
"""Documents or turns of one question."""

CUTS = (1, 3, 5, 10)
_KEYS = {"id", "question", "turns", "relevant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One line of a question file."""

    id: str
    question: str = field(repr=False)
    relevant: tuple[str, ...]
    earlier: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Earlier (prompt, answer) pairs, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What a question found."""

    id: str
    rank: int | None
    """Place of the first relevant document, counted from 1 among different documents; None if not found."""

    documents: tuple[str, ...]
    """Paths, best first, each once."""

    recall: tuple[float, ...]
    """Share of the relevant documents among the first k, for each of `CUTS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Means over all questions, 0 to 1."""

    questions: int
    recall: dict[int, float]
    """Of each of `CUTS`."""

    mrr: float
    """Mean of 1 / rank, 0 where nothing relevant was found (Voorhees 1999)."""


def read_questions(file: Path) -> tuple[Question, ...]:
    """The questions of a file. Raises QuestionsUnusableError, which names the first bad line."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as reason:
        raise QuestionsUnusableError(f"{file} cannot be read ({reason.strerror}).") from None
    if len(data) > MOST_BYTES:
        raise QuestionsUnusableError(f"{file.name} is larger than {MOST_BYTES >> 20} MB.", "Split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        number = data.count(b"\n", 0, reason.start) + 1
        raise QuestionsUnusableError(f"{file.name}, line {number}: this is not UTF-8 text.") from None
    found = tuple(_questions(text, file.name))
    if not found:
        raise QuestionsUnusableError(f"{file.name} holds no question.")
    return found


def ranked(question: Question, documents: Sequence[str]) -> Ranked:
    """Judge the documents found for a question, best first; repeated ones count once."""
    found = tuple(dict.fromkeys(documents))
    # A name may fit several documents: any of them serves, and it is found with the first.
    places = [
        next((place for place, one in enumerate(found, 1) if is_meant(wanted, one)), None)
        for wanted in question.relevant
    ]
    known = [place for place in places if place is not None]
    return Ranked(
        id=question.id,
        rank=min(known, default=None),
        documents=found,
        recall=tuple(sum(place <= cut for place in known) / len(places) for cut in CUTS),
    )


def figures(results: Sequence[Ranked]) -> Figures:
    """Means over the results; there must be at least one."""
    count = len(results)
    return Figures(
        questions=count,
        recall={cut: sum(one.recall[at] for one in results) / count for at, cut in enumerate(CUTS)},
        mrr=sum(1 / one.rank for one in results if one.rank) / count,
    )


def is_meant(wanted: str, document: str) -> bool:
    """Whether a path, the end of one, or a file name with or without its ending means this document."""
    path, name = PurePath(document), PurePath(wanted)
    return path == name or path.parts[-len(name.parts) :] == name.parts or path.stem == wanted


def _questions(text: str, name: str) -> Iterator[Question]:
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if len(seen) >= MOST_QUESTIONS:
            raise QuestionsUnusableError(f"{name} holds more than {MOST_QUESTIONS} questions.", "Split it.")
        where = f"{name}, line {number}"
        question = _question(_object(line, where), where)
        if question.id in seen:
            raise QuestionsUnusableError(f"{where}: the id stands in line {seen[question.id]} too.")
        seen[question.id] = number
        yield question


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise QuestionsUnusableError(f"{where}: this is not JSON.") from None
    if not isinstance(value, dict):
        raise QuestionsUnusableError(f"{where}: this is not a JSON object.")
    if unknown := sorted(set(value) - _KEYS):
        raise QuestionsUnusableError(f"{where}: unknown key {unknown[0][:40]!r}.")
    return value


def _question(value: dict[str, Any], where: str) -> Question:
    name = value.get("id")
    if not isinstance(name, (str, int)) or isinstance(name, bool) or not str(name):
        raise QuestionsUnusableError(f'{where}: "id" must be a text.')
    relevant = value.get("relevant")
    if not isinstance(relevant, list) or not relevant or not all(_is_text(one) for one in relevant):
        raise QuestionsUnusableError(f'{where}: "relevant" must list at least one document by path or name.')
    if not _is_text(value.get("question")):
        raise QuestionsUnusableError(
            f'{where}: "question" must be a text of at most {_LONGEST_TEXT} characters.'
        )
    if len(relevant) > _MOST_LISTED:
        raise QuestionsUnusableError(f'{where}: "relevant" lists more than {_MOST_LISTED} documents.')
    return Question(
        id=str(name),
        question=value["question"],
        relevant=tuple(dict.fromkeys(relevant)),
        earlier=_earlier(value.get("turns") or [], where),
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= _LONGEST_TEXT


def _earlier(turns: Any, where: str) -> tuple[tuple[str, str], ...]:
    """Turns as pairs; a prompt without an answer has an empty one."""
    if not isinstance(turns, list) or len(turns) > _MOST_LISTED or not all(map(_is_turn, turns)):
        raise QuestionsUnusableError(
            f'{where}: "turns" must list at most {_MOST_LISTED} objects with "speaker" and "text".'
        )
    pairs: list[tuple[str, str]] = []
    for turn in turns:
        if turn["speaker"] == "user":
            pairs.append((turn["text"], ""))
        elif pairs:
            before, said = pairs[-1]
            pairs[-1] = (before, f"{said}\n{turn['text']}".strip())
    return tuple(pairs)


def _is_turn(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"speaker", "text"}
        and value["speaker"] in {"user", "agent"}
        and isinstance(value["text"], str)
        and len(value["text"]) <= _LONGEST_TEXT
    )
