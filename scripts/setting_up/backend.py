"""Which back end the model library is compiled for, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .errors import SetupError
from .machine import Machine

CHOICES = ("auto", "cuda", "vulkan", "metal", "cpu")

_COMPILER = {
    "apt-get": "sudo apt install build-essential",
    "dnf": "sudo dnf install gcc-c++",
    "pacman": "sudo pacman -S base-devel",
    "zypper": "sudo zypper install gcc-c++",
    "apk": "sudo apk add build-base",
}
_TOOLKIT = {
    "apt-get": "sudo apt install nvidia-cuda-toolkit",
    "dnf": "sudo dnf install cuda-toolkit",
    "pacman": "sudo pacman -S cuda",
}
_VULKAN = {
    "apt-get": "sudo apt install glslc libvulkan-dev spirv-headers",
    "dnf": "sudo dnf install glslc vulkan-headers vulkan-loader-devel spirv-headers-devel",
    "pacman": "sudo pacman -S shaderc vulkan-headers vulkan-icd-loader spirv-headers",
    "brew": "brew install shaderc vulkan-headers vulkan-loader spirv-headers",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A back end and the reason for it, as shown to the user."""

    backend: str
    reason: str

    def __str__(self) -> str:
        return f"{self.backend}: {self.reason}"


def decide(wanted: str, machine: Machine) -> Choice:
    """The back end for `wanted`, one of `CHOICES`.

    Raises:
        SetupError: if the word is unknown, or an explicit choice cannot work on this machine.
    """
    if wanted not in CHOICES:
        raise SetupError(f"INHOUSE_GPU={wanted} is not known", f"Use one of: {', '.join(CHOICES)}.")
    if wanted == "auto":
        return _best(machine)
    obstacle, remedy = _OBSTACLES[wanted](machine)
    if obstacle:
        raise SetupError(f"INHOUSE_GPU={wanted} cannot work here: {obstacle}", remedy)
    return Choice(wanted, f"chosen with INHOUSE_GPU{_evidence(wanted, machine)}")


def compiler_remedy(machine: Machine) -> str:
    """The command that installs a C++ compiler."""
    if machine.system == "Darwin":
        return "xcode-select --install"
    return _COMPILER.get(machine.packages, "Install g++ or clang++ and put it on PATH.")


def _best(machine: Machine) -> Choice:
    for backend in ("cuda", "metal", "vulkan"):
        obstacle, _ = _OBSTACLES[backend](machine)
        if not obstacle:
            return Choice(backend, f"found{_evidence(backend, machine)}")
    if machine.system == "Darwin":
        return Choice("cpu", "Metal is used on Apple silicon only")
    if not machine.gpu:
        return Choice("cpu", f"no NVIDIA driver answers; {_no_vulkan(machine)[0]}")
    obstacle, remedy = _no_cuda(machine)
    return Choice("cpu", f"{obstacle}; {_lower(remedy)}")


def _no_cuda(machine: Machine) -> tuple[str, str]:
    if not machine.gpu:
        return (
            "no NVIDIA driver answers (nvidia-smi)",
            "Install the NVIDIA driver, or use INHOUSE_GPU=auto or INHOUSE_GPU=cpu.",
        )
    if not machine.nvcc_version:
        command = _TOOLKIT.get(machine.packages, "")
        hint = f" ({command})" if command else ""
        return (
            f"an NVIDIA GPU is there ({machine.gpu}) but nvcc is not",
            f"Install the CUDA toolkit{hint} and run INHOUSE_GPU=cuda scripts/chat",
        )
    return "", ""


def _no_metal(machine: Machine) -> tuple[str, str]:
    if (machine.system, machine.architecture) != ("Darwin", "arm64"):
        return "Metal exists on Macs with Apple silicon only", "Use INHOUSE_GPU=auto."
    return "", ""


def _no_vulkan(machine: Machine) -> tuple[str, str]:
    there = {
        "glslc": bool(machine.glslc),
        "headers": machine.vulkan_headers,
        "loader": machine.vulkan_loader,
    }
    missing = [name for name, found in there.items() if not found]
    if missing:
        remedy = _VULKAN.get(machine.packages, "Install the Vulkan SDK from your system's packages.")
        return f"of Vulkan's tools these are missing: {', '.join(missing)}", remedy
    if machine.system == "Linux" and not machine.render_node:
        return "no GPU is there for Vulkan (/dev/dri/renderD*)", "Use INHOUSE_GPU=auto."
    return "", ""


def _nothing(_: Machine) -> tuple[str, str]:
    return "", ""


_OBSTACLES: dict[str, Callable[[Machine], tuple[str, str]]] = {
    "cuda": _no_cuda,
    "metal": _no_metal,
    "vulkan": _no_vulkan,
    "cpu": _nothing,
}


def _evidence(backend: str, machine: Machine) -> str:
    shown = {
        "cuda": f" ({machine.gpu}; CUDA toolkit {machine.nvcc_version})",
        "metal": " (Apple silicon)",
        "vulkan": " (a GPU and Vulkan's tools)",
    }
    return shown.get(backend, "")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
