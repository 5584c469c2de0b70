"""What is looked up or taken along: why passages were found, the states of the documents, a copied answer."""

from __future__ import annotations

from functools import partial

from app.contract import AskShape
from app.tui.answer_text import to_copy
from app.tui.choosing import Choosing
from app.tui.room import Room
from app.tui.screens.facts import explain_screen, generations_screen

FREELY = "This answer was written freely: nothing was searched for."


class Lookups:
    """Asks the desk apart from the window, and shows the page when it is there."""

    def __init__(self, room: Room, choosing: Choosing) -> None:
        self._room = room
        self._choosing = choosing

    @property
    def searched(self) -> str:
        """What was searched for, for the chosen answer; empty before the first one and for a free one."""
        result = self._choosing.result
        if result is None or result.mode == "free":
            return ""
        return result.query.searched or result.query.standalone or result.query.original

    def explain(self) -> None:
        """Say why the chosen answer's passages were found."""
        result = self._choosing.result
        if result is None:
            self._room.say("Nothing was searched for yet.")
            return
        if result.mode == "free":
            self._room.say(FREELY)
            return
        question = result.query.standalone or result.query.original
        self._room.apart(
            partial(self._room.desk.explain, question, self._before(result)),
            lambda told: self._room.screen.app.push_screen(explain_screen(told)),
        )

    def _before(self, result: AskShape) -> list[tuple[str, str]]:
        """Questions and answers on screen before this one, oldest first."""
        views = self._room.transcript.views
        place = next((place for place, view in enumerate(views) if view.result is result), 0)
        return [(view.prompt, view.result.answer) for view in views[:place] if view.result is not None]

    def generations(self) -> None:
        """Show the states of the knowledge base."""
        self._room.apart(
            self._room.desk.generations,
            lambda kept: self._room.screen.app.push_screen(generations_screen(kept)),
        )

    def copy(self) -> None:
        """Copy the chosen or last answer with its sources."""
        if result := self._choosing.result:
            self._room.screen.app.copy_to_clipboard(to_copy(result))
        else:
            self._room.say("There is no answer to copy yet.")
