"""Says what an answer was worth: a key for good, one for bad, and a reason for whoever wants to give one."""

from __future__ import annotations

from datetime import UTC
from functools import partial

from app.contract import Rating, RatingShape
from app.tui.asking import Asking
from app.tui.choosing import Choosing
from app.tui.room import Room
from app.tui.screens.small import Choice, LineScreen, MenuScreen
from app.tui.widgets.turn import TurnView


class Judging:
    """Rates the chosen answer, else the last one."""

    def __init__(self, room: Room, asking: Asking, choosing: Choosing) -> None:
        self._room = room
        self._asking = asking
        self._choosing = choosing

    def rate(self, rating: Rating) -> None:
        """Rate at once; the same rating a second time offers to give a reason or to take it back."""
        view = self._choosing.view or self._room.transcript.last
        if view is None or view.place.turn is None or self._asking.run is not None:
            self._room.say("There is no finished answer to rate.")
        elif view.rating is not None and view.rating.rating == rating:
            choices = (Choice("r", "Give a reason", "reason"), Choice("t", "Take the rating back", "take"))
            screen = MenuScreen(f"Rated {rating}", "Ratings stay on this machine, sealed.", choices)
            self._room.screen.app.push_screen(screen, partial(self._again, view, rating))
        else:
            self._keep(view, rating, "")

    def _again(self, view: TurnView, rating: Rating, act: str | None) -> None:
        if act == "take":
            self._keep(view, None, "")
        elif act == "reason":
            known = view.rating.reason if view.rating else ""
            screen = LineScreen(f"Why was it {rating}?", "Kept with the rating, sealed.", known)
            self._room.screen.app.push_screen(screen, partial(self._reasoned, view, rating))

    def _reasoned(self, view: TurnView, rating: Rating, reason: str | None) -> None:
        if reason is not None:
            self._keep(view, rating, reason)

    def _keep(self, view: TurnView, rating: Rating | None, reason: str) -> None:
        conversation, turn = self._asking.conversation, view.place.turn
        if conversation is None or turn is None:
            return
        time = self._room.now().astimezone(UTC).isoformat()
        shape = RatingShape(rating=rating, reason=reason, time=time) if rating else None
        self._room.apart(
            lambda: self._room.desk.keeping().rate(conversation, turn, rating, reason),
            lambda _: self._kept(view, shape, rating),
        )

    def _kept(self, view: TurnView, shape: RatingShape | None, rating: Rating | None) -> None:
        view.rate(shape)
        again = {"good": "F7", "bad": "F8"}
        if rating and shape and not shape.reason:
            self._room.say(f"Rated {rating}. {again[rating]} again adds a reason or takes it back.")
