"""Public evaluation data as it lies in `shared/eval`: rows of JSON, passages as files, turns as exchanges."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def rows_of(file: Path) -> list[Row]:
    """The objects of a JSON Lines file, in order; blank lines hold none."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def as_files(passages: Iterable[Row], folder: Path) -> dict[str, str]:
    """Each passage in a Markdown file of its own; passage id to file name, equal texts to the first one's."""
    folder.mkdir(parents=True)
    written: dict[str, str] = {}
    names: dict[str, str] = {}
    for number, passage in enumerate(passages):
        title = f"# {passage['title']}\n\n" if passage["title"] else ""
        text = f"{title}{passage['text']}\n"
        name = names[passage["id"]] = written.setdefault(text, f"{number:04d}.md")
        (folder / name).write_text(text, encoding="utf-8")
    return names


def exchanges(turns: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """Earlier turns as (prompt, answer) pairs; a prompt without an answer has an empty one."""
    pairs: list[tuple[str, str]] = []
    for turn in turns:
        if turn["speaker"] == "user":
            pairs.append((turn["text"], ""))
        elif pairs:
            pairs[-1] = (pairs[-1][0], turn["text"])
    return tuple(pairs)


def article(row: Row) -> str:
    """The article of p01_squad that a question or a passage is from."""
    return str(row.get("passage_id", row["id"])).rsplit("#", maxsplit=1)[0]
