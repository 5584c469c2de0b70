"""Documents being added, with or without the dialog in front of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.contract import AddShape
from app.errors import AdminNeededError
from app.tui.admin import Office
from app.tui.apart import PatientApp
from app.tui.desk import AddProgress, Desk
from app.tui.screens.documents import AddingScreen, AskPathScreen
from app.tui.widgets.status import StatusLine
from app.tui.wording import trouble_of


class Adding:
    """One adding at a time; it goes on when its dialog is closed, and its report opens the dialog again."""

    def __init__(self, app: PatientApp, desk: Desk, office: Office) -> None:
        self.running = False
        self._app = app
        self._desk = desk
        self._office = office
        self._status: StatusLine | None = None
        self._done: Callable[[bool], None] = lambda _: None
        self._report: Callable[[AddingScreen], None] | None = None
        """What is to be said when the window is open again."""

        self._dialog: AddingScreen | None = None

    def attach(self, status: StatusLine, done: Callable[[bool], None]) -> None:
        """Tell this screen from now on; `done` hears of an end, and whether it was the sample."""
        self._status, self._done = status, done
        report, self._report = self._report, None
        if report is not None:
            self._end(report)
        elif self.running:
            self._say("adding documents")

    def detach(self) -> None:
        """The window locks: what comes now waits, because names of files are nobody else's business."""
        self._status, self._done, self._dialog = None, lambda _: None, None

    def _say(self, job: str) -> None:
        if self._status is not None:
            self._status.change(job=job)

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
        self._say("adding documents")
        self._open(title)
        announce = lambda progress: self._app.land(partial(self._progress, progress))  # noqa: E731
        again = partial(self._begin, title, work, sample=sample)
        failed = partial(self._failed, again)
        self._app.apart(partial(work, announce), partial(self._reported, sample), failed)

    def _open(self, title: str) -> AddingScreen:
        dialog = AddingScreen(title, self._stop)
        self._dialog = dialog
        self._app.push_screen(dialog, lambda _: self._closed(dialog))
        return dialog

    def _stop(self) -> None:
        """Heard while files are read; what was taken in by then stays, and the report says what is left."""
        if self.running:
            self._say("stopping after this file")
            self._app.apart(self._desk.stop_adding, lambda _: None, lambda _: None)

    def _closed(self, dialog: AddingScreen) -> None:
        if self._dialog is dialog:
            self._dialog = None

    def _progress(self, progress: AddProgress) -> None:
        self._say(f"adding documents: {progress.number} of {progress.of}")
        if self._dialog is not None:
            self._dialog.progress(progress)

    def _reported(self, sample: bool, shape: AddShape) -> None:  # noqa: FBT001 - filled in by partial
        self._end(lambda dialog: dialog.report(shape))
        self._done(sample)

    def _failed(self, again: Callable[[], None], error: Exception) -> None:
        if isinstance(error, AdminNeededError) and self._status is not None:
            self._clear_away()
            self._office.prove(again)
            return
        self._end(lambda dialog: dialog.fail(trouble_of(error)))

    def _clear_away(self) -> None:
        """Nothing was begun: nothing is left of it on the screen."""
        self.running = False
        self._say("")
        if self._dialog is not None:
            self._dialog.dismiss()

    def _end(self, show: Callable[[AddingScreen], None]) -> None:
        self.running = False
        if self._status is None:
            self._report = show
            return
        self._say("")
        dialog = self._dialog or self._open("Documents")
        dialog.call_after_refresh(show, dialog)
