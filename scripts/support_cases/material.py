"""Passages of the sample handbook, the Contoso documents and the SQuAD part, and their plain sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grounding.chunking import chunk
from grounding.loaders.registry import load
from grounding.passages import Passage

_SHORTEST, _LONGEST = 7, 45
"""Words of a sentence that is worth altering."""

_KINDS = {
    ".pdf": "pdf", ".docx": "docx", ".html": "html", ".md": "markdown", ".txt": "text"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Library:
    """Passages of one origin, in order, and questions on them where there are any."""

    name: str
    passages: tuple[Passage, ...] = field(repr=False)
    questions: tuple[tuple[str, str, int], ...] = field(default=(), repr=False)
    """Question, answer, place of the passage that answers it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, the passages shown with it, and what it is."""

    kind: str
    text: str
    shown: tuple[Passage, ...]
    cites: bool
    """Whether it cites its passage, which is the first of `shown`; otherwise it cites none."""

    origin: str
    unit: str
    """The passage it was made from: halves are split by this, so that no passage is in both."""


def squad(folder: Path) -> Library:
    rows = _lines(folder / "passages.jsonl")
    place = {row["id"]: at for at, row in enumerate(rows)}
    asked = [q for q in _lines(folder / "questions.jsonl") if q["answerable"] and q["passage_id"] in place]
    return Library(
        "squad",
        tuple(_passage(row["id"], row["title"], row["text"]) for row in rows),
        tuple((q["question"], min(q["answers"], key=len), place[q["passage_id"]]) for q in asked),
    )


def documents(name: str, folder: Path) -> Library:
    """Every file of a folder, cut as the program cuts it (a word counted as 1.4 tokens)."""
    passages: list[Passage] = []
    for file in sorted(folder.iterdir()):
        kind = _KINDS.get(file.suffix)
        if kind is None:
            continue
        loaded = load(kind, file.read_bytes(), name=file.name)
        pieces = chunk(loaded, version=file.name, count_tokens=lambda text: int(len(text.split()) * 1.4) + 1)
        passages += [
            _passage(f"{file.name}#{at}", loaded.title, piece.text) for at, piece in enumerate(pieces)
        ]
    return Library(name, tuple(passages))


def shown_with(library: Library, place: int) -> tuple[Passage, ...]:
    """The passage itself, then its three neighbours: as near to it as wrong passages get."""
    around = [place, place - 1, place + 1, place + 2]
    return tuple(library.passages[at % len(library.passages)] for at in around)


def plain_sentences(texts: Sequence[str]) -> Iterator[str]:
    """Sentences that a person could have written as an answer: no table rows, headings or fragments."""
    for text in texts:
        sentence = " ".join(text.rsplit("\n\n", 1)[-1].split())  # without the heading before it
        words = sentence.split()
        plain = sentence[:1].isupper() and sentence.endswith(".") and "|" not in sentence
        if plain and _SHORTEST <= len(words) <= _LONGEST and not any(mark in sentence for mark in '•*"“”:'):
            yield sentence


def _passage(name: str, title: str, text: str) -> Passage:
    return Passage(id=name, document_id=name, document=name, title=title, text=text)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
