"""The earlier conversations: pinned ones first, archived ones and the bin apart; and a search over all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from rich.repr import Result
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from app.contract import ConversationShape, HitShape
from app.tui.entries import conversation_entry, hit_entry, in_shelf
from app.tui.widgets.search_box import SearchBox

Shelf = Literal["open", "archived", "bin"]

_SHELVES: tuple[Shelf, ...] = ("open", "archived", "bin")
_NAMES = {"open": "Open", "archived": "Archived", "bin": "Bin"}
_NONE = {
    "open": "None yet. Your questions will be kept here, encrypted.",
    "archived": "Nothing is archived.",
    "bin": "The bin is empty.",
}


class _Choice(OptionList):
    """Left and right turn to another shelf; without this they would scroll sideways."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.act('shelf_before')", "Shelf before", show=False),
        Binding("right", "screen.act('shelf_behind')", "Next shelf", show=False),
    ]


class Conversations(Vertical):
    """A list to pick from; Enter opens. While something is searched for, it lists the finds instead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete", "screen.act('delete')", "Delete", show=False),
    ]

    class Opened(Message):
        """The person wants to read an earlier conversation, from this turn on if one is named."""

        def __init__(self, conversation: str, turn: str | None = None) -> None:
            super().__init__()
            self.conversation = conversation
            self.turn = turn

    class Sought(Message):
        """Something else stands in the search box."""

        def __init__(self, typed: str) -> None:
            super().__init__()
            self.typed = typed

        @override
        def __rich_repr__(self) -> Result:
            # What is searched for must not be in a log of messages.
            yield "length", len(self.typed)

    class Meant(Message):
        """The person pressed Enter on what stands in the search box."""

        def __init__(self, typed: str) -> None:
            super().__init__()
            self.typed = typed

        @override
        def __rich_repr__(self) -> Result:
            yield "length", len(self.typed)

    def __init__(self) -> None:
        super().__init__(id="conversations")
        self.shelf: Shelf = "open"
        self._listed: Sequence[ConversationShape] = ()
        self._shown: list[ConversationShape] = []
        self._hits: list[HitShape] | None = None
        self._current: str | None = None
        self._now: datetime | None = None
        self._box = SearchBox()
        self._shelves = Static("", id="shelves", markup=False)
        self._progress = Static("", id="search-progress", markup=False)
        self._choice = _Choice(id="conversation-list", markup=False, compact=True)
        self._none = Static("", id="no-conversations", markup=False)

    @override
    def compose(self) -> ComposeResult:
        yield self._box
        yield self._shelves
        yield self._progress
        yield self._none
        yield self._choice

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self._progress.display = False

    def show(self, conversations: Sequence[ConversationShape], current: str | None, now: datetime) -> None:
        """List the conversations and put the cursor on the one on screen."""
        self._listed, self._current, self._now = conversations, current, now
        if self._hits is None:
            self._paint()

    def show_hits(self, hits: Sequence[HitShape], progress: str) -> None:
        """List what a search has found so far; the cursor stays on its place."""
        place = self._choice.highlighted if self._hits is not None else None
        self._hits = list(hits)
        self.add_class("-searching")
        self._shelves.display = False
        self._fill([hit_entry(hit, self._now) for hit in self._hits], "")
        self._say(progress)
        if self._hits:
            self._choice.highlighted = min(place or 0, len(self._hits) - 1)

    def show_all(self) -> None:
        """Back from the finds to the list."""
        self._hits = None
        self.remove_class("-searching")
        self._shelves.display = True
        self._say("")
        self._paint()

    @property
    def highlighted(self) -> ConversationShape | None:
        """The conversation under the cursor, or the one that the find under the cursor is in."""
        place = self._choice.highlighted
        if place is None:
            return None
        if self._hits is None:
            return self._shown[place] if place < len(self._shown) else None
        hit = self._hits[place] if place < len(self._hits) else None
        return next((one for one in self._listed if hit and one.id == hit.conversation), None)

    def take_focus(self) -> None:
        """Put the keyboard on the list, or on the search box when the list is empty."""
        if self._choice.highlighted is None:
            self._choice.action_first()
        (self._choice if self._choice.display else self._box).focus()

    def seek(self) -> None:
        """Put the keyboard into the search box, at once: a key that is on its way belongs there."""
        self.screen.set_focus(self._box)

    def clear_search(self) -> None:
        """Forget what was searched for."""
        if self._box.value or self._hits is not None:
            self._box.value = ""
            self.show_all()

    def remember(self, searches: Sequence[str]) -> None:
        """What Up in the search box brings back, newest first."""
        self._box.remember(searches)

    @property
    def has_memory(self) -> bool:
        """Whether there are earlier searches to bring back."""
        return bool(self._box.earlier)

    def turn(self, step: int) -> None:
        """Go to the next shelf: open, archived, bin."""
        if self._hits is None:
            self.shelf = _SHELVES[(_SHELVES.index(self.shelf) + step) % len(_SHELVES)]
            self._paint()
            self.take_focus()

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    @on(Input.Submitted, "#search")
    def _sent(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(self.Meant(event.value))
        self.go_down()

    def go_down(self) -> None:
        """From the search box to the list below it."""
        if self._choice.display:
            self.take_focus()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._hits is None:
            self.post_message(self.Opened(self._shown[event.option_index].id))
        else:
            hit = self._hits[event.option_index]
            self.post_message(self.Opened(hit.conversation, hit.turn))

    def _paint(self) -> None:
        kept = [one for one in self._listed if in_shelf(one) == self.shelf]
        self._shown = sorted(kept, key=lambda one: not one.pinned)
        entries = [conversation_entry(one, self._now, self._current) for one in self._shown]
        self._fill(entries, _NONE[self.shelf])
        self._shelves.update(self._heading())
        ids = [one.id for one in self._shown]
        if self._current in ids:
            self._choice.highlighted = ids.index(self._current)
        elif self._choice.has_focus:
            self._choice.action_first()

    def _fill(self, entries: Sequence[Content], none: str) -> None:
        self._choice.clear_options()
        self._choice.add_options(Option(entry, id=f"c-{place}") for place, entry in enumerate(entries))
        self._choice.display = bool(entries)
        self._none.update(none)
        self._none.display = bool(none) and not entries

    def _heading(self) -> Content:
        numbers = {shelf: sum(in_shelf(one) == shelf for one in self._listed) for shelf in _SHELVES}
        parts = [
            Content.styled(
                _NAMES[shelf] + (f" {numbers[shelf]:,}" if numbers[shelf] and shelf != "open" else ""),
                "bold underline" if shelf == self.shelf else "$secondary",
            )
            for shelf in _SHELVES
        ]
        return Content("  ").join(parts)

    def _say(self, progress: str) -> None:
        self._progress.update(progress)
        self._progress.display = bool(progress)
