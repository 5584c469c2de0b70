"""How facts are said in the window: ages, places, stages, failures. Nothing foreign leaves unsafe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.contract import PassageShape
from app.errors import EXPECTED
from app.turn import Mode
from safety.terminal import safe_line, safe_text

KINDS = "PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, HTML, Markdown, text, CSV, JSON, XML, mail"
"""What can be added, for people."""

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800

_STAGES = {
    "normalise_prompt": "reading the question",
    "screen_prompt": "checking the question",
    "link_entities": "recognising names",
    "rewrite_follow_up": "completing the question",
    "find_passages": "searching your documents",
    "screen_passages": "checking the passages",
    "decide_answerability": "weighing the evidence",
    "build_request": "fitting the passages to the model",
    "write_answer": "writing",
    "check_answer": "checking the answer",
    "polish_answer": "finishing",
}


_OF_DOCUMENTS = frozenset({"find_passages", "screen_passages", "decide_answerability"})
"""Stages that a free answer passes without doing anything."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure as the person sees it."""

    message: str = field(repr=False)
    remedy: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """Both, for a message."""
        return f"{self.message}\n{self.remedy}".strip()


def trouble_of(error: BaseException) -> Trouble:
    """Message and remedy of an error; one outside the expected families is named as the bug it is."""
    if isinstance(error, EXPECTED):
        return Trouble(safe_text(str(error)).strip(), safe_text(error.remedy))
    what = safe_line(f"{type(error).__name__}: {error}".rstrip(": "), 200)
    return Trouble(
        f"Something in Inhouse itself broke ({what}).",
        "This is a fault of the program. Try again; if it happens again, restart Inhouse.",
    )


def stage_label(stage: str, mode: Mode = "documents_only") -> str:
    """What the program is doing, for the status line; nothing of documents in a free conversation."""
    if mode == "free" and stage in _OF_DOCUMENTS:
        return "getting ready"
    if mode == "free" and stage == "build_request":
        return "fitting the question to the model"
    return _STAGES.get(stage) or safe_line(stage.replace("_", " "), 40)


def age(moment: str | None, now: datetime) -> str:
    """How long ago an ISO 8601 moment was: "just now", "5 min ago", "yesterday", "12 Mar 2026"."""
    then = _parsed(moment)
    if then is None:
        return ""
    seconds = int((now - then).total_seconds())
    for limit, words in (
        (_MINUTE, "just now"),
        (_HOUR, f"{seconds // _MINUTE} min ago"),
        (_DAY, f"{seconds // _HOUR} h ago"),
        (2 * _DAY, "yesterday"),
        (_WEEK, f"{seconds // _DAY} days ago"),
    ):
        if seconds < limit:
            return words
    return f"{then.day} {then:%b %Y}"


def _parsed(moment: str | None) -> datetime | None:
    if not moment:
        return None
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def place_of(passage: PassageShape) -> str:
    """Where in its document a passage stands: "page 3", "slide 4" or "lines 10 to 24"; empty if unknown."""
    if passage.place:
        return safe_line(passage.place, 80)
    if passage.page is not None:
        return f"page {passage.page}"
    if passage.line_start is None:
        return ""
    if passage.line_end in {None, passage.line_start}:
        return f"line {passage.line_start}"
    return f"lines {passage.line_start} to {passage.line_end}"


def short_place_of(passage: PassageShape) -> str:
    """The same for a narrow list: "p. 3" or "l. 10–24"."""
    if passage.place:
        return safe_line(passage.place, 20)
    if passage.page is not None:
        return f"p. {passage.page}"
    if passage.line_start is None:
        return ""
    end = "" if passage.line_end in {None, passage.line_start} else f"–{passage.line_end}"
    return f"l. {passage.line_start}{end}"


def title_of(passage: PassageShape) -> str:
    """Title of the passage's document, or its file name when it has none."""
    return safe_line(passage.title or passage.document, 120)


def stale_words(passage: PassageShape) -> str:
    """What became of the passage's file since it was read; empty if it is as it was."""
    return {"": "", "changed": "⚠ file changed since", "gone": "⚠ file is gone"}[passage.stale]


def mode_label(mode: Mode) -> str:
    """Where answers come from, for the status line; empty for the usual way."""
    return {"documents_only": "", "documents_first": "documents first", "free": "FREE: not from documents"}[
        mode
    ]


def scores_of(passage: PassageShape) -> str:
    """How the passage was found, in figures."""
    parts = [f"score {passage.score:.3f}"]
    if passage.dense is not None:
        parts.append(f"similarity {passage.dense:.2f}")
    if passage.lexical is not None:
        parts.append(f"words {passage.lexical:.1f}")
    if passage.entity is not None:
        parts.append(f"names {passage.entity:.0%}")
    return " · ".join(parts)


def count(number: int, one: str, many: str = "") -> str:
    """One document, or 2 documents: the number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
