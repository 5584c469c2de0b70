"""How the loader tests look at a document."""

from __future__ import annotations

from grounding.documents import LoadedDocument
from grounding.loaders.registry import load


def read(kind: str, data: bytes | str, *, name: str = "Handbook/leave policy.x") -> LoadedDocument:
    return load(kind, data.encode() if isinstance(data, str) else data, name=name)


def texts(document: LoadedDocument) -> list[str]:
    return [block.text for block in document.blocks]


def placed(document: LoadedDocument) -> list[tuple[str, int | None, int | None]]:
    return [(block.text, block.line_start, block.line_end) for block in document.blocks]
