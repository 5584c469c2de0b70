"""Our part of the command palette."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.app import SystemCommand

from app.tui.screens.chat import ChatScreen
from app.turn import Mode

_WAYS: tuple[tuple[Mode, str, str], ...] = (
    ("documents_only", "Answer from documents only", "What they do not say is not answered"),
    ("documents_first", "Answer from documents first", "A marked general answer where they do not say"),
    ("free", "Answer freely", "Without documents, marked as such"),
)


def commands(chat: ChatScreen) -> Iterable[SystemCommand]:
    """Everything that can be done in a conversation; titles are constants, as the palette reads markup."""
    yield SystemCommand("New conversation", "Begin with an empty page", chat.action_new)
    yield SystemCommand("Open sources", "The passages behind the answer", chat.action_sources)
    yield SystemCommand("Conversations", "Open an earlier one", chat.action_conversations)
    yield SystemCommand("Add documents…", "A file or a folder", chat.action_add_documents)
    yield SystemCommand("Load the sample handbook", "Try Inhouse at once", chat.action_sample)
    for mode, title, words in _WAYS:
        yield SystemCommand(title, words, partial(chat.choose_mode, mode))
    yield SystemCommand("Edit the search", "To change it and send it again", chat.action_edit_search)
    yield SystemCommand("Why these passages", "What was weighed for the answer", chat.lookups.explain)
    yield SystemCommand("Generations", "States of the knowledge base", chat.lookups.generations)
    yield SystemCommand("Stop", "End the running answer", chat.stop)
    yield SystemCommand("Copy the last answer", "With its sources", chat.action_copy)
