"""Everything that a key or the palette can do with conversations, by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.tui.screens.chat import ChatScreen

Act = Callable[[], Awaitable[None] | None]


def acts_of(chat: ChatScreen) -> Mapping[str, Act]:
    """Names as in `app.tui.keys`."""
    pane = chat.room.conversations
    adding = chat.lasting.adding
    return {
        "sample": adding.sample,
        "add_documents": adding.ask,
        "mode": chat.asking.next_mode,
        "explain": chat.lookups.explain,
        "edit_search": chat.edit_search,
        "copy": chat.lookups.copy,
        "down": pane.go_down,
        "shelf_before": lambda: pane.turn(-1),
        "shelf_behind": lambda: pane.turn(1),
        "find": chat.find,
        "menu": chat.arranging.menu,
        "delete": chat.arranging.delete,
        "edit": chat.branching.edit,
        "again": chat.branching.again,
        "go_on": chat.branching.go_on,
        "version_before": lambda: chat.branching.switch(-1),
        "version_behind": lambda: chat.branching.switch(1),
        "good": lambda: chat.judging.rate("good"),
        "bad": lambda: chat.judging.rate("bad"),
        "save_again": chat.asking.save_again,
    }
