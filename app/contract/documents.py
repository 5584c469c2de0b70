"""The knowledge base."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.contract.ask import PassageShape
from app.contract.base import Shape


class FileShape(Shape):
    """What became of one file."""

    path: str
    status: Literal["added", "updated", "unchanged", "duplicate", "empty", "skipped", "failed"]
    reason: str
    pages: int | None
    characters: int
    chunks: int
    near: str = Field(default="", description="another document that holds nearly the same")


class AddShape(Shape):
    """`inhouse docs add --json`."""

    files: list[FileShape]
    totals: dict[str, int] = Field(description="status to count")
    notice: str = ""


class SearchShape(Shape):
    """`inhouse docs search --json`."""

    passages: list[PassageShape]
    notice: str = ""


class DocumentShape(Shape):
    """One live document."""

    id: str
    path: str
    title: str
    kind: str
    pages: int | None
    characters: int
    chunks: int
    added: str


class DocumentsShape(Shape):
    """`inhouse docs list --json`."""

    documents: list[DocumentShape]


class RemoveShape(Shape):
    """`inhouse docs remove --json`."""

    removed: list[str]
    notice: str = ""
