"""The whole program in an empty home: no attempt to reach a network, no listener, no stray file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.program import PROC, Driver, Place, children_of
from tests.journeys.witness import COMPILER, Witness

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(sys.platform != "linux", reason="the witness and /proc are Linux's"),
]
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler: install cc")

DOCUMENTS = 14
REACHES_OUT = """
import socket, subprocess, sys
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family).connect(("127.0.0.1", 9))
    except OSError:
        pass
try:
    socket.getaddrinfo("localhost", 9)
except OSError:
    pass
subprocess.run([sys.executable, "-c", "import socket; socket.socketpair(); socket.socket()"], env={})
"""


def status(pid: int, name: str) -> int:
    """A number from the kernel's account of a process."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def sockets_of(pid: int) -> set[str]:
    """Inodes of the open sockets."""
    opened = [str(entry.readlink()) for entry in (PROC / str(pid) / "fd").iterdir()]
    return {name.removeprefix("socket:[").rstrip("]") for name in opened if name.startswith("socket:[")}


def network_sockets() -> set[str]:
    """Inodes of every IP socket of the machine, listening ones included."""
    tables = [PROC / "net" / name for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")]
    rows = [row for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
    return {row.split()[9] for row in rows}


@needs_compiler
def test_the_witness_counts_what_python_libraries_and_grandchildren_try(tmp_path: Path) -> None:
    witness = Witness.compiled(tmp_path)

    subprocess.run(
        [sys.executable, "-c", REACHES_OUT],
        env={"PATH": os.environ["PATH"], **witness.environment},
        check=False,
    )
    tried = [line.split(maxsplit=1)[1] for line in witness.attempts()]

    assert witness.processes() == 2
    assert tried.count("socket AF_INET") >= 1
    assert any(what.startswith(("python lookup", "getaddrinfo")) for what in tried)
    assert any(what == "python socket AF_INET6" for what in tried)
    assert len({line.split()[0] for line in witness.attempts()}) == 2


@needs_compiler
def test_nothing_is_tried_and_nothing_lies_outside_our_own_folder(tmp_path: Path) -> None:
    witness = Witness.compiled(tmp_path)
    place = Place(tmp_path / "person", extra=witness.environment)
    place.json("docs", "add", "--sample")
    readers = witness.processes()
    answer = place.json("ask", "-", typed="What is the daily meal allowance?")
    found = place.json("docs", "search", "meal allowance")
    history = place.json("history", "list")
    doctor = place.run("doctor")

    assert answer["outcome"] == "answered"
    assert found["passages"]
    assert len(history["conversations"]) == 1
    assert doctor.returncode == 0, doctor.stdout
    assert readers >= DOCUMENTS + 2, "the witness did not reach the process of every document"
    assert witness.attempts() == []
    stray = [path for folder in (place.user, place.temporary) for path in folder.rglob("*")]
    assert stray == []
    assert sorted(path.name for path in place.root.iterdir()) == ["inhouse", "keys", "temporary", "user"]


def test_the_kernel_refuses_the_network_to_every_process_while_it_answers(place: Place) -> None:
    """More filters than those of this test run, which are inherited."""
    with Driver(place) as driver:
        driver.order("What is the daily meal allowance?")
        driver.until("stage")
        children = children_of(driver.pid)
        filters = {pid: status(pid, "Seccomp_filters") for pid in (os.getpid(), driver.pid, *children)}

        assert len(children) == 2
        assert {status(pid, "Seccomp") for pid in (driver.pid, *children)} == {2}
        assert filters[driver.pid] > filters[os.getpid()]
        assert all(filters[child] > filters[driver.pid] for child in children)
        driver.until("result")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may list the open files of a process without dumps")
def test_no_process_holds_a_network_socket(place: Place) -> None:
    with Driver(place) as driver:
        driver.ask("What is the daily meal allowance?")
        pids = {driver.pid, *children_of(driver.pid)}

        assert len(pids) == 3
        assert not set().union(*(sockets_of(pid) for pid in pids)) & network_sockets()
