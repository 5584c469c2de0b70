from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.setting_up.backend import compiler_remedy, decide
from scripts.setting_up.errors import SetupError
from scripts.setting_up.machine import Machine

PLAIN = Machine(system="Linux", architecture="x86_64", packages="apt-get")
NVIDIA = replace(PLAIN, gpu="NVIDIA H200, 9.0")
CUDA = replace(NVIDIA, nvcc="/usr/local/cuda/bin/nvcc", nvcc_version="13.0")
VULKAN = replace(PLAIN, glslc="/usr/bin/glslc", vulkan_headers=True, vulkan_loader=True, render_node=True)
MAC = Machine(system="Darwin", architecture="arm64", packages="brew")


@pytest.mark.parametrize(
    ("wanted", "machine", "backend", "reason"),
    [
        pytest.param("auto", PLAIN, "cpu", "no NVIDIA driver answers", id="nothing"),
        pytest.param(
            "auto", replace(CUDA, gpu=""), "cpu", "no NVIDIA driver answers", id="toolkit-without-gpu"
        ),
        pytest.param("auto", NVIDIA, "cpu", "run INHOUSE_GPU=cuda scripts/chat", id="gpu-without-toolkit"),
        pytest.param("auto", CUDA, "cuda", "NVIDIA H200, 9.0; CUDA toolkit 13.0", id="cuda"),
        pytest.param("auto", VULKAN, "vulkan", "a GPU and Vulkan's tools", id="vulkan"),
        pytest.param("auto", replace(VULKAN, glslc=""), "cpu", "missing: glslc", id="vulkan-without-glslc"),
        pytest.param(
            "auto", replace(VULKAN, render_node=False), "cpu", "no GPU is there", id="vulkan-without-gpu"
        ),
        pytest.param("auto", replace(VULKAN, gpu="G, 8.0"), "vulkan", "tools", id="nvidia-through-vulkan"),
        pytest.param("auto", MAC, "metal", "Apple silicon", id="apple-silicon"),
        pytest.param(
            "auto", replace(MAC, architecture="x86_64"), "cpu", "Apple silicon only", id="intel-mac"
        ),
        pytest.param("cpu", CUDA, "cpu", "chosen with INHOUSE_GPU", id="cpu-although-cuda"),
        pytest.param("cuda", CUDA, "cuda", "chosen with INHOUSE_GPU", id="cuda-asked-for"),
        pytest.param("vulkan", replace(VULKAN, gpu="G, 8.0"), "vulkan", "chosen", id="vulkan-asked-for"),
    ],
)
def test_the_choice_and_its_reason(wanted: str, machine: Machine, backend: str, reason: str) -> None:
    choice = decide(wanted, machine)
    assert choice.backend == backend
    assert reason in str(choice)
    assert str(choice).startswith(f"{backend}: ")


@pytest.mark.parametrize(
    ("wanted", "machine", "message", "remedy"),
    [
        pytest.param("cuda", PLAIN, "no NVIDIA driver answers", "Install the NVIDIA driver", id="no-driver"),
        pytest.param("cuda", NVIDIA, "nvcc is not", "sudo apt install nvidia-cuda-toolkit", id="no-nvcc"),
        pytest.param(
            "vulkan", PLAIN, "glslc, headers, loader", "sudo apt install glslc", id="no-vulkan-tools"
        ),
        pytest.param("vulkan", replace(VULKAN, render_node=False), "no GPU", "INHOUSE_GPU=auto", id="no-gpu"),
        pytest.param("metal", PLAIN, "Apple silicon only", "INHOUSE_GPU=auto", id="no-mac"),
        pytest.param("rocm", PLAIN, "INHOUSE_GPU=rocm", "auto, cuda, vulkan, metal, cpu", id="unknown"),
        pytest.param("CPU", PLAIN, "INHOUSE_GPU=CPU", "cpu", id="not-in-lower-case"),
    ],
)
def test_an_explicit_choice_that_cannot_work_is_an_error(
    wanted: str, machine: Machine, message: str, remedy: str
) -> None:
    with pytest.raises(SetupError) as caught:
        decide(wanted, machine)
    assert message in str(caught.value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("machine", "command"),
    [
        (PLAIN, "sudo apt install build-essential"),
        (replace(PLAIN, packages="dnf"), "sudo dnf install gcc-c++"),
        (MAC, "xcode-select --install"),
        (replace(PLAIN, packages=""), "Install g++ or clang++ and put it on PATH."),
    ],
    ids=["apt", "dnf", "mac", "unknown"],
)
def test_the_command_for_a_compiler_is_that_of_the_system(machine: Machine, command: str) -> None:
    assert compiler_remedy(machine) == command
