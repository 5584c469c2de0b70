"""Input with one JSON object a line: opened, read under a ceiling, and a wrong line told by what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import UsageError

Shape = TypeVar("Shape", bound=BaseModel)


@contextmanager
def opened(file: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, or standard input for -. Raises UsageError for a file that cannot be opened."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; errors of the block are not its own
    except OSError as error:
        raise _unreadable(file, error) from None
    with stream:
        yield stream


def numbered_lines(stream: IO[bytes], file: str, limit: int) -> Iterator[tuple[int, bytes]]:
    """Number, from 1, and content of every line that is not blank.

    Of a line longer than `limit` bytes the first `limit` + 1 are given, so that `parsed` can refuse it and
    memory stays bounded. Raises UsageError if the file stops being readable.
    """
    number = 0
    while True:
        try:
            line = stream.readline(limit + 1)
            rest = line
            while len(rest) > limit and not rest.endswith(b"\n"):
                rest = stream.readline(limit + 1)
        except OSError as error:
            raise _unreadable(file, error) from None
        if not line:
            return
        number += 1
        if line.strip():
            yield number, line


def parsed(line: bytes, shape: type[Shape], *, limit: int, see: str) -> Shape:
    """The line as a `shape`.

    Raises UsageError, without the line's text, for one longer than `limit` bytes, for one that is not UTF-8
    and for one that is no such object; `see` is the remedy of the last.
    """
    if len(line) > limit:
        raise UsageError(f"It is longer than {limit} bytes.", "Shorten it.")
    try:
        return shape.model_validate_json(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError("It is not UTF-8 text.", "Save the file as UTF-8.") from None
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, what["loc"]))
        raise UsageError(f"{place}: {what['msg']}." if place else f"{what['msg']}.", see) from None


def _unreadable(file: str, error: OSError) -> UsageError:
    return UsageError(f"{file} cannot be read ({error.strerror}).", "Name a file.")
