"""Whether the file behind a document is still what was taken in.

Looks at size and time first; only where one of them differs is the content read and compared.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from grounding.catalog import Source
from grounding.loaders.limits import LIMITS

Staleness = Literal["changed", "gone"]

_FLAGS = (
    os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)
_PIECE = 1 << 20


def stale(sources: Mapping[str, Source]) -> Mapping[str, Staleness]:
    """Document id to what became of its file; a file that is as it was, or cannot be seen, is left out."""
    judged = ((name, _judged(source)) for name, source in sources.items())
    return {name: verdict for name, verdict in judged if verdict is not None}


class RecentStaleness:
    """Remembers each document's verdict for some seconds: answers come in bursts, files change rarely."""

    def __init__(self, seconds: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Staleness | None]] = {}

    def of(self, sources: Mapping[str, Source]) -> Mapping[str, Staleness]:
        """As `stale`, at most some seconds old."""
        now = self._clock()
        self._known = {key: one for key, one in self._known.items() if now - one[0] < self._seconds}
        for name, source in sources.items():
            if (name, source.sha256) not in self._known:
                self._known[name, source.sha256] = (now, _judged(source))
        judged = {name: self._known[name, source.sha256][1] for name, source in sources.items()}
        return {name: verdict for name, verdict in judged.items() if verdict is not None}


def _judged(source: Source) -> Staleness | None:
    path = opened_path(source.source)
    try:
        now = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return "gone"
    except OSError:
        # A closed folder or a share that is away says nothing about the file.
        return None
    if not stat.S_ISREG(now.st_mode):
        return "gone"
    if (now.st_size, now.st_mtime_ns) == (source.size, source.mtime_ns):
        return None
    if now.st_size != source.size:
        return "changed"
    return "changed" if _sha256(path) not in {source.sha256, ""} else None


def opened_path(stored: str) -> Path:
    """The path to open for one that is stored: bytes that are no UTF-8 are stored as escapes."""
    if os.path.lexists(stored) or "\\x" not in stored:
        return Path(stored)
    raw = re.sub(rb"\\x([89a-f][0-9a-f])", lambda found: bytes([int(found.group(1), 16)]), stored.encode())
    return Path(os.fsdecode(raw))


def _sha256(path: Path) -> str:
    """Of a file within the size limit; empty if it cannot be read."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        return ""
    digest, left = hashlib.sha256(), LIMITS.file_bytes
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        while left > 0 and (piece := stream.read(min(_PIECE, left))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
