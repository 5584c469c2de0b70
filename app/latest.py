"""The place behind the last turn of the branch that is shown, where it has no other name."""

from __future__ import annotations

from enum import Enum


class Latest(Enum):
    """Told apart from None, which is the beginning of a conversation, and from the id of a turn."""

    LATEST = "latest"


LATEST = Latest.LATEST
