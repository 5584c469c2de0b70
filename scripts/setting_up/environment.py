"""The folder .venv: made, found sound or made anew, filled by pip, and marked as ready.

What makes an interruption harmless: while pip may be changing files, a marker lies in the folder, and a
folder found with its marker is thrown away; a step counts as done only once it is in the record; the stamp
that lets the next start skip all this is written last. Records are replaced whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import CommandFailedError
from .progress import Progress, run

_MARKER = "inhouse-unfinished"
_RECORD = "inhouse-done.json"
_STAMPS = ("inhouse-ready", "inhouse-ready-tests")
_PROBE_SECONDS = 60
_RECORD_LIMIT = 1 << 16
_PROBE = "import pip, sys; print('cp%d%d' % sys.version_info[:2], sys.base_prefix)"


@contextlib.contextmanager
def locked(path: Path, say: Callable[[str], None]) -> Iterator[int]:
    """Holds the lock file at `path` and yields its descriptor; waits, and says so, while another holds it.

    The lock belongs to the open file: a child that inherits the descriptor keeps it after our death.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work here; waiting for it to end.")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream.fileno()


def clean_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables for pip and the environment's Python: the user's pip settings stay, detours go."""
    detours = {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT"}
    kept = {name: value for name, value in environment.items() if name not in detours}
    return kept | {"PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One virtual environment. `variables` are those of the programs it starts, `lock` what they inherit."""

    folder: Path
    variables: Mapping[str, str]
    lock: int = -1

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def probe(self, base: str = "") -> str:
        """Its Python's tag (cp311), or empty text if it is missing, broken, half made or moved.

        With `base` it must also have been made from the Python with that prefix.
        """
        if (self.folder / _MARKER).exists() or not self.python.exists():
            return ""
        try:
            done = subprocess.run(
                [self.python, "-I", "-c", _PROBE],
                capture_output=True,
                text=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        tag, _, prefix = done.stdout.strip().partition(" ")
        if done.returncode or not self._made_here() or (base and prefix != base):
            return ""
        return tag

    def make(self, progress: Progress) -> None:
        """Makes it anew with the Python that runs this, and removes what was there."""
        self.unstamp()
        # Without pip it is not sound yet, so nothing is lost if it ends between these lines.
        bare: list[str | Path] = [base_python(), "-m", "venv", "--clear", "--without-pip", self.folder]
        run(bare, progress, self.variables, self.lock)
        with self._unfinished():
            run([self.python, "-m", "ensurepip", "--default-pip"], progress, self.variables, self.lock)

    def pip(self, arguments: Sequence[str | Path], progress: Progress) -> None:
        """Runs `pip install` with `arguments`.

        Raises:
            CommandFailedError: if pip fails.
        """
        with self._unfinished():
            run([self.python, "-m", "pip", "install", *arguments], progress, self.variables, self.lock)

    def done(self) -> dict[str, str]:
        """Digest of each step that is done."""
        try:
            with (self.folder / _RECORD).open(encoding="utf-8") as stream:
                record = json.loads(stream.read(_RECORD_LIMIT))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def record(self, step: str, digest: str) -> None:
        """Notes a step as done; an empty digest notes that it is not."""
        self.folder.mkdir(exist_ok=True)
        replace_text(self.folder / _RECORD, json.dumps(self.done() | {step: digest}, indent=1))

    def unstamp(self) -> None:
        """Takes the stamps away: the environment is about to change."""
        for name in _STAMPS:
            (self.folder / name).unlink(missing_ok=True)

    def stamp(self, text: str, *, tests: bool) -> None:
        """Says that the environment is ready for the inputs that `text` describes."""
        for name in _STAMPS if tests else _STAMPS[:1]:
            replace_text(self.folder / name, f"{text}\n")

    def stamped(self, *, tests: bool) -> str:
        """The stamp, or empty text."""
        try:
            return (self.folder / _STAMPS[int(tests)]).read_text(encoding="utf-8").rstrip("\n")
        except OSError:
            return ""

    @contextlib.contextmanager
    def _unfinished(self) -> Iterator[None]:
        """Marks the environment while pip may be changing it; the mark stays if that did not end well."""
        marker = self.folder / _MARKER
        marker.touch()
        try:
            yield
        except CommandFailedError as error:
            # What fails before this line (network, a name, a hash) has changed nothing.
            if not any(line.startswith("Installing collected packages") for line in error.output):
                marker.unlink()
            raise
        marker.unlink()

    def _made_here(self) -> bool:
        """Whether its programs name this folder; those of a moved one start another Python or none."""
        try:
            with (self.folder / "bin" / "pip").open("rb") as stream:
                return os.fsencode(self.folder / "bin") in stream.read(4096)
        except OSError:
            return False


def base_python() -> Path:
    """The interpreter behind the one that runs this, under a name with its version where there is one.

    `python3` may be a newer version after an upgrade of the system; `python3.12` stays what it is.
    """
    base = Path(getattr(sys, "_base_executable", sys.executable))
    exact = base.with_name(f"python{sys.version_info.major}.{sys.version_info.minor}")
    return exact if exact.exists() else base


def replace_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    Path(stream.name).replace(path)
