"""Files of a published index: listed with size and hash, copied only if they still are what was listed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from grounding.errors import IndexUnusableError

_PIECE = 1 << 20
MOST_FILES = 1_000
LARGEST_FILE = 1 << 36


def listed(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of each file below `folder`, by its path from there."""
    return {
        place.relative_to(folder).as_posix(): (place.stat().st_size, _hash(place))
        for place in sorted(folder.rglob("*"))
        if place.is_file()
    }


def copy_verified(source: Path, target: Path, files: Mapping[str, tuple[int, str]]) -> None:
    """Copy exactly the listed files; each byte that lands in `target` has been hashed on its way.

    Raises IndexUnusableError if a file is missing, altered, or stands there without being listed.
    """
    present = {place.relative_to(source).as_posix() for place in source.rglob("*") if not place.is_dir()}
    if present != set(files):
        raise IndexUnusableError("Files of the vector index are missing or were added.")
    for name, (size, digest) in files.items():
        if (source / name).is_symlink() or (source / name).stat().st_size != size:
            raise IndexUnusableError("Files of the vector index were altered.")
        goal = target / name
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _copy(source / name, goal) != digest:
            raise IndexUnusableError("Files of the vector index were altered.")


def sync_tree(folder: Path) -> None:
    """Flush every file and folder to the disk, `folder` itself last."""
    for place in sorted(folder.rglob("*"), reverse=True):
        sync(place)
    sync(folder)


def sync(place: Path) -> None:
    """Flush one file or folder to the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(file: Path, content: bytes) -> None:
    """Replace the file by one with this content, or leave it as it was."""
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
    sync(file.parent)


def _hash(place: Path) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        while piece := reading.read(_PIECE):
            digest.update(piece)
            writing.write(piece)
    return digest.hexdigest()
