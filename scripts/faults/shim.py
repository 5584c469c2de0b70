"""Builds the library that stands between this program and its files, and speaks to it.

`loaded` runs this very program again under LD_PRELOAD; afterwards `Shim()` finds the library's
functions in the process. Linux with a C compiler only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COUNT, KILL, REFUSE, REFUSE_ON, SHORTEN, RECORD = range(1, 7)
WRITES, ALL = 1, 3
_SOURCE = Path(__file__).with_name("shim.c")
_LOADED = "INHOUSE_FAULTS_SHIM"


def loaded() -> None:
    """Return once the library is in this process, which means beginning again the first time."""
    if os.environ.pop(_LOADED, ""):
        os.environ.pop("LD_PRELOAD", None)
        return
    compiler = shutil.which("cc")
    if not sys.platform.startswith("linux") or compiler is None:
        sys.exit("scripts/test_faults needs Linux and a C compiler named cc.")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "shim.so"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        environment = os.environ | {"LD_PRELOAD": str(library), _LOADED: "1"}
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment, check=False).returncode)


class Shim:
    """The library in this process. Nothing happens to files outside `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = bytes(folder)
        self._library = ctypes.CDLL(None)
        self._library.faults_end.restype = ctypes.c_long
        self._library.faults_mark.argtypes = [ctypes.c_long]
        self._library.faults_begin.argtypes = [
            ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_int,
        ]  # fmt: skip

    def begin(self, mode: int, *, kinds: int = ALL, at: int = 0, error: int = 0) -> None:
        """From here on: count calls, or do something at call number `at` (the first is 1)."""
        self._library.faults_begin(self._folder, mode, kinds, at, error)

    def end(self) -> int:
        """Leave the program alone; the number of calls since `begin`."""
        return int(self._library.faults_end())

    def record(self, log: Path) -> None:
        """Write everything that happens to files into `log`; see `recording.py`."""
        self._library.faults_log(os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        self.begin(RECORD)

    def mark(self, number: int) -> None:
        """Note in the recording that the program has promised its user `number` things so far."""
        self._library.faults_mark(number)
