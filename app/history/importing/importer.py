"""Takes conversations over from files: our own exports, ChatGPT's and Open WebUI's.

Promises
    * A conversation is imported whole, in one commit, or not at all; each that is not has a note.
    * What is here already is not imported again, whether it began here or was imported before.
    * No size, depth, circle, gap or wrong type in a file raises anything but ImportUnusableError.

Not promised
    * That an export of this program was not edited before it was imported. Its verdicts are those that
      stand in it; only the text of passages is held against a hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from app.contract import ImportNote, ImportShape
from app.errors import ImportUnusableError
from app.history.core import id_of
from app.history.history import History
from app.history.importing import chatgpt, open_webui, own
from app.history.importing.messages import past_of
from app.history.importing.past import PastConversation, restore
from app.history.importing.reading import documents_in
from app.history.importing.values import listed, mapping, text
from app.history.origin import origin_of
from app.history.shelf import TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT

MOST_CONVERSATIONS = 100_000
MOST_NOTES = 500

_Source = Literal["inhouse", "chatgpt", "open-webui"]


def import_file(history: History, file: Path) -> ImportShape:
    """Import all conversations of a JSON or ZIP file. Raises ImportUnusableError, HistoryError.

    After a HistoryError, such as a full disk, the conversations before it are here, and importing the
    same file again brings the others.
    """
    work = _Import(history)
    for document in documents_in(file):
        for source, item in _items(document, file.name):
            work.take(source, item)
    return work.report(file.name)


class _Import:
    def __init__(self, history: History) -> None:
        self._history = history
        self._known = _known(history)
        self._source: _Source | None = None
        self._imported: list[str] = []
        self._turns = self._already_here = self._taken = self._unsaid = 0
        self._notes: list[ImportNote] = []

    def take(self, source: _Source, item: dict[str, Any]) -> None:
        """Import one conversation, or note why not."""
        self._source = self._source or source
        self._taken += 1
        title = " ".join(text(item.get("title")).split())[:100]
        if self._taken > MOST_CONVERSATIONS:
            self._note(title, f"Only {MOST_CONVERSATIONS} conversations are read from one file.", taken=False)
            return
        try:
            past, notes = _past(source, item)
            if past.origin in self._known:
                self._already_here += 1
                return
            conversation = restore(self._history, past)
        except ImportUnusableError as reason:
            self._note(title, str(reason), taken=False)
            return
        self._known |= {past.origin, conversation}
        self._imported.append(conversation)
        self._turns += len(past.turns)
        for note in notes:
            self._note(title, note, taken=True)

    def report(self, name: str) -> ImportShape:
        """What was done. Raises ImportUnusableError if there was nothing to do."""
        if self._source is None:
            raise ImportUnusableError(f"{name} holds no conversations.")
        if self._unsaid:
            said = f"Further notes: {self._unsaid}."
            self._notes.append(ImportNote(conversation="", reason=said, taken=True))
        return ImportShape(
            source=self._source,
            imported=self._imported,
            turns=self._turns,
            already_here=self._already_here,
            notes=self._notes,
        )

    def _note(self, title: str, reason: str, *, taken: bool) -> None:
        if len(self._notes) < MOST_NOTES:
            self._notes.append(ImportNote(conversation=title, reason=reason, taken=taken))
        else:
            self._unsaid += 1


def _items(document: Any, name: str) -> Iterator[tuple[_Source, dict[str, Any]]]:
    top = mapping(document)
    if own.is_own(top):
        if not own.is_known(top):
            raise ImportUnusableError(
                f"{name} was written by another version of this program.", "Import it with that version."
            )
        yield from (("inhouse", mapping(item)) for item in listed(top.get("conversations")))
        return
    many = listed(document) or listed(top.get("conversations")) or listed(top.get("chats")) or [document]
    for item in map(mapping, many):
        if chatgpt.is_chatgpt(item):
            yield "chatgpt", item
        elif open_webui.is_open_webui(item):
            yield "open-webui", item


def _past(source: _Source, item: dict[str, Any]) -> tuple[PastConversation, list[str]]:
    if source == "inhouse":
        return own.past_of(item), []
    thread = chatgpt.thread_of(item) if source == "chatgpt" else open_webui.thread_of(item)
    thread.title = thread.title[:TITLE_LIMIT]
    thread.tags = tuple(tag[:TAG_LIMIT] for tag in thread.tags[:TAGS_LIMIT])
    return past_of(thread), thread.notes


def _known(history: History) -> set[str]:
    """Ids of all conversations, and of those that they were imported from."""
    known: set[str] = set()
    for one in history.conversations():
        with history.core.at_work() as vault:
            origin = None if one.damaged else origin_of(vault.read(id_of(one.id)))
        known |= {one.id, origin or one.id}
    return known
