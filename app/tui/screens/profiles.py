"""Whose history is to be opened, where several people share an account."""

from __future__ import annotations

from app.tui.entrance import Owner
from app.tui.screens.small import Choice, MenuScreen
from safety.terminal import safe_line, safe_text

_DIGITS = 9
"""Profiles that a key of their own chooses."""

_OWN = "The account's own, of no profile"


def words_about(owner: Owner) -> str:
    """Whose history it is and why it is asked about; empty where there is nothing to tell apart."""
    whose = f"Profile: {safe_line(owner.profile, 40)}" if owner.profile else ""
    if owner.others and not whose:
        whose = "The history of this account, of no profile"
    return "\n".join(filter(None, (whose, safe_text(owner.remark))))


def profiles_screen(owner: Owner) -> MenuScreen:
    """The histories that could be opened instead; hands back the name of one."""
    choices = [
        Choice(str(place) if place <= _DIGITS else " ", safe_line(name, 40) or _OWN, name)
        for place, name in enumerate(owner.others, 1)
    ]
    return MenuScreen("Whose history?", "Each has a passphrase of its own.", choices)
