"""Keys of the conversation screen. The footer shows those that are asked for most, and fits 80 columns."""

from __future__ import annotations

from textual.binding import Binding, BindingType

CHAT_KEYS: tuple[BindingType, ...] = (
    # The same key twice: the first takes part only while an answer is written, and only then is it shown.
    Binding("escape", "stop", "Stop"),
    Binding("escape", "back", "Back to the question box", show=False),
    # With priority it takes its turn before the keys typed after it; without, they overtake it.
    Binding("f2", "sources", "Sources", priority=True),
    Binding("f4", "act('explain')", "Why"),
    Binding("ctrl+n", "new", "New", priority=True),
    Binding("ctrl+l", "conversations", "List", priority=True),
    Binding("ctrl+f", "act('find')", "Find", priority=True),
    Binding("ctrl+o", "act('add_documents')", "Add", show=False, priority=True),
    Binding("ctrl+y", "act('copy')", "Copy", show=False, priority=True),
    Binding("f3", "act('sample')", "Sample", show=False),
    Binding("ctrl+t", "act('mode')", "Mode", show=False, priority=True),
    Binding("ctrl+e", "act('edit_search')", "Edit what was searched for", show=False, priority=True),
    Binding("ctrl+up", "choose(-1)", "Earlier answer", show=False, priority=True),
    Binding("ctrl+down", "choose(1)", "Later answer", show=False, priority=True),
    Binding("ctrl+r", "act('menu')", "This conversation", show=False, priority=True),
    # The question box would take F6 and F7 for selecting text.
    Binding("f5", "act('again')", "Ask again", show=False, priority=True),
    Binding("f6", "act('edit')", "Ask otherwise", show=False, priority=True),
    Binding("f7", "act('good')", "Good", show=False, priority=True),
    Binding("f8", "act('bad')", "Bad", show=False, priority=True),
    Binding("f9", "act('go_on')", "Continue", show=False, priority=True),
    Binding("alt+left", "act('version_before')", "Version before", show=False, priority=True),
    Binding("alt+right", "act('version_behind')", "Next version", show=False, priority=True),
    Binding("ctrl+s", "act('save_again')", "Save again", show=False, priority=True),
)
ONLY_ANSWERING, NEVER_ANSWERING = frozenset({"stop"}), frozenset({"explain"})
"""Acts that are there only, or never, while an answer is written."""
