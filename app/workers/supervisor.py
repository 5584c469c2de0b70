"""Starts a worker, talks to it, notices when it ends or hangs, and starts it again.

One call at a time; `stop` may come from any thread. A worker that was lost is started anew by the
next call, after 1, 2, 4 … seconds; after three losses within five minutes it stays down and says so.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from time import monotonic, sleep
from typing import Any

from app.errors import EXPECTED, UsageError, WorkerLostError
from app.workers.frames import FrameError
from app.workers.life import Life, LostError, WorkerPlan

__all__ = ["Worker", "WorkerPlan"]

LOSSES_LIMIT = 3
LOSSES_WINDOW = 300.0

_MESSAGE_LIMIT = 2_000
"""Characters of an error that a worker reports."""

Steps = Generator[Any, None, Any]
"""Yields the items of one call, returns its result."""


class Worker:
    """A supervised child process. Cheap to construct; the first call starts it."""

    def __init__(self, plan: WorkerPlan, *, pause: Callable[[float], None] = sleep) -> None:
        self._plan = plan
        self._pause = pause
        # Not an RLock: a stream that is given up may be closed by another thread than began it.
        self._lock = threading.Lock()
        self._life: Life | None = None
        self._talk: _Talk | None = None
        self._stop_asked = threading.Event()
        self._losses: list[float] = []
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        life = self._life
        return life.process.pid if life else None

    def call(self, method: str, **arguments: Any) -> Any:
        """The result of one call. Raises the worker's own expected errors, or WorkerLostError."""
        steps = self._steps(method, arguments)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value

    def stream(self, method: str, **arguments: Any) -> Iterator[Any]:
        """The items of one call as they come. Closing the iterator stops the call and waits for its end.

        A further call by the same thread gives up a stream that it has not read to its end.
        """
        yield from self._steps(method, arguments)

    def stop(self) -> None:
        """Ask the call under way to end early."""
        self._stop_asked.set()
        life = self._life
        if life is not None:
            life.stop()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        life, self._life = self._life, None
        if life is not None:
            life.end()

    def _steps(self, method: str, arguments: dict[str, Any]) -> Steps:
        talk = _Talk()
        steps = self._talked(talk, method, arguments)
        talk.steps = weakref.ref(steps)
        return steps

    def _talked(self, talk: _Talk, method: str, arguments: dict[str, Any]) -> Steps:
        self._give_up_older()
        with self._lock:
            talk.thread, self._talk = threading.get_ident(), talk
            try:
                self._stop_asked.clear()
                return (yield from self._exchanged(self._started(), method, arguments))
            finally:
                self._talk = None

    def _give_up_older(self) -> None:
        """This thread cannot wait for a stream that it holds itself."""
        older = self._talk
        if older is not None and older.thread == threading.get_ident() and (steps := older.steps()):
            steps.close()

    def _exchanged(self, life: Life, method: str, arguments: dict[str, Any]) -> Steps:
        number = 0
        try:
            number = life.ask(method, arguments)
            if self._stop_asked.is_set():
                life.stop()  # it was asked for before the call was on its way
            while "item" in (message := life.next(number)):
                yield message["item"]
        except FrameError:
            raise UsageError("This is too long to be worked on.", "Give less at a time.") from None
        except LostError as loss:
            raise self._lost(life, loss) from None
        except GeneratorExit:
            self._drain(life, number)
            raise
        except KeyboardInterrupt:
            # Nobody knows how far the call is; a new process is sure to begin at the beginning.
            self._life = None
            life.end()
            raise
        if "error" in message:
            raise _rebuilt(message["error"])
        return message.get("result")

    def _drain(self, life: Life, number: int) -> None:
        try:
            life.drain(number)
        except LostError as loss:
            self._lost(life, loss)  # the next call starts another

    def _lost(self, life: Life, loss: LostError) -> WorkerLostError:
        self._life = None
        how = life.end() or loss.why
        if self._closed:
            return WorkerLostError(f"The {self._plan.kind} process was closed.")
        self._losses.append(monotonic())
        return WorkerLostError(f"The {self._plan.kind} process ended: {how}. Its log is {self._plan.log}.")

    def _started(self) -> Life:
        if self._life is None and not self._closed:
            self._wait_after_losses()
            try:
                self._life = Life(self._plan)
            except OSError as error:
                raise WorkerLostError(
                    f"The {self._plan.kind} process could not be started ({error.strerror})."
                ) from None
        life = self._life
        if life is None or self._closed:
            self.close()
            raise WorkerLostError(f"The {self._plan.kind} process was closed.")
        return life

    def _wait_after_losses(self) -> None:
        now = monotonic()
        self._losses = [moment for moment in self._losses if now - moment < LOSSES_WINDOW]
        if len(self._losses) >= LOSSES_LIMIT:
            raise WorkerLostError(
                f"The {self._plan.kind} process ended {len(self._losses)} times within five minutes.",
                f"Look into {self._plan.log}, then start Inhouse again.",
            )
        if self._losses:
            self._pause(float(2 ** (len(self._losses) - 1)))


class _Talk:
    """A call under way, and who began it."""

    def __init__(self) -> None:
        self.thread = 0
        # Weak: a stream that nobody holds any more shall be closed at once, not by the garbage collector.
        self.steps: Callable[[], Steps | None] = lambda: None


def _rebuilt(described: Any) -> Exception:
    """The worker's error as the same class here; only classes of the expected families."""
    told = described if isinstance(described, dict) else {}
    kind, message, remedy = (str(told.get(key, ""))[:_MESSAGE_LIMIT] for key in ("type", "message", "remedy"))
    found = _families().get(kind)
    if found is None:
        return WorkerLostError(
            f"A worker failed unexpectedly ({message}).", "This is a defect; please report it."
        )
    # Some classes build their message from other arguments; here it exists already.
    error: Exception = Exception.__new__(found)
    Exception.__init__(error, message)
    if remedy:
        vars(error)["remedy"] = remedy
    return error


def _families() -> dict[str, type[Exception]]:
    known: dict[str, type[Exception]] = {}
    waiting: list[type[Exception]] = [*EXPECTED]
    while waiting:
        family = waiting.pop()
        known[family.__name__] = family
        waiting += family.__subclasses__()
    return known
