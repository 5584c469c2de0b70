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


class Transcript(VerticalScroll):
    """Exchanges, oldest first. A long conversation shows its latest part, the rest on request."""

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self.following = True
        self._hidden: list[TurnShape] = []
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
        self.following = True
        await self._clear_welcome()
        view = TurnView(prompt)
        await self.mount(view)
        return view

    async def show(self, turns: Sequence[TurnShape]) -> None:
        """Replace everything by an earlier conversation."""
        self.following = True
        await self._clear_welcome()
        await self.remove_children()
        self._hidden = list(turns[:-_BATCH])
        if self._hidden:
            await self.mount(Button(self._earlier_label(), id="earlier"))
        await self.mount_all([TurnView(turn.prompt, turn) for turn in turns[-_BATCH:]])

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
        """Bring the next batch of earlier exchanges."""
        if event.button.id != "earlier":
            return
        event.stop()
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
