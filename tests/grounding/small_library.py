"""Parts that tests of the knowledge base share: a small real embedder, a reader, documents to put in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.documents import Chunk, LoadedDocument
from grounding.intake import Admitted
from grounding.library.schema import DEFAULT_COLLECTION
from grounding.library.writer import CatalogWriter, NewVersion, Placed
from grounding.loaders.registry import load
from grounding.text.terms import content_words

DIMENSION = 512


class HashingEmbedder:
    """Texts with the same content words get the same vector, with no word in common a right angle (nearly).

    The feature hashing of Weinberger et al. (2009): needs no weights, and is the same in every process.
    """

    dimension = DIMENSION
    max_tokens = 256

    def __init__(self, name: str = "hashing@1") -> None:
        self.name = name

    def warm(self) -> None:
        """Nothing to load."""

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in content_words(text) or ("",):
                digest = hashlib.sha256(word.encode()).digest()
                vectors[row, digest[0] % self.dimension] += 1.0 if digest[1] % 2 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)


class InProcessReader:
    """Reads without a process of its own."""

    def read(self, admitted: Admitted) -> LoadedDocument:
        return load(admitted.kind, admitted.data, name=admitted.name)


def put(writer: CatalogWriter, name: str, *texts: str, groups: frozenset[str] = frozenset()) -> None:
    """Make a document with these chunks live, in place of an earlier one of the same name.

    With groups it goes into a collection that only those may read.
    """
    embedder = HashingEmbedder()
    writer.bind_embedder(embedder.name, embedder.dimension)
    collection = "-".join(sorted(groups)) or DEFAULT_COLLECTION
    if collection not in {one.name for one in writer.view.collections()}:
        writer.put_collection(collection, groups)
    version = version_of(name, *texts)
    chunks = [
        Chunk(id=f"{version.id}-{number}", ordinal=number, text=text) for number, text in enumerate(texts)
    ]
    writer.put(version, placed(name, collection), chunks, embedder.embed(texts))


def version_of(name: str, *texts: str) -> NewVersion:
    """The version that `put` makes of these chunks."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    return NewVersion(
        id=f"{name}-{digest[:8]}",
        document_id=f"id-{name}",
        sha256=digest,
        kind="text",
        title=name,
        pages=None,
        characters=sum(map(len, texts)),
        chunker="test",
        size=sum(map(len, texts)),
    )


def placed(name: str, collection: str = DEFAULT_COLLECTION) -> Placed:
    """Where `put` puts a document."""
    return Placed(document_id=f"id-{name}", source=f"/documents/{name}", name=name, collection=collection)


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """A folder of text files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
