"""Documents being added, with or without the dialog in front of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.app import App

from app.contract import AddShape
from app.tui.apart import Patient
from app.tui.desk import AddProgress, Desk
from app.tui.screens.documents import AddingScreen, AskPathScreen
from app.tui.widgets.status import StatusLine
from app.tui.wording import trouble_of


class Adding:
    """One adding at a time; it goes on when its dialog is closed, and its report opens the dialog again."""

    def __init__(
        self, screen: Patient, desk: Desk, status: StatusLine, done: Callable[[AddShape, bool], None]
    ) -> None:
        self.running = False
        self._screen = screen
        self._desk = desk
        self._status = status
        self._done = done
        """Called with the report, and whether it was the sample."""

        self._dialog: AddingScreen | None = None

    @property
    def _app(self) -> App[object]:
        return self._screen.app

    def ask(self) -> None:
        """Ask for a path and add what lies there."""
        if self.running:
            self._say_busy()
        else:
            self._app.push_screen(AskPathScreen(), self._chosen)

    def sample(self) -> None:
        """Load the sample handbook."""
        if self.running:
            self._say_busy()
        else:
            self._begin("Loading the sample handbook", self._desk.add_sample, sample=True)

    def _say_busy(self) -> None:
        self._app.notify("Documents are being added already. Wait for the report.", markup=False)

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            work = lambda announce: self._desk.add_documents([path.expanduser()], announce)  # noqa: E731
            self._begin("Adding documents", work, sample=False)

    def _begin(
        self, title: str, work: Callable[[Callable[[AddProgress], None]], AddShape], *, sample: bool
    ) -> None:
        self.running = True
        self._status.change(job="adding documents")
        self._open(title)
        announce = lambda progress: self._screen.land(partial(self._progress, progress))  # noqa: E731
        self._screen.apart(partial(work, announce), partial(self._reported, sample), self._failed)

    def _open(self, title: str) -> AddingScreen:
        dialog = AddingScreen(title, self._stop)
        self._dialog = dialog
        self._app.push_screen(dialog, lambda _: self._closed(dialog))
        return dialog

    def _stop(self) -> None:
        """Heard while files are read; what was taken in by then stays, and the report says what is left."""
        if self.running:
            self._status.change(job="stopping after this file")
            self._screen.apart(self._desk.stop_adding, lambda _: None, lambda _: None)

    def _closed(self, dialog: AddingScreen) -> None:
        if self._dialog is dialog:
            self._dialog = None

    def _progress(self, progress: AddProgress) -> None:
        self._status.change(job=f"adding documents: {progress.number} of {progress.of}")
        if self._dialog is not None:
            self._dialog.progress(progress)

    def _reported(self, sample: bool, shape: AddShape) -> None:  # noqa: FBT001 - filled in by partial
        self._end(lambda dialog: dialog.report(shape))
        self._done(shape, sample)

    def _failed(self, error: Exception) -> None:
        self._end(lambda dialog: dialog.fail(trouble_of(error)))

    def _end(self, show: Callable[[AddingScreen], None]) -> None:
        self.running = False
        self._status.change(job="")
        dialog = self._dialog or self._open("Documents")
        dialog.call_after_refresh(show, dialog)
