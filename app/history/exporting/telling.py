"""What a person reads of a conversation, whatever the form: one telling for Markdown and HTML. Pure.

The check of every sentence is told here, so that no form can leave out that one is not supported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.contract import ExportedConversation, ExportedTurn
from app.contract.ask import Support
from safety.terminal import safe_text

IN_CLEAR = "This copy is not encrypted: whoever can read the file can read the conversation."
MARKS: dict[Support, str] = {
    "supported": "",
    "partly": "only partly supported by the documents",
    "not_found": "not found in the documents",
    "not_checked": "not checked",
}
_STATES = {
    "complete": "",
    "interrupted": "The answer was interrupted.",
    "stopped": "The answer was stopped.",
    "failed": "The answer failed.",
    "refused": "The question or the answer was refused.",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the answer, and the check of the sentence that it is."""

    text: str = field(repr=False)
    mark: str = ""
    """Empty where nothing is to be said."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage under an answer."""

    number: int
    name: str = field(repr=False)
    text: str = field(repr=False)
    chunk: str
    sha256: str
    cited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One turn."""

    heading: str
    prompt: str = field(repr=False)
    answer: tuple[Piece, ...] = field(repr=False)
    sources: tuple[Source, ...] = field(repr=False)
    remarks: tuple[str, ...] = field(repr=False)


def heading_of(conversation: ExportedConversation) -> tuple[str, tuple[str, ...]]:
    """The title, and what is said below it."""
    said = [IN_CLEAR, f"Written from {_when(conversation.created)} to {_when(conversation.updated)}."]
    if conversation.tags:
        said.append(f"Tags: {', '.join(safe_text(tag) for tag in conversation.tags)}.")
    if conversation.damaged:
        said.append(f"Messages that could not be read and are missing here: {conversation.damaged}.")
    said.append(f"Conversation {conversation.id}.")
    return " ".join(safe_text(conversation.title).split()), tuple(said)


def told(conversation: ExportedConversation) -> list[Told]:
    """Every turn of every branch, in the order they were written; headings say what follows what."""
    numbers = {turn.id: at for at, turn in enumerate(conversation.turns, 1)}
    shown = _branch(conversation)
    return [_told(turn, numbers, shown) for turn in conversation.turns]


def _told(turn: ExportedTurn, numbers: dict[str, int], shown: set[str]) -> Told:
    number, parent = numbers[turn.id], numbers.get(turn.parent or "", 0)
    heading = f"Turn {number}"
    if parent != number - 1:
        heading += f", follows turn {parent}" if parent else ", another beginning"
    if turn.id not in shown:
        heading += " (another version)"
    result = turn.result if isinstance(turn.result, dict) else {}
    return Told(
        heading=f"{heading}, {_when(turn.started)}",
        prompt=safe_text(turn.prompt),
        answer=_pieces(safe_text(turn.answer), _sentences(result)),
        sources=_sources(turn, result),
        remarks=_remarks(turn, result),
    )


def _branch(conversation: ExportedConversation) -> set[str]:
    parents = {turn.id: turn.parent for turn in conversation.turns}
    path: set[str] = set()
    at = conversation.shown
    while at is not None and at in parents and at not in path:
        path.add(at)
        at = parents[at]
    return path


def _sentences(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Text and mark of the sentences that something is to be said about, as far as it is understood."""
    found = result.get("sentences")
    judged = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    marked = [(_text(one.get("text")), _mark_of(one.get("support"))) for one in judged]
    return [(safe_text(text.strip()), mark) for text, mark in marked if text.strip() and mark]


def _pieces(answer: str, marked: list[tuple[str, str]]) -> tuple[Piece, ...]:
    """The answer cut at the marked sentences; one that is not found word for word stands behind it."""
    pieces: list[Piece] = []
    missing: list[Piece] = []
    at = 0
    for text, mark in marked:
        begin = answer.find(text, at)
        if begin < 0:
            missing.append(Piece(f"\n\n{text}", mark))
            continue
        pieces += [Piece(answer[at:begin]), Piece(text, mark)]
        at = begin + len(text)
    pieces.append(Piece(answer[at:]))
    return tuple(piece for piece in (*pieces, *missing) if piece.text)


def _sources(turn: ExportedTurn, result: dict[str, Any]) -> tuple[Source, ...]:
    passages = [one for one in _listed(result.get("passages")) if isinstance(one, dict)]
    return tuple(
        Source(
            number=number,
            name=safe_text(
                ", ".join(part for part in (_title(passage), origin.document, origin.place) if part)
            ),
            text=safe_text(_text(passage.get("text"))),
            chunk=safe_text(origin.id),
            sha256=origin.sha256,
            cited=origin.used,
        )
        for number, (origin, passage) in enumerate(zip(turn.sources, passages, strict=True), 1)
    )


def _remarks(turn: ExportedTurn, result: dict[str, Any]) -> tuple[str, ...]:
    said = [_STATES[turn.state], *(_text(notice) for notice in _listed(result.get("notices")))]
    model, timings = result.get("model"), result.get("timings_ms")
    if isinstance(model, dict):
        checksum = _text(model.get("sha256"))[:12]
        said.append(f"Model: {_text(model.get('name'))}" + (f", checksum {checksum}…." if checksum else "."))
    if isinstance(timings, dict) and isinstance(total := timings.get("total"), float):
        said.append(f"Time: {total / 1000:.1f} s.")
    if turn.rating:
        reason = f": {turn.rating.reason}" if turn.rating.reason else ""
        said.append(f"Rated {turn.rating.rating} on {_when(turn.rating.time)}{reason}")
    return tuple(safe_text(one) for one in said if one)


def _mark_of(support: object) -> str:
    return next((mark for known, mark in MARKS.items() if known == support), "not checked")


def _title(passage: dict[str, Any]) -> str:
    title = _text(passage.get("title"))
    return "" if title == passage.get("document") else title


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _when(time: str) -> str:
    return safe_text(time[:16].replace("T", " ") + " UTC") if time else "an unknown time"
