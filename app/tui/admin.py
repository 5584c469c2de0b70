"""The admin's role in the window: proving it, giving it back, and who vouches for what is answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

from app.tui.apart import PatientApp
from app.tui.desk import Desk
from app.tui.office import About
from app.tui.screens.admin import AdminScreen
from app.tui.screens.facts import FactsScreen
from app.tui.wording import trouble_of
from safety.terminal import safe_line, safe_text

_GROUPS = 8
_MEETING = (
    "An admin signs what is answered from here. The admin's key has this fingerprint:",
    "",
    "Compare it with the admin, in person or by telephone. It is shown once; the palette's About has it too.",
)


class Office:
    """Asks, shows and gives back; the key itself stays behind the desk."""

    def __init__(self, app: PatientApp, desk: Desk, changed: Callable[[], None]) -> None:
        self._app = app
        self._desk = desk
        self._changed = changed
        """Called when the role was taken or given back."""

    def prove(self, then: Callable[[], None]) -> None:
        """Ask for the passphrase; `then` once the role is proven."""

        def ended(proven: bool | None) -> None:  # noqa: FBT001 - Textual's callback
            if proven:
                self._changed()
                then()

        def give(passphrase: str) -> None:
            self._app.apart(
                partial(self._desk.unlock_admin, passphrase),
                lambda _: screen.accept(),
                lambda error: screen.refuse(trouble_of(error).text),
            )

        screen = AdminScreen(give)
        self._app.push_screen(screen, ended)

    def give_back(self) -> None:
        """End the role before its time."""

        def ended(_: None) -> None:
            self._changed()
            self._app.notify("The admin's role is given back.", markup=False)

        self._app.apart(self._desk.lock_admin, ended, self._complain)

    def meet(self) -> None:
        """Show an admin whom this person does not know yet."""

        def show(fingerprint: str) -> None:
            if fingerprint:
                first, gap, last = _MEETING
                lines = [first, gap, *_rows(fingerprint), gap, last]
                self._app.push_screen(FactsScreen("The admin of this installation", lines, (), ()))

        self._app.apart(self._desk.new_admin, show, self._complain)

    def about(self) -> None:
        """Show what runs here and who vouches for it."""

        def look() -> tuple[About, float]:
            return self._desk.about(), self._desk.admin_seconds()

        self._app.apart(
            look, lambda found: self._app.push_screen(about_screen(*found)) and None, self._complain
        )

    def _complain(self, error: Exception) -> None:
        self._app.notify(trouble_of(error).text, severity="error", timeout=15, markup=False)


def _rows(fingerprint: str) -> list[str]:
    """Eight groups a row, as one reads them to somebody."""
    groups = safe_line(fingerprint, 200).split()
    return ["  " + " ".join(groups[at : at + _GROUPS]) for at in range(0, len(groups), _GROUPS)]


def about_screen(told: About, admin_seconds: float) -> FactsScreen:
    """Admin, documents, profile and versions on one page."""
    lines = [
        "Admin's fingerprint:" + ("" if told.fingerprint else " none: everybody may add documents"),
        *_rows(told.fingerprint),
        f"Documents: {safe_text(told.documents)}",
    ]
    if told.profile:
        lines.append(f"Profile: {safe_line(told.profile, 40)}")
    if admin_seconds > 0:
        lines.append(f"You are the admin for {ceil(admin_seconds / 60)} min.")
    return FactsScreen("About Inhouse", lines, ("program", "version"), told.versions)
