"""Conversations as Open WebUI exports them. Pure.

There is no specification; this follows exports as people describe them: a list of chats, or one chat,
with `chat.history.messages` (id to message with `parentId`) and `currentId`; older ones have a plain
list `chat.messages`, and some lack the outer object.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Literal

from app.history.importing.messages import Message, Thread
from app.history.importing.values import listed, mapping, moment, name, text
from app.history.turns import RatingRecord

PROGRAM = "Open WebUI"
_THOUGHTS = re.compile(
    r'<details type="(?:reasoning|code_interpreter|tool_calls)"[^>]*>.*?</details>', re.DOTALL
)
_ROLES: dict[str, Literal["user", "assistant", "other"]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "other",
    "tool": "other",
}
_REASON_LIMIT = 2_000


def is_open_webui(item: dict[str, Any]) -> bool:
    """Whether a chat has one of the forms."""
    chat = mapping(item.get("chat")) or item
    in_a_tree = isinstance(mapping(chat.get("history")).get("messages"), dict)
    return in_a_tree or isinstance(chat.get("messages"), list)


def thread_of(item: dict[str, Any]) -> Thread:
    """Read leniently; what was left out is in `notes`."""
    chat = mapping(item.get("chat")) or item
    history = mapping(chat.get("history"))
    nodes = mapping(history.get("messages")) or _in_line(listed(chat.get("messages")))
    left_out: Counter[str] = Counter()
    created = moment(item.get("created_at")) or moment(chat.get("timestamp")) or moment(item.get("timestamp"))
    return Thread(
        program=PROGRAM,
        id=name(item.get("id")) or name(chat.get("id")) or " ".join([created, *sorted(nodes)]),
        title=(text(item.get("title")) or text(chat.get("title"))).strip() or "Untitled",
        created=created,
        updated=moment(item.get("updated_at")),
        messages={key: _message(mapping(node), left_out) for key, node in nodes.items()},
        current=name(history.get("currentId")),
        tags=_tags(item, chat),
        pinned=item.get("pinned") is True,
        archived=item.get("archived") is True,
        notes=[f"{what} left out: {number}." for what, number in sorted(left_out.items())],
    )


def _in_line(messages: list[Any]) -> dict[str, Any]:
    """A plain list as a tree; each message follows the one before it, unless it says otherwise."""
    nodes: dict[str, Any] = {}
    before: str | None = None
    for at, one in enumerate(messages):
        message = mapping(one)
        key = name(message.get("id")) or f"message {at}"
        nodes[key] = message if "parentId" in message else {**message, "parentId": before}
        before = key
    return nodes


def _message(message: dict[str, Any], left_out: Counter[str]) -> Message:
    role = _ROLES.get(text(message.get("role")))
    if role is None:
        left_out["Messages of an unknown role"] += 1
    if files := len(listed(message.get("files"))):
        left_out["Pictures, sounds and other files"] += files
    time = moment(message.get("timestamp"))
    return Message(
        parent=name(message.get("parentId")),
        role=role or "other",
        text=_said(message.get("content")),
        time=time,
        model=text(message.get("model")) if role == "assistant" else "",
        rating=_rating(mapping(message.get("annotation")), time),
    )


def _said(content: object) -> str:
    parts = [text(part) or text(mapping(part).get("text")) for part in listed(content)]
    return _THOUGHTS.sub("", text(content) or "\n".join(part for part in parts if part)).strip()


def _rating(annotation: dict[str, Any], time: str) -> RatingRecord | None:
    rating = {"1": "good", "-1": "bad"}.get(str(annotation.get("rating")))
    if rating is None:
        return None
    reason = text(annotation.get("comment")) or text(annotation.get("reason"))
    return RatingRecord("good" if rating == "good" else "bad", reason[:_REASON_LIMIT], time)


def _tags(item: dict[str, Any], chat: dict[str, Any]) -> tuple[str, ...]:
    said = listed(mapping(item.get("meta")).get("tags")) or listed(chat.get("tags"))
    found = [text(tag) or text(mapping(tag).get("name")) for tag in said]
    return tuple(dict.fromkeys(tag for tag in found if tag))
