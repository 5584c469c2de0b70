"""What a mirror of a folder would do: decided from what was found and what is known, without touching a file.

Promises
    * A document whose file cannot be read, or lies below a folder that cannot be read, is never removed.
    * A document that was added as a single file is never removed by a sync.
    * Nothing is removed when the folder shows no readable file at all: a share that is away looks like that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grounding.catalog import Source
from grounding.errors import SyncRefusedError
from grounding.intake import Candidate
from grounding.library.schema import DEFAULT_COLLECTION
from grounding.library.wording import counted
from grounding.upkeep.ignore import LeftOut

LARGEST_SHARE = 0.2
"""Of the folder's documents, that a sync removes without being told that this is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the folder as it is on disk."""

    candidate: Candidate
    source: str = field(repr=False)
    """Absolute path as the catalog stores it."""

    size: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    """Empty if it cannot be read."""

    home: str = DEFAULT_COLLECTION
    """The collection it belongs to, or would be put into."""

    problem: str = ""
    """Why it cannot be read, or could not be when it was last tried."""

    status: str = "skipped"
    """With a problem: "skipped" if the gate turned it away, "empty" or "failed" if its reader did before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file and what becomes of it."""

    path: str
    """For people."""

    reason: str = ""
    """Where it was before, what it equals, or why it cannot be read."""

    document: str = ""
    """Id of the document that is moved, removed or kept; empty for a new one."""

    found: Found | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """Every file and document of the folder, each in one list."""

    added: tuple[Step, ...] = ()
    updated: tuple[Step, ...] = ()
    moved: tuple[Step, ...] = ()
    duplicate: tuple[Step, ...] = ()
    unchanged: tuple[Step, ...] = ()
    removed: tuple[Step, ...] = ()
    unreadable: tuple[Step, ...] = ()
    documents: int = 0
    """Live documents that earlier came from this folder."""

    left_out: tuple[LeftOut, ...] = ()
    """What ignore files hid."""

    @property
    def changes(self) -> int:
        """How many steps change the library."""
        replaced = sum(1 for step in self.duplicate if step.document)
        return len(self.added) + len(self.updated) + len(self.moved) + len(self.removed) + replaced

    def refusal(self) -> str:
        """Why a sync that nobody confirmed would change nothing; empty if it would not refuse."""
        try:
            self.refuse(confirmed=False)
        except SyncRefusedError as refused:
            return f"{refused} {refused.remedy}"
        return ""

    def refuse(self, *, confirmed: bool) -> None:
        """Raises SyncRefusedError if this would remove too much."""
        held = counted(self.documents, "document")
        readable = self.added or self.updated or self.moved or self.duplicate or self.unchanged
        if self.removed and not readable:
            raise SyncRefusedError(
                f"The folder shows no file that can be read, and {held} came from it.",
                "Check that the share is there. `inhouse docs remove` removes documents that are not wanted.",
            )
        if not confirmed and len(self.removed) > LARGEST_SHARE * self.documents:
            raise SyncRefusedError(
                f"This would remove {len(self.removed)} of the {held} of the folder.",
                "See them with --plan; if that is meant, say so with --yes.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the catalog says, as far as a plan needs it."""

    sources: Mapping[str, Source]
    """By document id; of the whole library."""

    outdated: frozenset[str] = frozenset()
    """Documents that were cut by another chunker."""


def plan(folder: str, found: Sequence[Found], known: Known) -> SyncPlan:
    """What to do so that the library holds what the folder holds."""
    return _Planning(folder, found, known).run()


class _Planning:
    def __init__(self, folder: str, found: Sequence[Found], known: Known) -> None:
        self._found = found
        self._known = known
        self._by_source = {source.source: name for name, source in known.sources.items()}
        self._on_disk = {one.source: one for one in found}
        self._managed = {
            name for name, source in known.sources.items() if source.root and below(source.source, folder)
        }
        self._holders: dict[str, list[str]] = {}
        for name, source in known.sources.items():
            self._holders.setdefault(source.sha256, []).append(name)
        self._taken: dict[tuple[str, str], str] = {}
        """Content and collection to the path of the file that will hold it."""

        self._moved: set[str] = set()
        self._steps: dict[str, list[Step]] = {}

    def run(self) -> SyncPlan:
        for one in self._found:
            kind, step = self._judged(one)
            self._steps.setdefault(kind, []).append(step)
        hidden = tuple(one.source for one in self._found if one.problem)
        for name in sorted(self._managed - self._moved, key=lambda one: self._known.sources[one].name):
            source = self._known.sources[name]
            if source.source not in self._on_disk:
                kept = any(below(source.source, place) for place in hidden)
                reason = "Its folder cannot be read." if kept else ""
                step = Step(path=source.name, reason=reason, document=name)
                self._steps.setdefault("unreadable" if kept else "removed", []).append(step)
        lists = {kind: tuple(steps) for kind, steps in self._steps.items()}
        return SyncPlan(documents=len(self._managed), left_out=(), **lists)

    def _judged(self, one: Found) -> tuple[str, Step]:
        own, path = self._by_source.get(one.source, ""), one.candidate.name
        if one.problem:
            return "unreadable", Step(path=path, reason=one.problem, document=own, found=one)
        if own and self._is_as_it_was(own, one):
            return "unchanged", Step(path=path, document=own, found=one)
        if twin := self._twin(own, one):
            return "duplicate", Step(path=path, reason=twin, document=own, found=one)
        self._taken[one.sha256, one.home] = path
        if own:
            return "updated", Step(path=path, document=own, found=one)
        if left := self._left_behind(one):
            self._moved.add(left)
            name = self._known.sources[left].name
            return "moved", Step(path=path, reason=name, document=left, found=one)
        return "added", Step(path=path, found=one)

    def _is_as_it_was(self, document: str, one: Found) -> bool:
        source = self._known.sources[document]
        as_recorded = (source.sha256, source.collection) == (one.sha256, one.home)
        return as_recorded and document not in self._known.outdated

    def _twin(self, own: str, one: Found) -> str:
        """The path that holds this content for this collection, now or when the plan is carried out."""
        for name in self._holders.get(one.sha256, ()):
            source = self._known.sources[name]
            if name != own and source.collection == one.home and not self._has_left(name):
                return source.name
        return self._taken.get((one.sha256, one.home), "")

    def _left_behind(self, one: Found) -> str:
        """A document of this folder that holds this content and whose own file does so no more."""
        for name in self._holders.get(one.sha256, ()):
            if name not in self._moved and self._has_left(name):
                return name
        return ""

    def _has_left(self, document: str) -> bool:
        source = self._known.sources[document]
        now = self._on_disk.get(source.source)
        if now is None:
            return document in self._managed
        return not now.problem and now.sha256 != source.sha256


def below(path: str, folder: str) -> bool:
    """Whether a stored path is the folder, or lies in it."""
    return path == folder or path.startswith((folder.rstrip("/") + "/", folder.rstrip("\\") + "\\"))
