"""As many threads as there are cores for this process, and never none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models import hardware


def test_at_least_one_core_and_no_more_than_the_kernel_allows() -> None:
    assert 1 <= hardware.usable_cores() <= len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("siblings", "cores"),
    [
        pytest.param(["0,2", "1,3", "0,2", "1,3"], 2, id="two threads to a core"),
        pytest.param(["0", "1", "2", "3"], 4, id="one thread to a core"),
        pytest.param(["0-3", "0-3", "0-3", "0-3"], 1, id="four threads to a core"),
        pytest.param([], 4, id="a kernel that does not say"),
    ],
)
def test_threads_of_one_core_count_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, siblings: list[str], cores: int
) -> None:
    for cpu, text in enumerate(siblings):
        topology = tmp_path / f"cpu{cpu}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(text + "\n", "ascii")
    monkeypatch.setattr(hardware, "_TOPOLOGY", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1, 2, 3})

    assert hardware.usable_cores() == cores


def test_a_process_that_is_bound_to_one_processor_gets_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0})

    assert hardware.usable_cores() == 1
