"""What a crash may say: where it happened and of which type it is, never a value.

The messages of exceptions quote what they could not handle, and that may be a conversation, a document or
a passphrase. What is printed here is made of our own source alone.

Not promised
    * Anything about what native code prints before it ends a process.
"""

from __future__ import annotations

import sys
import threading
import traceback
from types import TracebackType


def positions(error: BaseException) -> str:
    """Files, lines and functions of a crash and of what led to it, each with the type's name."""
    seen: set[int] = set()
    told = list[str]()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        told.append(_one(type(step), step.__traceback__))
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return "which led to\n".join(reversed(told))


def hide_values() -> None:
    """From here on nothing that nobody caught, in any thread, prints more than `positions` would."""
    sys.excepthook = _ended
    threading.excepthook = _thread_ended
    sys.unraisablehook = _ignored


def _one(kind: type[BaseException], trace: TracebackType | None) -> str:
    return "".join(traceback.format_tb(trace)) + f"{kind.__module__}.{kind.__qualname__}\n"


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    del kind, trace  # both hang on the error, and those of what led to it as well
    _say(positions(error))


def _thread_ended(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None and failure.exc_type is not SystemExit:
        _say(positions(failure.exc_value))


def _ignored(failure: sys.UnraisableHookArgs) -> None:
    # The object that it names is left out: its repr may hold anything.
    if failure.exc_value is not None:
        _say(positions(failure.exc_value))


def _say(told: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(told)
        sys.stderr.flush()
