"""What the parts of the conversation screen share: the widgets, the desk, and how work is done apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from app.tui.apart import Outcome, Patient
from app.tui.desk import Desk
from app.tui.widgets.conversations import Conversations
from app.tui.widgets.prompt import PromptBox
from app.tui.widgets.sources import SourcesPane
from app.tui.widgets.status import StatusLine
from app.tui.widgets.transcript import Transcript
from app.tui.wording import trouble_of

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Room:
    """One screen's widgets, and the desk behind them. Used on the event loop only."""

    screen: Patient
    desk: Desk
    now: Callable[[], datetime]
    status: StatusLine
    transcript: Transcript = field(default_factory=Transcript)
    prompt: PromptBox = field(default_factory=PromptBox)
    sources: SourcesPane = field(default_factory=SourcesPane)
    conversations: Conversations = field(default_factory=Conversations)

    def apart(
        self,
        work: Callable[[], T],
        then: Callable[[T], Outcome],
        failed: Callable[[Exception], Outcome] | None = None,
    ) -> None:
        """Run `work` in a thread, then `then` on the event loop; without `failed` a failure is shown."""
        self.screen.apart(work, then, failed or self.complain)

    def complain(self, error: Exception) -> None:
        """Show what went wrong and what to do."""
        self.screen.app.notify(trouble_of(error).text, severity="error", timeout=15, markup=False)

    def say(self, words: str) -> None:
        """Show a short message."""
        self.screen.app.notify(words, markup=False)
