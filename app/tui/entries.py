"""Entries of the list of conversations: a conversation, and a find with what was found in it marked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from textual.content import Content

from app.contract import ConversationShape, HitShape
from app.tui.wording import age
from safety.terminal import safe_line, safe_text

_TITLE = 60
_SNIPPET = 160
"""Characters shown of a find."""

_BEFORE = 40
"""Characters shown before what was found."""

_FOUND = "bold on $primary 25%"
_PARTS = {
    "title": "title",
    "tag": "tag",
    "prompt": "question",
    "answer": "answer",
    "source": "source",
}


def in_shelf(conversation: ConversationShape) -> Literal["open", "archived", "bin"]:
    """Where a conversation is listed."""
    if conversation.binned is not None:
        return "bin"
    return "archived" if conversation.archived else "open"


def conversation_entry(conversation: ConversationShape, now: datetime | None, current: str | None) -> Content:
    """Title with its pin, below it the age and the tags."""
    on_screen = conversation.id == current
    said = [age(conversation.updated, now) if now else ""]
    if conversation.binned and now:
        said = [f"deleted {age(conversation.binned, now)}"]
    said += [f"#{safe_line(tag, 20)}" for tag in conversation.tags]
    return Content.assemble(
        ("▌ " if on_screen else "  ", "$primary"),
        ("◆ " if conversation.pinned else "", "$accent"),
        ("⚠ " if conversation.damaged else "", "bold $warning"),
        (safe_line(conversation.title, _TITLE) or "Untitled", "bold" if on_screen else ""),
        (f"\n  {' '.join(part for part in said if part)}", "$secondary"),
    )


def hit_entry(hit: HitShape, now: datetime | None) -> Content:
    """Title of the conversation, the part and age of the find, and its words with the found ones marked."""
    when = age(hit.time, now) if now else ""
    where = " · ".join(part for part in (_PARTS[hit.part], when) if part)
    head = Content.assemble(
        (safe_line(hit.title, _TITLE) or "Untitled", "bold"), (f"  {where}\n", "$secondary")
    )
    return Content.assemble(head, marked_snippet(hit.snippet, hit.highlights), "\n")


def marked_snippet(snippet: str, highlights: Sequence[tuple[int, int]]) -> Content:
    """The piece of text around the first find, every find in it marked; foreign text made harmless.

    Highlights that lie outside the snippet are left out.
    """
    places = sorted((start, end) for start, end in highlights if 0 <= start < end <= len(snippet))
    begin = _word_from(snippet, max(places[0][0] - _BEFORE, 0), places[0][0]) if places else 0
    stop = min(begin + _SNIPPET, len(snippet))
    parts: list[Content] = [Content("…" if begin else "")]
    done = begin
    for start, end in places:
        if start < done or end > stop:
            continue
        parts += [Content(_flat(snippet[done:start])), Content.styled(_flat(snippet[start:end]), _FOUND)]
        done = end
    parts += [Content(_flat(snippet[done:stop])), Content("…" if stop < len(snippet) else "")]
    return Content("").join(parts)


def _word_from(text: str, begin: int, end: int) -> int:
    """The beginning of the first whole word between two places; the first place where there is none."""
    if begin == 0:
        return 0
    blank = text.find(" ", begin, end)
    return begin if blank < 0 else blank + 1


def _flat(text: str) -> str:
    # Each piece by itself: blanks at its ends part it from its neighbours and must stay.
    return safe_text(text).replace("\n", " ").replace("\t", " ")
