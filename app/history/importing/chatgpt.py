"""Conversations as ChatGPT exports them: `conversations.json`, a tree of messages under `mapping`. Pure.

There is no specification; this follows exports as people describe them. A node has a `parent` and
`children` and perhaps a `message`; a message has `author.role`, `content` of a `content_type` with
`parts`, `create_time` in seconds, and `metadata` with `model_slug`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Literal

from app.history.importing.messages import Message, Thread
from app.history.importing.values import listed, mapping, moment, name, text

PROGRAM = "ChatGPT"
_THOUGHTS = frozenset({"thoughts", "reasoning_recap", "user_editable_context", "model_editable_context"})
# Places of citations in a private alphabet; without its web page they point at nothing.
_MARKERS = re.compile("\ue200[^\ue201]*\ue201")


def is_chatgpt(item: dict[str, Any]) -> bool:
    """Whether a conversation has the form."""
    return isinstance(item.get("mapping"), dict)


def thread_of(item: dict[str, Any]) -> Thread:
    """Read leniently; what was left out is in `notes`."""
    nodes = {key: mapping(node) for key, node in item["mapping"].items()}
    parents = {
        child: key for key, node in nodes.items() for child in listed(node.get("children")) if name(child)
    }
    left_out: Counter[str] = Counter()
    messages = {
        key: _message(node, name(node.get("parent")) or parents.get(key), left_out)
        for key, node in nodes.items()
    }
    return Thread(
        program=PROGRAM,
        id=name(item.get("id")) or name(item.get("conversation_id")) or _instead_of_an_id(item),
        title=text(item.get("title")).strip() or "Untitled",
        created=moment(item.get("create_time")),
        updated=moment(item.get("update_time")),
        messages=messages,
        current=name(item.get("current_node")),
        archived=item.get("is_archived") is True,
        notes=[f"{what} left out: {number}." for what, number in sorted(left_out.items())],
    )


def _message(node: dict[str, Any], parent: str | None, left_out: Counter[str]) -> Message:
    message = mapping(node.get("message"))
    content, about = mapping(message.get("content")), mapping(message.get("metadata"))
    role = _role(text(mapping(message.get("author")).get("role")), message, left_out)
    hidden = about.get("is_visually_hidden_from_conversation") is True
    if role == "other" or hidden or text(content.get("content_type")) in _THOUGHTS:
        return Message(parent=parent, role="other")
    return Message(
        parent=parent,
        role=role,
        text=_said(content, left_out),
        time=moment(message.get("create_time")),
        model=text(about.get("model_slug")),
    )


def _role(
    said: str, message: dict[str, Any], left_out: Counter[str]
) -> Literal["user", "assistant", "other"]:
    if said == "user":
        return "user"
    if said == "assistant":
        # What the model wrote to a tool was no answer.
        return "assistant" if message.get("recipient") in (None, "all") else "other"
    if message and said not in ("system", "tool"):
        left_out["Messages of an unknown role"] += 1
    return "other"


def _said(content: dict[str, Any], left_out: Counter[str]) -> str:
    pieces = [text(content.get("text"))]
    for part in listed(content.get("parts")):
        piece = text(part) or text(mapping(part).get("text"))
        if not piece and isinstance(part, dict):
            left_out["Pictures, sounds and other files"] += 1
            piece = "[a file that was not imported]"
        pieces.append(piece)
    return _MARKERS.sub("", "\n".join(piece for piece in pieces if piece)).strip()


def _instead_of_an_id(item: dict[str, Any]) -> str:
    return f"{text(item.get('title'))} {moment(item.get('create_time'))} {' '.join(sorted(item['mapping']))}"
