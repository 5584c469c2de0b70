"""The catalogue of one person: what admins loaded, and what the documents that person may read define."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grounding.catalog import Catalog
from grounding.entity_catalogue import CatalogueEntry, EntityCatalogue, mined_entries
from grounding.errors import UnknownEntityError
from grounding.naming.entity_store import Correction, EntityStore
from grounding.naming.name_forms import key_of
from grounding.passages import Principal

_Version = tuple[str, int, int]
_MOST_PRINCIPALS = 4


class KnownEntities:
    """Catalogues by principal; made again when documents, entities or corrections have changed."""

    def __init__(self, catalog: Catalog, store: EntityStore) -> None:
        self._catalog = catalog
        self._store = store
        self._made: dict[frozenset[str], tuple[_Version, EntityCatalogue]] = {}

    def of(self, principal: Principal) -> EntityCatalogue:
        """Everything `principal` may know. The same object as long as nothing has changed.

        Raises CatalogUnusableError, CatalogBusyError.
        """
        revision = self._store.revision()
        with self._catalog.read() as view:
            state = view.state()
            version = (state.library, state.revision, revision)
            known = self._made.get(principal.groups)
            if known is not None and known[0] == version:
                return known[1]
            mined = mined_entries((one.id, one.text, one.title) for one in view.readable_texts(principal))
            catalogue = EntityCatalogue(merged(self._store.entries(), mined, self._store.corrections()))
        if len(self._made) >= _MOST_PRINCIPALS:
            self._made.clear()
        self._made[principal.groups] = (version, catalogue)
        return catalogue


def merged(
    loaded: Iterable[CatalogueEntry], mined: Iterable[CatalogueEntry], corrections: Mapping[str, Correction]
) -> tuple[CatalogueEntry, ...]:
    """Loaded entries with their sources, and the mined ones that no loaded entry has under the same name.

    An entry that is mined twice under one name, as a title and as a term, stays two entries.
    """
    entries = {entry.id: entry for entry in loaded}
    by_name = {key_of(name): entry.id for entry in entries.values() for name in entry.names}
    for found in mined:
        entry = _corrected(found, corrections.get(found.id))
        if entry is None:
            continue
        if same := by_name.get(key_of(entry.name)):
            entries[same] = replace(
                entries[same], sources=tuple(dict.fromkeys((*entries[same].sources, *entry.sources)))
            )
        else:
            entries.setdefault(entry.id, entry)
    return tuple(entries.values())


def named(catalogue: EntityCatalogue, name: str) -> CatalogueEntry:
    """The entry with this id or canonical name, else the only one that bears the name.

    Raises UnknownEntityError, also if the name fits several.
    """
    exact = [entry for entry in catalogue.entries if name == entry.id]
    exact = exact or [entry for entry in catalogue.entries if key_of(name) == key_of(entry.name)]
    found = exact or list(catalogue.candidates(name))
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnknownEntityError(f"There is no entity {name!r}.")
    raise UnknownEntityError(
        f"{name!r} fits {len(found)} entities.",
        f"Use the id of one: {', '.join(entry.id for entry in found[:5])}.",
    )


def _corrected(entry: CatalogueEntry, correction: Correction | None) -> CatalogueEntry | None:
    if correction is None:
        return entry
    if correction.verdict == "rejected":
        return None
    return replace(
        entry,
        name=correction.name or entry.name,
        kind=correction.kind or entry.kind,
        aliases=entry.aliases if correction.aliases is None else correction.aliases,
        description=correction.description or entry.description,
        origin="corrected",
    )
