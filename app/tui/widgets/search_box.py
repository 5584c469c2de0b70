"""The box above the conversations: finds words, phrases and beginnings of words in everything kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input
from typing_extensions import override

from safety.terminal import safe_line

LONGEST = 500
"""Characters of a search."""


class LineBox(Input):
    """One line; what is pasted into it is made harmless first."""

    def _on_paste(self, event: events.Paste) -> None:
        # Textual would take the text as it is.
        event.stop()
        event.prevent_default()
        self.replace(safe_line(event.text, LONGEST), *self.selection)


class SearchBox(LineBox):
    """Down goes to the finds, Up brings back earlier searches, Escape clears."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.act('down')", "Finds", show=False),
        Binding("up", "recall", "Earlier search", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(
            placeholder="Search all (Ctrl+F)",
            id="search",
            compact=True,
            max_length=LONGEST,
            # What is typed in the list moves here; selected text would be lost to the second letter.
            select_on_focus=False,
        )
        self.earlier: list[str] = []
        self._place = -1

    def remember(self, searches: Sequence[str]) -> None:
        """Searches to bring back, newest first; those that became longer while they were typed only once."""
        self.earlier, self._place = [], -1
        for search in searches:
            if not any(later.startswith(search) for later in self.earlier):
                self.earlier.append(search)

    @override
    def action_cursor_left(self, select: bool = False) -> None:
        """In an empty box to the shelf before: a shelf without entries has no list to press the key in."""
        if self.value:
            super().action_cursor_left(select)
        else:
            self.call_later(self.run_action, "screen.act('shelf_before')")

    @override
    def action_cursor_right(self, select: bool = False) -> None:
        """In an empty box to the next shelf."""
        if self.value:
            super().action_cursor_right(select)
        else:
            self.call_later(self.run_action, "screen.act('shelf_behind')")

    def action_recall(self) -> None:
        """Bring back the search before."""
        if self.earlier:
            self._place = (self._place + 1) % len(self.earlier)
            self.value = safe_line(self.earlier[self._place], LONGEST)
            self.cursor_position = len(self.value)
