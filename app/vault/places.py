"""Where each sealed blob belongs: the associated data that binds it to its place.

Promises
    * Every place is encoded canonically (`envelope.fields`) and begins with a label of its own, so
      a blob of one kind never opens as one of another.

Not promised
    * Any secrecy: associated data is authenticated, not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.vault.envelope import fields, u32, u64

KIND_TURN = 1
"""A record of a turn. What it says of it (prompt, piece of answer, end) stands inside."""

KIND_LOST = 2
"""Stands where a record stood that no longer opened when the vault was re-keyed; empty."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in its conversation a record stands, and behind what."""

    sequence: int
    """From 0."""

    previous: bytes
    """The link of the record before."""

    kind: int = KIND_TURN


def slot(vault: bytes, slot_id: bytes, kind: int, parameters: bytes, salt: bytes) -> bytes:
    """Of the vault root key in a slot."""
    return fields(b"slot/1", vault, slot_id, bytes([kind]), parameters, salt)


def conversation_key(vault: bytes, conversation: bytes, key_version: int) -> bytes:
    """Of a conversation's key."""
    return fields(b"ck/1", vault, conversation, u32(key_version))


def conversation_id(vault: bytes, row_name: bytes) -> bytes:
    """Of a conversation's id beside its blind row name."""
    return fields(b"id/1", vault, row_name)


def summary(vault: bytes, conversation: bytes) -> bytes:
    """Of a conversation's title, times and number of turns."""
    return fields(b"meta/1", vault, conversation)


def setting(vault: bytes, row_name: bytes) -> bytes:
    """Of a setting kept in the vault."""
    return fields(b"set/1", vault, row_name)


def message(vault: bytes, conversation: bytes, key_version: int, at: Position) -> bytes:
    """Of the record at a position of a conversation."""
    return fields(
        b"msg/1", vault, conversation, u64(at.sequence), bytes([at.kind]), u32(key_version), at.previous
    )
