"""How the documents of the library stand to each other: near duplicates, and editions that others replace."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from grounding.catalog import CatalogView, DocumentEntry
from grounding.errors import CatalogBusyError, CatalogUnusableError
from grounding.library.editions import Named, families, successions
from grounding.library.file_notes import FileNotes
from grounding.library.kinship import ALIKE, Near, Signature, likeness, near_duplicates, nearest, signature
from grounding.passages import Principal
from grounding.upkeep.intake_ports import Arrival


def shown_to(principal: Principal | None, view: CatalogView) -> frozenset[str]:
    """Ids of the live documents that lists may name to `principal`; all of them to an admin, who is None."""
    if principal is None:
        return frozenset(view.sources())
    return view.readable_documents(principal)


def superseded(view: CatalogView) -> Mapping[str, str]:
    """Document id to the id of its newest edition, for each live document that has a newer one.

    Where nothing but the date tells two documents apart, they must also share words (`kinship.ALIKE`): the
    minutes of two meetings are no editions of each other. Reads the text of such documents alone; keep the
    result for as long as the catalog's revision is the same.
    """
    words: dict[str, Signature] = {}

    def known(document: str) -> Signature:
        if document not in words:
            words[document] = signature(view.texts(document))
        return words[document]

    entries = [_named(entry) for entry in view.documents()]
    return {
        one.older: one.newer
        for one in successions(entries)
        if not one.by_date_alone or likeness(known(one.older).words, known(one.newer).words) >= ALIKE
    }


class Relations:
    """Signatures of what is live, kept in the notes beside the catalog; fills the port `taking_in.Kin`."""

    def __init__(self, folder: Path, principal: Principal | None = None) -> None:
        """Of documents that `principal` may not read nothing is said; None for an admin, who sees all."""
        self._notes = FileNotes(folder)
        self._principal = principal
        self._view: CatalogView | None = None
        self._names: dict[str, Named] = {}
        self._families: dict[str, dict[str, Named]] = {}
        self._signatures: dict[str, Signature] = {}
        """By document id, of what is live and of what arrived in this command."""

        self._unkept: dict[str, Signature] = {}
        """By version id, of what arrived since the last `keep`."""

    def relate(self, view: CatalogView, arrival: Arrival) -> str:
        """A sentence about a near duplicate and one about a newer or older edition; empty without them."""
        self._begin(view)
        own = signature(arrival.texts)
        self._signatures.pop(arrival.document_id, None)
        said = [self._near(view, own), self._edition(view, arrival, own)]
        self._signatures[arrival.document_id] = self._unkept[arrival.version] = own
        self._enter(_arrived(arrival))
        return " ".join(sentence for sentence in said if sentence)

    def keep(self) -> None:
        """Note the signatures of what arrived, so that no later command works them out."""
        # Kept to save time alone: they can be worked out again.
        with contextlib.suppress(CatalogUnusableError, CatalogBusyError):
            self._notes.add_signatures(self._unkept)
            self._unkept = {}

    def near(self, view: CatalogView) -> tuple[Near, ...]:
        """Every pair of near duplicates, by document id, the most alike first."""
        shown = shown_to(self._principal, view)
        return near_duplicates({name: one for name, one in self.signatures(view).items() if name in shown})

    def signatures(self, view: CatalogView) -> Mapping[str, Signature]:
        """By document id; what is missing is worked out from the chunks and noted."""
        known = self._notes.signatures()
        versions = {entry.id: entry.version for entry in view.documents()}
        found = {document: known.get(version) for document, version in versions.items()}
        fresh = {document: signature(view.texts(document)) for document, one in found.items() if one is None}
        if fresh or len(known) > len(set(versions.values())):
            added = {versions[document]: one for document, one in fresh.items()}
            with contextlib.suppress(CatalogUnusableError, CatalogBusyError):
                self._notes.keep_signatures(added, versions.values())
        return {document: one or fresh[document] for document, one in found.items()}

    def _begin(self, view: CatalogView) -> None:
        if view is not self._view:
            self._view = view
            self._names, self._families = {}, {}
            shown = shown_to(self._principal, view)
            for entry in view.documents():
                if entry.id in shown:
                    self._enter(_named(entry))
            self._signatures = {name: one for name, one in self.signatures(view).items() if name in shown}

    def _enter(self, one: Named) -> None:
        self._names[one.id] = one
        for family in families(one):
            self._families.setdefault(family, {})[one.id] = one

    def _near(self, view: CatalogView, own: Signature) -> str:
        found = nearest(own, self._signatures)
        # It may have been taken out since this command began.
        if found is None or not view.texts(found.second):
            return ""
        return f"It nearly equals {self._names[found.second].path} ({found.likeness:.0%} of its words)."

    def _edition(self, view: CatalogView, arrival: Arrival, own: Signature) -> str:
        arrived = _arrived(arrival)
        members = {
            one.id: one for family in families(arrived) for one in self._families.get(family, {}).values()
        }
        for one in successions((members | {arrived.id: arrived}).values()):
            if arrived.id not in {one.older, one.newer}:
                continue
            other = one.newer if one.older == arrived.id else one.older
            alike = not one.by_date_alone or likeness(own.words, self._signatures[other].words) >= ALIKE
            if alike and view.texts(other):
                path = self._names[other].path
                newer = one.newer == arrived.id
                return f"It replaces {path}." if newer else f"{path} is a newer edition of it."
        return ""


def _named(entry: DocumentEntry) -> Named:
    return Named(id=entry.id, path=entry.path, title=entry.title, dated=entry.dated)


def _arrived(arrival: Arrival) -> Named:
    return Named(id=arrival.document_id, path=arrival.path, title=arrival.title, dated=arrival.dated)
