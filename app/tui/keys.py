"""Keys of the conversation screen. The footer shows those that are asked for most, and fits 80 columns."""

from __future__ import annotations

from textual.binding import Binding, BindingType

CHAT_KEYS: tuple[BindingType, ...] = (
    # The same key twice: the first takes part only while an answer is written, and only then is it shown.
    Binding("escape", "stop", "Stop"),
    Binding("escape", "back", "Back to the question box", show=False),
    Binding("f2", "sources", "Sources"),
    Binding("f4", "explain", "Why"),
    Binding("ctrl+n", "new", "New", priority=True),
    Binding("ctrl+l", "conversations", "List", priority=True),
    Binding("ctrl+o", "add_documents", "Add", priority=True),
    Binding("ctrl+y", "copy", "Copy", show=False, priority=True),
    Binding("f3", "sample", "Sample", show=False),
    Binding("ctrl+t", "mode", "Mode", show=False, priority=True),
    Binding("ctrl+e", "edit_search", "Edit what was searched for", show=False, priority=True),
    Binding("ctrl+up", "choose(-1)", "Earlier answer", show=False, priority=True),
    Binding("ctrl+down", "choose(1)", "Later answer", show=False, priority=True),
)
ONLY_ANSWERING, NEVER_ANSWERING = frozenset({"stop"}), frozenset({"explain"})
"""Actions that are there only, or never, while an answer is written."""
