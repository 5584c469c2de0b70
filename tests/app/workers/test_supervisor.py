"""Whatever a child process does, its supervisor says what happened, and the next call works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import UsageError, WorkerLostError
from app.workers.supervisor import Worker, WorkerPlan
from models.errors import WeightsMissingError
from tests.app.workers.misbehaving import ENDINGS

pytestmark = pytest.mark.real

REPOSITORY = Path(__file__).parents[3]
SILENCE = 4.0
REASONS = {
    "SIGKILL": "killed by SIGKILL",
    "SIGSEGV": "killed by SIGSEGV",
    "SIGABRT": "killed by SIGABRT",
    "SIGSTOP": "silent for 4 s",
    "exit 0": "closed its pipe",
    "exit 3": "exit status 3",
    "garbage": "no message",
    "huge frame": "no message",
    "no object": "no message",
    "deaf": "closed its pipe",
}


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true within ten seconds."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.02) for _ in range(500))


def is_alive(pid: int) -> bool:
    """Running or stopped; a zombie that waits for somebody else's parent is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Watched:
    """A worker that misbehaves on request, and the pauses that it was given."""

    def __init__(self, folder: Path) -> None:
        self.pauses: list[float] = []
        self.log = folder / "logs" / "worker.log"
        plan = WorkerPlan("engine", {}, self.log, silence=SILENCE, module="tests.app.workers.misbehaving")
        self.worker = Worker(plan, pause=self.pauses.append)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.worker.close()


@pytest.fixture
def worker(watched: Watched) -> Worker:
    return watched.worker


def test_nothing_is_started_before_the_first_call(worker: Worker) -> None:
    assert worker.pid is None
    assert worker.call("pid") == worker.pid


@pytest.mark.parametrize(
    "value",
    [None, 0, "", "text", [1, [2]], {"key": "ü \ud800 \x00"}, "long " * 700_000],
    ids=["none", "zero", "empty", "text", "list", "odd text", "several frames"],
)
def test_values_travel_there_and_back(worker: Worker, value: Any) -> None:
    assert worker.call("echo", value=value) == value


def test_what_is_too_long_to_be_sent_is_refused_and_the_worker_stays(worker: Worker) -> None:
    pid = worker.call("pid")
    with pytest.raises(UsageError):
        worker.call("echo", value="x" * (65 << 20))

    assert worker.call("pid") == pid


@pytest.mark.parametrize("how", ENDINGS)
def test_an_end_during_a_call_is_told_in_plain_words_and_the_next_call_works(
    watched: Watched, how: str
) -> None:
    with pytest.raises(WorkerLostError) as loss:
        watched.worker.call("end", how=how)

    assert REASONS[how] in str(loss.value)
    assert str(watched.log) in str(loss.value)
    assert loss.value.remedy
    assert watched.worker.call("echo", value="again") == "again"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSEGV", "SIGSTOP", "exit 0", "garbage"])
def test_an_end_within_a_stream_comes_after_the_items_that_were_sent(worker: Worker, how: str) -> None:
    items: list[Any] = []
    with pytest.raises(WorkerLostError) as loss:
        items.extend(worker.stream("count_and_end", how=how))  # what came before the loss is lost with it
    stream = worker.stream("count_and_end", how=how)

    assert REASONS[how] in str(loss.value)
    assert [next(stream), next(stream)] == [0, 1]
    with pytest.raises(WorkerLostError):
        next(stream)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGSTOP"])
def test_an_end_while_idle_is_noticed_by_the_next_call(worker: Worker, name: str) -> None:
    pid = worker.call("pid")
    os.kill(pid, getattr(signal, name))
    assert name == "SIGSTOP" or eventually(lambda: not Path(f"/proc/{pid}").exists()), "no zombie is left"
    with pytest.raises(WorkerLostError) as loss:
        worker.call("echo", value=1)

    assert REASONS[name] in str(loss.value)
    assert not is_alive(pid)
    assert worker.call("echo", value=2) == 2


def test_a_stopped_process_does_not_keep_a_long_request_waiting_for_ever(worker: Worker) -> None:
    os.kill(worker.call("pid"), signal.SIGSTOP)
    with pytest.raises(WorkerLostError):
        worker.call("echo", value="x" * 2_000_000)

    assert worker.call("echo", value=2) == 2


def test_restarts_wait_longer_each_time_and_the_third_loss_is_the_last(watched: Watched) -> None:
    for _ in range(3):
        with pytest.raises(WorkerLostError, match="killed by SIGKILL"):
            watched.worker.call("end", how="SIGKILL")
    with pytest.raises(WorkerLostError, match="3 times within five minutes") as end:
        watched.worker.call("echo", value=1)

    assert watched.pauses == [1.0, 2.0]
    assert str(watched.log) in end.value.remedy
    assert watched.worker.pid is None


def test_an_expected_error_arrives_as_it_was_raised(worker: Worker) -> None:
    pid = worker.call("pid")
    with pytest.raises(WeightsMissingError) as error:
        worker.call("refuse")

    assert (str(error.value), error.value.remedy) == ("The weights are elsewhere.", "Look under the sofa.")
    assert worker.call("pid") == pid


@pytest.mark.parametrize("method", ["fail", "fail_in_a_thread"])
def test_an_unexpected_error_tells_its_type_and_not_its_text(watched: Watched, method: str) -> None:
    told = ""
    try:
        watched.worker.call(method, canary="my-diary-4711")
    except WorkerLostError as error:
        told = f"{error} {error.remedy} {error.__cause__} {error.__context__}"
    log = watched.log.read_text("utf-8")

    assert "ValueError" in log
    assert "misbehaving.py" in log, "where it happened"
    assert "4711" not in log + told
    assert ("ValueError" in told) == (method == "fail")


def test_the_log_is_for_its_owner_alone(watched: Watched) -> None:
    watched.worker.call("pid")

    assert watched.log.stat().st_mode & 0o777 == 0o600
    assert watched.log.parent.stat().st_mode & 0o777 == 0o700


def test_what_a_library_prints_goes_to_the_log_and_not_between_the_frames(watched: Watched) -> None:
    watched.worker.call("print", text="native noise\n")

    assert watched.worker.call("echo", value=1) == 1
    assert "native noise" in watched.log.read_text("utf-8")


def test_a_worker_has_no_network(worker: Worker) -> None:
    assert worker.call("connect") in {"NetworkBlockedError", "PermissionError"}


def test_a_stream_that_is_left_early_leaves_the_worker_usable(worker: Worker) -> None:
    pid = worker.call("pid")
    stream = worker.stream("count_until_stopped")
    assert next(stream) == 0
    del stream

    assert worker.call("pid") == pid


def test_a_stream_that_is_held_is_given_up_for_the_next_call_of_its_thread(worker: Worker) -> None:
    held = worker.stream("count_until_stopped")
    next(held)

    assert worker.call("echo", value=1) == 1
    assert list(held) == []


def test_a_stream_may_be_closed_by_another_thread_than_began_it(worker: Worker) -> None:
    """The window's threads come and go; the garbage collector closes what they leave, wherever it runs."""
    held: list[Iterator[Any]] = []

    def begin() -> None:
        held.append(worker.stream("count_until_stopped"))
        next(held[0])

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    held.clear()

    assert worker.call("echo", value=1) == 1


def test_the_process_outlives_the_thread_that_first_asked(worker: Worker) -> None:
    thread = threading.Thread(target=worker.call, args=("pid",))
    thread.start()
    thread.join()
    pid = worker.pid

    assert worker.call("pid") == pid


def test_stop_from_another_thread_ends_the_call(worker: Worker) -> None:
    seen: list[Any] = []
    for item in worker.stream("count_until_stopped"):
        seen.append(item)
        if item == 5:
            thread = threading.Thread(target=worker.stop)
            thread.start()
            thread.join()

    assert seen[-1] == "stopped"


def test_a_stop_before_the_process_is_up_counts(watched: Watched) -> None:
    worker = watched.worker
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(worker.call("wait_until_stopped")))
    thread.start()
    assert eventually(lambda: worker.pid is not None)
    worker.stop()
    thread.join()

    assert answers == ["stopped"]


def test_a_stop_while_idle_is_forgotten(worker: Worker) -> None:
    worker.call("pid")
    worker.stop()

    assert next(worker.stream("count_until_stopped")) == 0


def test_calls_of_two_threads_take_turns(worker: Worker) -> None:
    lists: list[list[Any]] = []
    threads = [
        threading.Thread(target=lambda: lists.append(list(worker.stream("count", number=2_000))))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lists == [list(range(2_000))] * 3


def test_closing_ends_the_process_and_refuses_further_calls(worker: Worker) -> None:
    pid = worker.call("pid")
    worker.close()
    worker.close()

    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(WorkerLostError, match="was closed"):
        worker.call("pid")


def test_closing_ends_a_call_under_way(watched: Watched) -> None:
    worker = watched.worker
    pid = worker.call("pid")
    endings: list[str] = []

    def wait() -> None:
        try:
            worker.call("hold_everything")
        except WorkerLostError as loss:
            endings.append(str(loss))

    thread = threading.Thread(target=wait)
    thread.start()
    worker.close()
    thread.join()

    assert endings == ["The engine process was closed."]
    assert not is_alive(pid)


def test_heartbeats_of_an_idle_process_are_not_kept(worker: Worker) -> None:
    """A window stays open for days; a second of idling must cost nothing."""
    worker.call("pid")
    life = worker._life
    assert life is not None
    heard = life._heard
    assert eventually(lambda: life._heard > heard)

    assert life._messages.qsize() == 0


def test_a_folder_with_an_app_of_its_own_is_not_what_runs(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People run the program in folders that others filled."""
    for trap in ("app/__init__.py", "app/workers/__init__.py", "json.py", "tests/__init__.py"):
        (tmp_path / trap).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / trap).write_text("raise SystemExit('trapped')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert worker.call("echo", value=1) == 1


def test_a_process_that_cannot_be_started_is_an_expected_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    worker = Worker(WorkerPlan("engine", {}, tmp_path / "file" / "worker.log"))
    with pytest.raises(WorkerLostError, match="could not be started"):
        worker.call("warm")


def test_a_log_that_has_grown_is_begun_anew(watched: Watched) -> None:
    watched.log.parent.mkdir()
    watched.log.write_bytes(b"x" * (1 << 20) + b"y")
    watched.worker.call("print", text="fresh")

    assert watched.log.read_bytes() == b"fresh"


@pytest.mark.parametrize("work", ["echo", "count_until_stopped", "hold_everything"])
def test_no_child_outlives_a_parent_that_is_killed(tmp_path: Path, work: str) -> None:
    arguments = {"value": 1} if work == "echo" else {}
    program = f"""
import sys
from pathlib import Path
from app.workers.supervisor import Worker, WorkerPlan
log = Path({str(tmp_path / "log")!r})
worker = Worker(WorkerPlan("engine", {{}}, log, module="tests.app.workers.misbehaving"))
print(worker.call("pid"), flush=True)
if {work!r} == "count_until_stopped":
    for item in worker.stream({work!r}):
        pass
worker.call({work!r}, **{arguments!r})
sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.communicate()

    assert eventually(lambda: not is_alive(child))
