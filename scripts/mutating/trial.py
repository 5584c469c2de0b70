"""Runs the tests against a changed copy of the tree, each change in a forked process with limits.

The tests that execute the changed line run, the quick ones first; where a fixture or an import executes
it, all tests of the vault do. Tests that work in another process count for nothing here. What a change
leaves behind stays in the copy's temporary folder.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Self

import coverage
import pytest

from mutating.changes import Change

Verdict = Literal["failed a test", "ran into its limit", "survived"]

_SUITES = ("tests/app/vault", "tests/app/history")
_COPIED = ("app", "models", "grounding", "safety", "tests", "pyproject.toml")
_SECONDS = 90
_PORTION = 60
_MEMORY = 6 * 2**30
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:cov", "--no-header", "--tb=no")


class Trial:
    """A copy of the tree, and which tests execute which of its lines; kept in `measured` if given."""

    def __init__(self, root: Path, measured: Path | None = None) -> None:
        # Not in shared memory, where the canary tests look for words that stand in their own source.
        self._work = Path(tempfile.mkdtemp(prefix="mutate_vault.")).resolve()
        self._tree = self._work / "tree"
        self._tree.mkdir()
        self._measured = measured or self._work / "measured"
        for name in _COPIED:
            _copy(root / name, self._tree / name)
        self._seconds: dict[str, float] = {}
        self._executing: dict[tuple[str, int], set[str]] = {}
        self._touching: set[str] = set()
        self.failing: list[str] = []
        """Tests that fail without any change."""

    def __enter__(self) -> Self:
        # Loaded once, here; of the program itself nothing is, or a change would not be seen.
        for library in ("cryptography.hazmat.primitives.ciphers.aead", "sqlite3", "asyncio"):
            import_module(library)
        self._measured.mkdir(parents=True, exist_ok=True)
        told, lines = self._measured / "told", self._measured / "lines"
        if not lines.exists():
            code = self._ran(lambda: _measure(lines, told), 10 * _SECONDS)
            if code not in {0, 1}:
                said = (self._work / "said").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(said[-2000:])
        for line in told.read_text(encoding="utf-8").splitlines():
            outcome, seconds, name = line.split(" ", 2)
            if outcome == "passed":
                self._seconds[name] = float(seconds)
            else:
                self.failing.append(name)
        self._executing = _executing(lines)
        self._touching = set[str]().union(*self._executing.values()) - {""}
        # The first run wrote bytecode beside the sources; from here on none may be written, because it is
        # recognised by size and second alone.
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work, ignore_errors=True)

    @property
    def tests(self) -> int:
        """How many pass on the unchanged tree."""
        return len(self._seconds)

    def of(self, change: Change) -> Verdict:
        """Whether some test fails with this change."""
        file = self._tree / change.file
        source, before = file.read_bytes(), file.stat()
        changed = change.applied(source)
        compile(changed, change.file, "exec")
        file.write_bytes(changed)
        try:
            return self._verdict(self._tests_for(change))
        finally:
            file.write_bytes(source)
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    def _tests_for(self, change: Change) -> list[str]:
        """Those that execute the line; behind them all others of the vault, if fixtures or imports do."""
        executing = self._executing.get((change.file, change.line), {""})
        others = self._touching - executing if "" in executing else set[str]()
        return [*self._quickest_first(executing), *self._quickest_first(others)]

    def _quickest_first(self, tests: set[str]) -> list[str]:
        return sorted(tests & self._seconds.keys(), key=lambda name: self._seconds[name])

    def _verdict(self, tests: Sequence[str]) -> Verdict:
        # One process for each portion: a change is mostly noticed by the first.
        for at in range(0, len(tests), _PORTION):
            portion = tests[at : at + _PORTION]
            code = self._ran(lambda portion=portion: int(pytest.main([*_QUIET, "-x", *portion])), _SECONDS)
            if code is None:
                return "ran into its limit"
            if code:
                return "failed a test"
        return "survived"

    def _ran(self, work: Callable[[], int], seconds: float) -> int | None:
        """What `work` returns in a process of its own; None if it does not end in time."""
        child = os.fork()
        if child == 0:
            self._work_and_leave(work)
        handle = os.pidfd_open(child)
        ended = select.select([handle], [], [], seconds)[0]
        # The whole session: a test may have left children.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        shutil.rmtree(self._work / "temporary", ignore_errors=True)
        return code if ended else None

    def _work_and_leave(self, work: Callable[[], int]) -> None:
        code = 99
        try:
            os.setsid()
            said = os.open(self._work / "said", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
            for stream in range(3):
                os.dup2(said, stream)
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            temporary = self._work / "temporary"
            temporary.mkdir(exist_ok=True)
            os.environ["TMPDIR"] = tempfile.tempdir = str(temporary)
            os.chdir(self._tree)
            sys.path.insert(0, str(self._tree))
            code = work()
        except BaseException:  # noqa: BLE001 - nothing of the parent may run in the child
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copy(source, target)


def _measure(lines: Path, told: Path) -> int:
    """Run all tests unchanged; note how each ends and how long it takes, and what each executes."""
    measured = coverage.Coverage(
        data_file=str(lines), include=["app/vault/*"], config_file=False, messages=False
    )
    measured.start()
    try:
        return int(pytest.main([*_QUIET, *_SUITES], plugins=[_Noting(measured, told)]))
    finally:
        measured.stop()
        measured.save()


class _Noting:
    """A plugin that tells coverage which test runs, and a file how it ended."""

    def __init__(self, measured: coverage.Coverage, told: Path) -> None:
        self._measured = measured
        self._told = told.open("w", encoding="utf-8")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        self._measured.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self._measured.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome == "failed":
            self._told.write(f"{report.outcome} {report.duration:.4f} {report.nodeid}\n")
            self._told.flush()


def _executing(lines: Path) -> dict[tuple[str, int], set[str]]:
    """File and line to the tests; "" among them where fixtures or an import execute it."""
    read = coverage.CoverageData(str(lines))
    read.read()
    found: dict[tuple[str, int], set[str]] = defaultdict(set)
    for measured in read.measured_files():
        file = measured[measured.rindex("app/vault/") :]
        for line, names in read.contexts_by_lineno(measured).items():
            found[file, line] |= set(names)
    return found
