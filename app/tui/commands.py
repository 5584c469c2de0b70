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


_ACTS = (
    ("find", "Search conversations", "Words, phrases and filters in everything kept"),
    ("menu", "This conversation…", "Rename, tag, pin, archive, merge, export, delete, erase"),
    ("add_documents", "Add documents…", "A file or a folder"),
    ("sample", "Load the sample handbook", "Try Inhouse at once"),
    ("edit_search", "Edit the search", "To change it and send it again"),
    ("explain", "Why these passages", "What was weighed for the answer"),
    ("copy", "Copy the last answer", "With its sources"),
    ("again", "Ask again", "The same question, as a branch"),
    ("edit", "Ask otherwise", "Edit an earlier question; sending it makes a branch"),
    ("version_before", "Version before", "Another answer or another wording"),
    ("version_behind", "Next version", "Another answer or another wording"),
    ("go_on", "Continue the answer", "From where it was cut off"),
    ("good", "Rate the answer good", "Once more: give a reason, or take it back"),
    ("bad", "Rate the answer bad", "Once more: give a reason, or take it back"),
    ("save_again", "Save again", "The answer that the disk refused"),
)
_OF_A_CONVERSATION = (
    ("rename", "Rename conversation…", "Give it another title"),
    ("tags", "Tag conversation…", "Words to find it by"),
    ("pin", "Pin conversation", "To the top of the list, or no longer"),
    ("archive", "Archive conversation", "Out of the ordinary list, or back"),
    ("merge", "Merge conversations…", "Take others into this one"),
    ("export", "Export conversation…", "Markdown, HTML or JSON, in clear"),
    ("delete", "Delete conversation", "To the bin, still sealed"),
    ("take back", "Take conversation from the bin", "Undo the deletion"),
    ("erase", "Erase conversation for good…", "Its keys are destroyed"),
)


def commands(chat: ChatScreen) -> Iterable[SystemCommand]:
    """Everything that can be done in a conversation; titles are constants, as the palette reads markup."""
    yield SystemCommand("New conversation", "Begin with an empty page", chat.action_new)
    yield SystemCommand("Open sources", "The passages behind the answer", chat.action_sources)
    yield SystemCommand("Conversations", "Open an earlier one", chat.action_conversations)
    for name, title, words in _ACTS:
        yield SystemCommand(title, words, partial(chat.action_act, name))
    for name, title, words in _OF_A_CONVERSATION:
        yield SystemCommand(title, words, partial(chat.arranging.act, name))
    allowed = chat.room.status.facts.status.rules.modes
    for mode, title, words in (way for way in _WAYS if way[0] in allowed):
        yield SystemCommand(title, words, partial(chat.choose_mode, mode))
    yield SystemCommand("Generations", "States of the knowledge base", chat.lookups.generations)
    yield SystemCommand("Stop", "End the running answer", chat.stop)
