"""Ids of documents and versions: the same file with the same content has the same ones in every library."""

from __future__ import annotations

import hashlib
from pathlib import Path

CHUNKER = "sentences-2"
"""Recorded with each version; a file cut by another chunker is taken in anew."""


def document_id(source: str) -> str:
    """The id of the document at this absolute path."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def version_id(document: str, sha256: str) -> str:
    """The id of a document's version with this content, as it is cut now."""
    return hashlib.sha256(f"{document}\0{sha256}\0{CHUNKER}".encode()).hexdigest()[:24]


def stored_path(path: Path) -> str:
    """A path as text SQLite can hold; bytes that are no UTF-8 become escapes and stay distinct."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
