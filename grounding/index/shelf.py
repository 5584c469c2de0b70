"""Where vector indexes are built, published and opened.

    CURRENT             name of the published index and the hash of its manifest; replaced atomically
    gen-…/              a published index: its files and a manifest of them; nothing in it changes
    staging-…/          one that is being built; left behind only by a kill
    open-…/             a reader's verified working copy, held by the lock beside it

Promises
    * An index is used only if every byte of it is what was verified when it was published.
    * A kill at any point leaves CURRENT naming a whole index, or none.
    * The index is made of the catalog and can be thrown away; removed vectors go with the
      index that held them.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grounding.catalog import CatalogState, CatalogView
from grounding.chroma_index import ChromaIndex, build, chroma_version
from grounding.errors import IndexUnusableError
from grounding.exact_index import ExactIndex
from grounding.index.delta import delta_of, is_far
from grounding.index.files import copy_verified, listed, sync, sync_tree, write_atomically
from grounding.index.manifest import CEILING, FILE, Manifest, read_limited
from grounding.index.own_copy import OpenIndex, is_held, lock_of

FILES = "index"
_CURRENT = "CURRENT"
Vectors = NDArray[np.float32]
_CURRENT_LINE = re.compile(rb"(gen-[0-9]{8}-[0-9a-f]{8}) ([0-9a-f]{64})\n")
_SAMPLE = 200
_NEIGHBOURS = 10
LEAST_RECALL = 0.95
_EQUAL = 1e-4
"""Similarities this close are the same: Chroma and NumPy add up in different orders."""


class IndexShelf:
    """The folder of indexes. Cheap to make; publishing needs the catalog's writer lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def token(self) -> bytes:
        """Changes whenever another index is published; empty if there is none."""
        try:
            return read_limited(self._folder / _CURRENT, 200)
        except IndexUnusableError:
            return b""

    def manifest(self, state: CatalogState) -> Manifest:
        """The published index's manifest, without looking at its other files.

        Raises IndexUnusableError if there is none, if it is of another library or embedder, or if the
        library's size alone tells that it is too old; `is_near` looks closer.
        """
        manifest = self._current(state)[1]
        if is_far(abs(state.chunks - manifest.chunks), state.chunks):
            raise IndexUnusableError("The vector index is too far behind the documents.")
        return manifest

    def is_near(self, view: CatalogView, state: CatalogState) -> bool:
        """Whether the published index can answer for this state, with what changed since added to it."""
        try:
            delta_of(view, state, self.manifest(state))
        except IndexUnusableError:
            return False
        return True

    def open(self, state: CatalogState) -> OpenIndex:
        """Verify a copy of the published index and open that; it may be of an earlier state.

        Raises IndexUnusableError.
        """
        place, manifest = self._current(state)
        self._sweep("open-*")
        return OpenIndex(place / FILES, self._folder / f"open-{secrets.token_hex(8)}", manifest)

    def publish(self, state: CatalogState, ids: Sequence[str], vectors: Vectors) -> Manifest | None:
        """Build, verify and publish an index of these vectors; None, and no index at all, if there are none.

        Raises IndexUnusableError; what was published before then stands, and is known to be out of date.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._sweep("staging-*")
        # Killed readers' copies may hold vectors that are gone by now.
        self._sweep("open-*")
        if not ids:
            (self._folder / _CURRENT).unlink(missing_ok=True)
            self._sweep("gen-*")
            return None
        mark = secrets.token_hex(4)
        staging = self._folder / f"staging-{mark}"
        try:
            return self._publish(staging, f"gen-{state.generation:08d}-{mark}", state, (ids, vectors))
        except OSError as reason:
            raise IndexUnusableError(f"The vector index cannot be written ({reason.strerror}).") from reason
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _publish(
        self,
        staging: Path,
        name: str,
        state: CatalogState,
        content: tuple[Sequence[str], Vectors],
    ) -> Manifest:
        ids, vectors = content
        staging.mkdir(mode=0o700)
        build(staging / FILES, ids, vectors)
        files = listed(staging / FILES)
        recall = self._verified(staging, files, ids, vectors)
        manifest = Manifest(
            library=state.library,
            generation=state.generation,
            revision=state.revision,
            embedder=state.embedder,
            dimension=state.dimension,
            chroma=chroma_version(),
            chunks=len(ids),
            recall=recall,
            files=files,
        )
        write_atomically(staging / FILE, manifest.to_bytes())
        sync_tree(staging)
        staging.rename(self._folder / name)
        sync(self._folder)
        digest = hashlib.sha256(manifest.to_bytes()).hexdigest()
        write_atomically(self._folder / _CURRENT, f"{name} {digest}\n".encode())
        self._sweep("gen-*", keep=name)
        return manifest

    def _verified(
        self,
        staging: Path,
        files: dict[str, tuple[int, str]],
        ids: Sequence[str],
        vectors: Vectors,
    ) -> float:
        """Recall@10 of a copy, because looking at an index changes it; refuses one that is too inexact."""
        copy = self._folder / f"staging-{secrets.token_hex(4)}"
        try:
            copy_verified(staging / FILES, copy, files)
            index = ChromaIndex(copy)
            try:
                return _measured(index, ids, vectors)
            finally:
                index.close()
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def _current(self, state: CatalogState) -> tuple[Path, Manifest]:
        line = _CURRENT_LINE.fullmatch(read_limited(self._folder / _CURRENT, 200))
        if line is None:
            raise IndexUnusableError("The vector index was altered.")
        place = self._folder / line[1].decode()
        content = read_limited(place / FILE, CEILING)
        if hashlib.sha256(content).hexdigest().encode() != line[2]:
            raise IndexUnusableError("The vector index was altered.")
        manifest = Manifest.of(content)
        manifest.refuse_unless_of(state, chroma_version())
        return place, manifest

    def _sweep(self, pattern: str, *, keep: str = "") -> None:
        """Remove folders that nobody uses any more."""
        for place in self._folder.glob(pattern):
            if place.is_dir() and place.name != keep and not is_held(place):
                shutil.rmtree(place, ignore_errors=True)
                lock_of(place).unlink(missing_ok=True)


def _measured(index: ChromaIndex, ids: Sequence[str], vectors: Vectors) -> float:
    """Recall@10 of the index against exact search on an even sample. Raises IndexUnusableError.

    A vector may be found under another id only if both are the same vector.
    """
    index.refuse_size_other_than(len(ids))
    exact = ExactIndex(ids, vectors)
    step = max(1, len(ids) // _SAMPLE)
    found = wanted = itself = tried = 0
    for place in range(0, len(ids), step)[:_SAMPLE]:
        near = exact.search(vectors[place], _NEIGHBOURS)
        got = index.search(vectors[place], _NEIGHBOURS)
        least = near[-1][1] - _EQUAL
        found += sum(similarity >= least for _, similarity in got)
        wanted += len(near)
        itself += bool(got) and got[0][1] >= 1.0 - _EQUAL
        tried += 1
    recall = found / wanted
    if min(recall, itself / tried) < LEAST_RECALL:
        raise IndexUnusableError(f"The new vector index finds only {recall:.0%} of what exact search finds.")
    return recall
