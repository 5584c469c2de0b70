"""Reads one document in a process of its own: `python -m app.workers.jail`, started by `jailed_reader`.

Promises
    * Before a byte of the document is read, memory, computing time and open files are limited, writing to
      files is forbidden, and the network is blocked (see `confine`).
    * Only frames go to the parent: what libraries print, and their native noise, goes to standard error,
      which is /dev/null, since it may quote the document.

Not promised
    * Limits on Windows, which has none of this kind; there the parent's wall clock alone holds.

On standard input: a frame with `Order` as JSON, then the document's bytes, unframed. On standard output:
frames of blocks, then one frame that says "done" or "error".
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, TypedDict

from app.workers.confine import confine, die_with_parent
from app.workers.frames import FRAME_LIMIT, read_frame, write_frame
from grounding.documents import Block, LoadedDocument
from grounding.errors import FileEmptyError, FileRefusedError, IntakeError
from grounding.loaders.registry import load

OUT_OF_MEMORY = 70
"""Exit code. After a MemoryError there may not be memory enough for a frame."""

_LONGEST_PART = 100_000
"""Characters of a block in one frame; four bytes each are still far below a frame's limit."""

_BATCH = FRAME_LIMIT // 2


class Order(TypedDict):
    """What to read, and how much it may cost."""

    kind: str
    name: str
    size: int
    memory_bytes: int
    cpu_seconds: int
    open_files: int


def main() -> int:
    """Read one document and send it. Returns the exit code."""
    die_with_parent()
    sink = _take_standard_output()
    source = sys.stdin.buffer
    header = read_frame(source)
    if header is None:
        return 0
    order: Order = json.loads(header)
    _limit(order)
    confine()
    data = source.read(order["size"])
    try:
        document = load(order["kind"], data, name=order["name"])
        for batch in _batches(document):
            write_frame(sink, batch)
        write_frame(sink, _encoded(done=_summary(document)))
    except IntakeError as error:
        write_frame(sink, _encoded(error=_report(error)))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _take_standard_output() -> BinaryIO:
    """The real standard output as ours alone; whatever prints from now on reaches standard error."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def _limit(order: Order) -> None:
    try:
        import resource
    except ImportError:
        return
    ceilings = {
        "RLIMIT_AS": order["memory_bytes"],
        "RLIMIT_CPU": order["cpu_seconds"],
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NOFILE": order["open_files"],
        "RLIMIT_CORE": 0,
    }
    for name, ceiling in ceilings.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        try:
            # The kernel kills at the upper limit without a word; at the lower one it says SIGXCPU first.
            upper = ceiling + 1 if name == "RLIMIT_CPU" else ceiling
            resource.setrlimit(number, (ceiling, upper))
        except (OSError, ValueError):
            # macOS knows RLIMIT_AS and refuses it; on Linux a limit that does not hold is a fault.
            if sys.platform == "linux":
                raise


def _batches(document: LoadedDocument) -> Iterator[bytes]:
    parts: list[dict[str, Any]] = []
    size = 0
    for block in document.blocks:
        for part in _parts(block):
            cost = len(json.dumps(part))
            if parts and size + cost > _BATCH:
                yield _encoded(blocks=parts)
                parts, size = [], 0
            parts.append(part)
            size += cost
    yield _encoded(blocks=parts)


def _parts(block: Block) -> Iterator[dict[str, Any]]:
    """The block, in several pieces if its text is longer than a frame."""
    for start in range(0, max(1, len(block.text)), _LONGEST_PART):
        yield {
            "text": block.text[start : start + _LONGEST_PART],
            "heading": block.heading,
            "page": block.page,
            "line_start": block.line_start,
            "line_end": block.line_end,
            "place": block.place,
            "more": start + _LONGEST_PART < len(block.text),
        }


def _summary(document: LoadedDocument) -> dict[str, Any]:
    return {
        "title": document.title,
        "kind": document.kind,
        "pages": document.pages,
        "dated": document.dated,
        "warnings": document.warnings,
    }


def _report(error: IntakeError) -> dict[str, str]:
    names = {FileRefusedError: "refused", FileEmptyError: "empty"}
    outcome = next((name for kind, name in names.items() if isinstance(error, kind)), "unreadable")
    return {"outcome": outcome, "message": str(error), "remedy": error.remedy}


def _encoded(**content: Any) -> bytes:
    return json.dumps(content).encode()


if __name__ == "__main__":
    raise SystemExit(main())
