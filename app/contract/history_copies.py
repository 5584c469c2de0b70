"""Copies of the history, and its damage."""

from __future__ import annotations

from pydantic import Field

from app.contract.base import Shape
from app.contract.history import BackupShape


class BackupsShape(Shape):
    """`inhouse history backups --json`."""

    backups: list[BackupShape] = Field(description="oldest first")
    out_of_reach: list[str] = Field(
        default=[], description="folders in which copies were made and that are not there now"
    )


class DamageShape(Shape):
    """A conversation in which something does not open."""

    conversation: str
    head_fits: bool = Field(description="false: it can be read as far as it opens, but not continued")
    title_opens: bool
    records: list[int] = Field(description="numbers of the damaged messages; the first is 0")


class VerifyShape(Shape):
    """`inhouse history verify --json`."""

    whole: bool
    generation: int
    conversations: int
    records: int
    damaged: list[DamageShape]
    unaccounted: int = Field(
        description="messages that are counted and not there; negative for ones that belong nowhere"
    )
    broken_file: bool = Field(description="indexes of the file do not fit its rows; `repair` makes them anew")
    put_back_or_removed: bool = Field(description="the seal over the whole did not fit just now")


class RestoreShape(Shape):
    """`inhouse history restore --json`."""

    copy_of: str = Field(description="the file that was restored")
    taken: str | None
    last_seen: int = Field(description="the highest generation known before; 0 for none")
    older: bool
    kept: str | None = Field(description="where the history from before lies")
    verified: VerifyShape


class RepairShape(Shape):
    """`inhouse history repair --json`."""

    repaired: bool = Field(description="false where nothing was damaged")
    conversations: int = 0
    records: int = 0
    missing: int = Field(default=0, description="messages that nobody has; they show as damaged")
    from_copies: int = Field(default=0, description="messages that only a copy had")
    lost_conversations: int = 0
    revived: int = Field(default=0, description="conversations that only a copy had")
    settings_lost: int = 0
    kept: str | None = Field(default=None, description="where the broken file lies")
    verified: VerifyShape
