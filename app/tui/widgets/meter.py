"""How hard a passphrase is to guess, as a bar and in words."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from app.tui.entrance import Strength
from safety.terminal import safe_line

_LOOKS = ("$error", "$error", "$warning", "$success", "$success")
_CELLS = 4


class Meter(Static):
    """One line below the passphrase; empty while nothing is typed."""

    def __init__(self) -> None:
        super().__init__("", id="meter", markup=False)

    def clear(self) -> None:
        """Nothing is known of this passphrase yet."""
        self.update("")

    def show(self, strength: Strength) -> None:
        """Paint a strength from 0 to 4."""
        score = max(0, min(strength.score, len(_LOOKS) - 1))
        bar = ("■" * score).ljust(_CELLS, "□")
        self.update(Content.assemble((bar, _LOOKS[score]), f" {safe_line(strength.words, 200)}"))
