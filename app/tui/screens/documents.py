"""Adding documents: a path, the progress, and a report that names what was not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Input, ProgressBar, Static
from typing_extensions import override

from app.contract import AddShape, FileShape
from app.tui.desk import AddProgress
from app.tui.screens.passing import PassingScreen
from app.tui.wording import KINDS, Trouble, count
from safety.terminal import safe_line, safe_text

_MINUTE = 60.0
_IGNORE_FILES = 4
"""Lines about ignore files; in a tree with many the report itself must stay in sight."""

_READ = {"added", "updated", "unchanged", "duplicate"}


class AskPathScreen(PassingScreen[Path | None]):
    """Asks for one file or folder."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="ask-path"):
            yield Static("Add documents", classes="dialog-title")
            yield Static(f"A file, or a folder with everything in it: {KINDS}.", markup=False)
            yield Input(placeholder="/path/to/folder", id="path")
            yield Static("Enter adds, Escape cancels", classes="hint")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        if path := event.value.strip().strip("'\""):
            self.dismiss(Path(path))

    def action_cancel(self) -> None:
        """Add nothing."""
        self.dismiss(None)


class AddingScreen(PassingScreen[None]):
    """How far the adding has come, and in the end what became of each file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", "Close"),
        Binding("s", "stop", "Stop"),
    ]

    def __init__(self, title: str, stop: Callable[[], None]) -> None:
        super().__init__()
        self._title = title
        self._stop = stop
        self._ended = False
        self._latest: AddProgress | None = None
        self._painted = False

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="adding"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static("Looking at the files…", id="adding-file", markup=False)
            yield ProgressBar(id="adding-bar", show_eta=False)
            yield Static("", id="adding-report", markup=False)
            yield DataTable[Text](id="adding-table", cursor_type="row", zebra_stripes=False)
            hint = "Escape closes this; the adding goes on behind it. S stops after the file under way"
            yield Static(hint, id="adding-hint", classes="hint")

    def on_mount(self) -> None:
        """The report comes later."""
        self.query_one(DataTable).display = False
        self.query_one("#adding-report").display = False
        self._painted = True
        if self._latest is not None:
            self._paint(self._latest)

    def action_stop(self) -> None:
        """End after the file under way."""
        if not self._ended:
            self._stop()
            self.query_one("#adding-hint", Static).update("Stopping after the file under way…")

    def progress(self, progress: AddProgress) -> None:
        """Another file begins; may be told before the dialog is on screen."""
        self._latest = progress
        if self._painted:
            self._paint(progress)

    def _paint(self, progress: AddProgress) -> None:
        bar = self.query_one(ProgressBar)
        bar.update(total=max(progress.of, 1), progress=progress.number)
        left = "" if progress.seconds_left is None else f"   about {_duration(progress.seconds_left)} left"
        text = f"{progress.number} of {progress.of}   {safe_line(Path(progress.path).name, 60)}{left}"
        self.query_one("#adding-file", Static).update(text)

    def report(self, shape: AddShape) -> None:
        """Everything is done: what was not read comes first, with its reason."""
        self._end()
        report = self.query_one("#adding-report", Static)
        said = (totals(shape), *left_out(shape), safe_text(shape.notice))
        report.update("\n".join(part for part in said if part))
        report.display = True
        table = self.query_one(DataTable)
        table.display = bool(shape.files)
        table.add_columns("File", "Result", "Reason or size")
        for file in sorted(shape.files, key=lambda file: file.status in _READ):
            table.add_row(*_row(file))
        table.focus()

    def fail(self, trouble: Trouble) -> None:
        """Nothing more is added; say why."""
        self._end()
        report = self.query_one("#adding-report", Static)
        report.update(trouble.text)
        report.add_class("-error")
        report.display = True

    def _end(self) -> None:
        self._ended = True
        self.query_one("#adding-file").display = False
        self.query_one(ProgressBar).display = False
        self.query_one("#adding-hint", Static).update("Escape closes this report")


def _row(file: FileShape) -> tuple[Text, Text, Text]:
    read = file.status in _READ
    detail = file.reason if file.reason or not read else count(file.chunks, "passage")
    look = "" if read else "bold"
    return (
        Text(safe_line(Path(file.path).name or file.path, 40)),
        Text(file.status if read else f"⚠ {file.status}", style=look),
        Text(safe_line(detail, 120)),
    )


def totals(shape: AddShape) -> str:
    """How many files had which result, and whether any was not read."""
    parts = [f"{number} {safe_line(status, 20)}" for status, number in shape.totals.items() if number]
    unread = sum(file.status not in _READ for file in shape.files)
    said = ", ".join(parts) or "No files found"
    whole = shape.files and not unread and not shape.left
    return (
        f"{said}. {'All files were read.' if whole else ''}".strip()
        + (f" {count(unread, 'file was', 'files were')} not read." if unread else "")
        + (f" Stopped with {count(shape.left, 'file')} left; adding again goes on." if shape.left else "")
    )


def left_out(shape: AddShape) -> list[str]:
    """How much was left alone, and which file says so; a line for each ignore file."""
    lines = []
    for one in shape.left_out[:_IGNORE_FILES]:
        hidden = [count(one.files, "file")] if one.files else []
        hidden += [count(one.folders, "folder")] if one.folders else []
        lines.append(f"Left out: {' and '.join(hidden)} by {safe_line(one.path, 200)}.")
    if more := len(shape.left_out) - _IGNORE_FILES:
        lines += [f"Left out by {count(more, 'more ignore file')} as well."] if more > 0 else []
    return lines


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < _MINUTE else f"{seconds / _MINUTE:.0f} min"
