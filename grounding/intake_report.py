"""What is announced while documents are taken in, and what is reported afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["added", "updated", "unchanged", "duplicate", "empty", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A file is about to be read."""

    path: str
    number: int
    """Counted from 1."""

    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file."""

    path: str
    """For people: from the named folder on."""

    status: Status
    reason: str = ""
    """Why it was not taken in, or what its loader warns of; empty when all is well."""

    pages: int | None = None
    characters: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class IndexBuilding:
    """The vector index is being built; 5 to 15 seconds for 10,000 chunks on two cores."""

    chunks: int


IngestEvent = FileStarted | FileReport | IndexBuilding


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What became of everything that was named."""

    files: tuple[FileReport, ...]
    left: int = 0
    """Files that were not looked at because it was stopped."""

    notice: str = ""
    """What went wrong with the vector index; exact search answers then."""

    @property
    def totals(self) -> Mapping[str, int]:
        """How many files came to each status."""
        return dict(Counter(report.status for report in self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveReport:
    """What was removed."""

    removed: tuple[str, ...]
    """Paths as they were added."""

    notice: str = ""
