"""The earlier conversations, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from app.contract import ConversationShape
from app.tui.wording import age
from safety.terminal import safe_line


class Conversations(Vertical):
    """A list to pick from; Enter opens."""

    class Opened(Message):
        """The person wants to read an earlier conversation."""

        def __init__(self, conversation: str) -> None:
            super().__init__()
            self.conversation = conversation

    def __init__(self) -> None:
        super().__init__(id="conversations")
        self._ids: list[str] = []
        self._choice = OptionList(id="conversation-list", markup=False, compact=True)
        self._none = Static("None yet. Your questions will be kept here, encrypted.", id="no-conversations")

    @override
    def compose(self) -> ComposeResult:
        yield Static("Conversations", classes="pane-title")
        yield self._none
        yield self._choice

    def show(self, conversations: Sequence[ConversationShape], current: str | None, now: datetime) -> None:
        """List the conversations and put the cursor on the one on screen."""
        self._ids = [conversation.id for conversation in conversations]
        self._choice.clear_options()
        self._choice.add_options(
            Option(_entry(conversation, now, current=conversation.id == current), id=f"c-{place}")
            for place, conversation in enumerate(conversations)
        )
        self._none.display = not self._ids
        self._choice.display = bool(self._ids)
        if current in self._ids:
            self._choice.highlighted = self._ids.index(current)
        elif self._choice.has_focus:
            self._choice.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the chosen one."""
        event.stop()
        self.post_message(self.Opened(self._ids[event.option_index]))

    def take_focus(self) -> None:
        """Put the keyboard on the list."""
        if self._choice.highlighted is None:
            self._choice.action_first()
        self._choice.focus()


def _entry(conversation: ConversationShape, now: datetime, *, current: bool) -> Content:
    title = safe_line(conversation.title, 60) or "Untitled"
    return Content.assemble(
        ("▌ " if current else "  ", "$primary"),
        (title, "bold" if current else ""),
        (f"\n  {age(conversation.updated, now)}", "$secondary"),
    )
