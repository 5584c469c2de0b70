"""Which answer's sources are shown: the chosen one's, else the newest's."""

from __future__ import annotations

from app.contract import AskShape
from app.tui.answer_text import Sources
from app.tui.widgets.sources import SourcesPane
from app.tui.widgets.transcript import Transcript
from app.tui.widgets.turn import TurnView


class Choosing:
    """Joins the transcript and the pane of sources."""

    def __init__(self, transcript: Transcript, sources: SourcesPane) -> None:
        self._transcript = transcript
        self._sources = sources
        self._chosen: TurnView | None = None

    def forget(self) -> None:
        """Follow the newest answer again."""
        self._chosen = None

    def choose(self, view: TurnView) -> None:
        """Show the sources of one answer, and mark it."""
        for other in self._transcript.views:
            other.set_class(other is view, "-chosen")
        self._chosen = view
        self.show(view)

    def show(self, view: TurnView | None) -> None:
        """Show the sources of an answer without choosing it."""
        self._sources.show(view.sources if view else Sources())

    def changed(self, view: TurnView) -> None:
        """The sources of this answer became known; they are shown unless another one was chosen."""
        if self._chosen is None or self._chosen is view:
            self.show(view)

    def step(self, step: int) -> None:
        """Choose the answer before or after the chosen one."""
        views = self._transcript.views
        if not views:
            return
        place = views.index(self._chosen) if self._chosen in views else len(views) - (step < 0)
        self.choose(views[max(0, min(len(views) - 1, place + step if self._chosen else place + step + 1))])
        if self._chosen is not None:
            self._transcript.scroll_to_widget(self._chosen, top=True, animate=False)

    @property
    def view(self) -> TurnView | None:
        """The chosen answer, if it is still on screen."""
        return self._chosen if self._chosen in self._transcript.views else None

    @property
    def result(self) -> AskShape | None:
        """What the chosen answer came to, or else the last one that came to anything."""
        views = [view for view in self._transcript.views if view.result is not None]
        view = self._chosen if self._chosen in views else (views[-1] if views else None)
        return view.result if view else None
