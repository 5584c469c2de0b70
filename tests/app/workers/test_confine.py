"""A confined process has no network, leaves no memory behind, and neither have its children."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.workers.confine import OFFLINE_ENVIRONMENT, confine, network_attempts

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(sys.platform != "linux", reason="the kernel's block is Linux's"),
]

REPOSITORY = Path(__file__).parents[3]
FAMILIES = {
    "IPv4": "AF_INET",
    "IPv6": "AF_INET6",
    "netlink": "AF_NETLINK",
    "packet": "AF_PACKET",
    "vsock": "AF_VSOCK",
}
NATIVE = """
import ctypes, errno, os
def native(family, kind=1):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.socket(int(family), kind, 0)
    if descriptor >= 0:
        os.close(descriptor)
        return "open"
    return errno.errorcode[ctypes.get_errno()]
"""


def confined(program: str) -> list[str]:
    """Words that a program prints after it confined itself, in a process that nobody confined before it.

    The suite itself is confined and its children with it; what they are refused is refused twice then.
    """
    opening = (
        "import socket, sys\nfrom app.workers.confine import confine, network_attempts, NetworkBlockedError\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", opening + NATIVE + "held = confine()\n" + program],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=True,
    )
    return done.stdout.split()


def test_the_kernel_block_holds_where_this_suite_runs() -> None:
    if platform.machine() not in {"x86_64", "aarch64"}:
        pytest.skip(f"no filter for {platform.machine()}")
    assert confined("print(held.kernel, held.reason or 'complete')") == ["True", "complete"]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_python_gets_no_such_socket(family: str) -> None:
    program = f"""
try:
    socket.socket(socket.{family}, socket.SOCK_STREAM)
except NetworkBlockedError:
    print("blocked", network_attempts())
"""
    assert confined(program) == ["blocked", "1"]


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_native_code_gets_no_such_socket(family: str) -> None:
    assert confined(f"print(native(socket.{family}), native(socket.{family}, 2))") == ["EACCES", "EACCES"]


def test_neither_do_children_that_are_not_python_of_ours() -> None:
    program = f"""
import subprocess
child = {NATIVE!r} + "import socket; print(*map(native, (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)))"
print(subprocess.run([sys.executable, "-I", "-c", child], capture_output=True, text=True).stdout)
"""
    assert confined(program) == ["EACCES", "EACCES", "open"]


def test_neither_do_grandchildren_and_threads() -> None:
    program = f"""
import subprocess, threading
inner = {NATIVE!r} + "import socket; print(native(socket.AF_INET))"
outer = "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', sys.argv[1]])"
done = subprocess.run([sys.executable, "-I", "-c", outer, inner], capture_output=True, text=True)
print(done.stdout)
thread = threading.Thread(target=lambda: print(native(socket.AF_INET6)))
thread.start()
thread.join()
"""
    assert confined(program) == ["EACCES", "EACCES"]


@pytest.mark.parametrize(
    "lookup",
    [
        "socket.getaddrinfo('localhost', 80)",
        "socket.gethostbyname('localhost')",
        "socket.gethostbyname_ex('example.org')",
        "socket.gethostbyaddr('127.0.0.1')",
        "socket.getnameinfo(('127.0.0.1', 80), 0)",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.create_server(('127.0.0.1', 0))",
        "__import__('urllib.request').request.urlopen('http://example.org')",
    ],
)
def test_lookups_and_connections_are_refused_and_counted(lookup: str) -> None:
    program = f"""
try:
    {lookup}
except OSError as error:
    cause = getattr(error, "reason", error)
    print(type(cause).__name__, network_attempts() >= 1)
"""
    assert confined(program) == ["NetworkBlockedError", "True"]


def test_every_attempt_counts() -> None:
    program = """
for _ in range(3):
    try:
        socket.socket()
    except NetworkBlockedError:
        pass
print(network_attempts())
"""
    assert confined(program) == ["3"]


def test_unix_sockets_and_event_loops_work() -> None:
    program = """
import asyncio
left, right = socket.socketpair()
left.sendall(b"hello")
print(right.recv(5).decode())
async def nap():
    await asyncio.sleep(0)
    return "awake"
print(asyncio.run(nap()), native(socket.AF_UNIX), network_attempts())
"""
    assert confined(program) == ["hello", "awake", "open", "0"]


@pytest.mark.parametrize("call", ["io_uring_setup", "pidfd_getfd"])
def test_back_doors_to_a_socket_are_closed(call: str) -> None:
    number = {"io_uring_setup": 425, "pidfd_getfd": 438}[call]
    program = f"""
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall({number}, 1, 0, 0)
print(errno.errorcode[ctypes.get_errno()])
"""
    assert confined(program) == ["EACCES"]


def test_no_core_is_written_and_nobody_may_look_into_the_memory() -> None:
    program = """
import resource
print(*resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    assert confined(program) == ["0", "0", "0"]


def test_confining_twice_is_harmless_and_adds_no_second_filter() -> None:
    program = """
from pathlib import Path
def filters():
    lines = Path("/proc/self/status").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("Seccomp_filters")]
before = filters()
again = [confine() for _ in range(5)]
print(again == [held] * 5, filters() == before, network_attempts())
"""
    assert confined(program) == ["True", "True", "0"]


def test_libraries_are_told_before_they_are_imported() -> None:
    names = ("ORT_DISABLE_TELEMETRY", "ANONYMIZED_TELEMETRY", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    printed = confined(f"import os; print(*[os.environ[name] for name in {names!r}])")

    assert printed == ["1", "False", "1", "1"]
    assert set(names) <= OFFLINE_ENVIRONMENT.keys()


def test_this_suite_itself_is_confined() -> None:
    before = network_attempts()
    with pytest.raises(OSError, match="does not use the network"):
        socket.socket(socket.AF_INET)

    assert network_attempts() == before + 1
    assert confine() == confine()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
