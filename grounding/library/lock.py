"""One writer at a time, in any process: a lock that says who holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from grounding.errors import CatalogBusyError
from grounding.library.generations import now
from grounding.library.schema import make_private_folder

_LOCK = "writer.lock"
_HOLDER = "writer.json"
_HOLDER_CEILING = 1_000


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the lock of the knowledge base in `folder`. Raises CatalogBusyError."""
    make_private_folder(folder)
    # Not thread-local: the thread that ends a command need not be the one that began it.
    lock = FileLock(folder / _LOCK, timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as reason:
        raise CatalogBusyError(f"The knowledge base is being changed {_holder(folder)}.") from reason
    try:
        _write_holder(folder / _HOLDER)
        yield
    finally:
        (folder / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _write_holder(file: Path) -> None:
    content = json.dumps({"pid": os.getpid(), "since": now()})
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(content)


def _holder(folder: Path) -> str:
    """Who holds the lock, as far as that can be read: it is written just after the lock is taken."""
    try:
        with (folder / _HOLDER).open(encoding="utf-8") as stream:
            holder = json.loads(stream.read(_HOLDER_CEILING))
        return f"by process {int(holder['pid'])} since {datetime.fromisoformat(holder['since']):%H:%M:%S} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        return "by another process"
