"""All keys on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from app.tui.screens.passing import PassingScreen

KEYS = (
    ("Asking", ""),
    ("Enter", "send the question"),
    ("Ctrl+J", "new line; often also Shift+Enter or Alt+Enter"),
    ("Up, Down", "earlier questions of this session"),
    ("Ctrl+E", "edit what was searched for"),
    ("Ctrl+T", "documents only, documents first, or free"),
    ("Escape", "stop the answer, or back to the question box"),
    ("Reading", ""),
    ("F2, Tab", "sources; Enter goes into the passage"),
    ("F4", "why these passages were found"),
    ("Ctrl+Up, Ctrl+Down", "choose an earlier or later answer"),
    ("Page Up, Page Down", "scroll the conversation"),
    ("Ctrl+Y", "copy the answer with its sources"),
    ("F7, F8", "rate the answer good or bad; twice: a reason, or take it back"),
    ("Versions", ""),
    ("F5", "ask the same again, as a branch"),
    ("F6", "edit the question; sending it makes a branch"),
    ("Alt+Left, Alt+Right", "the version before, the next one"),
    ("F9", "continue an answer that was cut off"),
    ("Ctrl+S", "save again what the disk refused"),
    ("Conversations and documents", ""),
    ("Ctrl+N", "new conversation"),
    ("Ctrl+L", "list of conversations; Left, Right: archive and bin"),
    ("Ctrl+F", "search all conversations; Up: earlier searches"),
    ("Ctrl+R", "rename, tag, pin, archive, merge, export, delete, erase"),
    ("Delete", "in the list: to the bin"),
    ("Ctrl+O", "add documents"),
    ("F3", "load the sample handbook"),
    ("Program", ""),
    ("Ctrl+P", "command palette; light and dark look"),
    ("F12", "lock now; it also locks when nobody is there"),
    ("F1", "this page"),
    ("Ctrl+Q", "quit"),
)

_SEARCHES = (
    ("sick leave", "both words; leav* finds beginnings of words"),
    ('"sick leave"', "exactly these words in this order"),
    ("tag:travel", "also after:2026-01-31 before:2026-02-28 model: collection:"),
    ("rating:good", "also rating:bad sources:yes sources:no archived:yes"),
)
_MARKS = (
    ("[1]", "the sentence is supported by source 1"),
    ("~[1]", "source 1 supports it only partly"),
    ("⚠ not found", "no source says so: do not rely on it"),
)


class HelpScreen(PassingScreen[None]):
    """Keys and marks; Escape or F1 closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q", "dismiss", "Close")]

    @override
    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help"):
            yield Static("Keys", classes="dialog-title")
            with VerticalScroll():
                yield Static(_page())
            yield Static("Escape closes this page", classes="hint")


def _page() -> Content:
    lines = [_line(key, words) for key, words in KEYS]
    lines += [Content.styled("\nMarks in an answer", "bold $primary")]
    lines += [_line(mark, words) for mark, words in _MARKS]
    lines += [Content.styled("\nWhat can be searched for", "bold $primary")]
    lines += [_line(typed, words) for typed, words in _SEARCHES]
    return Content("\n").join(lines)


def _line(key: str, words: str) -> Content:
    if not words:
        return Content.styled(f"\n{key}", "bold $primary")
    return Content.assemble((f"{key:<21}", "$accent"), words)
