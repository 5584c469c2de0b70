"""Our part of the command palette."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import SystemCommand

from app.tui.screens.chat import ChatScreen


def commands(chat: ChatScreen) -> Iterable[SystemCommand]:
    """Everything that can be done in a conversation; titles are constants, as the palette reads markup."""
    yield SystemCommand("New conversation", "Begin with an empty page", chat.action_new)
    yield SystemCommand("Open sources", "The passages behind the answer", chat.action_sources)
    yield SystemCommand("Conversations", "Open an earlier one", chat.action_conversations)
    yield SystemCommand("Add documents…", "A file or a folder", chat.action_add_documents)
    yield SystemCommand("Load the sample handbook", "Try Inhouse at once", chat.action_sample)
    yield SystemCommand("Stop", "End the running answer", chat.stop)
    yield SystemCommand("Copy the last answer", "With its sources", chat.action_copy)
