"""The conversation on screen; follows its end as long as the reader is there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.widgets import Button

from app.contract import TurnShape
from app.tui.widgets.turn import TurnView
from app.tui.widgets.welcome import Welcome

_NEAR = 2
"""Rows from the end within which the reader counts as being there."""

_BATCH = 20
"""Exchanges mounted at once: a long history must not hold up the window."""

_ABOVE = 2
"""Exchanges shown above the one that is gone to."""


class Transcript(VerticalScroll):
    """Exchanges, oldest first. A long conversation shows its latest part, the rest on request."""

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.following = True
        self._hidden: list[TurnShape] = []
        self._later: list[TurnShape] = []
        self._welcome: Welcome | None = None

    @property
    def views(self) -> list[TurnView]:
        """The exchanges on screen."""
        return list(self.query(TurnView))

    @property
    def last(self) -> TurnView | None:
        """The latest exchange."""
        views = self.views
        return views[-1] if views else None

    async def begin(self, prompt: str) -> TurnView:
        """Add an exchange that starts now, and go to it."""
        await self.complete()
        self.following = True
        await self._clear_welcome()
        view = TurnView(prompt)
        await self.mount(view)
        return view

    async def complete(self) -> None:
        """Show the exchanges up to the last one, where a find was shown in the middle of many."""
        later, self._later = self._later, []
        if later:
            await self.query("#later").remove()
            await self.mount_all([TurnView(turn.prompt, turn) for turn in later])

    async def cut(self, view: TurnView) -> None:
        """Take an exchange and those behind it off the screen."""
        await self.complete()
        views = self.views
        for each in views[views.index(view) :]:
            await each.remove()

    async def show(self, turns: Sequence[TurnShape], at: str | None = None) -> TurnView | None:
        """Replace everything by an earlier conversation; go to the exchange `at`, else to the end.

        Gives the exchange gone to, if there is one of this name.
        """
        self.following = True
        await self._clear_welcome()
        await self.remove_children()
        place = next((place for place, turn in enumerate(turns) if turn.id == at), None)
        begin = max(min(len(turns) - _BATCH, len(turns) if place is None else place - _ABOVE), 0)
        self._hidden = list(turns[:begin])
        if self._hidden:
            await self.mount(Button(self._earlier_label(), id="earlier"))
        end = len(turns) if place is None else min(begin + 2 * _BATCH, len(turns))
        views = [TurnView(turn.prompt, turn) for turn in turns[begin:end]]
        await self.mount_all(views)
        self._later = list(turns[end:])
        if self._later:
            await self.mount(Button(f"Show {len(self._later)} later exchanges", id="later"))
        if place is None:
            return None
        self.go_to(views[place - begin])
        return views[place - begin]

    def go_to(self, view: TurnView) -> None:
        """Bring an exchange to the top."""
        self.following = False
        self.call_after_refresh(self.scroll_to_widget, view, top=True, animate=False)

    async def greet(self, documents: int, *, sample: bool) -> None:
        """Say on an empty page how to begin."""
        if self._welcome is None:
            self._welcome = Welcome()
            await self.mount(self._welcome)
        if documents:
            self._welcome.with_documents(documents, sample=sample)
        else:
            self._welcome.without_documents()

    def offer(self) -> None:
        """Put the keyboard on what the empty page offers."""
        if self._welcome is not None:
            self._welcome.take_focus()

    async def _clear_welcome(self) -> None:
        if self._welcome is not None:
            welcome, self._welcome = self._welcome, None
            await welcome.remove()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """Bring the next batch of earlier exchanges, or all later ones."""
        event.stop()
        if event.button.id == "later":
            await self.complete()
            return
        self.following = False
        batch, self._hidden = self._hidden[-_BATCH:], self._hidden[:-_BATCH]
        await self.mount_all([TurnView(turn.prompt, turn) for turn in batch], after=event.button)
        if self._hidden:
            event.button.label = self._earlier_label()
        else:
            await event.button.remove()

    def _earlier_label(self) -> str:
        return f"Show {min(len(self._hidden), _BATCH)} of {len(self._hidden)} earlier exchanges"

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A reader who scrolls away from the end is left in peace."""
        super().watch_scroll_y(old_value, new_value)
        self.following = self.max_scroll_y - new_value <= _NEAR

    def watch_virtual_size(self, _old: Size, _new: Size) -> None:
        """Stay at the end when the conversation grows."""
        if self.following:
            self.call_after_refresh(self._to_end)

    def _to_end(self) -> None:
        if self.following:
            self.scroll_end(animate=False)
