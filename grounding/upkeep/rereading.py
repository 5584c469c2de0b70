"""Whether a file whose content is as it was is worth reading anew: more of it can be read now."""

from __future__ import annotations

from grounding.catalog import DocumentEntry
from grounding.library.identity import CHUNKER, version_id
from grounding.library.writer import CatalogWriter
from grounding.loaders.ocr import was_missing


def outdated(entry: DocumentEntry) -> bool:
    """Cut by another chunker, or with scanned pages that only now can be read."""
    return entry.chunker != CHUNKER or was_missing(entry.warnings)


def version_name(writer: CatalogWriter, document: str, sha256: str) -> str:
    """The version id of this content; another one than that of a version without its scanned pages."""
    name = version_id(document, sha256)
    stored = writer.stored(name)
    return version_id(document, f"{sha256} recognised") if stored and was_missing(stored.warnings) else name
