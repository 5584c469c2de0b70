"""What is announced while documents are taken in, and what is reported afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Literal, TypeVar

from grounding.upkeep.ignore import LeftOut

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
    near: str = ""
    """Another document that holds nearly the same, as whoever looks for such says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the work is, and how fast it goes."""

    files: int
    """Done, of `of`; 0 of 0 where chunks are counted alone."""

    of: int
    chunks: int
    """Embedded so far."""

    files_per_second: float
    chunks_per_second: float
    seconds_left: float | None
    """None while nothing is done yet."""


@dataclass(frozen=True, slots=True)
class IndexBuilding:
    """The vector index is being built; 5 to 15 seconds for 10,000 chunks on two cores."""

    chunks: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    """So many files have been looked at; nothing has been changed yet."""

    files: int


IngestEvent = FileStarted | FileReport | Progress | IndexBuilding | Surveyed


def unheard(_: IngestEvent) -> None:
    """For work that nobody watches."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Who is told how the work goes, and who may end it."""

    announce: Callable[[IngestEvent], None] = unheard
    stop: Event | None = None

    @property
    def stopped(self) -> bool:
        """Whether the work is to end before the next file."""
        return self.stop is not None and self.stop.is_set()


_TOLD_EVERY = 100
"""Files."""

Seen = TypeVar("Seen")


def surveyed(files: Iterable[Seen], watching: Watching) -> Iterator[Seen]:
    """The same files, with a word every now and then; after a stop none but the one under way."""
    for number, file in enumerate(files, start=1):
        yield file
        if watching.stopped:
            return
        if number % _TOLD_EVERY == 0:
            watching.announce(Surveyed(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What became of everything that was named."""

    files: tuple[FileReport, ...]
    left: int = 0
    """Files that were seen and not taken in because it was stopped."""

    notice: str = ""
    """What was not done: the search for files was cut short, or the vector index is not built."""

    left_out: tuple[LeftOut, ...] = ()
    """What ignore files hid."""

    @property
    def totals(self) -> Mapping[str, int]:
        """How many files came to each status."""
        return dict(Counter(report.status for report in self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveReport:
    """What was removed."""

    removed: tuple[str, ...]
    """Paths as they were added."""

    for_good: bool = True
    """Whether text and vectors are gone; else a rollback can bring them back until they are pruned."""

    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackReport:
    """What a rollback made live again."""

    generation: int
    """The new generation, which holds the documents of the one that was named."""

    documents: int
    chunks: int
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """What was dropped, and how much space that gave back."""

    generations: int
    versions: int
    chunks: int
    bytes_before: int
    bytes_after: int
    notice: str = ""
