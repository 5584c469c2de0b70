"""What an empty conversation shows: how to begin."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from app.tui.wording import KINDS, count

QUESTIONS = (
    "How many days of Paid Time Off are there in 2026?",
    "What is the daily meal allowance on a business trip?",
    "How long must a password be?",
)
"""Questions that the sample handbook answers."""


class Welcome(Vertical):
    """Offers documents when there are none, and questions when the sample is loaded."""

    class Picked(Message):
        """One of the offers was taken: an action's name, or a question."""

        def __init__(self, *, action: str = "", question: str = "") -> None:
            super().__init__()
            self.action = action
            self.question = question

    def __init__(self) -> None:
        super().__init__(id="welcome")
        self._heading = Static("", id="welcome-heading", markup=False)
        self._text = Static("", id="welcome-text", markup=False)
        self._offers = OptionList(id="offers", markup=False, compact=True)

    @override
    def compose(self) -> ComposeResult:
        with Center(), Vertical(id="welcome-box"):
            yield self._heading
            yield self._text
            yield self._offers

    def on_mount(self) -> None:
        """No offers until the documents have been counted."""
        self._offers.display = False

    def without_documents(self) -> None:
        """Nothing to answer from yet."""
        self._say(
            "There are no documents yet.",
            f"Inhouse answers from documents that you give it: {KINDS}.\nEverything stays on this machine.",
        )
        self._offer(
            [
                ("Load the sample handbook   F3", "sample"),
                ("Add documents…             Ctrl+O", "add_documents"),
            ]
        )

    def with_documents(self, documents: int, *, sample: bool) -> None:
        """Ready for a question; `sample` offers some that the handbook answers."""
        text = "Type a question below. Each sentence of the answer is checked against what it cites."
        self._say(f"{count(documents, 'document')} ready.", text)
        self._offer([(question, "") for question in QUESTIONS] if sample else [])

    def take_focus(self) -> None:
        """Put the keyboard on the offers."""
        if self._offers.display:
            self._offers.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass the choice on."""
        event.stop()
        action = (event.option_id or "").removeprefix("offer-")
        if action in {"sample", "add_documents"}:
            self.post_message(self.Picked(action=action))
        else:
            self.post_message(self.Picked(question=QUESTIONS[event.option_index]))

    def _say(self, heading: str, text: str) -> None:
        self._heading.update(heading)
        self._text.update(text)

    def _offer(self, offers: list[tuple[str, str]]) -> None:
        self._offers.clear_options()
        self._offers.add_options(
            Option(label, id=f"offer-{action or place}") for place, (label, action) in enumerate(offers)
        )
        self._offers.display = bool(offers)
        if offers:
            self._offers.highlighted = 0
