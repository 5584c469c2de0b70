"""Takes away from this process what it never needs: the network, core dumps, being read by others.

Promises
    * After `confine()` no Python code of this process opens, binds or connects a socket other than a
      Unix one, nor looks up a host name: it gets `NetworkBlockedError`, and the attempt is counted.
    * On Linux x86-64 and arm64 the kernel refuses such sockets to native code and to every child too
      (seccomp filter on socket(2), errno EACCES), and the refusal cannot be lifted again.
    * No core dump is written, and other processes of the same user cannot attach or read memory
      (`PR_SET_DUMPABLE` 0) on Linux.

Not promised
    * Anything against the same user's malware that was there before.
    * That a service of this machine, asked through a Unix socket (a name service, a browser), stays off
      the network on its own account.
    * A kernel block on macOS and Windows; `Confinement.kernel` says which it is.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import socket
import struct
import sys
from dataclasses import dataclass

OFFLINE_ENVIRONMENT = {
    # onnxruntime, which Chroma brings, queues telemetry on disk unless told so before its import.
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # torch makes a folder for compiled code among the temporary files when it is imported. Nothing here
    # is compiled, and a folder that exists need not be made.
    "TORCHDYNAMO_DISABLE": "1",
    "TORCHINDUCTOR_CACHE_DIR": os.sep,
}
"""Set before any library is imported; the libraries latch them at import."""

_AUDITED = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)

_SYS_SOCKET = {"x86_64": (0xC000003E, 41, 425, 438), "aarch64": (0xC00000B7, 198, 425, 438)}
"""Machine to audit architecture, socket, io_uring_setup and pidfd_getfd numbers (Linux syscall tables)."""


class NetworkBlockedError(OSError):
    """Something tried to reach the network. Nothing left this machine."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds in this process."""

    kernel: bool
    """The kernel refuses network sockets to native code as well."""

    reason: str = ""
    """Why not, if not."""


class _Attempts:
    """How often this process tried to reach the network."""

    count = 0
    confinement: Confinement | None = None


def set_offline_environment() -> None:
    """Tell every library before its import that there is no network and nobody to report to."""
    os.environ.update(OFFLINE_ENVIRONMENT)


def confine() -> Confinement:
    """Block the network and memory dumps for good; harmless when called again."""
    set_offline_environment()
    # urllib3, which spaCy imports, opens an IPv6 socket at its import unless Python has none.
    socket.has_ipv6 = False
    _forbid_dumps()
    if _Attempts.confinement is None:
        sys.addaudithook(_refuse_network)
        # Filters add up, and each costs every system call of this process some time.
        _Attempts.confinement = _kernel_block()
    return _Attempts.confinement


def die_with_parent() -> None:
    """Linux: the kernel ends this process with the thread that started it, whatever native code is doing."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGKILL), 0, 0, 0)


def network_attempts() -> int:
    """Attempts counted in this process so far."""
    return _Attempts.count


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in _LOOKUPS:
        _refuse()
    elif event == "socket.__new__":
        family = arguments[1] if len(arguments) > 1 else None
        # -1 is what socket.socket(fileno=…) passes; such a socket exists already and was counted then.
        if family not in (socket.AF_UNIX, -1):
            _refuse()
    elif event in _AUDITED and getattr(arguments[0], "family", None) != socket.AF_UNIX:
        _refuse()


def _refuse() -> None:
    _Attempts.count += 1
    raise NetworkBlockedError("Inhouse does not use the network; this attempt was blocked.")


def _forbid_dumps() -> None:
    try:
        import resource
    except ImportError:  # Windows has no core files
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        pr_set_dumpable = 4
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_dumpable, 0, 0, 0, 0)


def _kernel_block() -> Confinement:
    """Install a seccomp filter (see seccomp(2), Documentation/userspace-api/seccomp_filter.rst)."""
    if sys.platform != "linux":
        return Confinement(kernel=False, reason=f"{platform.system()} has no seccomp")
    known = _SYS_SOCKET.get(platform.machine())
    if known is None:
        return Confinement(kernel=False, reason=f"no filter for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_no_new_privs, pr_set_seccomp, filter_mode = 38, 22, 2
    program = _filter(*known)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(pr_set_no_new_privs, 1, 0, 0, 0) or libc.prctl(
        pr_set_seccomp, filter_mode, ctypes.c_char_p(header), 0, 0
    ):
        return Confinement(kernel=False, reason=os.strerror(ctypes.get_errno()))
    return Confinement(kernel=True)


def _filter(architecture: int, sys_socket: int, io_uring_setup: int, pidfd_getfd: int) -> bytes:
    """Classic BPF: only AF_UNIX for socket(2); io_uring could open sockets behind the filter's back."""
    load, jump_equal, jump_at_least, give = 0x20, 0x15, 0x35, 0x06
    x32_numbers = 0x40000000
    allow, refuse = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EACCES
    offset_number, offset_architecture, offset_first_argument = 0, 4, 16

    def step(code: int, if_true: int, if_false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    return b"".join(
        (
            step(load, 0, 0, offset_architecture),
            step(jump_equal, 1, 0, architecture),
            step(give, 0, 0, refuse),  # a foreign system call table (32 bit) would evade the numbers below
            step(load, 0, 0, offset_number),
            step(jump_at_least, 6, 0, x32_numbers),  # a second table under the same architecture
            step(jump_equal, 5, 0, io_uring_setup),
            step(jump_equal, 4, 0, pidfd_getfd),
            step(jump_equal, 0, 2, sys_socket),
            step(load, 0, 0, offset_first_argument),
            step(jump_equal, 0, 1, int(socket.AF_UNIX)),
            step(give, 0, 0, allow),
            step(give, 0, 0, refuse),
        )
    )
