"""Screens that lie over the conversation for a moment."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from typing_extensions import override

Answer = TypeVar("Answer")


class PassingScreen(ModalScreen[Answer]):
    """Answers once: a second key in the same burst finds it gone, and must not take the window with it."""

    @override
    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        if self.is_current:
            return super().dismiss(result)
        return AwaitComplete()
