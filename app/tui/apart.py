"""Runs blocking work in threads and brings what comes of it back to the event loop.

Threads only post messages; whoever owns a widget changes it, on the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.message import Message

T = TypeVar("T")
Outcome = Awaitable[None] | None


class Landed(Message):
    """Something a thread brought; `deliver` belongs on the event loop."""

    def __init__(self, deliver: Callable[[], Outcome]) -> None:
        super().__init__()
        self.deliver = deliver


class Patient(DOMNode):
    """An app or screen whose event loop never waits for a disk, a key derivation or a model."""

    def apart(
        self, work: Callable[[], T], then: Callable[[T], Outcome], failed: Callable[[Exception], Outcome]
    ) -> None:
        """Run `work` in a thread, then `then` or `failed` on the event loop."""

        def run() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - shown to the person, whatever it was
                self.land(partial(failed, error))
            else:
                self.land(partial(then, result))

        self.run_worker(run, thread=True, exit_on_error=False)

    def land(self, deliver: Callable[[], Outcome]) -> None:
        """Have `deliver` called on the event loop, in the order of landing. Safe from any thread."""
        self.post_message(Landed(deliver))

    async def on_landed(self, message: Landed) -> None:
        """Deliver what a thread brought."""
        message.stop()
        if not self.is_running:
            return
        outcome = message.deliver()
        if isawaitable(outcome):
            await outcome


class PatientApp(App[None], Patient):
    """An app that is patient; work that must outlive a screen is done apart from it."""
