"""What this machine has to run a model on."""

from __future__ import annotations

import os
from pathlib import Path

_TOPOLOGY = Path("/sys/devices/system/cpu")
_HIGHEST_CPU = 4096


def usable_cores() -> int:
    """Physical cores this process may use, at least 1.

    llama.cpp keeps every thread busy; a second thread on the same core slows both down.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = [cpu for cpu in os.sched_getaffinity(0) if cpu <= _HIGHEST_CPU]
    cores = {_core_of(cpu) for cpu in allowed}
    return max(1, len(cores))


def _core_of(cpu: int) -> str:
    """The hardware threads that share a core with `cpu`, as the kernel lists them."""
    try:
        return (_TOPOLOGY / f"cpu{cpu}" / "topology" / "thread_siblings_list").read_text("ascii").strip()
    except OSError:
        return str(cpu)
