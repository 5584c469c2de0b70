"""Who asks, as far as the operating system knows."""

from __future__ import annotations

import getpass

from grounding.passages import Principal


def current_principal() -> Principal:
    """The account this process runs as; groups come with the collections of documents."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        user = "unknown"
    return Principal(user=user)
