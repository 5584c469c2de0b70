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


class LeftOutShape(Shape):
    """What one ignore file hid."""

    path: str = Field(description="of the ignore file")
    files: int
    folders: int = Field(description="not entered: what lies in them is not counted")


class AddShape(Shape):
    """`inhouse docs add --json`."""

    files: list[FileShape]
    totals: dict[str, int] = Field(description="status to count")
    left: int = Field(default=0, description="files that were not looked at because it was stopped")
    left_out: list[LeftOutShape] = Field(default=[], description="what ignore files hid")
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
    collection: str = ""
    dated: str | None = Field(default=None, description="the date the document gives itself, ISO 8601")
    also_at: list[str] = Field(default=[], description="absolute paths of files with the same content")


class DocumentsShape(Shape):
    """`inhouse docs list --json`."""

    documents: list[DocumentShape]


class RemoveShape(Shape):
    """`inhouse docs remove --json`."""

    removed: list[str]
    for_good: bool = Field(default=True, description="false: a rollback can bring them back until a prune")
    notice: str = ""


class StepShape(Shape):
    """One file of a mirrored folder."""

    path: str
    reason: str = Field(default="", description="where it was, what it equals, or why it cannot be read")


class SyncPlanShape(Shape):
    """What a sync does, each file and document once."""

    added: list[StepShape]
    updated: list[StepShape]
    moved: list[StepShape]
    duplicate: list[StepShape]
    unchanged: int
    removed: list[StepShape]
    unreadable: list[StepShape]
    documents: int = Field(description="live documents that came from this folder before")
    left_out: list[LeftOutShape] = Field(default=[], description="what ignore files hid")
    refused: str = Field(default="", description="why a sync without --yes would do nothing")


class SyncShape(Shape):
    """`inhouse docs sync --json`; with `--plan` nothing but the plan is filled."""

    folder: str
    plan: SyncPlanShape
    files: list[FileShape] = Field(description="what became of those that were taken in")
    moved: list[str]
    removed: list[str]
    left: int = Field(default=0, description="files that were not taken in because it was stopped")
    notice: str = ""


class PairShape(Shape):
    """Two documents, by path."""

    document: str
    other: str
    likeness: float | None = Field(default=None, description="share of words in common, 0 to 1")


class NoteShape(Shape):
    """A document or file, and what is to be known about it."""

    path: str
    reason: str


class CollectionShape(Shape):
    """Documents that are read by the same people."""

    name: str
    groups: list[str] = Field(description="empty: everyone may read it")
    documents: int
    chunks: int


class CollectionsShape(Shape):
    """`inhouse docs collections --json`."""

    collections: list[CollectionShape]


class GenerationShape(Shape):
    """One command that changed the library."""

    number: int
    made: str
    what: str
    added: int
    updated: int
    removed: int
    documents: int
    chunks: int


class GenerationsShape(Shape):
    """`inhouse docs generations --json`; newest first."""

    generations: list[GenerationShape]


class DocumentsStatusShape(Shape):
    """`inhouse docs status --json`."""

    documents: int
    chunks: int
    bytes: int = Field(description="of the knowledge base on disk")
    generation: int
    updated: str | None
    embedder: str
    dimension: int
    index: str = Field(description="chroma, or exact where that cannot be used")
    notice: str = ""
    collections: list[CollectionShape]
    stale: list[NoteShape] = Field(description="changed or gone on disk since they were taken in")
    duplicates: list[PairShape] = Field(description="files whose content another one holds")
    near_duplicates: list[PairShape]
    superseded: list[PairShape] = Field(description="a document and its newest edition")
    unread: list[NoteShape] = Field(description="files that could not be read at their last try")


class RollbackShape(Shape):
    """`inhouse docs rollback --json`."""

    generation: int = Field(description="the new generation, which holds the documents of the one named")
    documents: int
    chunks: int
    notice: str = ""


class PruneShape(Shape):
    """`inhouse docs prune --json`."""

    generations: int
    versions: int
    chunks: int
    bytes_before: int
    bytes_after: int
    notice: str = ""


class RebuildShape(Shape):
    """`inhouse docs rebuild --json`."""

    embedder: str = Field(description="whose vectors answer; as before unless another one was named")
    chunks: int = Field(description="embedded in this run")
    left: int = Field(default=0, description="chunks not embedded yet, because it was stopped")
    notice: str = ""
