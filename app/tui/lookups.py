"""Pages that are looked up on demand: why passages were found, and the states of the knowledge base."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.tui.apart import Patient
from app.tui.choosing import Choosing
from app.tui.desk import Desk
from app.tui.screens.facts import explain_screen, generations_screen


class Lookups:
    """Asks the desk apart from the window, and shows the page when it is there."""

    def __init__(
        self, screen: Patient, desk: Desk, choosing: Choosing, complain: Callable[[Exception], None]
    ) -> None:
        self._screen = screen
        self._desk = desk
        self._choosing = choosing
        self._complain = complain

    def explain(self) -> None:
        """Say why the chosen answer's passages were found."""
        result = self._choosing.result
        if result is None:
            self._screen.app.notify("Nothing was searched for yet.", markup=False)
            return
        question = result.query.standalone or result.query.original
        self._screen.apart(
            partial(self._desk.explain, question),
            lambda told: self._screen.app.push_screen(explain_screen(told)),
            self._complain,
        )

    def generations(self) -> None:
        """Show the states of the knowledge base."""
        self._screen.apart(
            self._desk.generations,
            lambda kept: self._screen.app.push_screen(generations_screen(kept)),
            self._complain,
        )
