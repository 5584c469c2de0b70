"""All keys on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static
from typing_extensions import override

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
    ("Conversations and documents", ""),
    ("Ctrl+N", "new conversation"),
    ("Ctrl+L", "list of conversations"),
    ("Ctrl+O", "add documents"),
    ("F3", "load the sample handbook"),
    ("Program", ""),
    ("Ctrl+P", "command palette; light and dark look"),
    ("F1", "this page"),
    ("Ctrl+Q", "quit"),
)

_MARKS = (
    ("[1]", "the sentence is supported by source 1"),
    ("~[1]", "source 1 supports it only partly"),
    ("⚠ not found", "no source says so: do not rely on it"),
)


class HelpScreen(ModalScreen[None]):
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
    return Content("\n").join(lines)


def _line(key: str, words: str) -> Content:
    if not words:
        return Content.styled(f"\n{key}", "bold $primary")
    return Content.assemble((f"{key:<20}", "$accent"), words)
