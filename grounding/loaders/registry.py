"""Which loader reads which kind. Only the one asked for is imported: each brings its own libraries."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from grounding.documents import LoadedDocument
from grounding.errors import FileUnreadableError, IntakeError
from grounding.loaders.finishing import finished
from grounding.loaders.scans import completed

_MODULES = {
    "pdf": "grounding.loaders.pdf",
    "docx": "grounding.loaders.docx",
    "pptx": "grounding.loaders.pptx",
    "xlsx": "grounding.loaders.xlsx",
    "odt": "grounding.loaders.odt",
    "rtf": "grounding.loaders.rtf",
    "epub": "grounding.loaders.epub",
    "html": "grounding.loaders.html",
    "markdown": "grounding.loaders.markdown",
    "rst": "grounding.loaders.rst",
    "text": "grounding.loaders.text",
    "csv": "grounding.loaders.csv_table",
    "eml": "grounding.loaders.eml",
    "msg": "grounding.loaders.msg",
    "json": "grounding.loaders.json_lines",
    "xml": "grounding.loaders.xml",
}

KINDS = tuple(_MODULES)
"""Kinds that can be read."""


class Loader(Protocol):
    """What each loader module offers."""

    def load(self, data: bytes, *, name: str) -> LoadedDocument:
        """Text with positions. Raises IntakeError, and whatever its parser raises."""
        ...


def load(kind: str, data: bytes, *, name: str) -> LoadedDocument:
    """Read a document that passed the gate. `name` only serves for a title where the document has none.

    Raises FileRefusedError if it is protected, FileEmptyError if it holds no text, FileUnreadableError if
    the parser failed.
    """
    loader = cast("Loader", import_module(_MODULES[kind]))
    if kind == "pdf":
        return contained(lambda: completed(data, lambda: loader.load(data, name=name)), name=name)
    return contained(lambda: loader.load(data, name=name), name=name)


def contained(read: Callable[[], LoadedDocument], *, name: str) -> LoadedDocument:
    """What `read` gives, finished. Raises an IntakeError or a MemoryError whatever it raises."""
    try:
        return finished(read(), name=name)
    except (IntakeError, MemoryError):
        raise
    except RecursionError:
        raise FileUnreadableError("Its parts are nested too deeply.") from None
    except Exception as crash:  # noqa: BLE001 - parsers raise anything at all on hostile input
        # The type only: a parser's message may quote the document.
        kind_of_crash = type(crash).__name__
        raise FileUnreadableError(f"The file is damaged: its parser failed ({kind_of_crash}).") from None
