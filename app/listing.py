"""Whose rights the lists of documents are held to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grounding.passages import Principal


def list_reader(knowledge: Path) -> Principal | None:
    """Who looks at lists of the knowledge base in this folder; None for its admin, to whom all is shown.

    The admin is who owns the folder: no file in it is closed to that account anyway. A search is held to the
    groups of whoever asks, the admin's too.
    """
    from app.principal import current_principal

    return None if _owns(knowledge) else current_principal()


def _owns(folder: Path) -> bool:
    try:
        owner = folder.stat().st_uid
    except FileNotFoundError:
        # Whoever begins it will own it.
        return True
    except OSError:
        return False
    account = getattr(os, "geteuid", None)
    # Windows names no owner by number; there it counts who may write.
    return os.access(folder, os.W_OK) if account is None else owner == account()
