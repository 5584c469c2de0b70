"""What this machine has that decides how the model library is compiled."""

from __future__ import annotations

import ctypes.util
import os
import platform
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PROBE_SECONDS = 20
_CPU_TEXT_LIMIT = 1 << 20

# Features that change the code a compiler emits for "native"; the others come and go with kernel updates.
_FEATURE = re.compile(r"^(sse|ssse|avx|amx|fma|f16c|bmi|popcnt|abm|asimd|sve|i8mm|bf16|fphp|neon|lsx|lasx)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Facts about one machine. Empty text means that the thing is absent or does not answer.

    `gpu` is what the NVIDIA driver reports (name and compute capability), `nvcc` the path of CUDA's compiler,
    `glslc` that of Vulkan's shader compiler, `compiler` that of a C++ compiler that really compiles.
    """

    system: str
    architecture: str
    libc: str = ""
    cpu: str = ""
    compiler: str = ""
    gpu: str = ""
    nvcc: str = ""
    nvcc_version: str = ""
    glslc: str = ""
    vulkan_headers: bool = False
    vulkan_loader: bool = False
    render_node: bool = False
    packages: str = ""


def look(environment: Mapping[str, str]) -> Machine:
    """Asks the machine. Starts a few small programs; under a second."""
    path = environment.get("PATH", "")
    nvcc = _find_nvcc(environment)
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        libc="-".join(platform.libc_ver()),
        cpu=cpu_features(),
        compiler=find_compiler(environment),
        gpu=_gpu(path),
        nvcc=nvcc,
        nvcc_version=_nvcc_version(nvcc),
        glslc=shutil.which("glslc", path=path) or "",
        vulkan_headers=_has_vulkan_headers(environment),
        vulkan_loader=ctypes.util.find_library("vulkan") is not None,
        render_node=any(Path("/dev/dri").glob("renderD*")),
        packages=package_manager(path),
    )


def find_compiler(environment: Mapping[str, str]) -> str:
    """Path of the first C++ compiler that accepts a small program, or empty text.

    Asking is the only proof: macOS has a `c++` that only offers to install one, and a Linux compiler
    may lie there without the headers of its library.
    """
    path = environment.get("PATH", "")
    named = shlex.split(environment.get("CXX", ""))
    for name, *rest in [named] if named else [["c++"], ["g++"], ["clang++"]]:
        found = shutil.which(name, path=path)
        command = [found or "", *rest, "-x", "c++", "-fsyntax-only", "-"]
        if found and _answer(command, "#include <vector>\n") is not None:
            return found
    return ""


def package_manager(path: str) -> str:
    """Name of the first package manager on `path`, or empty text."""
    names = ("apt-get", "dnf", "pacman", "zypper", "apk", "brew")
    return next((name for name in names if shutil.which(name, path=path)), "")


def cpu_features(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's features that native code depends on, sorted; its name where there is no such file."""
    try:
        with cpuinfo.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(_CPU_TEXT_LIMIT)
    except OSError:
        return _answer(["sysctl", "-n", "machdep.cpu.brand_string"]) or platform.processor()
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    words = line.group(1).split() if line else []
    return " ".join(sorted({word for word in words if _FEATURE.match(word)}))


def _find_nvcc(environment: Mapping[str, str]) -> str:
    named = environment.get("CUDACXX", "")
    homes = [environment.get(name, "") for name in ("CUDA_HOME", "CUDA_PATH")]
    places = [f"{home}/bin" for home in [*homes, "/usr/local/cuda"] if home]
    path = os.pathsep.join([environment.get("PATH", ""), *places])
    return shutil.which(named or "nvcc", path=path) or ""


def _nvcc_version(nvcc: str) -> str:
    text = _answer([nvcc, "--version"]) if nvcc else None
    release = re.search(r"release ([\d.]+)", text or "")
    return release.group(1) if release else ""


def _gpu(path: str) -> str:
    tool = shutil.which("nvidia-smi", path=path)
    text = _answer([tool, "--query-gpu=name,compute_cap", "--format=csv,noheader"]) if tool else None
    return "; ".join(sorted({line.strip() for line in (text or "").splitlines() if line.strip()}))


def _has_vulkan_headers(environment: Mapping[str, str]) -> bool:
    roots = [environment.get("VULKAN_SDK", ""), "/usr", "/usr/local", "/opt/homebrew"]
    return any(Path(root, "include/vulkan/vulkan.h").is_file() for root in roots if root)


def _answer(command: list[str], given: str = "") -> str | None:
    """What the program prints, or None if it cannot be started, fails or takes too long."""
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
