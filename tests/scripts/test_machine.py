from __future__ import annotations

from pathlib import Path

import pytest

from scripts.setting_up.machine import cpu_features, find_compiler, look, package_manager
from tests.scripts.checkout import private_path

WORKS = "cat > /dev/null"
OFFERS_TO_INSTALL = "cat > /dev/null; exit 1"


@pytest.mark.parametrize(
    ("programs", "found"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"gplusplus": WORKS}, "g++", id="g++"),
        pytest.param(
            {"cplusplus": OFFERS_TO_INSTALL, "clangplusplus": WORKS}, "clang++", id="first-is-a-stub"
        ),
        pytest.param({"cplusplus": OFFERS_TO_INSTALL}, "", id="only-a-stub"),
    ],
)
def test_a_compiler_counts_only_if_it_compiles(tmp_path: Path, programs: dict[str, str], found: str) -> None:
    path = private_path(tmp_path / "bin", **programs)
    assert Path(find_compiler({"PATH": path})).name == found


def test_a_named_compiler_is_the_only_one_asked(tmp_path: Path) -> None:
    path = private_path(tmp_path / "bin", gplusplus=WORKS, ccache='[ "$1" = mine ] && ' + WORKS)
    assert Path(find_compiler({"PATH": path, "CXX": "ccache mine"})).name == "ccache"
    assert find_compiler({"PATH": path, "CXX": "missing"}) == ""


def test_driver_and_toolkit_are_asked_for_what_they_are(tmp_path: Path) -> None:
    path = private_path(
        tmp_path / "bin",
        nvidia_smi="echo 'NVIDIA L4, 8.9'; echo 'NVIDIA L4, 8.9'",
        nvcc="echo 'Cuda compilation tools, release 12.4, V12.4.131'",
        dnf="",
    )
    machine = look({"PATH": path})
    assert (machine.gpu, machine.nvcc_version, machine.packages) == ("NVIDIA L4, 8.9", "12.4", "dnf")


def test_a_driver_tool_that_fails_is_no_gpu(tmp_path: Path) -> None:
    path = private_path(tmp_path / "bin", nvidia_smi="echo 'NVIDIA-SMI has failed'; exit 9")
    assert look({"PATH": path}).gpu == ""


def test_a_toolkit_outside_the_path_is_found_by_its_home(tmp_path: Path) -> None:
    private_path(tmp_path / "bin", nvcc="echo 'release 13.0, V13.0.88'")
    path = private_path(tmp_path / "plain")
    machine = look({"PATH": path, "CUDA_HOME": str(tmp_path)})
    assert (machine.nvcc, machine.nvcc_version) == (str(tmp_path / "bin" / "nvcc"), "13.0")


def test_no_package_manager_is_empty_text(tmp_path: Path) -> None:
    assert package_manager(private_path(tmp_path / "bin")) == ""


def test_features_that_come_with_the_kernel_do_not_count(tmp_path: Path) -> None:
    older, newer = tmp_path / "older", tmp_path / "newer"
    older.write_text("flags\t: fpu avx2 sse4_2\n")
    newer.write_text("flags\t: fpu sse4_2 avx2 flush_l1d ibrs_enhanced\n")
    assert cpu_features(older) == cpu_features(newer) == "avx2 sse4_2"
