"""Changes of the knowledge base by the admin: proven, made, signed, recorded, in this order.

Promises
    * Where there is an admin, nothing changes the documents before the admin key is unlocked.
    * What a change published is signed before the call returns; until then nobody is answered from it.

Not promised
    * Undoing a change whose signing failed: it is there, unsigned, and `inhouse admin sign` signs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from app.administration import signatures
from app.administration.auditing import What
from app.administration.role import Administration, translated
from app.errors import NotSignedError
from grounding.catalog import Catalog
from grounding.library.schema import FILE

if TYPE_CHECKING:
    from app.contract import AddShape, PruneShape, RebuildShape, RemoveShape, RollbackShape, SyncShape
    from app.contract.documents import SyncPlanShape
    from app.workers.remote_ingest import Announce, RemoteIngest

PURPOSE = "knowledge base"
_CHANGED = "WatchChanged"
"""Announced behind a change that is complete."""

Report = TypeVar("Report")


class KnowledgeSeal:
    """Signs the documents as they are, and refuses others. Safe to use from several threads."""

    def __init__(self, administration: Administration, catalog: Catalog) -> None:
        self._administration = administration
        self._catalog = catalog
        self._file = administration.locations.knowledge_signature
        self._checked: tuple[object, ...] | None = None

    def sign(self) -> None:
        """Vouch for the documents as they are; nothing happens where there is no admin, or no change."""
        admin = self._administration.require("docs.sign")
        if admin is None or (admin.public, *map(_looks, self._files())) == self._checked:
            return
        if not self._catalog.status().generation:
            return  # An empty library answers nothing.
        with translated():
            digest = self._digest()
            signatures.sign(admin, PURPOSE, digest, self._file, self._administration.newest(PURPOSE))
        self._administration.record("docs.sign", subject=digest)
        self._checked = None
        self.check()

    def check(self) -> None:
        """Raises NotSignedError, AdminChangedError or AdminError unless the admin signed what is there.

        Reads everything once, and again only when the files look otherwise than before.
        """
        public = self._administration.public()
        if public is None:
            return
        looks = (public, *map(_looks, self._files()))
        if looks == self._checked:
            return
        try:
            with translated():
                if self._catalog.status().generation:
                    signature = signatures.check(public, PURPOSE, self._digest(), self._file)
                    self._administration.refuse_older(PURPOSE, signature.time)
        except NotSignedError:
            self._administration.record("docs.refused")
            raise
        self._checked = looks

    def _digest(self) -> bytes:
        with self._catalog.read() as view:
            return view.digest()

    def _files(self) -> Sequence[Path]:
        catalog = self._catalog.folder / FILE
        return (catalog, catalog.with_name(catalog.name + "-wal"), self._file)


class PublishingIngest:
    """Stands in for `RemoteIngest` where an admin signs what is published."""

    def __init__(self, ingest: RemoteIngest, seal: KnowledgeSeal, administration: Administration) -> None:
        self._ingest = ingest
        self._seal = seal
        self._administration = administration

    def add(self, paths: Sequence[Path], announce: Announce, *, collection: str = "") -> AddShape:
        """As `RemoteIngest.add`."""
        return self._published(
            "docs.add", lambda: self._ingest.add(paths, announce, collection=collection), len(paths)
        )

    def remove(self, names: Sequence[str], announce: Announce, *, for_good: bool = True) -> RemoveShape:
        """As `RemoteIngest.remove`."""
        return self._published(
            "docs.remove", lambda: self._ingest.remove(names, announce, for_good=for_good), len(names)
        )

    def plan(self, folder: Path, announce: Announce, **asked: Any) -> SyncPlanShape:
        """As `RemoteIngest.plan`; changes nothing, so that anybody may ask."""
        return self._ingest.plan(folder, announce, **asked)

    def sync(self, folder: Path, announce: Announce, **asked: Any) -> SyncShape:
        """As `RemoteIngest.sync`."""
        return self._published("docs.sync", lambda: self._ingest.sync(folder, announce, **asked))

    def watch(
        self, folders: Sequence[Path], announce: Announce, *, collection: str, poll: float | None
    ) -> None:
        """As `RemoteIngest.watch`. Each change is signed when it is complete; the key is held meanwhile."""
        self._administration.require("docs.watch")

        def hear(kind: str, value: dict[str, Any]) -> None:
            if kind == _CHANGED:
                self._administration.stay_unlocked()
                self._seal.sign()
            announce(kind, value)

        self._published(
            "docs.watch",
            lambda: self._ingest.watch(folders, hear, collection=collection, poll=poll),
            len(folders),
        )

    def rollback(self, number: int, announce: Announce) -> RollbackShape:
        """As `RemoteIngest.rollback`."""
        return self._published("docs.rollback", lambda: self._ingest.rollback(number, announce), number)

    def prune(self, keep: int, announce: Announce) -> PruneShape:
        """As `RemoteIngest.prune`."""
        return self._published("docs.prune", lambda: self._ingest.prune(keep, announce), keep)

    def rebuild(self, announce: Announce, *, embedder: Path | None = None) -> RebuildShape:
        """As `RemoteIngest.rebuild`."""
        return self._published("docs.rebuild", lambda: self._ingest.rebuild(announce, embedder=embedder))

    def collection(
        self, name: str, *, groups: Sequence[str] | None, move: Sequence[str] = (), drop: bool = False
    ) -> None:
        """As `RemoteIngest.collection`."""
        self._published(
            "docs.collection", lambda: self._ingest.collection(name, groups=groups, move=move, drop=drop)
        )

    def stop(self) -> None:
        """End after the file under way."""
        self._ingest.stop()

    def close(self) -> None:
        """End the child for good."""
        self._ingest.close()

    def _published(self, what: What, work: Callable[[], Report], number: int = 0) -> Report:
        # Somebody else's change that nobody signed must not be signed along with this one.
        if self._administration.require(what) is not None:
            self._seal.check()
        try:
            report = work()
        finally:
            # What was taken in before a stop or an error is live and needs its signature as well.
            self._seal.sign()
        self._administration.record(what, counts={"number": number} if number else None)
        return report


def _looks(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
