"""Which model, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A registered model: a name for a file with a promised content."""

    name: str
    path: Path
    sha256: str
    """Of the whole file, lower-case hexadecimal."""

    size: int
    """Bytes."""

    licence: str = ""
    built_in: bool = False
    """Installed with the program; cannot be removed from the registry."""
