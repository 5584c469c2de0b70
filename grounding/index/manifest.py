"""What a published index says about itself, and whether it was made of this catalog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grounding.catalog import CatalogState
from grounding.errors import IndexUnusableError
from grounding.index.files import LARGEST_FILE, MOST_FILES

FILE = "manifest.json"
CEILING = 1 << 20
_SAFE_PATH = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}/){0,3}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")

Size = Annotated[int, Field(ge=0, le=LARGEST_FILE)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """Stands beside the index files; its own hash stands in CURRENT."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    library: str
    generation: int
    revision: int
    embedder: str
    dimension: int
    chroma: str
    chunks: int = Field(ge=1)
    recall: float = Field(ge=0.0, le=1.0, description="recall@10 against exact search, on a sample")
    files: dict[str, tuple[Size, Digest]] = Field(max_length=MOST_FILES)

    @classmethod
    def of(cls, content: bytes) -> Manifest:
        """Read one. Raises IndexUnusableError."""
        try:
            manifest = cls.model_validate_json(content)
        except ValidationError as reason:
            raise IndexUnusableError("The vector index has no valid manifest.") from reason
        if not all(_SAFE_PATH.fullmatch(name) for name in manifest.files):
            raise IndexUnusableError("The manifest of the vector index names files elsewhere.")
        return manifest

    def to_bytes(self) -> bytes:
        """As it is written to disk."""
        return self.model_dump_json(indent=1).encode()

    def refuse_unless_of(self, state: CatalogState, chroma: str) -> None:
        """Raises IndexUnusableError if it is of another catalog, embedder or Chroma, or of a later state.

        It may be of an earlier state: `grounding.index.delta` knows how much it lacks.
        """
        if self.library != state.library:
            raise IndexUnusableError("The vector index belongs to another knowledge base.")
        if (self.embedder, self.dimension) != (state.embedder, state.dimension):
            raise IndexUnusableError("The vector index was made with another embedder.")
        if self.revision > state.revision or (
            self.revision == state.revision and self.chunks != state.chunks
        ):
            raise IndexUnusableError("The vector index is not of this state of the documents.")
        if self.chroma != chroma:
            raise IndexUnusableError("The vector index was made with another version of Chroma.")


def read_limited(file: Path, ceiling: int) -> bytes:
    """The file's content. Raises IndexUnusableError if it is absent or larger than `ceiling` bytes."""
    try:
        if file.is_symlink():
            raise IndexUnusableError("The vector index was altered.")
        with file.open("rb") as stream:
            content = stream.read(ceiling + 1)
    except OSError as reason:
        raise IndexUnusableError("There is no vector index.") from reason
    if len(content) > ceiling:
        raise IndexUnusableError(f"{file.name} of the vector index is too large.")
    return content
