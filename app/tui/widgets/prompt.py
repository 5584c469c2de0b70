"""The box a question is typed into: several lines, recall of earlier ones, pasted text made harmless."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from safety.terminal import safe_text

_NEW_LINE = {"ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"}


class PromptBox(TextArea):
    """Enter sends, Ctrl+J begins a new line, Up and Down at the borders recall earlier prompts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "screen.sources", "Sources", show=False),
    ]

    class Sent(Message):
        """The person sent a prompt; the box keeps it until it is taken."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(
            id="prompt",
            soft_wrap=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            compact=True,
            placeholder="Ask your documents…",
        )
        self._sent: list[str] = []
        self._recalled: int | None = None
        self._draft = ""

    def take(self) -> str:
        """Empty the box and remember its prompt for recall."""
        text = self.text.strip()
        self._sent.append(text)
        self._recalled = None
        self.clear()
        return text

    def forget(self) -> None:
        """Empty the box, with everything that could be recalled or undone."""
        self._sent, self._draft = [], ""
        self.load_text("")

    def give_back(self, text: str) -> None:
        """Put a prompt back, unless the person has begun another one; that one can be recalled with Up."""
        if not self.text.strip():
            self.fill(text)

    def fill(self, text: str) -> None:
        """Show `text` with the cursor at its end."""
        self.load_text(_typed(text))
        self.move_cursor(self.document.end)

    def send(self, text: str) -> None:
        """Fill in `text` and send it at once."""
        self.fill(text)
        self.focus()
        self.post_message(self.Sent(text))

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            if self.text.strip():
                self.post_message(self.Sent(self.text.strip()))
        elif event.key in _NEW_LINE:
            event.stop()
            event.prevent_default()
            self.insert("\n")
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        # Terminals send the line ends of pasted text as carriage returns.
        event.prevent_default()
        event.stop()
        self.insert(_typed(event.text))

    def action_cursor_up(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of Textual
        """Move up, or recall the prompt before this one when the cursor is in the first line."""
        if select or not self.cursor_at_first_line or not self._recall(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of Textual
        """Move down, or recall the prompt after this one when the cursor is in the last line."""
        if select or not self.cursor_at_last_line or not self._recall(+1):
            super().action_cursor_down(select)

    def _recall(self, step: int) -> bool:
        place = len(self._sent) if self._recalled is None else self._recalled
        if self._recalled is None:
            self._draft = self.text
        place += step
        if not 0 <= place <= len(self._sent):
            return False
        self._recalled = place if place < len(self._sent) else None
        self.fill(self._draft if self._recalled is None else self._sent[place])
        return True


def _typed(text: str) -> str:
    return safe_text(text.replace("\r\n", "\n").replace("\r", "\n"))
