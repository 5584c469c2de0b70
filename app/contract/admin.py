"""The admin's role and the audit log."""

from __future__ import annotations

from pydantic import Field

from app.contract.base import Shape


class AdminShape(Shape):
    """`inhouse admin status --json`."""

    set_up: bool
    fingerprint: str = Field(description="of the admin's public key; empty without one")
    documents: str = Field(description='"signed", "not needed", or why they are not answered from')
    models: str = Field(description='the same of the list of added models; "none" where there are none')


class AuditEntryShape(Shape):
    """One event; never a text."""

    number: int
    time: str
    who: str = Field(description="account, or its pseudonym where the name was forgotten")
    what: str
    subject: str = Field(description="SHA-256 of what it was done to; empty if there is none")
    counts: dict[str, int]


class AuditShape(Shape):
    """`inhouse audit show --json`."""

    entries: list[AuditEntryShape]


class AuditReportShape(Shape):
    """`inhouse audit verify --json`."""

    entries: int = Field(description="that fit, counted from the first")
    bad: int | None = Field(description="number of the first that does not fit or is missing; null if none")
    why: str
    checkpoint: str = Field(description="time of the newest signed checkpoint; empty without one")
    checkpoint_entries: int
    words: str = Field(description="eight words of the newest checkpoint, to be compared with a note of them")
    refused: list[str] = Field(description="checkpoint files that hold something else")
